/** The three things a participant may do on the message server, and the ledger service's end of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EenmaalError } from '@eenmaal/model';
import { errors, headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { ackedPublisher } from './acked-publisher.ts';
import { persist } from './persist.ts';
import { plainBytes } from './plain-bytes.ts';
import { accountOfRpc, hub, own } from './subjects.ts';

export type ParticipantLink = {
  /** Carries one channel frame to the ledger and its answer back: `openChannel` takes this. Rejects when nobody answers. */
  request(frame: Uint8Array): Promise<Uint8Array>;
  /**
   * Uploads one sealed chunk, durably; many may be in flight (32 is plenty). Tries again until it is known to be stored.
   * @throws `storage-full`; `envelope-conflict` when this chunk was uploaded before: nothing is replaced, take a new
   * attachment id
   */
  putChunk(attachment: string, chunk: number, bytes: Uint8Array): Promise<void>;
  /** Calls `wake` whenever the ledger says that something changed; also after a reconnect, because a call may have been missed. */
  onWake(wake: () => void): void;
};

/** @param account the name `connect` was given */
export function participantLink(
  nc: NatsConnection,
  account: string,
  signal = new AbortController().signal,
): ParticipantLink {
  const publisher = ackedPublisher(nc, account, signal);
  // What is asked without a connection, or was when it broke, is never answered: say so now, not when its time is over.
  let connected = true;
  const asked = new Set<(error: Error) => void>();
  void (async () => {
    for await (const { type } of nc.status()) {
      if (type === 'reconnect') connected = true;
      if (type === 'disconnect') {
        connected = false;
        for (const reject of asked) reject(new errors.ConnectionError('disconnected'));
      }
    }
  })();
  return {
    request: (frame) =>
      new Promise((resolve, reject) => {
        if (!connected) throw new errors.ConnectionError('disconnected');
        asked.add(reject);
        whenServed(() => nc.request(own.rpc, frame, { timeout: 20_000 }))
          .then(({ data }) => resolve(plainBytes(data)), reject)
          .finally(() => asked.delete(reject));
      }),
    async putChunk(attachment, chunk, bytes) {
      const subject = own.chunk(attachment, chunk);
      const head = headers();
      // The account makes it the sender's own: the stream's list of recent ids is shared by all.
      head.set('Nats-Msg-Id', `${account}.${attachment}.${chunk}`);
      await persist(signal, () => publisher.publish(subject, bytes, head));
    },
    onWake(wake) {
      nc.subscribe(own.event, { callback: () => wake() });
      void (async () => {
        for await (const { type } of nc.status()) if (type === 'reconnect') wake();
      })();
    },
  };
}

/** How long nobody may listen: after a restart of the message server the ledger is back a moment later than we. */
const ABSENCE_MS = 1500;

/** Asks again while nobody listens: such a request reached nobody, so it cannot be taken in twice. */
async function whenServed(ask: () => Promise<Msg>): Promise<Msg> {
  for (const limit = performance.now() + ABSENCE_MS; ; await sleep(100)) {
    try {
      return await ask();
    } catch (error) {
      const unheard = error instanceof errors.RequestError && error.isNoResponders();
      if (!unheard || performance.now() > limit) throw error;
    }
  }
}

export type RequestServer = {
  /** Takes no more requests, and settles when those already taken are answered. */
  stop(): Promise<void>;
};

/**
 * Answers participants' frames with `serve` (from `serveChannels`); `account` was written by the server, not by
 * the sender. No queue group: a service that hangs would swallow the requests it drew.
 */
export function serveRequests(
  nc: NatsConnection,
  serve: (account: string, frame: Uint8Array) => Promise<Uint8Array>,
): RequestServer {
  const answering = new Set<Promise<void>>();
  const subscription = nc.subscribe(hub.anyRpc, {
    callback: (error, msg) => {
      if (error) return;
      const answered = serve(accountOfRpc(msg.subject), plainBytes(msg.data))
        .then((answer) => void msg.respond(answer))
        .catch(() => {}) // the connection is gone: the participant's request runs out of time
        .finally(() => answering.delete(answered));
      answering.add(answered);
    },
  });
  return {
    async stop() {
      await subscription.drain();
      await Promise.all(answering);
      if (!nc.isClosed()) await nc.flush();
    },
  };
}

/** Whether a ledger service answers for this store now; waits `timeout` milliseconds for its word. */
export async function isServed(nc: NatsConnection, timeout: number): Promise<boolean> {
  try {
    await nc.request(hub.alive, undefined, { timeout });
    return true;
  } catch {
    return false; // nobody listens, or nobody answers
  }
}

/** Says that this ledger service serves, for as long as `serving` holds. */
export function answerAlive(nc: NatsConnection, serving: () => boolean): void {
  nc.subscribe(hub.alive, {
    callback: (error, msg) => {
      if (!error && serving()) msg.respond();
    },
  });
}

/** Tells a participant to ask what changed. Says nothing itself, and nothing is lost when it is not heard. */
export function wake(nc: NatsConnection, account: string): void {
  if (nc.isClosed()) throw new EenmaalError('ledger-unreachable', 'connection closed');
  nc.publish(hub.event(account));
}
