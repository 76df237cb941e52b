/** What events in a family and in organisations do to an answer: guardians, capacity, death, own view, files, ends. */
import { STEWARD } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { decide, type Question } from './decide.ts';
import {
  allow,
  CHILD8,
  CHILD14,
  CLINIC,
  capable,
  custodyOf,
  death,
  erase,
  FATHER,
  file,
  GI,
  id,
  incapable,
  MOTHER,
  makeFamily,
  member,
  newKeys,
  own,
  personOf,
  RET,
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
  YEAR,
} from './test-region.ts';

const M = id('about-mother');
const K8 = id('about-child8');
const K14 = id('about-child14');
const ANN = seatAt(CLINIC, 'ann');
const LONG = { until: START + 20 * YEAR };

const ask = (region: TestRegion, party: string, compartment: string, more: Partial<Question> = {}, now = region.now) =>
  decide(region.state, { party, compartment, ...more }, now);
const code = (...asked: Parameters<typeof ask>) => ask(...asked).code;

describe('a guardian institution', () => {
  it('reads and decides in place of custody, and nobody else does', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, SCHOOL);
    const made = region.must(TEAM, { ...custodyOf('child8', []), guardian: 'gi' });
    expect(ask(region, GI, K8)).toEqual({ outcome: 'permit', code: 'P-OWN', basis: [made], rules: ['OWN@2015-01-01'] });
    expect(code(region, MOTHER, K8)).toBe('D-OTHER-ADULT');
    expect(code(region, SCHOOL, K8)).toBe('D-NO-AUTHORITY');
    expect(region.say('grant', MOTHER, K8, CLINIC)).toBe('no-authority');
    const grant = region.grant(GI, K8, CLINIC);
    expect(ask(region, CLINIC, K8)).toMatchObject({ code: 'P-CONSENT-ALL', basis: [grant] });
    region.say('refuse', GI, K8, CLINIC);
    expect(code(region, CLINIC, K8)).toBe('D-REFUSED-PARENT');
    expect(code(region, GI, K14)).toBe('D-NO-GRANT');
  });

  it('reads with its seats, and only as long as the age lets custody read', () => {
    const region = makeFamily();
    region.must(TEAM, { ...custodyOf('child14', []), guardian: 'gi' });
    const gina = seatAt(GI, 'gina');
    const statement = region.must(GI, seat(gina, LONG));
    expect(ask(region, gina, K14)).toMatchObject({ code: 'P-OWN', basis: [expect.any(String), statement] });
    expect([GI, gina].map((party) => ask(region, party, K14, {}, START + 2 * YEAR).outcome)).toEqual(['deny', 'deny']);
    region.must(CHILD14, own('child14'));
    expect(code(region, GI, id('own-child14'))).toBe('D-NO-GRANT');
  });

  it('gives nothing to itself, and still may give to others', () => {
    const region = makeFamily();
    region.must(TEAM, { ...custodyOf('child8', []), guardian: 'gi' });
    expect(region.say('grant', GI, K8, GI)).toBe('malformed');
    expect(region.say('grant', GI, K8, CLINIC)).toBeNull();
  });
});

