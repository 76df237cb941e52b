/** What nobody may learn from notices, clocks and explanations, tried on generated histories. */
import { isPerson, nameOf, organisationOf, type PartyId, type Purpose } from '@eenmaal/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { explain, mayIShare } from './explain.ts';
import { fold } from './fold.ts';
import { clocksFor, noticesFor } from './notices.ts';
import { emptyState, type State } from './state.ts';
import { LAW } from './test-law.ts';
import {
  ALL_ANSWERS,
  CHILD14,
  CLINIC,
  custodyOf,
  DOSSIER,
  death,
  dispute,
  erase,
  FATHER,
  file,
  GI,
  id,
  inform,
  MOTHER,
  makeFamily,
  objection,
  order,
  SCHOOL,
  START,
  seat,
  seatAt,
  secrecy,
  TEAM,
  type TestRegion,
  VT,
  weigh,
  weighing,
  YEAR,
} from './test-region.ts';
import { sightOf } from './visible.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 2000 : 24 };
const DAY = 86_400_000;
const PARTNERS = [TEAM, CLINIC, SCHOOL, GI, VT];
const PURPOSES = [undefined, 'education'] as const;

/** All that a partner hears: notices, clocks, and every explanation of what it and another may read, at several moments. */
function heardBy(region: TestRegion, reader: PartyId, moments: readonly number[]): string {
  const { state } = region;
  const audience = { party: reader };
  const places = [...state.compartments.keys(), id('never-made')];
  const questions = [reader, CLINIC].flatMap((party) =>
    places.flatMap((compartment) =>
      [undefined, ...state.messages.keys()].flatMap((message) =>
        PURPOSES.map((purpose) => ({ party, compartment, ...(message && { message }), ...(purpose && { purpose }) })),
      ),
    ),
  );
  const shares = places.map((compartment) => ({
    from: reader,
    to: CLINIC,
    compartment,
    marks: [],
    purpose: 'support' as const,
  }));
  return JSON.stringify(
    moments.map((now) => [
      noticesFor(state, reader, DOSSIER, now),
      clocksFor(state, reader, DOSSIER, now),
      questions.map((question) => explain(state, question, now, audience)),
      shares.map((share) => mayIShare(state, share, now, audience)),
    ]),
  );
}

describe('who said no, took a yes back or was silent', () => {
  const said = fc.constantFrom('yes', 'no', 'taken-back', 'yes-then-no', 'silent', 'short', 'other-purpose');
  type Said = 'yes' | 'no' | 'taken-back' | 'yes-then-no' | 'silent' | 'short' | 'other-purpose';

  /** What is said, in order; who says what is `deciders`. */
  function play(about: string, sayings: readonly Said[], deciders: readonly PartyId[], sends: boolean): TestRegion {
    const region = makeFamily();
    const place = id(`about-${about}`);
    for (const parent of [MOTHER, FATHER, CHILD14]) region.say('grant', parent, place, TEAM);
    for (const [turn, what] of sayings.entries()) {
      const by = deciders[turn] ?? MOTHER;
      if (what === 'silent' || what === 'no') continue;
      const purposes: Purpose[] = what === 'other-purpose' ? ['education'] : ['support', 'safety'];
      region.grant(by, place, CLINIC, { purposes, until: START + (what === 'short' ? 20 * DAY : YEAR) });
    }
    region.now += DAY;
    if (sends) region.message(TEAM, place);
    for (const [turn, what] of sayings.entries()) {
      region.now += DAY;
      const by = deciders[turn] ?? MOTHER;
      if (what === 'no' || what === 'yes-then-no') region.say('refuse', by, place, CLINIC);
      if (what === 'taken-back') region.say('withdraw', by, place, CLINIC);
    }
    return region;
  }

  it.each([
    ['child8', [MOTHER, FATHER]],
    ['child14', [MOTHER, FATHER, CHILD14]],
  ] as const)('cannot be told from all that a partner hears about %s', (about, deciders) => {
    const sayings = fc.array(said, { minLength: deciders.length, maxLength: deciders.length });
    const orders = fc.shuffledSubarray([...deciders], { minLength: deciders.length });
    const moments = [START + 5 * DAY, START + 8 * DAY, START + 20 * DAY, START + YEAR];
    fc.assert(
      fc.property(sayings, orders, orders, fc.boolean(), (what, ones, others, sends) => {
        const [one, other] = [ones, others].map((who) => play(about, what as Said[], who, sends));
        if (!one || !other) return;
        for (const reader of PARTNERS) expect(heardBy(one, reader, moments)).toBe(heardBy(other, reader, moments));
      }),
      RUNS,
    );
  });

  it('cannot be told from silence by an explanation', () => {
    const missing = said.filter((what) => what !== 'yes');
    const now = START + 30 * DAY;
    fc.assert(
      fc.property(missing, missing, (what, other) => {
        const [one, two] = [what, other].map((first) => {
          const { state } = play('child8', [first as Said, 'yes'], [MOTHER, FATHER], false);
          const question = { party: CLINIC, compartment: id('about-child8') };
          // the one it is about, and another that reads there
          return JSON.stringify([CLINIC, TEAM].map((party) => explain(state, question, now, { party })));
        });
        expect(one).toBe(two);
      }),
      RUNS,
    );
  });
});

