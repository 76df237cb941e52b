/**
 * A region's log without its signatures, as long as asked: what a million entries consist of, assumed. Dossiers of 100
 * entries: 1 opening of the dossier, 4 persons (3 with keys), custody over 2 children, 4 compartments, 5 epochs for 3 to 4
 * members, 12 yeses of both parents to 1 or 2 organisations, 1 withdrawal, 1 order; 24 messages, 26 deliveries, 20 openings.
 */
import { toBase64url, utf8 } from '@eenmaal/crypto';
import { trustEvent } from '@eenmaal/envelope';
import {
  canonical,
  type Event,
  type Id,
  type Instant,
  type PartyId,
  partner,
  person,
  Statement,
  type StatementInput,
} from '@eenmaal/model';

export type Made = { slot: string; event: Event; input: ReturnType<typeof trustEvent>; at: Instant };

export const PER_DOSSIER = 100;
const START = 1_780_000_000_000;
const YEAR = 365 * 86_400_000;
const PARTNERS = 40;
/** Dossiers whose entries are mixed, as they are when families are helped at the same time. */
const TOGETHER = 50;

/**
 * Entries in order, `main` first: the region and its organisations.
 * @param light gives what is folded without making and reading back its bytes: a fifth of the time, and no event
 */
export function* history(dossiers: number, bytes: (length: number) => Uint8Array, light = false): Generator<Made> {
  const maker = new Maker(bytes, light);
  yield* maker.registry();
  for (let first = 0; first < dossiers; first += TOGETHER) {
    const lives = Array.from({ length: Math.min(TOGETHER, dossiers - first) }, (_, i) => maker.life(first + i));
    for (let running = lives; running.length > 0; ) {
      const going: typeof lives = [];
      for (const life of running) {
        for (let step = 0; step < 5; step++) {
          const next = life.next();
          if (next.done) break;
          yield next.value;
          if (step === 4) going.push(life);
        }
      }
      running = going;
    }
  }
}

const UNMADE: Event = { kind: 'writer', at: 0, instance: '' };

class Maker {
  readonly #bytes: (length: number) => Uint8Array;
  readonly #light: boolean;
  #at = START;
  readonly #sequences = new Map<PartyId, number>();

  constructor(bytes: (length: number) => Uint8Array, light: boolean) {
    this.#bytes = bytes;
    this.#light = light;
  }

  *registry(): Generator<Made> {
    const keys = this.#keys();
    const region = {
      kind: 'region' as const,
      name: 'Region',
      origin: 'region.example/log',
      profile: 'strict' as const,
    };
    yield this.#say('main', 'steward', { ...region, steward: keys.signing, ledger: keys });
    for (let i = 0; i < PARTNERS; i++) {
      const named = { partner: `org-${i}`, name: `Organisation ${i}`, attests: i === 0, roles: ['local-team'] };
      yield this.#say('main', 'steward', { kind: 'partner', ...named, keys: this.#keys() });
    }
  }

