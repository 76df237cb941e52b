/**
 * The message server gone: killed without warning, away for a while, back again. Calls say that the ledger cannot be
 * reached, everybody finds it again without being restarted, and nothing that was acknowledged is missing.
 */
import type { Participant, Sent } from '@eenmaal/client';
import { toBase64url } from '@eenmaal/crypto';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  codeOf,
  eventually,
  impatient,
  noOrphans,
  type Place,
  sameAsReplay,
  saysWhatToDo,
  startWithFamily,
} from './support.ts';

type World = Awaited<ReturnType<typeof startWithFamily>>;
let world: World;
let place: Place;
let mother: Participant;
const closers: (() => Promise<void>)[] = [];
const acknowledged: Sent[] = [];

beforeAll(async () => {
  world = await startWithFamily({ seed: 'gone' });
  const { chain, family } = world;
  place = {
    dossier: family.dossier,
    compartment: await family.mother.openCompartment(family.dossier, [family.ids.mother], 'Wonen'),
  };
  await family.mother.grant(place.dossier, [place.compartment], terms('org-b', chain.clock()));
  const { participant, close } = await impatient(chain, family.mother.party, family.keys.mother, 1_500);
  mother = participant;
  closers.push(close);
  await mother.sync();
}, 30_000);
afterAll(async () => {
  for (const close of closers) await close().catch(() => {});
  await world?.chain.stop();
});

const send = async (title: string) => {
  const sent = await mother.send(tale(place.dossier, place.compartment, title));
  acknowledged.push(sent);
  return sent;
};
const kill = async () => {
  world.chain.server.kill('SIGKILL');
  await world.chain.server.exited;
};

it('says that the ledger cannot be reached, and goes on by itself when it is back', async () => {
  await send('ervoor');
  await kill();
  expect(await codeOf(mother.sync())).toBe('ledger-unreachable');
  expect(await codeOf(mother.send(tale(place.dossier, place.compartment, 'tijdens')))).toBe('ledger-unreachable');
  saysWhatToDo('ledger-unreachable');
  await world.chain.server.restart();
  await eventually(() => mother.sync());
  await send('erna');
});

it('loses nothing acknowledged when it is killed in the middle of many messages', async () => {
  const { chain } = world;
  await mother.sync();
  const before = acknowledged.length;
  // eight senders that go on until they meet the kill: it cannot come before or after them
  const sender = async (): Promise<string> => {
    for (let i = 0; ; i++) {
      const code = await codeOf(send(`stroom ${i}`));
      if (code !== 'done') return code;
    }
  };
  const all = Array.from({ length: 8 }, sender);
  while (acknowledged.length < before + 20) await new Promise((resolve) => setTimeout(resolve, 1));
  await kill();
  const codes = new Set(await Promise.all(all));
  expect([...codes], 'it was killed in the middle').toEqual(['ledger-unreachable']);
  await chain.server.restart();
  await eventually(() => mother.sync());
  await send('en verder');
});

it('finishes an upload that was under way', async () => {
  const { chain } = world;
  const bytes = chain.random(3_000_000);
  const attachments = [{ name: 'groot.bin', type: 'application/octet-stream', open: () => [bytes] }];
  const sending = world.family.mother.send({ ...tale(place.dossier, place.compartment, 'Bijlage'), attachments });
  await new Promise((resolve) => setTimeout(resolve, 15));
  await kill();
  await chain.server.restart();
  acknowledged.push(await sending);
});

it('has every acknowledged message once, at the place it was promised, readable', async () => {
  const { chain } = world;
  const partner = await chain.participant('partner/org-b');
  await partner.sync();
  const received = await partner.receive(place.dossier);
  const found = new Map(received.map((message) => [message.header.id, message]));
  expect(found.size, 'each once').toBe(received.length);
  for (const { envelope, index } of acknowledged) expect(found.get(envelope)?.index).toBe(index);
  for (const message of received.slice(-5)) await partner.open(message, 'support');
  expect(chain.ledger.fatal).toEqual([]);
  await noOrphans(chain);
  await sameAsReplay(chain);
  const root = toBase64url(chain.ledger.journal.tree.root(acknowledged.at(-1)?.size ?? 0));
  await chain.restartLedger();
  expect(toBase64url(chain.ledger.journal.tree.root(acknowledged.at(-1)?.size ?? 0))).toBe(root);
}, 30_000);
