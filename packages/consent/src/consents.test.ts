/** The fine print of consent: which no is told, for which one purpose a permit rests on whom, and which silence is no yes. */
import { describe, expect, it } from 'vitest';
import { decidesIn } from './authority.ts';
import { decide, type Question } from './decide.ts';
import { fold } from './fold.ts';
import { emptyState, type State } from './state.ts';
import { LAW } from './test-law.ts';
import { Noted } from './test-noted.ts';
import {
  CHILD14,
  CLINIC,
  DOSSIER,
  FATHER,
  id,
  MOTHER,
  makeFamily,
  SCHOOL,
  START,
  TEAM,
  type TestRegion,
  VT,
} from './test-region.ts';

const M = id('about-mother');
const K8 = id('about-child8');
const K14 = id('about-child14');
const ask = (region: TestRegion, party: string, compartment: string, more: Partial<Question> = {}, now = region.now) =>
  decide(region.state, { party, compartment, ...more }, now);
const code = (...asked: Parameters<typeof ask>) => ask(...asked).code;

describe('of several reasons against', () => {
  it('the weightiest is told, whoever gave it: a refusal, then a withdrawal, then what ran out', () => {
    for (const [one, other] of [
      [MOTHER, FATHER],
      [FATHER, MOTHER],
    ] as const) {
      const region = makeFamily();
      region.grant(one, K8, SCHOOL, { until: START + 5 });
      region.grant(other, K8, SCHOOL, { from: START + 5, until: START + 50 });
      expect(code(region, SCHOOL, K8, {}, START + 4)).toBe('D-NOT-YET');
      region.grant(other, K8, SCHOOL, { purposes: ['safety'], until: START + 50 });
      expect(code(region, SCHOOL, K8, { purpose: 'support' }, START + 5)).toBe('D-EXPIRED');
      region.say('withdraw', other, K8, SCHOOL);
      expect(code(region, SCHOOL, K8, {}, START + 5)).toBe('D-WITHDRAWN');
      region.say('refuse', one, K8, SCHOOL);
      expect(ask(region, SCHOOL, K8, {}, START + 5)).toMatchObject({ outcome: 'deny', code: 'D-REFUSED-PARENT' });
    }
  });

  it('of one person’s grants too, in whatever order they were given', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC, { until: START + 5 });
    region.grant(MOTHER, M, CLINIC, { from: START + 10 });
    expect(code(region, CLINIC, M, {}, START + 7)).toBe('D-EXPIRED');
    const other = makeFamily();
    other.grant(MOTHER, M, CLINIC, { from: START + 10 });
    other.grant(MOTHER, M, CLINIC, { until: START + 5 });
    expect(code(other, CLINIC, M, {}, START + 7)).toBe('D-EXPIRED');
  });
});

it.each(['refuse', 'withdraw'] as const)(
  'a youth that keeps its wish is heard also after a parent’s no (%s)',
  (kind) => {
    const region = makeFamily();
    for (const who of [MOTHER, FATHER, CHILD14]) region.grant(who, K14, CLINIC);
    region.say(kind, FATHER, K14, CLINIC);
    expect(ask(region, CLINIC, K14)).toMatchObject({ outcome: 'hold', code: 'H-CHILD-WISH' });
    region.say(kind, CHILD14, K14, CLINIC);
    expect(ask(region, CLINIC, K14).outcome).toBe('deny');
  },
);

describe('somebody who is needed and not there', () => {
  it('is no yes, however many others agreed', () => {
    const region = makeFamily();
    const both = region.compartment(MOTHER, 'mother', 'child8');
    region.custody('child8', 'mother');
    region.grant(MOTHER, both, CLINIC);
    expect(code(region, CLINIC, both)).toBe('P-CONSENT-ALL');
    region.custody('child8');
    expect(ask(region, CLINIC, both)).toMatchObject({ outcome: 'deny', code: 'D-NO-AUTHORITY' });
    expect(ask(region, SCHOOL, K8)).toMatchObject({ outcome: 'deny', code: 'D-NO-AUTHORITY' });
  });

  describe('in a part of the log that does not show who it is about', () => {
    const withoutChild = ({ entries }: TestRegion) => {
      const state = emptyState(LAW);
      for (const { input, index, at } of entries) {
        const hidden =
          input.kind === 'statement' && input.statement.kind === 'person' && input.statement.person === id('child8');
        if (!hidden) fold(state, input, index, at);
      }
      return state;
    };

    it('is no yes either', () => {
      const region = makeFamily();
      const both = region.compartment(MOTHER, 'mother', 'child8');
      region.custody('child8', 'mother');
      region.grant(MOTHER, both, CLINIC);
      expect(decide(withoutChild(region), { party: CLINIC, compartment: both }, START)).toMatchObject({
        outcome: 'deny',
        code: 'D-NO-AUTHORITY',
      });
    });

    it('is decided for by nobody', () => {
      const region = makeFamily();
      const place = { subjects: [id('child8')], audience: 'family' } as const;
      const decides = (state: State) =>
        ['mother', 'father', 'child8', 'child14'].map(id).filter((who) => decidesIn(state, place, who, START));
      expect(decides(region.state)).toEqual([id('mother'), id('father')]);
      expect(decides(withoutChild(region))).toEqual([]);
    });

    it('is told by no rule, also by one about anybody', () => {
      const region = new Noted(TEAM, 'child8');
      region.endorsed(region.shows(VT, 'L08'));
      const asked = { party: VT, compartment: region.place, message: region.note };
      expect(decide(region.state, asked, START).code).toBe('P-LAW-RIGHT');
      expect(decide(withoutChild(region), asked, START)).toMatchObject({ outcome: 'deny', code: 'D-OTHER-ADULT' });
    });
  });
});

