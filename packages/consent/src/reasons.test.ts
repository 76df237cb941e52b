/** Every reason there is, with a history that gives it: a code that nothing gives would be a promise nobody keeps. */
import { type Decision, ReasonCode, STEWARD } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { reviewDue } from './clocks.ts';
import { decide, type Question } from './decide.ts';
import { LAW } from './test-law.ts';
import { Noted } from './test-noted.ts';
import {
  ask,
  CHILD14,
  CITY,
  CLINIC,
  death,
  erase,
  FATHER,
  FOSTER,
  foster,
  GI,
  id,
  MOTHER,
  makeFamily,
  member,
  objection,
  order,
  personOf,
  SCHOOL,
  START,
  seat,
  seatAt,
  secrecy,
  succession,
  supersede,
  TEAM,
  type TestRegion,
  VT,
  weigh,
} from './test-region.ts';

const M = id('about-mother');
const K8 = id('about-child8');
const K14 = id('about-child14');
const ANN = seatAt(CLINIC, 'ann');
const CAS = seatAt(CLINIC, 'cas');

const about = (
  region: TestRegion,
  party: string,
  compartment: string,
  more: Partial<Question> = {},
  now = region.now,
) => decide(region.state, { party, compartment, ...more }, now);
/** A family, what happened, and who asks about what. */
type Told = (region: TestRegion) => Decision;
/** An organisation's file about a child of 8, what happened, and who asks about its note. */
type Shown = (region: Noted) => Decision;
const family =
  (told: Told): (() => Decision) =>
  () =>
    told(makeFamily());
const note =
  (giver: string, shown: Shown): (() => Decision) =>
  () =>
    shown(new Noted(giver, 'child8'));

