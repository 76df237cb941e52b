/** The same crash rounds while snapshots are made without a pause: services die in the middle of making one, and start from one. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { crashRounds } from './crash.ts';

beforeAll(() => {
  process.env.EENMAAL_SNAPSHOT_EVERY = '5';
});
afterAll(() => {
  delete process.env.EENMAAL_SNAPSHOT_EVERY;
});

it('keeps every promise over rounds of kill -9 with a snapshot always under way', async () => {
  const seed = 20261122;
  // time to come back, to make a snapshot, and to be in the middle of the next
  const outcome = await crashRounds(process.env.EENMAAL_LONG ? 40 : 8, seed, [], 4_000);
  expect(outcome.problems, `seed ${seed}`).toEqual([]);
  expect(outcome.acknowledged).toBeGreaterThan(10);
  expect(outcome.fromSnapshot, 'starts from a snapshot').toBeGreaterThan(0);
}, 300_000);
