import { NoticeCode, officer, STEWARD } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { noticesFor } from './notices.ts';
import { LAW } from './test-law.ts';
import {
  ALL_ANSWERS,
  answer,
  ask,
  CHILD8,
  CHILD14,
  CLINIC,
  DOSSIER,
  death,
  dispute,
  endorse,
  erase,
  FATHER,
  GI,
  id,
  inform,
  MOTHER,
  makeFamily,
  objection,
  order,
  RAAD,
  request,
  SCHOOL,
  START,
  seatEnd,
  secrecy,
  supersede,
  TEAM,
  type TestRegion,
  VT,
  weigh,
  weighing,
  YEAR,
} from './test-region.ts';
import { agree, codes, days, F, filed, K8, K14, list, M, reported, takeSeat, toldOf } from './test-told.ts';

const looks = (region: TestRegion, act: string, told: boolean) => region.must(TEAM, inform(act, told));

describe('what time brings', () => {
  it('tells a birthday to the child, who has custody, who keeps the dossier and who could read', () => {
    const region = makeFamily();
    agree(region, [MOTHER, FATHER], K8, SCHOOL);
    region.grant(MOTHER, K8, CLINIC);
    const at = START + 4 * YEAR;
    region.now = at - 1;
    expect(toldOf(region, 'birthday-12')).toEqual([]);
    region.now = at;
    expect(toldOf(region, 'birthday-12')).toEqual([MOTHER, FATHER, CHILD8, TEAM, SCHOOL]);
    expect(list(region, SCHOOL).find(({ code }) => code === 'birthday-12')).toEqual({
      ...{ at, code: 'birthday-12', about: id('child8'), article: 'L01@2015-01-01' },
    });
  });

  it('tells each of the three, also when everybody slept through all of them', () => {
    const region = makeFamily();
    region.now = START + 20 * YEAR;
    const births = list(region, CHILD8).filter(({ code }) => code.startsWith('birthday'));
    expect(births.map(({ code, at }) => [code, at])).toEqual([
      ['birthday-12', START + 4 * YEAR],
      ['birthday-16', START + 8 * YEAR],
      ['birthday-18', START + 10 * YEAR],
    ]);
  });

  it('tells the family when a seat begins and ends, and a stand-in apart', () => {
    const region = makeFamily();
    const member = takeSeat(region, 'member', { until: region.now + days(30) });
    const more = { role: 'stand-in' as const, for: member, from: region.now + days(5), until: region.now + days(15) };
    const standIn = takeSeat(region, 'standin', more);
    expect(codes(region, MOTHER)).toEqual(['seat-begins']);
    region.now = START + days(5) - 1;
    expect(toldOf(region, 'standin-begins')).toEqual([]);
    region.now += 1;
    expect(toldOf(region, 'standin-begins', standIn)).toEqual([MOTHER, FATHER, CHILD8, CHILD14]);
    region.now = START + days(30);
    expect(codes(region, MOTHER)).toEqual(['seat-begins', 'standin-begins', 'seat-ended', 'seat-ended']);
    expect(list(region, MOTHER).at(-1)).toMatchObject({ at: START + days(30), about: member });
  });

  it('says that a seat ended when it was ended before', () => {
    const region = makeFamily();
    const member = takeSeat(region, 'member');
    region.must(TEAM, seatEnd(member, region.now + days(1)));
    region.now += days(2);
    expect(list(region, FATHER).at(-1)).toMatchObject({ code: 'seat-ended', at: START + days(1) });
  });

  it('tells the end of an order to the institution, the family it is over, and whom it asked', () => {
    const region = makeFamily();
    region.must(TEAM, order('child8', GI, { until: START + days(90) }));
    region.must(GI, ask(CLINIC, 'L06', ['child8']));
    expect(codes(region, CLINIC)).toEqual(['facts-asked']);
    region.now = START + days(90) - 1;
    expect(toldOf(region, 'order-ended')).toEqual([]);
    region.now += 1;
    expect(toldOf(region, 'order-ended')).toEqual([MOTHER, FATHER, CLINIC, GI]);
  });

  it('tells fourteen days before a yes ends, and when it did, to who reads by it; not when it was renewed', () => {
    const region = makeFamily();
    const until = START + days(100);
    const grant = region.grant(MOTHER, M, CLINIC, { until });
    region.now = until - days(14) - 1;
    expect(codes(region, CLINIC)).toEqual([]);
    region.now += 1;
    expect(list(region, CLINIC)).toMatchObject([{ at: until - days(14), code: 'grant-ends-soon', about: M }]);
    expect(list(region, MOTHER)).toMatchObject([{ code: 'grant-ends-soon', about: grant }]);
    expect(codes(region, FATHER)).toEqual([]);
    region.now = until;
    expect(codes(region, CLINIC)).toEqual(['grant-ends-soon', 'grant-ended']);
    region.now = until - days(1);
    region.grant(MOTHER, M, CLINIC, { until: until + YEAR });
    region.now = until;
    expect(codes(region, CLINIC)).toEqual([]);
  });

  it('is silent about the end of a yes that gave nobody anything', () => {
    const region = makeFamily();
    region.grant(MOTHER, K8, CLINIC, { until: START + days(100) });
    region.now += days(200);
    expect(codes(region, CLINIC)).toEqual([]);
  });
});

