/** Every attack there is, twice, each time elsewhere in the log. `npm run test:long`; SEED=n plays one seed again. */
import './broken-builds.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { play } from './attack-run.ts';
import { makeWorld, type World } from './attack-world.ts';
import { ATTACKS } from './attacks.ts';

const seeds = process.env.SEED ? [process.env.SEED] : ['1', '2'];
let world: World;
beforeAll(async () => {
  world = await makeWorld(`attacks ${seeds[0]}`);
}, 60_000);
afterAll(() => world?.stop());

it('knows fifty attacks or more', () => {
  expect(ATTACKS.length).toBeGreaterThanOrEqual(50);
  expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length);
});

it.each(seeds.flatMap((seed) => ATTACKS.map((attack) => [seed, attack.name, attack] as const)))(
  'seed %s: %s',
  async (seed, name, attack) => {
    const said = await play(world, attack, seed);
    console.info(`seed ${seed}: ${name}, having ${attack.having}: ${attack.noticedBy} says ${said}`);
  },
);
