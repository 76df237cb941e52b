/** Which act starts which term, whose it is, what ends it and what does not. */
import { type PartyId, partner, STEWARD } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { clocksOf } from './clocks.ts';
import type { Clock as LawClock } from './law.ts';
import { clocksFor } from './notices.ts';
import { LAW } from './test-law.ts';
import {
  ALL_ANSWERS,
  answer,
  ask,
  CLINIC,
  DOSSIER,
  endorse,
  erase,
  FATHER,
  file,
  GI,
  id,
  inform,
  keysOf,
  MOTHER,
  makeFamily,
  objection,
  order,
  RAAD,
  RET,
  request,
  SCHOOL,
  START,
  TEAM,
  type TestRegion,
  VT,
  weighing,
  YEAR,
} from './test-region.ts';
import { agree, clock, days, filed, K8, K14, known, list, M, reported, takeSeat } from './test-told.ts';

const WEIGHED = { weighing: weighing(...ALL_ANSWERS) };
const all = (region: TestRegion, now = region.now) => clocksOf(region.state, DOSSIER, now);
const named = (region: TestRegion, name: string) => all(region).filter((one) => one.id === name);
/** The day a clock stopped, counted from the start; null: it runs. */
const stopDay = (region: TestRegion, name: string, about?: string) => {
  const stoppedAt = clock(region, name, about)?.stoppedAt ?? null;
  return stoppedAt === null ? null : (stoppedAt - START) / days(1);
};
const onDay = (region: TestRegion, day: number) => Object.assign(region, { now: START + days(day) });

/** The same region under a law with one term more. */
function under(more: Partial<LawClock>): TestRegion {
  const region = makeFamily();
  const like = LAW.clocks.get('objection-weigh') as LawClock;
  const added = { ...like, id: 'added', extend: null, who: 'organisation' as const, ...more };
  region.state.law = { ...LAW, clocks: new Map([...LAW.clocks, ['added', added]]) };
  return region;
}

describe('a report to Veilig Thuis', () => {
  /** Reported about the younger child; the next day Veilig Thuis does this. */
  function then(does: (region: TestRegion) => void) {
    const { region, act } = reported();
    onDay(region, 1);
    does(region);
    return [stopDay(region, 'report-triage', act), stopDay(region, 'report-inform', act)];
  }
  const shows = (to: PartyId, of: string) => (region: TestRegion) => {
    const item = filed(region, VT, of);
    region.must(VT, region.discloses(to, 'L10', [item], WEIGHED));
  };

  it.each([
    ['nothing', () => undefined, [null, null]],
    [
      'asks about the child and its brother',
      (at: TestRegion) => at.must(VT, ask(CLINIC, 'L06', ['child8', 'child14'])),
      [1, null],
    ],
    ['asks about its brother', (at: TestRegion) => at.must(VT, ask(CLINIC, 'L06', ['child14'])), [null, null]],
    ['tells another organisation about the child', shows(GI, 'child8'), [1, null]],
    ['tells the mother about the child', shows(MOTHER, 'child8'), [1, 1]],
    ['tells the mother about herself', shows(MOTHER, 'mother'), [null, null]],
  ] as const)('is looked at, and the family told, when Veilig Thuis does this: %s', (_, does, stopped) => {
    expect(then(does)).toEqual(stopped);
  });

  it('is not answered by what the reporter does', () => {
    expect(then((region) => region.must(TEAM, ask(CLINIC, 'L06', ['child8'])))).toEqual([null, null]);
  });

  it('starts no term when it goes to another, under another rule, or when Veilig Thuis itself tells', () => {
    const region = makeFamily();
    const item = filed(region, TEAM, 'child8');
    region.must(TEAM, region.discloses(GI, 'L08', [item], WEIGHED));
    region.must(TEAM, region.discloses(VT, 'L11', [item], WEIGHED));
    shows(GI, 'child8')(region);
    expect(named(region, 'report-triage')).toEqual([]);
    expect(named(region, 'emergency-review')).toEqual([]);
  });

  it('names the article', () => {
    expect(clock(reported().region, 'report-triage')?.rule).toBe('Uitvoeringsbesluit Wmo 2015 4.1.7 lid 1');
  });
});

