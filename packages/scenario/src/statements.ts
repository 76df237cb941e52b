/** From a step to the statement somebody signs: names become ids, moments become instants, what is left out gets its default. */
import { boundariesOf, type Question } from '@eenmaal/consent';
import { type Id, type Instant, type PartyId, type Purpose, STEWARD, type StatementInput } from '@eenmaal/model';
import type { Cast } from './cast.ts';
import type { Fields, Head, StatementVerb, Step } from './format.ts';
import { listed } from './format.ts';
import { type Around, after, instantOf } from './times.ts';
import type { World } from './world.ts';

/** What the statements of a scenario are made with. */
export type Maker = {
  world: World;
  cast: Cast;
  /** Who opened the dossier. */
  opener: PartyId;
  clock: Around & { now: Instant };
  /** When each order began, so that an extension keeps it. */
  orders: Map<string, Instant>;
};
/** Who signs what; several when a step says it of several. */
export type Signed = { by: PartyId; input: StatementInput };

const YEAR = '1 year';
type Simple = Exclude<StatementVerb, 'compartment' | 'disclose'>;
type Makers = { [V in Simple]: (maker: Maker, fields: Fields<V>) => Signed[] };

/** The statements of one step. */
export const statementsOf = (maker: Maker, { verb, fields }: Extract<Step, { verb: Simple }>): Signed[] =>
  (MAKERS[verb] as (maker: Maker, given: unknown) => Signed[])(maker, fields);

const MAKERS: Makers = {
  custody: (maker, { child, by, ...terms }) => [custodyOf(maker, child, terms, by)],
  order(maker, { name, child, to, by, ...period }) {
    const { cast, world, orders } = maker;
    const { from, until } = periodOf(maker, { from: undefined, ...period }, orders.get(name));
    orders.set(name, from);
    const parts = { order: cast.id(name), child: cast.id(child), institution: cast.organisation(to), from, until };
    return [attested(maker, by, { kind: 'order', ...inDossier(maker), ...parts, proof: world.hash(name) })];
  },
  foster(maker, { child, parent, provider, by, ...period }) {
    const { cast, orders } = maker;
    const who = { child: cast.id(child), parent: cast.id(parent), provider: cast.organisation(provider) };
    const placement = Object.values(who).join(' ');
    const { from, until } = periodOf(maker, { from: undefined, ...period }, orders.get(placement));
    orders.set(placement, from);
    return [attested(maker, by, { kind: 'foster', ...inDossier(maker), ...who, from, until })];
  },
  death: (maker, { person, by }) => [
    attested(maker, by, { kind: 'death', ...inDossier(maker), person: maker.cast.id(person) }),
  ],
  capacity: (maker, { person, capable, representatives, by }) => [
    attested(maker, by, {
      ...{ kind: 'capacity', ...inDossier(maker), person: maker.cast.id(person), capable },
      representatives: maker.cast.ids(listed(representatives)),
    }),
  ],
  'secret-address': (maker, { person, on = true, by }) => [
    attested(maker, by, { kind: 'secrecy', ...inDossier(maker), person: maker.cast.id(person), on }),
  ],
  seat(maker, { name, of, role = 'member', by, ...rest }) {
    const { cast, world } = maker;
    const seat = cast.addSeat(name, of);
    const replaced = rest['stands-in-for'];
    const terms = { role, for: replaced === undefined ? null : cast.party(replaced), ...periodOf(maker, rest) };
    const input = { kind: 'seat', ...inDossier(maker), seat, ...terms, keys: world.keysOf(seat) } as const;
    return [{ by: cast.party(by ?? of), input }];
  },
  'seat-end'(maker, { seat, at, by }) {
    const { cast, clock } = maker;
    const party = cast.party(seat);
    const until = at === undefined ? clock.now : instantOf(at, clock);
    const signer = by === undefined ? (`partner/${cast.organisation(seat)}` as PartyId) : cast.party(by);
    return [{ by: signer, input: { kind: 'seat-end', ...inDossier(maker), seat: party, until } }];
  },
  grant(maker, { by, to, in: places, purpose, history = true, ...period }) {
    const terms = { purposes: purposesOf(purpose), ...periodOf(maker, period), history };
    const text = { version: 'scenario-1', language: 'nl' } as const;
    return says(maker, by, to, places, (partner, compartment) => ({
      ...{ kind: 'grant', ...inDossier(maker), compartment, partner, ...terms, text },
    }));
  },
  withdraw: (maker, { by, to, in: places }) =>
    says(maker, by, to, places, (partner, compartment) => ({
      ...{ kind: 'withdraw', ...inDossier(maker), compartment, partner },
    })),
  refuse: (maker, { by, to, in: places }) =>
    says(maker, by, to, places, (partner, compartment) => ({
      ...{ kind: 'refuse', ...inDossier(maker), compartment, partner },
    })),
  allow: (maker, { by, reader, in: place, on = true }) => {
    const { cast } = maker;
    const terms = { compartment: cast.id(place), reader: cast.id(reader), on };
    return [{ by: cast.party(by), input: { kind: 'allow', ...inDossier(maker), ...terms } }];
  },
  ask(maker, { by, to, rule, about, purpose = 'support' }) {
    const { cast, world } = maker;
    const terms = { to: cast.organisation(to), rule, about: cast.ids(listed(about)), purpose };
    return [{ by: cast.party(by), input: { kind: 'ask', ...inDossier(maker), ...terms, record: world.hash('ask') } }];
  },
  endorse: (maker, { by, act }) => [aboutAct(maker, by, { kind: 'endorse', act: maker.cast.statement(act) })],
  inform: (maker, { by, act, told = true }) => [
    aboutAct(maker, by, { kind: 'inform', act: maker.cast.statement(act), told, record: maker.world.hash('inform') }),
  ],
  object: (maker, { by, act }) => [aboutAct(maker, by, { kind: 'objection', act: maker.cast.statement(act) })],
  weigh: (maker, { by, act, stands, answers }) => [
    aboutAct(maker, by, {
      ...{ kind: 'weigh', act: maker.cast.statement(act), stands },
      weighing: { record: maker.world.hash('weighing'), answers: [...listed(answers)] },
    }),
  ],
  request(maker, { by, to, right, about, items }) {
    const { cast } = maker;
    const terms = { to: cast.organisation(to), right, about: cast.id(about), items: cast.ids(listed(items)) };
    return [aboutAct(maker, by, { kind: 'request', ...terms })];
  },
  answer: (maker, { by, request, outcome, ground = null }) => [
    aboutAct(maker, by, { kind: 'answer', request: maker.cast.statement(request), outcome, ground }),
  ],
  erase(maker, { by, items, whole = false, request, ground }) {
    const { cast } = maker;
    const asked = request === undefined ? null : cast.statement(request);
    return [aboutAct(maker, by, { kind: 'erase', items: cast.ids(listed(items)), whole, request: asked, ground })];
  },
  supersede: (maker, { by, old, new: next }) => [
    aboutAct(maker, by, { kind: 'supersede', old: maker.cast.id(old), new: maker.cast.id(next) }),
  ],
  dispute: (maker, { by, item, on = true }) => [
    aboutAct(maker, by, { kind: 'dispute', item: maker.cast.id(item), on }),
  ],
  succession({ cast }, { partner, successor }) {
    const next = successor === undefined ? null : cast.organisation(successor);
    return [{ by: STEWARD, input: { kind: 'succession', partner: cast.organisation(partner), successor: next } }];
  },
};

