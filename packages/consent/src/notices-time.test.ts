/** What time brings, at the very moment: birthdays, seats, orders, a yes that ends, what waits for a second look. */
import { officer, partner } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { recheckDue, reviewDue } from './clocks.ts';
import { clocksFor, noticesFor } from './notices.ts';
import { LAW } from './test-law.ts';
import {
  ALL_ANSWERS,
  answer,
  ask,
  CHILD14,
  CITY,
  CLINIC,
  consult,
  custodyOf,
  DOSSIER,
  death,
  endorse,
  FATHER,
  GI,
  id,
  inform,
  MOTHER,
  makeFamily,
  member,
  order,
  personOf,
  RAAD,
  RET,
  request,
  SCHOOL,
  START,
  seat,
  seatAt,
  seatEnd,
  succession,
  TEAM,
  type TestRegion,
  VT,
  weighing,
  YEAR,
} from './test-region.ts';
import { agree, articleOf, codes, days, filed, K8, K14, list, M, reported, takeSeat, toldOf } from './test-told.ts';

const WEIGHED = { weighing: weighing(...ALL_ANSWERS) };
const at = (region: TestRegion, now: number) => Object.assign(region, { now });

describe('a birthday', () => {
  it('is told to the institution that is guardian, and not of a child that died', () => {
    const region = makeFamily();
    region.must(TEAM, { ...custodyOf('child8', []), guardian: 'gi' });
    region.must(TEAM, death('child14'));
    region.now = START + 4 * YEAR;
    expect(toldOf(region, 'birthday-12')).toContain(GI);
    expect(toldOf(region, 'birthday-12')).not.toContain(SCHOOL);
    expect(toldOf(region, 'birthday-16')).toEqual([]);
  });

  it('stands in order of time, also when it is of long ago', () => {
    const region = makeFamily();
    const moments = [999, 1001, 1003].map((billion) => billion * 1e9);
    const [turns12 = 0, turns16 = 0, turns18 = 0] = moments;
    region.must(TEAM, member('cousin', { turns12, turns16, turns18 }));
    expect(list(region, personOf('cousin')).map((notice) => notice.at)).toEqual(moments);
  });
});

describe('who has no part in it', () => {
  it('hears nothing: a member of another family, an officer, an organisation that nobody named', () => {
    const region = makeFamily();
    const other = id('other');
    region.must(TEAM, { kind: 'dossier', dossier: other });
    region.must(TEAM, { ...member('neighbour'), dossier: other });
    region.custody('child8', 'mother');
    expect(toldOf(region, 'custody-changed')).toContain(MOTHER);
    for (const party of [personOf('neighbour'), officer('guard'), SCHOOL, partner('nobody')])
      expect(list(region, party)).toEqual([]);
  });

  it('hears as a professional what its organisation hears, in its own dossier, from its first day until its last', () => {
    const region = makeFamily();
    const other = id('other');
    region.must(TEAM, { kind: 'dossier', dossier: other });
    const [from, until] = [START + 5 * YEAR, START + 6 * YEAR];
    const here = takeSeat(region, 'here', { from, until });
    const elsewhere = seatAt(TEAM, 'elsewhere');
    region.must(TEAM, seat(elsewhere, { dossier: other, from, until }));
    const hears = (party: string, now: number) => codes(at(region, now), party).includes('birthday-12');
    expect([from - 1, from, until - 1, until].map((now) => hears(here, now))).toEqual([false, true, true, false]);
    expect(hears(elsewhere, from)).toBe(false);
  });
});

describe('a seat', () => {
  it('begins when it was said, also when it was said to have begun before; a stand-in by its own article', () => {
    const region = makeFamily();
    region.now += days(5);
    const member = takeSeat(region, 'member', { from: START, until: START + days(30) });
    takeSeat(region, 'standin', { role: 'stand-in', for: member });
    expect(list(region, MOTHER)).toMatchObject([
      { code: 'seat-begins', at: START + days(5), article: null },
      { code: 'standin-begins', at: START + days(5), article: expect.stringMatching(/^L03/) },
    ]);
  });

  it('that ended before it began is not spoken of', () => {
    const region = makeFamily();
    const never = takeSeat(region, 'never', { from: START + days(5) });
    region.must(TEAM, seatEnd(never, START + days(5)));
    region.now += days(10);
    expect(codes(region, MOTHER)).toEqual([]);
  });

  it('of an organisation that only another knows is no news, also for who has its answer', () => {
    const region = makeFamily();
    agree(region, [MOTHER], M, CLINIC);
    const worker = takeSeat(region, 'worker', {}, CLINIC);
    const asked = region.must(FATHER, request(CLINIC, 'father'));
    region.must(worker, answer(asked));
    expect(codes(region, FATHER)).toEqual(['request-answered']);
    expect(codes(region, MOTHER)).toEqual(['seat-begins']);
  });
});

