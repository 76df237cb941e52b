/** Keeps trying what only failed because the server was away, and puts what it refused into our own words. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EenmaalError } from '@eenmaal/model';
import { JetStreamApiError, JetStreamError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';

/** JetStream error codes (nats-server `errors.json`). */
const STORE_FULL = new Set([10002, 10023, 10028, 10047, 10077]);
const TOO_LARGE = new Set([10054]);
const WRONG_LAST_SEQUENCE = new Set([10071, 10164]);
/** The same message id is being stored at this moment. */
const BEING_STORED = 10158;

/** No leader yet, or still starting. */
const UNAVAILABLE = 503;

/** Tells that the attempt may be repeated: nothing is wrong but time. */
export class NotNow extends Error {}

/**
 * Runs `attempt` again and again, with growing pauses up to 2 s, until it gives a result or a refusal.
 * @throws EenmaalError: `ledger-unreachable` when `signal` fires or the connection was closed by us; else see `inOurWords`
 */
export async function persist<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (let pause = 20; ; pause = Math.min(pause * 2, 2_000)) {
    if (signal.aborted) throw new EenmaalError('ledger-unreachable', 'stopped');
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error)) throw inOurWords(error);
    }
    await sleep(pause / 2 + (pause / 2) * jitter(), undefined, { signal }).catch(() => {});
  }
}

// Spreads the attempts of several services after an outage. Time is random enough for that.
const jitter = (): number => (performance.now() * 1000) % 1;

export const isConflict = (error: unknown): boolean =>
  error instanceof JetStreamApiError && WRONG_LAST_SEQUENCE.has(error.code);

function isPassing(error: unknown): boolean {
  if (error instanceof JetStreamApiError) {
    return error.code === BEING_STORED || (error.status === UNAVAILABLE && !STORE_FULL.has(error.code));
  }
  return PASSING.some((kind) => error instanceof kind);
}
const PASSING = [
  NotNow,
  errors.TimeoutError,
  errors.RequestError,
  errors.NoRespondersError,
  errors.ConnectionError,
  JetStreamError,
];

/** `storage-full`, `too-large`, `envelope-conflict`, `ledger-unreachable`, or `internal` with the server's own reason as detail. */
function inOurWords(cause: unknown): unknown {
  if (cause instanceof JetStreamApiError) {
    // One code for "full" and for "this subject has its one message"; only the text tells them apart.
    if (cause.message.includes('per subject')) return new EenmaalError('envelope-conflict', cause.message, { cause });
    if (STORE_FULL.has(cause.code)) return new EenmaalError('storage-full', cause.message, { cause });
    if (TOO_LARGE.has(cause.code)) return new EenmaalError('too-large', cause.message, { cause });
    return new EenmaalError('internal', `JetStream ${cause.code} ${cause.message}`, { cause });
  }
  if (cause instanceof errors.InvalidArgumentError && cause.message.includes('max_payload')) {
    return new EenmaalError('too-large', undefined, { cause });
  }
  const gone = cause instanceof errors.ClosedConnectionError || cause instanceof errors.DrainingConnectionError;
  return gone ? new EenmaalError('ledger-unreachable', 'connection closed', { cause }) : cause;
}
