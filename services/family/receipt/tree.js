/**
 * Leaves and Merkle proofs, from the recursive definitions of RFC 9162 (2.1.1, 2.1.3.1, 2.1.4.1), not from its step by
 * step algorithms, which the ledger's own code uses.
 */
import { hmacSha256, join, sameBytes, sha256 } from './hash.js';
import { need, utf8 } from './text.js';

const LABEL = utf8('family-consent-ledger/commit/v1\0');
export const EMPTY_ROOT = sha256(new Uint8Array(0));
export const leafHash = (leaf) => sha256(join([0], leaf));
const nodeHash = (left, right) => sha256(join([1], left, right));

/** The 34 bytes that stay in the log about one event. */
export function makeLeaf(type, salt, event) {
  need(Number.isInteger(type) && type >= 1 && type <= 255 && salt.length === 32, 'leaf-format');
  return join([1, type], hmacSha256(salt, join(LABEL, event)));
}

/** The largest power of two below n: where a tree of n leaves is split. */
function split(n) {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

function checkHashes(ends, proof) {
  need(
    ends.every((hash) => hash.length === 32),
    'hash-format',
  );
  need(proof.length <= 64, 'proof-length');
  need(
    proof.every((hash) => hash.length === 32),
    'hash-format',
  );
}

/** Takes the hashes of a proof from the top of the tree downwards. */
function taker(proof) {
  const left = [...proof];
  return {
    next() {
      need(left.length > 0, 'proof-length');
      return left.pop();
    },
    end: () => need(left.length === 0, 'proof-length'),
  };
}

/** That a leaf stands at `index` in the tree of `size` leaves with this root. */
export function checkInclusion(leaf, index, size, root, proof) {
  checkHashes([leaf, root], proof);
  need(index < size, 'proof-index');
  const hashes = taker(proof);
  const climb = (m, n) => {
    if (n === 1) return leaf;
    const sibling = hashes.next();
    const k = split(n);
    return m < k ? nodeHash(climb(m, k), sibling) : nodeHash(sibling, climb(m - k, n - k));
  };
  const computed = climb(index, size);
  hashes.end();
  need(sameBytes(computed, root), 'proof-mismatch');
}

/** That the tree of `to` leaves begins with the tree of `from` leaves. */
export function checkConsistency(from, fromRoot, to, toRoot, proof) {
  checkHashes([fromRoot, toRoot], proof);
  need(from <= to, 'proof-index');
  const hashes = taker(proof);
  if (from === 0 || from === to) {
    hashes.end();
    need(sameBytes(fromRoot, from === 0 ? EMPTY_ROOT : toRoot), 'proof-mismatch');
    need(to > 0 || sameBytes(toRoot, EMPTY_ROOT), 'proof-mismatch');
    return;
  }
  // the roots that the part of the old tree in this subtree, and the whole subtree, have
  const climb = (m, n, whole) => {
    if (m === n) {
      const known = whole ? fromRoot : hashes.next();
      return [known, known];
    }
    const sibling = hashes.next();
    const k = split(n);
    if (m <= k) {
      const [before, after] = climb(m, k, whole);
      return [before, nodeHash(after, sibling)];
    }
    const [before, after] = climb(m - k, n - k, false);
    return [nodeHash(sibling, before), nodeHash(sibling, after)];
  };
  const [before, after] = climb(from, to, true);
  hashes.end();
  need(sameBytes(before, fromRoot) && sameBytes(after, toRoot), 'proof-mismatch');
}
