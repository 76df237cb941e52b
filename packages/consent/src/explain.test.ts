import { officer, type PartyId, ReasonCode } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { type Explanation, explain, mayIShare, type ShareQuestion } from './explain.ts';
import { LAW } from './test-law.ts';
import {
  ALL_ANSWERS,
  ask,
  CHILD14,
  CLINIC,
  dispute,
  FATHER,
  file,
  GI,
  id,
  MOTHER,
  makeFamily,
  order,
  SCHOOL,
  START,
  secrecy,
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

function why(region: TestRegion, reader: PartyId, party: PartyId, compartment: string, message?: string): Explanation {
  const question = { party, compartment, ...(message !== undefined && { message }) };
  return explain(region.state, question, region.now, { party: reader });
}
const duties = ({ duties: all }: Explanation) => all.map(({ duty }) => duty);

function filed(region: TestRegion, by: PartyId, ...about: string[]) {
  const opened = file(by, ...about);
  region.must(by, opened);
  return { place: opened.compartment, item: region.message(by, opened.compartment) };
}

describe('a permit', () => {
  it('names the articles and the version of their text, whose yes it rests on, and what comes with it', () => {
    const region = makeFamily();
    region.grant(MOTHER, K8, SCHOOL, { until: START + YEAR });
    region.grant(FATHER, K8, SCHOOL, { until: START + 2 * YEAR });
    region.grant(MOTHER, K8, TEAM);
    region.grant(FATHER, K8, TEAM);
    const message = region.message(TEAM, K8);
    for (const reader of [MOTHER, FATHER, SCHOOL, GUARD]) {
      const found = why(region, reader, SCHOOL, K8, message);
      expect(found).toMatchObject({ outcome: 'permit', code: 'P-CONSENT-ALL' });
      expect(found.articles.map(({ lawVersion }) => lawVersion)).toEqual(['2015-01-01']);
      expect(found.says).toEqual([
        { decider: id('mother'), as: 'custody', said: 'yes' },
        { decider: id('father'), as: 'custody', said: 'yes' },
      ]);
      expect(found.duties).toEqual([
        { duty: 'log', who: [SCHOOL], due: null },
        { duty: 'strip-third-persons', who: [TEAM], due: null },
        { duty: 'review', who: [SCHOOL], due: START + YEAR },
      ]);
      expect(found.parent).toEqual(LAW.reasons.get('P-CONSENT-ALL')?.parent);
    }
    region.must(FATHER, dispute(message));
    expect(duties(why(region, SCHOOL, SCHOOL, K8, message))).toContain('disputed-travels');
  });
});

describe('a no, or a hold for a missing yes', () => {
  /** What FATHER did, after MOTHER said yes. */
  const cases: Record<string, (region: TestRegion) => void> = {
    nothing: () => {},
    refused: (region) => region.say('refuse', FATHER, K8, CLINIC),
    withdrew: (region) => {
      region.grant(FATHER, K8, CLINIC);
      region.say('withdraw', FATHER, K8, CLINIC);
    },
    ended: (region) => region.grant(FATHER, K8, CLINIC, { until: START + 1 }),
    later: (region) => region.grant(FATHER, K8, CLINIC, { from: START + YEAR / 2 }),
    other: (region) => region.grant(FATHER, K8, CLINIC, { purposes: ['education'] }),
  };
  const played = Object.entries(cases).map(([name, act]) => {
    const region = makeFamily();
    region.grant(MOTHER, K8, CLINIC);
    act(region);
    region.now += 1;
    return { name, region };
  });

  it('looks the same to the partner, whatever it was', () => {
    const texts = played.map(({ region }) => JSON.stringify(why(region, CLINIC, CLINIC, K8)));
    expect(new Set(texts).size).toBe(1);
    expect(JSON.parse(texts[0] ?? '')).toMatchObject({ outcome: 'deny', code: 'D-NO-GRANT', says: [], duties: [] });
  });

  it('looks to the partner as if there were nothing there', () => {
    for (const { region } of played)
      expect(why(region, CLINIC, CLINIC, K8)).toEqual(why(region, CLINIC, CLINIC, id('never-made')));
  });

  it('is told in full to the family that sees it, and to the officer', () => {
    const said = played.map(({ name, region }) => {
      const [mine, others] = [MOTHER, GUARD].map((reader) => why(region, reader, CLINIC, K8));
      expect(mine).toEqual(others);
      expect(mine?.code).toBe(decide(region.state, { party: CLINIC, compartment: K8 }, region.now).code);
      expect(mine?.says[0]).toMatchObject({ decider: id('mother'), said: 'yes' });
      return [name, mine?.says[1]?.said];
    });
    expect(Object.fromEntries(said)).toEqual({
      ...{ nothing: 'nothing', refused: 'no', withdrew: 'withdrawn', ended: 'expired', later: 'not-yet', other: 'yes' },
    });
  });

  it('tells of a yes to something else when the question names a purpose', () => {
    const { region } = played.at(-1) ?? {};
    if (!region) throw new Error('no case');
    const question = { party: CLINIC, compartment: K8, purpose: 'support' as const };
    expect(explain(region.state, question, region.now, { party: MOTHER }).says[1]?.said).toBe('something-else');
  });
});

describe('another adult', () => {
  it('has nothing that exists, for the other parent, the child and partners', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    const message = region.message(MOTHER, M);
    for (const reader of [FATHER, CHILD14, SCHOOL])
      for (const party of [reader, CLINIC])
        expect(why(region, reader, party, M, message)).toEqual(why(region, reader, party, id('never-made'), message));
    expect(why(region, FATHER, FATHER, M)).toMatchObject({ outcome: 'deny', code: 'D-UNKNOWN' });
    expect(why(region, SCHOOL, SCHOOL, M)).toMatchObject({ outcome: 'deny', code: 'D-NO-GRANT' });
    expect(why(region, GUARD, FATHER, M).code).toBe('D-OTHER-ADULT');
  });
});

