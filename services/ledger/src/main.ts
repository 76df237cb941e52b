/**
 * Starts the ledger service from its environment (README.md lists the settings). Exactly one serves a store: a second one
 * refuses to start while the first answers, and takes over, by an append nobody can miss, when it does not.
 */
import { parseArgs } from 'node:util';
import { answerAlive, connect, isServed, LEDGER_USER, openStreams, serveRequests, wake } from '@eenmaal/broker';
import {
  createLogger,
  KEY_SETTINGS,
  openKeystore,
  openVaultKeys,
  REGION_SETTINGS,
  readIfThere,
  readLaw,
  readSecret,
  readSettings,
  systemRandom,
} from '@eenmaal/host';
import { EenmaalError } from '@eenmaal/model';
import { z } from 'zod';
import { startLedger } from './service.ts';

/** Longer than ANSWER_LEASE_MS: whoever is silent this long answers nothing any more without looking first. */
const SILENCE_MS = 2500;

const SETTINGS = {
  ...REGION_SETTINGS,
  /** Monitoring addresses of every message server, separated by commas: proves that each write is synced. */
  EENMAAL_NATS_MONITORS: z.string().min(1),
  EENMAAL_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
};

async function main(): Promise<void> {
  const { EENMAAL_STATE_DIR, EENMAAL_KEY_SECRET_FILE } = readSettings(KEY_SETTINGS, process.env);
  const secret = await readSecret(EENMAAL_KEY_SECRET_FILE);
  const { identity, nkey } = await openKeystore(EENMAAL_STATE_DIR, secret);
  if (parseArgs({ allowPositionals: true }).positionals[0] === 'enrol') {
    process.stdout.write(`${JSON.stringify({ keys: identity.public, nkey: nkey.public })}\n`);
    return;
  }
  const settings = readSettings(SETTINGS, process.env);
  const log = createLogger('ledger', settings.EENMAAL_LOG_LEVEL);
  const region = (await readIfThere(settings.EENMAAL_REGION_FILE))?.trim();
  if (!region) throw new EenmaalError('malformed', 'no region statement in EENMAAL_REGION_FILE');
  const law = await readLaw();
  const vaultKeys = await openVaultKeys(EENMAAL_STATE_DIR, secret);
  const nc = await connect({ url: settings.EENMAAL_NATS_URL.split(','), nkeySeed: nkey.seed, name: LEDGER_USER });
  if (await isServed(nc, SILENCE_MS)) {
    await nc.close();
    throw new EenmaalError('ledger-already-served');
  }
  const abort = new AbortController();
  const monitorUrls = settings.EENMAAL_NATS_MONITORS.split(',');
  const store = await openStreams(nc, { monitorUrls, replicas: settings.EENMAAL_REPLICAS, signal: abort.signal });
  const stop = async (code: number): Promise<void> => {
    process.exitCode = code;
    abort.abort();
    await nc.close();
  };
  const { handle, journal } = await startLedger({
    ...{ store, identity, vaultKeys, law, region, clock: Date.now, random: systemRandom },
    monotonic: () => performance.now(),
    notify: (account) => wake(nc, account),
    onInternal: (error) => log.error({ err: error }, 'request failed'),
    onFatal: (error) => {
      log.fatal({ code: error.code, detail: error.detail }, 'stopped');
      void stop(1);
    },
  });
  const requests = serveRequests(nc, handle);
  answerAlive(nc, () => journal.dead === null);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void requests.stop().then(() => stop(0)));
  log.info({ size: journal.size }, 'serving');
}

main().catch((error: unknown) => {
  const known = error instanceof EenmaalError ? error.message : String(error instanceof Error ? error.stack : error);
  process.stderr.write(`ledger: ${known}\n`);
  process.exitCode = 1;
});