describe('who cannot judge', () => {
  it('as an adult is spoken for by representatives, who read along, until it can again', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    const made = region.must(TEAM, incapable('mother', 'father'));
    expect(code(region, CLINIC, M)).toBe('D-NO-AUTHORITY');
    expect(ask(region, FATHER, M)).toMatchObject({ code: 'P-OWN', basis: [made] });
    expect(code(region, MOTHER, M)).toBe('P-OWN');
    expect(region.say('grant', MOTHER, M, SCHOOL)).toBe('no-authority');
    const grant = region.grant(FATHER, M, SCHOOL);
    expect(ask(region, SCHOOL, M)).toMatchObject({ code: 'P-CONSENT-ALL', basis: [grant] });
    region.must(TEAM, capable('mother'));
    expect([SCHOOL, CLINIC].map((party) => code(region, party, M))).toEqual(['D-NO-AUTHORITY', 'P-CONSENT-ALL']);
    expect(code(region, FATHER, M)).toBe('D-OTHER-ADULT');
  });

  it('without anybody who speaks for it shares with nobody', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.must(TEAM, incapable('mother'));
    expect(code(region, CLINIC, M)).toBe('D-NO-AUTHORITY');
    region.must(TEAM, incapable('mother', 'father'));
    region.must(TEAM, death('father'));
    expect(region.state.persons.get(id('mother'))?.representatives).toEqual([]);
  });

  it('is spoken for anew when one of its representatives died: the no of the dead was no yes of the other', () => {
    const region = makeFamily();
    region.must(TEAM, member('aunt'));
    region.must(TEAM, incapable('mother', 'father', 'aunt'));
    region.grant(personOf('aunt'), M, CLINIC);
    region.say('refuse', FATHER, M, CLINIC);
    const died = region.must(TEAM, death('father'));
    expect(code(region, CLINIC, M)).toBe('H-SURVIVOR-CONFIRM');
    expect(ask(region, personOf('aunt'), M)).toMatchObject({ code: 'P-OWN', basis: [died] });
    region.grant(personOf('aunt'), M, CLINIC);
    expect(code(region, CLINIC, M)).toBe('P-CONSENT-ALL');
  });

  it('under eighteen asks nothing again when somebody died who was named but does not speak', () => {
    const region = makeFamily();
    region.must(TEAM, member('aunt'));
    region.must(TEAM, incapable('child14', 'aunt'));
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K14, CLINIC);
    region.must(TEAM, death('aunt'));
    expect(code(region, CLINIC, K14)).toBe('P-CONSENT-ALL');
  });

  it.each([
    [13, 0],
    [16, 2 * YEAR],
  ])('under eighteen is spoken for by who has custody, whoever is named (%i)', (_, later) => {
    const region = makeFamily();
    region.now = START + later;
    region.must(TEAM, incapable('child14', 'mother'));
    region.custody('child14', 'father');
    expect(region.say('grant', CHILD14, K14, SCHOOL)).toBe('no-authority');
    expect(region.say('refuse', CHILD14, K14, SCHOOL)).toBe('no-authority');
    expect(region.say('grant', MOTHER, K14, SCHOOL)).toBe('no-authority');
    const grant = region.grant(FATHER, K14, SCHOOL);
    expect(ask(region, SCHOOL, K14)).toMatchObject({ code: 'P-CONSENT-ALL', basis: [grant] });
    expect(code(region, MOTHER, K14)).toBe('D-OTHER-ADULT');
    expect([FATHER, CHILD14].map((person) => code(region, person, K14))).toEqual(['P-OWN', 'P-OWN']);
  });

  it('at eighteen is spoken for by the representatives', () => {
    const region = makeFamily();
    region.must(TEAM, incapable('child14', 'mother'));
    const birthday = START + 4 * YEAR;
    expect(code(region, FATHER, K14, {}, birthday - 1)).toBe('P-OWN');
    expect([FATHER, MOTHER].map((person) => code(region, person, K14, {}, birthday))).toEqual([
      'D-OTHER-ADULT',
      'P-OWN',
    ]);
  });
});

describe('a death', () => {
  it('leaves joint custody to the survivor, who must say again what it said before', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, SCHOOL);
    const died = region.must(TEAM, death('father'));
    expect(ask(region, SCHOOL, K8)).toMatchObject({ outcome: 'hold', code: 'H-SURVIVOR-CONFIRM', basis: [] });
    expect(ask(region, MOTHER, K8)).toMatchObject({ code: 'P-OWN', basis: [died] });
    expect(code(region, FATHER, K8)).toBe('D-DECEASED');
    const again = region.grant(MOTHER, K8, SCHOOL);
    expect(ask(region, SCHOOL, K8)).toMatchObject({ code: 'P-CONSENT-ALL', basis: [again] });
  });

  it('is not confirmed by somebody else saying who has custody', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, SCHOOL);
    region.must(TEAM, death('father'));
    region.custody('child8', 'mother');
    expect(code(region, SCHOOL, K8)).toBe('H-SURVIVOR-CONFIRM');
  });

  it('leaves a no, and what ran out or was never for this, as it was', () => {
    const region = makeFamily();
    region.grant(MOTHER, K8, SCHOOL, { until: START + 9, history: false });
    region.must(TEAM, death('father'));
    expect(code(region, SCHOOL, K8, {}, START + 8)).toBe('H-SURVIVOR-CONFIRM');
    expect(code(region, SCHOOL, K8, {}, START + 9)).toBe('D-EXPIRED');
    expect(code(region, SCHOOL, K8, { purpose: 'safety' })).toBe('D-PURPOSE');
    expect(code(region, SCHOOL, K8, { index: 0 })).toBe('D-BEFORE-GRANT');
    region.say('refuse', MOTHER, K8, CLINIC);
    expect(code(region, CLINIC, K8)).toBe('D-REFUSED-PARENT');
  });

  it('of the only one with custody leaves nobody', () => {
    const region = makeFamily();
    region.custody('child8', 'father');
    region.grant(FATHER, K8, SCHOOL);
    region.must(TEAM, death('father'));
    expect(code(region, SCHOOL, K8)).toBe('D-NO-AUTHORITY');
    expect(code(region, MOTHER, K8)).toBe('D-OTHER-ADULT');
  });

  it('asks nothing again of a child that decides itself, nor of who had no say', () => {
    const region = makeFamily('statute');
    region.grant(CHILD14, K14, SCHOOL);
    region.grant(MOTHER, M, SCHOOL);
    region.must(TEAM, death('father'));
    expect([K14, M].map((place) => code(region, SCHOOL, place))).toEqual(['P-CONSENT-ALL', 'P-CONSENT-ALL']);
  });

  it('closes what is about the dead, with consent and without', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    const both = region.compartment(MOTHER, 'mother', 'child8');
    region.must(TEAM, death('mother'));
    for (const party of [CLINIC, SCHOOL, VT]) expect(code(region, party, M), party).toBe('D-DECEASED');
    expect(code(region, CLINIC, both)).toBe('D-DECEASED');
    expect([M, K8].map((place) => code(region, MOTHER, place))).toEqual(['D-DECEASED', 'D-DECEASED']);
  });
});

