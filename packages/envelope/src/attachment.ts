/**
 * Attachments of any size, as a stream: never whole in memory on either side. Each has its own one-time key, which lies
 * in the sealed content; the signed header carries the number of chunks and one hash over all of them, so that neither
 * cutting, swapping, repeating nor a later exchange by the sender goes unnoticed. FORMAT.md section 5.
 */
import { openStream, STREAM_HEADER, startHash256, startStream, toBase64url } from '@eenmaal/crypto';
import { type AttachmentRef, EenmaalError, type Id, LIMITS } from '@eenmaal/model';
import { paddedLength } from './padding.ts';

/** What is known once the last chunk is sealed. */
export type SealedAttachment = { ref: AttachmentRef; bytes: number };

/**
 * Seals `source` chunk by chunk; each yielded piece is uploaded under the next number, from 0.
 * @param key 32 random bytes, used for this attachment only
 * @returns the reference for the header and the true length, when the source is exhausted
 * @throws `too-large`
 */
export async function* sealAttachment(
  id: Id,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  key: Uint8Array,
): AsyncGenerator<Uint8Array, SealedAttachment> {
  const stream = startStream(key);
  const hash = startHash256();
  let chunks = 0;
  let bytes = 0;
  for await (const { piece, last } of pieces(source, LIMITS.chunk)) {
    bytes += piece.length;
    const sealed = stream.push(last ? padLast(piece, chunks === 0) : piece, last);
    const out = chunks === 0 ? withHeader(stream.header, sealed) : sealed;
    if (++chunks > LIMITS.chunks) throw new EenmaalError('too-large', 'attachment');
    hash.update(out);
    yield out;
  }
  return { ref: { id, chunks, hash: toBase64url(hash.digest()) }, bytes };
}

/**
 * Opens chunks in order. What was yielded before an error must be thrown away: the end shows whether it was whole.
 * @param bytes the true length, from the sealed content
 * @throws `attachment-damaged`
 */
export async function* openAttachment(
  { chunks, hash: expected }: AttachmentRef,
  source: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  bytes: number,
): AsyncGenerator<Uint8Array> {
  const damaged = () => new EenmaalError('attachment-damaged');
  const lastLength = lastChunkLength(chunks, bytes);
  if (lastLength === undefined) throw damaged();
  const hash = startHash256();
  let stream: ReturnType<typeof openStream> | undefined;
  let count = 0;
  let left = bytes;
  let ended = false;
  for await (const sealed of source) {
    if (ended || ++count > chunks) throw damaged();
    hash.update(sealed);
    stream ??= openStream(key, sealed.subarray(0, STREAM_HEADER));
    const { chunk, last } = stream.pull(count === 1 ? sealed.subarray(STREAM_HEADER) : sealed);
    if (last !== (count === chunks) || chunk.length !== (last ? lastLength : LIMITS.chunk)) throw damaged();
    ended = last;
    if (left > 0) yield chunk.subarray(0, Math.min(left, chunk.length));
    left -= Math.min(left, chunk.length);
  }
  if (!ended || left > 0 || toBase64url(hash.digest()) !== expected) throw damaged();
}

function withHeader(header: Uint8Array, sealed: Uint8Array): Uint8Array {
  const out = new Uint8Array(header.length + sealed.length);
  out.set(header);
  out.set(sealed, header.length);
  return out;
}

/** Plaintext bytes in the last chunk: alone its Padmé length, after others a whole chunk. Undefined when the number of chunks does not fit. */
function lastChunkLength(chunks: number, bytes: number): number | undefined {
  if (chunks !== Math.max(1, Math.ceil(bytes / LIMITS.chunk))) return undefined;
  return chunks === 1 ? Math.min(paddedLength(bytes), LIMITS.chunk) : LIMITS.chunk;
}

function padLast(piece: Uint8Array, only: boolean): Uint8Array {
  const padded = new Uint8Array(only ? Math.min(paddedLength(piece.length), LIMITS.chunk) : LIMITS.chunk);
  padded.set(piece);
  return padded;
}

/** Re-cuts a stream into pieces of exactly `size` bytes; only the last may be shorter, and there is always a last one. */
async function* pieces(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ piece: Uint8Array; last: boolean }> {
  let buffer = new Uint8Array(size);
  let filled = 0;
  for await (const part of source) {
    for (let offset = 0; offset < part.length; ) {
      if (filled === size) {
        yield { piece: buffer, last: false };
        buffer = new Uint8Array(size);
        filled = 0;
      }
      const take = Math.min(size - filled, part.length - offset);
      buffer.set(part.subarray(offset, offset + take), filled);
      filled += take;
      offset += take;
    }
  }
  yield { piece: buffer.subarray(0, filled), last: true };
}
