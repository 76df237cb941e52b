/** A journal whose tree lies in files: they are exactly a log's tiles, they hold up nothing, and no start or proof rests on a bad one. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerStore } from '@eenmaal/broker';
import { toBase64url, utf8 } from '@eenmaal/crypto';
import { systemRandom as random, readLaw } from '@eenmaal/host';
import { bundlesAdded, TileTree, tilePath, tilesOf } from '@eenmaal/ledger';
import { EenmaalError } from '@eenmaal/model';
import { afterAll, expect, it } from 'vitest';
import { Journal } from './journal.ts';
import { scrub } from './scrub.ts';
import { TileFiles } from './tiles.ts';
import { MAIN } from './vault.ts';

const law = await readLaw();
const root = mkdtempSync(join(tmpdir(), 'eenmaal-tiles-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let made = 0;

/** A store in memory with a log of `size` entries in it, and the folder of a service. */
async function logOf(size: number) {
  const commits: Uint8Array[] = [];
  const slots = new Map<string, Uint8Array>();
  const read: number[] = [];
  const store = {
    append: async (bytes: Uint8Array) => commits.push(bytes),
    read: async (seq: number) => commits[seq - 1],
    async readAll(from: number, onCommit: (commit: { seq: number; bytes: Uint8Array }) => unknown) {
      for (let seq = from; seq <= commits.length; seq++) {
        read.push(seq);
        await onCommit({ seq, bytes: commits[seq - 1] as Uint8Array });
      }
      return Math.max(from - 1, commits.length);
    },
    vaultAll: async () => new Map(slots),
    vaultSeq: async () => 0,
    vaultPut: async (slot: string, bytes: Uint8Array) => slots.set(slot, bytes).size,
  } as unknown as LedgerStore;
  const vaultKeys = { keys: [random(32)], replace: async () => {} };
  const dir = join(root, `log${made++}`);
  const refused: string[] = [];
  const failed: string[] = [];
  const open = (together?: number) =>
    Journal.open({
      ...{ store, law, vaultKeys, random, clock: Date.now, monotonic: () => performance.now() },
      snapshot: {
        path: join(dir, 'snapshot'),
        ...(together && { together }),
        onRefused: (why) => void refused.push(why),
        onTilesFailed: (why) => void failed.push(why),
      },
    });
  const journal = await open();
  await journal.vault.ensure(MAIN);
  await grow(journal, size);
  const file = (path: string) => join(dir, 'tiles', path);
  return { dir, open, journal, refused, failed, read, file };
}

async function grow(journal: Journal, entries: number): Promise<void> {
  for (let left = entries; left > 0; left -= 200)
    await journal.run((_, at, append) => {
      for (let i = 0; i < Math.min(200, left); i++) {
        const event = { kind: 'writer', at, instance: toBase64url(random(16)) } as const;
        append({ slot: MAIN, event, input: { kind: 'other', event } });
      }
    });
}
const filesIn = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(dir, name)).isFile());
const names = (size: number) => [...tilesOf(size), ...bundlesAdded(0, size)];
const full = (size: number) => names(size).filter(({ width }) => width === 256);
const flip = (file: string): void => {
  const bytes = readFileSync(file);
  bytes[4000] = (bytes[4000] as number) ^ 1;
  writeFileSync(file, bytes);
};

it('writes every full tile of the log, and nothing else, beside its snapshot', async () => {
  const { journal, file, failed } = await logOf(700);
  await journal.keep();
  expect(filesIn(file('')).sort()).toEqual(full(700).map(tilePath).sort());
  const { size } = journal;
  const partial = new Map(journal.tree.partialTiles().map(({ path, bytes }) => [path, bytes]));
  const tiles = new TileTree({ size, root: journal.tree.root() }, async (path) =>
    existsSync(file(path)) ? Uint8Array.from(readFileSync(file(path))) : partial.get(path),
  );
  let index = 0;
  for await (const leaf of tiles.allEntries()) expect((await journal.sealedEntry(index++)).entry.leaf).toEqual(leaf);
  expect([index, failed]).toEqual([700, []]);
});

