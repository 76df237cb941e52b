/**
 * One hash tile in memory: its hashes and, as far as it is filled, the nodes above them up to the tile's own root, so that
 * whatever lies inside it costs no hashing. 16 KiB.
 */
import { equalBytes, HASH_BYTES } from './bytes.ts';
import { LedgerError } from './errors.ts';
import { readHashTile, TILE_HEIGHT, TILE_WIDTH } from './tile.ts';
import { hashChildren } from './tree-hash.ts';

export class TileNodes {
  /** Height by height from the hashes up: 256, 128, ... 1. */
  readonly #nodes = new Uint8Array((2 * TILE_WIDTH - 1) * HASH_BYTES);
  #width = 0;

  /** @throws `tile-format` when the bytes are not exactly `width` hashes */
  static read(width: number, bytes: Uint8Array): TileNodes {
    const tile = new TileNodes();
    for (const hash of readHashTile(width, bytes)) tile.append(hash);
    return tile;
  }

  /** A full tile, known to be the one with this root. @throws `tile-format`, `tile-mismatch` */
  static verified(bytes: Uint8Array, root: Uint8Array): TileNodes {
    const tile = TileNodes.read(TILE_WIDTH, bytes);
    if (!equalBytes(tile.root(), root)) throw new LedgerError('tile-mismatch');
    return tile;
  }

  /** How many hashes are in it. */
  get width(): number {
    return this.#width;
  }

  /** Adds the next hash, to a tile that is not full. */
  append(hash: Uint8Array): void {
    let index = this.#width;
    let height = 0;
    this.#nodes.set(hash, offset(height, index));
    // A right child completes its parent.
    for (let node = hash; index % 2 === 1 && height < TILE_HEIGHT; ) {
      node = hashChildren(this.node(height, index - 1), node);
      index = (index - 1) / 2;
      height += 1;
      this.#nodes.set(node, offset(height, index));
    }
    this.#width += 1;
  }

  /** A view on the root over hashes `index * 2^height` up to `(index + 1) * 2^height`, all of which are there. */
  node(height: number, index: number): Uint8Array {
    const start = offset(height, index);
    return this.#nodes.subarray(start, start + HASH_BYTES);
  }

  /** The root of a full tile: a view. */
  root(): Uint8Array {
    return this.node(TILE_HEIGHT, 0);
  }

  /** The tile as it is stored: a copy. */
  bytes(): Uint8Array {
    return this.#nodes.slice(0, this.#width * HASH_BYTES);
  }
}

const offset = (height: number, index: number): number =>
  (2 * TILE_WIDTH - ((2 * TILE_WIDTH) >> height) + index) * HASH_BYTES;
