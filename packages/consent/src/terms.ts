/** When a term of the law ends: how `law/clocks.yaml` counts, and the two terms the rule itself asks for. */
import type { Instant } from '@eenmaal/model';
import { Temporal } from 'temporal-polyfill';
import { addTerm } from './civil-time.ts';
import type { Clock, Law } from './law.ts';

type Term = Clock['term'];

/** The first instant after a term that starts at `from`. */
const termEnd = (law: Law, from: Instant, term: Term): Instant => addTerm(from, term, law.holidays);

/** A term counted back gains no days from weekends and holidays (Algemene termijnenwet art. 1 paragraph 2). */
const countedBack = (until: Instant, { amount, unit }: Term): Instant =>
  Temporal.Instant.fromEpochMilliseconds(until)
    .toZonedDateTimeISO('Europe/Amsterdam')
    .subtract({ [unit]: amount }).epochMilliseconds;

/** @throws when the law has no such clock; `parseLaw` refuses a law without those the product names */
function named(law: Law, id: 'emergency-review' | 'inform-recheck'): Clock {
  const clock = law.clocks.get(id);
  if (!clock) throw new Error(`the law has no clock ${id}`);
  return clock;
}

/** When the second person must have looked at an emergency disclosure made at `at`. */
export const reviewDue = (law: Law, at: Instant): Instant => termEnd(law, at, named(law, 'emergency-review').term);

/** When it must be looked at again whether the family can be told, after it was looked at `times` times. */
export const recheckDue = (law: Law, at: Instant, times: number): Instant =>
  dueOf(law, named(law, 'inform-recheck'), at, times);

/** `postponed`: how often it was put off. An extension starts where the term ended. */
export function dueOf(law: Law, { term, counts, extend }: Clock, from: Instant, postponed: number): Instant {
  if (counts === 'before') return countedBack(from, term);
  let due = termEnd(law, from, term);
  const times = extend ? (extend.repeated ? postponed : Math.min(postponed, 1)) : 0;
  for (let time = 0; extend && time < times; time++) due = termEnd(law, due - 1, extend);
  return due;
}
