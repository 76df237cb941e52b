/** Settings come from the environment, read once by name and checked; secrets are never among them, only their files. */
import { EenmaalError } from '@eenmaal/model';
import { z } from 'zod';

/** Where a program's keys are. */
export const KEY_SETTINGS = {
  /** Holds the keys and whatever this program keeps. */
  EENMAAL_STATE_DIR: z.string().min(1),
  /** File with 32 random bytes as base64url: opens the keys. */
  EENMAAL_KEY_SECRET_FILE: z.string().min(1),
};

/** How a program finds its region. */
export const REGION_SETTINGS = {
  /** Message server, e.g. nats://127.0.0.1:4222; several separated by commas. */
  EENMAAL_NATS_URL: z.string().regex(/^(nats|tls):\/\/\S+$/, 'expected nats://host:port'),
  /** The region statement, signed by the steward: the root of trust. */
  EENMAAL_REGION_FILE: z.string().min(1),
  /** Witness policy, given with the region statement: who must have confirmed the log. Absent: nobody but the ledger. */
  EENMAAL_WITNESS_POLICY_FILE: z.string().min(1).optional(),
  /**
   * Seconds until what the witnesses confirmed is old; one value for the whole region. The ledger opens nothing on it then,
   * and participants do not call it confirmed.
   */
  EENMAAL_RELEASE_MAX_STALENESS: z.coerce.number().int().min(1).max(86_400).optional(),
  EENMAAL_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
};

/** Reads settings from `env`. @throws `malformed` naming the first wrong one, never its value */
export function readSettings<T extends z.ZodRawShape>(shape: T, env: Record<string, string | undefined>) {
  const result = z.object(shape).safeParse(env);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const name = String(issue?.path[0]);
  throw new EenmaalError('malformed', `setting ${name} ${env[name] ? 'has not the right form' : 'is missing'}`);
}
