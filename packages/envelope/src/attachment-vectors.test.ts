/** The attachment vectors. libsodium draws the stream's header itself, so it is made to draw the stated one. */
import { readFileSync } from 'node:fs';
import { fromBase64url, hash256, toBase64url } from '@eenmaal/crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openAttachment, sealAttachment } from './attachment.ts';

// biome-ignore lint/suspicious/noExplicitAny: vectors are plain JSON; the comparison with what we compute is the check
type Vector = Record<string, any>;
const { good, bad }: { good: Vector[]; bad: Vector[] } = JSON.parse(
  readFileSync(`${import.meta.dirname}/../../../test/vectors/envelope/attachments.json`, 'utf8'),
);

const plaintextOf = (length: number) => Uint8Array.from({ length }, (_, i) => (31 * i + 17 * (i >> 8) + 7) & 255);

/** libsodium's build for JavaScript asks the platform for 32 bits and keeps 8 of them. */
function draw(bytes: Uint8Array): void {
  let next = 0;
  vi.spyOn(globalThis.crypto, 'getRandomValues').mockImplementation((array) => {
    (array as unknown as Uint32Array)[0] = bytes[next++] as number;
    return array;
  });
}

async function seal({ bytes, key, ref, streamHeader }: Vector) {
  draw(fromBase64url(streamHeader));
  const chunks: Uint8Array[] = [];
  const sealing = sealAttachment(ref.id, [plaintextOf(bytes)], fromBase64url(key));
  for (;;) {
    const { done, value } = await sealing.next();
    if (done) return { chunks, sealed: value };
    chunks.push(value);
  }
}

async function open({ ref, bytes, key }: Vector, chunks: Uint8Array[]): Promise<Buffer> {
  async function* source() {
    yield* chunks;
  }
  const parts: Uint8Array[] = [];
  for await (const part of openAttachment(ref, source(), fromBase64url(key), bytes)) parts.push(part);
  return Buffer.concat(parts);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('an attachment', () => {
  it.each(good)('is sealed and opened: $name', async (v) => {
    const { chunks, sealed } = await seal(v);
    expect(sealed).toEqual({ ref: v.ref, bytes: v.bytes });
    expect(chunks).toHaveLength(v.chunks.length);
    for (const [i, chunk] of chunks.entries()) {
      const stated = v.chunks[i];
      if (stated.sealed) expect(toBase64url(chunk)).toBe(stated.sealed);
      else expect([chunk.length, toBase64url(hash256(chunk))]).toEqual([stated.length, stated.hash]);
    }
    const opened = await open(v, chunks);
    expect(opened.equals(plaintextOf(v.bytes))).toBe(true);
  });

  it.each(bad)('is refused: $name', async ({ of, pick, flip, cut, ref, bytes, key, error }) => {
    const v = good[of] as Vector;
    const made = (await seal(v)).chunks;
    const chunks = (pick ?? made.map((_, i) => i)).map((i: number) => made[i]?.slice());
    if (flip) chunks[flip.chunk][flip.byte] ^= 1 << flip.bit;
    if (cut) chunks[cut.chunk] = chunks[cut.chunk].subarray(0, cut.length);
    const changed = { ...v, ref: { ...v.ref, ...ref }, bytes: bytes ?? v.bytes, key: key ?? v.key };
    await expect(open(changed, chunks)).rejects.toMatchObject({ name: 'EenmaalError', code: error });
  });
});
