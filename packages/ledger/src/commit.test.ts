import { hash256 } from '@eenmaal/crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkChain, genesis } from './chain.ts';
import { type Commit, commitSize, decodeCommit, encodeCommit, MAX_COMMIT_BYTES, MAX_COMMIT_ENTRIES } from './commit.ts';
import { emptyRoot } from './tree-hash.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 1000 : 200 };
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const slot = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
  maxLength: 64,
});
const leaf = fc.tuple(fc.integer({ min: 1, max: 255 }), hash).map(([type, rest]) => Uint8Array.of(1, type, ...rest));
const entry = fc.record({ leaf, slot, body: fc.uint8Array({ minLength: 1, maxLength: 80 }) });
const commit: fc.Arbitrary<Commit> = fc.record({
  firstIndex: fc.nat(),
  timeMs: fc.maxSafeNat(),
  rootBefore: hash,
  entries: fc.array(entry, { minLength: 1, maxLength: 5 }),
});
const coded = (code: string) => expect.objectContaining({ code });
const simple: Commit = {
  firstIndex: 0,
  timeMs: 5,
  rootBefore: emptyRoot(),
  entries: [{ leaf: Uint8Array.of(1, 1, ...new Uint8Array(32)), slot: 's', body: Uint8Array.of(1) }],
};

it('decodes what it encodes, at the size it foretold', () => {
  fc.assert(
    fc.property(commit, (value) => {
      const bytes = encodeCommit(value);
      expect(bytes.length).toBe(commitSize(value.entries));
      expect(decodeCommit(bytes)).toEqual(value);
    }),
    RUNS,
  );
});

describe('damage', () => {
  it('of any bits, at any place, is refused with a code', () => {
    fc.assert(
      fc.property(commit, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, mask) => {
        const bytes = encodeCommit(value);
        bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ mask;
        expect(() => checkChain(genesis(), decodeCommit(bytes))).toThrow(
          expect.objectContaining({ name: 'LedgerError' }),
        );
      }),
      RUNS,
    );
  });

  it('by cutting, lengthening or anything else never gives another exception', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(commit, fc.nat()).map(([value, at]) => encodeCommit(value).slice(0, at % commitSize(value.entries))),
      fc
        .tuple(commit, fc.uint8Array({ minLength: 1 }))
        .map(([value, more]) => Uint8Array.of(...encodeCommit(value), ...more)),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        expect(() => decodeCommit(input)).toThrow(expect.objectContaining({ name: 'LedgerError' }));
      }),
      RUNS,
    );
  });

  it('with a fitting digest still has one spelling: it is refused, or encodes to the same bytes', () => {
    fc.assert(
      fc.property(commit, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, mask) => {
        const bytes = encodeCommit(value);
        const end = bytes.length - 32;
        bytes[at % end] = (bytes[at % end] as number) ^ mask;
        bytes.set(hash256(bytes.subarray(0, end)), end);
        try {
          expect(encodeCommit(decodeCommit(bytes))).toEqual(bytes);
        } catch (error) {
          expect(error).toMatchObject({ name: 'LedgerError' });
        }
      }),
      RUNS,
    );
  });
});

describe('bounds', () => {
  const [one] = simple.entries;
  const entries = (change: object) => ({ ...simple, entries: [{ ...one, ...change } as Commit['entries'][0]] });
  it.each([
    ['no entries', { ...simple, entries: [] }, 'commit-format'],
    ['too many entries', { ...simple, entries: Array(MAX_COMMIT_ENTRIES + 1).fill(one) }, 'commit-format'],
    ['too many bytes', entries({ body: new Uint8Array(MAX_COMMIT_BYTES) }), 'commit-format'],
    ['negative index', { ...simple, firstIndex: -1 }, 'commit-format'],
    ['index at the end of numbers', { ...simple, firstIndex: Number.MAX_SAFE_INTEGER }, 'commit-format'],
    ['time that is not whole', { ...simple, timeMs: 0.5 }, 'commit-format'],
    ['short root', { ...simple, rootBefore: new Uint8Array(31) }, 'hash-format'],
    ['short leaf', entries({ leaf: new Uint8Array(33) }), 'leaf-format'],
    ['empty slot', entries({ slot: '' }), 'commit-format'],
    ['long slot', entries({ slot: 'a'.repeat(65) }), 'commit-format'],
    ['slot with a newline at its end', entries({ slot: 'a\n' }), 'commit-format'],
    ['slot beyond ASCII', entries({ slot: 'é' }), 'commit-format'],
    ['empty body', entries({ body: new Uint8Array(0) }), 'commit-format'],
  ])('refuses to write: %s', (_name, value, code) => {
    expect(() => encodeCommit(value)).toThrow(coded(code));
  });

  it('takes the largest commit of each kind', () => {
    const most = { ...simple, entries: Array<typeof one>(MAX_COMMIT_ENTRIES).fill(one) } as Commit;
    expect(decodeCommit(encodeCommit(most)).entries).toHaveLength(MAX_COMMIT_ENTRIES);
    const room = MAX_COMMIT_BYTES - commitSize(simple.entries) + 1;
    expect(encodeCommit(entries({ body: new Uint8Array(room) }))).toHaveLength(MAX_COMMIT_BYTES);
  });
});
