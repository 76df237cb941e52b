import { utf8 } from '@eenmaal/crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConsistencyClaim, type InclusionClaim, verifyConsistency, verifyInclusion } from './proof.ts';
import { Tree } from './tree.ts';
import { hashLeaf } from './tree-hash.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 1000 : 100 };
const SIZE = 300;
const tree = new Tree();
for (let i = 0; i < SIZE; i++) tree.append(hashLeaf(utf8(`entry ${i}`)));

const refused = { name: 'LedgerError', code: expect.stringMatching(/^proof-/) };
const inclusion = (index: number, size: number): InclusionClaim => ({
  leafHash: tree.leafHash(index),
  index,
  size,
  root: tree.root(size),
  proof: tree.inclusionProof(index, size),
});
const consistency = (from: number, to: number): ConsistencyClaim => ({
  from,
  fromRoot: tree.root(from),
  to,
  toRoot: tree.root(to),
  proof: tree.consistencyProof(from, to),
});
const sizeAndIndex = fc.integer({ min: 1, max: SIZE }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));
const twoSizes = fc.tuple(fc.nat(SIZE), fc.nat(SIZE)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

/** Flip bit `at` (taken modulo the length) in the concatenation of all hashes. */
function flip(hashes: readonly Uint8Array[], at: number): Uint8Array[] {
  const bit = at % (hashes.length * 256);
  return hashes.map((hash, i) => {
    const copy = hash.slice();
    if (Math.floor(bit / 256) === i) copy[(bit % 256) >> 3] = (copy[(bit % 256) >> 3] as number) ^ (1 << (bit & 7));
    return copy;
  });
}

describe('inclusion', () => {
  it('verifies for every leaf of every small tree', () => {
    for (let size = 1; size <= 70; size++) {
      for (let index = 0; index < size; index++) verifyInclusion(inclusion(index, size));
    }
  });

  it('verifies for any leaf of any size', () => {
    fc.assert(
      fc.property(sizeAndIndex, ([size, index]) => verifyInclusion(inclusion(index, size))),
      RUNS,
    );
  });

  it('refuses any flipped bit', () => {
    fc.assert(
      fc.property(sizeAndIndex, fc.nat(), ([size, index], bit) => {
        const claim = inclusion(index, size);
        const [leafHash, root, ...proof] = flip([claim.leafHash, claim.root, ...claim.proof], bit);
        const changed = { ...claim, leafHash: leafHash as Uint8Array, root: root as Uint8Array, proof };
        expect(() => verifyInclusion(changed)).toThrow(expect.objectContaining(refused));
      }),
      RUNS,
    );
  });

  it('refuses the proof for any other index, size, or number of hashes', () => {
    fc.assert(
      fc.property(sizeAndIndex, sizeAndIndex, fc.nat(20), ([size, index], [otherSize, otherIndex], cut) => {
        const claim = inclusion(index, size);
        const check = (claim: InclusionClaim) => () => verifyInclusion(claim);
        if (otherIndex !== index)
          expect(check({ ...claim, index: otherIndex })).toThrow(expect.objectContaining(refused));
        if (otherSize !== size) {
          const root = tree.root(otherSize);
          expect(check({ ...claim, size: otherSize, root })).toThrow(expect.objectContaining(refused));
        }
        if (cut < claim.proof.length) {
          const proof = claim.proof.toSpliced(cut, 1);
          expect(check({ ...claim, proof })).toThrow(expect.objectContaining({ code: 'proof-length' }));
        }
      }),
      RUNS,
    );
  });
});

describe('consistency', () => {
  it('verifies between all sizes of a small tree', () => {
    for (let to = 0; to <= 70; to++) for (let from = 0; from <= to; from++) verifyConsistency(consistency(from, to));
  });

  it('verifies between any two sizes', () => {
    fc.assert(
      fc.property(twoSizes, ([from, to]) => verifyConsistency(consistency(from, to))),
      RUNS,
    );
  });

  it('refuses any flipped bit', () => {
    fc.assert(
      // From the empty tree nothing about the new root is proven, so there it may differ.
      fc.property(
        twoSizes.filter(([from]) => from > 0),
        fc.nat(),
        ([from, to], bit) => {
          const claim = consistency(from, to);
          const [fromRoot, toRoot, ...proof] = flip([claim.fromRoot, claim.toRoot, ...claim.proof], bit);
          const changed = { ...claim, fromRoot: fromRoot as Uint8Array, toRoot: toRoot as Uint8Array, proof };
          expect(() => verifyConsistency(changed)).toThrow(expect.objectContaining(refused));
        },
      ),
      RUNS,
    );
  });

  it('refuses a history that was changed anywhere in the past', () => {
    fc.assert(
      fc.property(
        twoSizes.filter(([from, to]) => from > 0 && from < to),
        fc.nat(),
        ([from, to], at) => {
          const fork = new Tree();
          for (let i = 0; i < to; i++) fork.append(i === at % from ? hashLeaf(utf8('rewritten')) : tree.leafHash(i));
          const claim = { ...consistency(from, to), toRoot: fork.root(), proof: fork.consistencyProof(from, to) };
          expect(() => verifyConsistency(claim)).toThrow(expect.objectContaining({ code: 'proof-mismatch' }));
        },
      ),
      RUNS,
    );
  });
});

it('never throws anything but its own codes', () => {
  const number = fc.oneof(fc.nat(10), fc.double(), fc.maxSafeNat(), fc.constant(2 ** 60));
  const hash = fc.uint8Array({ minLength: 31, maxLength: 33 });
  const own = (check: () => void) => {
    try {
      check();
    } catch (error) {
      expect(error).toMatchObject({ name: 'LedgerError' });
    }
  };
  fc.assert(
    fc.property(number, number, hash, hash, fc.array(hash, { maxLength: 70 }), (a, b, first, root, proof) => {
      own(() => verifyInclusion({ leafHash: first, index: a, size: b, root, proof }));
      own(() => verifyConsistency({ from: a, fromRoot: first, to: b, toRoot: root, proof }));
    }),
    RUNS,
  );
});