const GIVEN: Record<Exclude<ReasonCode, 'P-UNNAMED-CONSULT' | 'D-IDENTIFIER-IN-UNNAMED'>, () => Decision> = {
  'P-OWN': family((region) => about(region, MOTHER, M)),
  'P-CONSENT-ALL': family((region) => {
    region.grant(MOTHER, M, CLINIC);
    return about(region, CLINIC, M);
  }),
  'P-DIRECTLY-INVOLVED': note(TEAM, (region) => {
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, CLINIC);
    region.shows(CLINIC, 'L03');
    return region.asks(CLINIC);
  }),
  'P-STANDIN': family((region) => {
    region.grant(MOTHER, M, CLINIC);
    region.must(CLINIC, seat(ANN));
    region.must(CLINIC, seat(CAS, { role: 'stand-in', for: ANN }));
    return about(region, CAS, M);
  }),
  'P-PARENT-INFO-U16': note(TEAM, (region) => {
    region.shows(FATHER, 'L04');
    return region.asks(FATHER);
  }),
  'P-LAW-OTS-REQUEST': note(CLINIC, (region) => {
    region.must(TEAM, order('child8', GI));
    region.shows(GI, 'L06', { weighing: null, ask: region.must(GI, ask(CLINIC, 'L06', ['child8'])) });
    return region.asks(GI);
  }),
  'P-LAW-FOSTER': note(FOSTER, (region) => {
    region.must(TEAM, member('aunt'));
    region.must(TEAM, foster('child8', 'aunt', FOSTER));
    region.shows(personOf('aunt'), 'L22');
    return region.asks(personOf('aunt'));
  }),
  'P-LAW-CHANNEL-CORV': note(CITY, (region) => {
    region.endorsed(region.shows(VT, 'L07'));
    return region.asks(VT);
  }),
  'P-LAW-DUTY': note(TEAM, (region) => {
    region.endorsed(region.shows(SCHOOL, 'L02'));
    return region.asks(SCHOOL);
  }),
  'P-LAW-RIGHT': note(CLINIC, (region) => {
    region.endorsed(region.shows(VT, 'L08'));
    return region.asks(VT);
  }),
  'H-RIGHT-NEEDS-MOTIVE': note(CLINIC, (region) => region.asks(VT)),
  'H-SECOND-PERSON': note(CLINIC, (region) => {
    region.shows(VT, 'L08');
    return region.asks(VT);
  }),
  'H-REVIEW-OVERDUE': note(CLINIC, (region) => {
    region.shows(VT, 'L08', { emergency: true });
    return region.asks(VT, {}, reviewDue(LAW, START));
  }),
  'H-OBJECTED': note(VT, (region) => {
    const shown = region.shows(GI, 'L10');
    region.endorsed(shown);
    region.must(MOTHER, objection(shown));
    return region.asks(GI);
  }),
  'H-CHILD-12-CONFIRM': family((region) => {
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K14, SCHOOL);
    return about(region, SCHOOL, K14);
  }),
  'H-CHILD-WISH': family((region) => {
    for (const who of [CHILD14, MOTHER]) region.grant(who, K14, SCHOOL);
    region.say('refuse', FATHER, K14, SCHOOL);
    return about(region, SCHOOL, K14);
  }),
  'H-OTHER-PARENT-UNHEARD': family((region) => {
    region.grant(MOTHER, K8, SCHOOL);
    return about(region, SCHOOL, K8);
  }),
  'H-SURVIVOR-CONFIRM': family((region) => {
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, SCHOOL);
    region.must(TEAM, death('father'));
    return about(region, SCHOOL, K8);
  }),
  'D-NO-GRANT': family((region) => about(region, SCHOOL, M)),
  'D-REFUSED-PARENT': family((region) => {
    region.say('refuse', FATHER, K8, SCHOOL);
    return about(region, SCHOOL, K8);
  }),
  'D-REFUSED-CHILD': family((region) => {
    region.say('refuse', CHILD14, K14, SCHOOL);
    return about(region, SCHOOL, K14);
  }),
  'D-REFUSED-SELF': family((region) => {
    region.say('refuse', MOTHER, M, SCHOOL);
    return about(region, SCHOOL, M);
  }),
  'D-SCOPE': family((region) => {
    region.grant(MOTHER, M, SCHOOL);
    return about(region, SCHOOL, region.compartment(MOTHER, 'mother', 'child8'));
  }),
  'D-PURPOSE': family((region) => {
    region.grant(MOTHER, M, SCHOOL);
    return about(region, SCHOOL, M, { purpose: 'safety' });
  }),
  'D-EXPIRED': family((region) => {
    region.grant(MOTHER, M, SCHOOL, { until: START + 1 });
    return about(region, SCHOOL, M, {}, START + 1);
  }),
  'D-NOT-YET': family((region) => {
    region.grant(MOTHER, M, SCHOOL, { from: START + 1 });
    return about(region, SCHOOL, M);
  }),
  'D-WITHDRAWN': family((region) => {
    region.grant(MOTHER, M, SCHOOL);
    region.say('withdraw', MOTHER, M, SCHOOL);
    return about(region, SCHOOL, M);
  }),
  'D-NO-AUTHORITY': family((region) => {
    region.grant(MOTHER, K8, SCHOOL);
    region.custody('child8');
    return about(region, SCHOOL, K8);
  }),
  'D-OTHER-ADULT': family((region) => about(region, FATHER, M)),
  'D-THIRD-PERSON': family((region) => about(region, MOTHER, M, { marks: ['third-person'] })),
  'D-ADDRESS-SECRET': family((region) => {
    region.must(MOTHER, secrecy('mother'));
    return about(region, FATHER, K8, { marks: ['address'] });
  }),
  'D-SOURCE-PROTECTED': family((region) => about(region, MOTHER, M, { marks: ['source'] })),
  'D-DECEASED': family((region) => {
    region.must(TEAM, death('mother'));
    return about(region, SCHOOL, M);
  }),
  'D-SEAT-ENDED': family((region) => {
    region.grant(MOTHER, M, CLINIC);
    region.must(CLINIC, seat(ANN, { until: START + 1 }));
    return about(region, ANN, M, {}, START + 1);
  }),
  'D-ORG-CHANGED': family((region) => {
    region.must(STEWARD, succession(SCHOOL, CLINIC));
    return about(region, SCHOOL, M);
  }),
  'D-BASIS-DISABLED': note(CITY, (region) => {
    region.shows(CLINIC, 'L36');
    return region.asks(CLINIC);
  }),
  'D-OBJECTED': note(VT, (region) => {
    const shown = region.shows(GI, 'L10');
    region.must(MOTHER, objection(shown));
    region.must(VT, weigh(shown, false));
    region.endorsed(shown);
    return region.asks(GI);
  }),
  'D-ERASED': family((region) => {
    const message = region.message(MOTHER, M);
    region.must(MOTHER, erase([message]));
    return about(region, MOTHER, M, { message });
  }),
  'D-SUPERSEDED': family((region) => {
    const message = region.message(MOTHER, M);
    region.must(MOTHER, supersede(message, region.message(MOTHER, M)));
    return about(region, MOTHER, M, { message });
  }),
  'D-BEFORE-GRANT': family((region) => {
    const message = region.message(MOTHER, M);
    region.grant(MOTHER, M, SCHOOL, { history: false });
    return about(region, SCHOOL, M, { message });
  }),
  'D-UNKNOWN': family((region) => about(region, MOTHER, id('nowhere'))),
};

describe('every reason', () => {
  it('has a history that gives it, but for the two of unnamed consults', () => {
    const rest = ReasonCode.options.filter((code) => !(code in GIVEN));
    expect(rest).toEqual(['P-UNNAMED-CONSULT', 'D-IDENTIFIER-IN-UNNAMED']);
  });

  const OUTCOMES = { P: 'permit', H: 'hold', D: 'deny' } as const;
  it.each(Object.entries(GIVEN))('%s', (code, given) => {
    const { outcome, ...decision } = given();
    expect(decision.code).toBe(code);
    expect(outcome).toBe(OUTCOMES[code[0] as keyof typeof OUTCOMES]);
    expect(decision.rules.length, 'every answer names its rule').toBeGreaterThan(0);
    for (const rule of decision.rules) expect(rule, 'with its version').toMatch(/^[A-Z]+\d*@\d{4}-\d\d-\d\d$|^L36$/);
    if (outcome !== 'permit') expect(decision.basis, 'only a permit rests on something').toEqual([]);
  });
});