const PLACES = ['mother', 'father', 'child8', 'child14', 'mother-child8'].map((name) => id(`about-${name}`));
const FILES = [file(TEAM, 'child8'), file(TEAM, 'mother'), file(CLINIC, 'mother')];
const by = fc.constantFrom(MOTHER, MOTHER, FATHER, CHILD14);
const to = fc.constantFrom(CLINIC, CLINIC, SCHOOL, TEAM);
const nth = fc.nat(100);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant('agree' as const), place: fc.constantFrom(...PLACES), to }) },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constantFrom('grant' as const, 'withdraw' as const, 'refuse' as const),
      ...{ by, place: fc.constantFrom(...PLACES), to },
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('send' as const),
      by: fc.oneof(by, to),
      place: fc.constantFrom(...PLACES),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('disclose' as const),
      ...{ file: fc.constantFrom(...FILES), later: fc.boolean(), emergency: fc.boolean(), source: fc.boolean() },
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constantFrom('inform' as const, 'weigh' as const), nth, yes: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constantFrom('object' as const, 'dispute' as const, 'erase' as const), nth, by }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('wait' as const), days: fc.nat(400) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constantFrom('seat' as const, 'order' as const, 'secrecy' as const, 'death' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('custody' as const),
      child: fc.constantFrom('child8', 'child14'),
      holders: fc.subarray(['mother', 'father']),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function play(region: TestRegion, one: Step): void {
  const pick = (all: Iterable<string>, place: number) =>
    [...all].at(place < 0 ? place : place % [...all].length) ?? id('none');
  const item = (place: number) => pick(region.state.messages.keys(), place);
  const act = (place: number) => pick(region.state.disclosures.keys(), place);
  switch (one.act) {
    case 'agree':
      for (const decider of [MOTHER, FATHER, CHILD14]) region.say('grant', decider, one.place, one.to);
      return;
    case 'grant':
    case 'withdraw':
    case 'refuse':
      region.say(one.act, one.by, one.place, one.to);
      return;
    case 'send':
      if (decide(region.state, { party: one.by, compartment: one.place }, region.now).outcome === 'permit')
        region.rotate(one.by, one.place);
      if (region.send(region.header(one.by, one.place))) return;
      for (const reader of [CLINIC, SCHOOL])
        if (decide(region.state, { party: reader, compartment: one.place }, region.now).outcome === 'permit')
          region.deliver(item(-1), reader);
      return;
    case 'disclose': {
      const giver = one.file.compartment.includes('clinic') ? CLINIC : TEAM;
      region.try(giver, one.file);
      region.rotate(giver, one.file.compartment);
      const header = region.header(giver, one.file.compartment, { marks: one.source ? ['source'] : [] });
      if (region.send(header) || one.source) return;
      const more = { inform: one.later ? 'later' : 'now', emergency: one.emergency } as const;
      region.try(giver, region.discloses(VT, 'L08', [header.id], { weighing: weighing(...ALL_ANSWERS), ...more }));
      return;
    }
    case 'inform':
      for (const giver of [TEAM, CLINIC]) region.try(giver, inform(act(one.nth), one.yes));
      return;
    case 'weigh':
      for (const giver of [TEAM, CLINIC]) region.try(giver, weigh(act(one.nth), one.yes));
      return;
    case 'object':
      region.try(one.by, objection(act(one.nth)));
      return;
    case 'dispute':
      region.try(one.by, dispute(item(one.nth)));
      return;
    case 'erase':
      for (const giver of [TEAM, CLINIC]) region.try(giver, erase([item(one.nth)]));
      return;
    case 'custody':
      region.try(TEAM, custodyOf(one.child, one.holders));
      return;
    case 'wait':
      region.now += one.days * DAY;
      return;
    case 'seat':
      region.try(
        TEAM,
        seat(seatAt(TEAM, `s${region.entries.length}`), { from: region.now, until: region.now + 90 * DAY }),
      );
      return;
    case 'order':
      region.try(TEAM, order('child8', GI, { from: region.now, until: region.now + 200 * DAY }));
      return;
    case 'secrecy':
      region.try(MOTHER, secrecy('mother'));
      return;
    case 'death':
      region.try(TEAM, death('father'));
  }
}

/** When who may read changes by itself: birthdays, and a yes that begins or is about to end. */
const turnsOf = ({ state }: TestRegion): number[] => [
  ...[...state.persons.values()].flatMap(({ turns12, turns16, turns18 }) => [turns12 ?? 0, turns16 ?? 0, turns18 ?? 0]),
  ...[...state.grants.values()].flatMap(({ from, until }) => [from, until - 1]),
];

/** What an organisation could ever read, noted at every step: what it may be told has gone. */
type Played = { region: TestRegion; everRead: Map<PartyId, Set<string>> };
function playAll(steps: readonly Step[]): Played {
  const region = makeFamily();
  region.compartment(MOTHER, 'mother', 'child8');
  const everRead = new Map(PARTNERS.map((party) => [party, new Set<string>()]));
  const look = (now: number) => {
    for (const [party, read] of everRead)
      for (const compartment of region.state.compartments.keys())
        if (decide(region.state, { party, compartment }, now).outcome === 'permit') read.add(compartment);
  };
  for (const one of steps) {
    const before = region.now;
    look(before);
    play(region, one);
    for (const moment of turnsOf(region)) if (before < moment && moment <= region.now) look(moment);
  }
  return Object.assign({ region, everRead }, { [fc.toStringMethod]: () => JSON.stringify(steps) });
}
const history = fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }).map(playAll);

