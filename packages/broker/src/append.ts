/** One commit into the ledger's stream, exactly once and exactly there: the compare-and-set that makes one writer. */
import { EenmaalError } from '@eenmaal/model';
import type { JetStreamManager } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import type { AckedPublisher } from './acked-publisher.ts';
import type { LedgerStore } from './ledger-store.ts';
import { isConflict, NotNow, persist } from './persist.ts';
import { hub, STREAM } from './subjects.ts';

/** How often the server may say "conflict" while its newest commit is the one we expect (a cluster settling). */
const ROUNDS = 40;

export function appender(jsm: JetStreamManager, publisher: AckedPublisher, signal: AbortSignal): LedgerStore['append'] {
  return (bytes, expectedSeq, msgId) => {
    const head = conditions(expectedSeq, msgId);
    let rounds = 0;
    return persist(signal, async () => {
      try {
        const { seq } = await publisher.publish(hub.ledger, bytes, head);
        if (seq !== expectedSeq + 1) throw new EenmaalError('second-writer', `commit id was used before, at ${seq}`);
        return seq;
      } catch (error) {
        if (!isConflict(error)) throw error;
        if (++rounds > ROUNDS) throw new EenmaalError('ledger-damaged', `nothing can follow commit ${expectedSeq}`);
        return await afterConflict(jsm, bytes, expectedSeq);
      }
    });
  };
}

/** Never "expect 0" for a subject: that also passes when the subject's messages are gone. An empty stream is another matter. */
function conditions(expectedSeq: number, msgId: string): MsgHdrs {
  const head = headers();
  head.set('Nats-Msg-Id', msgId);
  head.set('Nats-Expected-Stream', STREAM.ledger);
  head.set('Nats-Expected-Last-Sequence', String(expectedSeq));
  if (expectedSeq > 0) head.set('Nats-Expected-Last-Subject-Sequence', String(expectedSeq));
  return head;
}

/** Something is where ours should go: ours, of which the acknowledgement was lost, or another writer's? */
async function afterConflict(jsm: JetStreamManager, bytes: Uint8Array, expectedSeq: number): Promise<number> {
  const { last_seq } = (await jsm.streams.info(STREAM.ledger)).state;
  if (last_seq < expectedSeq)
    throw new EenmaalError('ledger-damaged', `ends at ${last_seq}, was written to ${expectedSeq}`);
  if (last_seq === expectedSeq) throw new NotNow('being written');
  const there = await jsm.streams.getMessage(STREAM.ledger, { seq: expectedSeq + 1 });
  if (!there) throw new EenmaalError('ledger-damaged', `commit ${expectedSeq + 1} is missing`);
  if (Buffer.compare(there.data, bytes) !== 0) throw new EenmaalError('second-writer', `at ${expectedSeq + 1}`);
  return expectedSeq + 1;
}
