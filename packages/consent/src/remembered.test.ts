/** What consent said is remembered: the same answer must come without that, at every moment and after every statement. */
import { describe, expect, it } from 'vitest';
import { decide, type Question } from './decide.ts';
import { fold } from './fold.ts';
import { Remembered, stretch } from './remembered.ts';
import { emptyState } from './state.ts';
import { LAW } from './test-law.ts';
import {
  CHILD14,
  CLINIC,
  FATHER,
  id,
  MOTHER,
  makeFamily,
  member,
  RET,
  SCHOOL,
  START,
  seat,
  seatAt,
  TEAM,
  type TestRegion,
  YEAR,
} from './test-region.ts';

const M = id('about-mother');
const K8 = id('about-child8');
const K14 = id('about-child14');
const LONG = { until: START + 30 * YEAR };

/** The answer of a state nobody asked anything yet. */
function fresh(region: TestRegion, question: Question, now: number) {
  const state = emptyState(LAW);
  for (const { input, index, at } of region.entries) fold(state, input, index, at);
  return decide(state, question, now);
}

describe('a remembered answer', () => {
  it('ends where a grant begins or ends, and where somebody comes of an age, in either direction of time', () => {
    const region = makeFamily('statute');
    for (const who of [MOTHER, FATHER]) region.grant(who, K8, SCHOOL, LONG);
    region.grant(CHILD14, K14, SCHOOL, { from: START + 10, until: START + 5 * YEAR });
    region.grant(CHILD14, K14, RET, LONG);
    const years = [2, 4, 5, 8, 10, 30].flatMap((year) => [-1, 0].map((by) => START + year * YEAR + by));
    const moments = [START, START + 9, START + 10, ...years];
    for (const now of [...moments, ...moments.toReversed()])
      for (const compartment of [K8, K14])
        for (const party of [SCHOOL, RET])
          expect(decide(region.state, { party, compartment }, now)).toEqual(fresh(region, { party, compartment }, now));
  });

  it('is for that organisation and that purpose', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    const codes = (['support', 'safety', undefined] as const).map((purpose) =>
      [CLINIC, SCHOOL].map(
        (party) => decide(region.state, { party, compartment: M, ...(purpose && { purpose }) }, START).code,
      ),
    );
    expect(codes).toEqual([
      ['P-CONSENT-ALL', 'D-NO-GRANT'],
      ['D-PURPOSE', 'D-NO-GRANT'],
      ['P-CONSENT-ALL', 'D-NO-GRANT'],
    ]);
  });

  it('is forgotten by a statement in the dossier, also about another compartment', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.must(TEAM, member('aunt'));
    const both = region.compartment(MOTHER, 'mother', 'child8');
    expect(decide(region.state, { party: CLINIC, compartment: M }, START).outcome).toBe('permit');
    expect(decide(region.state, { party: CLINIC, compartment: both }, START).code).toBe('D-SCOPE');
    region.say('withdraw', MOTHER, M, CLINIC);
    expect(decide(region.state, { party: CLINIC, compartment: M }, START).code).toBe('D-WITHDRAWN');
    expect(decide(region.state, { party: CLINIC, compartment: both }, START).code).toBe('D-NO-GRANT');
  });

  it('is none where the place in the log counts', () => {
    const region = makeFamily();
    const before = region.entries.length;
    region.grant(MOTHER, M, CLINIC, { history: false });
    const at = (index: number) => decide(region.state, { party: CLINIC, compartment: M, index }, START).code;
    expect([at(before + 1), at(before - 1), at(before + 1)]).toEqual([
      'P-CONSENT-ALL',
      'D-BEFORE-GRANT',
      'P-CONSENT-ALL',
    ]);
  });

  it('is not changed by who gets it', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    const ann = seatAt(CLINIC, 'ann');
    region.must(CLINIC, seat(ann));
    const first = decide(region.state, { party: CLINIC, compartment: M }, START);
    decide(region.state, { party: ann, compartment: M }, START);
    expect(decide(region.state, { party: CLINIC, compartment: M }, START)).toEqual(first);
  });
});

describe('what is kept', () => {
  const consent = { outcome: 'permit' as const, code: 'P-CONSENT-ALL' as const, basis: [] };
  const kept = { ...consent, organisation: 'clinic', purposes: 1, youthOnly: false, from: 10, until: 20 };

  it('is found within its stretch, for the same question', () => {
    const remembered = new Remembered();
    remembered.keep(kept);
    expect([9, 10, 19, 20].map((now) => remembered.find('clinic', 1, false, now) !== undefined)).toEqual([
      ...[false, true, true, false],
    ]);
    expect(remembered.find('school', 1, false, 10)).toBeUndefined();
    expect(remembered.find('clinic', 2, false, 10)).toBeUndefined();
    expect(remembered.find('clinic', 1, true, 10)).toBeUndefined();
    remembered.forget();
    expect(remembered.find('clinic', 1, false, 10)).toBeUndefined();
  });

  it('is sixteen answers at most', () => {
    const remembered = new Remembered();
    const found = () =>
      Array.from({ length: 17 }, (_, at) => remembered.find('clinic', at, false, 10)).filter(Boolean).length;
    for (let purposes = 0; purposes < 16; purposes++) remembered.keep({ ...kept, purposes });
    expect(found()).toBe(16);
    remembered.keep({ ...kept, purposes: 16 });
    expect(found()).toBe(1);
  });

  it('holds for the longest stretch in which nothing begins or ends', () => {
    const people = [{ turns12: 5, turns16: 30, turns18: null }] as never;
    const grants = [
      { from: 10, until: 20 },
      { from: 12, until: 40 },
    ] as never;
    expect([9, 10, 12, 19, 20, 30, 40].map((now) => stretch(people, grants, now))).toEqual([
      { from: 5, until: 10 },
      { from: 10, until: 12 },
      { from: 12, until: 20 },
      { from: 12, until: 20 },
      { from: 20, until: 30 },
      { from: 30, until: 40 },
      { from: 40, until: Number.POSITIVE_INFINITY },
    ]);
    expect(stretch([], [], 1)).toEqual({ from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY });
  });
});
