/** What the witness is told by its surroundings: read once, by name, and checked. */
import { readFile } from 'node:fs/promises';
import { KEY_SETTINGS, readSecret, readSettings } from '@eenmaal/host';
import { LedgerError, parsePolicy, type VerifierKey } from '@eenmaal/ledger';
import { EenmaalError } from '@eenmaal/model';
import { z } from 'zod';

const SETTINGS = {
  ...KEY_SETTINGS,
  /** Name of the witness in its key, for example witness.example.nl/privacy-officer. Keep it: another name is another witness. */
  EENMAAL_WITNESS_NAME: z.string().min(1),
  /** Policy file (C2SP tlog-policy) whose `log` lines say which logs to witness. */
  EENMAAL_WITNESS_LOGS_FILE: z.string().min(1),
  EENMAAL_HTTP_HOST: z.union([z.ipv4(), z.ipv6(), z.literal('localhost')]).default('127.0.0.1'),
  /** 0: any free one. */
  EENMAAL_HTTP_PORT: z.coerce.number().int().min(0).max(65_535).default(4290),
  EENMAAL_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
};

export type Settings = {
  stateDir: string;
  keySecret: Uint8Array;
  name: string;
  logs: readonly VerifierKey[];
  host: string;
  port: number;
  logLevel: string;
};

/** @throws `malformed` naming the variable, `keystore-locked` for the key secret */
export async function readWitnessSettings(env: Record<string, string | undefined>): Promise<Settings> {
  const found = readSettings(SETTINGS, env);
  return {
    stateDir: found.EENMAAL_STATE_DIR,
    keySecret: await readSecret(found.EENMAAL_KEY_SECRET_FILE),
    name: found.EENMAAL_WITNESS_NAME,
    logs: await readLogs(found.EENMAAL_WITNESS_LOGS_FILE),
    host: found.EENMAAL_HTTP_HOST,
    port: found.EENMAAL_HTTP_PORT,
    logLevel: found.EENMAAL_LOG_LEVEL,
  };
}

async function readLogs(path: string): Promise<VerifierKey[]> {
  const variable = 'EENMAAL_WITNESS_LOGS_FILE';
  const file = await readFile(path).catch((cause: unknown) => {
    throw new EenmaalError('malformed', `the file that ${variable} names cannot be read`, { cause });
  });
  try {
    const { logs } = parsePolicy(file);
    if (logs.length > 0) return logs.map(({ key }) => key);
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause;
    throw new EenmaalError('malformed', `${variable}: ${cause.message}`, { cause });
  }
  throw new EenmaalError('malformed', `${variable} names no log`);
}