describe('a person’s own view', () => {
  it('is read by its maker alone, and shared from twelve on by the child itself, whatever the profile', () => {
    const region = makeFamily('strict');
    const view = id('own-child14');
    region.must(CHILD14, own('child14'));
    expect(ask(region, CHILD14, view)).toMatchObject({ code: 'P-OWN', basis: [] });
    for (const parent of [MOTHER, FATHER, CHILD8]) expect(code(region, parent, view)).toBe('D-OTHER-ADULT');
    expect(region.say('grant', MOTHER, view, SCHOOL)).toBe('no-authority');
    expect(region.say('refuse', MOTHER, view, SCHOOL)).toBe('no-authority');
    const grant = region.grant(CHILD14, view, SCHOOL);
    expect(ask(region, SCHOOL, view)).toMatchObject({ code: 'P-CONSENT-ALL', basis: [grant] });
    region.must(TEAM, { ...custodyOf('child14', []), guardian: 'gi' });
    expect(code(region, GI, view)).toBe('D-NO-GRANT');
  });

  it('is of one person about itself', () => {
    const region = makeFamily();
    expect(region.try(MOTHER, own('child8'))).toBe('no-authority');
    expect(region.try(MOTHER, { ...own('mother'), subjects: [id('mother'), id('child8')] })).toBe('no-authority');
    expect(region.try(MOTHER, own('mother'))).toBeNull();
  });

  it('of a child under twelve is shared by nobody: who decides may not read it', () => {
    const region = makeFamily();
    region.must(TEAM, newKeys(CHILD8, 'child8'));
    region.must(CHILD8, own('child8'));
    const view = id('own-child8');
    expect(code(region, CHILD8, view)).toBe('P-OWN');
    for (const by of [CHILD8, MOTHER]) expect(region.say('grant', by, view, SCHOOL)).toBe('no-authority');
  });
});

describe('an organisation’s file', () => {
  it('is read by it and its seats; no consent opens it', () => {
    const region = makeFamily();
    region.grant(MOTHER, K8, CLINIC);
    region.must(CLINIC, file(CLINIC, 'mother'));
    const statement = region.must(CLINIC, seat(ANN));
    const place = id('file-clinic-mother');
    expect(ask(region, CLINIC, place)).toEqual({
      outcome: 'permit',
      code: 'P-OWN',
      basis: [],
      rules: ['FILE@2015-01-01'],
    });
    expect(ask(region, ANN, place)).toMatchObject({ code: 'P-OWN', basis: [statement] });
    expect(code(region, MOTHER, place)).toBe('D-OTHER-ADULT');
    expect(code(region, TEAM, place)).toBe('D-NO-GRANT');
    expect(region.say('grant', MOTHER, place, TEAM)).toBe('no-authority');
    expect(ask(region, CLINIC, place, {}, START + YEAR / 2).rules).toEqual(['FILE@2020-01-01']);
  });
});

describe('letting a family member read', () => {
  it('opens what is about who lets it, for that one, until it is taken back', () => {
    const region = makeFamily();
    region.now = START + 2 * YEAR;
    expect(code(region, MOTHER, K14)).toBe('D-OTHER-ADULT');
    const allowed = region.must(CHILD14, allow(K14, 'mother'));
    expect(ask(region, MOTHER, K14)).toMatchObject({ code: 'P-OWN', basis: [allowed] });
    expect(code(region, FATHER, K14)).toBe('D-OTHER-ADULT');
    region.must(CHILD14, allow(K14, 'mother', false));
    expect(code(region, MOTHER, K14)).toBe('D-OTHER-ADULT');
  });

  it('ends with the death of who let it', () => {
    const region = makeFamily();
    region.must(MOTHER, allow(M, 'father'));
    expect(code(region, FATHER, M)).toBe('P-OWN');
    region.must(TEAM, death('mother'));
    expect(code(region, FATHER, M)).toBe('D-OTHER-ADULT');
  });

  it('needs every subject', () => {
    const region = makeFamily();
    const both = region.compartment(MOTHER, 'mother', 'child8');
    region.custody('child8', 'mother');
    region.must(MOTHER, allow(both, 'father'));
    expect(code(region, FATHER, both)).toBe('D-OTHER-ADULT');
    region.custody('child8', 'mother', 'father');
    expect(code(region, FATHER, both)).toBe('P-OWN');
  });
});

