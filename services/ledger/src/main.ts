/**
 * Starts the ledger service from its environment (README.md lists the settings). Exactly one serves a store: a second one
 * refuses to start while the first answers, and takes over, by an append nobody can miss, when it does not.
 */
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { answerAlive, connect, isServed, LEDGER_USER, openStreams, serveRequests, wake } from '@eenmaal/broker';
import {
  createLogger,
  KEY_SETTINGS,
  type Log,
  openKeystore,
  openVaultKeys,
  REGION_SETTINGS,
  readIfThere,
  readLaw,
  readSecret,
  readSettings,
  readTrustFile,
  systemRandom,
  type Trust,
} from '@eenmaal/host';
import { EenmaalError } from '@eenmaal/model';
import { z } from 'zod';
import type { WitnessOptions } from './beat.ts';
import { Journal } from './journal.ts';
import { Keeper } from './keeper.ts';
import { scrub } from './scrub.ts';
import { startLedger } from './service.ts';

/** Longer than ANSWER_LEASE_MS: whoever is silent this long answers nothing any more without looking first. */
const SILENCE_MS = 2500;

const WITNESS_TIMEOUT_MS = 5000;

const SETTINGS = {
  ...KEY_SETTINGS,
  ...REGION_SETTINGS,
  /** Monitoring addresses of every message server, separated by commas: proves that each write is synced. */
  EENMAAL_NATS_MONITORS: z.string().min(1),
  /** Seconds between two checkpoints that witnesses are asked to confirm, while there is something new. */
  EENMAAL_CHECKPOINT_SECONDS: z.coerce.number().min(0.1).max(3600).default(10),
  EENMAAL_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
  /** Entries between two snapshots. */
  EENMAAL_SNAPSHOT_EVERY: z.coerce.number().int().min(1).default(5_000),
};
/** How often to look whether a snapshot is due. */
const SNAPSHOT_BEAT_MS = 250;
/** Between two old commits that are read again: what the start did not read, fifty a second; and then all, for ever. */
const SCRUB_REST_MS = { unread: 20, again: 1000 };

type Settings = ReturnType<typeof readSettings<typeof SETTINGS>>;

async function main(): Promise<void> {
  const { EENMAAL_STATE_DIR, EENMAAL_KEY_SECRET_FILE } = readSettings(KEY_SETTINGS, process.env);
  const secret = await readSecret(EENMAAL_KEY_SECRET_FILE);
  const { identity, nkey } = await openKeystore(EENMAAL_STATE_DIR, secret);
  const [task, upTo] = parseArgs({ allowPositionals: true }).positionals;
  if (task === 'enrol') {
    process.stdout.write(`${JSON.stringify({ keys: identity.public, nkey: nkey.public })}\n`);
    return;
  }
  const settings = readSettings(SETTINGS, process.env);
  const log = createLogger('ledger', settings.EENMAAL_LOG_LEVEL);
  const region = (await readIfThere(settings.EENMAAL_REGION_FILE))?.trim();
  if (!region) throw new EenmaalError('malformed', 'no region statement in EENMAAL_REGION_FILE');
  const witnesses = witnessOptions(await readTrustFile(settings, region), settings, log);
  const law = await readLaw();
  const vaultKeys = await openVaultKeys(EENMAAL_STATE_DIR, secret);
  const nc = await connect({ url: settings.EENMAAL_NATS_URL.split(','), nkeySeed: nkey.seed, name: LEDGER_USER });
  const snapshot = {
    path: join(EENMAAL_STATE_DIR, 'snapshot'),
    onRefused: (why: string) => log.warn({ why }, 'snapshot not used: reading the whole log'),
    onTilesFailed: (why: string) => log.warn({ why }, 'tiles not written'),
  };
  if (task !== 'snapshot' && (await isServed(nc, SILENCE_MS))) {
    await nc.close();
    throw new EenmaalError('ledger-already-served');
  }
  const abort = new AbortController();
  const monitorUrls = settings.EENMAAL_NATS_MONITORS.split(',');
  const store = await openStreams(nc, { monitorUrls, replicas: settings.EENMAAL_REPLICAS, signal: abort.signal });
  if (task === 'snapshot') {
    setPriority(5);
    const time = { clock: Date.now, monotonic: () => performance.now() };
    const journal = await Journal.open({
      store,
      vaultKeys,
      law,
      ...time,
      random: systemRandom,
      snapshot,
      upTo: Number(upTo),
    });
    await journal.keep();
    await nc.close();
    return;
  }
  const stop = async (code: number): Promise<void> => {
    process.exitCode = code;
    abort.abort();
    keeper?.stop();
    await nc.close();
  };
  let keeper: Keeper | null = null;
  const { handle, journal } = await startLedger({
    ...{ store, identity, vaultKeys, law, region, clock: Date.now, random: systemRandom, snapshot },
    monotonic: () => performance.now(),
    notify: (account) => wake(nc, account),
    ...(witnesses && { witnesses }),
    onInternal: (error) => log.error({ err: error }, 'request failed'),
    onFatal: (error) => {
      log.fatal({ code: error.code, detail: error.detail }, 'stopped');
      void stop(1);
    },
  });
  const requests = serveRequests(nc, handle);
  answerAlive(nc, () => journal.dead === null);
  keeper = new Keeper({
    ...{ journal, every: settings.EENMAAL_SNAPSHOT_EVERY, beatMs: SNAPSHOT_BEAT_MS },
    onFailed: (detail) => log.warn({ detail }, 'no snapshot made'),
  });
  const onDamaged = (detail: string) => log.error({ code: 'ledger-damaged', detail }, 'one message cannot be opened');
  // what is wrong with a commit has stopped the journal already, and said so
  scrub(journal, { getBody: store.getBody, onDamaged, restMs: SCRUB_REST_MS, signal: abort.signal }).catch(() => {});
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void requests.stop().then(() => stop(0)));
  log.info({ size: journal.size, begunAt: journal.reached.begunAt }, 'serving');
}

/** Says in the log, at start, whether anybody but the ledger vouches for its log. */
function witnessOptions(trust: Trust | undefined, settings: Settings, log: Log): WitnessOptions | undefined {
  if (!trust) {
    log.warn('no witnesses: no quorum is asked, and nobody but this ledger confirms that there is one history');
    return undefined;
  }
  const { policy, maxAge: maxStaleness } = trust;
  log.info({ witnesses: policy.witnesses.map(({ key }) => key.name), maxStaleness }, 'a quorum of witnesses is asked');
  return {
    ...{ policy, beatMs: settings.EENMAAL_CHECKPOINT_SECONDS * 1000, timeoutMs: WITNESS_TIMEOUT_MS, maxStaleness },
    kept: {
      path: join(settings.EENMAAL_STATE_DIR, 'cosigned'),
      onUnusable: (why) => log.warn({ why }, 'the newest confirmed checkpoint is not kept: a start begins with none'),
    },
    onQuorum: (size, failures) =>
      size === null ? log.error({ code: 'quorum-stale', failures }, 'no quorum') : log.info({ size }, 'quorum'),
    onSplitView: (failure) =>
      log.error({ code: 'split-view', failure }, 'a witness saw another history: nothing is published or opened'),
  };
}

main().catch((error: unknown) => {
  const known = error instanceof EenmaalError ? error.message : String(error instanceof Error ? error.stack : error);
  process.stderr.write(`ledger: ${known}\n`);
  // not the code alone: its connection to the message server would keep a ledger that may not serve alive, and nobody would
  // start it again
  process.exit(1);
});