it('the end of an order is told to whom its institution asked, not to whom another did', () => {
  const region = makeFamily();
  region.must(TEAM, order('child8', GI, { until: START + days(90) }));
  agree(region, [MOTHER], M, VT);
  region.must(GI, ask(CLINIC, 'L06', ['child8']));
  region.must(VT, ask(SCHOOL, 'L06', ['child8']));
  region.now += days(90);
  expect(toldOf(region, 'order-ended')).toEqual([MOTHER, FATHER, CLINIC, GI]);
  expect(articleOf(region, GI, 'order-ended')).toMatch(/^L06@/);
});

describe('a yes that ends', () => {
  const told = (region: TestRegion, party: string) =>
    list(region, party)
      .filter(({ code }) => code.startsWith('grant'))
      .map(({ code, at }) => [code, (at - START) / days(1)]);
  /** MOTHER says yes for these days. */
  const yes = (region: TestRegion, from: number, until: number) =>
    region.grant(MOTHER, M, CLINIC, { from: START + days(from), until: START + days(until) });

  it('is told by its article, until somebody takes it back', () => {
    const region = makeFamily();
    yes(region, 0, 100);
    at(region, START + days(100));
    for (const party of [MOTHER, CLINIC])
      expect(list(region, party).map(({ article }) => article)).toEqual(['L01@2015-01-01', 'L01@2015-01-01']);
    at(region, START + days(50));
    region.say('withdraw', MOTHER, M, CLINIC);
    at(region, START + days(100));
    expect(told(region, MOTHER)).toEqual([]);
  });

  it.each([
    ['goes on without a day between', 100, 200, []],
    [
      'goes on after a gap',
      101,
      200,
      [
        ['grant-ends-soon', 86],
        ['grant-ended', 100],
      ],
    ],
    [
      'ends no later',
      50,
      100,
      [
        ['grant-ends-soon', 86],
        ['grant-ended', 100],
        ['grant-ends-soon', 86],
        ['grant-ended', 100],
      ],
    ],
  ] as const)('is told unless another of the same person %s', (_, from, until, heard) => {
    const region = makeFamily();
    yes(region, 0, 100);
    yes(region, from, until);
    at(region, START + days(100));
    expect(told(region, MOTHER)).toEqual(heard.toSorted(([one], [other]) => other.localeCompare(one)));
  });

  it('is told although another person, or to another organisation, said yes for longer', () => {
    const region = makeFamily();
    for (const who of [MOTHER, FATHER])
      for (const to of [CLINIC, SCHOOL])
        region.grant(who, K8, to, { until: START + days(who === MOTHER && to === CLINIC ? 100 : 200) });
    at(region, START + days(100));
    expect(told(region, CLINIC)).toEqual([
      ['grant-ends-soon', 86],
      ['grant-ended', 100],
    ]);
    expect(told(region, SCHOOL)).toEqual([]);
  });

  it.each([
    [
      14,
      [
        ['grant-ends-soon', 0],
        ['grant-ended', 14],
      ],
    ],
    [13, [['grant-ended', 13]]],
  ])('after %i days is told beforehand only when it was that long', (length, heard) => {
    const region = makeFamily();
    yes(region, 0, length);
    at(region, START + days(length));
    expect(told(region, MOTHER)).toEqual(heard);
  });

  it('of one of two parents is told of that yes, and not of the one that the other renewed', () => {
    const region = makeFamily();
    const until = START + days(100);
    const [, his] = [MOTHER, FATHER].map((who) => region.grant(who, K8, CLINIC, { until }));
    region.grant(MOTHER, K8, CLINIC, { until: until + days(100) });
    at(region, until);
    const about = list(region, MOTHER).map((notice) => [notice.code, notice.about]);
    expect(about).toEqual([
      ['grant-ends-soon', his],
      ['grant-ended', his],
    ]);
  });

  it('just when the child decides alone is told: until then the parent did', () => {
    const region = makeFamily();
    const until = START + 2 * YEAR;
    for (const who of [MOTHER, FATHER, CHILD14]) region.grant(who, K14, CLINIC, { until });
    at(region, until);
    expect(told(region, CLINIC).map(([code]) => code)).toEqual(['grant-ends-soon', 'grant-ended']);
    expect(told(region, MOTHER).filter(([code]) => code === 'grant-ended').length).toBe(0);
    expect(told(region, CHILD14).filter(([code]) => code === 'grant-ended').length).toBe(3);
  });
});

