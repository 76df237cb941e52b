/**
 * The world of the pure rule: what the ledger service does with a statement or a message (ask, then append), without keys,
 * network or disk. Signatures and sealed bytes are fillers of the right size, so that the format's limits hold here too.
 */
import {
  checkConsult,
  checkEnvelope,
  checkStatement,
  clocksFor,
  currentEpoch,
  decide,
  emptyState,
  type FoldInput,
  fold,
  keyHoldersOf,
  keyNeed,
  type Law,
  maySee,
  noticesFor,
  prohibition,
  readersOf,
  type State,
  sightOf,
} from '@eenmaal/consent';
import {
  type Decision,
  EenmaalError,
  type Event,
  type Header,
  type Id,
  type Instant,
  isPerson,
  nameOf,
  officer,
  type PartyId,
  type Profile,
  type PublicKeys,
  type Purpose,
  parse,
  partner,
  STEWARD,
  Statement,
  type StatementInput,
} from '@eenmaal/model';
import type { Registered } from './play.ts';
import type { Answered, Audience, Disclosure, Outgoing, Said, SendResult, World } from './world.ts';

type Entry = { event: Event; statement: Statement | null; message: { id: Id } | null };

/** `value` as letters, filled up to this many. */
const filled = (value: string, letters: number): string =>
  `${value.replace(/[^A-Za-z0-9]/g, '-').slice(0, letters - 2)}_`.padEnd(letters - 1, '_').concat('A');
const HASH = 43;
const WRAP = 1558;
const sealed = 'A'.repeat(WRAP);
const keysFor = (name: string): PublicKeys => ({
  signing: { kty: 'OKP', crv: 'Ed25519', x: filled(name, HASH) },
  sealing: { kty: 'AKP', alg: 'X-Wing', pub: filled(name, 1622) },
});
const kidsOf = ({ signing, sealing }: PublicKeys) => ({
  signing: filled(`s-${signing.x}`, HASH),
  sealing: filled(`k-${sealing.pub}`, HASH),
});
const isRefused = (said: Said): said is Extract<Said, { refused: unknown }> => 'refused' in said;

export class PureWorld implements World {
  readonly state: State;
  readonly dossier: Id;
  readonly #entries: Entry[] = [];
  readonly #kids = new Map<PartyId, string>();
  #now: Instant;
  #made = 0;

  constructor(law: Law, profile: Profile, partners: readonly Registered[], start: Instant) {
    this.state = emptyState(law);
    this.#now = start;
    this.dossier = this.newId('dossier');
    const steward = keysFor('steward').signing;
    const region = { name: 'Scenario', origin: 'scenario.example/region', profile, steward };
    this.#must(STEWARD, { kind: 'region', ...region, ledger: keysFor('ledger') });
    for (const { id, roles, attests } of partners)
      this.#must(STEWARD, { kind: 'partner', partner: id, name: id, attests, roles, keys: this.keysOf(partner(id)) });
    this.#must(STEWARD, { kind: 'officer', officer: 'fg', name: 'fg', keys: this.keysOf(officer('fg')) });
  }

  now(): Instant {
    return this.#now;
  }

  moveTo(at: Instant): void {
    this.#now = at;
  }

  newId(name: string): Id {
    return filled(`${this.#made++}-${name}`, 22);
  }

  hash(name: string): string {
    return filled(name, HASH);
  }

  keysOf(party: PartyId): PublicKeys {
    // the part that tells parties apart stands first, or it would be cut off
    return keysFor(party.split('/').reverse().join('/'));
  }

  async say(by: PartyId, input: StatementInput): Promise<Said> {
    const said = this.#try(by, input);
    const place = 'compartment' in input ? input.compartment : null;
    if (!isRefused(said) && place) this.#keepKeys(place);
    if (!isRefused(said) && input.kind === 'erase' && input.whole) this.#forget(said.id, by, input.ground);
    return said;
  }

