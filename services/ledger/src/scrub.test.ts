/** Reading everything again, without end: in which order, how fast, and what is said of a body that is not what it was. */
import { hash256, toBase64url } from '@eenmaal/crypto';
import { EenmaalError } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import type { Journal } from './journal.ts';
import { scrub } from './scrub.ts';

const body = (seq: number) => new Uint8Array(40).fill(seq);
/** Four commits of one message each, the first two below a snapshot of two parts; stops after so many commits were read. */
async function scrubbed(reads: number, { getBody = async (seq: number) => body(seq), erased = [] as number[] } = {}) {
  const abort = new AbortController();
  const read: (number | string)[] = [];
  let commits = 0;
  const damaged: string[] = [];
  const verify = async (seq: number) => {
    read.push(seq);
    if (++commits === reads) abort.abort();
    const event = { kind: 'message', stored: seq, bodyHash: toBase64url(hash256(body(seq))) };
    return [{ index: seq * 10, event }] as never;
  };
  const snapshot = { partsListed: 2, sealedPart: (number: number) => read.push(`part ${number}`) } as never;
  const gone = new Map(erased.map((one) => [one, {} as never]));
  const journal = { reached: { seq: 4, begunAt: 2 }, snapshot, verify, erased: gone, dead: null };
  const rests: number[] = [];
  const restMs = {
    get unread() {
      return 0;
    },
    get again() {
      rests.push(read.length);
      return 0;
    },
  };
  const onDamaged = (detail: string): void => void damaged.push(detail);
  await scrub(journal, { getBody, onDamaged, restMs, signal: abort.signal });
  return { read, damaged, rests };
}

describe('reading again', () => {
  it('begins with what the start did not read, and goes on for ever, more slowly', async () => {
    const { read, rests } = await scrubbed(10);
    const round = ['part 0', 'part 1', 1, 2, 3, 4];
    expect(read).toEqual([...round, ...round, 'part 0', 'part 1', 1, 2]);
    expect(rests[0], 'the slow measure begins after what was not read').toBe(5);
  });

  it('says which body is gone or changed, and goes on', async () => {
    const getBody = async (seq: number) => (seq === 2 ? undefined : seq === 3 ? body(9) : body(seq));
    expect((await scrubbed(5, { getBody: getBody as never })).damaged).toEqual([
      'the body of entry 20',
      'the body of entry 30',
    ]);
  });

  it('finds nothing wrong with what is whole, or was erased since', async () => {
    const getBody = async (seq: number) => (seq === 2 ? undefined : body(seq));
    expect((await scrubbed(5, { getBody: getBody as never, erased: [20] })).damaged).toEqual([]);
  });

  it('ends where a commit is not what it was', async () => {
    const verify: Journal['verify'] = async () => {
      throw new EenmaalError('ledger-damaged');
    };
    const journal = { reached: { seq: 4, begunAt: 0 }, snapshot: null, verify, erased: new Map(), dead: null };
    const restMs = { unread: 0, again: 0 };
    const signal = new AbortController().signal;
    const trying = scrub(journal, { getBody: async () => undefined, onDamaged: () => {}, restMs, signal });
    await expect(trying).rejects.toMatchObject({ code: 'ledger-damaged' });
  });
});
