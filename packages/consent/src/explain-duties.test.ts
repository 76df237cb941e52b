/** Whose say was needed and what it said; what comes with a decision, for whom and by when; what a share would ask. */
import { officer, type PartyId } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import type { Question } from './decide.ts';
import { explain, mayIShare } from './explain.ts';
import { ruleAt } from './law.ts';
import { LAW } from './test-law.ts';
import { Noted } from './test-noted.ts';
import {
  ask,
  CHILD14,
  CITY,
  CLINIC,
  custodyOf,
  DOSSIER,
  death,
  dispute,
  erase,
  FATHER,
  FOSTER,
  file,
  foster,
  GI,
  id,
  incapable,
  MOTHER,
  makeFamily,
  member,
  order,
  personOf,
  RAAD,
  SCHOOL,
  START,
  seat,
  seatAt,
  TEAM,
  type TestRegion,
  VT,
  weighing,
  YEAR,
} from './test-region.ts';

const M = id('about-mother');
const K8 = id('about-child8');
const K14 = id('about-child14');
const GUARD = officer('guard');

const why = ({ state, now }: TestRegion, party: PartyId, reader: PartyId, more: Partial<Question> = {}, at = now) =>
  explain(state, { party, compartment: K8, ...more }, at, { party: reader });
const duties = (...asked: Parameters<typeof why>) => why(...asked).duties.map(({ duty }) => duty);

describe('whose say is needed, as whom', () => {
  /** To the clinic; every say as `who as: said`. */
  const says = (region: TestRegion, compartment: string, more: Partial<Question> = {}) =>
    why(region, CLINIC, GUARD, { compartment, ...more }).says.map(({ decider, as, said }) => {
      return `${decider.replace(/_+A$/, '')} ${as}: ${said}`;
    });
  const after = (act: (region: TestRegion) => void): TestRegion => {
    const region = makeFamily();
    region.must(TEAM, member('aunt'));
    act(region);
    return region;
  };

  it.each<[string, string, (region: TestRegion) => void, string[]]>([
    ['an adult about itself', M, (region) => region.grant(MOTHER, M, CLINIC), ['mother self: yes']],
    ['an adult that refused', M, (region) => region.say('refuse', MOTHER, M, CLINIC), ['mother self: no']],
    [
      'the only holder of custody',
      K8,
      (region) => region.custody('child8', 'mother') && region.grant(MOTHER, K8, CLINIC),
      ['mother custody: yes'],
    ],
    [
      'a parent that agreed, of a child of 14 that was not heard',
      K14,
      (region) => region.grant(MOTHER, K14, CLINIC),
      ['child14 self: nothing', 'mother custody: yes', 'father custody: nothing'],
    ],
    [
      'a child of 14 that refused',
      K14,
      (region) => region.say('refuse', CHILD14, K14, CLINIC),
      ['child14 self: no', 'mother custody: nothing', 'father custody: nothing'],
    ],
    [
      'a survivor that agreed before the other holder died',
      K8,
      (region) => region.grant(MOTHER, K8, CLINIC) && region.must(TEAM, death('father')),
      ['mother custody: to-confirm'],
    ],
    [
      'an institution that is guardian',
      K8,
      (region) => region.must(TEAM, custodyOf('child8', [], { guardian: 'gi' })),
      ['partner/gi guardian: nothing'],
    ],
    [
      'who speaks for an adult',
      M,
      (region) => region.must(TEAM, incapable('mother', 'aunt')),
      ['aunt representative: nothing'],
    ],
  ])('%s', (_, compartment, act, expected) => expect(says(after(act), compartment)).toEqual(expected));

  it('a yes for what comes from now on is something else for what was there', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, TEAM);
    const message = region.message(TEAM, K8);
    region.grant(MOTHER, K8, CLINIC, { history: false });
    const [first] = ['mother custody: something-else'];
    expect(says(region, K8, { message })[0]).toBe(first);
    expect(says(region, K8, { index: 0 })[0]).toBe(first);
    expect(says(region, K8)[0]).toBe('mother custody: yes');
  });

  it('is nobody where consent is not asked: a file, a family member, somebody unknown', () => {
    const region = new Noted(TEAM, 'child8');
    expect(why(region, VT, GUARD, { compartment: region.place }).says).toEqual([]);
    expect(why(region, FATHER, GUARD).says).toEqual([]);
    expect(why(region, 'partner/none', GUARD).says).toEqual([]);
  });

  it('is not told to an organisation that reads because it is involved elsewhere: nobody said yes here', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, TEAM);
    const elsewhere = {
      kind: 'compartment',
      dossier: DOSSIER,
      audience: 'family',
      compartment: id('elsewhere'),
    } as const;
    region.must(MOTHER, { ...elsewhere, subjects: [id('child8')] });
    for (const parent of [MOTHER, FATHER]) region.grant(parent, id('elsewhere'), CLINIC);
    const message = region.message(TEAM, K8);
    region.must(
      TEAM,
      region.discloses(CLINIC, 'L03', [message], { purpose: 'support', weighing: weighing('necessity') }),
    );
    expect(why(region, CLINIC, CLINIC, { message })).toMatchObject({ code: 'P-DIRECTLY-INVOLVED', says: [] });
    expect(why(region, CLINIC, GUARD, { message }).says.map(({ said }) => said)).toEqual(['nothing', 'nothing']);
  });
});

