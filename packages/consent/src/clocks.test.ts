import { officer } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { clocksOf, recheckDue, reviewDue } from './clocks.ts';
import { LAW } from './test-law.ts';
import {
  answer,
  CLINIC,
  DOSSIER,
  endorse,
  FATHER,
  GI,
  id,
  inform,
  MOTHER,
  makeFamily,
  objection,
  order,
  request,
  SCHOOL,
  START,
  seat,
  seatAt,
  TEAM,
  type TestRegion,
  VT,
  weigh,
  YEAR,
} from './test-region.ts';
import { clock, days, known, M, reported } from './test-told.ts';

const DAY = days(1);

describe('an emergency', () => {
  it('is to be looked at by the end of the next working day', () => {
    // Friday 4 June 2027, noon in Amsterdam: Monday's end is the first instant of Tuesday the 8th
    const friday = Date.parse('2027-06-04T12:00:00+02:00');
    expect(reviewDue(LAW, friday)).toBe(Date.parse('2027-06-08T00:00:00+02:00'));
    // the Thursday before Good Friday: Tuesday's end, after the Easter weekend
    const thursday = Date.parse('2027-03-25T12:00:00+01:00');
    expect(reviewDue(LAW, thursday)).toBe(Date.parse('2027-03-31T00:00:00+02:00'));
  });

  it('runs until a second person looked, and is over at the very millisecond', () => {
    const { region, act } = reported({ emergency: true });
    const due = reviewDue(LAW, START);
    region.now = due - 1;
    expect(clock(region, 'emergency-review')).toMatchObject({
      about: act,
      who: TEAM,
      started: START,
      due,
      over: false,
    });
    region.now = due;
    expect(clock(region, 'emergency-review')?.over).toBe(true);
    const colleague = seatAt(TEAM, 'colleague');
    region.must(TEAM, seat(colleague));
    region.must(colleague, endorse(act));
    expect(clock(region, 'emergency-review')).toMatchObject({ over: true, stoppedAt: due });
  });
});

describe('telling the family', () => {
  it('is looked at every fourteen days while it waits', () => {
    const { region, act } = reported({ inform: 'later' });
    const first = clock(region, 'inform-recheck')?.due ?? 0;
    expect(first - START).toBeGreaterThanOrEqual(14 * DAY);
    region.now += 3 * DAY;
    region.must(TEAM, inform(act, false));
    const second = clock(region, 'inform-recheck');
    expect(second).toMatchObject({ stoppedAt: null, over: false });
    expect((second?.due ?? 0) - first).toBeGreaterThanOrEqual(13 * DAY);
    region.must(TEAM, inform(act, true));
    expect(clock(region, 'inform-recheck')).toMatchObject({ stoppedAt: START + 3 * DAY, over: false });
  });

  it('is put off from the day on which the term ended, fourteen days each time', () => {
    // Monday 1 February 2027; the fifteenth, the first and the fifteenth of March are Mondays too
    const monday = Date.parse('2027-02-01T12:00:00+01:00');
    expect([0, 1, 2].map((times) => recheckDue(LAW, monday, times))).toEqual(
      ['2027-02-16', '2027-03-02', '2027-03-16'].map((day) => Date.parse(`${day}T00:00:00+01:00`)),
    );
  });

  it('has no clock when it was told at once', () => {
    expect(clock(reported().region, 'inform-recheck')).toBeUndefined();
  });

  it('is for Veilig Thuis too, within four weeks, whatever the reporter told', () => {
    const { region, act } = reported({ inform: 'later' });
    region.must(TEAM, inform(act));
    const running = clock(region, 'report-inform', act);
    expect(running).toMatchObject({ who: VT, stoppedAt: null });
    expect((running?.due ?? 0) - START).toBeGreaterThanOrEqual(28 * DAY);
    expect(clock(region, 'report-triage', act)?.who).toBe(VT);
  });
});

/** MOTHER uses a right towards TEAM. */
function asks(region: TestRegion, right: 'access' | 'rectification' | 'erasure' | 'restriction') {
  return region.must(MOTHER, request(TEAM, 'mother', { right }));
}

