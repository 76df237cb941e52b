/**
 * Where a replay begins: at a snapshot that is genuine and of this very log, or at the first entry. A genuine snapshot that is
 * not of this log is not passed over: then the log was turned back, or is another, and the snapshot is what shows it.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LedgerStore } from '@eenmaal/broker';
import { type Law, Pages } from '@eenmaal/consent';
import { equal, type Random } from '@eenmaal/crypto';
import { type Commit, decodeCommit, hashLeaf, LedgerError, Tree } from '@eenmaal/ledger';
import { EenmaalError } from '@eenmaal/model';
import { openEntry } from './entries.ts';
import { type Covering, coveringOf, erasuresIn } from './erasures.ts';
import { Index } from './index-of-entries.ts';
import { type Replayed, Snapshot, type SnapshotOptions, snapshotKeys } from './snapshot.ts';
import { SnapshotRefused } from './snapshot-file.ts';
import { TileFiles } from './tiles.ts';
import { MAIN, type Vault } from './vault.ts';

export type SnapshotSettings = {
  path: string;
  /** Told why a snapshot was not used (`SnapshotReason`, then details). */
  onRefused?(why: string): void;
  /** Entries of a long replay after which the next snapshot is made on the way (100,000). */
  together?: number;
  /** Told what the disk said when the log's tiles, in a folder beside the snapshot, or a snapshot on the way could not be written. */
  onTilesFailed?(why: string): void;
  /** Test-only: believes any snapshot, so that the tests that guard it can be seen to fail. Never configurable. */
  unsafe?: { trustSnapshot?: boolean };
};

export type Beginning = Replayed & { erased: Map<number, Covering>; snapshot: Snapshot | null };

export type Given = {
  store: LedgerStore;
  law: Law;
  vault: Vault;
  random: Random;
  settings: SnapshotSettings | undefined;
  /** Left out: the tree stays in memory. */
  tiles: TileFiles | undefined;
};

/** Where the tiles lie, for whom everything is kept on disk. */
export const tilesBeside = ({ path, onTilesFailed }: SnapshotSettings): TileFiles =>
  new TileFiles(join(dirname(path), 'tiles'), onTilesFailed);

/** @throws `ledger-damaged` when a genuine snapshot shows that the log is not what it was */
export async function beginning(given: Given): Promise<Beginning> {
  const { store, law, vault, settings, tiles } = given;
  const opened = settings && tiles ? openSnapshot(given, settings, tiles) : null;
  if (!opened) {
    const { state } = new Pages(law);
    const fresh = { state, tree: new Tree(tiles), index: new Index(), seq: 0, timeMs: 0, snapshot: null };
    return { ...fresh, erased: await erasuresIn(store, vault, 1) };
  }
  const { snapshot, replayed } = opened;
  if (!settings?.unsafe?.trustSnapshot) await checkPosition(store, replayed);
  const erased = await erasuresBefore(store, vault, replayed);
  for (const [index, covering] of await erasuresIn(store, vault, replayed.seq + 1)) erased.set(index, covering);
  return { ...replayed, erased, snapshot };
}

/** How a snapshot of this log is sealed and where it lies. */
export const snapshotOptions = (
  { law, vault, random }: Pick<Given, 'law' | 'vault' | 'random'>,
  path: string,
): SnapshotOptions => ({
  ...{ path, law, random, keys: snapshotKeys(vault) },
});

function openSnapshot(
  given: Given,
  { path, onRefused, unsafe }: SnapshotSettings,
  tiles: TileFiles,
): { snapshot: Snapshot; replayed: Replayed } | null {
  // its keys went with the store: nothing can be read of it, but that it is there says enough
  if (!given.vault.has(MAIN) && existsSync(path))
    throw new EenmaalError('ledger-damaged', 'the log is empty, and there is a snapshot of one that was not');
  let snapshot: Snapshot | null = null;
  try {
    snapshot = Snapshot.open(snapshotOptions(given, path), unsafe?.trustSnapshot);
    return snapshot && { snapshot, replayed: snapshot.replayed(tiles) };
  } catch (error) {
    snapshot?.close();
    if (!(error instanceof SnapshotRefused)) throw error;
    onRefused?.(error.message);
    return null;
  }
}

/** The commit it was made at is there, and is the one that gave its root. @throws `ledger-damaged` */
async function checkPosition(store: LedgerStore, { tree, seq, timeMs }: Replayed): Promise<void> {
  const at = `a snapshot was made at ${tree.size} entries, commit ${seq}`;
  const bytes = await store.read(seq).catch((cause: unknown) => {
    const missing = cause instanceof EenmaalError && cause.code === 'ledger-damaged';
    throw missing ? new EenmaalError('ledger-damaged', `turned back: ${at}`, { cause }) : cause;
  });
  const commit = decoded(bytes);
  const fits =
    commit.firstIndex + commit.entries.length === tree.size && commit.timeMs === timeMs && isInTree(tree, commit);
  if (!fits) throw new EenmaalError('ledger-damaged', `another history: ${at}`);
}

/** Every leaf of a commit stands where it stood, after the same history. The tree is at least as large. */
export function isInTree(tree: Tree, { firstIndex, rootBefore, entries }: Commit): boolean {
  if (firstIndex + entries.length > tree.size || !equal(rootBefore, tree.root(firstIndex))) return false;
  return entries.every(({ leaf }, i) => equal(hashLeaf(leaf), tree.leafHash(firstIndex + i)));
}

function decoded(bytes: Uint8Array): Commit {
  try {
    return decodeCommit(bytes);
  } catch (cause) {
    if (cause instanceof LedgerError) throw new EenmaalError('ledger-damaged', cause.code, { cause });
    throw cause;
  }
}

/** What entries below the snapshot say was destroyed: the state knows where they are. */
async function erasuresBefore(
  store: LedgerStore,
  vault: Vault,
  { state, index, tree }: Replayed,
): Promise<Map<number, Covering>> {
  const places = new Set(state.gone.map((one) => one.index));
  for (const { entries } of state.erasedDossiers.values()) for (const place of entries) places.add(place);
  const erased = new Map<number, Covering>();
  for (const place of [...places].sort((a, b) => a - b)) {
    const { commit, offset } = await index.locate(place, (seq) => store.read(seq));
    const entry = commit.entries[offset];
    const opened = entry && isInTree(tree, commit) ? openEntry(entry, place, vault) : null;
    if (!opened) throw new EenmaalError('ledger-damaged', 'an erasure is not where it was');
    for (const [gone, covering] of coveringOf(opened.event, place)) erased.set(gone, covering);
  }
  return erased;
}
