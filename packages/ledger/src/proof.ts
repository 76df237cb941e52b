/**
 * Checking proofs without the tree: the algorithms of RFC 9162 sections 2.1.3.2 and 2.1.4.2, step by step.
 * Sizes may go to 2^53 - 1, so halving is division: JavaScript's shifts stop at 32 bits.
 */

import { equalBytes, expectHash, isCount } from './bytes.ts';
import { LedgerError } from './errors.ts';
import { emptyRoot, hashChildren } from './tree-hash.ts';

/** No proof for a size below 2^53 has more hashes than this. */
export const MAX_PROOF_HASHES = 64;

export type InclusionClaim = {
  readonly leafHash: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
};

export type ConsistencyClaim = {
  readonly from: number;
  readonly fromRoot: Uint8Array;
  readonly to: number;
  readonly toRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
};

/**
 * Check that a leaf is at `index` in the tree of `size` leaves with `root`.
 * @throws `hash-format`, `proof-index`, `proof-length`, `proof-mismatch`
 */
export function verifyInclusion(claim: InclusionClaim): void {
  const { index, size, proof } = claim;
  expectHashes(claim.leafHash, claim.root, proof);
  if (!isCount(index) || !isCount(size) || index >= size) {
    throw new LedgerError('proof-index', `leaf ${index} of ${size}`);
  }
  let node = index;
  let last = size - 1;
  let hash = claim.leafHash;
  for (const sibling of proof) {
    if (last === 0) throw new LedgerError('proof-length', 'too many hashes');
    if (isOdd(node) || node === last) {
      hash = hashChildren(sibling, hash);
      // A node without a right neighbour was carried up unchanged until it became a right child.
      while (!isOdd(node) && node !== 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      hash = hashChildren(hash, sibling);
    }
    node = half(node);
    last = half(last);
  }
  if (last !== 0) throw new LedgerError('proof-length', 'too few hashes');
  if (!equalBytes(hash, claim.root)) throw new LedgerError('proof-mismatch');
}

/**
 * Check that the tree of `from` leaves is a prefix of the tree of `to` leaves.
 * From 0 or to the same size nothing needs proving: the proof must be empty and the root the empty or the same one.
 * @throws `hash-format`, `proof-index`, `proof-length`, `proof-mismatch`
 */
export function verifyConsistency(claim: ConsistencyClaim): void {
  const { from, to, fromRoot, toRoot, proof } = claim;
  expectHashes(fromRoot, toRoot, proof);
  if (!isCount(from) || !isCount(to) || from > to) throw new LedgerError('proof-index', `from ${from} to ${to}`);
  if (from === 0 || from === to) {
    if (proof.length !== 0) throw new LedgerError('proof-length', 'no hashes are needed');
    const expected = from === 0 ? emptyRoot() : toRoot;
    if (!equalBytes(fromRoot, expected)) throw new LedgerError('proof-mismatch');
    // An empty tree has one root too.
    if (to === 0 && !equalBytes(toRoot, expected)) throw new LedgerError('proof-mismatch');
    return;
  }
  verifyGrowth(claim);
}

/** RFC 9162, 2.1.4.2, for 0 < from < to. */
function verifyGrowth({ from, to, fromRoot, toRoot, proof }: ConsistencyClaim): void {
  let node = from - 1;
  let last = to - 1;
  while (isOdd(node)) {
    node = half(node);
    last = half(last);
  }
  // The old tree is a complete subtree when from is a power of two: its root starts the proof, unsent.
  const [first, ...rest] = node === 0 ? [fromRoot, ...proof] : proof;
  if (first === undefined || proof.length === 0) throw new LedgerError('proof-length', 'too few hashes');
  let fromHash = first;
  let toHash = first;
  for (const sibling of rest) {
    if (last === 0) throw new LedgerError('proof-length', 'too many hashes');
    if (isOdd(node) || node === last) {
      fromHash = hashChildren(sibling, fromHash);
      toHash = hashChildren(sibling, toHash);
      while (!isOdd(node) && node !== 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      toHash = hashChildren(toHash, sibling);
    }
    node = half(node);
    last = half(last);
  }
  if (last !== 0) throw new LedgerError('proof-length', 'too few hashes');
  if (!equalBytes(fromHash, fromRoot) || !equalBytes(toHash, toRoot)) throw new LedgerError('proof-mismatch');
}

function expectHashes(first: Uint8Array, second: Uint8Array, proof: readonly Uint8Array[]): void {
  expectHash(first, 'hash');
  expectHash(second, 'root');
  if (proof.length > MAX_PROOF_HASHES) throw new LedgerError('proof-length', 'too many hashes');
  for (const hash of proof) expectHash(hash, 'proof hash');
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}
