/**
 * Erasure reaches every copy (P8). A message is told, delivered and opened; the store and the disks are copied; it is erased.
 * Then everything is really tried: every key anybody held, against the store as it is and as it was.
 */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Participant, type Received, replay } from '@eenmaal/client';
import { fromBase64url, fromHex, signingBytes, toBase64url, utf8, verifyBytes } from '@eenmaal/crypto';
import {
  ED25519,
  hashLeaf,
  makeVerifierKey,
  openCheckpoint,
  verifyConsistency,
  verifyInclusion,
} from '@eenmaal/ledger';
import type { Content, Id, Purpose } from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noOrphans, refuses, sameAsReplay, startWithFamily } from '../integration/support.ts';
import { itemKeysIn, readBackup, readCopy, type StoreCopy, secretsIn, tryAll } from './erasure-tries.ts';

const weighing = {
  record: toBase64url(new Uint8Array(32)),
  answers: [
    'motive',
    'consent-sought',
    'harm',
    'subsidiarity',
    'effectiveness',
    'proportionality',
    'necessity',
    'child-heard',
  ] as never[],
};

/** A message told by the mother, opened by a partner with consent and by one it was disclosed to; and others beside it. */
async function scene(unsafe: { keepKeys?: boolean } = {}) {
  const world = await startWithFamily({ partners: ['org-a', 'org-b', 'org-c:veilig-thuis'], unsafe });
  const { chain, family } = world;
  const { mother, dossier } = family;
  const place = await mother.openCompartment(dossier, [family.ids.mother], 'Gezondheid');
  await mother.grant(dossier, [place], terms('org-b', chain.clock()));
  const bytes = new Uint8Array(300_000).map((_, i) => i * 3);
  const file = { name: 'foto.jpg', type: 'image/jpeg', open: () => [bytes] };
  const before = await mother.send(tale(dossier, place, 'Daarvoor'));
  const told = await mother.send({ ...tale(dossier, place, 'Wordt gewist'), attachments: [file] });
  const after = await mother.send(tale(dossier, place, 'Daarna'));
  const reader = await chain.participant('partner/org-b');
  await reader.sync();
  const received = await reader.receive(dossier);
  const opened = new Map<Id, Content>();
  for (const one of received) opened.set(one.header.id, await reader.open(one, 'support'));
  return { ...world, mother, dossier, place, reader, received, opened, told, before, after };
}
type Scene = Awaited<ReturnType<typeof scene>>;

const configOf = (dir: string): Promise<string> => readFile(join(dir, 'nats.conf'), 'utf8');
const one = (received: readonly Received[], id: Id): Received => {
  const found = received.find(({ header }) => header.id === id);
  if (!found) throw new Error('not received');
  return found;
};

