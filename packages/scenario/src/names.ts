/** Which names a step uses and gives, and as what: so that a name nobody gave is found before anything is run. */
import { listed, type Scenario, type Step, type Verb } from './format.ts';

/** What a name stands for. A statement's name is of the kind of its verb. */
export type Kind = 'person' | 'partner' | 'seat' | 'office' | 'compartment' | 'message' | Verb;
type Wanted = readonly Kind[] | 'anything';

const PARTY: Wanted = ['person', 'partner', 'seat', 'office'];
const ACT: Wanted = ['disclose', 'seat'];
const person: Wanted = ['person'];
const partner: Wanted = ['partner'];
const seat: Wanted = ['seat'];
const compartment: Wanted = ['compartment'];
const message: Wanted = ['message'];

const SAY = { by: PARTY, to: partner, in: compartment };
const QUESTION = { by: PARTY, in: compartment, message };
const CUSTODY = { holders: person, guardian: partner, 'partial.by': partner };
/** By verb: the fields that hold names, a dot for a map within. */
const USES: Partial<Record<Verb, Record<string, Wanted>>> = {
  compartment: { about: person, by: PARTY },
  custody: { by: PARTY, child: person, ...CUSTODY },
  order: { by: PARTY, child: person, to: partner },
  foster: { by: PARTY, child: person, parent: person, provider: partner },
  death: { by: PARTY, person },
  capacity: { by: PARTY, person, representatives: person },
  'secret-address': { by: PARTY, person },
  seat: { by: PARTY, of: partner, 'stands-in-for': seat },
  'seat-end': { by: PARTY, seat },
  grant: SAY,
  withdraw: SAY,
  refuse: SAY,
  allow: { by: PARTY, reader: person, in: compartment },
  ask: { by: PARTY, to: partner, about: person },
  disclose: { by: PARTY, to: PARTY, items: message, ask: ['ask'] },
  endorse: { by: PARTY, act: ACT },
  inform: { by: PARTY, act: ACT },
  object: { by: PARTY, act: ACT },
  weigh: { by: PARTY, act: ACT },
  request: { by: PARTY, to: partner, about: person, items: message },
  answer: { by: PARTY, request: ['request'] },
  erase: { by: PARTY, items: message, request: ['request'] },
  supersede: { by: PARTY, old: message, new: message },
  dispute: { by: PARTY, item: message },
  consult: { by: PARTY, to: partner, answers: ['consult'] },
  succession: { partner, successor: partner },
  send: { by: PARTY, in: compartment, basis: ['grant'] },
  replay: { by: PARTY, message },
  deliver: { to: PARTY, message },
  open: { by: PARTY, message },
  attempt: { ...QUESTION, from: PARTY },
  expect: {
    ...{ 'visible.to': PARTY, 'visible.what': 'anything', 'hidden.from': PARTY, 'hidden.what': 'anything' },
    ...{ 'readers.of': compartment, 'readers.are': PARTY, 'waiting.for': PARTY, 'waiting.are': message },
    ...{ 'notice.to': PARTY, 'notice.about': 'anything', 'no-notice.to': PARTY, 'no-notice.about': 'anything' },
    ...{ 'term.to': PARTY, 'term.who': PARTY, 'term.about': 'anything' },
    ...{ 'no-term.to': PARTY, 'no-term.about': 'anything' },
    ...{ 'explains.to': PARTY, 'explains.by': PARTY, 'explains.in': compartment, 'explains.message': message },
    ...{ 'explains.ask-next': PARTY, 'may-share.from': PARTY, 'may-share.to': PARTY, 'may-share.in': compartment },
  },
};
/** Offices everybody knows: the region's steward and its privacy officer (FG). */
export const OFFICES = ['steward', 'officer'] as const;

export type Use = { path: string[]; name: string; wanted: Wanted };

/** The names a step uses, in the order of its fields. */
export const usesOf = ({ verb, fields }: Pick<Step, 'verb' | 'fields'>): Use[] =>
  Object.entries(USES[verb] ?? {}).flatMap(([field, wanted]) => namesAt(fields, field.split('.'), wanted));

/** The names in the part of a file before its steps. */
export function usesOfHead({ custody = {}, compartments = {} }: Scenario): Use[] {
  const inCustody = Object.entries(custody).flatMap(([child, terms]) => {
    const path = ['custody', child];
    if (typeof terms === 'string' || Array.isArray(terms))
      return [{ path, name: child, wanted: person }, ...listed(terms).map((name) => ({ path, name, wanted: person }))];
    const uses = Object.entries(CUSTODY).flatMap(([field, wanted]) => namesAt(terms, field.split('.'), wanted));
    return [{ path, name: child, wanted: person }, ...uses.map((use) => ({ ...use, path: [...path, ...use.path] }))];
  });
  const inCompartments = Object.entries(compartments).flatMap(([name, terms]) =>
    Object.entries(USES.compartment ?? {})
      .flatMap(([field, wanted]) => namesAt(terms, [field], wanted))
      .map((use) => ({ ...use, path: ['compartments', name, ...use.path] })),
  );
  return [...inCustody, ...inCompartments];
}

function namesAt(fields: unknown, path: string[], wanted: Wanted): Use[] {
  let here = fields;
  for (const key of path) here = (here as Record<string, unknown> | undefined)?.[key];
  return listed(here as string | string[] | undefined).map((name) => ({ path, name, wanted }));
}

/** The name a step gives, and as what; null when it gives none. */
export function givenBy({ verb, fields }: Pick<Step, 'verb' | 'fields'>): { name: string; kind: Kind } | null {
  const { name } = fields as { name?: string };
  if (typeof name !== 'string') return null;
  return { name, kind: verb === 'send' ? 'message' : verb };
}

export const fits = (kind: Kind, wanted: Wanted): boolean => wanted === 'anything' || wanted.includes(kind);