it('is silent about what could not be read then, whoever decides since', () => {
  const region = makeFamily();
  region.grant(MOTHER, K8, CLINIC, { until: START + days(100) });
  region.now += days(200);
  region.custody('child8', 'mother');
  expect(list(region, CLINIC)).toEqual([]);
  const other = makeFamily();
  other.grant(MOTHER, K8, CLINIC, { until: START + YEAR });
  other.now += days(200);
  other.must(TEAM, death('father'));
  other.now = START + YEAR;
  expect(list(other, CLINIC)).toEqual([]);
});

describe('what was disclosed without consent', () => {
  it('is told to the family it is about, at once', () => {
    const { region, act } = reported({});
    expect(toldOf(region, 'disclosed', act)).toEqual([MOTHER, FATHER]);
    expect(list(region, MOTHER)).toMatchObject([{ at: START, code: 'disclosed', article: 'L08@2015-01-01' }]);
  });

  it('is not told to anybody of the family while it must wait, and then at that moment', () => {
    const { region, act } = reported({ inform: 'later' });
    for (const party of [MOTHER, FATHER, CHILD14]) expect(list(region, party)).toEqual([]);
    region.now += days(3);
    looks(region, act, false);
    expect(list(region, MOTHER)).toEqual([]);
    region.now += days(3);
    looks(region, act, true);
    expect(list(region, MOTHER)).toMatchObject([{ at: START + days(6), code: 'disclosed' }]);
  });

  it('is not told to who was given it either, while the family must wait', () => {
    const region = makeFamily();
    const item = filed(region, TEAM, 'mother');
    const act = region.must(TEAM, region.discloses(MOTHER, 'OWN', [item], { inform: 'later' }));
    region.now += days(1);
    expect(list(region, MOTHER)).toEqual([]);
    looks(region, act, true);
    expect(list(region, MOTHER)).toMatchObject([{ at: region.now, code: 'disclosed', about: act }]);
  });

  it('asks the discloser every fourteen days whether it can be told', () => {
    const { region, act } = reported({ inform: 'later' });
    const rechecks = () => list(region, TEAM).filter(({ code }) => code === 'recheck-due');
    region.now += days(13);
    expect(rechecks()).toEqual([]);
    region.now += days(4);
    expect(rechecks()).toHaveLength(1);
    looks(region, act, false);
    region.now += days(16);
    expect(rechecks()).toHaveLength(2);
    looks(region, act, true);
    region.now += days(100);
    expect(rechecks()).toHaveLength(2);
    expect(toldOf(region, 'recheck-due')).toEqual([TEAM]);
  });

  it('does not ask for what was looked at in time', () => {
    const { region, act } = reported({ inform: 'later' });
    region.now += days(5);
    looks(region, act, false);
    region.now += days(15);
    expect(codes(region, TEAM)).not.toContain('recheck-due');
  });

  it('asks the colleagues for a second person, and in an emergency says when it is too late', () => {
    const plain = reported({}).region;
    const colleague = takeSeat(plain, 'colleague');
    expect(codes(plain, colleague)).toContain('second-person-wanted');
    expect(codes(plain, TEAM)).not.toContain('second-person-wanted');

    const { region, act } = reported({ emergency: true });
    const other = takeSeat(region, 'colleague');
    expect(codes(region, TEAM)).toEqual(['review-due']);
    const overdue = () => list(region, other).filter(({ code }) => code === 'review-overdue');
    region.now += days(7);
    const [late] = overdue();
    expect(late?.at).toBeGreaterThan(START);
    region.now = (late?.at ?? 0) - 1;
    expect(overdue()).toEqual([]);
    region.must(other, endorse(act));
    region.now += days(7);
    expect(overdue()).toEqual([]);
  });

  it('brings objections to the organisation, and the weighing to the family', () => {
    const { region, act } = reported({});
    region.must(FATHER, objection(act));
    expect(toldOf(region, 'objection-made', act)).toEqual([TEAM]);
    region.must(TEAM, weigh(act, true));
    expect(toldOf(region, 'objection-weighed', act)).toEqual([MOTHER, FATHER]);
  });

  it('says nothing to the family of a file message about another adult', () => {
    const region = makeFamily();
    // until somebody says yes or asks, an organisation has nothing to do here
    region.grant(MOTHER, M, CLINIC);
    const item = filed(region, CLINIC, 'mother');
    region.must(CLINIC, region.discloses(VT, 'L08', [item], { weighing: weighing(...ALL_ANSWERS) }));
    expect(toldOf(region, 'disclosed')).toEqual([MOTHER]);
  });
});

