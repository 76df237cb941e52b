/**
 * The channel's bytes: frame forms, keys and the replay window, shared by both ends. CHANNEL.md specifies them for a
 * second implementation. Pure: no clock, no randomness, no Node.
 */
import { aeadOpen, aeadSeal, concat, deriveKey, TAG, text, utf8 } from '@eenmaal/crypto';
import { EenmaalError, type ErrorCode, parseJson } from '@eenmaal/model';
import { z } from 'zod';

/** First byte of a frame: what it is. */
export const FRAME = { hello: 0x01, request: 0x02, answer: 0x03, welcome: 0x04, refusal: 0xff } as const;

/** Bytes of the largest frame, either way; the server's `max_payload` must not be less. */
export const MAX_FRAME = 1_000_000;
/** How far the client's clock may differ from the ledger's when it opens a channel, in milliseconds. */
export const MAX_SKEW = 5 * 60_000;
/** Bytes the ledger adds to a handshake, so that a repeated hello never gives the same keys again. */
export const SALT = 32;
const ID = 16;
const COUNTER = 8;
/** Bytes that a frame takes beside what is sealed in it: type, channel id, counter, tag; of an answer without the id. */
export const REQUEST_OVERHEAD = 1 + ID + COUNTER + TAG;
export const ANSWER_OVERHEAD = 1 + COUNTER + TAG;

export type ChannelKeys = { id: Uint8Array; c2s: Uint8Array; s2c: Uint8Array };

/** The keys of one channel, from the X-Wing secret, the exact signed hello and the ledger's salt. */
export function channelKeys(secret: Uint8Array, hello: string, salt: Uint8Array): ChannelKeys {
  const derive = (use: string, length?: number) =>
    deriveKey(secret, `eenmaal/v1/channel/${use}`, [utf8(hello), salt], length);
  return { id: derive('id', ID), c2s: derive('c2s'), s2c: derive('s2c') };
}

const counterBytes = (counter: number): Uint8Array => {
  const bytes = new Uint8Array(COUNTER);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(counter));
  return bytes;
};
/** 16 zero bytes, then the counter: never the same twice under one key, because a counter is used once in each direction. */
const nonceOf = (counter: number): Uint8Array => concat(new Uint8Array(16), counterBytes(counter));
const associated = (type: number, id: Uint8Array, counter: number): Uint8Array =>
  concat(Uint8Array.of(type), id, counterBytes(counter));

function readCounter(frame: Uint8Array, at: number): number {
  const counter = new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getBigUint64(at);
  if (counter > Number.MAX_SAFE_INTEGER) throw new EenmaalError('malformed', 'frame counter');
  return Number(counter);
}

export const helloFrame = (jws: string): Uint8Array => concat(Uint8Array.of(FRAME.hello), utf8(jws));

export const welcomeFrame = (keys: ChannelKeys, salt: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(FRAME.welcome), salt, sealed(keys, FRAME.welcome, 0, new Uint8Array(0)));
/** The salt, before anything is believed; `checkWelcome` then proves that the ledger's key made it. */
export function readWelcome(frame: Uint8Array): Uint8Array {
  if (frame[0] !== FRAME.welcome || frame.length !== 1 + SALT + TAG)
    throw new EenmaalError('malformed', 'welcome frame');
  return frame.subarray(1, 1 + SALT);
}
/** @throws `not-readable` when whoever answered cannot have the ledger's key */
export function checkWelcome(keys: ChannelKeys, frame: Uint8Array): void {
  aeadOpen(keys.s2c, nonceOf(0), frame.subarray(1 + SALT), associated(FRAME.welcome, keys.id, 0));
}

const sealed = (keys: ChannelKeys, type: number, counter: number, plaintext: Uint8Array): Uint8Array =>
  aeadSeal(
    type === FRAME.request ? keys.c2s : keys.s2c,
    nonceOf(counter),
    plaintext,
    associated(type, keys.id, counter),
  );

export const requestFrame = (keys: ChannelKeys, counter: number, plaintext: Uint8Array): Uint8Array =>
  concat(associated(FRAME.request, keys.id, counter), sealed(keys, FRAME.request, counter, plaintext));
