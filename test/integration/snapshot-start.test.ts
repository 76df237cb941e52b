/**
 * Starting from a snapshot on a real log: the same as reading everything; and whatever was done to the snapshot, to the log
 * below it or to both, is found and named, at the start or before anything of it is given.
 */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerStore, Stored } from '@eenmaal/broker';
import { type Commit, decodeCommit, encodeCommit } from '@eenmaal/ledger';
import { EenmaalError } from '@eenmaal/model';
import { Journal } from '@eenmaal/service-ledger';
import { seededRandom, tale } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWithFamily } from './support.ts';

let world: Awaited<ReturnType<typeof startWithFamily>>;
let commits: Stored[];
/** How many commits the snapshot holds, and where in it the slot of entry 0 stands. */
let kept: number;
let slotOfFirst: number;
const dir = mkdtempSync(join(tmpdir(), 'eenmaal-start-'));
const good = join(dir, 'good');

beforeAll(async () => {
  world = await startWithFamily({ seed: 'snapshot' });
  const { chain, family } = world;
  const place = await family.mother.openCompartment(family.dossier, [family.ids.mother], 'Gezondheid');
  for (const title of ['een', 'twee', 'drie']) await family.mother.send(tale(family.dossier, place, title));
  const first = await openOn(chain.ledger.store, good);
  kept = first.reached.seq;
  await first.keep();
  slotOfFirst = first.tree.edge().length;
  for (const title of ['vier', 'vijf']) await family.mother.send(tale(family.dossier, place, title));
  commits = [];
  await chain.ledger.store.readAll(1, (stored) => {
    commits.push(stored);
  });
});
afterAll(async () => {
  await world?.chain.stop();
  rmSync(dir, { recursive: true, force: true });
});

type Settings = { unsafe?: { trustSnapshot?: boolean }; refused?: string[]; together?: number };
function openOn(store: LedgerStore, path: string, { unsafe, refused = [], together }: Settings = {}): Promise<Journal> {
  const { law, vaultKeys, clock } = world.chain;
  return Journal.open({
    ...{ store, law, vaultKeys, clock, random: seededRandom('snapshot start'), monotonic: () => performance.now() },
    snapshot: {
      ...{ path, onRefused: (why) => refused.push(why) },
      ...(unsafe && { unsafe }),
      ...(together !== undefined && { together }),
    },
  });
}

/** A store that shows these commits. */
function showing(shown: readonly Stored[], more: Partial<LedgerStore> = {}): LedgerStore {
  return {
    ...world.chain.ledger.store,
    async readAll(from, onCommit) {
      for (const commit of shown.slice(from - 1)) await onCommit(commit);
      return Math.max(from - 1, shown.length);
    },
    async read(seq) {
      const found = shown[seq - 1];
      if (!found) throw new EenmaalError('ledger-damaged', `commit ${seq} is missing`);
      return found.bytes;
    },
    append: () => Promise.reject(new Error('it wrote')),
    vaultPut: async () => 0,
    ...more,
  };
}
const rewrite = (at: number, change: (commit: Commit) => Commit): Stored[] =>
  commits.map((stored, i) =>
    i === at ? { ...stored, bytes: encodeCommit(change(decodeCommit(stored.bytes))) } : stored,
  );
const withLeaf = (commit: Commit): Commit => ({
  ...commit,
  entries: commit.entries.map((entry) => ({ ...entry, leaf: entry.leaf.with(20, (entry.leaf[20] ?? 0) ^ 1) })),
});
/** A copy of the good snapshot with one byte changed. */
function flipped(at: number): string {
  const path = join(dir, `flipped-${at}`);
  copyFileSync(good, path);
  const bytes = readFileSync(path);
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  return path;
}
/** Maps and sets as plain ones: some are read in parts. */
const plain = ({ state, tree, index, reached: { seq } }: Journal) => ({
  state: Object.fromEntries(
    Object.entries<unknown>(state).map(([name, value]) => [
      name,
      value instanceof Map ? new Map(value) : value instanceof Set ? new Set(value) : value,
    ]),
  ),
  ...{ root: tree.root(), index: index.parts(), seq },
});
const everything = async () => plain(await openOn(showing(commits), join(dir, 'none')));

