/**
 * Two histories of one region: a ledger that shows two people two logs, each sound in itself and signed with the same
 * keys. Nobody can see that alone; what a sender signs about what it saw brings it to light at whoever receives it.
 */
import type { Participant, Transport } from '@eenmaal/client';
import type { Id } from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fork, fork, over } from './guards-support.ts';
import { changed, codeOf, type Place, startWithFamily } from './support.ts';

let world: Awaited<ReturnType<typeof startWithFamily>>;
let other: Fork;
let place: Place;
/** What the mother sent in the common beginning, and in the first history only. */
let before: Id;
let after: Id;
let father: Participant & { transport: Transport };

beforeAll(async () => {
  world = await startWithFamily({ seed: 'forks' });
  const { family, chain } = world;
  const { dossier, ids, mother } = family;
  place = { dossier, compartment: await mother.openCompartment(dossier, [ids.child8], 'School') };
  before = (await mother.send(tale(dossier, place.compartment, 'Voor de splitsing'))).envelope;
  await family.father.sync();
  other = await fork(chain);
  father = over(chain, family.father.party, family.keys.father, await theirWay(), family.father.checkpoints.position);
}, 60_000);
afterAll(async () => {
  await other?.stop();
  await world?.chain.stop();
});

const theirWay = () => other.transport(world.family.father.party, world.family.keys.father);

/** The father lives on the second history; the ledger hands him, in this order, what his wife sent on the first. */
async function handedOver(...envelopes: Id[]) {
  const { family, chain } = world;
  const taken = await family.father.transport.call({ op: 'fetch', dossier: place.dossier, envelopes });
  expect(taken.answer.messages).toHaveLength(envelopes.length);
  const lying = changed(await theirWay(), 'fetch', () => taken);
  const deceived = over(chain, father.party, family.keys.father, lying, father.checkpoints.position);
  await deceived.sync();
  return deceived;
}

describe('two histories with one beginning', () => {
  it('are each sound to whoever sees only one', async () => {
    await father.sync();
    const [, ...more] = (await father.receive(place.dossier)).map(({ header }) => header.sender);
    expect(more, 'what both have').toEqual([]);
    await father.send(tale(place.dossier, place.compartment, 'Van vader, elders'));
    await father.sync();
    const { mother } = world.family;
    await mother.send(tale(place.dossier, place.compartment, 'Na de splitsing, nog niets daarvan gezien'));
    await mother.sync();
    after = (await mother.send(tale(place.dossier, place.compartment, 'Na de splitsing'))).envelope;
  });

  it('are found out by a message from the other: what its sender saw is not in this history', async () => {
    const deceived = await handedOver(after);
    expect(await codeOf(deceived.receive(place.dossier))).toBe('split-view');
  });

  it('are found out also when an older message of that sender is handed over after it', async () => {
    const deceived = await handedOver(after, before);
    expect(await codeOf(deceived.receive(place.dossier))).toBe('split-view');
  });

  it('cannot be found out by what was sent before they parted', async () => {
    const deceived = await handedOver(before);
    expect(await codeOf(deceived.receive(place.dossier))).toBe('done');
  });

  it('are found out by whoever is moved from one to the other', async () => {
    const { family, chain } = world;
    await family.father.sync();
    const moved = over(chain, father.party, family.keys.father, await theirWay(), family.father.checkpoints.position);
    expect(await codeOf(moved.sync())).toBe('split-view');
  });

  it('are found out when one is asked about a position of the other', async () => {
    const { family } = world;
    await family.mother.sync();
    const { position } = family.mother.checkpoints;
    expect(await codeOf(father.checkpoints.confirm(position))).toBe('split-view');
    await family.father.checkpoints.confirm(position);
    await family.mother.checkpoints.confirm(family.father.checkpoints.position);
  });

  it('raise no alarm in one history: everybody confirms everybody', async () => {
    const { family, chain } = world;
    await family.mother.sync();
    await family.mother.grant(place.dossier, [place.compartment], terms('org-b', chain.clock()));
    await family.father.sync();
    await family.father.grant(place.dossier, [place.compartment], terms('org-b', chain.clock()));
    const partner = await chain.participant('partner/org-b');
    await partner.sync();
    expect((await partner.receive(place.dossier)).length).toBe(3);
  });
});
