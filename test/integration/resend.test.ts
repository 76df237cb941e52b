/**
 * Senders whose copy is behind: the ledger refuses the old key, the client makes a new one and sends again, and nobody
 * notices. Also when several do so at once: every acknowledged message is in the log once, and every reader opens it.
 */
import { type Participant, replay, type Sent } from '@eenmaal/client';
import { chooser, seededRandom, tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Place, startWithFamily } from './support.ts';

let world: Awaited<ReturnType<typeof startWithFamily>>;
let mother: Participant;
let father: Participant;
let place: Place;

beforeAll(async () => {
  world = await startWithFamily({ seed: 'resend' });
  ({ mother, father } = world.family);
  const { dossier, ids } = world.family;
  place = { dossier, compartment: await mother.openCompartment(dossier, [ids.child8], 'School') };
  await father.sync();
  await both('org-b');
  await both('org-c');
  await Promise.all([mother.sync(), father.sync()]);
});
afterAll(() => world?.chain.stop());

const state = () => world.chain.ledger.journal.state;
const epochs = () => state().compartments.get(place.compartment)?.epochs ?? [];
const say = (who: Participant, title: string) => who.send(tale(place.dossier, place.compartment, title));
const grant = (who: Participant, partner: string) =>
  who.grant(place.dossier, [place.compartment], terms(partner, world.chain.clock()));
const both = async (partner: string) => {
  await grant(mother, partner);
  await grant(father, partner);
};

it('a message under the old key is sent again under the new one, once', async () => {
  const old = epochs().length - 1;
  await mother.withdraw(place.dossier, [place.compartment], 'org-c');
  const messages = state().messages.size;
  // father has not heard of it: his copy still has the old key as the newest
  expect(father.mirror.state.compartments.get(place.compartment)?.epochs.length).toBe(old + 1);
  const { epoch, envelope } = await say(father, 'Achter');
  expect(epoch).toBe(old + 1);
  expect(epochs()[epoch]?.members.has('partner/org-c')).toBe(false);
  expect(state().messages.size).toBe(messages + 1);
  expect(state().messages.get(envelope)?.sender).toBe(father.party);
});

it('when nobody has made the new key yet, the sender makes it itself', async () => {
  await grant(mother, 'org-c');
  await Promise.all([mother.sync(), father.sync()]);
  const old = epochs().length - 1;
  expect(epochs()[old]?.members.has('partner/org-c')).toBe(true);
  // her client goes away before it can rotate
  await mother.state({ kind: 'withdraw', ...place, partner: 'org-c' });
  const { epoch } = await say(father, 'Zelf gewisseld');
  expect(epoch).toBe(old + 1);
  expect(epochs()[epoch]?.members.has('partner/org-c')).toBe(false);
  await mother.sync();
});

it.each([1, 2, 3])('senders and changes at once, seed %i: each message once, opened by every reader', async (seed) => {
  const { chain } = world;
  const { below } = chooser(seededRandom(`resend/${seed}`));
  const partner = await chain.participant('partner/org-b');
  await partner.sync();
  const acknowledged: Sent[] = [];
  const pause = () => new Promise((resolve) => setTimeout(resolve, below(12)));
  const messages = state().messages.size;
  const before = epochs().length;
  const sender = async (who: Participant, name: string) => {
    for (let i = 0; i < 8; i++) {
      acknowledged.push(await say(who, `${name} ${seed}/${i}`));
      await pause();
    }
  };
  const changes = async () => {
    for (let i = 0; i < 3; i++) {
      await grant(mother, 'org-c');
      await pause();
      await mother.withdraw(place.dossier, [place.compartment], 'org-c');
      await pause();
    }
  };
  await Promise.all([sender(mother, 'moeder'), sender(father, 'vader'), sender(partner, 'org-b'), changes()]);

  expect(new Set(acknowledged.map(({ envelope }) => envelope)).size).toBe(24);
  expect(state().messages.size, 'none twice').toBe(messages + 24);
  for (const { envelope, index } of acknowledged) expect(state().messages.get(envelope)?.index).toBe(index);
  for (const reader of [mother, father, partner]) {
    await reader.sync();
    await reader.mirror.refresh(place.dossier);
    const received = await reader.receive(
      place.dossier,
      acknowledged.map(({ envelope }) => envelope),
    );
    expect(received).toHaveLength(24);
    for (const message of received) expect((await reader.open(message, 'support')).title).toMatch(`${seed}/`);
  }
  expect(epochs().length, 'the key changed while they were sending').toBeGreaterThanOrEqual(before + 3);
  expect(epochs().at(-1)?.members.has('partner/org-c')).toBe(false);
  // at its own place in the log no message was under a key of somebody who might not read it
  const officer = await chain.participant('officer/fg');
  await officer.sync();
  expect(
    (await replay(officer.transport, officer.checkpoints.position, officer.region, officer.mirror.state.law))
      .differences,
  ).toEqual([]);
});