describe('a second person', () => {
  /** The city tells the Board about a child, asked or not; what a colleague hears. */
  const colleagueHears = (rule: string, asked: boolean) => {
    const region = makeFamily();
    for (const to of [CITY, RAAD]) agree(region, [MOTHER], M, to);
    const item = filed(region, CITY, 'mother');
    const question = asked ? region.must(RAAD, ask(CITY, rule, ['mother'], { purpose: 'inquiry' })) : null;
    region.must(CITY, region.discloses(RAAD, rule, [item], { ...WEIGHED, purpose: 'inquiry', ask: question }));
    return codes(region, takeSeat(region, 'colleague', {}, CITY)).includes('second-person-wanted');
  };

  it.each([
    ['L17', false, true],
    ['L17', true, false],
    ['L16', false, true],
    ['L16', true, true],
    ['L06', true, false],
    ['L36', false, false],
  ] as const)('under %s, asked for: %s, is wanted: %s', (rule, asked, wanted) => {
    expect(colleagueHears(rule, asked)).toBe(wanted);
  });

  it('is late at the very end of the term; in time just before', () => {
    const lateAt = (now: number) => {
      const { region, act } = reported({ emergency: true });
      const colleague = takeSeat(region, 'colleague');
      at(region, now);
      region.must(colleague, endorse(act));
      return codes(at(region, now + days(7)), TEAM).includes('review-overdue');
    };
    const due = reviewDue(LAW, START);
    expect([due - 1, due].map(lateAt)).toEqual([false, true]);
  });
});

it('whether the family can be told is looked at too late at the very end of the term', () => {
  const due = recheckDue(LAW, START, 0);
  const rechecks = (now: number) => {
    const { region, act } = reported({ inform: 'later' });
    at(region, now);
    region.must(TEAM, inform(act, false));
    return list(region, TEAM)
      .filter(({ code }) => code === 'recheck-due')
      .map((notice) => notice.at);
  };
  expect([due - 1, due].map(rechecks)).toEqual([[], [due]]);
  const { region } = reported();
  expect(codes(at(region, START + days(100)), TEAM)).not.toContain('recheck-due');
});

describe('a question without a name', () => {
  const kid = (region: TestRegion, party: string) => region.state.parties.get(party)?.sealingKid ?? '';
  /** CLINIC asks the expertise team; a day later it answers, or asks a question itself. */
  function asked() {
    const region = makeFamily();
    const question = region.must(CLINIC, consult(RET, kid(region, RET)));
    region.now += days(1);
    const reply = region.must(RET, consult(CLINIC, kid(region, CLINIC), { answers: question }));
    return { region, question, reply };
  }
  const heard = (region: TestRegion, party: string, now = region.now) => noticesFor(region.state, party, null, now);

  it('is told to whom it is asked, the answer to who asked, each when it came', () => {
    const { region, question, reply } = asked();
    const article = expect.stringMatching(/^L11/);
    expect(heard(region, RET)).toEqual([{ at: START, code: 'consult-asked', about: question, article }]);
    expect(heard(region, CLINIC)).toEqual([{ at: START + days(1), code: 'consult-answered', about: reply, article }]);
    expect(heard(region, CLINIC, START + days(1) - 1)).toEqual([]);
  });

  it('is told to no professional, family member, stranger, or organisation that ended', () => {
    const { region } = asked();
    const worker = takeSeat(region, 'worker');
    region.must(CLINIC, consult(TEAM, kid(region, TEAM)));
    for (const party of [worker, SCHOOL, MOTHER, officer('guard'), partner('nobody')])
      expect(heard(region, party)).toEqual([]);
    region.must('steward', succession(RET));
    expect(heard(region, RET)).toEqual([]);
  });

  it('has a clock that both sides know, an officer too, and nobody else', () => {
    const { region, question } = asked();
    const about = (party: string) => clocksFor(region.state, party, null, region.now).map((clock) => clock.about);
    for (const party of [CLINIC, RET, officer('guard')]) expect(about(party)).toEqual([question]);
    for (const party of [TEAM, MOTHER, partner('nobody')]) expect(about(party)).toEqual([]);
    expect(clocksFor(region.state, CLINIC, DOSSIER, region.now)).toEqual([]);
  });
});
