/**
 * Reading the log back: every commit after the snapshot it begins at is checked, opened and folded. Of a long log what was
 * read is put in a snapshot on the way, so that memory does not grow with it.
 */
import { foldPaged, pagesOf, type State } from '@eenmaal/consent';
import { fromBase64url } from '@eenmaal/crypto';
import { trustEvent } from '@eenmaal/envelope';
import { type CommitEntry, checkChain, decodeCommit, LedgerError } from '@eenmaal/ledger';
import { EenmaalError, type Instant, LEAF_TYPE } from '@eenmaal/model';
import { type Beginning, beginning, type Given, snapshotOptions } from './beginning.ts';
import { atTime, type Entry, openEntry } from './entries.ts';
import { type Covering, mustBeDecided } from './erasures.ts';
import { type Replayed, Snapshot, type SnapshotOptions, writeSnapshot } from './snapshot.ts';

/** Entries that are read before the next snapshot on the way is made. */
const KEPT_TOGETHER = 100_000;
export const NO_KEY = 'the key of an entry is missing, and no erasure says why';

/**
 * Replays the log up to commit `upTo`. `begunAt`: the commit of the snapshot it began at; 0: none.
 * @throws `ledger-damaged`
 */
export async function replay(given: Given, upTo = Number.POSITIVE_INFINITY): Promise<Beginning & { begunAt: number }> {
  const { store, vault, settings, tiles } = given;
  try {
    // what was erased is named by entries after it
    const begun = await beginning(given);
    const { state, tree, index, erased, seq: begunAt } = begun;
    let { seq: reached, timeMs, snapshot } = begun;
    let kept = tree.size;
    await store.readAll(reached + 1, async ({ seq, bytes }) => {
      if (seq > upTo) return;
      const commit = decodeCommit(bytes);
      checkChain({ size: tree.size, root: tree.root(), timeMs }, commit);
      for (const [i, entry] of commit.entries.entries()) {
        const at = commit.firstIndex + i;
        const opened = atTime(openEntry(entry, at, vault), commit.timeMs);
        if (opened) mustBeDecided(state, opened.event, erased);
        foldEntry(state, entry, opened, erased.get(at), at, commit.timeMs);
        tree.appendEntry(entry.leaf);
      }
      timeMs = commit.timeMs;
      index.add(seq, commit);
      reached = seq;
      await tiles?.keepUp();
      if (!settings || tree.size - kept < (settings.together ?? KEPT_TOGETHER)) return;
      kept = tree.size;
      const options = snapshotOptions(given, settings.path);
      try {
        await tiles?.settled();
        writeSnapshot({ state, tree, index, seq, timeMs }, snapshot, options);
      } catch (error) {
        if (error instanceof EenmaalError) throw error;
        // a full disk: memory grows, and the log is read all the same
        settings.onTilesFailed?.(String(error));
        return;
      }
      snapshot = turned({ state, tree, index }, snapshot, options);
    });
    for (const slot of snapshot?.slots ?? [])
      if (!vault.has(slot) && !state.erasedDossiers.has(slot))
        throw new EenmaalError('ledger-damaged', 'a dossier key is missing');
    return { state, tree, index, erased, snapshot, seq: reached, timeMs, begunAt };
  } catch (cause) {
    // nothing goes on behind a start that failed
    await tiles?.settled().catch(() => {});
    if (cause instanceof LedgerError) throw new EenmaalError('ledger-damaged', cause.code, { cause });
    if (cause instanceof EenmaalError && cause.code === 'not-readable')
      throw new EenmaalError('ledger-damaged', 'an entry does not open', { cause });
    throw cause;
  }
}

/**
 * The snapshot that lies there now, from which what did not change since is read from here on.
 * @throws `ledger-damaged` when it is of another history; SnapshotRefused
 */
export function turned(
  { state, tree, index }: Pick<Replayed, 'state' | 'tree' | 'index'>,
  before: Snapshot | null,
  options: SnapshotOptions,
): Snapshot | null {
  const snapshot = Snapshot.open(options);
  if (!snapshot) return before;
  const { size, root } = snapshot.made;
  if (!tree.hadRoot(size, fromBase64url(root))) {
    snapshot.close();
    throw new EenmaalError('ledger-damaged', 'a snapshot of another history');
  }
  pagesOf(state).turnTo(snapshot.source, size, index);
  before?.close();
  return snapshot;
}

/** An entry that cannot be read is lawfully gone only when a later one says so. @throws `ledger-damaged` */
function foldEntry(
  state: State,
  { leaf, slot }: CommitEntry,
  entry: Entry | null,
  covering: Covering | undefined,
  index: number,
  at: Instant,
): void {
  if (entry) foldPaged(state, slot, trustEvent(entry.event), index, at);
  else if (covering?.message && leaf[1] === LEAF_TYPE.message)
    foldPaged(state, slot, { kind: 'erased', message: covering.message }, index, at);
  else if (covering && !covering.message) Object.assign(state, { size: index + 1, at: Math.max(state.at, at) });
  else throw new EenmaalError('ledger-damaged', NO_KEY);
}
