/** The four streams as data, and how they are opened: made when all are missing, else checked field by field, never changed. */
import { EenmaalError } from '@eenmaal/model';
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { type LedgerStore, ledgerStore } from './ledger-store.ts';
import { persist } from './persist.ts';
import { checkServers } from './server-checks.ts';
import { hub, STREAM, type StreamName } from './subjects.ts';

export type OpenStreamsOptions = {
  /** Monitoring endpoint of every server. */
  monitorUrls: readonly string[];
  /** Copies of every stream; 1 unless told, 3 in a cluster of three. */
  replicas?: number;
  /** Stops whatever is still being tried. */
  signal?: AbortSignal;
};

const common = {
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  max_msgs: -1,
  max_bytes: -1,
  max_age: 0,
  max_msgs_per_subject: -1,
  // A full store refuses what is new; nothing old ever makes room by itself.
  discard: DiscardPolicy.New,
  discard_new_per_subject: false,
  deny_delete: false,
  deny_purge: false,
  allow_direct: false,
  duplicate_window: 120_000_000_000,
} satisfies Partial<StreamConfig>;

type Wanted = Partial<StreamConfig> & { name: StreamName };

/**
 * What each stream must look like. The order is the order of making: the one participants write to comes last.
 * @param chunkBytes what attachments may take together
 */
function wantedStreams(replicas: number, chunkBytes: number): Wanted[] {
  const streams: Wanted[] = [
    { ...common, name: STREAM.ledger, subjects: [hub.ledger], deny_delete: true, deny_purge: true },
    { ...common, name: STREAM.vault, subjects: [hub.anyVault], max_msgs_per_subject: 1, discard: DiscardPolicy.Old },
    { ...common, name: STREAM.body, subjects: [hub.body], allow_direct: true },
    {
      ...common,
      name: STREAM.chunk,
      subjects: [hub.anyChunk],
      allow_direct: true,
      max_bytes: chunkBytes,
      // The first upload of a chunk stays: nobody can exchange it after the message was accepted.
      max_msgs_per_subject: 1,
      discard_new_per_subject: true,
    },
  ];
  return streams.map((stream) => ({ ...stream, num_replicas: replicas }));
}

/**
 * Opens the ledger's storage and proves that it is fit to be trusted.
 * @throws `server-unsafe` naming the field that is not as it must be; `ledger-damaged` when a stream is missing while
 * another holds messages, because a lost ledger must not be replaced by an empty one
 */
export async function openStreams(nc: NatsConnection, options: OpenStreamsOptions): Promise<LedgerStore> {
  const signal = options.signal ?? new AbortController().signal;
  const { maxStorage } = await checkServers(options.monitorUrls);
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  // half the store for attachments, so that they can never crowd out the ledger
  const wanted = wantedStreams(options.replicas ?? 1, Math.floor(maxStorage / 2));

  const found = new Map<StreamName, StreamInfo>();
  for (const { name } of wanted) {
    const info = await persist(signal, () => streamInfo(jsm, name));
    if (info) found.set(name, info);
  }
  const holdsMessages = [...found.values()].some(({ state }) => state.last_seq > 0);
  for (const stream of wanted) {
    const there = found.get(stream.name);
    if (!there && holdsMessages) throw new EenmaalError('ledger-damaged', `stream ${stream.name} is missing`);
    // Making it again with another configuration is refused by the server, so two starting at once cannot differ.
    const { config } = there ?? (await persist(signal, () => jsm.streams.add({ ...stream })));
    checkStream(stream, config);
  }
  return ledgerStore(nc, jsm, signal);
}

async function streamInfo(jsm: JetStreamManager, name: StreamName): Promise<StreamInfo | undefined> {
  try {
    return await jsm.streams.info(name);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return undefined;
    throw error;
  }
}

/** Fields that must be absent or false in every stream: each would let messages vanish, appear or be acknowledged too early. */
const FORBIDDEN = [
  'mirror',
  'sources',
  'republish',
  'subject_transform',
  'sealed',
  'no_ack',
  'allow_rollup_hdrs',
  'allow_msg_ttl',
  'allow_msg_schedules',
  'allow_msg_counter',
  'mirror_direct',
] as const;

/** @throws `server-unsafe` naming stream and field */
function checkStream(wanted: Wanted, actual: StreamConfig): void {
  const unsafe = (field: string) => new EenmaalError('server-unsafe', `stream ${wanted.name}: ${field}`);
  for (const [field, value] of Object.entries(wanted)) {
    const is = actual[field as keyof StreamConfig];
    if (field === 'num_replicas') {
      if (actual.num_replicas < Number(value)) throw unsafe(field);
    } else if (field === 'max_bytes' && wanted.name === STREAM.chunk) {
      if (actual.max_bytes <= 0) throw unsafe(field);
    } else if (JSON.stringify(is ?? false) !== JSON.stringify(value)) {
      throw unsafe(field);
    }
  }
  const fields = actual as unknown as Record<string, unknown>;
  for (const field of FORBIDDEN) if (fields[field]) throw unsafe(field);
  if (fields.persist_mode === 'async') throw unsafe('persist_mode');
}
