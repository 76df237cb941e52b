/**
 * A full disk: what cannot be recorded does not happen, and is said. New messages, openings and also withdrawals are
 * refused; what was opened before can be read again; nothing is lost, and with room all goes on.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Received } from '@eenmaal/client';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeOf, eventually, noOrphans, type Place, sameAsReplay, saysWhatToDo, startWithFamily } from './support.ts';

type World = Awaited<ReturnType<typeof startWithFamily>>;
const ROOM = 4_000_000;
let world: World;
let place: Place;
let mother: World['family']['mother'];
let partner: Awaited<ReturnType<World['chain']['participant']>>;
let read: Received;
let unread: Received;
let queued: string;
let sizeWhenFull: number;

beforeAll(async () => {
  world = await startWithFamily({ seed: 'full', maxFileStore: ROOM });
  const { family, chain } = world;
  mother = family.mother;
  place = {
    dossier: family.dossier,
    compartment: await mother.openCompartment(family.dossier, [family.ids.mother], 'Wonen'),
  };
  await mother.grant(place.dossier, [place.compartment], terms('org-b', chain.clock()));
  await send('gelezen', 100);
  await send('bezorgd', 100);
  partner = await chain.participant('partner/org-b');
  await partner.sync();
  [read, unread] = (await partner.receive(place.dossier)) as [Received, Received];
  await partner.open(read, 'support');
  queued = (await send('wacht', 100)).envelope;
  sizeWhenFull = await fill();
}, 30_000);
afterAll(() => world?.chain.stop());

const send = (title: string, length: number) =>
  mother.send(tale(place.dossier, place.compartment, title, 'x'.repeat(length)));
const refuse = () => mother.state({ kind: 'refuse', ...place, partner: 'org-c' });
const withdraw = () => mother.state({ kind: 'withdraw', ...place, partner: 'org-b' });

/** With ever smaller things, until not even a statement fits; answers the size of the log. */
async function fill(): Promise<number> {
  for (const act of [() => send('groot', 100_000), () => send('klein', 3_000), refuse]) {
    let code = 'done';
    while (code === 'done') code = await codeOf(act());
    expect(code).toBe('storage-full');
  }
  return world.chain.ledger.journal.size;
}

it('refuses a message, whole: no entry, no body', async () => {
  expect(await codeOf(send('past niet', 100_000))).toBe('storage-full');
  saysWhatToDo('storage-full');
  await noOrphans(world.chain);
});

it('refuses a withdrawal too, and says so: a fence that is not recorded is no fence', async () => {
  expect(await codeOf(withdraw())).toBe('storage-full');
  const says = world.chain.ledger.journal.state.compartments
    .get(place.compartment)
    ?.says.filter(({ partner: to }) => to === 'org-b');
  expect(says?.[0]?.grants.map(({ ended }) => ended)).toEqual([null]);
});

it('opens nothing new and hands over nothing new, because neither can be logged', async () => {
  expect(await codeOf(partner.open(unread, 'support'))).toBe('storage-full');
  expect(await codeOf(partner.receive(place.dossier, [queued]))).toBe('storage-full');
  const message = world.chain.ledger.journal.state.messages;
  expect(message.get(unread.header.id)?.opened.size).toBe(0);
  expect(message.get(queued)?.delivered.size).toBe(0);
});

it('keeps serving what needs no new entry', async () => {
  expect((await partner.open(read, 'support')).title).toBe('gelezen');
  expect(await codeOf(mother.sync())).toBe('done');
  expect(await codeOf(mother.mirror.refresh(place.dossier))).toBe('done');
  const officer = await world.chain.participant('officer/fg');
  expect(await codeOf(officer.sync())).toBe('done');
  expect(await codeOf(officer.transport.call({ op: 'log', from: 0 }))).toBe('done');
});

it('answers readers truly while others are being refused', async () => {
  const refusals = Array.from({ length: 8 }, () => codeOf(refuse()));
  const reads = Array.from({ length: 40 }, (_, i) => codeOf(i % 2 ? partner.open(read, 'support') : mother.sync()));
  expect(new Set(await Promise.all(refusals))).toEqual(new Set(['storage-full']));
  expect(new Set(await Promise.all(reads))).toEqual(new Set(['done']));
});

it('is after all those refusals exactly what a fresh replay of the store gives', async () => {
  expect(world.chain.ledger.journal.size).toBe(sizeWhenFull);
  expect(world.chain.ledger.fatal).toEqual([]);
  await sameAsReplay(world.chain);
});

it('goes on when there is room: the withdrawal is a fence again', async () => {
  const { chain } = world;
  const file = join(chain.dir, 'nats.conf');
  const config = JSON.parse(await readFile(file, 'utf8'));
  config.jetstream.max_file_store = 10 * ROOM;
  await writeFile(file, JSON.stringify(config));
  await chain.server.restart();
  await eventually(() => mother.sync());
  await eventually(withdraw);
  await eventually(() => partner.sync());
  expect(await codeOf(partner.open(unread, 'support'))).toBe('no-basis');
  await send('er is weer plaats', 100_000);
  expect(chain.ledger.fatal).toEqual([]);
  await sameAsReplay(chain);
});
