/** The way to the ledger over the message server: made when it can be, made again when it was lost, until told to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type ParticipantLink, participantLink } from '@eenmaal/broker';
import type { Log } from '@eenmaal/host';
import { EenmaalError } from '@eenmaal/model';

export type LinkOptions = {
  url: readonly string[];
  caFile?: string | undefined;
  nkeySeed: string;
  account: string;
  /** Told that something may have changed. */
  onWake(): void;
  log: Log;
};

export type Link = Pick<ParticipantLink, 'request' | 'putChunk'> & { stop(): Promise<void> };

/** Milliseconds between attempts, growing to the second. */
const WAIT = [500, 15_000] as const;

/** Never rejects: while there is no connection, requests are refused with `ledger-unreachable`. */
export function keepLink({ url, caFile, nkeySeed, account, onWake, log }: LinkOptions): Link {
  const stopping = new AbortController();
  let link: ParticipantLink | undefined;

  async function once(): Promise<void> {
    const nc = await connect({ url, nkeySeed, name: account, ...(caFile && { tls: { caFile } }) });
    const ended = new AbortController();
    const stop = (): void => void nc.close();
    stopping.signal.addEventListener('abort', stop);
    try {
      link = participantLink(nc, account, AbortSignal.any([stopping.signal, ended.signal]));
      link.onWake(onWake);
      log.info('connected to the message server');
      onWake();
      if (stopping.signal.aborted) stop();
      await nc.closed();
    } finally {
      link = undefined;
      ended.abort();
      stopping.signal.removeEventListener('abort', stop);
    }
  }

  async function forever(): Promise<void> {
    for (let wait: number = WAIT[0]; !stopping.signal.aborted; wait = Math.min(wait * 2, WAIT[1])) {
      try {
        await once();
        wait = WAIT[0];
      } catch (error) {
        log.warn({ error }, 'no message server');
      }
      await sleep(wait, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  const running = forever();
  const there = (): ParticipantLink => {
    if (!link) throw new EenmaalError('ledger-unreachable', 'message server');
    return link;
  };
  return {
    request: async (frame) => there().request(frame),
    putChunk: async (...chunk) => there().putChunk(...chunk),
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
