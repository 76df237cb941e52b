/**
 * For tests only: random logs of a few dossiers over everything a log can say, in any order, also what the ledger would
 * refuse: the fold believes what it is given, and a snapshot must keep whatever came of it.
 */
import type { FoldInput, State } from '@eenmaal/consent';
import {
  type ErasedMessage,
  type EventOf,
  type Id,
  type PartyId,
  type PublicKeys,
  partner,
  person,
  type Statement,
  type StatementInput,
  seat,
} from '@eenmaal/model';
import fc from 'fast-check';
import { MAIN } from './vault.ts';

export type LogEntry = { slot: string; input: FoldInput; at: number };

const id = (name: string): Id => `${name.padEnd(21, '_')}A`;
const hash = (name: string): string => `${name.padEnd(42, '_')}A`;
const keysOf = (name: string): PublicKeys => ({
  signing: { kty: 'OKP', crv: 'Ed25519', x: hash(`x-${name}`) },
  sealing: { kty: 'AKP', alg: 'X-Wing', pub: `pub-${name}` },
});
export const DOSSIERS = ['d0', 'd1', 'd2'].map(id);
const ORGANISATIONS = ['org-a', 'org-b', 'org-c'];
const START = 1_780_000_000_000;

/** Which act, in which dossier, and three free choices. */
type Step = readonly [kind: number, dossier: number, a: number, b: number, c: number];
const small = fc.nat(5);
export const steps: fc.Arbitrary<Step[]> = fc.array(fc.tuple(fc.nat(199), fc.nat(2), small, small, small), {
  minLength: 5,
  maxLength: 160,
});

/** Says everything of a list of steps, and remembers what can be named later. */
export class RandomLog {
  readonly entries: LogEntry[] = [];
  readonly #live = new Set<Id>();
  readonly #gone = new Set<Id>();
  readonly #messages: (ErasedMessage & { dossier: Id; gone: boolean })[] = [];
  readonly #acts: Id[] = [];
  readonly #epochs = new Map<Id, number>();
  readonly #numbers = new Map<PartyId, number>();

  constructor(list: readonly Step[]) {
    const keys = keysOf('steward');
    const region = { kind: 'region' as const, name: 'R', origin: 'r/log', profile: 'strict' as const };
    this.#say(MAIN, 'steward', { ...region, steward: keys.signing, ledger: keysOf('ledger') });
    for (const name of ORGANISATIONS) {
      const registered = { partner: name, name, attests: true, roles: ['gi'], keys: keysOf(name) };
      this.#say(MAIN, 'steward', { kind: 'partner', ...registered });
    }
    for (const step of list) this.#step(step);
  }