/** @throws `malformed` */
export function readRequest(frame: Uint8Array): { id: Uint8Array; counter: number; sealed: Uint8Array } {
  if (frame[0] !== FRAME.request || frame.length < REQUEST_OVERHEAD)
    throw new EenmaalError('malformed', 'request frame');
  const counter = readCounter(frame, 1 + ID);
  if (counter === 0) throw new EenmaalError('malformed', 'frame counter');
  return { id: frame.subarray(1, 1 + ID), counter, sealed: frame.subarray(1 + ID + COUNTER) };
}
/** @throws `not-readable` */
export const openRequest = (keys: ChannelKeys, counter: number, bytes: Uint8Array): Uint8Array =>
  aeadOpen(keys.c2s, nonceOf(counter), bytes, associated(FRAME.request, keys.id, counter));

export const answerFrame = (keys: ChannelKeys, counter: number, plaintext: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(FRAME.answer), counterBytes(counter), sealed(keys, FRAME.answer, counter, plaintext));
/** @throws `not-readable` when it is not the answer to request `counter` of this channel; `malformed` */
export function openAnswer(keys: ChannelKeys, counter: number, frame: Uint8Array): Uint8Array {
  if (frame[0] !== FRAME.answer || frame.length < ANSWER_OVERHEAD) throw new EenmaalError('malformed', 'answer frame');
  if (readCounter(frame, 1) !== counter) throw new EenmaalError('not-readable', 'answer to another request');
  return aeadOpen(keys.s2c, nonceOf(counter), frame.subarray(1 + COUNTER), associated(FRAME.answer, keys.id, counter));
}

/** Codes a refusal frame may carry. It is not sealed, so the broker could forge it: nothing here says what the ledger decided. */
const REFUSALS = [
  'channel-unknown',
  'malformed',
  'too-large',
  'wrong-typ',
  'signature-invalid',
  'key-unregistered',
  'key-retired',
  'party-mismatch',
  'request-replayed',
  'not-readable',
  'rate-limited',
  'ledger-unreachable',
  'internal',
] as const satisfies readonly ErrorCode[];
const Refusal = z.strictObject({ code: z.enum(REFUSALS), detail: z.string().max(300).optional() });

export function refusalFrame(error: unknown): Uint8Array {
  const { code, detail } = error instanceof EenmaalError ? error : { code: 'internal', detail: undefined };
  const shown = REFUSALS.some((known) => known === code)
    ? { code, detail: detail?.slice(0, 300) }
    : { code: 'internal' };
  return concat(Uint8Array.of(FRAME.refusal), utf8(JSON.stringify(shown)));
}
/** Throws what a refusal frame says; other frames pass. */
export function throwRefusal(frame: Uint8Array): void {
  if (frame[0] !== FRAME.refusal) return;
  const { code, detail } = parseJson(Refusal, text(frame.subarray(1)));
  throw new EenmaalError(code, detail);
}

/** What is sealed in a frame: u32 length (big-endian), JSON, then the attached bytes. */
export function packPlaintext(json: unknown, attached: Uint8Array): Uint8Array {
  const head = utf8(JSON.stringify(json));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, head.length);
  return concat(length, head, attached);
}
/** @throws `malformed` */
export function unpackPlaintext<T>(
  schema: Parameters<typeof parseJson<T>>[0],
  bytes: Uint8Array,
): { json: T; attached: Uint8Array } {
  if (bytes.length < 4) throw new EenmaalError('malformed', 'frame length');
  const end = 4 + new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  if (end > bytes.length) throw new EenmaalError('malformed', 'frame length');
  return { json: parseJson(schema, text(bytes.subarray(4, end))), attached: bytes.subarray(end) };
}

/** What an answer's JSON looks like. */
export const Outcome = z.union([
  z.strictObject({ ok: z.unknown() }),
  z.strictObject({ error: z.strictObject({ code: z.string().max(100), detail: z.string().max(2000).optional() }) }),
]);

/**
 * Remembers which counters were used: anything newer than the highest, or one of the last 1,024 not seen yet
 * (the sliding window of RFC 4303 appendix A2, kept as a ring).
 */
export function replayWindow(): { use(counter: number): void } {
  const size = 1024;
  const seen = new Float64Array(size);
  let highest = 0;
  return {
    use(counter) {
      const slot = counter % size;
      if (counter <= highest - size || seen[slot] === counter) throw new EenmaalError('request-replayed');
      seen[slot] = counter;
      highest = Math.max(highest, counter);
    },
  };
}
