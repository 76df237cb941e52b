/** What the ledger service may do with its streams: append, read back, keep bodies and wrapped keys. Nobody else can. */
import { EenmaalError } from '@eenmaal/model';
import { AckPolicy, DeliverPolicy, type JetStreamManager, type StoredMsg } from '@nats-io/jetstream';
import { headers, type NatsConnection, nanos, nuid } from '@nats-io/transport-node';
import { type AckedPublisher, ackedPublisher } from './acked-publisher.ts';
import { appender } from './append.ts';
import { heightMark } from './height.ts';
import { isConflict, NotNow, persist } from './persist.ts';
import { plainBytes } from './plain-bytes.ts';
import { readStream } from './stream-reader.ts';
import { hub, LEDGER_USER, STREAM, type StreamName, slotOfVault } from './subjects.ts';

/** One stored commit: the bytes `append` was given, and its stream sequence, which counts from 1 without gaps. */
export type Stored = { seq: number; bytes: Uint8Array };

/**
 * Every promise settles only when it is known what was stored. Where the server is gone, the call goes on trying until
 * it is back or the store's AbortSignal fires (then `ledger-unreachable`: whether it was stored is not known).
 */
export type LedgerStore = {
  /**
   * Appends one commit directly after `expectedSeq` (0: the ledger is empty), durably. A lost acknowledgement is found
   * out, never guessed at: the same bytes already stored there count as success.
   * @param msgId names this commit, for the server's own detection of repeats
   * @returns its sequence, `expectedSeq + 1`
   * @throws `second-writer` when another commit is there; `storage-full`, and then it is certainly not stored; `too-large`
   */
  append(bytes: Uint8Array, expectedSeq: number, msgId: string): Promise<number>;
  /** @throws `ledger-damaged` when there is no such commit */
  read(seq: number): Promise<Uint8Array>;
  /**
   * Hands over every commit from `fromSeq` (1 is the first) to the newest, in order, and answers the newest sequence
   * (0: the ledger is empty).
   * @throws `ledger-damaged` when one is missing, also at the end: only commits of the last tenth of a second before a
   * crash could be cut off unseen, and against that there are the witnesses' checkpoints
   */
  readAll(fromSeq: number, onCommit: (commit: Stored) => void | Promise<void>): Promise<number>;
  /** Stores a sealed body durably; the answer is where. @throws `storage-full`, `too-large` */
  putBody(bytes: Uint8Array): Promise<number>;
  /** undefined when it was deleted. */
  getBody(seq: number): Promise<Uint8Array | undefined>;
  /** Deletes bodies for good; those already gone are passed over. */
  deleteBodies(seqs: readonly number[]): Promise<void>;
  /** One uploaded chunk of an attachment, counted from 0; undefined when it was not uploaded. */
  getChunk(account: string, attachment: string, chunk: number): Promise<Uint8Array | undefined>;
  /** How many different chunks of this attachment were uploaded from this account. */
  countChunks(account: string, attachment: string): Promise<number>;
  /** Deletes every chunk of an attachment. */
  deleteChunks(account: string, attachment: string): Promise<void>;
  /**
   * Replaces what a vault slot holds (a dossier id, or `main`), durably; the older value is gone from the stream.
   * @param fence where the newest of some slot must still be (0: nowhere)
   * @returns where it is now
   * @throws `second-writer` when the slot of the fence was written since
   */
  vaultPut(slot: string, bytes: Uint8Array, fence?: VaultFence): Promise<number>;
  /** Where the newest of a slot is; 0: nowhere. */
  vaultSeq(slot: string): Promise<number>;
  vaultDelete(slot: string): Promise<void>;
  vaultAll(): Promise<Map<string, Uint8Array>>;
};

export type VaultFence = { slot: string; seq: number };

/** The store over streams that `openStreams` has made and checked. */
export function ledgerStore(nc: NatsConnection, jsm: JetStreamManager, signal: AbortSignal): LedgerStore {
  const publisher = ackedPublisher(nc, LEDGER_USER, signal);
  return {
    ...commits(nc, jsm, publisher, signal),
    ...bodies(jsm, publisher, signal),
    ...chunks(jsm, signal),
    ...vault(nc, jsm, publisher, signal),
  };
}

function commits(
  nc: NatsConnection,
  jsm: JetStreamManager,
  publisher: AckedPublisher,
  signal: AbortSignal,
): Pick<LedgerStore, 'append' | 'read' | 'readAll'> {
  const append = appender(jsm, publisher, signal);
  const height = heightMark(jsm, publisher, signal);
  return {
    async append(bytes, expectedSeq, msgId) {
      const seq = await append(bytes, expectedSeq, msgId);
      height.note(seq);
      return seq;
    },
    async read(seq) {
      const message = await persist(signal, () => jsm.streams.getMessage(STREAM.ledger, { seq }));
      if (!message) throw new EenmaalError('ledger-damaged', `commit ${seq} is missing`);
      return plainBytes(message.data);
    },
    async readAll(fromSeq, onCommit) {
      const atLeast = Math.max(fromSeq - 1, await height.read());
      const { state } = await persist(signal, () => jsm.streams.info(STREAM.ledger));
      const { first_seq, last_seq, messages } = state;
      // In a stream where nothing is ever deleted these two cannot differ.
      if (messages !== last_seq || (last_seq > 0 && first_seq !== 1)) {
        throw new EenmaalError('ledger-damaged', `${messages} commits of ${last_seq}`);
      }
      if (last_seq < atLeast) throw new EenmaalError('ledger-damaged', `ends at ${last_seq}, was at ${atLeast}`);
      let reached = fromSeq - 1;
      if (last_seq === reached) return reached;
      await readStream(nc, jsm, STREAM.ledger, fromSeq, signal, async ({ seq, data }) => {
        if (seq !== reached + 1) throw new EenmaalError('ledger-damaged', `commit ${reached + 1} is missing`);
        await onCommit({ seq, bytes: plainBytes(data) });
        reached = seq;
      });
      if (reached < last_seq) throw new EenmaalError('ledger-damaged', `commit ${reached + 1} is missing`);
      return reached;
    },
  };
}