describe('the yeses an organisation is told of', () => {
  it('are those its reading rests on: none of a message that is no longer there', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, CLINIC);
    const one = seatAt(CLINIC, 'one');
    region.must(CLINIC, seat(one, { until: START + YEAR }));
    const message = region.message(MOTHER, K8);
    const said = () => why(region, one, one, { message }).says.map((say) => say.said);
    expect(said()).toEqual(['yes', 'yes']);
    region.must(MOTHER, erase([message]));
    expect(said()).toEqual([]);
    expect(why(region, one, MOTHER, { message }).says).toHaveLength(2);
  });
});

describe('a no to an organisation', () => {
  it('rests on the rule of secrecy, whatever the reason, and asks nothing', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    const secrecy = ruleAt(LAW, 'L01', region.now)?.reference;
    for (const [party, reader, compartment] of [
      [SCHOOL, SCHOOL, K8],
      [FATHER, CLINIC, M],
    ] as const) {
      const found = why(region, party, reader, { compartment });
      expect(found).toMatchObject({ outcome: 'deny', code: 'D-NO-GRANT', says: [], duties: [] });
      expect(found.articles.map(({ rule }) => rule)).toEqual([secrecy]);
    }
    expect(why(region, FATHER, GUARD, { compartment: M }).code).toBe('D-OTHER-ADULT');
  });

  it('who was given one message is the same when nobody has custody, and whoever would share more', () => {
    const region = new Noted(CLINIC, 'child8');
    region.endorsed(region.shows(SCHOOL, 'L25'));
    const heard = () => why(region, SCHOOL, SCHOOL, { compartment: region.place, from: CLINIC });
    const before = heard();
    expect(before).toMatchObject({ outcome: 'deny', code: 'D-NO-GRANT' });
    expect(before.articles.map(({ rule }) => rule)).toEqual([ruleAt(LAW, 'L01', region.now)?.reference]);
    region.custody('child8');
    expect(why(region, SCHOOL, GUARD, { compartment: region.place }).code).toBe('D-NO-AUTHORITY');
    expect(heard()).toEqual(before);
  });

  it('before there was a law is explained without articles', () => {
    expect(why(makeFamily(), SCHOOL, SCHOOL, {}, 0)).toMatchObject({ code: 'D-NO-GRANT', articles: [] });
  });

  it('has words, or the law is refused', () => {
    const { state, now } = makeFamily();
    const mute = { ...state, law: { ...LAW, reasons: new Map() } };
    const asked = () => explain(mute, { party: SCHOOL, compartment: K8 }, now, { party: SCHOOL });
    expect(asked).toThrow('the law has no text for D-NO-GRANT');
  });

  it('has no duties, also about what is disputed', () => {
    const region = makeFamily();
    const message = region.message(MOTHER, K8);
    region.must(FATHER, dispute(message));
    expect(duties(region, SCHOOL, GUARD, { message })).toEqual([]);
    region.grant(MOTHER, K8, SCHOOL);
    const held = why(region, SCHOOL, GUARD, { message });
    expect(held.outcome).toBe('hold');
    expect(held.duties).toEqual([{ duty: 'disputed-travels', who: [SCHOOL], due: null }]);
  });
});

