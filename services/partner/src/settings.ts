/** What the program is told by its surroundings: read once, by name, and checked. Secrets come as files only. */
import { readFile } from 'node:fs/promises';
import { fromBase64url, sha256, utf8 } from '@eenmaal/crypto';
import { KEY_SETTINGS, REGION_SETTINGS, readSecret, readSettings, readTrustFile, type Trust } from '@eenmaal/host';
import { EenmaalError } from '@eenmaal/model';
import { z } from 'zod';

const OWN_SETTINGS = {
  /** File with the access token of the API, or with `sha256:` and its hash. */
  EENMAAL_API_TOKEN_FILE: z.string().min(1),
  EENMAAL_HTTP_HOST: z.union([z.ipv4(), z.ipv6(), z.literal('localhost')]).default('127.0.0.1'),
  /** Instead of the one in the organisation's file; 0: any free one. */
  EENMAAL_HTTP_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  /** Certificate authority of the message server, when it is not one the system knows. */
  EENMAAL_NATS_CA_FILE: z.string().min(1).optional(),
  /** How often to ask the ledger without being woken. */
  EENMAAL_POLL_SECONDS: z.coerce.number().int().min(1).max(3600).default(30),
};

/** Where the keys are, and what opens them: all that enrolling needs. */
export type KeySettings = { stateDir: string; keySecret: Uint8Array };
export type Settings = KeySettings & {
  natsUrl: string[];
  natsCaFile: string | undefined;
  /** The region's signed statement (a JWS): the root of all trust. */
  region: string;
  /** Whom it trusts beside the ledger; absent: nobody. */
  trust?: Trust;
  /** SHA-256 of the access token; the token itself is not kept. */
  tokenHash: Uint8Array;
  host: string;
  port: number | undefined;
  logLevel: string;
  pollSeconds: number;
};

type Env = Record<string, string | undefined>;

/** @throws `malformed` naming the variable, `keystore-locked` for the key secret */
export async function readKeySettings(env: Env): Promise<KeySettings> {
  const { EENMAAL_STATE_DIR, EENMAAL_KEY_SECRET_FILE } = readSettings(KEY_SETTINGS, env);
  return { stateDir: EENMAAL_STATE_DIR, keySecret: await readSecret(EENMAAL_KEY_SECRET_FILE) };
}

/** @throws `malformed` naming the variable, `keystore-locked` for the key secret */
export async function readServeSettings(env: Env): Promise<Settings> {
  const found = readSettings({ ...REGION_SETTINGS, ...OWN_SETTINGS }, env);
  const region = await readText('EENMAAL_REGION_FILE', found.EENMAAL_REGION_FILE);
  const trust = await readTrustFile(found, region);
  return {
    ...(await readKeySettings(env)),
    natsUrl: found.EENMAAL_NATS_URL.split(','),
    natsCaFile: found.EENMAAL_NATS_CA_FILE,
    region,
    ...(trust && { trust }),
    tokenHash: tokenHash(await readText('EENMAAL_API_TOKEN_FILE', found.EENMAAL_API_TOKEN_FILE)),
    host: found.EENMAAL_HTTP_HOST,
    port: found.EENMAAL_HTTP_PORT,
    logLevel: found.EENMAAL_LOG_LEVEL,
    pollSeconds: found.EENMAAL_POLL_SECONDS,
  };
}

async function readText(name: string, path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw new EenmaalError('malformed', `the file that ${name} names cannot be read`, { cause });
  }
}

/** With the hash in the file, the token lies with its user only. */
function tokenHash(text: string): Uint8Array {
  if (text.startsWith('sha256:')) {
    const hash = fromBase64url(text.slice('sha256:'.length));
    if (hash.length === 32) return hash;
  } else if (/^[\x21-\x7e]{32,512}$/.test(text)) return hashOfToken(text);
  throw new EenmaalError('malformed', 'EENMAAL_API_TOKEN_FILE: a token has 32 to 512 visible characters');
}

export const hashOfToken = (token: string): Uint8Array => sha256(utf8(token));