describe('a no, and a yes taken back', () => {
  it('tells all holders that it is not shared, and never the partner it was about (S01)', () => {
    const region = makeFamily();
    region.grant(MOTHER, K8, CLINIC);
    region.say('refuse', FATHER, K8, CLINIC);
    expect(toldOf(region, 'not-shared', K8)).toEqual([MOTHER, FATHER]);
    expect(list(region, CLINIC)).toEqual([]);
    expect(list(region, MOTHER)).toEqual(list(region, FATHER));
  });

  it('tells whoever read, and who wrote there, that it stopped; once (S10)', () => {
    const region = makeFamily();
    agree(region, [MOTHER, FATHER], K8, CLINIC);
    agree(region, [MOTHER, FATHER], K8, TEAM);
    region.message(TEAM, K8);
    region.now += days(1);
    region.say('withdraw', FATHER, K8, CLINIC);
    region.now += days(1);
    region.say('withdraw', MOTHER, K8, CLINIC);
    expect(toldOf(region, 'access-stopped', K8)).toEqual([MOTHER, FATHER, TEAM, CLINIC]);
    expect(list(region, CLINIC)).toEqual([
      { at: START + days(1), code: 'access-stopped', about: K8, article: 'L01@2015-01-01' },
    ]);
    expect(codes(region, SCHOOL)).toEqual([]);
  });

  it('tells again when it was given again and taken back again', () => {
    const region = makeFamily();
    for (let time = 0; time < 2; time++) {
      region.grant(MOTHER, M, CLINIC);
      region.now += days(1);
      region.say('withdraw', MOTHER, M, CLINIC);
      region.now += days(1);
    }
    expect(codes(region, CLINIC)).toEqual(['access-stopped', 'access-stopped']);
    expect(codes(region, FATHER)).toEqual([]);
  });
});

