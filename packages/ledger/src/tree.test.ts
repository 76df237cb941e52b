import { concat, sha256, toHex, utf8 } from '@eenmaal/crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerError } from './errors.ts';
import { bundlesAdded, entryBundle, hashTile, tilePath, tilesOf } from './tile.ts';
import { type TileStore, Tree } from './tree.ts';
import { emptyRoot, hashChildren, hashLeaf } from './tree-hash.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 1000 : 50 };
const leafOf = (i: number) => hashLeaf(utf8(`entry ${i}`));

function treeOf(size: number, word = 'entry'): Tree {
  const tree = new Tree();
  for (let i = 0; i < size; i++) tree.append(hashLeaf(utf8(`${word} ${i}`)));
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
    for (let size = 0; size <= 600; size++) {
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

/** A store that can be looked into, and that says what was wrong. */
class Shelf implements TileStore {
  readonly files = new Map<string, Uint8Array>();
  readonly said: string[] = [];
  read = (path: string) => this.files.get(path);
  write = (path: string, bytes: Uint8Array) => void this.files.set(path, bytes.slice());
  damaged = (path: string, { code }: LedgerError) => void this.said.push(`${code} ${path}`);
}
const entryOf = (i: number) => utf8(`entry ${i}`);
/** A tree of entries, its full tiles on a shelf. */
function shelved(size: number): { tree: Tree; shelf: Shelf } {
  const shelf = new Shelf();
  const tree = new Tree(shelf);
  for (let i = 0; i < size; i++) tree.appendEntry(entryOf(i));
  return { tree, shelf };
}

describe('kept as its edge and full tiles', () => {
  it('is the same tree: every root, proof and node, and it grows on the same way', () => {
    fc.assert(
      fc.property(fc.nat(1100), fc.nat(600), fc.nat(1700), (size, more, any) => {
        const { tree, shelf } = shelved(size);
        const again = Tree.restore(size, tree.edge(), shelf);
        for (let i = size; i < size + more; i++) for (const one of [tree, again]) one.appendEntry(entryOf(i));
        expect(toHex(again.root())).toBe(toHex(treeOf(size + more).root()));
        const at = any % (size + more + 1);
        expect(toHex(again.root(at))).toBe(toHex(treeOf(at).root()));
        if (at > 0) expect(again.inclusionProof(at - 1)).toEqual(tree.inclusionProof(at - 1));
        if (at > 0) expect(again.leafHash(at - 1)).toEqual(leafOf(at - 1));
        expect(again.consistencyProof(at)).toEqual(tree.consistencyProof(at));
        expect([again.edge(), again.partialTiles()]).toEqual([tree.edge(), tree.partialTiles()]);
      }),
      RUNS,
    );
  });

  it('has written exactly the tiles that a log of its size serves', () => {
    for (const size of [0, 1, 255, 256, 257, 513, 66_000]) {
      const { tree, shelf } = shelved(size);
      const wanted = [...tilesOf(size), ...bundlesAdded(0, size)];
      const partial = tree.partialTiles();
      expect([...shelf.files.keys(), ...partial.map(({ path }) => path)].sort()).toEqual(wanted.map(tilePath).sort());
      for (const tile of wanted) {
        const path = tilePath(tile);
        const bytes = shelf.files.get(path) ?? partial.find((one) => one.path === path)?.bytes;
        const entries = () => Array.from({ length: tile.width }, (_, i) => entryOf(tile.index * 256 + i));
        expect(bytes).toEqual(tile.level === 'entries' ? entryBundle(entries()) : hashTile(tree, tile));
      }
      // a snapshot of any log keeps as little as this
      expect(tree.edge().length).toBeLessThan(40_000);
    }
  });

  it('refuses an edge of too few or too many bytes', () => {
    const { tree, shelf } = shelved(700);
    const edge = tree.edge();
    const wrong = [edge.subarray(32), edge.subarray(0, -1), edge.subarray(0, 3000), concat(edge, edge.subarray(0, 32))];
    for (const bytes of wrong) expect(() => Tree.restore(700, bytes, shelf)).toThrow(/tree-range|tile-format/);
    expect(Tree.restore(0, new Uint8Array()).size).toBe(0);
    expect(() => Tree.restore(0, new Uint8Array(1))).toThrow('tile-format');
  });

  it('does not make a bundle of which it lacks an entry', () => {
    const tree = treeOf(255);
    expect(() => tree.appendEntry(entryOf(255))).toThrow('tree-range');
    tree.append(leafOf(255));
    tree.appendEntry(entryOf(256));
    expect(tree.partialTiles().map(({ path }) => path)).toEqual([
      'tile/0/001.p/1',
      'tile/1/000.p/1',
      'tile/entries/001.p/1',
    ]);
  });
});

describe('a tile in the store', () => {
  const SIZE = 66_000;
  const { tree, shelf } = shelved(SIZE);
  const edge = tree.edge();
  const root = tree.root(200);
  /** Asks for what rests on the tile of leaves 0 to 255, in a tree that has no tile in memory; what it says. */
  const asked = (files: [string, Uint8Array | undefined][]): string[] => {
    const other = new Shelf();
    for (const [path, bytes] of [...shelf.files, ...files])
      if (bytes) other.files.set(path, bytes);
      else other.files.delete(path);
    const acts = [
      () => Tree.restore(SIZE, edge, other).inclusionProof(3),
      () => Tree.restore(SIZE, edge, other).consistencyProof(7),
      () => Tree.restore(SIZE, edge, other).leafHash(0),
      () => Tree.restore(SIZE, edge, other).root(5),
      () => Tree.restore(SIZE, edge, other).hadRoot(200, root),
    ];
    const said = acts.map((act) => {
      try {
        act();
      } catch (error) {
        return (error as LedgerError).code;
      }
      return 'was believed';
    });
    expect(other.said.length).toBe(said.filter((one) => one !== 'was believed').length);
    return [...new Set(said)];
  };
  const flip = (path: string, at: number, bit: number): [string, Uint8Array] => {
    const bytes = (shelf.files.get(path) as Uint8Array).slice();
    bytes[at] = (bytes[at] as number) ^ (1 << bit);
    return [path, bytes];
  };

  it('is noticed with any bit flipped, in any tile a proof rests on, before the proof is given', () => {
    const STEP = process.env.EENMAAL_LONG ? 1 : 997;
    for (const path of ['tile/0/000', 'tile/1/000'])
      for (let bit = 0; bit < 8192 * 8; bit += STEP) {
        const other = new Shelf();
        const [, bad] = flip(path, bit >> 3, bit & 7);
        other.read = (one) => (one === path ? bad : shelf.files.get(one));
        expect(() => Tree.restore(SIZE, edge, other).inclusionProof(3)).toThrow('tile-mismatch');
        expect(other.said).toEqual([`tile-mismatch ${path}`]);
      }
  }, 300_000);

  it('is named when it is changed, missing, cut, another one or of another log', () => {
    const other = shelved(256).shelf;
    other.write('tile/0/000', hashTile(treeOf(256, 'x'), { level: 0, index: 0, width: 256 }));
    expect(asked([])).toEqual(['was believed']);
    expect(asked([flip('tile/0/000', 8191, 0)])).toEqual(['tile-mismatch']);
    expect(asked([flip('tile/1/000', 77, 3)])).toEqual(['tile-mismatch']);
    expect(asked([['tile/0/000', undefined]])).toEqual(['tile-missing']);
    expect(asked([['tile/1/000', undefined]])).toEqual(['tile-missing']);
    expect(asked([['tile/0/000', shelf.files.get('tile/0/000')?.slice(1)]])).toEqual(['tile-format']);
    expect(asked([['tile/0/000', shelf.files.get('tile/0/001')]])).toEqual(['tile-mismatch']);
    expect(asked([['tile/0/000', other.files.get('tile/0/000')]])).toEqual(['tile-mismatch']);
    // changed together with the tile above it: the edge says otherwise
    const forged = shelved(0);
    for (let i = 0; i < 65_536; i++) forged.tree.append(i === 9 ? leafOf(-1) : leafOf(i));
    const both = ['tile/0/000', 'tile/1/000'].map(
      (path) => [path, forged.shelf.files.get(path)] as [string, Uint8Array],
    );
    expect(asked(both)).toEqual(['tile-mismatch']);
  });

  it('is read once while it is used, and few are kept in memory', () => {
    const other = new Shelf();
    const read: string[] = [];
    other.read = (path) => {
      read.push(path);
      return shelf.files.get(path);
    };
    const again = Tree.restore(SIZE, edge, other);
    for (let i = 0; i < 256; i++) again.inclusionProof(i);
    expect(read.length).toBe(new Set(read).size);
    read.length = 0;
    for (let i = 0; i < SIZE; i += 256) again.leafHash(i);
    again.leafHash(0);
    // 257 tiles and the one above them do not fit: the first had to go
    expect(read.at(-1)).toBe('tile/0/000');
  });

  it('is not needed to grow, nor for the newest root', () => {
    const none = new Shelf();
    const again = Tree.restore(SIZE, edge, none);
    for (let i = SIZE; i < SIZE + 300; i++) again.appendEntry(entryOf(i));
    expect(toHex(again.root())).toBe(toHex(treeOf(SIZE + 300).root()));
    expect(none.said).toEqual([]);
  });
});
