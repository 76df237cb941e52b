/**
 * The chain: does this commit follow what was read so far? Checked on every commit, live and at start-up, because a
 * damaged store can lose messages that were acknowledged without saying so.
 */

import { equalBytes } from './bytes.ts';
import type { Commit } from './commit.ts';
import { LedgerError } from './errors.ts';
import type { Tree } from './tree.ts';
import { emptyRoot } from './tree-hash.ts';

/** Where the log stands: leaves, their root, and the time of the last commit in milliseconds. */
export type ChainState = { readonly size: number; readonly root: Uint8Array; readonly timeMs: number };

/** Where every log begins. */
export function genesis(): ChainState {
  return { size: 0, root: emptyRoot(), timeMs: 0 };
}

/** @throws `ledger-gap`, `ledger-repeat`, `ledger-chain-broken`, `ledger-time-backwards`, in this order */
export function checkChain(previous: ChainState, commit: Commit): void {
  const detail = `commit at ${commit.firstIndex} after ${previous.size} entries`;
  if (commit.firstIndex > previous.size) throw new LedgerError('ledger-gap', detail);
  if (commit.firstIndex < previous.size) throw new LedgerError('ledger-repeat', detail);
  if (!equalBytes(commit.rootBefore, previous.root)) throw new LedgerError('ledger-chain-broken', detail);
  if (commit.timeMs < previous.timeMs) throw new LedgerError('ledger-time-backwards', detail);
}

/**
 * Check a durable commit against the tree and add its leaves. Nothing is added when a check fails.
 * @param timeMs time of the commit before it; 0 at the beginning
 * @returns where the log stands now
 * @throws as `checkChain`
 */
export function appendCommit(tree: Tree, timeMs: number, commit: Commit): ChainState {
  checkChain({ size: tree.size, root: tree.root(), timeMs }, commit);
  for (const { leaf } of commit.entries) tree.appendEntry(leaf);
  return { size: tree.size, root: tree.root(), timeMs: commit.timeMs };
}