/** What opens now, of which copies, with which keys: the erased message and the two beside it. */
async function opensWhere(
  { chain, received, reader, mother, told, before, after }: Scene,
  backup: string,
  saved: Uint8Array[],
) {
  const dir = await mkdtemp(join(tmpdir(), 'eenmaal-restored-'));
  try {
    const old = await readBackup(backup, dir, await configOf(chain.dir), chain.hub.seed);
    const now = await readCopy(chain.ledger.store);
    const rings = [reader.keys.snapshot(), mother.keys.snapshot()];
    const tried = (copy: StoreCopy, keys: readonly Uint8Array[]) => {
      const secrets = [...secretsIn(copy, keys).values()];
      return [told, before, after].map(({ envelope }) => {
        const { envelope: sealed } = one(received, envelope);
        return tryAll(sealed, itemKeysIn(rings, sealed), secrets) !== undefined;
      });
    };
    const current = chain.vaultKeys.keys;
    return { now: tried(now, current), restored: tried(old, current), withOldKey: tried(old, saved) };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

describe('a message that is erased', () => {
  let all: Scene;
  let backup: string;
  let savedKeys: Uint8Array[];
  let proofs: { size: number; checkpoint: string; root: string }[];
  beforeAll(async () => {
    all = await scene();
    const { chain, mother } = all;
    await mother.sync();
    proofs = [{ ...mother.checkpoints.position, checkpoint: mother.checkpoints.signed }];
    backup = await mkdtemp(join(tmpdir(), 'eenmaal-backup-'));
    await cp(chain.server.storeDir, backup, { recursive: true });
    savedKeys = chain.vaultKeys.keys.map((key) => key.slice());
  }, 60_000);
  afterAll(async () => {
    await all?.chain.stop();
    await rm(backup, { recursive: true, force: true });
  });

  it('could be read from every copy before', async () => {
    expect(await opensWhere(all, backup, savedKeys)).toEqual({
      ...{ now: [true, true, true], restored: [true, true, true], withOldKey: [true, true, true] },
    });
  });

  it('is acknowledged when its keys are destroyed, and opens nowhere: not in the store, nor in the backup with today’s key file', async () => {
    const { mother, dossier, told, chain } = all;
    const tree = chain.ledger.journal.tree;
    const before = { size: tree.size, proof: tree.inclusionProof(told.index, tree.size) };
    await mother.erase(dossier, [told.envelope], { ground: 'ERAS' });
    expect(chain.ledger.journal.tree.inclusionProof(told.index, before.size)).toEqual(before.proof);
    expect(chain.vaultKeys.keys).toHaveLength(1);
    expect(await opensWhere(all, backup, savedKeys)).toEqual({
      // the older backup opens with the older key: that is why the key file must not be kept
      ...{ now: [false, true, true], restored: [false, false, false], withOldKey: [true, true, true] },
    });
    await noOrphans(chain);
  });

  it('is handed out to nobody, and everything beside it still opens', async () => {
    const { reader, received, mother, dossier, told, before, after, chain } = all;
    await refuses(chain, 'no-basis', () => reader.open(one(received, told.envelope), 'support'), 1);
    await refuses(chain, 'no-basis', () => mother.open(one(received, told.envelope), 'support'), 1);
    expect(await reader.receive(dossier, [told.envelope])).toEqual([]);
    for (const { envelope } of [before, after])
      expect(await reader.open(one(received, envelope), 'support')).toEqual(all.opened.get(envelope));
    const inside = all.opened.get(told.envelope)?.attachments[0];
    const download = async () => {
      for await (const _ of reader.attachment(one(received, told.envelope).header, inside as never));
    };
    await refuses(chain, 'no-basis', download);
    expect(await chain.ledger.store.countChunks('families', inside?.id ?? '')).toBe(0);
  });

  it('leaves every earlier proof as it was', async () => {
    const { chain, mother } = all;
    const [seen] = proofs as [(typeof proofs)[number]];
    await mother.sync();
    const { position } = mother.checkpoints;
    const { tree } = chain.ledger.journal;
    const [fromRoot, toRoot] = [fromBase64url(seen.root), fromBase64url(position.root)];
    const proof = tree.consistencyProof(seen.size, position.size);
    verifyConsistency({ from: seen.size, fromRoot, to: position.size, toRoot, proof });
    const { entry } = await chain.ledger.journal.sealedEntry(all.told.index);
    const inclusion = tree.inclusionProof(all.told.index, position.size);
    const claim = { index: all.told.index, size: position.size, root: toRoot, proof: inclusion };
    verifyInclusion({ ...claim, leafHash: hashLeaf(entry.leaf) });
  });

  it('is shown as erased, with its receipt, to who read there or held a copy, and its entry to nobody', async () => {
    const { mother, reader, dossier, told } = all;
    for (const who of [mother, reader] as Participant[]) {
      await who.sync();
      await who.mirror.refresh(dossier);
      const { event } = await who.proveErased(told.envelope);
      expect(event).toMatchObject({ kind: 'erasure', ground: 'ERAS', decidedBy: null, message: { index: told.index } });
      expect(who.mirror.headerOf(told.envelope)).toBeUndefined();
      const { notices } = await who.notices(dossier);
      expect(notices.filter(({ code }) => code === 'message-erased').map(({ about }) => about)).toEqual([
        told.envelope,
      ]);
    }
    expect([...(mother.mirror.state.messages.get(told.envelope)?.opened.keys() ?? [])]).toContain('partner/org-b');
  });

  it('is lawfully erased in the officer’s replay, not missing; and a ledger that starts again comes to the same state', async () => {
    const { chain } = all;
    const officer = await chain.participant('officer/fg');
    const result = await replay(officer.transport, await officer.checkpoints.advance(), chain.region, chain.law);
    expect(result.differences).toEqual([]);
    expect(result).toMatchObject({ erased: 1, counts: { erasure: 1, message: 2 } });
    await sameAsReplay(chain);
    await chain.restartLedger();
    const again = await replay(officer.transport, await officer.checkpoints.advance(), chain.region, chain.law);
    expect(again.differences).toEqual([]);
  });
});

it('is caught when a broken build only says that it erases', async () => {
  const all = await scene({ keepKeys: true });
  const backup = await mkdtemp(join(tmpdir(), 'eenmaal-backup-'));
  try {
    await cp(all.chain.server.storeDir, backup, { recursive: true });
    await all.mother.erase(all.dossier, [all.told.envelope], { ground: 'ERAS' });
    const { now, restored } = await opensWhere(all, backup, []);
    expect([now, restored]).toEqual([
      [true, true, true],
      [true, true, true],
    ]);
  } finally {
    await all.chain.stop();
    await rm(backup, { recursive: true, force: true });
  }
}, 60_000);
