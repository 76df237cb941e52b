/** Who is told what of acts: a no, a death, custody that moves, objections, and what becomes of a message; by which article. */
import { STEWARD } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import {
  answer,
  ask,
  CHILD14,
  CLINIC,
  capable,
  custodyOf,
  DOSSIER,
  death,
  dispute,
  erase,
  FATHER,
  GI,
  id,
  incapable,
  inform,
  MOTHER,
  makeFamily,
  member,
  objection,
  personOf,
  RAAD,
  request,
  SCHOOL,
  START,
  secrecy,
  succession,
  supersede,
  TEAM,
  VT,
  weigh,
  YEAR,
} from './test-region.ts';
import { agree, articleOf, codes, days, K8, K14, list, M, reported, takeSeat, toldOf } from './test-told.ts';

describe('a no, and a yes taken back', () => {
  it('is about one organisation and one compartment: a yes to another is not touched by it', () => {
    const region = makeFamily();
    agree(region, [MOTHER, FATHER], K8, SCHOOL);
    region.say('refuse', FATHER, K8, CLINIC);
    region.say('refuse', FATHER, K14, SCHOOL);
    expect(toldOf(region, 'access-stopped')).toEqual([]);
    expect(toldOf(region, 'not-shared', K8)).toEqual([MOTHER, FATHER]);
    expect(codes(region, SCHOOL)).toEqual([]);
    region.say('withdraw', FATHER, K8, SCHOOL);
    expect(toldOf(region, 'access-stopped', K8)).toEqual([MOTHER, FATHER, SCHOOL]);
    expect(articleOf(region, SCHOOL, 'access-stopped')).toBe('L01@2015-01-01');
  });

  it('is no news when a yes is taken back by which nobody read', () => {
    const region = makeFamily();
    region.grant(MOTHER, K8, CLINIC);
    region.say('withdraw', MOTHER, K8, CLINIC);
    expect(codes(region, MOTHER)).toEqual([]);
    expect(codes(region, CLINIC)).toEqual([]);
  });

  it('counts the yes that was said before, until that person takes back all it said', () => {
    const region = makeFamily();
    const [first, second] = [days(10), days(20)].map((length) =>
      region.grant(MOTHER, M, CLINIC, { until: START + length }),
    );
    expect(first).not.toBe(second);
    region.now += days(5);
    region.say('withdraw', MOTHER, M, CLINIC);
    region.say('withdraw', MOTHER, M, CLINIC);
    expect(codes(region, CLINIC)).toEqual(['access-stopped']);
  });

  it('of one parent leaves the yes of the other: given again, it stops again', () => {
    const region = makeFamily();
    agree(region, [MOTHER, FATHER], K8, SCHOOL);
    for (let time = 1; time <= 2; time++) {
      region.now += days(1);
      region.say('withdraw', FATHER, K8, SCHOOL);
      region.grant(FATHER, K8, SCHOOL);
    }
    expect(list(region, SCHOOL).map(({ code, at }) => [code, at])).toEqual([
      ['access-stopped', START + days(1)],
      ['access-stopped', START + days(2)],
    ]);
  });

  it('of who spoke for an adult stays told when that adult speaks for itself again', () => {
    const region = makeFamily();
    region.must(TEAM, member('aunt'));
    region.must(TEAM, incapable('mother', 'aunt'));
    const aunt = personOf('aunt');
    agree(region, [aunt], M, CLINIC);
    region.now += days(1);
    region.say('withdraw', aunt, M, CLINIC);
    region.must(TEAM, capable('mother'));
    expect(codes(region, CLINIC)).toEqual(['access-stopped']);
    expect(codes(region, MOTHER)).toContain('access-stopped');
  });

  it('reaches an organisation that writes there: not one that only reads, nor one that only wrote', () => {
    const region = makeFamily();
    for (const to of [CLINIC, TEAM, SCHOOL, GI]) agree(region, [MOTHER, FATHER], K8, to);
    for (const writer of [MOTHER, TEAM, GI]) region.message(writer, K8);
    region.say('withdraw', FATHER, K8, GI);
    region.now += days(1);
    region.say('withdraw', FATHER, K8, CLINIC);
    const heard = (of: string) =>
      list(region, of)
        .filter(({ at }) => at > START)
        .map(({ code }) => code);
    expect([TEAM, CLINIC, SCHOOL, GI].map(heard)).toEqual([['access-stopped'], ['access-stopped'], [], []]);
  });
});

