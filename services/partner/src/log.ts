/**
 * The log: what happened, never what was said. Content, titles, keys and tokens are not logged anywhere; the redaction
 * here is the second lock. Of an error only its code and the place in the program are kept, because messages may quote.
 */
import { EenmaalError } from '@eenmaal/model';
import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

const SECRET = ['authorization', 'content', 'text', 'title', 'keys', 'key', 'token', 'secret', 'seed', 'name', 'body'];

export function openLog(level: string, organisation: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { organisation },
    redact: { paths: SECRET.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '(not logged)' },
    serializers: { err: describeError, error: describeError },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** What may be known of an error: our own have a code and a detail without content, others only where they arose. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  if (error instanceof EenmaalError) return { code: error.code, detail: error.detail, ...cause };
  const { code } = error as NodeJS.ErrnoException;
  const at = error.stack?.split('\n').filter((line) => line.startsWith('    at '));
  return { type: error.name, ...(typeof code === 'string' && { code }), at, ...cause };
}
