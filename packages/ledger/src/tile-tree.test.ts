import { utf8 } from '@eenmaal/crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bundlesAdded, entryBundle, hashTile, tilePath, tilesOf } from './tile.ts';
import { TileTree } from './tile-tree.ts';
import { Tree } from './tree.ts';
import { emptyRoot, hashLeaf } from './tree-hash.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 300 : 30 };
const coded = (code: string) => expect.objectContaining({ name: 'LedgerError', code });
const entry = (i: number) => utf8(`entry ${i}`);
const MOST = 66_300;
const tree = new Tree();
for (let i = 0; i < MOST; i++) tree.append(hashLeaf(entry(i)));

type Files = Map<string, Uint8Array>;
/** What a log of `size` entries serves. */
function published(size: number): Files {
  const tiles = tilesOf(size).map((tile) => [tilePath(tile), hashTile(tree, tile)] as const);
  const bundles = bundlesAdded(0, size).map((tile) => {
    const entries = Array.from({ length: tile.width }, (_, i) => entry(tile.index * 256 + i));
    return [tilePath(tile), entryBundle(entries)] as const;
  });
  return new Map([...tiles, ...bundles]);
}
const at = (size: number, files: Files) =>
  new TileTree({ size, root: tree.root(size) }, async (path) => files.get(path));

const SIZES = [1, 2, 255, 256, 257, 300, 513, 65_535, 65_536, 65_537, MOST];
const served = new Map(SIZES.map((size) => [size, published(size)]));
const sizeAndIndex = fc.constantFrom(...SIZES).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));

