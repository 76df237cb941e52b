/**
 * A log that was stopped, changed and started again: whoever should notice does, by name, before anything is served from it;
 * and with that one check switched off nobody does. Every attack there is: attacks.long.test.ts.
 */
import './broken-builds.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Contact, NOTHING, noticed } from './attack-contacts.ts';
import { play } from './attack-run.ts';
import { copied, makeWorld, serveStore, type World } from './attack-world.ts';
import { ATTACKS } from './attacks.ts';

const SEED = process.env.SEED ?? '1';
let world: World;
beforeAll(async () => {
  world = await makeWorld(`attacks ${SEED}`);
}, 60_000);
afterAll(() => world?.stop());

describe('a stored log is not served as if nothing were wrong after somebody', () => {
  const short = ATTACKS.filter((attack) => attack.short);
  it.each(short.map((attack) => [attack.name, attack] as const))('tried to %s', async (_, attack) => {
    await play(world, attack, SEED);
  });
});

describe('a true copy', () => {
  it.each<Contact>([
    'start',
    'snapshot',
    'reading',
    'opening',
    'returning',
    'officer',
    'new officer',
    'witnesses',
    'receiver',
  ])('alarms nobody (%s)', async (contact) => {
    const copy = copied(world.now);
    const served = await serveStore(world, copy);
    try {
      expect(await noticed({ world, served, copy, contact })).toBe(NOTHING);
    } finally {
      await served.stop();
    }
  });

  it('with an older snapshot of the same log comes to the same end', async () => {
    const copy = { ...copied(world.now), snapshot: world.older.snapshot };
    const served = await serveStore(world, copy);
    try {
      expect(await noticed({ world, served, copy, contact: 'snapshot' })).toBe(NOTHING);
      expect(await noticed({ world, served, copy, contact: 'officer' })).toBe(NOTHING);
      expect(await noticed({ world, served, copy, contact: 'returning' })).toBe(NOTHING);
    } finally {
      await served.stop();
    }
  });
});
