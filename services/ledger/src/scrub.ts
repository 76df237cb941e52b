/**
 * Reading what a start from a snapshot did not read: every part of the snapshot, then every older commit, slowly, beside the
 * work. What somebody asks for is checked before it is given, whether this got there or not; this finds what nobody asks for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from './journal.ts';

/** Reads all that lies below `journal`'s snapshot, resting in between. Ends early when the journal does, or when `signal` fires. */
export async function scrub(journal: Journal, restMs: number, signal: AbortSignal): Promise<void> {
  const upTo = journal.reached.begunAt;
  const rest = () => sleep(restMs, undefined, { signal, ref: false }).catch(() => {});
  const ended = () => journal.dead !== null || signal.aborted;
  // a newer snapshot may take its place meanwhile: its parts have the same numbers
  for (let number = 0; number < (journal.snapshot?.partsListed ?? 0) && !ended(); number++) {
    journal.snapshot?.sealedPart(number);
    await rest();
  }
  for (let seq = 1; seq <= upTo && !ended(); seq++) {
    await journal.verify(seq);
    await rest();
  }
}
