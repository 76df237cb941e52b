/**
 * What a former reader still hears: once, that the dossier is gone. And what anybody learns from a proof: nothing about any
 * entry, not even of what kind it is.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { newId, type Participant, type Transport } from '@eenmaal/client';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, eventually, linkOf, type Place, startWithFamily } from './support.ts';

let world: Awaited<ReturnType<typeof startWithFamily>>;
let place: Place;
let mother: Participant;
let former: Participant & { transport: Transport };
/** Where the log ended after the withdrawal. */
let end: number;
let woken = 0;
let closeLink: () => void;

beforeAll(async () => {
  world = await startWithFamily({ seed: 'former' });
  const { family, chain } = world;
  mother = family.mother;
  place = {
    dossier: family.dossier,
    compartment: await mother.openCompartment(family.dossier, [family.ids.mother], 'Wonen'),
  };
  for (const to of ['org-b', 'org-c'])
    await mother.grant(place.dossier, [place.compartment], terms(to, chain.clock(), { history: true }));
  await mother.send(tale(place.dossier, place.compartment, 'Wat het nog mocht zien'));
  former = await chain.participant('partner/org-b');
  await former.sync();
  await former.receive(place.dossier);
  const listening = new Promise<void>((resolve) => {
    closeLink = resolve;
  });
  void linkOf(chain, 'partner/org-b', async (link) => {
    link.onWake(() => woken++);
    await listening;
  });
  await sleep(200);
}, 60_000);
afterAll(async () => {
  closeLink?.();
  await world?.chain.stop();
});

const ask = async (dossiers?: string[]) => {
  const held = dossiers?.map((dossier) => ({ dossier, version: '' }));
  return (await former.transport.call({ op: 'changes', after: end, ...(held && { held }) })).answer;
};

describe('a former reader', () => {
  it('is woken by what a reader may see, and by the withdrawal itself', async () => {
    await mother.send(tale(place.dossier, place.compartment, 'Nog voor hen'));
    await eventually(async () => expect(woken).toBeGreaterThan(0));
    await sleep(100);
    woken = 0;
    await mother.withdraw(place.dossier, [place.compartment], 'org-b');
    await eventually(async () => expect(woken).toBe(1));
    end = world.chain.ledger.journal.size - 1;
  });

  it('hears no more of what happens there: not by a wake-up, not by asking, not by looking', async () => {
    await sleep(100);
    woken = 0;
    for (const title of ['Een', 'Twee', 'Drie']) await mother.send(tale(place.dossier, place.compartment, title));
    const reader = await world.chain.participant('partner/org-c');
    await reader.sync();
    for (const message of await reader.receive(place.dossier)) await reader.open(message, 'support');
    await sleep(200);
    expect(woken).toBe(0);
    expect((await ask()).dossiers).toEqual([]);
    expect(await codeOf(former.transport.call({ op: 'view', dossier: place.dossier, after: -1 }))).toBe(
      'unknown-dossier',
    );
    expect(await former.receive(place.dossier)).toEqual([]);
  });

  it('hears only of what it says it holds that it is gone, the same as of what never was', async () => {
    expect((await ask()).gone).toEqual([]);
    const never = newId(world.chain.random);
    expect((await ask([place.dossier, never])).gone).toEqual([place.dossier, never]);
  });

  it('drops it at the next look, and does not ask again', async () => {
    expect(former.preview(place.compartment)).not.toEqual([]);
    expect(await former.sync()).toEqual([place.dossier]);
    expect(former.preview(place.compartment)).toEqual([]);
    expect(await former.sync()).toEqual([]);
  });

  it('becomes a reader again as if for the first time', async () => {
    await mother.grant(place.dossier, [place.compartment], terms('org-b', world.chain.clock()));
    await eventually(async () => expect(woken).toBeGreaterThan(0));
    expect(await former.sync()).toContain(place.dossier);
    expect(former.keys.labelOf(place.compartment)).toBe('Wonen');
  });
});

describe('a proof that an entry is in the log', () => {
  it('is hashes and nothing else, whoever asks and whatever the entry is', async () => {
    const { journal } = world.chain.ledger;
    const kinds = new Set<number>();
    const { size } = journal;
    for (let index = 0; index < size; index++) {
      const { type, leaf } = await journal.entry(index);
      kinds.add(type);
      const { answer, attached } = await former.transport.call({ op: 'inclusion', index, size });
      expect(Object.keys(answer)).toEqual(['proof']);
      expect(attached).toHaveLength(0);
      const text = JSON.stringify(answer);
      for (const spelt of ['hex', 'base64url'] as const) expect(text).not.toContain(Buffer.from(leaf).toString(spelt));
    }
    expect(kinds.size, 'kinds of entries that were there to be told').toBeGreaterThan(4);
  });

  it('convinces whoever has the leaf, and nobody of another', async () => {
    await mother.sync();
    const { size } = mother.checkpoints.position;
    const { leaf } = await world.chain.ledger.journal.entry(size - 1);
    await mother.checkpoints.verifyIncluded(size - 1, leaf);
    const other = Uint8Array.from(leaf, (byte, i) => (i === 1 ? byte ^ 1 : byte));
    expect(await codeOf(mother.checkpoints.verifyIncluded(size - 1, other)), 'of another kind').toBe('split-view');
  });
});
