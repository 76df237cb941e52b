/**
 * For tests only: random histories of a family over every kind of statement. Only what the ledger accepts is folded. Yeses
 * of everybody together and whole disclosures are frequent: random acts alone would seldom make a permit.
 */
import { isPerson, type PartyId, type Purpose, STEWARD } from '@eenmaal/model';
import fc from 'fast-check';
import type { Question } from './decide.ts';
import { fold } from './fold.ts';
import { keyNeed } from './readers.ts';
import { emptyState, type State } from './state.ts';
import { LAW } from './test-law.ts';
import {
  ALL_ANSWERS,
  allow,
  answer,
  ask,
  CHILD8,
  CHILD14,
  CLINIC,
  capable,
  consult,
  DOSSIER,
  death,
  dispute,
  type Entry,
  endorse,
  erase,
  FATHER,
  FOSTER,
  file,
  foster,
  GI,
  id,
  incapable,
  inform,
  keysOf,
  MOTHER,
  makeFamily,
  member,
  objection,
  order,
  own,
  personOf,
  RAAD,
  request,
  SCHOOL,
  seat,
  seatAt,
  seatEnd,
  secrecy,
  succession,
  supersede,
  TEAM,
  type TestRegion,
  VT,
  weigh,
  weighing,
  YEAR,
} from './test-region.ts';

const MONTH = YEAR / 12;
const AUNT = personOf('aunt');
export const FAMILY = [MOTHER, FATHER, CHILD14, CHILD8, AUNT];
export const PARTNERS = [TEAM, CLINIC, SCHOOL, GI, VT, RAAD, FOSTER];
export const SEATS = [TEAM, CLINIC, GI, VT, FOSTER].flatMap((at) => ['one', 'two'].map((name) => seatAt(at, name)));
export const PARTIES = [...FAMILY, ...PARTNERS, ...SEATS];
const FAMILY_PLACES = ['mother', 'father', 'child8', 'child14', 'mother-child8', 'child8-child14'].map((of) =>
  id(`about-${of}`),
);
/** Whose file, and about whom. */
const FILES = [
  [TEAM, 'child8', id('file-team-child8')],
  [TEAM, 'mother', id('file-team-mother')],
  [FOSTER, 'child8', id('file-foster-child8')],
  [VT, 'child14', id('file-vt-child14')],
] as const;
export const COMPARTMENTS = [...FAMILY_PLACES, id('own-child14'), ...FILES.map(([, , place]) => place)];
const PURPOSES = [undefined, 'support', 'safety'] as const;

const pick = fc.nat(99);
const by = fc.constantFrom(...FAMILY);
const anybody = fc.constantFrom(...PARTIES);
const where = fc.constantFrom(...FAMILY_PLACES, id('own-child14'));
const to = fc.constantFrom(CLINIC, CLINIC, SCHOOL, TEAM, GI);
const months = fc.integer({ min: 1, max: 60 });
const child = fc.constantFrom('child8', 'child14');
const record = <K extends string, T extends object>(act: K, rest: { [P in keyof T]: fc.Arbitrary<T[P]> }) =>
  fc.record({ act: fc.constant(act), ...rest }) as unknown as fc.Arbitrary<{ act: K } & T>;

/** Under which rule who is shown what: a giver with a file, a receiver, a purpose. */
const SHARES = [
  [TEAM, GI, 'L06', 'safety'],
  [TEAM, VT, 'L08', 'safety'],
  [TEAM, RAAD, 'L16', 'inquiry'],
  [TEAM, SCHOOL, 'L25', 'safety'],
  [TEAM, CLINIC, 'L03', 'support'],
  [TEAM, MOTHER, 'OWN', 'support'],
  [TEAM, FATHER, 'L04', 'support'],
  [VT, GI, 'L10', 'safety'],
  [FOSTER, AUNT, 'L22', 'support'],
  [TEAM, SEATS[4] as PartyId, 'L06', 'safety'],
] as const;