/** Who holds custody, as the start of a file or a step says it. */
export function custodyOf(
  maker: Maker,
  child: string,
  terms: Omit<Fields<'custody'>, 'child' | 'by' | 'name'>,
  by?: string,
) {
  const { cast } = maker;
  const { holders, guardian, partial } = terms;
  return attested(maker, by, {
    ...{ kind: 'custody', ...inDossier(maker), child: cast.id(child), holders: cast.ids(listed(holders)) },
    guardian: guardian === undefined ? null : cast.organisation(guardian),
    partial: partial ? { institution: cast.organisation(partial.by), matters: [...listed(partial.matters)] } : null,
  });
}

/** Somebody in the family; a child's birth date stays here, only the instants go out. */
export function personOf({ world, cast, clock, opener }: Maker, name: string, person: Head['people'][string]): Signed {
  const id = cast.addPerson(name);
  const ages =
    person === 'adult' ? { turns12: null, turns16: null, turns18: null } : boundariesOf(person.born, clock.now);
  const input = {
    kind: 'person',
    dossier: world.dossier,
    person: id,
    ...ages,
    keys: world.keysOf(cast.party(name)),
  } as const;
  return { by: opener, input };
}

/** What `attempt` and `explains` ask. */
export function questionOf({ world, cast }: Maker, fields: Fields<'attempt'>): Question {
  const { by, in: place, message, purpose, from, marks } = fields;
  const id = message === undefined ? undefined : cast.id(message);
  const compartment = id === undefined ? cast.id(place ?? '') : world.state.messages.get(id)?.compartment;
  return {
    ...{ party: cast.party(by), compartment: compartment ?? '' },
    ...(id !== undefined && { message: id }),
    ...(purpose && { purpose }),
    ...(from !== undefined && { from: cast.party(from) }),
    ...(marks && { marks: [...listed(marks)] }),
  };
}

export const inDossier = ({ world }: Maker): { dossier: Id } => ({ dossier: world.dossier });
const purposesOf = (purpose: Purpose | readonly Purpose[] | undefined): Purpose[] => {
  const purposes = listed(purpose);
  return purposes.length === 0 ? ['support'] : [...purposes];
};

const attested = (maker: Maker, by: string | undefined, input: StatementInput): Signed => ({
  by: by === undefined ? maker.opener : maker.cast.party(by),
  input,
});

type WithoutDossier = StatementInput extends infer S ? (S extends { dossier: Id } ? Omit<S, 'dossier'> : never) : never;
const aboutAct = (maker: Maker, by: string, input: WithoutDossier): Signed => ({
  by: maker.cast.party(by),
  input: { ...inDossier(maker), ...input } as StatementInput,
});

function says(
  { cast }: Maker,
  by: string | string[],
  to: string | string[],
  places: string | string[],
  input: (partner: string, compartment: Id) => StatementInput,
): Signed[] {
  const pairs = listed(to).flatMap((partner) => listed(places).map((place) => [partner, place] as const));
  return listed(by).flatMap((who) =>
    pairs.map(([partner, place]) => ({
      by: cast.party(who),
      input: input(cast.organisation(partner), cast.id(place)),
    })),
  );
}

function periodOf(
  { clock }: Maker,
  terms: { from?: string | undefined; until?: string | undefined; for?: string | undefined },
  began?: Instant,
) {
  const from = terms.from === undefined ? (began ?? clock.now) : instantOf(terms.from, clock);
  if (terms.until !== undefined) return { from, until: instantOf(terms.until, clock) };
  return { from, until: after(from, terms.for ?? YEAR) };
}
