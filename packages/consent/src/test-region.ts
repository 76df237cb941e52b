/** For tests only: a region in a few words. Says what happens as statements, checks each as the ledger does, folds it. */
import {
  type ErrorCode,
  type Header,
  type Id,
  type Instant,
  type PartyId,
  type Profile,
  type PublicKeys,
  partner,
  person,
  STEWARD,
  type Statement,
  type StatementInput,
} from '@eenmaal/model';
import { checkEnvelope, checkStatement } from './accept.ts';
import { decide } from './decide.ts';
import { type FoldInput, fold, type Kids } from './fold.ts';
import { readersOf } from './readers.ts';
import { currentEpoch, emptyState, type State } from './state.ts';
import { LAW } from './test-law.ts';
import { maySee, sightOf } from './visible.ts';

const HOUR = 3_600_000;
export const YEAR = 365 * 24 * HOUR;
export const START: Instant = 50 * YEAR;

/** An id one can read in a failure. */
export const id = (name: string): Id => `${name.padEnd(21, '_')}A`;
const hash = (name: string): string => `${name.padEnd(42, '_')}A`;
export const MOTHER = person(id('mother'));
export const FATHER = person(id('father'));
export const CHILD8 = person(id('child8'));
export const CHILD14 = person(id('child14'));
/** The one that opened the dossier and attests; the other two only receive. */
export const TEAM = partner('team');
export const CLINIC = partner('clinic');
export const SCHOOL = partner('school');
export const DOSSIER = id('dossier');
const ROLES = { team: 'local-team', clinic: 'ggz-adult', school: 'school' };

export const keysOf = (name: string): PublicKeys => ({
  signing: { kty: 'OKP', crv: 'Ed25519', x: `x-${name}` },
  sealing: { kty: 'AKP', alg: 'X-Wing', pub: `pub-${name}` },
});
const kidsOf = ({ signing, sealing }: PublicKeys): Kids => ({
  signing: hash(signing.x),
  sealing: hash(sealing.pub),
});

export type Entry = { input: FoldInput; index: number; at: Instant };
type SayInput = StatementInput & { kind: 'grant' | 'withdraw' | 'refuse' };

export class TestRegion {
  state: State = emptyState(LAW);
  entries: Entry[] = [];
  now: Instant = START;

  constructor(profile: Profile = 'strict') {
    const keys = { steward: keysOf('steward').signing, ledger: keysOf('ledger') };
    this.must(STEWARD, { kind: 'region', name: 'Region', origin: 'region.example/log', profile, ...keys });
    for (const name of Object.keys(ROLES)) {
      const roles = [ROLES[name as keyof typeof ROLES]];
      this.must(STEWARD, { kind: 'partner', partner: name, name, attests: name === 'team', roles, keys: keysOf(name) });
    }
  }

  /** Checks and, when nothing is against it, folds. */
  try(by: PartyId, input: StatementInput): ErrorCode | null {
    const seen = { size: this.state.size, root: hash('root') };
    const statement = { v: 1, id: id(`s${this.entries.length}`), by, at: this.now, seen, ...input } as Statement;
    return this.tryStatement(statement);
  }

  tryStatement(statement: Statement): ErrorCode | null {
    const refused = checkStatement(this.state, statement, this.now);
    if (refused) return refused;
    const keys = 'keys' in statement ? statement.keys : null;
    const steward = statement.kind === 'region' ? { signing: hash('steward'), sealing: null } : undefined;
    this.add({ kind: 'statement', statement, kids: keys ? kidsOf(keys) : steward });
    return null;
  }

  /** As `try`, for what must be accepted; gives the statement's id. */
  must(by: PartyId, input: StatementInput): Id {
    const refused = this.try(by, input);
    if (refused) throw new Error(`${input.kind} by ${by}: ${refused}`);
    return id(`s${this.entries.length - 1}`);
  }

  add(input: FoldInput): number {
    const index = this.entries.length;
    this.entries.push({ input, index, at: this.now });
    fold(this.state, input, index, this.now);
    return index;
  }

  custody(child: string, ...holders: string[]): Id {
    return this.must(TEAM, {
      kind: 'custody',
      dossier: DOSSIER,
      child: id(child),
      holders: holders.map(id),
      guardian: null,
      partial: null,
    });
  }

  /** About these persons; its id is `about-` and their names. */
  compartment(by: PartyId, ...subjects: string[]): Id {
    const compartment = id(`about-${subjects.join('-')}`);
    this.must(by, {
      kind: 'compartment',
      dossier: DOSSIER,
      compartment,
      subjects: subjects.map(id),
      audience: 'family',
    });
    return compartment;
  }

  say(kind: SayInput['kind'], by: PartyId, compartment: Id, to: PartyId, more: Partial<SayInput> = {}) {
    return this.try(by, sayInput(kind, compartment, to, this.now, more));
  }

  grant(by: PartyId, compartment: Id, to: PartyId, more: Partial<SayInput> = {}): Id {
    return this.must(by, sayInput('grant', compartment, to, this.now, more));
  }