describe('an end', () => {
  it('of an organisation ends what it and its seats read, and its successor gets nothing by it', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.must(CLINIC, seat(ANN));
    region.must(CLINIC, file(CLINIC, 'mother'));
    region.must(STEWARD, succession(CLINIC, SCHOOL));
    for (const place of [M, id('file-clinic-mother')])
      expect([CLINIC, ANN, SCHOOL].map((party) => code(region, party, place))).toEqual([
        ...['D-ORG-CHANGED', 'D-ORG-CHANGED', 'D-NO-GRANT'],
      ]);
  });

  it('of youth help comes at eighteen for a yes from before; other help goes on', () => {
    const region = makeFamily();
    region.now = START + 2 * YEAR;
    for (const to of [RET, SCHOOL]) region.grant(CHILD14, K14, to, LONG);
    const birthday = START + 4 * YEAR;
    expect([RET, SCHOOL].map((to) => code(region, to, K14, {}, birthday - 1))).toEqual([
      'P-CONSENT-ALL',
      'P-CONSENT-ALL',
    ]);
    expect([RET, SCHOOL].map((to) => code(region, to, K14, {}, birthday))).toEqual(['D-EXPIRED', 'P-CONSENT-ALL']);
    region.now = birthday;
    region.grant(CHILD14, K14, RET, LONG);
    expect(code(region, RET, K14)).toBe('P-CONSENT-ALL');
    region.grant(MOTHER, M, RET, LONG);
    expect(code(region, RET, M), 'an adult’s').toBe('P-CONSENT-ALL');
  });

  it('of a message is its erasure, or a newer one in its place', () => {
    const region = makeFamily();
    const [first, second, third] = [1, 2, 3].map(() => region.message(MOTHER, M)) as [string, string, string];
    region.must(MOTHER, supersede(first, second));
    region.must(MOTHER, erase([third]));
    expect([first, second, third].map((message) => code(region, MOTHER, M, { message }))).toEqual([
      ...['D-SUPERSEDED', 'P-OWN', 'D-ERASED'],
    ]);
    region.must(MOTHER, erase([first]));
    expect(code(region, MOTHER, M, { message: first })).toBe('D-ERASED');
  });
});

describe('what is about the same person elsewhere', () => {
  it('says that the family may be asked to widen it', () => {
    const region = makeFamily();
    const both = region.compartment(MOTHER, 'mother', 'child8');
    expect(code(region, CLINIC, both)).toBe('D-NO-GRANT');
    region.grant(MOTHER, M, CLINIC, { until: START + 9 });
    expect(code(region, CLINIC, both)).toBe('D-SCOPE');
    expect(code(region, CLINIC, K8), 'about another').toBe('D-NO-GRANT');
    expect(code(region, SCHOOL, both)).toBe('D-NO-GRANT');
    expect(code(region, CLINIC, both, {}, START + 9)).toBe('D-NO-GRANT');
    region.say('refuse', MOTHER, M, CLINIC);
    expect(code(region, CLINIC, both)).toBe('D-NO-GRANT');
    region.grant(MOTHER, both, SCHOOL);
    region.say('withdraw', MOTHER, both, SCHOOL);
    expect(code(region, SCHOOL, M)).toBe('D-NO-GRANT');
  });
});

describe('a message that is asked about', () => {
  it('is one of this compartment', () => {
    const region = makeFamily();
    const told = region.message(MOTHER, M);
    expect(code(region, MOTHER, M, { message: told })).toBe('P-OWN');
    expect(code(region, MOTHER, K8, { message: told })).toBe('D-UNKNOWN');
    expect(ask(region, MOTHER, M, { message: id('nothing') })).toEqual({
      ...{ outcome: 'deny', code: 'D-UNKNOWN', basis: [], rules: ['L01@2015-01-01'] },
    });
  });

  it('brings its own place in the log, and the rule of secrecy that binds its sender', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    const told = region.message(CLINIC, M);
    region.grant(MOTHER, M, SCHOOL, { history: false });
    expect(ask(region, SCHOOL, M, { message: told, index: 9999 })).toMatchObject({
      ...{ code: 'D-BEFORE-GRANT', rules: ['L24@2015-01-01'] },
    });
    expect(ask(region, SCHOOL, M, { from: CLINIC }).rules).toEqual(['L24@2015-01-01']);
    expect(ask(region, SCHOOL, M, { from: MOTHER }).rules).toEqual(['L01@2015-01-01']);
    expect(ask(region, SCHOOL, M).rules).toEqual(['L01@2015-01-01']);
    expect(secrecy('mother').on).toBe(true);
  });
});
