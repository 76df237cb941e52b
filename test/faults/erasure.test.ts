/**
 * Erasure reaches every copy (P8). A message is told, delivered and opened; the store and the disks are copied; it is erased.
 * Then everything is really tried: every key anybody held, against the store as it is and as it was.
 */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Participant, type Received, replay, type Transport } from '@eenmaal/client';
import { fromBase64url, toBase64url, utf8 } from '@eenmaal/crypto';
import { hashLeaf, verifyConsistency, verifyInclusion } from '@eenmaal/ledger';
import { type Answer, type Content, type Id, type StatementInput, Weighed } from '@eenmaal/model';
import { startFamily, tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOrganisation } from '../integration/partner-support.ts';
import { noOrphans, refuses, sameAsReplay, startWithFamily } from '../integration/support.ts';
import { filesWith, itemKeysIn, readBackup, readCopy, type StoreCopy, secretsIn, tryAll } from './erasure-tries.ts';

const weighing = {
  record: toBase64url(new Uint8Array(32)),
  answers: [...Weighed.options],
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
  // shown to one more, without consent, in an emergency
  const act = { dossier, to: 'partner/org-c', rule: 'L08', purpose: 'safety', ask: null } as const;
  const how = { weighing, emergency: true, inform: 'now' } as const;
  await reader.disclose({ ...act, ...how, envelopes: [told.envelope] });
  const taker = await chain.participant('partner/org-c');
  await taker.sync();
  const given = await taker.receive(dossier);
  expect((await taker.open(one(given, told.envelope), 'safety')).title).toBe('Wordt gewist');
  return { ...world, mother, dossier, place, reader, received, opened, told, before, after, taker, given };
}
type Logged = Answer<'log'>['entries'][number];
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
    await refuses(chain, 'no-basis', () => all.taker.open(one(all.given, told.envelope), 'safety'), 1);
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
    for (const who of [mother, reader, all.taker] as Participant[]) {
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
    const { mother: inOther } = await startFamily(all.chain, await all.chain.participant('partner/org-a'));
    await expect(inOther.proveErased(told.envelope)).rejects.toMatchObject({ code: 'unknown-envelope' });
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

/** Everything on a disk that could be a release secret: each 32 bytes in a row, and each 43 characters of base64url. */
async function wordsOnDisk(dir: string): Promise<Uint8Array[]> {
  const index = await readFile(join(dir, 'index.sqlite'));
  const words = [...index.toString('latin1').matchAll(/[A-Za-z0-9_-]{43}/g)].map(([word]) =>
    Buffer.from(word, 'base64url'),
  );
  for (let at = 0; at + 32 <= index.length; at += 8) words.push(index.subarray(at, at + 32));
  return words.map((word) => new Uint8Array(word.subarray(0, 32)));
}

describe('an organisation’s program', () => {
  it('has nothing on its disk that opens what it opened, says that it was erased and why, and forgets it', async () => {
    const all = await scene();
    const org = await startOrganisation(all.chain, 'org-b');
    try {
      const { told, before, mother, dossier } = all;
      await expect.poll(async () => (await org.api('GET', '/v1/items')).body.items.length, { timeout: 10_000 }).toBe(3);
      const open = (id: Id) => org.api('POST', `/v1/items/${id}/open`, { purpose: 'support' });
      for (const { envelope } of [told, before]) expect((await open(envelope)).status).toBe(200);
      const copy = await mkdtemp(join(tmpdir(), 'eenmaal-disk-'));
      await cp(org.stateDir, copy, { recursive: true });

      await mother.erase(dossier, [told.envelope], { ground: 'ERAS' });
      const content = () => org.api('GET', `/v1/items/${told.envelope}/content`);
      await expect.poll(async () => (await content()).status, { timeout: 10_000 }).toBe(410);
      expect((await content()).body).toMatchObject({
        code: 'erased',
        detail: expect.stringMatching(/^ERAS: .*7\.3\.9/),
      });
      expect((await open(told.envelope)).status).toBe(410);
      expect((await org.api('GET', `/v1/items/${before.envelope}/content`)).body.title).toBe('Daarvoor');
      const { jws } = one(all.received, told.envelope).envelope;
      expect(await filesWith(org.stateDir, utf8(jws))).toEqual([]);

      // the older disk, with its keys and its ciphertext: half of each key was never on it
      expect((await filesWith(copy, utf8(jws))).length).toBeGreaterThan(0);
      const { envelope } = one(all.received, told.envelope);
      const keys = itemKeysIn([all.reader.keys.snapshot()], envelope);
      expect(tryAll(envelope, keys, await wordsOnDisk(copy))).toBeUndefined();
      expect(await filesWith(copy, utf8('Wordt gewist'))).toEqual([]);
      await rm(copy, { recursive: true });
    } finally {
      await org.stop();
      await all.chain.stop();
    }
  }, 60_000);
});

describe('more than one message', () => {
  it('of one person alone goes as far as it may, and what stays is named with its reason', async () => {
    const { chain, attestor, family } = await startWithFamily();
    try {
      const { mother, father, dossier, ids } = family;
      const own = await mother.openCompartment(dossier, [ids.mother], 'Gezondheid');
      const child = await mother.openCompartment(dossier, [ids.child8], 'School');
      const both = await mother.openCompartment(dossier, [ids.mother, ids.child8], 'Thuis');
      const [one, two] = [await mother.send(tale(dossier, own, 'een')), await mother.send(tale(dossier, own, 'twee'))];
      const shared = await mother.send(tale(dossier, both, 'samen'));
      await father.sync();
      const his = await father.send(tale(dossier, child, 'van hem'));
      await mother.sync();
      const part = await mother.erasePart(dossier, ids.mother, { ground: 'ERAS' });
      expect(part).toEqual({
        erased: [one.envelope, two.envelope],
        kept: [{ envelope: shared.envelope, why: 'shared' }],
      });
      const hers = await mother.erasePart(dossier, ids.child8, { ground: 'ERAS' });
      expect(hers.erased).toEqual([]);
      expect(hers.kept).toEqual([
        { envelope: his.envelope, why: 'no-authority' },
        { envelope: shared.envelope, why: 'shared' },
      ]);
      await attestor.sync();
      // an organisation's own file is kept, until the person it is about asks for it to go
      const file = await attestor.openCompartment(dossier, [ids.mother], 'Dossier', 'file');
      const note = await attestor.send({ ...tale(dossier, file, 'notitie'), kind: 'report' });
      const refused = attestor.erase(dossier, [note.envelope], { ground: 'ERAS' });
      await expect(refused).rejects.toMatchObject({
        code: 'retention',
        detail: expect.stringMatching(/^KEEP: .*7\.3\.8/),
      });
      const ask: StatementInput = {
        kind: 'request',
        dossier,
        to: 'org-a',
        right: 'erasure',
        about: ids.mother,
        items: [],
      };
      const [asked] = await mother.state(ask);
      await attestor.sync();
      const request = [...attestor.mirror.state.requests.keys()][0] ?? null;
      expect(asked && request).not.toBeNull();
      await attestor.erase(dossier, [note.envelope], { ground: 'ERAS', request });
      expect(chain.ledger.journal.state.messages.get(note.envelope)?.gone).not.toBeNull();
      await sameAsReplay(chain);
    } finally {
      await chain.stop();
    }
  }, 60_000);

  it('a whole dossier: nothing in it opens, who held copies is told why, and another dossier is as it was', async () => {
    const all = await scene();
    const { chain, attestor, dossier, mother, reader, received, told } = all;
    try {
      const other = await startFamily(chain, attestor);
      const place = await other.mother.openCompartment(other.dossier, [other.ids.mother], 'Wonen');
      const kept = await other.mother.send(tale(other.dossier, place, 'Van een ander'));
      await attestor.sync();
      await expect(mother.eraseDossier(dossier, { ground: 'ERAS' })).rejects.toMatchObject({ code: 'no-authority' });
      // one of its messages went before: of why, nothing is left once the dossier went too
      const { envelope: first } = await mother.send(tale(dossier, all.place, 'Eerder al weg'));
      await mother.erase(dossier, [first], { ground: 'ERAS' });
      await attestor.eraseDossier(dossier, { ground: 'KEEP' });
      const copy = await readCopy(chain.ledger.store);
      expect(copy.slots.has(dossier)).toBe(false);
      const left = new Set(copy.entries.filter(({ slot }) => slot === dossier).map(({ index }) => index));
      expect([...secretsIn(copy, chain.vaultKeys.keys).keys()].filter((index) => left.has(index))).toEqual([]);
      await expect(reader.open(one(received, told.envelope), 'support')).rejects.toMatchObject({ code: 'no-basis' });
      await expect(mother.receive(dossier)).rejects.toMatchObject({ code: 'key-unregistered' });
      await reader.sync();
      expect(reader.mirror.state.dossiers.has(dossier)).toBe(false);
      expect((await reader.proveErased(dossier)).event).toMatchObject({
        kind: 'dossier-erasure',
        ground: 'KEEP',
        decidedBy: 'org-a',
      });
      expect((await reader.notices(dossier)).notices).toMatchObject([{ code: 'message-erased', about: dossier }]);
      await other.mother.sync();
      const [again] = await other.mother.receive(other.dossier, [kept.envelope]);
      expect((await other.mother.open(again as Received, 'support')).title).toBe('Van een ander');
      const officer = await chain.participant('officer/fg');
      const result = await replay(officer.transport, await officer.checkpoints.advance(), chain.region, chain.law);
      expect(result.differences).toEqual([]);
      expect(result.erased).toBe(left.size);
      expect(result.counts['dossier-erasure']).toBe(1);
      await sameAsReplay(chain);
      await noOrphans(chain);
      await chain.restartLedger();
      await sameAsReplay(chain);
    } finally {
      await chain.stop();
    }
  }, 60_000);
});

describe('the officer’s replay', () => {
  it('says missing when nothing explains an entry that is gone, or something else does than was shown of it', async () => {
    const { chain, mother, dossier, told, before } = await scene();
    try {
      await mother.erase(dossier, [told.envelope], { ground: 'ERAS' });
      const officer = await chain.participant('officer/fg');
      const position = await officer.checkpoints.advance();
      const replayed = async (change: (entry: Logged) => Logged) => {
        const lying: Transport = {
          async call(request, attached) {
            const answered = await officer.transport.call(request, attached);
            if (request.op !== 'log') return answered;
            const answer = answered.answer as Answer<'log'>;
            return { ...answered, answer: { ...answer, entries: answer.entries.map(change) } } as typeof answered;
          },
        };
        const { differences } = await replay(lying, position, chain.region, chain.law);
        return differences.map(({ index, what }) => `${index}: ${what}`);
      };
      const hide = (index: number) => (entry: Logged) => {
        if (entry.index !== index || !('event' in entry)) return entry;
        const { at, type, leaf } = entry;
        return { index, at, type, leaf, erased: { by: position.size - 1, message: null } };
      };
      expect(await replayed((entry) => entry)).toEqual([]);
      expect(await replayed(hide(before.index))).toContainEqual(
        `${before.index}: missing: nothing says that it was erased`,
      );
      const later = (entry: Logged): Logged =>
        'erased' in entry ? { ...entry, erased: { ...entry.erased, by: position.size } } : entry;
      expect(await replayed(later)).toContainEqual(`${told.index}: erased later than this checkpoint`);
      const another = (entry: Logged): Logged =>
        'erased' in entry && entry.erased.message
          ? { ...entry, erased: { ...entry.erased, message: { ...entry.erased.message, sender: 'partner/org-b' } } }
          : entry;
      expect((await replayed(another)).join()).toContain('says another thing of an entry than is shown of it');
    } finally {
      await chain.stop();
    }
  }, 60_000);
});
