/** A few crash rounds in every run; crash.long.test.ts plays fifty. */
import { expect, it } from 'vitest';
import { crashRounds } from './crash.ts';

it('keeps every promise over four rounds of kill -9', async () => {
  const seed = 20261121;
  const outcome = await crashRounds(4, seed);
  expect(outcome.problems, `seed ${seed}`).toEqual([]);
  expect(outcome.acknowledged).toBeGreaterThan(3);
}, 90_000);
