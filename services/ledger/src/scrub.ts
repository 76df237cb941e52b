/**
 * Reading again what is in the store, slowly, beside the work: first every commit that a start from a snapshot did not read,
 * then all of them, and all over again, with the bodies of their messages. What somebody asks for is compared with the tree
 * before it is given, whether this got there or not; this finds what nobody asks for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerStore } from '@eenmaal/broker';
import { isBodyOf } from './entries.ts';
import type { Journal } from './journal.ts';

type ScrubOptions = Pick<LedgerStore, 'getBody'> & {
  /** Told of a message whose body is gone or changed: that one is lost, and the rest is served. */
  onDamaged(detail: string): void;
  /** Milliseconds between two commits: until all was read that was not at the start, and after that. */
  restMs: { unread: number; again: number };
  signal: AbortSignal;
};

/** Resolves when `signal` fires. @throws `ledger-damaged` when a commit is not what it was: the journal is stopped then */
export async function scrub(
  journal: Pick<Journal, 'reached' | 'verify' | 'erased'>,
  { getBody, onDamaged, restMs, signal }: ScrubOptions,
): Promise<void> {
  const unread = journal.reached.begunAt;
  for (let seq = 1, rest = restMs.unread; !signal.aborted; seq++) {
    if (seq > unread) rest = restMs.again;
    if (seq > journal.reached.seq) seq = 1;
    for (const { event, index } of await journal.verify(seq)) {
      if (event.kind !== 'message') continue;
      const body = await getBody(event.stored);
      // erased a moment ago: then its body goes first
      if (!(body && isBodyOf(event, body)) && !journal.erased.has(index)) onDamaged(`the body of entry ${index}`);
    }
    await sleep(rest, undefined, { signal, ref: false }).catch(() => {});
  }
}
