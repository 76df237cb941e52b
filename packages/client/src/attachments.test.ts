import { randomFillSync } from 'node:crypto';
import { EenmaalError, LIMITS } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { downloadAttachment, uploadAttachments } from './attachments.ts';
import type { ClientOptions, Transport } from './transport.ts';

const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length));
const options = (upload: ClientOptions['upload']) => ({ random, upload }) as unknown as ClientOptions;
const source = (chunks: number, each: () => void = () => {}) => ({
  ...{ name: 'a', type: 'b' },
  *open() {
    for (let i = 0; i < chunks; i++) {
      each();
      yield new Uint8Array(LIMITS.chunk).fill(i);
    }
  },
});

describe('an upload', () => {
  it('comes back whole, with no more than a few chunks under way at once', async () => {
    const stored = new Map<number, Uint8Array>();
    let flying = 0;
    let most = 0;
    const put = async (_id: string, chunk: number, bytes: Uint8Array) => {
      most = Math.max(most, ++flying);
      await new Promise((resolve) => setTimeout(resolve, 1));
      stored.set(chunk, bytes);
      flying--;
    };
    const [uploaded] = await uploadAttachments(options(put), [source(100)]);
    expect([stored.size, most]).toEqual([100, 16]);
    const call = async ({ chunk }: { chunk: number }) => ({ answer: {}, attached: stored.get(chunk) });
    const header = { id: 'x', attachments: [uploaded?.ref] } as unknown as Parameters<typeof downloadAttachment>[1];
    let bytes = 0;
    const inside = uploaded?.inside as NonNullable<typeof uploaded>['inside'];
    for await (const piece of downloadAttachment({ call } as unknown as Transport, header, inside))
      bytes += piece.length;
    expect(bytes).toBe(100 * LIMITS.chunk);
  });

  it.each([0, 3, 39])('fails when chunk %i could not be stored, whoever was looking', async (broken) => {
    const put = async (_id: string, chunk: number) => {
      if (chunk === broken) throw new EenmaalError('storage-full');
    };
    await expect(uploadAttachments(options(put), [source(40)])).rejects.toThrow('storage-full');
  });

  it('that breaks off at its source leaves no failure behind that nobody handles', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => void unhandled.push(error);
    process.on('unhandledRejection', note);
    let given = 0;
    const breaks = source(40, () => {
      if (++given > 5) throw new Error('client gone');
    });
    const put = () => new Promise<void>((_, reject) => setTimeout(() => reject(new EenmaalError('storage-full')), 5));
    await expect(uploadAttachments(options(put), [breaks])).rejects.toThrow('client gone');
    await new Promise((resolve) => setTimeout(resolve, 30));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});
