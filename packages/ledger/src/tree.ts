/**
 * The log's Merkle tree (RFC 9162 section 2.1), append-only, kept in tiles (C2SP tlog-tiles; tile.ts). In memory are its right
 * edge, which is the tile of each level that is not full yet, and the full tiles used last. Full tiles go to a store and
 * come from there, and what comes is believed only when it hashes to what the tile above says, up to the edge: a root or a
 * proof is never made from a tile that was changed. Any earlier root or proof costs O(log n) hashes and a tile for each
 * level at most.
 *
 * There is no truncate, clone or rollback, on purpose: append only what is already durable.
 */

import { concat } from '@eenmaal/crypto';
import { equalBytes, expectHash, HASH_BYTES } from './bytes.ts';
import { LedgerError } from './errors.ts';
import { entryBundle, readEntryBundle, TILE_HEIGHT, TILE_WIDTH, tilePath } from './tile.ts';
import { TileNodes } from './tile-nodes.ts';
import { emptyRoot, hashLeaf } from './tree-hash.ts';
import { consistencyRanges, hashRange, inclusionRanges, type Range } from './tree-shape.ts';

/** Where full tiles are kept, by their C2SP path. */
export type TileStore = {
  /** undefined when there is none. */
  read(path: string): Uint8Array | undefined;
  /** Keeps a full tile, readable from now on. The same tile may come again, with the same bytes. */
  write(path: string, bytes: Uint8Array): void;
  /** Told of a tile that is not what was written, before `error` is thrown; may throw another in its place. */
  damaged?(path: string, error: LedgerError): void;
};

/** Four MB of tiles, each verified once. */
const CACHED_TILES = 256;

export class Tree {
  readonly #store: TileStore;
  /** By tile level: the tile that is not full. */
  readonly #edge: TileNodes[] = [];
  /** The entries under the edge of level 0; fewer where only their hashes were appended. */
  #entries: Uint8Array[] = [];
  readonly #cache = new Map<number, TileNodes>();
  #size = 0;

  /** @param store left out: everything stays in memory, 32 bytes a leaf */
  constructor(store: TileStore = memoryStore()) {
    this.#store = store;
  }

  /**
   * A tree as `edge` gave it, over the same full tiles. The bytes are believed: whoever kept them must know that nobody
   * changed them.
   * @throws `tree-range`, `tile-format` when there are not as many bytes as the edge of a tree of this size has
   */
  static restore(size: number, edge: Uint8Array, store?: TileStore): Tree {
    const tree = new Tree(store);
    let offset = 0;
    for (let hashes = size, level = 0; hashes > 0; hashes = Math.floor(hashes / TILE_WIDTH), level++) {
      const width = hashes % TILE_WIDTH;
      const end = offset + width * HASH_BYTES;
      expectRange(end <= edge.length, `${edge.length} bytes for ${size} leaves`);
      tree.#edge[level] = TileNodes.read(width, edge.subarray(offset, end));
      offset = end;
    }
    if (offset < edge.length) tree.#entries = readEntryBundle(size % TILE_WIDTH, edge.subarray(offset));
    tree.#size = size;
    return tree;
  }

  /** All that the store does not have, level by level from the leaves up, then the entries: 40 kB for a million leaves. */
  edge(): Uint8Array {
    return concat(...this.partialTiles().map(({ bytes }) => bytes));
  }