describe('a start from a snapshot', () => {
  it('gives what reading everything gives, and reads only what came after it', async () => {
    const read: number[] = [];
    const store = showing(commits, {
      async readAll(from, onCommit) {
        for (const commit of commits.slice(from - 1)) {
          read.push(commit.seq);
          await onCommit(commit);
        }
        return commits.length;
      },
    });
    const journal = await openOn(store, good);
    expect(journal.reached).toEqual({ seq: commits.length, begunAt: kept });
    expect(Math.min(...read)).toBe(kept + 1);
    expect(plain(journal)).toEqual(await everything());
    for (let index = 0; index < journal.size; index++) expect((await journal.entry(index)).at).toBeGreaterThan(0);
    for (let seq = 1; seq <= commits.length; seq++) await journal.verify(seq);
    expect(journal.dead).toBeNull();
  });

  it('is made on the way through a long log, which then need not be in memory', async () => {
    const journal = await openOn(showing(commits), join(dir, 'on-the-way'), { together: 3 });
    expect(journal.reached).toEqual({ seq: commits.length, begunAt: 0 });
    expect(plain(journal)).toEqual(await everything());
    const again = await openOn(showing(commits), join(dir, 'on-the-way'));
    expect(again.reached.begunAt).toBeGreaterThan(commits.length - 4);
    expect(plain(again)).toEqual(await everything());
  });

  it('can be turned to while serving: what is there is read again when it is asked for', async () => {
    const path = join(dir, 'turned');
    const journal = await openOn(showing(commits), path);
    await (await openOn(showing(commits), path)).keep();
    const before = await everything();
    journal.turn();
    const has = (map: Map<string, unknown>, id: string) => Map.prototype.has.call(map, id);
    const { dossier } = world.family;
    expect(has(journal.state.dossiers, dossier)).toBe(false);
    expect(await journal.run((state) => state.dossiers.has(dossier))).toBe(true);
    expect(has(journal.state.dossiers, dossier)).toBe(true);
    expect(plain(journal)).toEqual(before);
    expect(journal.dead).toBeNull();
  });

  it('can be made from another, and serves', async () => {
    const path = join(dir, 'second');
    copyFileSync(good, path);
    // as a crash in the middle of making one leaves it
    writeFileSync(`${path}.AAAAAAAA.part`, readFileSync(good).subarray(0, 5000));
    await (await openOn(showing(commits), path)).keep();
    expect(readdirSync(dir).filter((name) => name.endsWith('.part'))).toEqual([]);
    const journal = await openOn(showing(commits), path);
    expect(journal.reached.begunAt).toBe(commits.length);
    expect(plain(journal)).toEqual(await everything());
    expect(await journal.run((state) => state.size)).toBe(journal.size);
  });

  it.each([[5], [4000], [-1], [-3], [-40]])(
    'falls back to the whole log, and says why, with byte %i changed',
    async (at) => {
      const refused: string[] = [];
      const journal = await openOn(showing(commits), flipped(at), { refused });
      expect(journal.reached.begunAt).toBe(0);
      expect(refused.join()).toMatch(/^snapshot-(damaged|not-ours)/);
      expect(plain(journal)).toEqual(await everything());
    },
  );

  it('would begin at a changed one in a build that is broken on purpose: the guard above would cry out', async () => {
    const changed = await openOn(showing(commits), flipped(slotOfFirst), { unsafe: { trustSnapshot: true } });
    expect(changed.reached.begunAt).toBe(kept);
    expect(changed.index.slotOf(0)).not.toEqual((await openOn(showing(commits), good)).index.slotOf(0));
    const old = showing(commits.slice(0, kept - 1));
    expect((await openOn(old, good, { unsafe: { trustSnapshot: true } })).reached.begunAt).toBe(kept);
  });
});

