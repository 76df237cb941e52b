/**
 * The log: what happened, never what was said. Content, titles, keys and tokens are not logged anywhere; the redaction of
 * the shared logger is the second lock. Of an error only its code and the place in the program are kept, because
 * messages may quote.
 */
import { createLogger } from '@eenmaal/host';
import { EenmaalError } from '@eenmaal/model';

export type Log = ReturnType<typeof createLogger>;

/** @param destination for tests; standard error unless told */
export function openLog(level: string, organisation: string, destination?: { write(line: string): void }): Log {
  const serializers = { err: describeError, error: describeError };
  return createLogger(`partner ${organisation}`, level, destination).child({}, { serializers });
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
