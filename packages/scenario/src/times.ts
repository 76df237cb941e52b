/**
 * Moments as a scenario writes them, in Dutch civil time: `2026-11-21`, `2026-11-21 14:00`, `now`, `K8 turns 12`, each
 * followed by any number of `+ 3 days` or `- 1 minute`. Days and longer are civil (a day of 23 hours is a day).
 */
import { boundariesOf } from '@eenmaal/consent';
import type { Instant } from '@eenmaal/model';
import { Temporal } from 'temporal-polyfill';

const ZONE = 'Europe/Amsterdam';
const BASE =
  /^(?:(now)|([A-Za-z][A-Za-z0-9-]*) turns (12|16|18)|(\d{4}-\d{2}-\d{2})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?)/;
const STEP = /^\s*([+-])\s*(\d{1,4})\s+(second|minute|hour|day|week|month|year)s?/;
const SPAN = /^(\d{1,4})\s+(second|minute|hour|day|week|month|year)s?$/;
const EXAMPLES = '2026-11-21, 2026-11-21 14:00, + 3 days, now + 6 months, K8 turns 12, K8 turns 12 - 1 minute';

/** What a moment is reckoned from. */
export type Around = { now: Instant; birthDateOf(name: string): string | undefined };

/** The instant that `text` names. @throws Error saying what to write instead */
export function instantOf(text: string, around: Around): Instant {
  const trimmed = text.trim();
  const base = BASE.exec(trimmed);
  let rest = trimmed.slice(base?.[0].length ?? 0);
  if (!base && !STEP.test(rest)) throw new Error(`"${text}" is no moment. Write for example: ${EXAMPLES}`);
  let at = base ? baseOf(base, text, around) : zoned(around.now);
  while (rest.trim() !== '') {
    const step = STEP.exec(rest);
    if (!step) throw new Error(`"${rest.trim()}" in "${text}" is not understood. Write for example: ${EXAMPLES}`);
    const [whole, sign, amount, unit] = step;
    at = sign === '+' ? at.add({ [`${unit}s`]: Number(amount) }) : at.subtract({ [`${unit}s`]: Number(amount) });
    rest = rest.slice(whole.length);
  }
  return at.epochMilliseconds;
}

/** `from` moved by a span such as `6 months`. @throws Error saying what to write instead */
export function after(from: Instant, span: string): Instant {
  const [, amount, unit] = SPAN.exec(span.trim()) ?? [];
  if (!unit) throw new Error(`"${span}" is no length of time. Write for example: 10 days, 6 months, 1 year`);
  return zoned(from).add({ [`${unit}s`]: Number(amount) }).epochMilliseconds;
}

/** A moment in words a person reads: `2026-11-21 14:00`. */
export function written(at: Instant): string {
  const moment = zoned(at);
  const time = moment.toPlainTime().toString({ smallestUnit: moment.second === 0 ? 'minute' : 'second' });
  return `${moment.toPlainDate()} ${time}`;
}

const zoned = (at: Instant) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(ZONE);

function baseOf([, now, name, age, date, time]: RegExpExecArray, text: string, around: Around) {
  if (now) return zoned(around.now);
  if (name) {
    const born = around.birthDateOf(name);
    if (!born) throw new Error(`"${text}": ${name} has no birth date. Give one under people: {born: 2018-03-02}`);
    // asked at birth, so that every birthday lies ahead
    return zoned(boundariesOf(born, 0 - 8.64e15)[`turns${age as '12' | '16' | '18'}`] as Instant);
  }
  const clock = time ?? '00:00';
  return civil(`${date}T${clock.indexOf(':') === 1 ? '0' : ''}${clock}`, text);
}

function civil(iso: string, text: string) {
  try {
    const local = Temporal.PlainDateTime.from(iso);
    const found = local.toZonedDateTime(ZONE);
    if (!found.toPlainDateTime().equals(local)) throw new RangeError('skipped');
    return found;
  } catch {
    throw new Error(`"${text}" does not exist (no such day, or the clock skips that hour). Write another moment`);
  }
}
