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
import { isStale, keyHoldersOf } from './readers.ts';
import { currentEpoch, emptyState, type State } from './state.ts';
import { custodyOf, DOSSIER, disclose, hash, id, keysOf, START, YEAR } from './test-inputs.ts';
import { LAW } from './test-law.ts';
import { maySee, sightOf } from './visible.ts';

export const MOTHER = person(id('mother'));
export const FATHER = person(id('father'));
export const CHILD8 = person(id('child8'));
export const CHILD14 = person(id('child14'));
/** The one that opened the dossier and attests; the others only receive. */
export const TEAM = partner('team');
export const CLINIC = partner('clinic');
export const SCHOOL = partner('school');
export const GI = partner('gi');
export const VT = partner('vt');
export const RAAD = partner('raad');
export const FOSTER = partner('foster');
export const RET = partner('ret');
export const CITY = partner('city');
/** Its task in the chain, of each. */
const ROLES = {
  ...{ team: 'local-team', clinic: 'ggz-adult', school: 'school', gi: 'gi', vt: 'veilig-thuis', raad: 'raad' },
  ...{ foster: 'foster-provider', ret: 'ret', city: 'municipality' },
};

const kidsOf = ({ signing, sealing }: PublicKeys): Kids => ({
  signing: hash(signing.x),
  sealing: hash(sealing.pub),
});

export * from './test-inputs.ts';

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

  /** One more organisation, with these tasks. */
  register(name: string, ...roles: string[]): PartyId {
    this.must(STEWARD, { kind: 'partner', partner: name, name, attests: false, roles, keys: keysOf(name) });
    return partner(name);
  }

  custody(child: string, ...holders: string[]): Id {
    return this.must(TEAM, custodyOf(child, holders));
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
    const wraps = keyHoldersOf(this.state, compartment, this.now).map((reader) =>
      this.wrap(reader.party, reader.scope),
    );
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

  /** A message, under a new key where one is needed; its id. */
  message(by: PartyId, compartment: Id, more: Partial<Header> = {}): Id {
    if (isStale(this.state, compartment, this.now)) this.rotate(by, compartment);
    const header = this.header(by, compartment, more);
    const refused = this.send(header);
    if (refused) throw new Error(`message by ${by}: ${refused}`);
    return header.id;
  }

  /** Single messages for this receiver's newest key. */
  discloses(...[to, rule, items, more]: Parameters<typeof disclose>): ReturnType<typeof disclose> {
    const kid = this.state.parties.get(to)?.sealingKid ?? hash('none');
    return disclose(to, rule, items, {
      items: items.map((envelope) => ({ envelope, kid, sealed: 'sealed' })),
      ...more,
    });
  }

  /** The ledger hands a message to a reader that may have it. */
  deliver(envelope: Id, reader: PartyId, kind: 'delivery' | 'opening' = 'delivery'): number {
    const compartment = this.state.messages.get(envelope)?.compartment ?? '';
    const decision = decide(this.state, { party: reader, compartment, message: envelope }, this.now);
    if (decision.outcome !== 'permit') throw new Error(`${kind} to ${reader}: ${decision.code}`);
    const event = { at: this.now, envelope, reader, decision };
    if (kind === 'delivery') return this.add({ kind: 'other', event: { kind, ...event } });
    return this.add({ kind: 'other', event: { kind, jws: '', purpose: 'support', ...event } });
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
    if (input.kind === 'erased') return false;
    const envelope = input.kind === 'message' ? input.header.id : 'envelope' in input.event ? input.event.envelope : '';
    return maySee(sight, input.event, null, state.messages.get(envelope) ?? null);
  });
}
