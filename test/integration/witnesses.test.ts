/**
 * Three real witnesses, over HTTP and on disk, and the ledger's publisher: from leaves to a proof file that a family can
 * check alone, with the policy it keeps; and what becomes of a ledger that shows two histories.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeEvidence } from '@eenmaal/client';
import { signBytes, signingKeysFromSeed, utf8, verifyBytes } from '@eenmaal/crypto';
import { createLogger } from '@eenmaal/host';
import {
  bundlesAdded,
  ED25519,
  entryBundle,
  formatProofFile,
  formatVkey,
  hashLeaf,
  hashTile,
  judgeCheckpoint,
  judgeProofFile,
  makeLeaf,
  makeVerifierKey,
  type Policy,
  parsePolicy,
  signCheckpoint,
  TileTree,
  Tree,
  tilePath,
  tilesOf,
} from '@eenmaal/ledger';
import { Publisher } from '@eenmaal/service-ledger';
import { type Service, type Settings, serveWitness } from '@eenmaal/service-witness';
import { afterAll, beforeAll, expect, it } from 'vitest';

const { publicKey, secretKey } = signingKeysFromSeed(new Uint8Array(32).fill(1));
const logKey = makeVerifierKey('ledger.example.nl/test', ED25519, publicKey);
const leaf = (i: number, word: string) => makeLeaf(1, new Uint8Array(32).fill(i % 256), utf8(`${word} ${i}`));
const treeOf = (size: number, word = 'event', from = 0) => {
  const tree = new Tree();
  for (let i = 0; i < size; i++) tree.append(hashLeaf(leaf(i, i < from ? 'event' : word)));
  return tree;
};
const signed = (tree: Tree, size = tree.size) =>
  signCheckpoint({ origin: logKey.name, size, root: tree.root(size) }, logKey, (bytes) => signBytes(secretKey, bytes));

let dir = '';
let settings: Settings[] = [];
let witnesses: Service[] = [];
let policy: Policy;
const start = (one: Settings): Promise<Service> =>
  serveWitness(one, { clock: Date.now, log: createLogger('witness', 'silent'), onFatal: () => {} });
const publisher = () => new Publisher({ policy, clock: Date.now, timeoutMs: 10_000, maxAge: 300 });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'eenmaal-witnesses-'));
  const shared = {
    keySecret: new Uint8Array(32).fill(3),
    logs: [logKey],
    host: '127.0.0.1',
    port: 0,
    logLevel: 'silent',
  };
  settings = ['a', 'b', 'c'].map((name) => ({ ...shared, name: `witness.example/${name}`, stateDir: join(dir, name) }));
  witnesses = await Promise.all(settings.map(start));
  // From now on each keeps its port, as an address in a policy does.
  settings = settings.map((one, i) => ({ ...one, port: Number(new URL(witnesses[i]?.url ?? '').port) }));
  const lines = witnesses.map(({ vkey, url }, i) => `witness w${i} ${vkey} ${url}/`);
  policy = parsePolicy(utf8(`log ${formatVkey(logKey)}\n${lines.join('\n')}\ngroup two 2 w0 w1 w2\nquorum two\n`));
});
afterAll(async () => {
  await Promise.all(witnesses.map((witness) => witness.stop()));
  await rm(dir, { recursive: true, force: true });
});

it('a family proves an entry alone: with its file, its policy and nothing else', async () => {
  const tree = treeOf(300);
  const published = await publisher().publish(signed(tree), tree);
  expect(published).toMatchObject({ quorum: true });
  const file = formatProofFile({ index: 7, proof: tree.inclusionProof(7), checkpoint: published.checkpoint });
  const { index, judgement } = judgeProofFile(file, leaf(7, 'event'), policy, verifyBytes);
  expect([index, judgement.trusted, judgement.checkpoint.size]).toEqual([7, true, 300]);
});

it('a monitor reads the whole log from tiles, against the cosigned root and nothing else', async () => {
  const tree = treeOf(600);
  const { checkpoint } = await publisher().publish(signed(tree), tree);
  const bundle = (index: number, width: number) =>
    entryBundle(Array.from({ length: width }, (_, i) => leaf(256 * index + i, 'event')));
  const files = new Map([
    ...tilesOf(600).map((tile) => [tilePath(tile), hashTile(tree, tile)] as const),
    ...bundlesAdded(0, 600).map((tile) => [tilePath(tile), bundle(tile.index, tile.width)] as const),
  ]);
  const judged = judgeCheckpoint(checkpoint, policy, verifyBytes);
  const tiles = new TileTree(judged.checkpoint, async (path) => files.get(path));
  let count = 0;
  for await (const entry of tiles.allEntries()) expect(entry).toEqual(leaf(count++, 'event'));
  expect(count).toBe(600);
  expect(await tiles.consistencyProof(300, tree.root(300))).toEqual(tree.consistencyProof(300, 600));
});

it('goes on with one witness away, and that one catches up when it is back', async () => {
  const tree = treeOf(700);
  await witnesses[0]?.stop();
  expect(await publisher().publish(signed(tree, 650), tree)).toMatchObject({ quorum: true });
  await witnesses[1]?.stop();
  const one = await publisher().publish(signed(tree, 660), tree);
  expect(one).toMatchObject({ quorum: false, reason: 'quorum-missing' });
  expect(one.failures.map(({ witness, reason }) => `${witness} ${reason}`).toSorted()).toEqual([
    'witness.example/a unreachable',
    'witness.example/b unreachable',
  ]);
  witnesses[0] = await start(settings[0] as Settings);
  witnesses[1] = await start(settings[1] as Settings);
  const all = publisher();
  expect(await all.publish(signed(tree, 700), tree)).toMatchObject({ quorum: true });
  expect(await all.publish(signed(tree, 700), tree)).toMatchObject({ quorum: true });
}, 60_000);

it('of two histories only one ever gets a quorum, whoever is asked first and however often', async () => {
  const forks = [treeOf(800, 'one', 700), treeOf(801, 'other', 700)];
  const first = await Promise.all(forks.map((tree) => publisher().publish(signed(tree), tree)));
  const winners = first.filter(({ quorum }) => quorum);
  expect(winners.length).toBeLessThanOrEqual(1);
  const again = await Promise.all(forks.map((tree) => publisher().publish(signed(tree), tree)));
  const ever = forks.map((_, i) => [first[i], again[i]].some((published) => published?.quorum));
  expect(ever.filter(Boolean).length).toBeLessThanOrEqual(1);
  // Both signed by the log: whoever holds them holds the proof.
  const [a, b] = forks.map((tree) => judgeCheckpoint(signed(tree, 800), policy, verifyBytes).checkpoint);
  expect(a?.root).not.toEqual(b?.root);
});

it('a witness that refuses another history keeps both, as proof for anybody who has the log’s key', async () => {
  const stateDir = join(dir, 'alone');
  const alone = await start({ ...(settings[0] as Settings), port: 0, stateDir });
  const only = parsePolicy(utf8(`log ${formatVkey(logKey)}\nwitness w0 ${alone.vkey} ${alone.url}\nquorum w0\n`));
  const asking = new Publisher({ policy: only, clock: Date.now, timeoutMs: 10_000, maxAge: 300 });
  const kept = async (kind: string) => {
    const name = (await readdir(stateDir)).find((one) => one.startsWith(`eenmaal-${kind}-`));
    return name === undefined ? undefined : judgeEvidence(await readFile(join(stateDir, name), 'utf8'), logKey);
  };
  try {
    const tree = treeOf(1000);
    expect(await asking.publish(signed(tree), tree)).toMatchObject({ quorum: true });
    const longer = treeOf(1100, 'other', 900);
    const refused = { quorum: false, failures: [{ reason: 'inconsistent' }] };
    expect(await asking.publish(signed(longer), longer)).toMatchObject(refused);
    expect(await kept('unproven')).toEqual({ proves: false, why: 'the checkpoints are of two sizes' });
    expect(await kept('evidence')).toBeUndefined();
    expect(await asking.publish(signed(longer, 1000), longer)).toMatchObject(refused);
    const proven = { kind: 'two-checkpoints', origin: logKey.name, size: 1000 };
    expect(await kept('evidence')).toMatchObject({ proves: true, proven });
  } finally {
    await alone.stop();
  }
});