it('starts from a snapshot and its tiles with the same proofs, and goes on writing where it was', async () => {
  const { journal, open, read, file, refused } = await logOf(600);
  await journal.keep();
  await grow(journal, 100);
  read.length = 0;
  const again = await open();
  expect([refused, new Set(read)]).toEqual([[], new Set([4])]);
  for (const index of [0, 255, 256, 599, 650])
    expect(again.tree.inclusionProof(index)).toEqual(journal.tree.inclusionProof(index));
  await grow(again, 200);
  await again.tiles?.settled();
  expect(filesIn(file('')).sort()).toEqual(full(900).map(tilePath).sort());
});

it.each(['tile/0/000', 'tile/0/001', 'tile/entries/001'])(
  'refuses a snapshot without %s, says so, and writes it again from the log',
  async (path) => {
    const { journal, open, refused, file } = await logOf(600);
    await journal.keep();
    const good = readFileSync(file(path));
    rmSync(file(path));
    const again = await open();
    expect(refused).toEqual([`snapshot-without-tiles: ${path}`]);
    expect([again.reached.begunAt, again.size]).toEqual([0, 600]);
    await again.tiles?.settled();
    expect(readFileSync(file(path))).toEqual(good);
    expect((await open()).reached.begunAt).toBe(3);
  },
);

it.each<[string, (file: string) => void, RegExp]>([
  ['changed', flip, /^tile-mismatch: tile\/0\/000$/],
  ['cut', (file) => writeFileSync(file, readFileSync(file).subarray(32)), /^tile-format: tile\/0\/000$/],
  ['taken away', (file) => rmSync(file), /^tile-missing: tile\/0\/000$/],
  ['exchanged', (file) => writeFileSync(file, readFileSync(file.replace(/0$/, '1'))), /^tile-mismatch: /],
])('gives nothing from a tile that was %s, stops, and is whole again after the next start', async (_, harm, says) => {
  const { journal, open, file } = await logOf(600);
  await journal.keep();
  const good = readFileSync(file('tile/0/000'));
  const serving = await open();
  harm(file('tile/0/000'));
  const answer = serving.run(() => serving.tree.inclusionProof(3));
  await expect(answer).rejects.toMatchObject({ code: 'ledger-damaged', detail: expect.stringMatching(says) });
  expect(serving.dead?.code).toBe('ledger-damaged');
  await expect(serving.run(() => 'served')).rejects.toMatchObject({ code: 'ledger-damaged' });
  expect(existsSync(file('tile/0/000'))).toBe(false);
  const again = await open();
  expect(again.reached.begunAt).toBe(0);
  expect(again.tree.inclusionProof(3)).toEqual(journal.tree.inclusionProof(3));
  await again.tiles?.settled();
  expect(readFileSync(file('tile/0/000'))).toEqual(good);
});

/** One round of what never ends. */
async function readAgain(journal: Journal): Promise<void> {
  const { reached, snapshot, erased, dead } = journal;
  const round = new AbortController();
  const verify: Journal['verify'] = async (seq) => {
    if (seq === reached.seq) round.abort();
    return journal.verify(seq);
  };
  const rest = { restMs: { unread: 0, again: 0 }, signal: round.signal };
  const bodies = { getBody: async () => undefined, onDamaged: () => {} };
  await scrub({ reached, snapshot, erased, dead, verify }, { ...bodies, ...rest });
}

it('finds a damaged tile that nobody asks for by reading everything again', async () => {
  const { journal, open, file } = await logOf(600);
  await journal.keep();
  const serving = await open();
  await readAgain(serving);
  expect(serving.dead).toBeNull();
  const second = await open();
  flip(file('tile/0/000'));
  await expect(readAgain(second)).rejects.toMatchObject({ code: 'ledger-damaged' });
  expect(second.dead?.detail).toMatch(/tile-mismatch: tile\/0\/000/);
});