it('what waits to be told is put off each time it is looked at, and stops when it is told', () => {
  const { region, act } = reported({ inform: 'later' });
  const first = clock(region, 'inform-recheck')?.due ?? 0;
  for (const day of [3, 4]) region.must(TEAM, inform(act, false)) && onDay(region, day);
  const twice = clock(region, 'inform-recheck')?.due ?? 0;
  expect([first, twice].map((due) => Math.floor((due - START) / days(14)))).toEqual([1, 3]);
  onDay(region, 5);
  region.must(TEAM, inform(act, true));
  expect(clock(region, 'inform-recheck')).toMatchObject({ due: twice, stoppedAt: START + days(5), about: act });
});

describe('an order', () => {
  it('that is extended ends the terms of the one before, and starts its own', () => {
    const region = makeFamily();
    region.must(TEAM, order('child8', GI, { until: START + YEAR }));
    onDay(region, 300);
    region.must(TEAM, order('child8', GI, { until: START + 2 * YEAR }));
    region.must(TEAM, order('child14', GI));
    const longest = named(region, 'order-longest').filter(({ about }) => about === id('order-child8'));
    expect(longest).toMatchObject([
      { started: START, stoppedAt: START + days(300), who: GI },
      { started: START + days(300), stoppedAt: null, who: GI },
    ]);
    const notices = named(region, 'order-end-notice').filter(({ about }) => about === id('order-child8'));
    expect(notices).toMatchObject([{ started: START + days(300), stoppedAt: null }]);
    expect(clock(region, 'order-end')?.rule).toMatch(/^L06@/);
    expect(named(region, 'order-end')).toHaveLength(2);
  });

  it('counts from the day it takes effect, and its extension from the day that was said', () => {
    const region = makeFamily();
    const from = START + days(30);
    region.must(TEAM, order('child8', GI, { from, until: from + YEAR }));
    expect(named(region, 'order-longest')).toEqual([]);
    onDay(region, 30);
    const [one] = named(region, 'order-longest');
    expect(one).toMatchObject({ about: id('order-child8'), stoppedAt: null });
    onDay(region, 300);
    region.must(TEAM, order('child8', GI, { from: from + YEAR, until: from + 2 * YEAR }));
    const [, other] = named(region, 'order-longest');
    // a year after 19 January and 15 October 2020, to the end of that day
    const ends = ['2021-01-20T00:00+01:00', '2021-10-16T00:00+02:00'];
    expect([one, other].map((of) => of?.due)).toEqual(ends.map((end) => Date.parse(end)));
  });

  it('is carried out by the institution it names, also when another such institution attests it and it is extended', () => {
    const region = makeFamily();
    const other = partner('other-gi');
    const known = { name: 'Other', attests: true, roles: ['gi'], keys: keysOf('other-gi') };
    region.must(STEWARD, { kind: 'partner', partner: 'other-gi', ...known });
    region.must(other, order('child8', GI, { until: START + YEAR }));
    onDay(region, 300);
    region.must(other, order('child8', GI, { until: START + 2 * YEAR }));
    expect(named(region, 'order-longest').map(({ who }) => who)).toEqual([GI, GI]);
  });

  it('of an institution without that task starts no term of it, only its own end', () => {
    const region = makeFamily();
    region.must(TEAM, order('child8', SCHOOL));
    expect(all(region).map((one) => one.id)).toEqual(['order-end']);
  });
});

describe('a right that is used', () => {
  it('is answered, and carried out, by the organisation that was asked', () => {
    const region = makeFamily();
    const item = filed(region, TEAM, 'mother');
    const other = region.must(MOTHER, request(TEAM, 'mother', { right: 'erasure' }));
    const asked = region.must(MOTHER, request(TEAM, 'mother', { right: 'erasure' }));
    onDay(region, 2);
    // what she destroys of her own is not what she asked for
    region.must(MOTHER, erase([region.message(MOTHER, M)], { request: asked }));
    expect(stopDay(region, 'erasure-done', asked)).toBeNull();
    onDay(region, 3);
    region.must(TEAM, erase([item], { request: asked }));
    region.must(TEAM, answer(asked));
    expect(stopDay(region, 'erasure-done', asked)).toBe(3);
    expect(stopDay(region, 'erasure-answer', asked)).toBe(3);
    expect(stopDay(region, 'erasure-done', other)).toBeNull();
  });
});

it('what was refused need not be carried out; what was granted must be', () => {
  const outcomes = [
    ['refused', 'KEEP'],
    ['granted', null],
  ] as const;
  const stops = outcomes.map(([outcome, ground]) => {
    const region = makeFamily();
    const asked = region.must(MOTHER, request(TEAM, 'mother', { right: 'erasure' }));
    onDay(region, 2);
    region.must(TEAM, answer(asked, { outcome, ground }));
    return [stopDay(region, 'erasure-answer'), stopDay(region, 'erasure-done')];
  });
  expect(stops).toEqual([
    [2, 2],
    [2, null],
  ]);
});