/** Whether this name is of something the party may know of: now, or because it could read it then. */
function mayKnow({ region, everRead }: Played, party: PartyId, about: string): boolean {
  const { state, now } = region;
  const sight = sightOf(state, party, DOSSIER, now);
  const read = everRead.get(party) ?? new Set<string>();
  const place = state.compartments.get(about);
  if (place) return sight.compartments.has(about) || read.has(about);
  const grant = state.grants.get(about);
  if (grant) return sight.statements.has(about) || (isPerson(party) && sight.compartments.has(grant.compartment));
  const message = state.messages.get(about);
  if (message?.marks.includes('source'))
    return organisationOf(message.sender) === organisationOf(party) && !isPerson(party);
  if (message)
    return sight.compartments.has(message.compartment) || sight.items.has(about) || message.delivered.has(party);
  if (state.persons.has(about)) return sight.persons.has(about) || [...read].some((id) => speaksIn(region, id, about));
  const seated = state.parties.get(about)?.seat;
  const ordered = state.dossiers.get(DOSSIER)?.orders.get(about);
  // what it objected to itself it knows, also when it lost custody since
  const objected = state.dossiers
    .get(DOSSIER)
    ?.acts.some((act) => act.kind === 'objection' && act.by === party && act.about === about);
  return objected || sight.statements.has(seated?.statement ?? ordered?.statement ?? about);
}