  /** What the ledger logs when it has destroyed the keys of the dossier. */
  #forget(statement: Id, by: PartyId, ground: string): void {
    const { dossier } = this;
    const what = { kind: 'dossier-erasure', dossier, statement, ground, decidedBy: nameOf(by) } as const;
    this.#append({ kind: 'other', event: { ...what, at: this.#now, entries: [], sequences: [], holders: [] } });
  }

  async openCompartment(by: PartyId, subjects: Id[], audience: Audience): Promise<Said> {
    const compartment = this.newId('compartment');
    const said = await this.say(by, { kind: 'compartment', dossier: this.dossier, compartment, subjects, audience });
    return isRefused(said) ? said : { id: compartment };
  }

  async disclose(by: PartyId, { items, ...rest }: Disclosure): Promise<Said> {
    if (items.some((id) => this.#isForbidden(rest.to, id))) return { refused: 'mark-too-wide' };
    const kid = this.state.parties.get(rest.to)?.sealingKid ?? filled('nobody', HASH);
    return this.say(by, { kind: 'disclose', ...rest, items: items.map((envelope) => ({ envelope, kid, sealed })) });
  }

  async consult(by: PartyId, to: string, text: string, answers: Id | null): Promise<Said> {
    if (checkConsult(text).outcome === 'deny') return { refused: 'identifier-in-consult' };
    const kid = this.state.parties.get(partner(to))?.sealingKid ?? filled('nobody', HASH);
    return this.say(by, { kind: 'consult', to, kid, sealed: filled(text, WRAP + 200), answers });
  }

  async send(by: PartyId, outgoing: Outgoing): Promise<SendResult> {
    const { compartment, purpose, kind, marks } = outgoing;
    this.#keepKeys(compartment, by);
    const decision = decide(this.state, { party: by, compartment, purpose }, this.#now);
    const id = this.newId('message');
    if (decision.outcome !== 'permit') {
      this.#refusal('write', id, by, purpose, decision);
      return { decision };
    }
    const header: Header = {
      ...{ suite: 'EM1', id, dossier: this.dossier, compartment, sender: by, kind, purpose, marks, attachments: [] },
      epoch: (this.state.compartments.get(compartment)?.epochs.length ?? 0) - 1,
      seq: (this.state.sequences.get(by)?.highest ?? -1) + 1,
      ...{ kid: this.#kids.get(by) ?? filled('nobody', HASH), ledger: this.#position(), secretHash: filled('s', HASH) },
      ...{ basis: outgoing.basis ?? this.#grantsOf(decision, by, compartment), size: 1000 },
    };
    const refused = checkEnvelope(this.state, header, this.#now);
    if (refused) return { refused };
    const event = { at: this.#now, header: '', jws: '', bodyHash: filled('b', HASH), stored: 0, decision };
    this.#append({ kind: 'message', event: { kind: 'message', ...event }, header });
    return { id, decision };
  }

  async replay(by: PartyId, message: Id): Promise<Said> {
    const known = this.state.messages.get(message);
    if (!known) return { refused: 'unknown-envelope' };
    return known.sender === by ? { id: message } : { refused: 'party-mismatch' };
  }

  async deliver(reader: PartyId, message: Id): Promise<Answered> {
    const decision = this.#mayHave(reader, message);
    if (decision.outcome === 'permit' && !this.state.messages.get(message)?.delivered.has(reader))
      this.#append({ kind: 'other', event: { kind: 'delivery', at: this.#now, envelope: message, reader, decision } });
    return { decision, faults: [] };
  }

  async open(reader: PartyId, message: Id, purpose: Purpose): Promise<Answered> {
    const decision = this.#mayHave(reader, message, purpose);
    const event = { at: this.#now, jws: '', envelope: message, reader, purpose, decision };
    if (decision.outcome !== 'permit') this.#refusal('open', message, reader, purpose, decision);
    // nobody opens what it was not handed
    else await this.deliver(reader, message);
    if (decision.outcome === 'permit' && !this.state.messages.get(message)?.openedFor.has(`${reader} ${purpose}`))
      this.#append({ kind: 'other', event: { kind: 'opening', ...event } });
    return { decision, faults: [] };
  }

  async waiting(reader: PartyId): Promise<Id[]> {
    const all = [...this.state.messages.values()].filter(
      ({ sender, delivered }) => sender !== reader && !delivered.has(reader),
    );
    return all.filter(({ id }) => this.#mayHave(reader, id).outcome === 'permit').map(({ id }) => id);
  }

  async seenBy(party: PartyId) {
    const seen = { compartments: new Set<Id>(), messages: new Set<Id>(), statements: new Set<Id>() };
    const sight = sightOf(this.state, party, this.dossier, this.#now);
    for (const { event, statement, message } of this.#entries) {
      const about = message ? (this.state.messages.get(message.id) ?? null) : null;
      if (!maySee(sight, event, statement, about)) continue;
      if (statement) seen.statements.add(statement.id);
      if (statement?.kind === 'compartment') seen.compartments.add(statement.compartment);
      if (event.kind === 'message' && message) seen.messages.add(message.id);
    }
    return seen;
  }

  async toldTo(party: PartyId) {
    const { state, dossier } = this;
    return {
      notices: [dossier, null].flatMap((of) => noticesFor(state, party, of, this.#now)),
      clocks: [dossier, null].flatMap((of) => clocksFor(state, party, of, this.#now)),
    };
  }

  async counts() {
    const counts = new Map<string, number>();
    for (const { event, statement } of this.#entries) {
      const kind = statement?.kind ?? event.kind;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    return counts;
  }

  #must(by: PartyId, input: StatementInput): void {
    const said = this.#try(by, input);
    if (isRefused(said)) throw new EenmaalError(said.refused, input.kind);
  }

  #try(by: PartyId, input: StatementInput): Said {
    const id = this.newId(input.kind);
    let statement: Statement;
    try {
      const whole = { v: 1, id, by, at: this.#now, seen: this.#position(), ...input };
      statement = parse<Statement>(Statement, whole);
    } catch (error) {
      if (error instanceof EenmaalError) return { refused: error.code };
      throw error;
    }
    const refused = checkStatement(this.state, statement, this.#now);
    if (refused) return { refused };
    const keys = 'keys' in statement ? statement.keys : null;
    const steward = { signing: filled('steward', HASH), sealing: null };
    const kids = keys ? kidsOf(keys) : statement.kind === 'region' ? steward : undefined;
    this.#append({ kind: 'statement', statement, kids });
    return { id };
  }

  #position() {
    return { size: this.state.size, root: filled('root', HASH) };
  }

  #append(input: Exclude<FoldInput, { kind: 'erased' }>): void {
    const statement = input.kind === 'statement' ? input.statement : null;
    const event: Event = input.kind === 'statement' ? { kind: 'statement', at: this.#now, jws: '' } : input.event;
    const about = input.kind === 'message' ? input.header.id : 'envelope' in event ? event.envelope : null;
    const index = this.#entries.length;
    this.#entries.push({ event, statement, message: about === null ? null : { id: about } });
    fold(this.state, input, index, this.#now);
  }

  #refusal(act: 'write' | 'open', envelope: Id, party: PartyId, purpose: Purpose, decision: Decision): void {
    const event = { kind: 'refusal', at: this.#now, act, envelope, party, purpose, decision } as const;
    this.#append({ kind: 'other', event });
  }

  #mayHave(party: PartyId, message: Id, purpose?: Purpose): Decision {
    const compartment = this.state.messages.get(message)?.compartment ?? '';
    return decide(this.state, { party, compartment, message, ...(purpose && { purpose }) }, this.#now);
  }

  /** What the client of whoever discloses does not even seal. */
  #isForbidden(to: PartyId, item: Id): boolean {
    const message = this.state.messages.get(item);
    const compartment = message && this.state.compartments.get(message.compartment);
    const recipient = this.state.parties.get(to);
    if (!message || !compartment || !recipient) return false;
    return prohibition(this.state, compartment, recipient, message, message.sender) !== null;
  }

  /** The grants a sender would name. */
  #grantsOf({ basis }: Decision, by: PartyId, compartment: Id): Id[] {
    const mine = (id: Id) => {
      const grant = this.state.grants.get(id);
      return grant?.compartment === compartment && partner(grant.partner) === by;
    };
    return basis.filter(mine).slice(0, 32);
  }

  /** What everybody's client does: whoever reads there and is awake makes the key fit who may read now. */
  #keepKeys(compartment: Id, asked?: PartyId): void {
    for (let tries = 0; tries < 8; tries++) {
      const need = keyNeed(this.state, compartment, this.#now);
      if (!need.rotate && need.admit.length === 0) return;
      const makers = readersOf(this.state, compartment, this.#now).map(({ party }) => party);
      const order = [...(asked && makers.includes(asked) ? [asked] : []), ...makers.toSorted(familyFirst)];
      if (!order.some((by) => this.#makeKey(by, compartment, need))) return;
    }
  }

  #makeKey(by: PartyId, compartment: Id, { rotate, admit }: { rotate: boolean; admit: PartyId[] }): boolean {
    const place = this.state.compartments.get(compartment);
    const epoch = place && currentEpoch(place);
    const link = epoch?.members.get(by)?.scope === 'history' ? filled('link', 64) : null;
    const wrapped = { dossier: this.dossier, compartment };
    const scopes = new Map(keyHoldersOf(this.state, compartment, this.#now).map(({ party, scope }) => [party, scope]));
    const wrap = (party: PartyId) => {
      const kid = this.state.parties.get(party)?.sealingKid ?? '';
      return { party, kid, scope: scopes.get(party) ?? 'epoch', sealed } as const;
    };
    const number = place?.epochs.length ?? 0;
    const fresh = { commitment: filled('c', HASH), label: filled('label', 60), wraps: [...scopes.keys()].map(wrap) };
    const said = rotate
      ? this.#try(by, { kind: 'epoch', ...wrapped, epoch: number, link, ...fresh })
      : this.#try(by, { kind: 'admit', ...wrapped, epoch: number - 1, wraps: admit.map(wrap), links: [] });
    return !isRefused(said);
  }
}

const familyFirst = (a: PartyId, b: PartyId): number => Number(isPerson(b)) - Number(isPerson(a));
