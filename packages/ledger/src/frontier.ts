/**
 * The right edge of a tree (RFC 9162 section 2.1): the roots of its complete subtrees, which is all that its own root and every
 * later leaf need. O(log n) hashes, for whoever reads a whole log and keeps none of it.
 */
import { expectHash } from './bytes.ts';
import { LedgerError } from './errors.ts';
import { emptyRoot, hashChildren } from './tree-hash.ts';

export class Frontier {
  /** By level; only those whose bit is set in the size. */
  readonly #nodes: (Uint8Array | undefined)[] = [];
  #size = 0;

  /** One as `nodes` gave it. @throws `tree-range` when a tree of this size has another number of them, `hash-format` */
  static restore(size: number, nodes: readonly Uint8Array[]): Frontier {
    const frontier = new Frontier();
    let next = 0;
    for (let rest = size, level = 0; rest > 0; rest = Math.floor(rest / 2), level++)
      if (rest % 2 === 1) frontier.#nodes[level] = expectHash(nodes[next++] ?? new Uint8Array(), 'node').slice();
    if (next !== nodes.length) throw new LedgerError('tree-range', `${nodes.length} nodes for ${size} leaves`);
    frontier.#size = size;
    return frontier;
  }

  /** Number of leaves. */
  get size(): number {
    return this.#size;
  }

  /** Roots of the complete subtrees, the smallest first. */
  nodes(): Uint8Array[] {
    return this.#nodes.filter((node) => node !== undefined);
  }

  /** @param leafHash `hashLeaf(leaf)`, 32 bytes @throws `hash-format` */
  append(leafHash: Uint8Array): void {
    let node = expectHash(leafHash, 'leaf hash');
    let level = 0;
    for (let left = this.#nodes[0]; left !== undefined; left = this.#nodes[level]) {
      node = hashChildren(left, node);
      this.#nodes[level] = undefined;
      level += 1;
    }
    this.#nodes[level] = node;
    this.#size += 1;
  }

  root(): Uint8Array {
    const nodes = this.nodes();
    return nodes.length === 0 ? emptyRoot() : nodes.reduce((right, left) => hashChildren(left, right)).slice();
  }
}
