/**
 * How far the ledger reached, noted in another stream's file. After a crash with a damaged block the server can serve a
 * shorter ledger as if it had never been longer (seen on 2.15.1: one flipped bit, 100 of 200 commits gone, nothing
 * logged). Appending there would silently replace what was acknowledged; the mark makes it visible.
 */
import { text, utf8 } from '@eenmaal/crypto';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { AckedPublisher } from './acked-publisher.ts';
import { persist } from './persist.ts';
import { hub, STREAM } from './subjects.ts';

/** Every note is one more disk sync, so there are at most ten a second. What a crash may hide is younger than this. */
const PAUSE_MS = 100;

export type HeightMark = {
  /** Notes an acknowledged commit soon; never waits and never fails. */
  note(seq: number): void;
  /** The highest noted, 0 for none. The ledger was at least this long. */
  read(): Promise<number>;
};

export function heightMark(jsm: JetStreamManager, publisher: AckedPublisher, signal: AbortSignal): HeightMark {
  let newest = 0;
  let noted = 0;
  let busy = false;

  async function write(): Promise<void> {
    busy = true;
    while (noted < newest && !signal.aborted) {
      const seq = newest;
      await publisher.publish(hub.height, utf8(String(seq))).then(
        () => {
          noted = seq;
        },
        () => {}, // the next round tries again
      );
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref());
    }
    busy = false;
  }

  return {
    note(seq) {
      newest = Math.max(newest, seq);
      if (!busy) void write();
    },
    async read() {
      const mark = await persist(signal, () => jsm.streams.getMessage(STREAM.vault, { last_by_subj: hub.height }));
      return mark ? Number(text(mark.data)) : 0;
    },
  };
}