describe('what else people did', () => {
  it('tells partners that could read that somebody died, also a parent whose yes they read by', () => {
    const region = makeFamily();
    agree(region, [MOTHER, FATHER], K8, SCHOOL);
    region.grant(FATHER, F, CLINIC, { until: START + 5 * YEAR });
    region.grant(MOTHER, K14, GI);
    region.now = START + 3 * YEAR;
    // decides alone since 16: whom it lets read needs not know of its father
    region.grant(CHILD14, K14, RAAD);
    region.now += days(1);
    region.must(TEAM, death('father'));
    expect(toldOf(region, 'subject-deceased', id('father'))).toEqual([CLINIC, SCHOOL]);
    expect(list(region, FATHER)).toEqual([]);
  });

  it('tells the family that knows an organisation that its yes does not go along', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    // the fold keeps it for the dossiers the organisation had to do with
    const act = { kind: 'succession' as const, id: id('ended'), index: region.state.size, at: START, by: STEWARD };
    region.state.dossiers.get(DOSSIER)?.acts.push({ ...act, partner: 'clinic', about: null });
    expect(toldOf(region, 'organisation-changed', CLINIC)).toEqual([MOTHER]);
  });

  it('tells of a secret address only the person and who keeps the dossier', () => {
    const region = makeFamily();
    region.must(MOTHER, secrecy('mother'));
    expect(toldOf(region, 'address-secret')).toEqual([MOTHER, TEAM]);
  });

  it('tells custody that changed, not custody that was first said', () => {
    const region = makeFamily();
    expect(toldOf(region, 'custody-changed')).toEqual([]);
    agree(region, [MOTHER, FATHER], K8, SCHOOL);
    region.now += days(1);
    region.custody('child8', 'mother');
    expect(toldOf(region, 'custody-changed')).toEqual([MOTHER, FATHER, CHILD8, CHILD14, TEAM, SCHOOL]);
  });

  it('brings a request to the organisation and the answer to who asked', () => {
    const region = makeFamily();
    const asked = region.must(MOTHER, request(TEAM, 'mother'));
    region.must(TEAM, answer(asked));
    expect(toldOf(region, 'request-received', asked)).toEqual([TEAM]);
    expect(toldOf(region, 'request-answered', asked)).toEqual([MOTHER]);
  });

  it('tells everybody who received a message what became of it (S37)', () => {
    const region = makeFamily();
    agree(region, [MOTHER, FATHER], K8, CLINIC);
    agree(region, [MOTHER, FATHER], K8, TEAM);
    const old = region.message(TEAM, K8);
    region.deliver(old, CLINIC);
    for (const party of [MOTHER, FATHER]) region.say('withdraw', party, K8, CLINIC);
    region.must(FATHER, dispute(old));
    expect(toldOf(region, 'message-disputed', old)).toEqual([MOTHER, FATHER, TEAM, CLINIC]);
    region.now += 1;
    region.must(MOTHER, dispute(old));
    expect(list(region, CLINIC).filter(({ code }) => code === 'message-disputed')).toHaveLength(1);
    region.must(MOTHER, dispute(old, false));
    const next = region.message(TEAM, K8);
    region.must(TEAM, supersede(old, next));
    expect(toldOf(region, 'message-replaced', old)).toEqual([MOTHER, FATHER, TEAM, CLINIC]);
    region.must(TEAM, erase([old]));
    expect(toldOf(region, 'message-erased', old)).toEqual([MOTHER, FATHER, TEAM, CLINIC]);
    region.must(FATHER, dispute(old, false));
    expect(toldOf(region, 'message-disputed', old)).toEqual([]);
  });

  it('keeps who reported out of every list', () => {
    const region = makeFamily();
    agree(region, [MOTHER, FATHER], K8, VT);
    const item = filed(region, VT, 'child8', { marks: ['source'] });
    const asked = region.must(MOTHER, request(VT, 'child8', { right: 'erasure' }));
    region.must(FATHER, request(VT, 'child8', { right: 'erasure' }));
    region.must(VT, erase([item], { request: asked }));
    expect(toldOf(region, 'message-erased')).toEqual([VT]);
  });
});

describe('who is told nothing', () => {
  it('strangers, officers, the steward, the dead and seats that do not run', () => {
    const region = makeFamily();
    const seated = takeSeat(region, 'later', { from: START + days(9), until: START + days(10) });
    region.now += days(20);
    for (const party of [STEWARD, officer('guard'), seated, `person/${id('nobody')}`])
      expect(list(region, party)).toEqual([]);
    expect(noticesFor(region.state, MOTHER, id('elsewhere'), region.now)).toEqual([]);
  });
});

it('has a sentence, in both languages, for every code and for those who can be told', () => {
  for (const code of NoticeCode.options) {
    const { family, child, professional } = LAW.notices.get(code) ?? {};
    expect(Boolean(family)).toBe(Boolean(child));
    for (const text of [family, child, professional].filter((one) => one != null))
      expect(Math.min(text.nl.length, text.en.length)).toBeGreaterThan(10);
  }
});
