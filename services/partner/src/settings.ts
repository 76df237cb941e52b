/** What the program is told by its surroundings: read once, by name, and checked. Secrets come as files only. */
import { readFileSync } from 'node:fs';
import { fromBase64url, sha256, toBase64url, utf8 } from '@eenmaal/crypto';
import { EenmaalError } from '@eenmaal/model';
import { z } from 'zod';

const File = z.string().min(1).max(4096);

const Environment = z.object({
  EENMAAL_NATS_URL: z.string().regex(/^((nats|tls):\/\/[^\s,]+)(,(nats|tls):\/\/[^\s,]+)*$/),
  EENMAAL_STATE_DIR: File,
  EENMAAL_KEY_SECRET_FILE: File,
  EENMAAL_REGION_FILE: File,
  EENMAAL_API_TOKEN_FILE: File,
  EENMAAL_NKEY_SEED_FILE: File.optional(),
  EENMAAL_NATS_CA_FILE: File.optional(),
  EENMAAL_HTTP_HOST: z.union([z.ipv4(), z.ipv6(), z.literal('localhost')]).default('127.0.0.1'),
  EENMAAL_HTTP_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  EENMAAL_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  EENMAAL_POLL_SECONDS: z.coerce.number().int().min(1).max(3600).default(30),
});
type Name = keyof z.infer<typeof Environment>;

/** What enrolling needs. */
export type KeySettings = { stateDir: string; keySecret: Uint8Array; nkeySeedFile: string };
/** What serving needs. */
export type Settings = KeySettings & {
  natsUrl: string[];
  natsCaFile: string | undefined;
  /** The region's signed statement (a JWS): the root of all trust. */
  region: string;
  /** SHA-256 of the access token; the token itself is not kept. */
  tokenHash: Uint8Array;
  host: string;
  /** Instead of the one in the organisation's file; 0: any free one. */
  port: number | undefined;
  logLevel: string;
  pollSeconds: number;
};

type Env = Readonly<Record<string, string | undefined>>;

/** @throws `malformed` naming the variable, `keystore-locked` for the key secret */
export function readKeySettings(env: Env): KeySettings {
  const { EENMAAL_STATE_DIR, EENMAAL_KEY_SECRET_FILE, EENMAAL_NKEY_SEED_FILE } = check(
    Environment.pick({ EENMAAL_STATE_DIR: true, EENMAAL_KEY_SECRET_FILE: true, EENMAAL_NKEY_SEED_FILE: true }),
    env,
  );
  return {
    stateDir: EENMAAL_STATE_DIR,
    keySecret: keySecret(EENMAAL_KEY_SECRET_FILE),
    nkeySeedFile: EENMAAL_NKEY_SEED_FILE ?? `${EENMAAL_STATE_DIR}/nats.nkey`,
  };
}

/** @throws `malformed` naming the variable, `keystore-locked` for the key secret */
export function readSettings(env: Env): Settings {
  const found = check(Environment, env);
  return {
    ...readKeySettings(env),
    natsUrl: found.EENMAAL_NATS_URL.split(','),
    natsCaFile: found.EENMAAL_NATS_CA_FILE,
    region: readText('EENMAAL_REGION_FILE', found.EENMAAL_REGION_FILE),
    tokenHash: tokenHash(readText('EENMAAL_API_TOKEN_FILE', found.EENMAAL_API_TOKEN_FILE)),
    host: found.EENMAAL_HTTP_HOST,
    port: found.EENMAAL_HTTP_PORT,
    logLevel: found.EENMAAL_LOG_LEVEL,
    pollSeconds: found.EENMAAL_POLL_SECONDS,
  };
}

/** Names the variable, never its value: it may be a secret put in the wrong place. */
function check<T>(schema: z.ZodType<T>, env: Env): T {
  const result = schema.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (result.success) return result.data;
  const name = String(result.error.issues[0]?.path[0]);
  throw new EenmaalError(
    'malformed',
    `environment variable ${name} ${env[name] ? 'has not the right form' : 'is missing'}`,
  );
}

function readText(name: Name, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new EenmaalError('malformed', `the file that ${name} names cannot be read`, { cause });
  }
}

function keySecret(path: string): Uint8Array {
  try {
    const secret = fromBase64url(readFileSync(path, 'utf8').trim());
    if (secret.length === 32) return secret;
  } catch (cause) {
    throw new EenmaalError('keystore-locked', 'EENMAAL_KEY_SECRET_FILE', { cause });
  }
  throw new EenmaalError('keystore-locked', 'EENMAAL_KEY_SECRET_FILE is not 32 bytes in base64url');
}

/** The file holds the token, or `sha256:` and its hash in base64url so that the token lies with its user only. */
function tokenHash(text: string): Uint8Array {
  if (text.startsWith('sha256:')) {
    const hash = fromBase64url(text.slice('sha256:'.length));
    if (hash.length === 32) return hash;
  } else if (/^[\x21-\x7e]{32,512}$/.test(text)) return hashOfToken(text);
  throw new EenmaalError('malformed', 'EENMAAL_API_TOKEN_FILE: a token has 32 to 512 visible characters');
}

export const hashOfToken = (token: string): Uint8Array => sha256(utf8(token));
/** As the token file may hold it. */
export const tokenHashText = (token: string): string => `sha256:${toBase64url(hashOfToken(token))}`;
