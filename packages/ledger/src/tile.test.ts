import { concat, utf8 } from '@eenmaal/crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bundlesAdded,
  entryBundle,
  hashTile,
  parseTilePath,
  readEntryBundle,
  readHashTile,
  type Tile,
  tilePath,
  tilesAdded,
  tilesOf,
  tileWidth,
} from './tile.ts';
import { Tree } from './tree.ts';
import { hashChildren, hashLeaf } from './tree-hash.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 1000 : 100 };
const coded = (code: string) => expect.objectContaining({ name: 'LedgerError', code });
const tree = new Tree();
for (let i = 0; i < 70_000; i++) tree.append(hashLeaf(utf8(`entry ${i}`)));

describe('paths', () => {
  const tile = fc.record({
    level: fc.oneof(fc.constant('entries' as const), fc.nat(63)),
    index: fc.oneof(fc.nat(2000), fc.maxSafeNat()),
    width: fc.integer({ min: 1, max: 256 }),
  });

  it('come back as they went', () => {
    fc.assert(
      fc.property(tile, (one) => {
        expect(parseTilePath(tilePath(one))).toEqual(one);
      }),
      RUNS,
    );
  });

  it('have one spelling: whatever is read is written back the same', () => {
    const part = fc.constantFrom(
      'tile',
      'entries',
      '0',
      '1',
      '63',
      '64',
      '000',
      '067',
      '256',
      'x000',
      'x001',
      '.p',
      'p',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 7 }), fc.constantFrom('', '.p/1', '.p/255', '.p/256'), (parts, end) => {
        const path = `tile/${parts.join('/')}${end}`;
        try {
          expect(tilePath(parseTilePath(path))).toBe(path);
        } catch (error) {
          expect(error).toMatchObject({ code: 'tile-path' });
        }
      }),
      { numRuns: 10 * RUNS.numRuns },
    );
  });

  it.each([
    ['level', { level: 64 }],
    ['negative level', { level: -1 }],
    ['index', { index: -1 }],
    ['index that is not whole', { index: 0.5 }],
    ['width 0', { width: 0 }],
    ['width 257', { width: 257 }],
  ])('are not made of a bad %s', (_name, change) => {
    expect(() => tilePath({ level: 0, index: 0, width: 256, ...change })).toThrow(coded('tile-path'));
  });
});

describe('which tiles there are', () => {
  const kinds = (tiles: Tile[]) => tiles.filter(({ width }) => width < 256).map(tilePath);

  it('is as the example in the specification says', () => {
    const tiles = tilesOf(70_000);
    expect(tiles.filter(({ level, width }) => level === 0 && width === 256)).toHaveLength(273);
    expect(tiles.filter(({ level, width }) => level === 1 && width === 256)).toHaveLength(1);
    expect(kinds(tiles)).toEqual(['tile/0/273.p/112', 'tile/1/001.p/17', 'tile/2/000.p/1']);
    expect(tilesOf(256).map(tilePath)).toEqual(['tile/0/000', 'tile/1/000.p/1']);
    expect(tilesOf(0)).toEqual([]);
  });

  it('after growing is what the larger tree has and the smaller had not', () => {
    const sizes = fc.tuple(fc.nat(70_000), fc.nat(3000)).map(([from, more]) => [from, from + more] as const);
    fc.assert(
      fc.property(sizes, ([from, to]) => {
        const had = new Set(tilesOf(from).map(tilePath));
        const expected = tilesOf(to).filter((tile) => !had.has(tilePath(tile)));
        expect(tilesAdded(from, to)).toEqual(expected);
        expect(bundlesAdded(from, to).map(({ index, width }) => [index, width])).toEqual(
          expected.filter(({ level }) => level === 0).map(({ index, width }) => [index, width]),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('agrees with the width of each', () => {
    for (const size of [0, 1, 255, 256, 257, 65_535, 65_536, 70_000]) {
      for (const { level, index, width } of tilesOf(size)) expect(tileWidth(level as number, index, size)).toBe(width);
      expect(tileWidth(0, Math.ceil(size / 256), size)).toBe(0);
    }
  });

  it.each([
    [3, 2],
    [-1, 2],
    [0, 0.5],
  ])('is not asked from %s to %s', (from, to) => {
    expect(() => tilesAdded(from, to)).toThrow(coded('tree-range'));
  });
});

describe('what is in them', () => {
  it('a hash at a level above is the root over the full tile below', () => {
    const pairs = (hashes: Uint8Array[]): Uint8Array[] =>
      hashes.length === 1
        ? hashes
        : pairs(hashes.flatMap((h, i) => (i % 2 ? [] : [hashChildren(h, hashes[i + 1] as Uint8Array)])));
    const above = readHashTile(17, hashTile(tree, { level: 1, index: 1, width: 17 }));
    for (const [i, hash] of above.entries()) {
      const below = readHashTile(256, hashTile(tree, { level: 0, index: 256 + i, width: 256 }));
      expect(pairs(below)).toEqual([hash]);
    }
    const full = readHashTile(256, hashTile(tree, { level: 1, index: 0, width: 256 }));
    expect(hashTile(tree, { level: 2, index: 0, width: 1 })).toEqual(pairs(full)[0]);
  });

  it('level 0 holds the leaf hashes, and a partial tile is the beginning of the full one', () => {
    const full = hashTile(tree, { level: 0, index: 3, width: 256 });
    expect(full).toHaveLength(8192);
    expect(full).toEqual(concat(...Array.from({ length: 256 }, (_, i) => tree.leafHash(768 + i))));
    expect(hashTile(tree, { level: 0, index: 3, width: 7 })).toEqual(full.slice(0, 224));
  });

  it.each([
    ['one hash further than the tree', { level: 0, index: 273, width: 113 }, 'tree-range'],
    ['a node that is not complete', { level: 1, index: 1, width: 18 }, 'tree-range'],
    ['a level the tree has not', { level: 3, index: 0, width: 1 }, 'tree-range'],
    ['entries', { level: 'entries', index: 0, width: 1 }, 'tile-path'],
  ] as const)('no hash tile with %s', (_name, tile, code) => {
    expect(() => hashTile(tree, tile)).toThrow(coded(code));
  });

  it('bundles come back as they went, whatever the entries', () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 256 });
    fc.assert(
      fc.property(entries, (list) => {
        expect(readEntryBundle(list.length, entryBundle(list))).toEqual(list);
      }),
      RUNS,
    );
    const largest = [new Uint8Array(0xffff), new Uint8Array(0)];
    expect(readEntryBundle(2, entryBundle(largest))).toEqual(largest);
  });

  it.each([
    ['an entry of 65,536 bytes', [new Uint8Array(0x10000)]],
    ['no entries', []],
    ['257 entries', Array.from({ length: 257 }, () => new Uint8Array(1))],
  ])('no bundle of %s', (_name, entries) => {
    expect(() => entryBundle(entries)).toThrow(coded('tile-format'));
  });

  it('refuses bytes of another width', () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(31), new Uint8Array(33), new Uint8Array(64)])
      expect(() => readHashTile(1, bytes)).toThrow(coded('tile-format'));
    const two = entryBundle([utf8('a'), utf8('b')]);
    for (const bytes of [two.slice(0, -1), concat(two, Uint8Array.of(0)), two.slice(0, 1), two.slice(0, 3)])
      expect(() => readEntryBundle(2, bytes)).toThrow(coded('tile-format'));
    expect(() => readEntryBundle(3, two)).toThrow(coded('tile-format'));
  });
});
