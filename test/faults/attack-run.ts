/** Plays one attack: once against the checks as they are, and once with those switched off that should notice it. */
import { expect } from 'vitest';
import type { Attack } from './attack.ts';
import { NOTHING, noticed, type Off } from './attack-contacts.ts';
import { Hand } from './attack-hand.ts';
import { copied, serveStore, type World } from './attack-world.ts';

export async function play(world: World, attack: Attack, seed: string): Promise<string> {
  const { disk, change, lie, snapshot, dishonest = [], noticedBy: contact, says, off } = attack;
  const copy = copied(world.now);
  const hand = new Hand(world, copy, `${seed}/${attack.name}`);
  if (!snapshot) Object.assign(copy, { snapshot: null, tiles: new Map() });
  change?.(hand);
  const meet = async (switchedOff: readonly Off[]): Promise<string> => {
    const served = await serveStore(world, disk ? (streams) => disk(streams, hand) : copy);
    try {
      return await noticed({ world, served, copy, contact, lie }, switchedOff);
    } finally {
      await served.stop();
    }
  };
  const said = await meet(dishonest);
  expect(said, `${attack.name}, seed ${seed}`).toMatch(says);
  if (off) expect(await meet([...dishonest, ...off]), `${attack.name}, seed ${seed}, without ${off}`).toBe(NOTHING);
  return said;
}
