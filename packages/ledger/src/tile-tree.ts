/**
 * Proofs computed from fetched tiles only, for whoever does not trust the log that serves them: every answer was checked
 * against the root of a checkpoint before it is given. A tile that was changed, or is of another tree, cannot pass: each
 * hash in it goes into the root that is computed.
 */

import { equalBytes, isCount } from './bytes.ts';
import { LedgerError } from './errors.ts';
import { type ConsistencyClaim, verifyConsistency, verifyInclusion } from './proof.ts';
import { readEntryBundle, readHashTile, TILE_HEIGHT, TILE_WIDTH, type Tile, tilePath, tileWidth } from './tile.ts';
import { emptyRoot, hashChildren, hashLeaf } from './tree-hash.ts';
import { consistencyRanges, hashRange, inclusionRanges, nodesOf, type Range, type TreeNode } from './tree-shape.ts';

/** Gets the file with this path; undefined when there is none. Throws for any other failure. Called in parallel. */
export type FetchTile = (path: string) => Promise<Uint8Array | undefined>;

/** One tree as a checkpoint describes it, read from tiles. Keeps the tiles it fetched. */
export class TileTree {
  readonly size: number;
  readonly root: Uint8Array;
  readonly #fetch: FetchTile;
  readonly #tiles = new Map<string, Promise<Uint8Array[]>>();

  /** @param checkpoint whose signatures the caller has checked */
  constructor(checkpoint: { readonly size: number; readonly root: Uint8Array }, fetch: FetchTile) {
    this.size = checkpoint.size;
    this.root = checkpoint.root;
    this.#fetch = fetch;
  }

  /**
   * The hash of leaf `index` and the proof, already checked, that it is in this tree.
   * @throws `tree-range`, `tile-missing`, `tile-format`, `proof-mismatch`
   */
  async inclusionProof(index: number): Promise<{ leafHash: Uint8Array; proof: Uint8Array[] }> {
    if (!isCount(index) || index >= this.size) throw new LedgerError('tree-range', `leaf ${index} of ${this.size}`);
    const [leafHash, ...proof] = await this.#hashes([
      { start: index, end: index + 1 },
      ...inclusionRanges(index, this.size),
    ]);
    const claim = { leafHash: leafHash as Uint8Array, index, size: this.size, root: this.root, proof };
    verifyInclusion(claim);
    return claim;
  }

  /**
   * The proof, already checked, that this tree continues the one of `from` leaves with `fromRoot`.
   * @throws `tree-range`, `tile-missing`, `tile-format`, `proof-mismatch`
   */
  async consistencyProof(from: number, fromRoot: Uint8Array): Promise<Uint8Array[]> {
    if (!isCount(from) || from > this.size) throw new LedgerError('tree-range', `from ${from} to ${this.size}`);
    const proof = await this.#hashes(from === this.size ? [] : consistencyRanges(from, this.size));
    const claim: ConsistencyClaim = { from, fromRoot, to: this.size, toRoot: this.root, proof };
    verifyConsistency(claim);
    return proof;
  }

  /**
   * The entries of bundle `index`, already checked to be in this tree at `index * 256` and on.
   * @throws as `inclusionProof`, `tile-mismatch`
   */
  async entries(index: number): Promise<Uint8Array[]> {
    // The path of one leaf takes in every other hash of its tile, so this proves them all.
    await this.inclusionProof(index * TILE_WIDTH);
    const tile = this.#tile(0, index);
    const [hashes, bundle] = await Promise.all([this.#read(tile), this.#bundle({ ...tile, level: 'entries' })]);
    return bundle.slice(0, tile.width).map((entry, i) => {
      if (equalBytes(hashLeaf(entry), hashes[i] as Uint8Array)) return entry;
      throw new LedgerError('tile-mismatch', `entry ${index * TILE_WIDTH + i}`);
    });
  }

  /** Every entry in order, one bundle after another; of a long log, only what lies above them is kept. */
  async *allEntries(): AsyncGenerator<Uint8Array> {
    for (let index = 0; index * TILE_WIDTH < this.size; index++) {
      yield* await this.entries(index);
      this.#tiles.delete(tilePath(this.#tile(0, index)));
    }
    if (this.size === 0 && !equalBytes(this.root, emptyRoot())) throw new LedgerError('proof-mismatch');
  }

  /** The hashes of these ranges: first all tiles at once, then the hashing. */
  async #hashes(ranges: readonly Range[]): Promise<Uint8Array[]> {
    const nodes = ranges.flatMap(nodesOf);
    const found = new Map<string, Uint8Array>();
    await Promise.all(nodes.map(async (node) => found.set(nameOf(node), await this.#node(node))));
    return ranges.map((range) => hashRange(range, (node) => found.get(nameOf(node)) as Uint8Array));
  }

  async #node({ level, index }: TreeNode): Promise<Uint8Array> {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    // This node is over `count` hashes that stand side by side in one tile.
    const count = 2 ** (level % TILE_HEIGHT);
    const first = index * count;
    const hashes = await this.#read(this.#tile(tileLevel, Math.floor(first / TILE_WIDTH)));
    const at = first % TILE_WIDTH;
    return hashesToOne(hashes.slice(at, at + count));
  }

  #tile(level: number, index: number): Tile & { readonly level: number } {
    return { level, index, width: tileWidth(level, index, this.size) };
  }

  #read(tile: Tile): Promise<Uint8Array[]> {
    const path = tilePath(tile);
    const known = this.#tiles.get(path);
    if (known !== undefined) return known;
    const read = this.#get(tile).then(({ width, bytes }) => readHashTile(width, bytes));
    this.#tiles.set(path, read);
    // what could not be had now may be asked for again
    read.catch(() => this.#tiles.delete(path));
    return read;
  }

  async #bundle(tile: Tile): Promise<Uint8Array[]> {
    const { width, bytes } = await this.#get(tile);
    return readEntryBundle(width, bytes);
  }

  /** A log may take a partial tile away once it has the full one, which begins with the same hashes. */
  async #get(tile: Tile): Promise<{ width: number; bytes: Uint8Array }> {
    for (const width of new Set([tile.width, TILE_WIDTH])) {
      const bytes = await this.#fetch(tilePath({ ...tile, width }));
      if (bytes !== undefined) return { width, bytes };
    }
    throw new LedgerError('tile-missing', tilePath(tile));
  }
}

const nameOf = ({ level, index }: TreeNode): string => `${level}/${index}`;

/** The root over a power of two of hashes. */
function hashesToOne(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 1) return hashes[0] as Uint8Array;
  const half = hashes.length / 2;
  return hashChildren(hashesToOne(hashes.slice(0, half)), hashesToOne(hashes.slice(half)));
}