describe('the duties of who reads', () => {
  it('are to log, and to leave out third persons where another organisation wrote it', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) for (const to of [SCHOOL, TEAM]) region.grant(parent, K8, to);
    const [hers, theirs] = [region.message(MOTHER, K8), region.message(TEAM, K8)];
    expect(duties(region, SCHOOL, SCHOOL)).toEqual(['log', 'review']);
    expect(duties(region, SCHOOL, SCHOOL, { from: TEAM })).toEqual(['log', 'strip-third-persons', 'review']);
    expect(duties(region, SCHOOL, SCHOOL, { message: theirs })).toEqual(['log', 'strip-third-persons', 'review']);
    expect(duties(region, SCHOOL, SCHOOL, { message: hers })).toEqual(['log', 'review']);
    expect(duties(region, TEAM, TEAM, { message: theirs })).toEqual(['log', 'review']);
  });

  it('have no end in an own file', () => {
    const region = new Noted(TEAM, 'child8');
    const asked = { compartment: region.place, message: region.note };
    expect(why(region, TEAM, TEAM, asked).duties).toEqual([{ duty: 'log', who: [TEAM], due: null }]);
  });

  it('are reviewed when the first of what it rests on ends: a yes, an order, a placement, the seat', () => {
    const region = new Noted(TEAM, 'child8');
    const asked = { compartment: region.place, message: region.note };
    const due = (party: PartyId, more = {}) =>
      why(region, party, GUARD, { ...asked, ...more }).duties.find(({ duty }) => duty === 'review')?.due;
    region.must(TEAM, order('child8', GI, { until: START + YEAR / 2 }));
    region.must(TEAM, order('child8', VT, { order: id('other-order'), until: START + YEAR / 5 }));
    region.shows(GI, 'L06');
    expect(due(GI)).toBe(START + YEAR / 2);
    const one = seatAt(TEAM, 'one');
    region.must(TEAM, seat(one, { until: START + YEAR / 3 }));
    expect(due(one)).toBe(START + YEAR / 3);
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, TEAM, { until: START + YEAR / 4 });
    expect(due(one, { compartment: K8, message: undefined })).toBe(START + YEAR / 4);
  });

  it('are reviewed when the placement ends, with a foster parent', () => {
    const region = new Noted(FOSTER, 'child8');
    region.must(TEAM, member('aunt'));
    region.must(TEAM, foster('child8', 'aunt', FOSTER, { until: START + YEAR / 4 }));
    region.shows(personOf('aunt'), 'L22', { purpose: 'support' });
    const asked = { compartment: region.place, message: region.note };
    const found = why(region, personOf('aunt'), GUARD, asked);
    expect(found.duties).toContainEqual({ duty: 'review', who: [personOf('aunt')], due: START + YEAR / 4 });
  });
});

describe('the second person', () => {
  const asked = (region: Noted) => ({ compartment: region.place, message: region.note });

  it('is still to come, without a term unless it was an emergency', () => {
    const region = new Noted(TEAM, 'child8');
    region.shows(VT, 'L08');
    const held = why(region, VT, GUARD, asked(region));
    expect(held.code).toBe('H-SECOND-PERSON');
    expect(held.duties).toEqual([{ duty: 'second-person', who: [TEAM], due: null }]);
  });

  it('is no duty of another that waits, nor of who reads by consent, nor once it came', () => {
    const region = new Noted(TEAM, 'child8');
    const act = region.shows(VT, 'L08');
    expect(why(region, RAAD, GUARD, asked(region)).outcome).toBe('hold');
    expect(duties(region, RAAD, GUARD, asked(region))).toEqual([]);
    region.endorsed(act);
    expect(duties(region, VT, GUARD, asked(region))).toEqual(['log', 'strip-third-persons']);
  });

  it('is none of what was disclosed under a rule that is not in force, beside one that may yet be used', () => {
    const region = new Noted(TEAM, 'child8');
    region.shows(VT, 'L36');
    const held = why(region, VT, GUARD, asked(region));
    expect(held.code).toBe('H-RIGHT-NEEDS-MOTIVE');
    expect(held.duties).toEqual([]);
  });

  it('is none of what the family agreed to: the disclosure is then not what it rests on', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) for (const to of [TEAM, VT]) region.grant(parent, K8, to);
    const message = region.message(TEAM, K8);
    region.must(TEAM, region.discloses(VT, 'L08', [message], { weighing: weighing() }));
    expect(why(region, VT, GUARD, { message }).code).toBe('P-CONSENT-ALL');
    expect(duties(region, VT, GUARD, { message })).toEqual(['log', 'strip-third-persons', 'review']);
  });

  it('is not needed for what was asked as a duty', () => {
    const region = new Noted(CITY, 'child8');
    region.grant(MOTHER, M, RAAD);
    region.grant(MOTHER, M, GI);
    const question = region.must(RAAD, ask(CITY, 'L17', ['child8'], { purpose: 'inquiry' }));
    region.shows(RAAD, 'L17', { ask: question, purpose: 'inquiry', weighing: null });
    expect(why(region, RAAD, GUARD, asked(region)).outcome).toBe('permit');
    expect(duties(region, RAAD, GUARD, asked(region))).toEqual(['log', 'strip-third-persons']);
  });
});