describe('a death', () => {
  it('is told to who could read about the dead, among others in the same place', () => {
    const region = makeFamily();
    region.custody('child8', 'mother');
    agree(region, [MOTHER], region.compartment(MOTHER, 'mother', 'child8'), CLINIC);
    agree(region, [MOTHER], M, SCHOOL);
    region.now += days(1);
    region.must(TEAM, death('child8'));
    expect(toldOf(region, 'subject-deceased', id('child8'))).toEqual([CLINIC]);
    expect(articleOf(region, CLINIC, 'subject-deceased')).toMatch(/^L30/);
  });

  it('is not told to whom the yes begins at that very moment', () => {
    const region = makeFamily();
    const from = START + days(10);
    region.grant(MOTHER, M, CLINIC, { from, until: from + YEAR });
    region.now = from;
    region.must(TEAM, death('mother'));
    expect(codes(region, CLINIC)).toEqual([]);
  });
});

describe('custody', () => {
  it('that goes to an institution is told to it, and to it again when it ends', () => {
    const region = makeFamily();
    region.must(TEAM, { ...custodyOf('child8', []), guardian: 'gi' });
    expect(toldOf(region, 'custody-changed', id('child8'))).toContain(GI);
    region.now += days(1);
    region.custody('child8', 'mother');
    // what it was told when it began stays told
    expect(list(region, GI).map(({ code, at }) => [code, at])).toEqual([
      ['custody-changed', START],
      ['custody-changed', region.now],
    ]);
    expect(codes(region, SCHOOL)).toEqual([]);
  });

  it('that stays with an institution is told to it each time; who comes later hears what holds, not what was before', () => {
    const region = makeFamily();
    const heard = (of: string) => list(region, of).map(({ code, at }) => [code, (at - START) / days(1)]);
    for (const day of [1, 2]) {
      region.now = START + days(day);
      region.must(TEAM, { ...custodyOf('child8', []), guardian: 'gi' });
    }
    agree(region, [GI], K8, SCHOOL);
    expect(heard(GI)).toEqual([1, 2].map((day) => ['custody-changed', day]));
    expect(heard(SCHOOL)).toEqual([['custody-changed', 2]]);
  });

  it('is told to who reads about that child, not about another, and to who could read until then', () => {
    const region = makeFamily();
    agree(region, [MOTHER, FATHER], K8, SCHOOL);
    agree(region, [MOTHER, FATHER, CHILD14], K14, CLINIC);
    agree(region, [MOTHER], M, RAAD);
    region.now += days(1);
    // nobody of those who said yes has custody any more
    region.must(TEAM, member('aunt'));
    region.custody('child8', 'aunt');
    const children = [MOTHER, FATHER, personOf('aunt')];
    for (const party of children) expect(codes(region, party)).toContain('custody-changed');
    expect(toldOf(region, 'custody-changed', id('child8'))).toContain(SCHOOL);
    for (const party of [CLINIC, RAAD, VT]) expect(codes(region, party)).not.toContain('custody-changed');
  });
});

describe('an objection', () => {
  it('to a seat goes to its organisation, and the weighing to who objected and who knows the organisation', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    takeSeat(region, 'worker');
    const seat = takeSeat(region, 'therapist', {}, CLINIC);
    const act = region.state.parties.get(seat)?.seat?.statement ?? '';
    region.must(MOTHER, objection(act));
    expect(toldOf(region, 'objection-made', act)).toEqual([CLINIC]);
    region.must(CLINIC, weigh(act, true));
    expect(toldOf(region, 'objection-weighed', act)).toEqual([MOTHER]);
  });

  it('of somebody who may see nothing of it any more is still answered', () => {
    const region = makeFamily();
    agree(region, [MOTHER, FATHER], K8, CLINIC);
    const seat = takeSeat(region, 'therapist', {}, CLINIC);
    const act = region.state.parties.get(seat)?.seat?.statement ?? '';
    region.must(FATHER, objection(act));
    region.custody('child8', 'mother');
    region.must(CLINIC, weigh(act, false));
    expect(toldOf(region, 'objection-weighed', act)).toContain(FATHER);
  });

  it('that waits is not said to the family: only what came of it', () => {
    const { region, act } = reported();
    region.must(FATHER, objection(act));
    for (const party of [MOTHER, FATHER]) expect(codes(region, party)).toEqual(['disclosed']);
  });
});

