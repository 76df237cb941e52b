import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTerm, boundariesOf, type Holidays, isWorkingDay, midnight } from './civil-time.ts';

const HOLIDAYS: Holidays = {
  fixed: ['01-01', '04-27', '05-05', '12-25', '12-26'],
  easter: [-2, 1, 39, 50],
  declared: ['2026-05-15'],
};
const NONE: Holidays = { fixed: [], easter: [], declared: [] };
const at = (iso: string): number => Date.parse(iso);
const DAY = 86_400_000;

/** The last day of a term that starts at noon, civil winter time, of this day. */
const lastDay = (from: string, amount: number, unit: Parameters<typeof addTerm>[1]['unit'], holidays = HOLIDAYS) => {
  const end = addTerm(at(`${from}T11:00:00Z`), { amount, unit }, holidays);
  const last = new Date(end - DAY / 2).toISOString().slice(0, 10);
  expect(midnight(new Date(end + DAY / 2).toISOString().slice(0, 10))).toBe(end);
  return last;
};

describe('a civil day', () => {
  it.each([
    ['2026-01-01', '2025-12-31T23:00:00Z'],
    ['2026-12-31', '2026-12-30T23:00:00Z'],
    ['2026-03-29', '2026-03-28T23:00:00Z'], // the clock goes forward on this day
    ['2026-03-30', '2026-03-29T22:00:00Z'],
    ['2026-10-25', '2026-10-24T22:00:00Z'], // the clock goes back on this day
    ['2026-10-26', '2026-10-25T23:00:00Z'],
    ['2028-02-29', '2028-02-28T23:00:00Z'],
  ])('%s starts at %s', (date, instant) => expect(midnight(date)).toBe(at(instant)));

  it.each(['2026-02-29', '2026-13-01', '29-03-2026', '', 'vandaag'])('refuses %j', (date) =>
    expect(() => midnight(date)).toThrow(RangeError),
  );
});

describe('birthdays', () => {
  const starts = (birthDate: string) => boundariesOf(birthDate, at('2013-01-01T00:00:00Z'));
  it.each([
    ['2014-06-15', '2026-06-15', '2030-06-15', '2032-06-15'],
    ['2014-03-29', '2026-03-29', '2030-03-29', '2032-03-29'], // 12 on the day the clock goes forward
    ['2010-10-25', '2022-10-25', '2026-10-25', '2028-10-25'], // 16 on the day the clock goes back
    ['2014-01-01', '2026-01-01', '2030-01-01', '2032-01-01'],
    ['2014-12-31', '2026-12-31', '2030-12-31', '2032-12-31'],
    ['2012-02-29', '2024-02-29', '2028-02-29', '2030-03-01'],
  ])('of someone born on %s', (birthDate, twelve, sixteen, eighteen) =>
    expect(starts(birthDate)).toEqual({
      turns12: midnight(twelve),
      turns16: midnight(sixteen),
      turns18: midnight(eighteen),
    }),
  );

  it('are null from their first millisecond on', () => {
    const twelve = midnight('2026-06-15');
    expect(boundariesOf('2014-06-15', twelve - 1).turns12).toBe(twelve);
    expect(boundariesOf('2014-06-15', twelve).turns12).toBeNull();
    expect(boundariesOf('1950-06-15', 0)).toEqual({ turns12: null, turns16: null, turns18: null });
  });

  it('keep every boundary when the moment is no number', () =>
    expect(boundariesOf('1990-06-15', Number.NaN).turns18).toBe(midnight('2008-06-15')));
});

describe('working days', () => {
  // Easter Sundays as churches publish them
  const EASTER = (
    '2024-03-31 2025-04-20 2026-04-05 2027-03-28 2028-04-16 2029-04-01 ' +
    '2030-04-21 2031-04-13 2032-03-28 2033-04-17 2034-04-09 2035-03-25 ' +
    // other centuries, the earliest and the latest there are, and the two that are a week earlier than the moon says
    '1900-04-15 1943-04-25 1954-04-18 1961-04-02 1981-04-19 1998-04-12 ' +
    '2038-04-25 2049-04-18 2076-04-19 2100-03-28 2200-04-06 2285-03-22 2300-04-08'
  ).split(' ');
  const after = (date: string, days: number) => new Date(at(date) + days * DAY).toISOString().slice(0, 10);

  it.each(EASTER)('know Easter of %s', (sunday) => {
    const off = HOLIDAYS.easter.map((days) => after(sunday, days));
    const easterOnly = { ...NONE, easter: HOLIDAYS.easter };
    for (let day = -100; day < 150; day += 1) {
      const date = after(sunday, day);
      const weekend = [0, 6].includes(new Date(date).getUTCDay());
      expect([date, isWorkingDay(date, easterOnly)]).toEqual([date, !weekend && !off.includes(date)]);
    }
  });

  it.each([
    ['2026-04-27', false],
    ['2025-04-26', false], // King's Day kept on Saturday, because the 27th is a Sunday
    ['2025-04-27', false],
    ['2025-04-28', true],
    ['2026-05-05', false],
    ['2026-05-14', false], // Ascension
    ['2026-05-15', false], // declared
    ['2027-05-14', true], // not declared in another year
    ['2026-12-24', true],
    ['2026-12-31', true],
    ['2027-01-01', false],
  ])('%s: %s', (date, works) => expect(isWorkingDay(date, HOLIDAYS)).toBe(works));
});

