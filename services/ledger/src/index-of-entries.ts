/**
 * Where each entry lies (which commit) and which entries belong to each dossier; bodies stay on disk. Twelve bytes an entry,
 * in typed arrays: a million entries are as little as one large picture.
 */
import { Numbers } from '@eenmaal/consent';
import { type Commit, commitSize, decodeCommit } from '@eenmaal/ledger';
import { EenmaalError } from '@eenmaal/model';

/** Newest commits are kept decoded: what was just written is asked for next. */
const CACHED_BYTES = 16 * 1024 * 1024;

/** All that an index cannot work out again: what a snapshot keeps of it. */
export type IndexParts = {
  slots: readonly string[];
  slotOf: Uint32Array<ArrayBuffer>;
  firsts: Uint32Array<ArrayBuffer>;
};

export class Index {
  /** First entry index of each commit; commit n has stream sequence n + 1. */
  readonly #firsts: Numbers;
  readonly #slots: string[];
  readonly #numberOf: Map<string, number>;
  /** By entry: the number of its slot. */
  readonly #slotOf: Numbers;
  /** By entry: the one before it in the same slot, plus one; 0: none. */
  readonly #before: Numbers;
  /** By slot: its newest entry, plus one. */
  readonly #newest: Numbers;
  readonly #cache = new Map<number, Commit>();
  #cached = 0;

  constructor({ slots, slotOf, firsts }: IndexParts = EMPTY) {
    this.#firsts = new Numbers(firsts);
    this.#slotOf = new Numbers(slotOf);
    this.#slots = [...slots];
    this.#numberOf = new Map(slots.map((slot, number) => [slot, number]));
    const before = new Uint32Array(slotOf.length);
    const newest = new Uint32Array(slots.length);
    for (let entry = 0; entry < slotOf.length; entry++) {
      const slot = slotOf[entry] as number;
      before[entry] = newest[slot] as number;
      newest[slot] = entry + 1;
    }
    this.#before = new Numbers(before);
    this.#newest = new Numbers(newest);
  }

  get size(): number {
    return this.#slotOf.length;
  }

  add(seq: number, commit: Commit): void {
    if (seq !== this.#firsts.length + 1) throw new EenmaalError('ledger-damaged', `commit ${seq} is out of place`);
    this.#firsts.push(commit.firstIndex);
    for (const { slot } of commit.entries) {
      const number = this.#numberFor(slot);
      this.#before.push(this.#newest.at(number));
      this.#slotOf.push(number);
      this.#newest.set(number, this.#slotOf.length);
    }
    this.#remember(seq, commit);
  }

  parts(): IndexParts {
    return { slots: [...this.#slots], slotOf: this.#slotOf.all(), firsts: this.#firsts.all() };
  }

  /** Entry indexes of a dossier (or of `main`) after `after`, ascending. */
  entriesOf(slot: string, after: number): number[] {
    const number = this.#numberOf.get(slot);
    const found: number[] = [];
    if (number === undefined) return found;
    for (let entry = this.#newest.at(number) - 1; entry > after; entry = this.#before.at(entry) - 1) found.push(entry);
    return found.reverse();
  }

  /** The first entry of a commit; undefined: there is no such commit. */
  firstOf(seq: number): number | undefined {
    return seq >= 1 && seq <= this.#firsts.length ? this.#firsts.at(seq - 1) : undefined;
  }

  slotOf(entry: number): string | undefined {
    return entry < this.size ? this.#slots[this.#slotOf.at(entry)] : undefined;
  }

  /** Slots touched after entry `after`; at most `limit` entries are looked through. */
  touched(after: number, limit: number): { slots: Set<string>; upTo: number } {
    const end = Math.min(this.size, after + 1 + limit);
    const slots = new Set<string>();
    for (let entry = after + 1; entry < end; entry++) slots.add(this.#slots[this.#slotOf.at(entry)] as string);
    return { slots, upTo: end - 1 };
  }

  /** The commit that holds an entry, and its place in it. @throws `ledger-damaged` */
  async locate(index: number, read: (seq: number) => Promise<Uint8Array>): Promise<{ commit: Commit; offset: number }> {
    const at = this.#firsts.upperBound(index);
    if (at === 0 || index >= this.size) throw new EenmaalError('ledger-damaged', 'no such entry');
    const commit = this.#cache.get(at) ?? decodeCommit(await read(at));
    this.#remember(at, commit);
    return { commit, offset: index - this.#firsts.at(at - 1) };
  }

  #numberFor(slot: string): number {
    const known = this.#numberOf.get(slot);
    if (known !== undefined) return known;
    this.#numberOf.set(slot, this.#slots.length);
    this.#newest.push(0);
    return this.#slots.push(slot) - 1;
  }

  #remember(seq: number, commit: Commit): void {
    if (this.#cache.delete(seq)) this.#cached -= commitSize(commit.entries);
    this.#cache.set(seq, commit);
    this.#cached += commitSize(commit.entries);
    for (const [oldest, { entries }] of this.#cache) {
      if (this.#cached <= CACHED_BYTES) break;
      this.#cache.delete(oldest);
      this.#cached -= commitSize(entries);
    }
  }
}

const EMPTY: IndexParts = { slots: [], slotOf: new Uint32Array(), firsts: new Uint32Array() };
