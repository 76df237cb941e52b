/**
 * Reading again what lies there, slowly, beside the work: every part of the snapshot, then every commit with the bodies of its
 * messages, and all over again. First comes what a start from a snapshot did not read. What somebody asks for is checked before
 * it is given, whether this got there or not; this finds what nobody asks for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerStore } from '@eenmaal/broker';
import { isBodyOf } from './entries.ts';
import type { Journal } from './journal.ts';

type ScrubOptions = Pick<LedgerStore, 'getBody'> & {
  /** Told of a message whose body is gone or changed: that one is lost, and the rest is served. */
  onDamaged(detail: string): void;
  /** Milliseconds between two parts or commits: until all was read that was not at the start, and after that. */
  restMs: { unread: number; again: number };
  signal: AbortSignal;
};

/**
 * Resolves when the journal ends, or when `signal` fires.
 * @throws `ledger-damaged` when a part or a commit is not what it was: the journal is stopped then
 */
export async function scrub(
  journal: Pick<Journal, 'reached' | 'snapshot' | 'verify' | 'erased' | 'dead'>,
  { getBody, onDamaged, restMs, signal }: ScrubOptions,
): Promise<void> {
  const unread = journal.reached.begunAt;
  const ended = () => journal.dead !== null || signal.aborted;
  const rest = (ms: number) => sleep(ms, undefined, { signal, ref: false }).catch(() => {});
  for (let round = 0; !ended(); round++) {
    const restOf = (wasRead: boolean) => rest(round > 0 || wasRead ? restMs.again : restMs.unread);
    // a newer snapshot may take its place meanwhile: its parts have the same numbers
    for (let number = 0; number < (journal.snapshot?.partsListed ?? 0) && !ended(); number++) {
      journal.snapshot?.sealedPart(number);
      await restOf(false);
    }
    for (let seq = 1; seq <= journal.reached.seq && !ended(); seq++) {
      for (const { event, index } of await journal.verify(seq)) {
        if (event.kind !== 'message') continue;
        const body = await getBody(event.stored);
        // erased a moment ago: then its body goes first
        if (!(body && isBodyOf(event, body)) && !journal.erased.has(index)) onDamaged(`the body of entry ${index}`);
      }
      await restOf(seq > unread);
    }
  }
}