const consents = fc.oneof(
  {
    weight: 3,
    arbitrary: record('grant', {
      ...{ by, where, to, months, history: fc.boolean(), from: fc.constantFrom(0, 0, 0, MONTH) },
      purposes: fc.subarray<Purpose>(['support', 'safety', 'education'], { minLength: 1 }),
    }),
  },
  { weight: 5, arbitrary: record('together', { where, to, history: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: record('unsay', { kind: fc.constantFrom('withdraw' as const, 'refuse' as const), by, where, to }),
  },
);
const keysAndMessages = fc.oneof(
  record('rotate', { by: anybody, where: fc.constantFrom(...COMPARTMENTS) }),
  record('admit', { by: anybody, where }),
  record('send', {
    by: anybody,
    where: fc.constantFrom(...COMPARTMENTS),
    marks: fc.subarray(['source', 'third-person', 'address'] as const, { maxLength: 1 }),
  }),
  record('keys', { of: anybody }),
);
/** A file is written in, a message of it disclosed, and a second person looks along; or parts of that. */
const sharing = fc.oneof(
  {
    weight: 6,
    arbitrary: record('share', {
      ...{
        share: fc.constantFrom(...SHARES),
        item: pick,
        later: fc.boolean(),
        endorsed: fc.boolean(),
        emergency: fc.boolean(),
      },
      ...{
        asked: fc.boolean(),
        weighed: fc.constantFrom(true, true, true, false),
        live: fc.constantFrom(true, true, false),
      },
    }),
  },
  {
    weight: 1,
    arbitrary: record('disclose', {
      by: anybody,
      to: anybody,
      item: pick,
      rule: fc.constantFrom('L06', 'L08', 'L36', 'L99'),
    }),
  },
  { weight: 1, arbitrary: record('order', { child, institution: fc.constantFrom(GI, RAAD), months }) },
  { weight: 1, arbitrary: record('foster', { child, months }) },
  { weight: 1, arbitrary: record('ask', { by: anybody, to, child }) },
);
/** What closes, and never opens: used for a law of its own. */
export const closing = fc.oneof(
  record('unsay', { kind: fc.constantFrom('withdraw' as const, 'refuse' as const), by, where, to }),
  record('secrecy', { who: fc.constantFrom('mother', 'father', 'child8', 'child14'), on: fc.constant(true) }),
  record('object', { by, at: pick }),
  record('seat-end', { seat: fc.constantFrom(...SEATS) }),
  record('succession', { of: fc.constantFrom(...PARTNERS) }),
  record('death', { who: fc.constantFrom('mother', 'father', 'child8', 'child14', 'aunt') }),
  record('erase', { by: anybody, item: pick }),
);
const answering = fc.oneof(
  record('object', { by, at: pick }),
  record('weigh', { by: anybody, at: pick, stands: fc.boolean() }),
  record('endorse', { by: anybody, at: pick }),
  record('inform', { by: anybody, at: pick, told: fc.boolean() }),
  record('request', { by, child, items: pick }),
  record('answer', { by: anybody, request: pick }),
  record('supersede', { by: anybody, item: pick, next: pick }),
  record('dispute', { by, item: pick, on: fc.boolean() }),
  record('consult', { by: anybody, to }),
);
const standing = fc.oneof(
  { weight: 3, arbitrary: record('wait', { months: fc.integer({ min: 0, max: 30 }) }) },
  {
    weight: 3,
    arbitrary: record('custody', {
      child,
      holders: fc.subarray(['mother', 'father', 'aunt']),
      guardian: fc.constantFrom(false, false, true),
    }),
  },
  {
    weight: 1,
    arbitrary: record('capacity', {
      who: fc.constantFrom('mother', 'child14'),
      speaker: fc.constantFrom(null, 'father', 'aunt'),
    }),
  },
  { weight: 1, arbitrary: record('allow', { by, where, reader: fc.constantFrom('father', 'aunt'), on: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: record('seat', {
      ...{ seat: fc.constantFrom(...SEATS), months, later: fc.boolean() },
      role: fc.constantFrom(
        'member' as const,
        'member' as const,
        'stand-in' as const,
        'adviser' as const,
        'chair' as const,
      ),
    }),
  },
);
export const act = fc.oneof(
  { weight: 10, arbitrary: consents },
  { weight: 6, arbitrary: keysAndMessages },
  { weight: 9, arbitrary: sharing },
  { weight: 6, arbitrary: answering },
  { weight: 6, arbitrary: standing },
  { weight: 1, arbitrary: closing },
);
export type Step = typeof act extends fc.Arbitrary<infer T> ? T : never;

const nth = <T>(all: readonly T[], at: number): T | undefined => all[at % Math.max(all.length, 1)];
const messages = ({ state }: TestRegion): string[] => [...state.messages.keys()];
const message = (region: TestRegion, at: number): string => nth(messages(region), at) ?? id('none');
/** Disclosures and seats: what can be objected to, weighed or endorsed. */
function contested({ state }: TestRegion, at: number): string {
  const seats = SEATS.flatMap((party) => state.parties.get(party)?.seat?.statement ?? []);
  return nth([...state.disclosures.keys(), ...seats], at) ?? id('none');
}

export function play(region: TestRegion, step: Step): void {
  const { state, now } = region;
  switch (step.act) {
    case 'wait':
      region.now += Math.round(step.months * MONTH);
      return;
    case 'grant': {
      const from = now + step.from;
      const { purposes, history } = step;
      region.say('grant', step.by, step.where, step.to, { purposes, history, from, until: from + step.months * MONTH });
      return;
    }
    case 'together':
      for (const who of [...FAMILY, GI]) region.say('grant', who, step.where, step.to, { history: step.history });
      return;
    case 'unsay':
      region.say(step.kind, step.by, step.where, step.to);
      return;
    case 'rotate':
      region.rotate(step.by, step.where);
      return;
    case 'admit':
      region.admit(step.by, step.where, keyNeed(state, step.where, now).admit);
      return;
    case 'send':
      region.send(region.header(step.by, step.where, { marks: step.marks }));
      return;
    case 'keys':
      region.try(isPerson(step.of) ? TEAM : step.of, {
        ...{ kind: 'new-keys', party: step.of, keys: keysOf(`key-${region.entries.length}`) },
      });
      return;
    case 'share':
      share(region, step);
      return;
    case 'disclose':
      region.try(step.by, region.discloses(step.to, step.rule, [message(region, step.item)], { weighing: weighing() }));
      return;
    case 'custody':
      region.try(TEAM, {
        ...{ kind: 'custody', dossier: DOSSIER, child: id(step.child), partial: null },
        ...{ holders: step.guardian ? [] : step.holders.map(id), guardian: step.guardian ? 'gi' : null },
      });
      return;
    case 'seat': {
      const from = step.later ? now + MONTH : now;
      const standsIn =
        step.role === 'stand-in' ? (SEATS.find((other) => other.slice(0, 9) === step.seat.slice(0, 9)) ?? null) : null;
      const period = { from, until: from + step.months * MONTH };
      region.try(`partner/${step.seat.split('/')[1]}`, seat(step.seat, { ...period, role: step.role, for: standsIn }));
      return;
    }
    default:
      playLine(region, step);
  }
}

/** Acts that are one line each. */
function playLine(region: TestRegion, step: Exclude<Step, { act: 'wait' | 'grant' }>): void {
  const { state, now } = region;
  const until = (of: number) => ({ from: now, until: now + of * MONTH });
  const organisation = (party: PartyId): PartyId => `partner/${party.split('/')[1]}`;
  if (step.act === 'order') region.try(TEAM, order(step.child, step.institution, until(step.months)));
  if (step.act === 'foster') region.try(TEAM, foster(step.child, 'aunt', FOSTER, until(step.months)));
  if (step.act === 'ask') region.try(step.by, ask(step.to, 'L06', [step.child]));
  if (step.act === 'secrecy') region.try(TEAM, secrecy(step.who, step.on));
  if (step.act === 'object') region.try(step.by, objection(contested(region, step.at)));
  if (step.act === 'seat-end') region.try(organisation(step.seat), seatEnd(step.seat, now));
  if (step.act === 'succession') region.try(STEWARD, succession(step.of));
  if (step.act === 'death') region.try(TEAM, death(step.who));
  if (step.act === 'erase') region.try(step.by, erase([message(region, step.item)]));
  if (step.act === 'weigh') region.try(step.by, weigh(contested(region, step.at), step.stands));
  if (step.act === 'endorse') region.try(step.by, endorse(contested(region, step.at)));
  if (step.act === 'inform') region.try(step.by, inform(contested(region, step.at), step.told));
  if (step.act === 'request') region.try(step.by, request(TEAM, step.child));
  if (step.act === 'answer') region.try(step.by, answer(nth([...state.requests.keys()], step.request) ?? id('none')));
  if (step.act === 'supersede') region.try(step.by, supersede(message(region, step.item), message(region, step.next)));
  if (step.act === 'dispute') region.try(step.by, dispute(message(region, step.item), step.on));
  if (step.act === 'consult') region.try(step.by, consult(step.to, state.parties.get(step.to)?.sealingKid ?? ''));
  if (step.act === 'allow') region.try(step.by, allow(step.where, step.reader, step.on));
  if (step.act === 'capacity')
    region.try(TEAM, step.speaker === null ? capable(step.who) : incapable(step.who, step.speaker));
}

/** One disclosure as it should be, or with one thing missing. */
function share(
  region: TestRegion,
  { share: [giver, receiver, rule, purpose], ...step }: Step & { act: 'share' },
): void {
  const until = { from: region.now, until: region.now + 2 * MONTH };
  if (step.live && rule === 'L06') region.try(TEAM, order('child8', GI, until));
  if (step.live && rule === 'L22') region.try(TEAM, foster('child8', 'aunt', FOSTER, until));
  const places = FILES.filter(([of]) => of === giver).map(([, , place]) => place);
  const place = nth(places, step.item) ?? id('none');
  region.rotate(giver, place);
  region.send(region.header(giver, place));
  const items = messages(region).filter((item) => region.state.messages.get(item)?.compartment === place);
  const item = items.at(-1) ?? id('none');
  const about = place.includes('mother') ? 'mother' : place.includes('child14') ? 'child14' : 'child8';
  region.try(GI, ask(giver, rule, [about], { purpose }));
  const asked = step.asked ? [...region.state.asks.keys()].at(-1) : undefined;
  const weighed = step.weighed ? weighing(...ALL_ANSWERS) : null;
  const more = { purpose, weighing: weighed, emergency: step.emergency, inform: step.later ? 'later' : 'now' } as const;
  region.try(giver, region.discloses(receiver, rule, [item], { ...more, ask: asked ?? null }));
  if (!step.endorsed) return;
  const colleague = seatAt(giver, 'one');
  region.try(giver, seat(colleague, { from: region.now, until: region.now + YEAR }));
  region.try(colleague, endorse([...region.state.disclosures.keys()].at(-1) ?? id('none')));
}

/** The family, an aunt, own views and files: where histories begin. */
export function beginning(profile: 'strict' | 'statute'): TestRegion {
  const region = makeFamily(profile);
  region.must(TEAM, member('aunt'));
  region.compartment(MOTHER, 'mother', 'child8');
  region.compartment(FATHER, 'child8', 'child14');
  region.must(CHILD14, own('child14'));
  for (const to of [FOSTER, VT]) region.grant(MOTHER, id('about-mother'), to, { until: region.now + 1 });
  for (const [at, about, place] of FILES) region.must(at, { ...file(at, about), compartment: place });
  return region;
}

export function playAll(profile: 'strict' | 'statute', steps: readonly Step[]): TestRegion {
  const region = beginning(profile);
  for (const step of steps) play(region, step);
  return Object.assign(region, { [fc.toStringMethod]: () => JSON.stringify([profile, steps]) });
}
export const told = fc.tuple(
  fc.constantFrom('strict' as const, 'statute' as const),
  fc.array(act, { minLength: 1, maxLength: 40 }),
);
export const history = told.map(([profile, steps]) => playAll(profile, steps));

export function replay(entries: readonly Entry[]): State {
  const state = emptyState(LAW);
  for (const { input, index, at } of entries) fold(state, input, index, at);
  return state;
}
/** As the region is, and to go on from. */
export function copyOf(region: TestRegion): TestRegion {
  const copy = beginning('strict');
  return Object.assign(copy, { state: replay(region.entries), entries: [...region.entries], now: region.now });
}

/** Every party about every compartment, and about every message there is. */
export function* questions(state: State): Generator<Question> {
  for (const party of PARTIES) {
    for (const compartment of COMPARTMENTS)
      for (const purpose of PURPOSES)
        for (const index of [undefined, -1])
          yield { party, compartment, ...(purpose && { purpose }), ...(index !== undefined && { index }) };
    for (const { id: message, compartment } of state.messages.values()) yield { party, compartment, message };
  }
}