describe('a term', () => {
  it.each([
    // the day of the event does not count
    ['2026-06-01', 1, 'days', '2026-06-02'],
    ['2026-06-01', 14, 'days', '2026-06-15'],
    ['2026-06-01', 2, 'weeks', '2026-06-15'],
    ['2026-06-01', 6, 'weeks', '2026-07-13'],
    ['2026-06-02', 1, 'months', '2026-07-02'],
    ['2026-01-30', 1, 'months', '2026-03-02'], // no 30 February; the 28th is a Saturday
    ['2027-12-31', 2, 'months', '2028-02-29'],
    // ends on a day off
    ['2026-06-04', 2, 'days', '2026-06-08'],
    ['2026-06-05', 1, 'days', '2026-06-08'],
    ['2026-03-20', 2, 'weeks', '2026-04-07'], // Good Friday, then a weekend and Easter Monday
    ['2026-04-13', 2, 'weeks', '2026-04-28'], // King's Day on a Monday
    ['2025-04-13', 2, 'weeks', '2025-04-28'], // King's Day moved to Saturday: the Monday is a working day
    ['2025-04-12', 2, 'weeks', '2025-04-28'],
    ['2026-05-01', 2, 'weeks', '2026-05-18'], // the declared Friday after Ascension
    ['2025-12-11', 2, 'weeks', '2025-12-29'], // Christmas, then a weekend
    ['2026-12-18', 2, 'weeks', '2027-01-04'],
    ['2026-10-01', 3, 'months', '2027-01-04'],
    // three days or more hold two working days
    ['2025-12-23', 2, 'days', '2025-12-29'],
    ['2025-12-23', 3, 'days', '2025-12-29'],
    ['2025-12-24', 3, 'days', '2025-12-30'],
    ['2026-04-02', 3, 'days', '2026-04-08'], // Good Friday to Easter Monday
    ['2025-12-24', 2, 'days', '2025-12-29'],
    ['2026-06-04', 3, 'days', '2026-06-08'],
    // too long for the Act
    ['2026-06-01', 89, 'days', '2026-08-31'], // a Saturday
    ['2026-06-02', 90, 'days', '2026-08-31'],
    ['2026-06-06', 91, 'days', '2026-09-05'],
    ['2026-06-06', 12, 'weeks', '2026-08-31'],
    ['2026-06-06', 13, 'weeks', '2026-09-05'],
    ['2026-06-05', 3, 'months', '2026-09-07'],
    ['2026-06-05', 4, 'months', '2026-10-05'],
    ['2026-06-06', 6, 'months', '2026-12-06'],
    ['2025-06-06', 1, 'years', '2026-06-06'],
    ['2026-06-06', 20, 'years', '2046-06-06'],
    ['2024-02-29', 1, 'years', '2025-02-28'],
    // working days
    ['2026-06-05', 1, 'working-days', '2026-06-08'],
    ['2026-06-06', 1, 'working-days', '2026-06-08'],
    ['2026-04-02', 5, 'working-days', '2026-04-13'],
    ['2025-12-23', 5, 'working-days', '2026-01-02'],
    ['2026-04-24', 1, 'working-days', '2026-04-28'],
  ] as const)('from %s, %i %s, ends with %s', (from, amount, unit, last) =>
    expect(lastDay(from, amount, unit)).toBe(last),
  );

  it('holds two working days also when it is a week in which nearly every day is off', () => {
    const declared = ['02', '03', '04', '05'].map((day) => `2026-06-${day}`);
    expect(lastDay('2026-06-01', 1, 'weeks', { ...HOLIDAYS, declared })).toBe('2026-06-09');
  });

  it('in hours is elapsed time, also in a night that is an hour shorter or on a holiday', () => {
    const from = at('2026-12-24T16:00:00Z');
    expect(addTerm(from, { amount: 48, unit: 'hours' }, HOLIDAYS)).toBe(from + 2 * DAY);
    const night = at('2026-03-28T20:00:00Z');
    expect(addTerm(night, { amount: 48, unit: 'hours' }, HOLIDAYS)).toBe(night + 2 * DAY);
  });

  it('starts on the civil day, not the day of UTC', () => {
    const day = { amount: 1, unit: 'days' } as const;
    expect(addTerm(at('2026-06-01T21:59:59Z'), day, HOLIDAYS)).toBe(midnight('2026-06-03'));
    expect(addTerm(at('2026-06-01T22:00:00Z'), day, HOLIDAYS)).toBe(midnight('2026-06-04'));
  });

  it('that ends when the clock changes ends at civil midnight', () => {
    expect(addTerm(at('2026-03-28T12:00:00Z'), { amount: 1, unit: 'years' }, NONE)).toBe(at('2027-03-28T22:00:00Z'));
    expect(addTerm(at('2025-10-25T12:00:00Z'), { amount: 1, unit: 'years' }, NONE)).toBe(at('2026-10-25T23:00:00Z'));
  });
});

