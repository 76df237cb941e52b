/**
 * The one logger: JSON lines of what happened, never of what was said. Nothing that could be content, a key or a token
 * survives redaction, at any level; of an error only its code and the place in the program are kept, for messages may quote.
 */
import { EenmaalError } from '@eenmaal/model';
import { type DestinationStream, type Logger, pino } from 'pino';

/** Field names that are never written, wherever they stand (three levels deep). */
const SECRET = [
  'authorization',
  'secret',
  'seed',
  'key',
  'keys',
  'token',
  'text',
  'title',
  'content',
  'body',
  'label',
  'name',
  'author',
];
const paths = SECRET.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

const serializers = { err: describeError, error: describeError };

export type Log = Logger;

/** @param destination for tests; standard error unless told, because standard output belongs to the program */
export function createLogger(name: string, level: string, destination: DestinationStream = pino.destination(2)): Log {
  return pino({ base: { service: name }, level, serializers, redact: { paths, censor: '[left out]' } }, destination);
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