describe('proofs from tiles', () => {
  it('are those of the tree', async () => {
    await fc.assert(
      fc.asyncProperty(sizeAndIndex, async ([size, index]) => {
        const tiles = at(size, served.get(size) as Files);
        const { leafHash, proof } = await tiles.inclusionProof(index);
        expect([leafHash, proof]).toEqual([tree.leafHash(index), tree.inclusionProof(index, size)]);
        expect(await tiles.consistencyProof(index, tree.root(index))).toEqual(tree.consistencyProof(index, size));
        expect(await tiles.consistencyProof(size, tree.root(size))).toEqual([]);
      }),
      RUNS,
    );
  });

  it('need few tiles, each asked for once', async () => {
    const asked: string[] = [];
    const files = served.get(MOST) as Files;
    const tiles = new TileTree({ size: MOST, root: tree.root(MOST) }, async (path) => {
      asked.push(path);
      return files.get(path);
    });
    await Promise.all([tiles.inclusionProof(40_000), tiles.inclusionProof(40_001)]);
    expect(asked.toSorted()).toEqual(['tile/0/156', 'tile/0/258.p/252', 'tile/1/000', 'tile/1/001.p/2']);
  });

  it('find any changed byte in a tile they rest on', async () => {
    await fc.assert(
      fc.asyncProperty(sizeAndIndex, fc.nat(), fc.integer({ min: 1, max: 255 }), async ([size, index], where, mask) => {
        const files = served.get(size) as Files;
        let touched = false;
        const tiles = new TileTree({ size, root: tree.root(size) }, async (path) => {
          const good = files.get(path);
          // the tile of the leaf itself: every one of its hashes is part of the proof
          if (path !== tilePath(tilesOf(size)[Math.floor(index / 256)] as never) || good === undefined) return good;
          touched = true;
          const bad = good.slice();
          bad[where % bad.length] = (bad[where % bad.length] as number) ^ mask;
          return bad;
        });
        await expect(tiles.inclusionProof(index)).rejects.toThrow(coded('proof-mismatch'));
        expect(touched).toBe(true);
      }),
      RUNS,
    );
  });

  it('are not given for another history', async () => {
    const fork = new Tree();
    for (let i = 0; i < 300; i++) fork.append(hashLeaf(entry(i === 7 ? 99_999 : i)));
    const forged = new TileTree({ size: 300, root: fork.root() }, async (path) => {
      const tile = tilesOf(300).find((one) => tilePath(one) === path);
      return tile && hashTile(fork, tile);
    });
    expect((await forged.inclusionProof(8)).proof).toEqual(fork.inclusionProof(8));
    await expect(forged.consistencyProof(200, tree.root(200))).rejects.toThrow(coded('proof-mismatch'));
    await expect(forged.consistencyProof(300, tree.root(300))).rejects.toThrow(coded('proof-mismatch'));
    expect(await forged.consistencyProof(7, tree.root(7))).toEqual(fork.consistencyProof(7));
  });

  it('use the full tile when the partial one is gone', async () => {
    const later = new Map(served.get(513) as Files);
    later.set('tile/1/000.p/1', hashTile(tree, { level: 1, index: 0, width: 1 }));
    const { proof } = await at(300, later).inclusionProof(299);
    expect(proof).toEqual(tree.inclusionProof(299, 300));
    expect(await at(300, later).entries(1)).toEqual(Array.from({ length: 44 }, (_, i) => entry(256 + i)));
  });

  it.each([
    ['leaf past the end', (t: TileTree) => t.inclusionProof(300)],
    ['negative leaf', (t: TileTree) => t.inclusionProof(-1)],
    ['a larger tree', (t: TileTree) => t.consistencyProof(301, tree.root(301))],
    ['bundle past the end', (t: TileTree) => t.entries(2)],
  ])('are refused: %s', async (_name, ask) => {
    await expect(ask(at(300, served.get(300) as Files))).rejects.toThrow(coded('tree-range'));
  });

  it('say which tile is missing or has another length', async () => {
    await expect(at(300, new Map()).inclusionProof(0)).rejects.toThrow(/tile-missing: .*\(tile\/0\/00/);
    const short = new Map([...(served.get(300) as Files)].map(([path, bytes]) => [path, bytes.slice(1)]));
    await expect(at(300, short).inclusionProof(0)).rejects.toThrow(coded('tile-format'));
  });

  it('ask again for a tile that could not be had', async () => {
    let down = true;
    const files = served.get(300) as Files;
    const tiles = new TileTree({ size: 300, root: tree.root(300) }, async (path) => {
      if (down) throw new Error('no connection');
      return files.get(path);
    });
    await expect(tiles.inclusionProof(0)).rejects.toThrow('no connection');
    down = false;
    await expect(tiles.inclusionProof(0)).resolves.toBeDefined();
  });
});

describe('entries from bundles', () => {
  it('are all of them, in order', async () => {
    const seen: Uint8Array[] = [];
    for await (const one of at(513, served.get(513) as Files).allEntries()) seen.push(one);
    expect(seen).toEqual(Array.from({ length: 513 }, (_, i) => entry(i)));
  });

  it('of an empty tree are none, and only with its root', async () => {
    const none = async () => undefined;
    const first = (root: Uint8Array) => new TileTree({ size: 0, root }, none).allEntries().next();
    expect(await first(emptyRoot())).toEqual({ done: true });
    await expect(first(tree.root(1))).rejects.toThrow(coded('proof-mismatch'));
  });

  it('are refused when one of them is not what the tree holds', async () => {
    const files = new Map(served.get(300) as Files);
    const path = 'tile/entries/001.p/44';
    files.set(path, entryBundle(Array.from({ length: 44 }, (_, i) => entry(i === 20 ? 0 : 256 + i))));
    await expect(at(300, files).entries(1)).rejects.toThrow(coded('tile-mismatch'));
    files.set(path, entryBundle(Array.from({ length: 43 }, (_, i) => entry(256 + i))));
    await expect(at(300, files).entries(1)).rejects.toThrow(coded('tile-format'));
    expect(await at(300, files).entries(0)).toHaveLength(256);
  });

  it('are refused when the tile of hashes was changed with them', async () => {
    const files = new Map(served.get(300) as Files);
    const forged = new Tree();
    for (let i = 0; i < 300; i++) forged.append(hashLeaf(entry(i === 290 ? 0 : i)));
    files.set(
      'tile/entries/001.p/44',
      entryBundle(Array.from({ length: 44 }, (_, i) => entry(i === 34 ? 0 : 256 + i))),
    );
    files.set('tile/0/001.p/44', hashTile(forged, { level: 0, index: 1, width: 44 }));
    await expect(at(300, files).entries(1)).rejects.toThrow(coded('proof-mismatch'));
  });
});
