/**
 * A dossier's key, from which every entry has a key of its own, and from which single entries can be cut out for good: a
 * tree of keys (Goldreich, Goldwasser and Micali 1986), punctured as Boneh and Waters do (2013). To destroy one entry, the
 * node above it is replaced by the nodes beside the way down to it: every other key still follows from what is left, its own
 * does not. Before: the vault opened it. After: entries are sealed and opened. FORMAT.md section 12.
 */
import { deriveKey, wipe } from '@eenmaal/crypto';
import { ByteReader } from './bytes.ts';
import { LedgerError } from './errors.ts';

/** Levels below the root: more entries than a log of ours will ever have, and a few hashes more for the first one cut out. */
export const KEY_TREE_DEPTH = 40;
const VERSION = 0x01;
const KEY_BYTES = 32;
const NODE_BYTES = 1 + 5 + KEY_BYTES;
/** So that one sealed slot fits in a message of 1 MiB. */
export const MAX_KEY_NODES = 20_000;

/** `depth` 0 is the root; `start`: the first entry below this node. */
type KeyNode = { depth: number; start: number; key: Uint8Array };
type Step = KeyNode & { children?: Uint8Array };

const spanOf = (depth: number): number => 2 ** (KEY_TREE_DEPTH - depth);
const covers = ({ depth, start }: KeyNode, index: number): boolean => index >= start && index < start + spanOf(depth);

export class PuncturableKey {
  /** Ascending by `start`, apart from one another. What no node covers is destroyed. */
  #nodes: KeyNode[];
  /** The way down to the entry asked for last: the next one is mostly its neighbour. */
  #way: Step[] = [];

  private constructor(nodes: KeyNode[]) {
    this.#nodes = nodes;
  }

  /** @param root 32 random bytes, which this key owns from here on */
  static whole(root: Uint8Array): PuncturableKey {
    if (root.length !== KEY_BYTES) throw new LedgerError('key-tree-format', 'root');
    return new PuncturableKey([{ depth: 0, start: 0, key: root }]);
  }

  /** @throws `key-tree-format` */
  static decode(bytes: Uint8Array): PuncturableKey {
    const reader = new ByteReader(bytes, 'key-tree-format');
    if (reader.u8() !== VERSION) throw new LedgerError('key-tree-format', 'version');
    const nodes: KeyNode[] = [];
    for (let free = 0; reader.remaining > 0; ) {
      const depth = reader.u8();
      const start = reader.u8() * 2 ** 32 + reader.u32();
      if (depth > KEY_TREE_DEPTH || start < free || start % spanOf(depth) !== 0)
        throw new LedgerError('key-tree-format', 'node');
      nodes.push({ depth, start, key: reader.take(KEY_BYTES) });
      free = start + spanOf(depth);
    }
    return new PuncturableKey(nodes);
  }

  /** What the vault seals. */
  encode(): Uint8Array {
    const bytes = new Uint8Array(1 + this.#nodes.length * NODE_BYTES);
    const view = new DataView(bytes.buffer);
    bytes[0] = VERSION;
    for (const [i, { depth, start, key }] of this.#nodes.entries()) {
      const at = 1 + i * NODE_BYTES;
      bytes[at] = depth;
      bytes[at + 1] = Math.floor(start / 2 ** 32);
      view.setUint32(at + 2, start % 2 ** 32);
      bytes.set(key, at + 6);
    }
    return bytes;
  }

  /** Nodes held; each entry cut out adds at most `KEY_TREE_DEPTH`. */
  get size(): number {
    return this.#nodes.length;
  }

  /** The key of entry `index`; null when it was destroyed. A copy, so that forgetting the way does not wipe it. */
  keyOf(index: number): Uint8Array | null {
    if (!Number.isSafeInteger(index) || index < 0 || index >= spanOf(0))
      throw new LedgerError('tree-range', 'key tree');
    while (this.#way.length > 0 && !covers(this.#way.at(-1) as Step, index)) wipeStep(this.#way.pop());
    if (this.#way.length === 0) {
      const node = this.#nodes[this.#nodeAbove(index)];
      if (!node) return null;
      this.#way.push({ ...node, key: node.key.slice() });
    }
    for (let at = this.#way.at(-1) as Step; at.depth < KEY_TREE_DEPTH; at = this.#way.at(-1) as Step)
      this.#way.push(childOf(at, index));
    return (this.#way.at(-1) as Step).key.slice();
  }

  /** Destroys the keys of these entries, here and in whatever `encode` gives from now on. Those destroyed before stay so. */
  puncture(indexes: readonly number[]): void {
    this.forget();
    for (const index of indexes) {
      const place = this.#nodeAbove(index);
      const node = this.#nodes[place];
      if (node) this.#nodes.splice(place, 1, ...besides(node, index));
    }
  }

  /** Drops nodes that only cover entries before `size` of which none is in `used` (ascending): nothing is sealed under them. */
  prune(used: readonly number[], size: number): void {
    this.forget();
    let next = 0;
    this.#nodes = this.#nodes.filter((node) => {
      while (next < used.length && (used[next] as number) < node.start) next++;
      const needed = node.start + spanOf(node.depth) > size || covers(node, used[next] ?? -1);
      if (!needed) wipe(node.key);
      return needed;
    });
  }

  /** Wipes the way down to the entry asked for last. */
  forget(): void {
    for (const step of this.#way.splice(0)) wipeStep(step);
  }

  /** Wipes everything: the dossier's keys are gone from here. */
  destroy(): void {
    this.forget();
    for (const { key } of this.#nodes.splice(0)) wipe(key);
  }

  /** Place of the node that covers `index`; -1: none. */
  #nodeAbove(index: number): number {
    let [low, high] = [0, this.#nodes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#nodes[middle] as KeyNode).start <= index) low = middle + 1;
      else high = middle;
    }
    const node = this.#nodes[low - 1];
    return node && covers(node, index) ? low - 1 : -1;
  }
}

/** Both children in one call: 64 bytes, left then right. */
const expand = (key: Uint8Array): Uint8Array => deriveKey(key, 'eenmaal/v1/vault/node', [], 2 * KEY_BYTES);

/** The child towards `index`. The two of them are kept with the parent: whoever asked for the left soon asks for the right. */
function childOf(step: Step, index: number): Step {
  step.children ??= expand(step.key);
  const half = spanOf(step.depth + 1);
  const right = index >= step.start + half;
  const key = step.children.slice(right ? KEY_BYTES : 0, right ? 2 * KEY_BYTES : KEY_BYTES);
  return { depth: step.depth + 1, start: right ? step.start + half : step.start, key };
}

/** The nodes beside the way from `node` down to `index`, ascending; everything above and at `index` is wiped. */
function besides(node: KeyNode, index: number): KeyNode[] {
  const [before, after]: [KeyNode[], KeyNode[]] = [[], []];
  let at: Step = node;
  while (at.depth < KEY_TREE_DEPTH) {
    const towards = childOf(at, index);
    const left = towards.start === at.start;
    const beside = childOf(at, left ? at.start + spanOf(at.depth + 1) : at.start);
    (left ? after : before).push(beside);
    wipeStep(at);
    at = towards;
  }
  wipeStep(at);
  return [...before, ...after.reverse()];
}

function wipeStep(step: Step | undefined): void {
  if (!step) return;
  wipe(step.key);
  if (step.children) wipe(step.children);
}
