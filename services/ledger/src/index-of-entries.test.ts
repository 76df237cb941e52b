import { type Commit, encodeCommit } from '@eenmaal/ledger';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Index } from './index-of-entries.ts';

const leaf = new Uint8Array(34).fill(1);
const commitOf = (firstIndex: number, slots: readonly string[]): Commit => ({
  ...{ firstIndex, timeMs: 0, rootBefore: new Uint8Array(32) },
  entries: slots.map((slot) => ({ leaf, slot, body: new Uint8Array(1) })),
});
const slot = fc.constantFrom('main', 'a', 'b', 'c');
const logs = fc.array(fc.array(slot, { minLength: 1, maxLength: 5 }), { maxLength: 12 });

/** The index of these commits, and the commits. */
function indexOf(log: readonly (readonly string[])[], index = new Index(), seq = 0) {
  const commits: Commit[] = [];
  for (const slots of log) {
    const commit = commitOf(index.size, slots);
    commits.push(commit);
    index.add(++seq, commit);
  }
  return { index, commits };
}

describe('the index', () => {
  it('answers what going through all entries would', async () => {
    await fc.assert(
      fc.asyncProperty(logs, fc.integer({ min: -1, max: 20 }), async (log, after) => {
        const { index, commits } = indexOf(log);
        const all = log.flat();
        for (const name of ['main', 'a', 'b', 'c', 'nobody'])
          expect(index.entriesOf(name, after)).toEqual([...all.keys()].filter((i) => i > after && all[i] === name));
        const { slots, upTo } = index.touched(after, 4);
        expect([...slots]).toEqual([...new Set(all.slice(after + 1, after + 5))]);
        expect(upTo).toBe(Math.min(all.length, after + 5) - 1);
        for (const i of all.keys()) {
          expect(index.slotOf(i)).toBe(all[i]);
          const { commit, offset } = await index.locate(i, async (seq) => encodeCommit(commits[seq - 1] as Commit));
          expect(commit.firstIndex + offset).toBe(i);
        }
        expect(index.slotOf(all.length)).toBeUndefined();
      }),
    );
  });

  it('is the same when it was kept and restored, and grows on', () => {
    fc.assert(
      fc.property(logs, logs, (before, after) => {
        const { index } = indexOf([...before, ...after]);
        const { slots, slotOf, firsts } = indexOf(before).index.parts();
        const again = new Index({ slots, slotOf: slotOf.slice(), firsts: firsts.slice() });
        indexOf(after, again, before.length);
        expect(again.parts()).toEqual(index.parts());
        for (const name of ['main', 'a', 'b', 'c'])
          expect(again.entriesOf(name, -1)).toEqual(index.entriesOf(name, -1));
      }),
    );
  });

  it('takes no commit out of its turn, and knows no entry that is not there', async () => {
    const { index } = indexOf([['main']]);
    expect(() => index.add(3, commitOf(1, ['main']))).toThrow('ledger-damaged');
    await expect(index.locate(1, () => Promise.reject(new Error('read')))).rejects.toThrow('ledger-damaged');
  });
});
