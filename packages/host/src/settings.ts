/** Settings come from the environment, read once by name and checked; secrets are never among them, only their files. */
import { EenmaalError } from '@eenmaal/model';
import { z } from 'zod';

const common = {
  /** Message server, e.g. nats://127.0.0.1:4222; several separated by commas. */
  EENMAAL_NATS_URL: z.string().regex(/^(nats|tls):\/\/\S+$/),
  /** Holds the keys and whatever this service keeps. */
  EENMAAL_STATE_DIR: z.string().min(1),
  /** File with 32 random bytes as base64url: opens the keys. */
  EENMAAL_KEY_SECRET_FILE: z.string().min(1),
  /** The region statement, signed by the steward: the root of trust. */
  EENMAAL_REGION_FILE: z.string().min(1),
  EENMAAL_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
};

/** Reads the common settings and `more` from `env`. @throws `malformed` naming the first wrong one, never its value */
export function readSettings<T extends z.ZodRawShape>(more: T, env: Record<string, string | undefined>) {
  const schema = z.object({ ...common, ...more });
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new EenmaalError('malformed', `setting ${issue?.path.join('.')}: ${issue?.message}`);
}