  /** The tiles of the right edge as they are now: what a log of this size has beside its full tiles. */
  partialTiles(): { readonly path: string; readonly bytes: Uint8Array }[] {
    const tiles = this.#edge.flatMap((tile, level) => {
      const { width } = tile;
      if (width === 0) return [];
      return [{ path: tilePath({ level, index: this.#full(level), width }), bytes: tile.bytes() }];
    });
    const width = this.#entries.length;
    if (width === 0) return tiles;
    const bundle = { level: 'entries', index: this.#full(0), width } as const;
    return [...tiles, { path: tilePath(bundle), bytes: entryBundle(this.#entries) }];
  }

  /** Number of leaves. */
  get size(): number {
    return this.#size;
  }

  /**
   * Add the next entry and return its index. Entries make up the tiles `tile/entries/...`.
   * @throws `tree-range` when of an entry before it, under the same tile, only the hash is known
   */
  appendEntry(entry: Uint8Array): number {
    const entries = this.#entries;
    expectRange(entries.length === this.#size % TILE_WIDTH, `entry ${this.#size} after ${entries.length} of its tile`);
    const index = this.append(hashLeaf(entry));
    entries.push(entry.slice());
    this.#entries = entries;
    if (entries.length === TILE_WIDTH) {
      this.#store.write(
        tilePath({ level: 'entries', index: this.#full(0) - 1, width: TILE_WIDTH }),
        entryBundle(entries),
      );
      this.#entries = [];
    }
    return index;
  }

  /**
   * Add the hash of the next leaf, whose entry is not kept, and return its index.
   * @param leafHash `hashLeaf(leaf)`, 32 bytes
   * @throws `hash-format`
   */
  append(leafHash: Uint8Array): number {
    let node = expectHash(leafHash, 'leaf hash');
    this.#entries = [];
    for (let level = 0; ; level++) {
      const tile = this.#edge[level] ?? new TileNodes();
      this.#edge[level] = tile;
      tile.append(node);
      if (tile.width < TILE_WIDTH) break;
      const index = this.#full(level);
      this.#store.write(tilePath({ level, index, width: TILE_WIDTH }), tile.bytes());
      this.#remember(level, index, tile);
      this.#edge[level] = new TileNodes();
      node = tile.root();
    }
    this.#size += 1;
    return this.#size - 1;
  }

  /** The hash of the leaf at `index`. @throws `tree-range`, and as `root` */
  leafHash(index: number): Uint8Array {
    expectRange(Number.isInteger(index) && index >= 0 && index < this.#size, `leaf ${index} of ${this.#size}`);
    return this.#node(0, index).slice();
  }

  /**
   * The root the tree had at `size` leaves; now, when left out.
   * @throws `tree-range`; `tile-missing`, `tile-format`, `tile-mismatch` when a tile in the store is not what was written
   */
  root(size = this.#size): Uint8Array {
    this.#expectSize(size);
    return size === 0 ? emptyRoot() : this.#hashOf({ start: 0, end: size });
  }

  /**
   * Audit path for the leaf at `index` in the tree of `size` leaves, from the leaf upwards (RFC 9162, 2.1.3.1).
   * @throws as `root`
   */
  inclusionProof(index: number, size = this.#size): Uint8Array[] {
    this.#expectSize(size);
    expectRange(Number.isInteger(index) && index >= 0 && index < size, `leaf ${index} of ${size}`);
    return inclusionRanges(index, size).map((range) => this.#hashOf(range));
  }

  /**
   * Proof that the tree of `from` leaves is a prefix of the tree of `to` leaves (RFC 9162, 2.1.4.1).
   * Empty when `from` is 0 or equals `to`.
   * @throws as `root`
   */
  consistencyProof(from: number, to = this.#size): Uint8Array[] {
    this.#expectSize(to);
    expectRange(Number.isInteger(from) && from >= 0 && from <= to, `from ${from} to ${to}`);
    return consistencyRanges(from, to).map((range) => this.#hashOf(range));
  }

  /** True when this tree had exactly this root at `size`. @throws as `root` */
  hadRoot(size: number, root: Uint8Array): boolean {
    return Number.isInteger(size) && size >= 0 && size <= this.#size && equalBytes(this.root(size), root);
  }

  /**
   * Hash of the complete subtree over leaves `index * 2^level` up to `(index + 1) * 2^level`. It never changes.
   * @throws `tree-range` when the tree has not (yet) all of these leaves, and as `root`
   */
  node(level: number, index: number): Uint8Array {
    const end = (index + 1) * 2 ** level;
    const whole = Number.isInteger(level) && level >= 0 && Number.isInteger(index) && index >= 0;
    expectRange(whole && end <= this.#size, `node ${index} at level ${level} of ${this.#size}`);
    return this.#node(level, index).slice();
  }

  /** A copy, also when the range is one stored node. */
  #hashOf(range: Range): Uint8Array {
    return hashRange(range, ({ level, index }) => this.#node(level, index)).slice();
  }

  /** A view on a hash; never hand it out without copying. */
  #node(level: number, index: number): Uint8Array {
    const height = level % TILE_HEIGHT;
    const across = TILE_WIDTH / 2 ** height;
    return this.#tile((level - height) / TILE_HEIGHT, Math.floor(index / across)).node(height, index % across);
  }

  /** How many tiles of a level are full. */
  #full(level: number): number {
    return Math.floor(this.#size / TILE_WIDTH ** (level + 1));
  }

  #tile(level: number, index: number): TileNodes {
    const edge = this.#edge[level];
    if (edge && index === this.#full(level)) return edge;
    const known = this.#cache.get(cacheKey(level, index)) ?? this.#load(level, index);
    this.#remember(level, index, known);
    return known;
  }

  /** A full tile from the store, once it is known to be the one that was written. */
  #load(level: number, index: number): TileNodes {
    // first what it must hash to: that ends at the edge, which holds the root of every tile that nothing full lies above
    const expected = this.#tile(level + 1, Math.floor(index / TILE_WIDTH)).node(0, index % TILE_WIDTH);
    const path = tilePath({ level, index, width: TILE_WIDTH });
    try {
      const bytes = this.#store.read(path);
      if (bytes === undefined) throw new LedgerError('tile-missing', path);
      return TileNodes.verified(bytes, expected);
    } catch (error) {
      if (error instanceof LedgerError) this.#store.damaged?.(path, error);
      throw error;
    }
  }

  #remember(level: number, index: number, tile: TileNodes): void {
    const key = cacheKey(level, index);
    this.#cache.delete(key);
    this.#cache.set(key, tile);
    const [oldest] = this.#cache.keys();
    if (this.#cache.size > CACHED_TILES) this.#cache.delete(oldest as number);
  }

  #expectSize(size: number): void {
    expectRange(Number.isInteger(size) && size >= 0 && size <= this.#size, `size ${size} of ${this.#size}`);
  }
}

/** No tree has eight levels of tiles: 256^7 leaves are more than can be counted. */
const cacheKey = (level: number, index: number): number => index * 8 + level;

function memoryStore(): TileStore {
  const tiles = new Map<string, Uint8Array>();
  return { read: (path) => tiles.get(path), write: (path, bytes) => void tiles.set(path, bytes) };
}

function expectRange(inside: boolean, detail: string): void {
  if (!inside) throw new LedgerError('tree-range', detail);
}