/** Publishes under one id until it is known to be stored, so that a lost acknowledgement does not store it twice. */
const store = (publisher: AckedPublisher, signal: AbortSignal, subject: string, bytes: Uint8Array): Promise<number> => {
  const head = headers();
  head.set('Nats-Msg-Id', nuid.next());
  return persist(signal, async () => (await publisher.publish(subject, bytes, head)).seq);
};

function bodies(
  jsm: JetStreamManager,
  publisher: AckedPublisher,
  signal: AbortSignal,
): Pick<LedgerStore, 'putBody' | 'getBody' | 'deleteBodies'> {
  return {
    putBody: (bytes) => store(publisher, signal, hub.body, bytes),
    getBody: (seq) => fetchBytes(jsm, signal, STREAM.body, { seq }),
    async deleteBodies(seqs) {
      for (const seq of seqs) {
        await persist(signal, () => jsm.streams.deleteMessage(STREAM.body, seq, true)).catch(async (error: unknown) => {
          const there = await persist(signal, () => jsm.streams.getMessage(STREAM.body, { seq }));
          if (there) throw error;
        });
      }
    },
  };
}

/** Any server may answer the first request, also one that is behind; so a "not there" counts only from the leader. */
async function fetchBytes(
  jsm: JetStreamManager,
  signal: AbortSignal,
  stream: StreamName,
  query: { seq: number } | { last_by_subj: string },
): Promise<Uint8Array | undefined> {
  const message = await persist<StoredMsg | null>(
    signal,
    async () => (await jsm.direct.getMessage(stream, query)) ?? (await jsm.streams.getMessage(stream, query)),
  );
  return message ? plainBytes(message.data) : undefined;
}

function chunks(
  jsm: JetStreamManager,
  signal: AbortSignal,
): Pick<LedgerStore, 'getChunk' | 'countChunks' | 'deleteChunks'> {
  return {
    getChunk: (account, attachment, chunk) =>
      fetchBytes(jsm, signal, STREAM.chunk, { last_by_subj: hub.chunk(account, attachment, chunk) }),
    async countChunks(account, attachment) {
      // A consumer is told at once how many messages await it; listing the subjects would take 9 MB for 131,072 chunks.
      const info = await persist(signal, () =>
        jsm.consumers.add(STREAM.chunk, {
          name: nuid.next(),
          filter_subject: hub.chunksOf(account, attachment),
          ack_policy: AckPolicy.None,
          deliver_policy: DeliverPolicy.All,
          mem_storage: true,
          num_replicas: 1,
          inactive_threshold: nanos(5_000),
        }),
      );
      jsm.consumers.delete(STREAM.chunk, info.name).catch(() => {});
      return info.num_pending;
    },
    async deleteChunks(account, attachment) {
      await persist(signal, () => jsm.streams.purge(STREAM.chunk, { filter: hub.chunksOf(account, attachment) }));
    },
  };
}

function vault(
  nc: NatsConnection,
  jsm: JetStreamManager,
  publisher: AckedPublisher,
  signal: AbortSignal,
): Pick<LedgerStore, 'vaultPut' | 'vaultSeq' | 'vaultDelete' | 'vaultAll'> {
  const newest = (slot: string) => jsm.streams.getMessage(STREAM.vault, { last_by_subj: hub.vault(slot) });
  /** Ours, of which the acknowledgement was lost, a cluster that is settling, or another writer's? */
  const afterConflict = async (slot: string, bytes: Uint8Array, fence: VaultFence): Promise<number> => {
    const there = await newest(fence.slot);
    if ((there?.seq ?? 0) === fence.seq) throw new NotNow('being written');
    if (there && fence.slot === slot && Buffer.compare(there.data, bytes) === 0) return there.seq;
    throw new EenmaalError('second-writer', 'vault');
  };
  /** A cluster refuses a second one under way that names the same fence: trying again costs more than taking turns. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const mine = last.then(act);
    last = mine.catch(() => {});
    return mine;
  };
  return {
    vaultSeq: async (slot) => (await persist(signal, () => newest(slot)))?.seq ?? 0,
    vaultPut(slot, bytes, fence) {
      if (!fence) return store(publisher, signal, hub.vault(slot), bytes);
      const head = headers();
      head.set('Nats-Msg-Id', nuid.next());
      head.set('Nats-Expected-Last-Subject-Sequence', String(fence.seq));
      head.set('Nats-Expected-Last-Subject-Sequence-Subject', hub.vault(fence.slot));
      const put = async () => {
        try {
          return (await publisher.publish(hub.vault(slot), bytes, head)).seq;
        } catch (error) {
          if (!isConflict(error)) throw error;
          return afterConflict(slot, bytes, fence);
        }
      };
      return inTurn(() => persist(signal, put));
    },
    async vaultDelete(slot) {
      await persist(signal, () => jsm.streams.purge(STREAM.vault, { filter: hub.vault(slot) }));
    },
    async vaultAll() {
      const slots = new Map<string, Uint8Array>();
      await readStream(nc, jsm, STREAM.vault, 1, signal, ({ subject, data }) => {
        if (subject !== hub.height) slots.set(slotOfVault(subject), plainBytes(data));
      });
      return slots;
    },
  };
}