describe('whose a term is, when the law leaves it to whoever must act', () => {
  it.each([
    ['ask', TEAM, 'ask'],
    ['request:access', CLINIC, 'request'],
    ['disclose', TEAM, 'disclose'],
    ['order', GI, 'order'],
    ['order:until', GI, 'order'],
  ] as const)('%s: of %s', (starts, who, about) => {
    const region = under({ starts, stops: ['weigh'] });
    const item = filed(region, TEAM, 'child8');
    agree(region, [MOTHER], M, GI);
    region.must(TEAM, order('child8', GI));
    const acts = {
      order: id('order-child8'),
      ask: region.must(GI, ask(TEAM, 'L06', ['child8'])),
      request: region.must(MOTHER, request(CLINIC, 'mother')),
      disclose: region.must(TEAM, region.discloses(RAAD, 'L16', [item], WEIGHED)),
    };
    onDay(region, 400);
    expect(named(region, 'added')).toMatchObject([{ who, about: acts[about] }]);
  });

  it('an objection: of who disclosed, or of the organisation whose seat it is', () => {
    const region = makeFamily();
    agree(region, [MOTHER], M, CLINIC);
    takeSeat(region, 'worker');
    const act = region.state.parties.get(takeSeat(region, 'therapist', {}, CLINIC))?.seat?.statement ?? '';
    region.must(MOTHER, objection(act));
    expect(named(region, 'objection-weigh')).toMatchObject([{ who: CLINIC, about: act }]);
  });

  it('a term after the end of an order runs from there, not before', () => {
    const region = under({ starts: 'order:until', stops: ['order'], who: 'gi' });
    region.must(TEAM, order('child8', GI, { until: START + days(90) }));
    const from = START + days(90);
    expect(all(region, from - 1).filter((one) => one.id === 'added')).toEqual([]);
    expect(all(region, from).filter((one) => one.id === 'added')).toMatchObject([{ stoppedAt: null, over: false }]);
  });
});

it('a question for facts is answered by what is disclosed on it, and known to both sides', () => {
  const region = under({ starts: 'ask', stops: ['disclose'] });
  const items = ['mother', 'child14'].map((of) => filed(region, TEAM, of));
  agree(region, [MOTHER], M, GI);
  agree(region, [MOTHER], M, SCHOOL);
  const asked = region.must(GI, ask(TEAM, 'L06', ['child8']));
  for (const party of [TEAM, GI]) expect(known(region, party)).toContain('added');
  for (const party of [SCHOOL, CLINIC]) expect(known(region, party)).not.toContain('added');
  onDay(region, 1);
  region.must(TEAM, region.discloses(GI, 'L06', [items[0] ?? ''], WEIGHED));
  expect(stopDay(region, 'added', asked)).toBeNull();
  onDay(region, 2);
  region.must(TEAM, region.discloses(GI, 'L06', [items[1] ?? ''], { ...WEIGHED, ask: asked }));
  expect(stopDay(region, 'added', asked)).toBe(2);
});

describe('a yes', () => {
  const until = START + days(100);
  it.each([
    ['its own withdrawal', 1, 'withdraw', MOTHER, K8, CLINIC, 1],
    ['its own no', 1, 'refuse', MOTHER, K8, CLINIC, 1],
    ['its own next yes', 1, 'grant', MOTHER, K8, CLINIC, null],
    ["another's no", 1, 'refuse', FATHER, K8, CLINIC, null],
    ['a no to another organisation', 1, 'refuse', MOTHER, K8, SCHOOL, null],
    ['a no about another child', 1, 'refuse', MOTHER, K14, CLINIC, null],
    ['a no that came before it', -1, 'refuse', MOTHER, K8, CLINIC, null],
    ['a withdrawal when it had ended', 100, 'withdraw', MOTHER, K8, CLINIC, null],
  ] as const)('is ended, or not, by %s', (_, day, kind, who, place, to, stopped) => {
    const region = makeFamily();
    if (day < 0) region.say(kind, who, place, to);
    const grant = region.grant(MOTHER, K8, CLINIC, { until });
    if (day > 0) onDay(region, day);
    if (day > 0) expect(region.say(kind, who, place, to)).toBeNull();
    expect(stopDay(region, 'grant-end', grant)).toBe(stopped);
    expect(clock(region, 'grant-end', grant)).toMatchObject({ due: until, started: START, who: CLINIC });
    expect(clock(region, 'grant-end', grant)?.over).toBe(stopped !== null || day === 100);
  });

  it('that waits for another is no concern of a partner that reads there by its own', () => {
    const region = makeFamily();
    agree(region, [MOTHER, FATHER], K8, SCHOOL);
    const waits = region.grant(MOTHER, K8, CLINIC);
    const about = (party: PartyId) => clocksFor(region.state, party, DOSSIER, region.now).map((one) => one.about);
    expect(about(SCHOOL)).not.toContain(waits);
    expect(about(FATHER)).toContain(waits);
    expect(list(region, SCHOOL)).toEqual([]);
  });

  it('rests on the article of that time, or on its number when the law did not have it', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    expect(clock(region, 'grant-end')?.rule).toBe('L01@2015-01-01');
    expect(all(region, Date.parse('2014-12-31')).find((one) => one.id === 'grant-end')?.rule).toBe('L01');
  });
});