it('who only took back what it never gave said nothing, and is still to be heard', () => {
  const region = makeFamily();
  const first = region.grant(MOTHER, K8, CLINIC);
  const withdrawal = { kind: 'withdraw', dossier: DOSSIER, compartment: K8, partner: 'clinic' } as const;
  expect(region.try(FATHER, withdrawal)).toBe('statement-out-of-order');
  // in the log all the same: a part of it that holds his withdrawal, and not the yes before it
  const said = { v: 1, id: id('said'), by: FATHER, at: START, seen: { size: 0, root: '' }, ...withdrawal } as const;
  region.add({ kind: 'statement', statement: said });
  expect(ask(region, CLINIC, K8)).toMatchObject({ outcome: 'hold', code: 'H-OTHER-PARENT-UNHEARD', basis: [] });
  const second = region.grant(FATHER, K8, CLINIC);
  expect(ask(region, CLINIC, K8).basis).toEqual([first, second]);
});

describe('a permit', () => {
  it('rests, of each, on the grant for one and the same purpose', () => {
    const region = makeFamily();
    region.grant(MOTHER, K8, CLINIC, { purposes: ['treatment'] });
    const support = region.grant(MOTHER, K8, CLINIC, { purposes: ['support'] });
    const fathers = region.grant(FATHER, K8, CLINIC, { purposes: ['support'] });
    region.grant(FATHER, K8, CLINIC, { purposes: ['treatment'] });
    expect(ask(region, CLINIC, K8).basis).toEqual([support, fathers]);
  });

  it('begins at the place of its grant in the log', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC, { history: false });
    const place = region.entries.length - 1;
    expect([place - 1, place].map((index) => code(region, CLINIC, M, { index }))).toEqual([
      'D-BEFORE-GRANT',
      'P-CONSENT-ALL',
    ]);
  });
});

describe('a yes that is none', () => {
  it('to purposes that nobody shares, or of somebody who does not decide, denies', () => {
    const region = makeFamily();
    region.grant(MOTHER, K8, CLINIC, { purposes: ['treatment'] });
    region.grant(FATHER, K8, CLINIC, { purposes: ['support'] });
    expect(ask(region, CLINIC, K8)).toMatchObject({ outcome: 'deny', code: 'D-PURPOSE' });
    region.custody('child8', 'mother');
    region.grant(MOTHER, K8, SCHOOL);
    region.custody('child8', 'father');
    expect(ask(region, SCHOOL, K8)).toMatchObject({ outcome: 'deny', code: 'D-NO-AUTHORITY' });
  });

  it('for another purpose, here, of who decides no more, is none about something else', () => {
    const region = makeFamily();
    region.grant(FATHER, K8, SCHOOL, { purposes: ['support'] });
    region.custody('child8', 'mother');
    expect(code(region, SCHOOL, K8, { purpose: 'support' })).toBe('D-NO-AUTHORITY');
    expect(code(region, SCHOOL, K8, { purpose: 'safety' })).toBe('D-NO-GRANT');
  });
});

describe('a yes elsewhere', () => {
  it('is one that is in force, beside others that are not', () => {
    const region = makeFamily();
    const both = region.compartment(MOTHER, 'mother', 'child8');
    region.grant(MOTHER, M, CLINIC, { from: START + 10 });
    expect(code(region, CLINIC, both)).toBe('D-NO-GRANT');
    region.grant(MOTHER, M, CLINIC);
    expect(ask(region, CLINIC, both)).toMatchObject({ outcome: 'deny', code: 'D-SCOPE', basis: [] });
    expect(code(region, CLINIC, K8)).toBe('D-NO-GRANT');
  });

  it('is looked up anew each time: it begins without a word said here', () => {
    const region = makeFamily();
    const both = region.compartment(MOTHER, 'mother', 'child8');
    region.grant(MOTHER, M, CLINIC, { from: START + 5 });
    expect([4, 5].map((after) => code(region, CLINIC, both, {}, START + after))).toEqual(['D-NO-GRANT', 'D-SCOPE']);
  });

  it('is looked up anew each time: it ends without a word said here', () => {
    const region = makeFamily();
    const both = region.compartment(MOTHER, 'mother', 'child8');
    region.custody('child8', 'mother');
    region.grant(MOTHER, M, SCHOOL, { until: START + 9 });
    region.custody('child8', 'mother', 'father');
    region.grant(FATHER, K8, SCHOOL, { until: START + 5 });
    region.custody('child8', 'mother');
    region.grant(MOTHER, both, SCHOOL, { until: START + 9 });
    const at = (now: number) => code(region, SCHOOL, K8, {}, now);
    expect([START + 6, START + 8, START + 9].map(at)).toEqual(['D-SCOPE', 'D-SCOPE', 'D-NO-GRANT']);
    expect(code(region, SCHOOL, id('about-child14'))).toBe('D-NO-GRANT');
    expect(region.say('grant', CHILD14, both, SCHOOL)).toBe('no-authority');
  });
});