describe('for every moment', () => {
  const instant = fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2045-01-01T00:00:00Z') });
  const extended = fc.oneof(
    fc.record({ unit: fc.constant('days' as const), amount: fc.integer({ min: 1, max: 90 }) }),
    fc.record({ unit: fc.constant('weeks' as const), amount: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ unit: fc.constant('months' as const), amount: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ unit: fc.constant('working-days' as const), amount: fc.integer({ min: 1, max: 30 }) }),
  );
  const any = fc.oneof(
    extended,
    fc.record({ unit: fc.constant('hours' as const), amount: fc.integer({ min: 1, max: 2000 }) }),
    fc.record({ unit: fc.constant('years' as const), amount: fc.integer({ min: 1, max: 20 }) }),
  );
  const dateOf = (midnightInstant: number) => new Date(midnightInstant + DAY / 2).toISOString().slice(0, 10);

  it('a later start never ends a term sooner', () =>
    fc.assert(
      fc.property(instant, instant, any, (a, b, term) => {
        expect(addTerm(Math.min(a, b), term, HOLIDAYS)).toBeLessThanOrEqual(addTerm(Math.max(a, b), term, HOLIDAYS));
      }),
    ));

  it('a longer term under the Act never ends sooner', () =>
    fc.assert(
      fc.property(instant, extended, (from, term) => {
        const shorter = { ...term, amount: term.amount - 1 };
        expect(addTerm(from, shorter, HOLIDAYS)).toBeLessThanOrEqual(addTerm(from, term, HOLIDAYS));
      }),
    ));

  it('a term under the Act lies ahead and ends with the end of a working day', () =>
    fc.assert(
      fc.property(instant, extended, (from, term) => {
        const end = addTerm(from, term, HOLIDAYS);
        expect(end).toBeGreaterThan(from);
        expect(midnight(dateOf(end))).toBe(end);
        expect(isWorkingDay(dateOf(end - DAY), HOLIDAYS)).toBe(true);
      }),
    ));

  it('every moment of one day gives one end, and holidays only ever lengthen', () =>
    fc.assert(
      fc.property(instant, any, (from, term) => {
        const start = midnight(new Date(from).toISOString().slice(0, 10));
        if (term.unit !== 'hours')
          expect(addTerm(start, term, HOLIDAYS)).toBe(addTerm(start + 22 * 3_600_000, term, HOLIDAYS));
        expect(addTerm(from, term, HOLIDAYS)).toBeGreaterThanOrEqual(addTerm(from, term, NONE));
      }),
    ));

  it('the boundaries of a life stand in order, and asking again changes nothing', () =>
    fc.assert(
      fc.property(instant, instant, (born, now) => {
        const birthDate = new Date(born).toISOString().slice(0, 10);
        const { turns12, turns16, turns18 } = boundariesOf(birthDate, now);
        const ahead = [turns12, turns16, turns18].filter((boundary) => boundary !== null);
        expect(ahead).toEqual([...ahead].sort((a, b) => a - b));
        for (const boundary of ahead) expect(midnight(dateOf(boundary))).toBe(boundary);
        expect(boundariesOf(birthDate, now)).toEqual({ turns12, turns16, turns18 });
      }),
    ));
});