it('clocks stand by when they began, then by name and what they are about; none of what comes later', () => {
  const region = makeFamily();
  const asks = (who: PartyId, about: string, right: 'access' | 'rectification' | 'erasure' | 'restriction') =>
    region.must(who, request(TEAM, about, { right }));
  const first = asks(MOTHER, 'mother', 'restriction');
  onDay(region, 1);
  const [second, third] = (['rectification', 'access'] as const).map((right) => asks(MOTHER, 'mother', right));
  onDay(region, 2);
  const [fourth, fifth] = (['erasure', 'access'] as const).map((right) => asks(MOTHER, 'mother', right));
  const sixth = asks(FATHER, 'father', 'access');
  for (const child of ['child8', 'child14']) region.must(TEAM, order(child, SCHOOL, { from: region.now }));
  const found = all(region).map((one) => [(one.started - START) / days(1), one.id, one.about]);
  expect(found).toEqual([
    [0, 'restriction-answer', first],
    [1, 'access-answer', third],
    [1, 'rectification-answer', second],
    [2, 'access-answer', fifth],
    [2, 'access-answer', sixth],
    [2, 'erasure-answer', fourth],
    [2, 'erasure-done', fourth],
    [2, 'order-end', id('order-child14')],
    [2, 'order-end', id('order-child8')],
  ]);
  // as it was the day before, when nothing of the second day was said
  region.must(TEAM, answer(second ?? ''));
  const then = all(region, START + days(1)).filter(({ started }) => started < region.now);
  expect(then.map(({ about, stoppedAt }) => [about, stoppedAt])).toEqual(
    found.slice(0, 3).map(([, , about]) => [about, null]),
  );
});

describe('what the family is not told of', () => {
  const shown = (region: TestRegion, party: PartyId, name: string) =>
    clocksFor(region.state, party, DOSSIER, region.now).filter((one) => one.id === name);

  it.each([
    ['waits to be told', ['child8'], 'later', MOTHER],
    ['is about another adult too', ['mother', 'child8'], 'now', FATHER],
  ] as const)('stops no term it sees, when it %s; until it is told', (_, about, telling, party) => {
    const { region } = reported();
    region.must(VT, file(VT, ...about));
    const note = region.message(VT, id(`file-vt-${about.join('-')}`));
    onDay(region, 1);
    const act = region.must(VT, region.discloses(GI, 'L10', [note], { ...WEIGHED, inform: telling }));
    expect(stopDay(region, 'report-triage')).toBe(1);
    expect(shown(region, VT, 'report-triage')).toMatchObject([{ stoppedAt: region.now }]);
    expect(shown(region, party, 'report-triage')).toMatchObject([{ stoppedAt: null }]);
    if (telling === 'now') return;
    region.must(VT, inform(act));
    expect(shown(region, party, 'report-triage')).toMatchObject([{ stoppedAt: region.now }]);
  });

  it('starts no term: an expertise team that was shown her message', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, TEAM);
    const item = region.message(MOTHER, M);
    const more = { ...WEIGHED, inform: 'later', purpose: 'support' } as const;
    const act = region.must(TEAM, region.discloses(RET, 'L02', [item], more));
    region.must(takeSeat(region, 'ann'), endorse(act));
    expect(shown(region, RET, 'ret-contact')).toHaveLength(1);
    expect(shown(region, MOTHER, 'ret-contact')).toEqual([]);
    region.must(TEAM, inform(act));
    expect(shown(region, MOTHER, 'ret-contact')).toHaveLength(1);
  });
});