describe('rights and objections', () => {
  it('gives an objection a month, until it is weighed', () => {
    const { region, act } = reported();
    region.must(FATHER, objection(act));
    expect(clock(region, 'objection-weigh')).toMatchObject({ about: act, who: TEAM, over: false, stoppedAt: null });
    region.now += 40 * DAY;
    expect(clock(region, 'objection-weigh')?.over).toBe(true);
    region.must(TEAM, weigh(act, true));
    expect(clock(region, 'objection-weigh')?.stoppedAt).toBe(region.now);
  });

  it.each([
    ['access', 'access-answer'],
    ['rectification', 'rectification-answer'],
    ['erasure', 'erasure-answer'],
    ['restriction', 'restriction-answer'],
  ] as const)('gives a request for %s a month', (right, name) => {
    const region = makeFamily();
    const asked = asks(region, right);
    expect(clock(region, name, asked)).toMatchObject({ who: TEAM, started: START, stoppedAt: null });
    expect(known(region, MOTHER)).toContain(name);
    expect(known(region, TEAM)).toContain(name);
    expect(known(region, FATHER)).toEqual([]);
    region.now += DAY;
    region.must(TEAM, answer(asked));
    expect(clock(region, name, asked)?.stoppedAt).toBe(START + DAY);
  });

  it('gives destroying three months', () => {
    const region = makeFamily();
    asks(region, 'erasure');
    const due = clock(region, 'erasure-done')?.due ?? 0;
    expect((due - START) / DAY).toBeGreaterThan(89);
    expect((due - START) / DAY).toBeLessThan(96);
  });
});

describe('what ends by itself', () => {
  it('an order: its end, and the moment two months before', () => {
    const region = makeFamily();
    const until = Date.parse('2020-11-01T00:00:00+01:00');
    region.must(TEAM, order('child8', GI, { until }));
    expect(clock(region, 'order-end')).toMatchObject({ who: GI, due: until, over: false });
    expect(clock(region, 'order-end-notice')).toMatchObject({ who: GI, due: Date.parse('2020-09-01T00:00:00+02:00') });
    region.now = until;
    expect(clock(region, 'order-end')?.over).toBe(true);
    expect(known(region, MOTHER)).toContain('order-end');
    expect(known(region, SCHOOL)).toEqual([]);
  });

  it('a yes; who took it back earlier is for the family only', () => {
    const region = makeFamily();
    const grant = region.grant(MOTHER, M, CLINIC, { until: START + YEAR });
    expect(clock(region, 'grant-end', grant)).toMatchObject({ who: CLINIC, due: START + YEAR, over: false });
    expect([MOTHER, FATHER, CLINIC].map((party) => known(region, party))).toEqual([['grant-end'], [], ['grant-end']]);
    region.now += DAY;
    region.say('withdraw', MOTHER, M, CLINIC);
    expect(clock(region, 'grant-end', grant)).toMatchObject({ over: true, stoppedAt: START + DAY });
    expect([MOTHER, FATHER, CLINIC].map((party) => known(region, party))).toEqual([['grant-end'], [], []]);
  });
});

describe('who may know', () => {
  it('the family nothing of what waits to be told; an officer everything', () => {
    const { region, act } = reported({ inform: 'later', emergency: true });
    expect(known(region, MOTHER)).toEqual([]);
    expect(known(region, TEAM)).toEqual(expect.arrayContaining(['emergency-review', 'inform-recheck']));
    expect(known(region, VT)).toEqual(expect.arrayContaining(['report-inform', 'report-triage']));
    expect(known(region, VT)).not.toContain('inform-recheck');
    expect(known(region, officer('guard'))).toHaveLength(clocksOf(region.state, DOSSIER, region.now).length);
    region.must(TEAM, inform(act, true));
    expect(known(region, MOTHER)).toContain('emergency-review');
    expect(clocksOf(region.state, id('elsewhere'), region.now)).toEqual([]);
  });
});
