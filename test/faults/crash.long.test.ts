/** Fifty seeded rounds of kill -9, organisations' programs among the victims. `npm run test:long`; SEED=n plays one again. */
import { expect, it } from 'vitest';
import { crashRounds } from './crash.ts';

it('keeps every promise over fifty rounds of kill -9', async (context) => {
  const seed = Number(process.env.SEED ?? 1);
  const outcome = await crashRounds(50, seed, [`${import.meta.dirname}/org-d.yaml`]);
  console.info(
    `${context.task.name}, seed ${seed}:`,
    JSON.stringify({ ...outcome, problems: outcome.problems.length }),
  );
  expect(outcome.problems, `seed ${seed}`).toEqual([]);
}, 900_000);