describe('a genuine snapshot shows', () => {
  it.each([1, 2])('that the log was turned back by %i commits below it', async (back) => {
    const store = showing(commits.slice(0, kept - back));
    await expect(openOn(store, good)).rejects.toMatchObject({
      code: 'ledger-damaged',
      detail: expect.stringMatching(/^turned back: a snapshot was made at \d+ entries/),
    });
    // what the log itself says: nothing is wrong with it
    expect((await openOn(store, join(dir, 'none'))).size).toBeGreaterThan(0);
  });

  it('that the log is another from somewhere below it on', async () => {
    for (const change of [withLeaf, (commit: Commit) => ({ ...commit, rootBefore: new Uint8Array(32) })])
      await expect(openOn(showing(rewrite(kept - 1, change)), good)).rejects.toMatchObject({
        code: 'ledger-damaged',
        detail: expect.stringMatching(/^another history/),
      });
  });

  it('that a log was there, when the store is empty', async () => {
    const store = showing([], { vaultAll: async () => new Map() });
    await expect(openOn(store, good)).rejects.toMatchObject({
      code: 'ledger-damaged',
      detail: expect.stringMatching(/the log is empty/),
    });
  });
});

describe('a log that was changed', () => {
  it('after the snapshot is not served', async () => {
    for (const at of [kept, commits.length - 1])
      await expect(openOn(showing(rewrite(at, withLeaf)), good)).rejects.toMatchObject({ code: 'ledger-damaged' });
    const gap = commits.filter(({ seq }) => seq !== kept + 1);
    await expect(openOn(showing(gap), good)).rejects.toMatchObject({ code: 'ledger-damaged' });
  });

  it('below it is found before anything of it is given, and ends the service', async () => {
    const journal = await openOn(showing(rewrite(4, withLeaf)), good);
    const { firstIndex } = decodeCommit((commits[4] as Stored).bytes);
    await expect(journal.entry(firstIndex)).rejects.toMatchObject({ code: 'ledger-damaged' });
    expect(journal.dead?.code).toBe('ledger-damaged');
    await expect(journal.run(() => 'served')).rejects.toMatchObject({ code: 'ledger-damaged' });
  });

  it.each<[string, (commit: Commit) => Commit]>([
    ['a leaf', withLeaf],
    [
      'a body',
      (c) => ({ ...c, entries: c.entries.map((e) => ({ ...e, body: e.body.with(0, 1 ^ (e.body[0] ?? 0)) })) }),
    ],
    ['what came before it', (c) => ({ ...c, rootBefore: new Uint8Array(32) })],
    ['its place', (c) => ({ ...c, firstIndex: c.firstIndex + 1 })],
  ])('below it, in %s, is found by reading it again', async (_, change) => {
    const journal = await openOn(showing(rewrite(4, change)), good);
    for (const seq of [1, 2, 3, 4]) await journal.verify(seq);
    await expect(journal.verify(5)).rejects.toMatchObject({ code: 'ledger-damaged' });
    expect(journal.dead?.code).toBe('ledger-damaged');
  });

  it('below it, missing as a whole, is found by reading it again', async () => {
    const journal = await openOn(showing(commits.with(4, undefined as never)), good);
    await journal.verify(4);
    await expect(journal.verify(5)).rejects.toMatchObject({ code: 'ledger-damaged' });
    expect(journal.dead?.code).toBe('ledger-damaged');
  });

  it('in a missing dossier key is not served', async () => {
    const vaultAll = async () => {
      const all = await world.chain.ledger.store.vaultAll();
      all.delete(world.family.dossier);
      return all;
    };
    await expect(openOn(showing(commits.slice(0, kept), { vaultAll }), good)).rejects.toMatchObject({
      code: 'ledger-damaged',
    });
  });
});
