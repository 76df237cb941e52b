/**
 * The shape of the tree, without any hash in it: which ranges of leaves the two proofs of RFC 9162 sections 2.1.3.1 and
 * 2.1.4.1 consist of, and which complete nodes make up a range. One place, so that a proof from memory (tree.ts) and one
 * from fetched tiles (tile-tree.ts) cannot differ. Sizes may go to 2^53 - 1, so halving is division.
 */

import { hashChildren } from './tree-hash.ts';

/** Leaves `start` up to, not including, `end`. */
export type Range = { readonly start: number; readonly end: number };
/** The complete subtree over leaves `index * 2^level` up to `(index + 1) * 2^level`. */
export type TreeNode = { readonly level: number; readonly index: number };

/** The ranges whose hashes prove leaf `index` of `size`, from the leaf upwards; index < size. */
export function inclusionRanges(index: number, size: number): Range[] {
  const ranges: Range[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  return ranges.reverse();
}

/** The ranges whose hashes prove that `from` leaves are the beginning of `to`; none when `from` is 0 or `to`. */
export function consistencyRanges(from: number, to: number): Range[] {
  if (from === 0) return [];
  const ranges: Range[] = [];
  let start = 0;
  let end = to;
  while (end !== from) {
    const middle = start + splitPoint(end - start);
    if (from <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  // A verifier knows the old root; it needs this hash only when the old tree is more than this subtree.
  if (start !== 0) ranges.push({ start, end });
  return ranges.reverse();
}

/** The complete nodes of a range, from right to left; `start` is 0 or one of RFC 9162's split points. */
export function nodesOf({ start, end }: Range): TreeNode[] {
  const nodes: TreeNode[] = [];
  let position = end;
  let level = 0;
  for (let rest = end - start; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) {
      nodes.push({ level, index: position / 2 ** level - 1 });
      position -= 2 ** level;
    }
    level += 1;
  }
  return nodes;
}

/** The hash of a range that is not empty, from the hashes of its nodes. */
export function hashRange(range: Range, hashOf: (node: TreeNode) => Uint8Array): Uint8Array {
  return nodesOf(range)
    .map(hashOf)
    .reduce((right, left) => hashChildren(left, right));
}

/** The largest power of two smaller than `size` (RFC 9162, 2.1.1); `size` is at least 2. */
function splitPoint(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}
