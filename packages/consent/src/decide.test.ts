import { describe, expect, it } from 'vitest';
import { decidersOf } from './authority.ts';
import { decide, type Question } from './decide.ts';
import { readersOf } from './readers.ts';
import {
  CHILD8,
  CHILD14,
  CLINIC,
  FATHER,
  id,
  MOTHER,
  makeFamily,
  SCHOOL,
  START,
  TEAM,
  type TestRegion,
  YEAR,
} from './test-region.ts';

const M = id('about-mother');
const K8 = id('about-child8');
const K14 = id('about-child14');

const ask = (region: TestRegion, party: string, compartment: string, more: Partial<Question> = {}, now = region.now) =>
  decide(region.state, { party, compartment, ...more }, now);
const code = (...asked: Parameters<typeof ask>) => ask(...asked).code;
const custodyOver = (region: TestRegion, child: string) => region.state.persons.get(id(child))?.custodyBasis;

describe('default deny', () => {
  it('denies every partner that nobody said anything about', () => {
    const region = makeFamily();
    for (const compartment of [M, K8, K14])
      for (const partner of [TEAM, CLINIC, SCHOOL]) expect(code(region, partner, compartment)).toBe('D-NO-GRANT');
  });

  it('denies what it does not know', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    expect(code(region, CLINIC, id('nowhere'))).toBe('D-UNKNOWN');
    expect(code(region, 'partner/stranger', M)).toBe('D-UNKNOWN');
    for (const name of ['__proto__', 'constructor', 'partner/__proto__', '', 'steward', 'toString'])
      for (const place of [M, '__proto__', 'constructor', ''])
        expect(ask(region, name, place).outcome, `${name} in ${place}`).toBe('deny');
  });

  it('denies at a moment or a place in the log that is no number', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC, { history: false });
    expect(ask(region, CLINIC, M).outcome).toBe('permit');
    expect(code(region, CLINIC, M, {}, Number.NaN)).toBe('D-UNKNOWN');
    expect(code(region, MOTHER, M, {}, Number.POSITIVE_INFINITY)).toBe('D-UNKNOWN');
    expect(code(region, CLINIC, M, { index: Number.NaN })).toBe('D-UNKNOWN');
  });

  it('has no answer for who is neither family nor partner', () => {
    const region = makeFamily();
    const keys = {
      signing: { kty: 'OKP', crv: 'Ed25519', x: 'x-o' },
      sealing: { kty: 'AKP', alg: 'X-Wing', pub: 'o' },
    };
    region.must('steward', { kind: 'officer', officer: 'clinic', name: 'Officer', keys } as never);
    expect(ask(region, 'officer/clinic', M)).toEqual({
      ...{ outcome: 'deny', code: 'D-NO-AUTHORITY', basis: [], rules: ['L01@2015-01-01'] },
    });
  });
});

describe('the family itself', () => {
  it('reads what is about itself and about a child in its custody, never about another adult', () => {
    const region = makeFamily();
    expect(ask(region, MOTHER, M)).toMatchObject({ outcome: 'permit', code: 'P-OWN', basis: [] });
    expect(ask(region, FATHER, K8)).toMatchObject({ code: 'P-OWN', basis: [custodyOver(region, 'child8')] });
    expect(ask(region, CHILD14, K14).outcome).toBe('permit');
    expect(code(region, FATHER, M)).toBe('D-OTHER-ADULT');
    expect(code(region, CHILD14, M)).toBe('D-OTHER-ADULT');
    expect(code(region, CHILD8, K8)).toBe('D-OTHER-ADULT');
  });

  it('needs the right for every subject: father does not read about mother through the child', () => {
    const region = makeFamily();
    const both = region.compartment(MOTHER, 'mother', 'child8');
    expect(ask(region, MOTHER, both).outcome).toBe('permit');
    expect(code(region, FATHER, both)).toBe('D-OTHER-ADULT');
  });

  it('loses sight of a child at 16 and of custody that ended, at that very moment', () => {
    const region = makeFamily();
    expect(ask(region, MOTHER, K14, {}, START + 2 * YEAR - 1).outcome).toBe('permit');
    expect(code(region, MOTHER, K14, {}, START + 2 * YEAR)).toBe('D-OTHER-ADULT');
    region.custody('child8', 'mother');
    expect(code(region, FATHER, K8)).toBe('D-OTHER-ADULT');
  });
});