  *life(number: number): Generator<Made> {
    const [dossier, mother, father, teenager, child] = Array.from({ length: 5 }, () => this.#id()) as [
      Id,
      Id,
      Id,
      Id,
      Id,
    ];
    const team = partner('org-0');
    const say = (by: PartyId, input: StatementInput) => this.#say(dossier, by, input);
    yield say(team, { kind: 'dossier', dossier });
    const born = (years: number) => ({
      turns12: START + (12 - years) * YEAR,
      turns16: START + (16 - years) * YEAR,
      turns18: START + (18 - years) * YEAR,
    });
    const grown = { turns12: null, turns16: null, turns18: null };
    yield say(team, { kind: 'person', dossier, person: mother, keys: this.#keys(), ...grown });
    yield say(team, { kind: 'person', dossier, person: father, keys: this.#keys(), ...grown });
    yield say(team, { kind: 'person', dossier, person: teenager, keys: this.#keys(), ...born(14) });
    yield say(team, { kind: 'person', dossier, person: child, keys: null, ...born(7) });
    for (const who of [teenager, child])
      yield say(team, {
        kind: 'custody',
        dossier,
        child: who,
        holders: [mother, father],
        guardian: null,
        partial: null,
      });
    const compartments: Id[] = [];
    const readers: string[][] = [];
    for (const [i, subjects] of [[mother], [father], [child], [teenager, child]].entries()) {
      const compartment = this.#id();
      compartments.push(compartment);
      readers.push([1, 2].slice(0, 1 + (i % 2)).map((n) => `org-${1 + ((number * 7 + i * 3 + n) % (PARTNERS - 1))}`));
      const by = person(i === 1 ? father : mother);
      yield say(by, { kind: 'compartment', dossier, compartment, subjects, audience: 'family' });
      yield this.#epoch(dossier, by, compartment, 0, [person(mother), person(father), person(teenager)]);
    }
    const text = { version: '1', language: 'nl' as const };
    const terms = { purposes: ['support' as const], from: START, until: START + 2 * YEAR, history: true, text };
    for (const [i, compartment] of compartments.entries())
      for (const to of readers[i] ?? [])
        for (const by of [mother, father])
          yield say(person(by), { kind: 'grant', dossier, compartment, partner: to, ...terms });
    const lost = { compartment: compartments[1] as Id, partner: readers[1]?.[1] as string };
    yield say(person(mother), { kind: 'withdraw', dossier, ...lost });
    yield this.#epoch(dossier, person(father), lost.compartment, 1, [person(mother), person(father)]);
    const period = { from: START, until: START + YEAR, proof: this.#hash() };
    yield say(team, { kind: 'order', dossier, order: this.#id(), child, institution: 'org-3', ...period });
    for (let i = 0; i < 24; i++) {
      const place = i % 4;
      const to = partner(readers[place]?.[0] as string);
      const sender = i % 3 === 2 ? to : person(i % 3 === 0 ? mother : father);
      const reader = i % 3 === 2 ? person(mother) : to;
      const envelope = this.#id();
      yield this.#message(dossier, compartments[place] as Id, envelope, sender);
      yield this.#delivery(dossier, envelope, reader);
      if (i < 2) yield this.#delivery(dossier, envelope, person(teenager));
      if (i < 20) yield this.#opening(dossier, envelope, reader);
    }
  }

  #say(slot: string, by: PartyId, input: StatementInput): Made {
    const at = this.#now();
    if (!this.#light)
      return this.#made(slot, { kind: 'statement', at, jws: this.#signed('eenmaal-statement+jws', by, input) });
    const statement = { v: 1, id: this.#id(), by, at, seen: this.#seen(), ...input } as Statement;
    const keys = 'keys' in input && input.keys ? { signing: this.#hash(), sealing: this.#hash() } : undefined;
    return { slot, event: UNMADE, input: { kind: 'statement', statement, kids: keys }, at };
  }

  #epoch(dossier: Id, by: PartyId, compartment: Id, epoch: number, members: PartyId[]): Made {
    const wraps = members.map((party) => ({
      ...{ party, kid: this.#hash(), scope: 'history' as const, sealed: this.#text(1168) },
    }));
    const key = { commitment: this.#hash(), link: epoch === 0 ? null : this.#text(48), label: this.#text(64) };
    return this.#say(dossier, by, { kind: 'epoch', dossier, compartment, epoch, ...key, wraps });
  }

  #message(dossier: Id, compartment: Id, id: Id, sender: PartyId): Made {
    const seq = this.#sequences.get(sender) ?? 0;
    this.#sequences.set(sender, seq + 1);
    const header = JSON.stringify({
      ...{ suite: 'EM1', id, dossier, compartment, epoch: 0, sender, kid: this.#hash(), seq, kind: 'fragment' },
      ...{
        purpose: 'support',
        marks: [],
        basis: [],
        ledger: { size: 1000, root: this.#hash() },
        secretHash: this.#hash(),
      },
      ...{ size: 4489, attachments: [] },
    });
    const event = { kind: 'message' as const, at: this.#now(), header, jws: `e30..${this.#text(64)}` };
    return this.#made(dossier, { ...event, bodyHash: this.#hash(), stored: seq, decision: this.#decision() });
  }

  #delivery(slot: string, envelope: Id, reader: PartyId): Made {
    return this.#made(slot, { kind: 'delivery', at: this.#now(), envelope, reader, decision: this.#decision() });
  }

  #opening(slot: string, envelope: Id, reader: PartyId): Made {
    const request = { v: 1, envelope, purpose: 'support', by: reader, at: this.#at, seen: this.#seen() };
    const jws = this.#light ? '' : this.#signed('eenmaal-open+jws', reader, request);
    const asked = { jws, envelope, reader, purpose: 'support' as const };
    return this.#made(slot, { kind: 'opening', at: this.#now(), ...asked, decision: this.#decision() });
  }

  #made(slot: string, event: Event): Made {
    if (this.#light) return { slot, event: UNMADE, input: trustEvent(event), at: event.at };
    // read back as a replay reads it: strings of its own, nothing shared with the maker
    const read = JSON.parse(JSON.stringify(event)) as Event;
    return { slot, event: read, input: trustEvent(read), at: event.at };
  }

  #signed(typ: string, by: PartyId, input: object): string {
    const header = { alg: 'Ed25519', kid: this.#hash(), typ };
    const shared = { v: 1, id: this.#id(), by, at: this.#at, seen: this.#seen() };
    const payload = 'envelope' in input ? JSON.stringify(input) : canonical(Statement, { ...shared, ...input });
    const signed = [JSON.stringify(header), payload].map((part) => toBase64url(utf8(part)));
    return `${signed.join('.')}.${this.#text(64)}`;
  }

  #decision = () => ({
    ...{ outcome: 'permit' as const, code: 'P-CONSENT-ALL' as const },
    ...{ basis: [this.#id(), this.#id()], rules: ['L01@2018-05-25'] },
  });
  #now = (): Instant => (this.#at += 1000);
  #seen = () => ({ size: 1000, root: this.#hash() });
  #text = (length: number): string => toBase64url(this.#bytes(length));
  #id = (): Id => this.#text(16);
  #hash = (): string => this.#text(32);
  #keys = () => ({
    signing: { kty: 'OKP' as const, crv: 'Ed25519' as const, x: this.#hash() },
    sealing: { kty: 'AKP' as const, alg: 'X-Wing' as const, pub: this.#text(1216) },
  });
}
