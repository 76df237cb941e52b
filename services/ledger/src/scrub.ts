/**
 * Reading what a start from a snapshot did not read: every part of the snapshot, then every older commit, slowly, beside the
 * work. What somebody asks for is checked before it is given, whether this got there or not; this finds what nobody asks for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from './journal.ts';

/** Reads all that lies below `journal`'s snapshot, resting in between. Ends early when the journal does, or when `signal` fires. */
export async function scrub(journal: Journal, restMs: number, signal: AbortSignal): Promise<void> {
  const { snapshot } = journal;
  if (!snapshot) return;
  const rest = () => sleep(restMs, undefined, { signal, ref: false }).catch(() => {});
  const ended = () => journal.dead !== null || signal.aborted;
  for (const _ of snapshot.checks()) {
    if (ended()) return;
    await rest();
  }
  for (let seq = 1; seq <= snapshot.replayed.seq && !ended(); seq++) {
    await journal.verify(seq);
    await rest();
  }
}
