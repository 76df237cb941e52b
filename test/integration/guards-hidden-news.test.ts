/** What an organisation hears of a dossier in which something happened that it is not shown: nothing, not even that or when. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Participant, Transport } from '@eenmaal/client';
import type { Id } from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, linkOf, startWithFamily } from './support.ts';

let world: Awaited<ReturnType<typeof startWithFamily>>;
let mother: Participant;
let reader: Participant & { transport: Transport };
let dossier: Id;
let shared: Id;
let hers: Id;
const woken = { 'org-b': 0, 'org-d': 0 };
let closeLinks: () => void;

const grant = (to: string, place: Id, history = true) =>
  mother.grant(dossier, [place], terms(to, world.chain.clock(), { history }));

beforeAll(async () => {
  world = await startWithFamily({ seed: 'hidden-news', partners: ['org-a', 'org-b', 'org-c', 'org-d'] });
  mother = world.family.mother;
  dossier = world.family.dossier;
  shared = await mother.openCompartment(dossier, [world.family.ids.mother], 'Wonen');
  hers = await mother.openCompartment(dossier, [world.family.ids.mother], 'Gezondheid');
  await grant('org-b', shared);
  await grant('org-c', shared);
  reader = await world.chain.participant('partner/org-b');
  await reader.sync();
  const open = new Promise<void>((resolve) => {
    closeLinks = resolve;
  });
  for (const name of ['org-b', 'org-d'] as const)
    void linkOf(world.chain, `partner/${name}`, async (link) => {
      link.onWake(() => woken[name]++);
      await open;
    });
  await sleep(200);
}, 60_000);
afterAll(async () => {
  closeLinks?.();
  await world?.chain.stop();
});

/** What `org-b` is told while this happens: wake-ups, and the dossiers that are named when it asks. */
async function heard(act: () => Promise<unknown>) {
  await reader.sync();
  await sleep(100);
  Object.assign(woken, { 'org-b': 0, 'org-d': 0 });
  const after = world.chain.ledger.journal.size - 1;
  await act();
  expect(world.chain.ledger.journal.size - 1, 'something was logged').toBeGreaterThan(after);
  await sleep(150);
  const { dossiers } = (await reader.transport.call({ op: 'changes', after })).answer;
  return { ...woken, dossiers, synced: await reader.sync() };
}
const NOTHING = { 'org-b': 0, 'org-d': 0, dossiers: [], synced: [] };

describe('a reader of one part is neither woken, nor told when it asks, that', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['something was written in another part', () => mother.send(tale(dossier, hers, 'Niet voor hen'))],
    ['somebody else may read there', () => grant('org-c', hers)],
    [
      'somebody else fetched and opened it',
      async () => {
        const other = await world.chain.participant('partner/org-c');
        await other.sync();
        for (const message of await other.receive(dossier)) await other.open(message, 'support');
      },
    ],
    ['it was refused there itself, where it could not read', () => mother.refuse(dossier, [hers], 'org-b')],
    ['somebody without anything was refused', () => mother.refuse(dossier, [shared], 'org-d')],
    ['another part was opened', () => mother.openCompartment(dossier, [world.family.ids.mother], 'Werk')],
  ])('%s; nor is who knows nothing of the dossier', async (_, act) => {
    expect(await heard(act)).toEqual(NOTHING);
  });

  it('anything was written there: the number of the next message it gets is a moment, not a count', async () => {
    const { clock } = world.chain;
    for (const place of [shared, hers, hers, shared]) {
      await sleep(5);
      const before = clock();
      const { envelope } = await mother.send(tale(dossier, place, 'Genummerd'));
      if (place === hers) continue;
      const [got] = (await reader.receive(dossier)).filter(({ header }) => header.id === envelope);
      expect(got?.header.seq).toBeGreaterThanOrEqual(before);
      expect(got?.header.seq).toBeLessThanOrEqual(clock());
    }
  });

  it('and of what it may see it is: a message, another reader that left, its own end', async () => {
    const named = { 'org-d': 0, synced: [dossier] };
    expect(await heard(() => mother.send(tale(dossier, shared, 'Voor hen')))).toMatchObject(named);
    expect(woken['org-b']).toBeGreaterThan(0);
    expect(reader.preview(shared).map(({ party }) => party)).toContain('partner/org-c');
    expect(await heard(() => mother.withdraw(dossier, [shared], 'org-c'))).toMatchObject(named);
    expect(woken['org-b']).toBeGreaterThan(0);
    expect(reader.preview(shared).map(({ party }) => party)).not.toContain('partner/org-c');
    expect(await heard(() => mother.withdraw(dossier, [shared], 'org-b'))).toMatchObject(named);
    await eventually(async () => expect(woken['org-b']).toBe(1));
  });
});
