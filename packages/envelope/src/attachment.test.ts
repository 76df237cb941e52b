/** Laws of an attachment: whole or refused, whatever way its source is cut, and never more of it in memory than a few chunks. */
import { toBase64url } from '@eenmaal/crypto';
import { EenmaalError, LIMITS } from '@eenmaal/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openAttachment, type SealedAttachment, sealAttachment } from './attachment.ts';
import { paddedLength } from './padding.ts';

const id = toBase64url(new Uint8Array(16).fill(1));
const key = new Uint8Array(32).fill(2);
const whole = (parts: Uint8Array[]) => Buffer.concat(parts);
const filled = (length: number, seed = 0) => Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 255);

async function* stream(parts: Iterable<Uint8Array>) {
  yield* parts;
}
async function seal(parts: Iterable<Uint8Array>): Promise<{ chunks: Uint8Array[]; sealed: SealedAttachment }> {
  const chunks: Uint8Array[] = [];
  const sealing = sealAttachment(id, stream(parts), key);
  for (;;) {
    const { done, value } = await sealing.next();
    if (done) return { chunks, sealed: value };
    chunks.push(value);
  }
}
async function open(chunks: Uint8Array[], { ref, bytes }: SealedAttachment): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of openAttachment(ref, stream(chunks), key, bytes)) parts.push(part);
  return whole(parts);
}
async function codeOf(action: Promise<unknown>): Promise<string | undefined> {
  try {
    await action;
  } catch (error) {
    if (error instanceof EenmaalError) return error.code;
    throw error;
  }
  return undefined;
}

describe('an attachment', () => {
  it.each([0, 1, 256, 257, 131_071, 131_072, 131_073, 262_144, 300_000])('of %d bytes comes back', async (length) => {
    const { chunks, sealed } = await seal([filled(length)]);
    const count = Math.max(1, Math.ceil(length / LIMITS.chunk));
    const lastLength = count === 1 ? Math.min(paddedLength(length), LIMITS.chunk) : LIMITS.chunk;
    expect(chunks.map((chunk) => chunk.length)).toEqual(
      chunks.map((_, i) => (i === count - 1 ? lastLength : LIMITS.chunk) + 17 + (i === 0 ? 24 : 0)),
    );
    expect(sealed).toMatchObject({ bytes: length, ref: { id, chunks: count } });
    expect((await open(chunks, sealed)).equals(filled(length))).toBe(true);
  });

  it('does not depend on how its source is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 60_000 }), { maxLength: 8 }), async (lengths) => {
        const parts = lengths.map((length, i) => filled(length, i));
        const { chunks, sealed } = await seal(parts);
        expect((await open(chunks, sealed)).equals(whole(parts))).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it('is refused when any bit is flipped, or its chunks are not these in this order', async () => {
    const { chunks, sealed } = await seal([filled(300_000)]);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 2 }), fc.nat({ max: 131_088 * 8 }), async (chunk, bit) => {
        const changed = chunks.map((bytes) => bytes.slice());
        (changed[chunk] as Uint8Array)[bit >> 3]! ^= 1 << (bit & 7);
        expect(await codeOf(open(changed, sealed))).toBe('attachment-damaged');
      }),
      { numRuns: 25 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 2 }), { maxLength: 5 }), async (order) => {
        fc.pre(order.join() !== '0,1,2');
        const changed = order.map((i) => chunks[i] as Uint8Array);
        expect(await codeOf(open(changed, sealed))).toBe('attachment-damaged');
      }),
      { numRuns: 25 },
    );
  });

  it('gives nothing but our codes for noise', async () => {
    const { sealed } = await seal([filled(10)]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 3 }),
        fc.nat(),
        async (chunks, bytes) => {
          expect(await codeOf(open(chunks, sealed))).toBe('attachment-damaged');
          expect(await codeOf(open(chunks, { ...sealed, bytes }))).toBe('attachment-damaged');
        },
      ),
      { numRuns: 100 },
    );
  });

  it('stops at the first chunk that is wrong', async () => {
    const { chunks, sealed } = await seal([filled(600_000)]);
    let pulled = 0;
    async function* source() {
      for (const [i, chunk] of chunks.entries()) {
        pulled++;
        yield i === 1 ? chunk.subarray(1) : chunk;
      }
    }
    const opening = (async () => {
      for await (const _ of openAttachment(sealed.ref, source(), key, sealed.bytes));
    })();
    expect(await codeOf(opening)).toBe('attachment-damaged');
    expect(pulled).toBe(2);
  });

  it("passes its source's own failure on", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield filled(10);
      throw new Error('disk');
    }
    await expect(sealAttachment(id, broken(), key).next()).rejects.toThrow('disk');
  });
});

describe('a stream of 24 MB', () => {
  const total = 24 * 1024 * 1024;
  const part = filled(96 * 1024);

  it('is sealed and opened with at most two chunks under way', async () => {
    let taken = 0;
    let furthest = 0;
    function* source() {
      for (let given = 0; given < total; given += part.length) {
        furthest = Math.max(furthest, given + part.length - taken);
        yield part;
      }
    }
    const chunks: Uint8Array[] = [];
    const sealing = sealAttachment(id, source(), key);
    let step = await sealing.next();
    for (; !step.done; step = await sealing.next()) {
      chunks.push(step.value);
      taken += LIMITS.chunk;
    }
    expect(furthest).toBeLessThanOrEqual(2 * LIMITS.chunk);

    let fetched = 0;
    async function* network() {
      for (const chunk of chunks) {
        fetched++;
        yield chunk;
      }
    }
    let opened = 0;
    for await (const piece of openAttachment(step.value.ref, network(), key, total)) {
      opened += piece.length;
      expect(fetched * LIMITS.chunk - opened).toBeLessThanOrEqual(LIMITS.chunk);
    }
    expect(opened).toBe(total);
  });
});