describe('what became of a message', () => {
  it('that names a protected source stays with its sender', () => {
    const region = makeFamily();
    // as guardian it is the only one that reads there; later the mother does too
    region.must(TEAM, { ...custodyOf('child8', []), guardian: 'gi' });
    const [old = '', next = ''] = [1, 2].map(() => region.message(GI, K8, { marks: ['source'] }));
    region.custody('child8', 'mother');
    agree(region, [MOTHER], K8, GI);
    region.must(GI, supersede(old, next));
    expect(toldOf(region, 'message-replaced')).toEqual([GI]);
    region.must(GI, erase([old]));
    expect(toldOf(region, 'message-erased')).toEqual([GI]);
  });

  it('is told of each message that was erased together, to who read where it stood', () => {
    const region = makeFamily();
    const [one = '', other = ''] = [M, K8].map((place) => region.message(MOTHER, place));
    region.must(MOTHER, erase([one, other]));
    expect(toldOf(region, 'message-erased', one)).toEqual([MOTHER]);
    expect(toldOf(region, 'message-erased', other)).toEqual([MOTHER, FATHER]);
    expect(list(region, FATHER).find(({ code }) => code === 'message-erased')?.article).toBeNull();
  });

  it('is told when the first disputes it that still does; a second adds nothing, who takes it back leaves the other', () => {
    const region = makeFamily();
    const [message = '', another = ''] = [1, 2].map(() => region.message(MOTHER, K8));
    const disputed = (about = message) =>
      list(region, MOTHER)
        .filter((one) => one.code === 'message-disputed' && one.about === about)
        .map(({ at }) => (at - START) / days(1));
    const say = (day: number, who: string, on: boolean, about = message) => {
      region.now = START + days(day);
      region.must(who, dispute(about, on));
    };
    say(1, FATHER, true, another);
    expect([disputed(), disputed(another)]).toEqual([[], [1]]);
    say(2, FATHER, true);
    say(3, MOTHER, true);
    expect(disputed()).toEqual([2]);
    say(4, FATHER, false);
    expect(disputed()).toEqual([3]);
    say(5, FATHER, true);
    expect(disputed()).toEqual([3]);
    say(6, MOTHER, false);
    expect([disputed(), disputed(another)]).toEqual([[5], [1]]);
  });
});

describe('the article it rests on', () => {
  it.each([
    ['address-secret', MOTHER, /^ADDR/],
    ['facts-asked', TEAM, /^L06@/],
    ['message-replaced', MOTHER, /^L21@/],
    ['request-received', TEAM, null],
    ['organisation-changed', MOTHER, null],
  ] as const)('of %s, told to %s, is %s', (code, party, article) => {
    const region = makeFamily();
    region.must(MOTHER, secrecy('mother'));
    agree(region, [MOTHER], M, GI);
    region.must(GI, ask(TEAM, 'L06', ['child8']));
    const [old = '', next = ''] = [1, 2].map(() => region.message(MOTHER, M));
    region.must(MOTHER, supersede(old, next));
    region.must(MOTHER, request(TEAM, 'mother'));
    region.must(STEWARD, succession(GI));
    const found = articleOf(region, party, code);
    if (article) expect(found).toMatch(article);
    else expect(found).toBe(article);
  });
});

describe('who is asked, and who asked', () => {
  it('hears of what came to it, and of the answer to its own question alone', () => {
    const region = makeFamily();
    agree(region, [MOTHER], M, GI);
    region.must(GI, ask(TEAM, 'L06', ['child8']));
    region.must(GI, ask(CLINIC, 'L06', ['child8']));
    expect(toldOf(region, 'facts-asked')).toEqual([TEAM, CLINIC]);
    expect([TEAM, CLINIC].map((party) => codes(region, party))).toEqual([['facts-asked'], ['facts-asked']]);
    const asked = [MOTHER, FATHER].map((who) => region.must(who, request(TEAM, 'child8')));
    region.must(TEAM, answer(asked[0] ?? ''));
    expect(toldOf(region, 'request-answered')).toEqual([MOTHER]);
    expect(region.state.dossiers.get(DOSSIER)?.organisations.has('clinic')).toBe(true);
  });

  it('a family that waits to be told hears nothing of the objection, nor of its weighing', () => {
    const { region, act } = reported({ inform: 'later' });
    expect(region.try(MOTHER, objection(act))).not.toBeNull();
    region.must(TEAM, inform(act, true));
    region.must(MOTHER, objection(act));
    expect(toldOf(region, 'objection-made', act)).toEqual([TEAM]);
  });
});
