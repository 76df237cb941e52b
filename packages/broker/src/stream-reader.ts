/** Reads a stream from a sequence to its end, in order, a few hundred messages a request, across lost connections. */
import { EenmaalError } from '@eenmaal/model';
import { AckPolicy, DeliverPolicy, type JetStreamManager, type JsMsg } from '@nats-io/jetstream';
import { type NatsConnection, nanos, nuid } from '@nats-io/transport-node';
import { NotNow, persist } from './persist.ts';
import type { StreamName } from './subjects.ts';

const BATCH = 256;
const PATIENCE_MS = 3_000;

/**
 * Calls `onMessage` for every message from `fromSeq` that the stream held when this began, at least.
 * @throws `ledger-damaged` when the server says there is more and then has nothing to give
 */
export async function readStream(
  nc: NatsConnection,
  jsm: JetStreamManager,
  stream: StreamName,
  fromSeq: number,
  signal: AbortSignal,
  onMessage: (msg: JsMsg) => void | Promise<void>,
): Promise<void> {
  let next = fromSeq;
  let empty = 0;
  await persist(signal, async () => {
    const info = await jsm.consumers.add(stream, {
      name: nuid.next(),
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: next,
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: nanos(60_000),
    });
    const consumer = jsm.jetstream().consumers.getConsumerFromInfo(info);
    for (let pending = info.num_pending; pending > 0; ) {
      const before = next;
      for await (const msg of await consumer.fetch({ max_messages: Math.min(BATCH, pending), expires: PATIENCE_MS })) {
        await onMessage(msg);
        next = msg.seq + 1;
        pending = msg.info.pending;
      }
      if (next > before) empty = 0;
      // A store with a hole counts messages it cannot read: never take that for the end.
      else if (!nc.isClosed() && ++empty >= 3)
        throw new EenmaalError('ledger-damaged', `stream ${stream} after ${next - 1}`);
      else throw new NotNow('nothing came');
    }
    jsm.consumers.delete(stream, info.name).catch(() => {});
  });
}