it('takes in what is said also when no tile can be written; only a snapshot waits', async () => {
  const { journal, open, failed, file, dir } = await logOf(100);
  mkdirSync(dir);
  writeFileSync(join(dir, 'tiles'), 'no folder');
  await grow(journal, 500);
  expect([journal.size, journal.dead]).toEqual([600, null]);
  expect(journal.tree.inclusionProof(3)).toHaveLength(10);
  await expect(journal.keep()).rejects.toThrow();
  // nor does a start need them, whatever it would have kept on the way
  expect((await open(200)).size).toBe(600);
  expect(failed.length).toBeGreaterThan(0);
  expect(existsSync(join(dir, 'snapshot'))).toBe(false);
  renameSync(join(dir, 'tiles'), join(dir, 'put away'));
  await journal.keep();
  expect(filesIn(file('')).sort()).toEqual(full(600).map(tilePath).sort());
  expect((await open()).reached.begunAt).toBeGreaterThan(0);
});

it('serves a checkpoint only once its tiles are there, and takes partial tiles away behind the full one', async () => {
  const { journal, file } = await logOf(300);
  const { tree, tiles } = journal as { tree: Journal['tree']; tiles: TileFiles };
  const partial = tree.partialTiles();
  await grow(journal, 10);
  await tiles.publish(partial, utf8('300'));
  await tiles.publish(tree.partialTiles(), utf8('310'));
  // both sizes were served, so both stay readable
  expect(filesIn(file('')).sort()).toEqual(
    ['checkpoint', ...[...names(300), ...names(310)].map(tilePath)].filter(once).sort(),
  );
  expect(readFileSync(file('checkpoint'), 'utf8')).toBe('310');
  const late = tree.partialTiles();
  await grow(journal, 250);
  await tiles.settled();
  expect(readdirSync(file('tile/0')).sort()).toEqual(['000', '001']);
  // a slow answer of the witnesses: the full tile serves for it
  await Promise.all(['305', '308', '310'].map((size) => tiles.publish(late, utf8(size))));
  expect(readFileSync(file('checkpoint'), 'utf8')).toBe('310');
  expect(readdirSync(file('tile/0')).sort()).toEqual(['000', '001']);
  rmSync(file('tile'), { recursive: true });
  writeFileSync(file('tile'), 'no folder');
  await tiles.publish(tree.partialTiles(), utf8('560'));
  expect(readFileSync(file('checkpoint'), 'utf8')).toBe('310');
});
const once = (one: string, i: number, all: string[]): boolean => all.indexOf(one) === i;

it('holds up no replay when the disk does not take them', async () => {
  writeFileSync(join(root, 'no folder'), '');
  const failed: string[] = [];
  const tiles = new TileFiles(join(root, 'no folder'), (why) => void failed.push(why));
  for (let i = 0; i < 300; i++) tiles.write(`tile/0/${String(i).padStart(3, '0')}`, new Uint8Array(8192));
  await tiles.keepUp();
  expect(failed.length).toBeGreaterThan(0);
  await expect(tiles.settled()).rejects.toThrow();
  expect(tiles.read('tile/0/299')).toBeDefined();
});

it('may be written by two processes at once', async () => {
  const dir = join(root, 'both');
  mkdirSync(dir);
  const both = [new TileFiles(dir), new TileFiles(dir)];
  const bytes = new Uint8Array(8192).fill(7);
  for (const one of both) for (let i = 0; i < 20; i++) one.write(`tile/0/${String(i).padStart(3, '0')}`, bytes);
  await Promise.all(both.map((one) => one.settled()));
  expect(filesIn(dir)).toHaveLength(20);
  expect(new TileFiles(dir).read('tile/0/007')).toEqual(Buffer.from(bytes));
  expect(new TileFiles(dir).read('tile/0/020')).toBeUndefined();
});

it('is told of an unreadable tile as of any other trouble: it is no proof that something was changed', () => {
  const dir = join(root, 'folder');
  mkdirSync(join(dir, 'tile/0/000'), { recursive: true });
  expect(() => new TileFiles(dir).read('tile/0/000')).toThrow('EISDIR');
  expect(() => new TileFiles(dir).read('tile/0/000')).not.toThrow(EenmaalError);
});