describe('a yes of everybody who decides', () => {
  it('takes both parents under 12', () => {
    const region = makeFamily();
    const first = region.grant(MOTHER, K8, SCHOOL);
    expect(ask(region, SCHOOL, K8)).toMatchObject({ outcome: 'hold', code: 'H-OTHER-PARENT-UNHEARD', basis: [] });
    const second = region.grant(FATHER, K8, SCHOOL);
    expect(ask(region, SCHOOL, K8)).toMatchObject({ outcome: 'permit', code: 'P-CONSENT-ALL', basis: [first, second] });
    expect(code(region, CLINIC, K8)).toBe('D-NO-GRANT');
    expect(code(region, SCHOOL, K14)).toBe('D-NO-GRANT');
  });

  it('takes child and parents from 12 to 15 when strict, the child alone when by statute', () => {
    const strict = makeFamily();
    strict.grant(MOTHER, K14, SCHOOL);
    strict.grant(FATHER, K14, SCHOOL);
    expect(code(strict, SCHOOL, K14)).toBe('H-CHILD-12-CONFIRM');
    strict.grant(CHILD14, K14, SCHOOL);
    expect(code(strict, SCHOOL, K14)).toBe('P-CONSENT-ALL');
    const statute = makeFamily('statute');
    statute.grant(CHILD14, K14, SCHOOL);
    expect(code(statute, SCHOOL, K14)).toBe('P-CONSENT-ALL');
  });

  it('suspends at the twelfth birthday until the child confirms', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, SCHOOL, { until: START + 6 * YEAR });
    const birthday = START + 4 * YEAR;
    expect(code(region, SCHOOL, K8, {}, birthday - 1)).toBe('P-CONSENT-ALL');
    expect(code(region, SCHOOL, K8, {}, birthday)).toBe('H-CHILD-12-CONFIRM');
    region.now = birthday;
    region.must('partner/team', {
      kind: 'new-keys',
      party: CHILD8,
      keys: { signing: { x: 'x-child8' }, sealing: { pub: 'p' } },
    } as never);
    region.grant(CHILD8, K8, SCHOOL);
    expect(code(region, SCHOOL, K8)).toBe('P-CONSENT-ALL');
  });

  it('ends what parents alone agreed at 16, keeps what the child agreed too', () => {
    const region = makeFamily('strict');
    for (const decider of [MOTHER, FATHER]) region.grant(decider, K14, CLINIC, { until: START + 3 * YEAR });
    for (const decider of [MOTHER, FATHER, CHILD14]) region.grant(decider, K14, SCHOOL, { until: START + 3 * YEAR });
    const birthday = START + 2 * YEAR;
    expect(code(region, CLINIC, K14, {}, birthday - 1)).toBe('H-CHILD-12-CONFIRM');
    expect(code(region, CLINIC, K14, {}, birthday)).toBe('D-NO-AUTHORITY');
    expect(code(region, SCHOOL, K14, {}, birthday)).toBe('P-CONSENT-ALL');
  });

  it('follows custody: who lost it no longer counts, who got it is asked', () => {
    const region = makeFamily();
    region.grant(MOTHER, K8, SCHOOL);
    region.custody('child8', 'mother');
    expect(code(region, SCHOOL, K8)).toBe('P-CONSENT-ALL');
    region.custody('child8', 'mother', 'father');
    expect(code(region, SCHOOL, K8)).toBe('H-OTHER-PARENT-UNHEARD');
    region.custody('child8', 'father');
    expect(code(region, SCHOOL, K8)).toBe('D-NO-AUTHORITY');
  });

  it('finds no authority when nobody holds custody', () => {
    const region = makeFamily();
    region.grant(MOTHER, K8, SCHOOL);
    region.custody('child8');
    expect(code(region, SCHOOL, K8)).toBe('D-NO-AUTHORITY');
    const child = region.state.persons.get(id('child8'));
    expect(child && decidersOf(region.state, child, region.now)).toEqual([]);
    expect(code(region, MOTHER, K8)).toBe('D-OTHER-ADULT');
    region.grant(CHILD14, K14, SCHOOL);
    region.custody('child14');
    expect(code(region, SCHOOL, K14), 'a child of 14 needs them beside it').toBe('D-NO-AUTHORITY');
  });

  it('hears one person once when she is a subject and holds custody over the other', () => {
    const region = makeFamily();
    region.custody('child8', 'mother');
    const both = region.compartment(MOTHER, 'mother', 'child8');
    const grant = region.grant(MOTHER, both, CLINIC);
    expect(ask(region, CLINIC, both)).toMatchObject({ outcome: 'permit', basis: [grant] });
  });

  it('calls an adult no child, when she is the subject who is missing or refuses', () => {
    const region = makeFamily();
    const both = region.compartment(MOTHER, 'mother', 'child8');
    region.say('refuse', MOTHER, both, CLINIC);
    expect(code(region, CLINIC, both)).toBe('D-REFUSED-SELF');
    region.say('refuse', CHILD14, K14, CLINIC);
    expect(code(region, CLINIC, K14)).toBe('D-REFUSED-CHILD');
  });
});

