/**
 * The log's Merkle tree (RFC 9162 section 2.1), append-only, in memory.
 *
 * Level k keeps the hashes of all complete subtrees of 2^k leaves in pages of 256 hashes (8 KiB, which at levels
 * 0, 8 and 16 is exactly one C2SP tile). Nothing that was written is ever overwritten, so any earlier root or proof
 * costs O(log n) hashes. 64 bytes a leaf: a million leaves take about 64 MB.
 *
 * There is no truncate, clone or rollback, on purpose: append only what is already durable.
 */

import { equalBytes, expectHash, HASH_BYTES } from './bytes.ts';
import { LedgerError } from './errors.ts';
import { emptyRoot, hashChildren } from './tree-hash.ts';
import { consistencyRanges, hashRange, inclusionRanges, type Range } from './tree-shape.ts';

const PAGE_HASHES = 256;

export class Tree {
  readonly #levels: Uint8Array[][] = [];
  #size = 0;

  /**
   * A tree as `stored` gave it. The bytes are believed: whoever kept them must know that nobody changed them. Full pages are
   * views on `bytes`, not copies.
   * @throws `tree-range` when there are not as many bytes as a tree of this size has
   */
  static restore(size: number, bytes: Uint8Array): Tree {
    const tree = new Tree();
    // a Node Buffer's `slice` is no copy: nobody may get a view on our pages
    const all = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    let offset = 0;
    for (let hashes = size, level = 0; hashes > 0; hashes = Math.floor(hashes / 2), level++) {
      const end = offset + hashes * HASH_BYTES;
      const pages: Uint8Array[] = [];
      for (; offset < end; offset += PAGE_HASHES * HASH_BYTES) {
        const page = all.subarray(offset, Math.min(end, offset + PAGE_HASHES * HASH_BYTES));
        pages.push(page.length === PAGE_HASHES * HASH_BYTES ? page : grownPage(page));
      }
      tree.#levels[level] = pages;
      offset = end;
    }
    expectRange(offset === bytes.length, `${bytes.length} bytes for ${size} leaves`);
    tree.#size = size;
    return tree;
  }

  /** Everything the tree knows, level by level from the leaves up, in pieces: views, to be written before it grows. */
  *stored(): Generator<Uint8Array> {
    for (let hashes = this.#size, level = 0; hashes > 0; hashes = Math.floor(hashes / 2), level++)
      for (const [number, page] of (this.#levels[level] as Uint8Array[]).entries())
        yield page.subarray(0, Math.min(PAGE_HASHES, hashes - number * PAGE_HASHES) * HASH_BYTES);
  }

  /** Number of leaves. */
  get size(): number {
    return this.#size;
  }

  /**
   * Add the hash of the next leaf and return its index.
   * @param leafHash `hashLeaf(leaf)`, 32 bytes
   * @throws `hash-format`
   */
  append(leafHash: Uint8Array): number {
    let node = expectHash(leafHash, 'leaf hash');
    let index = this.#size;
    let level = 0;
    this.#write(level, index, node);
    // A right child completes its parent.
    while (index % 2 === 1) {
      node = hashChildren(this.#node(level, index - 1), node);
      index = (index - 1) / 2;
      level += 1;
      this.#write(level, index, node);
    }
    this.#size += 1;
    return this.#size - 1;
  }

  /** The hash of the leaf at `index`. @throws `tree-range` */
  leafHash(index: number): Uint8Array {
    expectRange(Number.isInteger(index) && index >= 0 && index < this.#size, `leaf ${index} of ${this.#size}`);
    return this.#node(0, index).slice();
  }

  /** The root the tree had at `size` leaves; now, when left out. @throws `tree-range` */
  root(size = this.#size): Uint8Array {
    this.#expectSize(size);
    return size === 0 ? emptyRoot() : this.#hashOf({ start: 0, end: size });
  }

  /**
   * Audit path for the leaf at `index` in the tree of `size` leaves, from the leaf upwards (RFC 9162, 2.1.3.1).
   * @throws `tree-range`
   */
  inclusionProof(index: number, size = this.#size): Uint8Array[] {
    this.#expectSize(size);
    expectRange(Number.isInteger(index) && index >= 0 && index < size, `leaf ${index} of ${size}`);
    return inclusionRanges(index, size).map((range) => this.#hashOf(range));
  }

  /**
   * Proof that the tree of `from` leaves is a prefix of the tree of `to` leaves (RFC 9162, 2.1.4.1).
   * Empty when `from` is 0 or equals `to`.
   * @throws `tree-range`
   */
  consistencyProof(from: number, to = this.#size): Uint8Array[] {
    this.#expectSize(to);
    expectRange(Number.isInteger(from) && from >= 0 && from <= to, `from ${from} to ${to}`);
    return consistencyRanges(from, to).map((range) => this.#hashOf(range));
  }

  /** True when this tree had exactly this root at `size`. */
  hadRoot(size: number, root: Uint8Array): boolean {
    return Number.isInteger(size) && size >= 0 && size <= this.#size && equalBytes(this.root(size), root);
  }

  /**
   * Hash of the complete subtree over leaves `index * 2^level` up to `(index + 1) * 2^level`. It never changes.
   * @throws `tree-range` when the tree has not (yet) all of these leaves
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

  /** A view on a stored hash; never hand it out without copying. */
  #node(level: number, index: number): Uint8Array {
    const page = this.#levels[level]?.[Math.floor(index / PAGE_HASHES)] as Uint8Array;
    const offset = (index % PAGE_HASHES) * HASH_BYTES;
    return page.subarray(offset, offset + HASH_BYTES);
  }

  #write(level: number, index: number, hash: Uint8Array): void {
    const pageNumber = Math.floor(index / PAGE_HASHES);
    const pages = this.#levels[level] ?? [];
    const page = pages[pageNumber] ?? new Uint8Array(PAGE_HASHES * HASH_BYTES);
    this.#levels[level] = pages;
    pages[pageNumber] = page;
    page.set(hash, (index % PAGE_HASHES) * HASH_BYTES);
  }

  #expectSize(size: number): void {
    expectRange(Number.isInteger(size) && size >= 0 && size <= this.#size, `size ${size} of ${this.#size}`);
  }
}

function grownPage(part: Uint8Array): Uint8Array {
  const page = new Uint8Array(PAGE_HASHES * HASH_BYTES);
  page.set(part);
  return page;
}

function expectRange(inside: boolean, detail: string): void {
  if (!inside) throw new LedgerError('tree-range', detail);
}
