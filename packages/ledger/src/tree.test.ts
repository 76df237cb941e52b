import { sha256, toHex, utf8 } from '@eenmaal/crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tree } from './tree.ts';
import { emptyRoot, hashChildren, hashLeaf } from './tree-hash.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 1000 : 50 };
const leafOf = (i: number) => hashLeaf(utf8(`entry ${i}`));

function treeOf(size: number): Tree {
  const tree = new Tree();
  for (let i = 0; i < size; i++) tree.append(leafOf(i));
  return tree;
}

/** RFC 9162, 2.1.1, word for word: slow and obviously right. */
function recursiveRoot(hashes: Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return emptyRoot();
  if (hashes.length === 1) return hashes[0] as Uint8Array;
  let k = 1;
  while (k * 2 < hashes.length) k *= 2;
  return hashChildren(recursiveRoot(hashes.slice(0, k)), recursiveRoot(hashes.slice(k)));
}

describe('root', () => {
  it('of the empty tree is the hash of nothing', () => {
    expect(new Tree().root()).toEqual(sha256(new Uint8Array(0)));
  });

  it('at every earlier size equals the definition', () => {
    const tree = treeOf(600);
    const leaves = Array.from({ length: 600 }, (_, i) => leafOf(i));
    for (let size = 0; size <= 600; size += size < 70 ? 1 : 53) {
      expect(toHex(tree.root(size))).toBe(toHex(recursiveRoot(leaves.slice(0, size))));
    }
  });

  it('of an earlier size equals that of a fresh tree', () => {
    fc.assert(
      fc.property(fc.nat(700), fc.nat(700), (a, b) => {
        const size = Math.min(a, b);
        expect(treeOf(Math.max(a, b)).root(size)).toEqual(treeOf(size).root());
      }),
      RUNS,
    );
  });

  it('never changes for a size that was reached', () => {
    const tree = treeOf(300);
    const before = Array.from({ length: 301 }, (_, size) => toHex(tree.root(size)));
    for (let i = 300; i < 600; i++) tree.append(leafOf(i));
    expect(before).toEqual(Array.from({ length: 301 }, (_, size) => toHex(tree.root(size))));
  });
});

describe('append', () => {
  it('returns the index and keeps the leaf hash', () => {
    const tree = treeOf(256);
    expect(tree.append(leafOf(256))).toBe(256);
    expect(tree.size).toBe(257);
    expect(tree.leafHash(256)).toEqual(leafOf(256));
  });

  it('copies: later changes to the given or returned bytes do not reach the tree', () => {
    const tree = new Tree();
    for (let i = 0; i < 5; i++) {
      const given = leafOf(i);
      tree.append(given);
      given.fill(0);
    }
    const sizes = [1, 2, 3, 4, 5];
    for (const size of sizes) {
      const proofs = [...tree.inclusionProof(size - 1, size), ...tree.consistencyProof(size)];
      for (const bytes of [tree.leafHash(size - 1), tree.root(size), ...proofs]) bytes.fill(0);
    }
    expect(sizes.map((size) => tree.root(size))).toEqual(sizes.map((size) => treeOf(size).root()));
  });

  it('refuses what is no hash and stays as it was', () => {
    const tree = treeOf(3);
    expect(() => tree.append(new Uint8Array(31))).toThrow(expect.objectContaining({ code: 'hash-format' }));
    expect(tree.size).toBe(3);
    expect(tree.root()).toEqual(treeOf(3).root());
  });
});

describe('out of range', () => {
  const tree = treeOf(5);
  it.each([
    ['root of a future size', () => tree.root(6)],
    ['root of a negative size', () => tree.root(-1)],
    ['root of half a size', () => tree.root(1.5)],
    ['leaf past the end', () => tree.leafHash(5)],
    ['proof of a leaf past the size', () => tree.inclusionProof(3, 3)],
    ['proof in a future tree', () => tree.inclusionProof(3, 6)],
    ['proof of a negative leaf', () => tree.inclusionProof(-1)],
    ['consistency from a later size', () => tree.consistencyProof(4, 3)],
    ['consistency to a future size', () => tree.consistencyProof(3, 6)],
    ['consistency from NaN', () => tree.consistencyProof(Number.NaN)],
  ])('%s', (_name, ask) => {
    expect(ask).toThrow(expect.objectContaining({ code: 'tree-range' }));
  });
});

it('knows the roots it had', () => {
  const tree = treeOf(5);
  expect(tree.hadRoot(3, treeOf(3).root())).toBe(true);
  expect(tree.hadRoot(3, treeOf(4).root())).toBe(false);
  expect(tree.hadRoot(6, tree.root())).toBe(false);
  expect(tree.hadRoot(0, emptyRoot())).toBe(true);
});

describe('kept and restored', () => {
  const bytesOf = (tree: Tree) => Buffer.concat([...tree.stored()]);

  it('is the same tree: every root, proof and node, and it grows on the same way', () => {
    fc.assert(
      fc.property(fc.nat(1100), fc.nat(600), (size, more) => {
        const tree = treeOf(size);
        const bytes = bytesOf(tree);
        const before = Buffer.from(bytes);
        const again = Tree.restore(size, bytes);
        for (let i = size; i < size + more; i++) for (const one of [tree, again]) one.append(leafOf(i));
        expect(toHex(again.root())).toBe(toHex(tree.root()));
        const at = Math.floor((size + more) / 3);
        if (at > 0) expect(again.inclusionProof(at - 1)).toEqual(tree.inclusionProof(at - 1));
        expect(again.consistencyProof(at)).toEqual(tree.consistencyProof(at));
        expect(bytesOf(again)).toEqual(bytesOf(tree));
        expect(Buffer.compare(bytes, before)).toBe(0);
      }),
      RUNS,
    );
  });

  it('refuses bytes that are too few or too many', () => {
    const bytes = bytesOf(treeOf(700));
    for (const wrong of [bytes.subarray(32), bytes.subarray(0, -1), Buffer.concat([bytes, bytes.subarray(0, 32)])])
      expect(() => Tree.restore(700, wrong)).toThrow('tree-range');
    expect(Tree.restore(0, new Uint8Array()).size).toBe(0);
  });
});