const speaksIn = ({ state }: TestRegion, compartment: string, who: string): boolean => {
  const place = state.compartments.get(compartment);
  return (place?.subjects.includes(who) || place?.says.some((say) => say.by === who)) ?? false;
};

describe('on any history', () => {
  const everybody = [MOTHER, FATHER, CHILD14, ...PARTNERS];

  it('no notice and no clock names what its reader may not know of; all are in the past and in order', () => {
    fc.assert(
      fc.property(history, (played) => {
        const { state, now } = played.region;
        for (const party of everybody) {
          const notices = noticesFor(state, party, DOSSIER, now);
          for (const { about, code } of notices)
            expect([party, code, about, mayKnow(played, party, about)]).toEqual([party, code, about, true]);
          for (const { about, id: name } of clocksFor(state, party, DOSSIER, now))
            expect([party, name, mayKnow(played, party, about)]).toEqual([party, name, true]);
          const times = notices.map(({ at }) => at);
          expect(times).toEqual([...times].sort((a, b) => a - b));
          expect(times.every((at) => at <= now)).toBe(true);
          expect(new Set(notices.map((notice) => JSON.stringify(notice))).size).toBe(notices.length);
        }
      }),
      RUNS,
    );
  });

  it('an explanation never says yes where the rule says no, and says yes to whoever may read', () => {
    fc.assert(
      fc.property(history, ({ region }) => {
        const { state, now } = region;
        for (const reader of everybody)
          for (const party of new Set([reader, CLINIC, VT]))
            for (const compartment of state.compartments.keys())
              for (const message of [undefined, state.compartments.get(compartment)?.messages.at(-1)]) {
                const question = { party, compartment, ...(message && { message }) };
                const told = explain(state, question, now, { party: reader });
                const { outcome, code } = decide(state, question, now);
                if (told.outcome === 'permit') expect(outcome).toBe('permit');
                if (party === reader && outcome === 'permit') expect(told.code).toBe(code);
              }
      }),
      RUNS,
    );
  });

  it('explaining and telling change nothing in the state', () => {
    fc.assert(
      fc.property(history, ({ region }) => {
        const { state, now } = region;
        const fresh = emptyState(LAW);
        for (const { input, index, at } of region.entries) fold(fresh, input, index, at);
        const later = now + DAY;
        const answers = (from: State) =>
          PARTNERS.flatMap((party) =>
            [...from.compartments.keys()].map((compartment) => decide(from, { party, compartment }, later)),
          );
        const before = structuredClone({ persons: state.persons, grants: state.grants, messages: state.messages });
        for (const reader of everybody) heardBy(region, reader, [later]);
        expect(answers(state)).toEqual(answers(fresh));
        expect({ persons: state.persons, grants: state.grants, messages: state.messages }).toEqual(before);
      }),
      { numRuns: RUNS.numRuns / 4 },
    );
  });

  it('a family member hears of a disclosure only when it is told', () => {
    fc.assert(
      fc.property(history, ({ region }) => {
        const { state, now } = region;
        for (const party of [MOTHER, FATHER, CHILD14])
          for (const { code, about } of noticesFor(state, party, DOSSIER, now))
            if (code === 'disclosed')
              expect([nameOf(party), state.disclosures.get(about)?.told]).toEqual([nameOf(party), true]);
      }),
      RUNS,
    );
  });
});