  /** A new epoch, wrapped for exactly those who may read now. */
  rotate(by: PartyId, compartment: Id, more: Partial<StatementInput & { kind: 'epoch' }> = {}): ErrorCode | null {
    const known = this.state.compartments.get(compartment);
    const current = known && currentEpoch(known);
    const link = current?.members.get(by)?.scope === 'history' ? 'link' : null;
    const wraps = readersOf(this.state, compartment, this.now).map((reader) => this.wrap(reader.party, reader.scope));
    const epoch = { epoch: known?.epochs.length ?? 0, commitment: hash('commitment'), link, label: 'label', wraps };
    return this.try(by, { kind: 'epoch', dossier: DOSSIER, compartment, ...epoch, ...more });
  }

  admit(by: PartyId, compartment: Id, parties: PartyId[], more: Partial<StatementInput & { kind: 'admit' }> = {}) {
    const epoch = (this.state.compartments.get(compartment)?.epochs.length ?? 0) - 1;
    const wraps = parties.map((party) => this.wrap(party, 'history'));
    return this.try(by, { kind: 'admit', dossier: DOSSIER, compartment, epoch, wraps, links: [], ...more });
  }

  wrap(party: PartyId, scope: 'history' | 'epoch') {
    return { party, scope, kid: this.state.parties.get(party)?.sealingKid ?? hash('none'), sealed: 'sealed' };
  }

  header(sender: PartyId, compartment: Id, more: Partial<Header> = {}): Header {
    const epoch = (this.state.compartments.get(compartment)?.epochs.length ?? 0) - 1;
    const seq = (this.state.sequences.get(sender)?.highest ?? -1) + 1;
    const named = {
      suite: 'EM1',
      id: id(`m${this.entries.length}`),
      dossier: DOSSIER,
      compartment,
      epoch,
      sender,
      seq,
    };
    const rest = { kid: hash(`x-${sender}`), kind: 'fragment', purpose: 'support', size: 48 } as const;
    const ledger = { size: this.state.size, root: hash('root') };
    return { ...named, ...rest, ledger, marks: [], secretHash: hash('secret'), basis: [], attachments: [], ...more };
  }

  /** What the ledger says to an envelope; when accepted it is folded. */
  send(header: Header): ErrorCode | null {
    const { sender: party, compartment, purpose } = header;
    const decision = decide(this.state, { party, compartment, purpose }, this.now);
    const refused = decision.outcome === 'permit' ? checkEnvelope(this.state, header, this.now) : 'no-basis';
    if (refused) return refused;
    const event = {
      kind: 'message',
      at: this.now,
      header: '',
      jws: '',
      bodyHash: hash('body'),
      stored: 0,
      decision,
    } as const;
    this.add({ kind: 'message', event, header });
    return null;
  }
}

const sayInput = (
  kind: SayInput['kind'],
  compartment: Id,
  to: PartyId,
  now: Instant,
  more: Partial<SayInput> = {},
): StatementInput => {
  const where = { dossier: DOSSIER, compartment, partner: to.slice('partner/'.length) };
  if (kind !== 'grant') return { kind, ...where, ...more } as StatementInput;
  const text = { version: '1', language: 'nl' };
  return {
    kind,
    ...where,
    purposes: ['support'],
    from: now,
    until: now + YEAR,
    history: true,
    text,
    ...more,
  } as StatementInput;
};

/** Mother and father, divorced, both with custody over a child of 8 and one of 14; a compartment about each. */
export function makeFamily(profile: Profile = 'strict'): TestRegion {
  const region = new TestRegion(profile);
  region.must(TEAM, { kind: 'dossier', dossier: DOSSIER });
  const adult = { turns12: null, turns16: null, turns18: null };
  const ages = {
    mother: adult,
    father: adult,
    child8: { turns12: START + 4 * YEAR, turns16: START + 8 * YEAR, turns18: START + 10 * YEAR },
    child14: { turns12: null, turns16: START + 2 * YEAR, turns18: START + 4 * YEAR },
  };
  for (const [name, turns] of Object.entries(ages)) {
    const keys = name === 'child8' ? null : keysOf(name);
    region.must(TEAM, { kind: 'person', dossier: DOSSIER, person: id(name), keys, ...turns });
  }
  for (const child of ['child8', 'child14']) region.custody(child, 'mother', 'father');
  for (const about of ['mother', 'father', 'child8', 'child14'])
    region.compartment(about === 'father' ? FATHER : MOTHER, about);
  return region;
}

/** The entries of the dossier (and the registry) that `party` is shown now. */
export function seenBy({ state, entries, now }: TestRegion, party: PartyId): Entry[] {
  const sight = sightOf(state, party, DOSSIER, now);
  return entries.filter(({ input }) => {
    if (input.kind === 'statement') return maySee(sight, { kind: 'statement', at: 0, jws: '' }, input.statement, null);
    const envelope = input.kind === 'message' ? input.header.id : 'envelope' in input.event ? input.event.envelope : '';
    return maySee(sight, input.event, null, state.messages.get(envelope) ?? null);
  });
}