  #step([kind, number, a, b, c]: Step): void {
    const dossier = DOSSIERS[number] as Id;
    if (kind === 0 && this.#live.has(dossier)) this.#eraseAll(dossier);
    else if (kind === 1) this.#say(MAIN, 'steward', { kind: 'succession', partner: 'org-c', successor: null });
    else if (this.#gone.has(dossier)) return;
    else if (!this.#live.has(dossier)) this.#open(dossier);
    else if (kind < 70) this.#message(dossier, a, b, c);
    else if (kind < 80) this.#erase(dossier, a);
    else if (kind < 120) this.#hand(dossier, a, b);
    else this.#statement(dossier, kind - 120, a, b, c);
  }

  #open(dossier: Id): void {
    this.#live.add(dossier);
    const by = partner('org-a');
    this.#say(dossier, by, { kind: 'dossier', dossier });
    for (const name of ['mo', 'fa', 'ch']) this.#person(dossier, name);
    for (const name of ['p', 'q']) this.#place(dossier, name);
  }
  #person(dossier: Id, name: string): void {
    const who = this.#in(dossier, name);
    const ages = { turns12: null, turns16: null, turns18: START + 5000 };
    this.#say(dossier, partner('org-a'), { kind: 'person', dossier, person: who, keys: keysOf(who), ...ages });
  }
  #place(dossier: Id, name: string): void {
    const subjects = [this.#in(dossier, 'ch'), this.#in(dossier, 'mo')];
    const compartment = this.#in(dossier, name);
    const by = person(this.#in(dossier, 'mo'));
    this.#say(dossier, by, { kind: 'compartment', dossier, compartment, subjects, audience: 'family' });
  }

  #message(dossier: Id, a: number, b: number, c: number): void {
    const sender = this.#party(dossier, a);
    const seq = (this.#numbers.get(sender) ?? -1) + 1 + (c === 5 ? 5000 : 0);
    this.#numbers.set(sender, seq);
    const message = { envelope: this.#new('m'), compartment: this.#in(dossier, b < 3 ? 'p' : 'q'), sender, seq };
    const index = this.entries.length;
    this.#messages.push({ index, ...message, dossier, gone: false });
    const { envelope, compartment } = message;
    const header = {
      ...{ suite: 'EM1', id: envelope, dossier, compartment, epoch: 0, sender, kid: hash('k'), seq, kind: 'fragment' },
      ...{ purpose: 'safety', marks: a > 2 ? ['source'] : [], basis: [], ledger: { size: 0, root: '' } },
      ...{ secretHash: hash(`secret${index}`), size: 100 + index, attachments: [] },
    } as Extract<FoldInput, { kind: 'message' }>['header'];
    const event = { at: this.#at(), header: '', jws: '', bodyHash: hash(`b${index}`), stored: index, decision };
    this.#add(dossier, { kind: 'message', event: { kind: 'message', ...event }, header });
  }

  #erase(dossier: Id, a: number): void {
    const item = this.#messages.filter((one) => one.dossier === dossier && !one.gone).at(-1 - a);
    if (!item) return;
    item.gone = true;
    const said = {
      kind: 'erase' as const,
      dossier,
      items: [item.envelope],
      whole: false,
      request: null,
      ground: 'L30',
    };
    const statement = this.#say(dossier, partner('org-a'), said);
    const { dossier: _, gone: __, ...message } = item;
    const why = { dossier, statement, ground: 'L30', decidedBy: null };
    this.#other(MAIN, { kind: 'erasure', at: this.#at(), ...why, message });
  }

  #eraseAll(dossier: Id): void {
    this.#live.delete(dossier);
    this.#gone.add(dossier);
    const said = { kind: 'erase' as const, dossier, items: [], whole: true, request: null, ground: 'L30' };
    const statement = this.#say(dossier, partner('org-a'), said);
    const entries = [...this.entries.keys()].filter((index) => this.entries[index]?.slot === dossier);
    for (const message of this.#messages) if (message.dossier === dossier) message.gone = true;
    const sequences = this.#messages
      .filter((one) => one.dossier === dossier && one.sender.startsWith('partner/'))
      .map(({ sender, seq }) => ({ sender, seq }));
    const why = { dossier, statement, ground: 'L30', decidedBy: 'org-a', holders: ['org-b'] };
    this.#other(MAIN, { kind: 'dossier-erasure', at: this.#at(), ...why, entries, sequences });
  }

  #hand(dossier: Id, a: number, b: number): void {
    const envelope = this.#item(dossier, a);
    const event = { at: this.#at(), envelope, reader: this.#party(dossier, b), decision };
    if (b < 3) this.#other(dossier, { kind: 'delivery', ...event });
    else this.#other(dossier, { kind: 'opening', jws: '', purpose: 'support', ...event });
  }

  #statement(dossier: Id, kind: number, a: number, b: number, c: number): void {
    const [mother, father, child] = ['mo', 'fa', 'ch'].map((name) => this.#in(dossier, name)) as [Id, Id, Id];
    const compartment = this.#in(dossier, a < 3 ? 'p' : 'q');
    const organisation = ORGANISATIONS[b % 3] as string;
    const [ann, act] = [seat(organisation, this.#in(dossier, `ann${a}`)), this.#acts.at(-1 - c) ?? id('none')];
    const period = { from: START, until: START + 1000 * a };
    const said = { dossier, compartment, partner: organisation };
    const weighing = { record: hash('w'), answers: ['motive' as const] };
    const inputs: StatementInput[] = [
      { kind: 'custody', dossier, child, holders: [mother, father].slice(a % 2), guardian: null, partial: null },
      { kind: 'capacity', dossier, person: mother, capable: b > 2, representatives: [father] },
      { kind: 'death', dossier, person: father },
      { kind: 'secrecy', dossier, person: mother, on: a > 2 },
      { kind: 'foster', dossier, child, parent: father, provider: organisation, ...period },
      {
        kind: 'order',
        dossier,
        order: this.#in(dossier, `or${c}`),
        child,
        institution: organisation,
        ...period,
        proof: '',
      },
      { kind: 'seat', dossier, seat: ann, role: 'member', for: null, ...period, keys: keysOf(ann) },
      { kind: 'seat-end', dossier, seat: ann, until: START + 1 },
      { kind: 'allow', dossier, compartment, reader: father, on: a > 2 },
      { kind: 'ask', dossier, to: organisation, rule: 'L06', about: [child], purpose: 'safety', record: hash('q') },
      { kind: 'endorse', dossier, act },
      { kind: 'inform', dossier, act, told: a > 2, record: hash('r') },
      { kind: 'objection', dossier, act },
      { kind: 'weigh', dossier, act, stands: a > 2, weighing },
      { kind: 'request', dossier, to: organisation, right: 'erasure', about: child, items: [this.#item(dossier, c)] },
      { kind: 'answer', dossier, request: act, outcome: 'granted', ground: null },
      { kind: 'supersede', dossier, old: this.#item(dossier, a), new: this.#item(dossier, c) },
      { kind: 'dispute', dossier, item: this.#item(dossier, a), on: b > 1 },
      { kind: 'new-keys', party: person([mother, father][a % 2] as Id), keys: keysOf(this.#new('k')) },
      {
        kind: 'epoch',
        ...{ dossier, compartment, epoch: this.#epoch(compartment), commitment: '', link: null, label: '' },
        wraps: this.#wraps(dossier),
      },
      {
        kind: 'admit',
        ...{ dossier, compartment, epoch: b },
        wraps: this.#wraps(dossier),
        links: [{ epoch: b, link: 'l' }],
      },
      { kind: 'withdraw', ...said },
      { kind: 'refuse', ...said },
      {
        ...{ kind: 'grant', ...said, purposes: ['support'], from: START, until: START + 1000 * c, history: true },
        text: { version: '1', language: 'nl' },
      },
      {
        ...{
          kind: 'disclose',
          dossier,
          to: partner(organisation),
          rule: 'L06',
          purpose: 'safety',
          ask: null,
          weighing,
        },
        ...{ items: [{ envelope: this.#item(dossier, a), kid: '', sealed: '' }], emergency: a > 2, inform: 'later' },
      },
    ];
    const input = inputs[kind % inputs.length] as StatementInput;
    const slot = input.kind === 'new-keys' ? dossier : 'dossier' in input ? input.dossier : MAIN;
    this.#acts.push(this.#say(slot, b % 2 ? partner(organisation) : person([mother, father][a % 2] as Id), input));
  }

  #wraps = (dossier: Id) =>
    ['mo', 'fa'].map((name) => {
      const party = person(this.#in(dossier, name));
      return { party, kid: hash('k'), scope: 'history' as const, sealed: '' };
    });
  /** They follow one another: nothing else is ever let in. */
  #epoch = (compartment: Id): number => this.#epochs.get(compartment) ?? 0;
  #item = (dossier: Id, place: number): Id =>
    this.#messages.filter((one) => one.dossier === dossier).at(-1 - place)?.envelope ?? id('none');
  #party = (dossier: Id, place: number): PartyId =>
    place < 3
      ? person(this.#in(dossier, ['mo', 'fa', 'ch'][place] as string))
      : partner(ORGANISATIONS[place - 3] as string);
  #in = (dossier: Id, name: string): Id => id(`${dossier.slice(0, 2)}-${name}`);
  #new = (name: string): Id => id(`${name}${this.entries.length}`);
  #at = (): number => START + this.entries.length * 10;

  #say(slot: string, by: PartyId, input: StatementInput): Id {
    if (input.kind === 'epoch') this.#epochs.set(input.compartment, input.epoch + 1);
    const own = { v: 1, id: this.#new('s'), by, at: this.#at(), seen: { size: 0, root: '' } };
    const statement = { ...own, ...input } as Statement;
    const keys = 'keys' in statement ? statement.keys : null;
    const steward = statement.kind === 'region' ? { signing: hash('steward'), sealing: null } : undefined;
    const kids = keys ? { signing: `kid-${keys.signing.x}`, sealing: `seal-${keys.signing.x}` } : steward;
    this.#add(slot, { kind: 'statement', statement, kids });
    return own.id;
  }
  #other(slot: string, event: Exclude<Extract<FoldInput, { kind: 'other' }>['event'], EventOf<'writer'>>): void {
    this.#add(slot, { kind: 'other', event });
  }
  #add(slot: string, input: FoldInput): void {
    this.entries.push({ slot, input, at: this.#at() });
  }
}

const decision = { outcome: 'permit' as const, code: 'P-OWN' as const, basis: [], rules: [] };

/** Plain maps and sets, for comparing a state that is read in parts with one that is not. */
export const whole = (state: State): Omit<State, 'law'> => {
  const plain = (value: unknown): unknown =>
    value instanceof Map ? new Map(value) : value instanceof Set ? new Set(value) : value;
  return Object.fromEntries(
    Object.entries(state).flatMap(([name, value]) => (name === 'law' ? [] : [[name, plain(value)]])),
  ) as Omit<State, 'law'>;
};
