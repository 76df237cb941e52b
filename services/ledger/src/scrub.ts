/**
 * Reading again what a start from a snapshot did not read: every older commit, slowly, beside the work. What somebody asks for
 * is compared with the tree before it is given, whether this got there or not; this finds what nobody asks for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from './journal.ts';

/** Reads commits 1 to `upTo`, resting in between. Ends early when the journal does, or when `signal` fires. */
export async function scrub(journal: Journal, upTo: number, restMs: number, signal: AbortSignal): Promise<void> {
  for (let seq = 1; seq <= upTo && !journal.dead && !signal.aborted; seq++) {
    await journal.verify(seq);
    await sleep(restMs, undefined, { signal, ref: false }).catch(() => {});
  }
}
