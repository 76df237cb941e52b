/**
 * The participant's end of the sealed channel to the ledger service: what `call` is given and answers is seen by the two
 * ends only; the broker sees subjects and sizes. Runs in Node and in the browser. channel-server.ts is the other end,
 * CHANNEL.md says what the channel gives and what it does not.
 */
import { encapsulate, type Identity, type Random, sign, toBase64url, utf8 } from '@eenmaal/crypto';
import {
  ANSWERS,
  type Answer,
  EenmaalError,
  type Hello,
  type PartyId,
  parse,
  type Request,
  refusalOf,
} from '@eenmaal/model';
import type { z } from 'zod';
import {
  type ChannelKeys,
  channelKeys,
  checkWelcome,
  helloFrame,
  MAX_FRAME,
  Outcome,
  openAnswer,
  packPlaintext,
  REQUEST_OVERHEAD,
  readWelcome,
  requestFrame,
  throwRefusal,
  unpackPlaintext,
} from './channel-frames.ts';

/** How a participant asks the ledger service something. */
export type LedgerTransport = {
  /**
   * Asks once. A request may reach the ledger twice (when the ledger restarted in between): every request is idempotent
   * by the ids signed inside it.
   * @throws EenmaalError with the code the ledger gave; `too-large` before sending; `ledger-unreachable` when there was
   * no answer in time, and then nothing is known about whether the ledger acted
   */
  call<R extends Request>(
    request: R,
    attached?: Uint8Array,
  ): Promise<{ answer: Answer<R['op']>; attached: Uint8Array }>;
};

export type ChannelOptions = {
  /** Carries one frame to the ledger and its answer back (NATS, or a portal server's HTTP). Rejections become `ledger-unreachable`. */
  request(bytes: Uint8Array): Promise<Uint8Array>;
  identity: Pick<Identity, 'signing'>;
  party: PartyId;
  /** The ledger's registered X-Wing public key, 1,216 bytes. */
  ledgerSealingKey: Uint8Array;
  /** Milliseconds since 1970. */
  clock(): number;
  random: Random;
  /** Milliseconds to wait for each answer; 20,000 unless told. */
  timeout?: number;
};

type Open = { keys: ChannelKeys; next: number };

/** Nothing is sent until the first call; the channel is then opened, kept, and opened again when the ledger lost it. */
export function openChannel(options: ChannelOptions): LedgerTransport {
  let current: Promise<Open> | undefined;

  function channel(): Promise<Open> {
    if (current) return current;
    const opening = shakeHands(options);
    current = opening;
    opening.catch(() => {
      if (current === opening) current = undefined;
    });
    return opening;
  }

  async function ask(opened: Open, plaintext: Uint8Array): Promise<Uint8Array> {
    const counter = opened.next++;
    const frame = await exchange(options, requestFrame(opened.keys, counter, plaintext));
    return openAnswer(opened.keys, counter, frame);
  }

  return {
    async call(request, attached = new Uint8Array(0)) {
      const plaintext = packPlaintext(request, attached);
      if (plaintext.length + REQUEST_OVERHEAD > MAX_FRAME) throw new EenmaalError('too-large', 'request');
      const used = channel();
      const answer = await ask(await used, plaintext).catch(async (error: unknown) => {
        if (!(error instanceof EenmaalError) || error.code !== 'channel-unknown') throw error;
        if (current === used) current = undefined; // or another call has opened a new one already
        return ask(await channel(), plaintext);
      });
      return readAnswer(request, answer);
    },
  };
}

async function shakeHands(options: ChannelOptions): Promise<Open> {
  const { identity, party, random } = options;
  const { ciphertext, secret } = encapsulate(options.ledgerSealingKey, random);
  const hello: Hello = {
    v: 1,
    party,
    kem: toBase64url(ciphertext),
    at: options.clock(),
    nonce: toBase64url(random(16)),
  };
  const jws = sign(identity.signing, 'eenmaal-hello+jws', utf8(JSON.stringify(hello)));
  const welcome = await exchange(options, helloFrame(jws));
  const keys = channelKeys(secret, jws, readWelcome(welcome));
  checkWelcome(keys, welcome);
  return { keys, next: 1 };
}

async function exchange({ request, timeout = 20_000 }: ChannelOptions, frame: Uint8Array): Promise<Uint8Array> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new EenmaalError('ledger-unreachable', 'no answer in time')), timeout);
  });
  try {
    const answer = await Promise.race([request(frame), late]);
    throwRefusal(answer);
    return answer;
  } catch (cause) {
    if (cause instanceof EenmaalError) throw cause;
    throw new EenmaalError('ledger-unreachable', undefined, { cause });
  } finally {
    clearTimeout(timer);
  }
}

function readAnswer<R extends Request>(request: R, plaintext: Uint8Array) {
  const { json, attached } = unpackPlaintext(Outcome, plaintext);
  if ('error' in json) {
    throw refusalOf(json.error.code, json.error.detail);
  }
  const schema = ANSWERS[request.op] as unknown as z.ZodType<Answer<R['op']>>;
  const answer = parse<Answer<R['op']>>(schema, json.ok);
  return { answer, attached };
}