describe('a no', () => {
  it('of one parent beats the yes of the other, also after a withdrawal, until the same parent says yes', () => {
    const region = makeFamily();
    region.grant(MOTHER, K8, SCHOOL);
    region.grant(FATHER, K8, SCHOOL);
    region.say('refuse', FATHER, K8, SCHOOL);
    expect(code(region, SCHOOL, K8)).toBe('D-REFUSED-PARENT');
    expect(region.say('withdraw', FATHER, K8, SCHOOL)).toBeNull();
    expect(code(region, SCHOOL, K8)).toBe('D-REFUSED-PARENT');
    region.grant(MOTHER, K8, SCHOOL);
    expect(code(region, SCHOOL, K8)).toBe('D-REFUSED-PARENT');
    region.grant(FATHER, K8, SCHOOL);
    expect(code(region, SCHOOL, K8)).toBe('P-CONSENT-ALL');
  });

  it('as a withdrawal ends all earlier grants of that person and partner, and no later one', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.grant(MOTHER, M, CLINIC, { purposes: ['treatment'] });
    region.grant(MOTHER, M, SCHOOL);
    region.say('withdraw', MOTHER, M, CLINIC);
    expect(code(region, CLINIC, M)).toBe('D-WITHDRAWN');
    expect(code(region, CLINIC, M, { purpose: 'treatment' })).toBe('D-WITHDRAWN');
    expect(code(region, SCHOOL, M)).toBe('P-CONSENT-ALL');
    const again = region.grant(MOTHER, M, CLINIC);
    expect(ask(region, CLINIC, M).basis).toEqual([again]);
  });

  it('of who does not decide is not heard', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) region.say('refuse', parent, K14, SCHOOL);
    region.now = START + 2 * YEAR;
    region.grant(CHILD14, K14, SCHOOL);
    expect(code(region, SCHOOL, K14)).toBe('P-CONSENT-ALL');
  });
});

describe('the limits of a grant', () => {
  it('are its first and its last millisecond', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC, { from: START + 10, until: START + 20 });
    expect(code(region, CLINIC, M, {}, START + 9)).toBe('D-NOT-YET');
    expect(code(region, CLINIC, M, {}, START + 10)).toBe('P-CONSENT-ALL');
    expect(code(region, CLINIC, M, {}, START + 19)).toBe('P-CONSENT-ALL');
    expect(code(region, CLINIC, M, {}, START + 20)).toBe('D-EXPIRED');
  });

  it('are its purposes, and yeses to different purposes do not add up', () => {
    const region = makeFamily();
    region.grant(MOTHER, K8, SCHOOL, { purposes: ['education', 'support'] });
    region.grant(FATHER, K8, SCHOOL, { purposes: ['safety'] });
    expect(code(region, SCHOOL, K8, { purpose: 'support' })).toBe('D-PURPOSE');
    expect(code(region, SCHOOL, K8)).toBe('D-PURPOSE');
    expect(readersOf(region.state, K8, region.now).map(({ party }) => party)).not.toContain(SCHOOL);
    const shared = region.grant(FATHER, K8, SCHOOL, { purposes: ['education'] });
    expect(ask(region, SCHOOL, K8).basis).toContain(shared);
    expect(code(region, SCHOOL, K8, { purpose: 'support' })).toBe('D-PURPOSE');
  });

  it('are its place in the log, unless it includes what was told before', () => {
    const region = makeFamily();
    const before = region.entries.length;
    region.grant(MOTHER, M, CLINIC, { history: false });
    const after = region.entries.length;
    expect(code(region, CLINIC, M, { index: before - 1 })).toBe('D-BEFORE-GRANT');
    expect(code(region, CLINIC, M, { index: after })).toBe('P-CONSENT-ALL');
    expect(code(region, CLINIC, M)).toBe('P-CONSENT-ALL');
    region.grant(MOTHER, M, CLINIC, { history: true });
    expect(code(region, CLINIC, M, { index: before - 1 })).toBe('P-CONSENT-ALL');
  });

  it('start again when a grant with history is withdrawn and given again from today', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    const told = region.entries.length;
    region.say('withdraw', MOTHER, M, CLINIC);
    region.grant(MOTHER, M, CLINIC, { history: false });
    expect(code(region, CLINIC, M, { index: told })).toBe('D-BEFORE-GRANT');
  });

  it('hold for every decider: one without history closes what was before', () => {
    const region = makeFamily();
    region.grant(MOTHER, K8, SCHOOL);
    region.grant(FATHER, K8, SCHOOL, { history: false });
    expect(code(region, SCHOOL, K8, { index: 0 })).toBe('D-BEFORE-GRANT');
    expect(code(region, SCHOOL, K8)).toBe('P-CONSENT-ALL');
  });

  it('of several grants the newest reason is told once the older ones ran out', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.say('refuse', MOTHER, M, CLINIC);
    region.grant(MOTHER, M, CLINIC, { until: START + 5 });
    expect(code(region, CLINIC, M, {}, START + 5)).toBe('D-EXPIRED');
  });
});