describe('what a share would ask', () => {
  const share = (
    region: TestRegion,
    from: PartyId,
    to: PartyId,
    compartment: string,
    reader: PartyId = from,
    more = {},
  ) =>
    mayIShare(region.state, { from, to, compartment, marks: [], purpose: 'safety', ...more }, region.now, {
      party: reader,
    }).bases;
  const named = (bases: ReturnType<typeof share>, rule: string) => bases.find((one) => one.rule.startsWith(`${rule}@`));

  it('is a second person only where the rule says so', () => {
    const region = new Noted(TEAM, 'child8');
    region.must(TEAM, order('child8', GI));
    expect(named(share(region, TEAM, GI, region.place), 'L06')).toMatchObject({ secondPerson: false, reviewDue: null });
    expect(named(share(region, TEAM, RAAD, region.place), 'L18')).toMatchObject({ secondPerson: true });
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, CLINIC);
    for (const basis of [GI, VT, RAAD, CLINIC].flatMap((to) => share(region, TEAM, to, region.place))) {
      const rule = LAW.rules.find(({ reference }) => reference === basis.rule);
      expect([basis.rule, basis.secondPerson]).toEqual([basis.rule, rule?.secondPerson]);
      expect([basis.rule, basis.reviewDue !== null]).toEqual([basis.rule, rule?.secondPerson && rule.emergency]);
      expect([basis.rule, basis.recheckDue !== null]).toEqual([basis.rule, rule?.inform === 'later-allowed']);
    }
  });

  it('names no moment to look again under a rule that lets no telling wait', () => {
    const region = new Noted(TEAM, 'child8');
    for (const parent of [MOTHER, FATHER]) for (const to of [TEAM, CLINIC]) region.grant(parent, K8, to);
    const bases = share(region, TEAM, CLINIC, region.place, TEAM, { purpose: 'support' });
    expect(named(bases, 'L03')).toMatchObject({ inform: 'now', recheckDue: null });
    expect(named(bases, 'L02')).toMatchObject({ inform: 'later-allowed', recheckDue: expect.any(Number) });
  });

  it('is nothing where the other side asked for all of it, under this rule, for this purpose, of this side', () => {
    const region = new Noted(CITY, 'child8');
    region.grant(MOTHER, M, RAAD);
    region.grant(MOTHER, M, GI);
    region.must(CITY, file(CITY, 'child8', 'child14'));
    const basis = (place = region.place) =>
      named(share(region, CITY, RAAD, place, CITY, { purpose: 'inquiry' }), 'L17');
    const more = { purpose: 'inquiry' } as const;
    region.must(RAAD, ask(CITY, 'L17', ['child8'], { purpose: 'measure' }));
    region.must(RAAD, ask(CITY, 'L16', ['child8'], more));
    region.must(RAAD, ask(CITY, 'L17', ['child14'], more));
    region.must(RAAD, ask(TEAM, 'L17', ['child8'], more));
    region.must(GI, ask(CITY, 'L17', ['child8'], more));
    expect(basis()).toMatchObject({ ask: null, secondPerson: true });
    const question = region.must(RAAD, ask(CITY, 'L17', ['child8'], more));
    expect(basis()).toMatchObject({ ask: question, records: [], secondPerson: false, reviewDue: null });
    expect(basis(id('file-city-child8-child14'))).toMatchObject({ ask: null, secondPerson: true });
  });

  it('is for who would share, not for the family that may see the place', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, TEAM);
    expect(named(share(region, TEAM, VT, K8), 'L08')).toBeDefined();
    expect(share(region, TEAM, VT, K8, MOTHER)).toEqual([]);
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, VT, { purposes: ['safety'] });
    expect(share(region, TEAM, VT, K8)).toEqual([]);
  });

  it('is asked by the version of a rule that is in force', () => {
    const region = new Noted(TEAM, 'child8');
    const [now] = LAW.rulesById.get('L08') ?? [];
    const old = { ...now, reference: 'L08@2000-01-01', begins: 0, ends: 1 } as NonNullable<typeof now>;
    region.state.law = { ...LAW, rules: [old, ...LAW.rules] };
    expect(share(region, TEAM, VT, region.place).map(({ rule }) => rule)).not.toContain('L08@2000-01-01');
  });
});
