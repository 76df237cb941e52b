/**
 * Dutch civil time for the rule: when a day starts in Europe/Amsterdam, when a birthday changes the law, and when a term
 * ends under the General Extension of Terms Act (Algemene termijnenwet, below: Atw). Pure; the public holidays are handed
 * in as data. Zone rules come from the runtime's own time-zone tables, by way of Temporal.
 */
import type { Instant } from '@eenmaal/model';
import { Temporal } from 'temporal-polyfill';

type Term = { amount: number; unit: 'hours' | 'days' | 'working-days' | 'weeks' | 'months' | 'years' };

/** The generally recognised public holidays (algemeen erkende feestdagen, Atw art. 3). */
export type Holidays = {
  /**
   * 'MM-DD', every year. King's Day stands here as '04-27': when that is a Sunday it is kept on Saturday the 26th, which
   * is no working day either.
   */
  readonly fixed: readonly string[];
  /** Days after Easter Sunday; negative: before. */
  readonly easter: readonly number[];
  /** 'YYYY-MM-DD': days made equal to a public holiday by royal decree (Atw art. 3 paragraph 3). */
  readonly declared: readonly string[];
};

const ZONE = 'Europe/Amsterdam';
const HOUR = 3_600_000;

/**
 * The moment a term ends: the first instant after it. The day of the event itself does not count; a term ends with the
 * end of its last day, which moves past weekends and holidays where the Act says so. Hours are plain elapsed hours.
 */
export function addTerm(from: Instant, term: Term, holidays: Holidays): Instant {
  if (term.unit === 'hours') return from + term.amount * HOUR;
  const first = dayOf(from);
  if (term.unit === 'working-days') return endOf(addWorkingDays(first, term.amount, holidays));
  const last = first.add({ [term.unit]: term.amount });
  return endOf(mayBeExtended(term) ? extend(first, last, term, holidays) : last);
}

/** The start of that day. @throws RangeError when there is no such day */
export const midnight = (date: string): Instant => startOf(Temporal.PlainDate.from(date));

/**
 * The starts of the birthdays that change the law; null where `now` is at or past it. Born on 29 February: 1 March in a
 * common year, because the year of life is not over before that.
 * @throws RangeError when there is no such day
 */
export function boundariesOf(
  birthDate: string,
  now: Instant,
): Record<'turns12' | 'turns16' | 'turns18', Instant | null> {
  const born = Temporal.PlainDate.from(birthDate);
  const ahead = (years: number): Instant | null => {
    const shifted = born.add({ years });
    const birthday = startOf(shifted.day === born.day ? shifted : shifted.add({ days: 1 }));
    return birthday <= now ? null : birthday;
  };
  return { turns12: ahead(12), turns16: ahead(16), turns18: ahead(18) };
}

/** Whether this day is no Saturday, Sunday or public holiday. @throws RangeError when there is no such day */
export const isWorkingDay = (date: string, holidays: Holidays): boolean =>
  worksOn(Temporal.PlainDate.from(date), holidays);

function worksOn(date: Temporal.PlainDate, holidays: Holidays): boolean {
  if (date.dayOfWeek >= 6) return false;
  const iso = date.toString();
  if (holidays.fixed.includes(iso.slice(-5)) || holidays.declared.includes(iso)) return false;
  return !holidays.easter.includes(date.dayOfYear - easterOf(date.year));
}

/** Atw art. 4 under a: not for long terms, which leave room enough. */
function mayBeExtended({ amount, unit }: Term): boolean {
  const limits: Partial<Record<Term['unit'], number>> = { days: 90, weeks: 12, months: 3 };
  return amount <= (limits[unit] ?? 0);
}

/** Atw art. 1 (no end on a day off) and 2 (a term of three days or more holds at least two working days). */
function extend(first: Temporal.PlainDate, last: Temporal.PlainDate, term: Term, holidays: Holidays) {
  const least = term.unit === 'days' && term.amount < 3 ? 0 : 2;
  const earliest = addWorkingDays(first, least, holidays);
  let end = Temporal.PlainDate.compare(earliest, last) > 0 ? earliest : last;
  while (!worksOn(end, holidays)) end = end.add({ days: 1 });
  return end;
}

function addWorkingDays(from: Temporal.PlainDate, amount: number, holidays: Holidays): Temporal.PlainDate {
  let date = from;
  for (let left = amount; left > 0; ) {
    date = date.add({ days: 1 });
    if (worksOn(date, holidays)) left -= 1;
  }
  return date;
}

/** Easter Sunday as day of the year: the Gregorian computus, in the form of Meeus, Jones and Butcher. */
function easterOf(year: number): number {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const inCentury = year % 100;
  const correction = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - correction + 15) % 30;
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - epact - (inCentury % 4)) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * weekday) / 451);
  const sinceMarch = epact + weekday - 7 * late + 114;
  const month = Math.floor(sinceMarch / 31);
  return Temporal.PlainDate.from({ year, month, day: (sinceMarch % 31) + 1 }).dayOfYear;
}

const dayOf = (instant: Instant): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(ZONE).toPlainDate();
const startOf = (date: Temporal.PlainDate): Instant => date.toZonedDateTime(ZONE).epochMilliseconds;
const endOf = (date: Temporal.PlainDate): Instant => startOf(date.add({ days: 1 }));
