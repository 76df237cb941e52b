/** The fine print of consent: which no is told, for which one purpose a permit rests on whom, and which silence is no yes. */
import { describe, expect, it } from 'vitest';
import { decide, type Question } from './decide.ts';
import { fold } from './fold.ts';
import { emptyState } from './state.ts';
import { LAW } from './test-law.ts';
import { CHILD14, CLINIC, FATHER, id, MOTHER, makeFamily, SCHOOL, START, type TestRegion } from './test-region.ts';

const M = id('about-mother');
const K8 = id('about-child8');
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

  it('is no yes either in a part of the log that does not show who it is about', () => {
    const region = makeFamily();
    const both = region.compartment(MOTHER, 'mother', 'child8');
    region.custody('child8', 'mother');
    region.grant(MOTHER, both, CLINIC);
    const state = emptyState(LAW);
    for (const { input, index, at } of region.entries) {
      const hidden =
        input.kind === 'statement' && input.statement.kind === 'person' && input.statement.person === id('child8');
      if (!hidden) fold(state, input, index, at);
    }
    expect(decide(state, { party: CLINIC, compartment: both }, START)).toMatchObject({
      outcome: 'deny',
      code: 'D-NO-AUTHORITY',
    });
  });
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