describe('what waits to be told', () => {
  it('is as if it were not there to the family, and a duty with a date to who disclosed', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, TEAM);
    const item = region.message(TEAM, K8);
    const before = why(region, MOTHER, VT, K8, item);
    const more = { inform: 'later' as const, emergency: true, weighing: weighing(...ALL_ANSWERS) };
    region.must(TEAM, region.discloses(VT, 'L08', [item], more));
    expect(why(region, MOTHER, VT, K8, item)).toEqual(before);
    const told = why(region, TEAM, VT, K8, item);
    expect(duties(why(region, VT, VT, K8, item))).not.toContain('inform');
    expect(why(region, VT, VT, K8, item)).toMatchObject({ outcome: 'permit', code: 'P-LAW-RIGHT' });
    expect(why(region, GUARD, VT, K8, item).duties).toEqual(
      expect.arrayContaining([
        {
          duty: 'inform',
          who: [id('child8'), id('mother'), id('father')].map((who) => `person/${who}`),
          due: expect.any(Number),
        },
        { duty: 'second-person', who: [TEAM], due: expect.any(Number) },
      ]),
    );
    expect(told.outcome).toBe('permit');
    expect(duties(told)).toContain('inform');
  });
});

describe('may I share this?', () => {
  const share = (
    region: TestRegion,
    asked: Partial<ShareQuestion> & Pick<ShareQuestion, 'from' | 'to' | 'compartment'>,
  ) => mayIShare(region.state, { marks: [], purpose: 'safety', ...asked }, region.now, { party: asked.from });
  const ids = ({ bases }: ReturnType<typeof mayIShare>) => bases.map(({ rule }) => rule.split('@')[0]);

  it('says what law allows toward Veilig Thuis, and all that it asks', () => {
    const region = makeFamily();
    const { place } = filed(region, TEAM, 'child8');
    const found = share(region, { from: TEAM, to: VT, compartment: place });
    expect(found.now).toMatchObject({ outcome: 'hold', code: 'H-RIGHT-NEEDS-MOTIVE' });
    const report = found.bases.find(({ rule }) => rule.startsWith('L08'));
    expect(report).toMatchObject({ kind: 'right', ask: null, secondPerson: true, inform: 'later-allowed' });
    expect(report?.records).toContain('meldcode');
    expect(report?.reviewDue).toBeGreaterThan(region.now);
    expect(report?.recheckDue).toBeGreaterThan(region.now);
    expect(report?.professional.nl).toBeTruthy();
    expect(ids(share(region, { from: TEAM, to: VT, compartment: place, rule: 'L08' }))).toEqual(['L08']);
  });

  it('needs a live order for the institution, and nothing weighed when it asked', () => {
    const region = makeFamily();
    const { place } = filed(region, TEAM, 'child8');
    const asked = { from: TEAM, to: GI, compartment: place };
    expect(ids(share(region, asked))).not.toContain('L06');
    region.must(TEAM, order('child8', GI));
    const unasked = share(region, asked).bases.find(({ rule }) => rule.startsWith('L06'));
    expect(unasked).toMatchObject({ ask: null, records: ['motive', 'necessity'] });
    const question = region.must(GI, ask(TEAM, 'L06', ['child8']));
    const duty = share(region, asked).bases.find(({ rule }) => rule.startsWith('L06'));
    expect(duty).toMatchObject({ ask: question, records: [] });
    region.now += YEAR;
    expect(ids(share(region, asked))).not.toContain('L06');
  });

  it('offers nothing for what is marked as protected', () => {
    const region = makeFamily();
    const { place } = filed(region, TEAM, 'child8');
    const asked = { from: TEAM, to: VT, compartment: place };
    expect(share(region, { ...asked, marks: ['source'] })).toMatchObject({
      now: { code: 'D-SOURCE-PROTECTED' },
      bases: [],
    });
    region.must(MOTHER, secrecy('mother'));
    expect(share(region, { ...asked, marks: ['address'] }).bases).toEqual([]);
  });

  it('answers only who would share, about what it may see', () => {
    const region = makeFamily();
    const { place } = filed(region, TEAM, 'child8');
    const asked = { from: TEAM, to: VT, compartment: place, marks: [], purpose: 'safety' as const };
    for (const party of [VT, CLINIC, MOTHER])
      expect(mayIShare(region.state, asked, region.now, { party }).bases).toEqual([]);
    expect(mayIShare(region.state, asked, region.now, { party: GUARD }).bases.length).toBeGreaterThan(0);
    expect(share(region, { from: TEAM, to: VT, compartment: K14 })).toEqual(
      share(region, { from: TEAM, to: VT, compartment: id('never-made') }),
    );
  });

  it('agrees with the rule: with all of it done, the disclosure is permitted', () => {
    const region = makeFamily();
    region.must(TEAM, order('child8', GI));
    const { place, item } = filed(region, TEAM, 'child8');
    for (const to of [VT, GI, SCHOOL, CLINIC]) {
      for (const { rule } of share(region, { from: TEAM, to, compartment: place }).bases) {
        const name = rule.split('@')[0] ?? '';
        const act = region.must(TEAM, region.discloses(to, name, [item], { weighing: weighing(...ALL_ANSWERS) }));
        const disclosure = region.state.disclosures.get(act);
        if (disclosure) disclosure.endorsement = act;
        const decision = decide(region.state, { party: to, compartment: place, message: item }, region.now);
        expect([name, decision.outcome]).toEqual([name, 'permit']);
      }
    }
  });
});

it('has words for every reason, for a parent, a child and a professional, in both languages', () => {
  for (const code of ReasonCode.options) {
    const text = LAW.reasons.get(code);
    for (const sentence of [text?.parent, text?.child, text?.professional, text?.change])
      for (const language of ['nl', 'en'] as const) expect(sentence?.[language].length).toBeGreaterThan(10);
  }
});
