/** Dutch civil time as scenarios write it. */
import { describe, expect, it } from 'vitest';
import { after, instantOf, written } from './times.ts';

const now = Date.parse('2026-11-21T09:00:00+01:00');
const births: Record<string, string> = { K8: '2018-03-02', leap: '2012-02-29' };
const at = (text: string): string =>
  new Date(instantOf(text, { now, birthDateOf: (name) => births[name] })).toISOString();

describe('a moment', () => {
  it.each([
    ['now', '2026-11-21T08:00:00.000Z'],
    ['2026-11-21', '2026-11-20T23:00:00.000Z'],
    ['2026-07-01', '2026-06-30T22:00:00.000Z'],
    ['2026-11-21 14:00', '2026-11-21T13:00:00.000Z'],
    ['2026-11-21T9:05:30', '2026-11-21T08:05:30.000Z'],
    ['+ 3 days', '2026-11-24T08:00:00.000Z'],
    ['+3 hours', '2026-11-21T11:00:00.000Z'],
    ['now + 1 month - 1 minute', '2026-12-21T07:59:00.000Z'],
    ['2027-01-31 + 1 month', '2027-02-27T23:00:00.000Z'],
    ['K8 turns 12', '2030-03-01T23:00:00.000Z'],
    ['K8 turns 12 - 1 second', '2030-03-01T22:59:59.000Z'],
    ['leap turns 18', '2030-02-28T23:00:00.000Z'],
  ])('%s', (text, expected) => expect(at(text)).toBe(expected));

  it('takes the first of two, when the clock goes back', () =>
    expect(at('2026-10-25 02:30')).toBe('2026-10-25T00:30:00.000Z'));

  it('counts a day of 23 hours as a day, and hours as hours', () => {
    expect(at('2027-03-27 12:00 + 1 day')).toBe('2027-03-28T10:00:00.000Z');
    expect(at('2027-03-27 12:00 + 24 hours')).toBe('2027-03-28T11:00:00.000Z');
  });

  it.each([
    ['tomorrow', 'is no moment. Write for example: 2026-11-21'],
    ['2026-11-21 + 3 fortnights', '"+ 3 fortnights" in'],
    ['2027-02-30', 'does not exist'],
    ['2027-03-28 02:30', 'the clock skips that hour'],
    ['M turns 12', 'M has no birth date. Give one under people'],
    ['', 'is no moment'],
  ])('refuses "%s" and says what to write', (text, what) => expect(() => at(text)).toThrow(what));
});

it('reckons a length of time, and refuses what is none', () => {
  expect(written(after(now, '6 months'))).toBe('2027-05-21 09:00');
  expect(() => after(now, 'a while')).toThrow('is no length of time. Write for example: 10 days');
});
