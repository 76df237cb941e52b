/** Where each entry lies (which commit) and which entries belong to each dossier; bodies stay on disk. */
import { type Commit, commitSize, decodeCommit } from '@eenmaal/ledger';
import { EenmaalError } from '@eenmaal/model';

/** Newest commits are kept decoded: what was just written is asked for next. */
const CACHED_BYTES = 64 * 1024 * 1024;

export class Index {
  /** First entry index of each commit; commit n has stream sequence n + 1. */
  readonly #firsts: number[] = [];
  readonly #bySlot = new Map<string, number[]>();
  /** Slot of every entry, in order: what changed after position n. */
  readonly #slots: string[] = [];
  readonly #cache = new Map<number, Commit>();
  #cached = 0;

  add(seq: number, commit: Commit): void {
    this.#firsts[seq - 1] = commit.firstIndex;
    for (const [i, { slot }] of commit.entries.entries()) {
      const list = this.#bySlot.get(slot) ?? [];
      this.#bySlot.set(slot, list);
      list.push(commit.firstIndex + i);
      this.#slots.push(slot);
    }
    this.#remember(seq, commit);
  }

  /** Entry indexes of a dossier (or of `main`) after `after`, ascending. */
  entriesOf(slot: string, after: number): number[] {
    const list = this.#bySlot.get(slot) ?? [];
    return list.slice(upperBound(list, after));
  }

  /** Slots touched after entry `after`; at most `limit` entries are looked through. */
  touched(after: number, limit: number): { slots: Set<string>; upTo: number } {
    const end = Math.min(this.#slots.length, after + 1 + limit);
    return { slots: new Set(this.#slots.slice(after + 1, end)), upTo: end - 1 };
  }

  /** The commit that holds an entry, and its place in it. @throws `ledger-damaged` */
  async locate(index: number, read: (seq: number) => Promise<Uint8Array>): Promise<{ commit: Commit; offset: number }> {
    const at = upperBound(this.#firsts, index);
    const first = this.#firsts[at - 1];
    if (first === undefined || index >= this.#slots.length) throw new EenmaalError('ledger-damaged', 'no such entry');
    const commit = this.#cache.get(at) ?? decodeCommit(await read(at));
    this.#remember(at, commit);
    return { commit, offset: index - first };
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

/** First position whose value is greater than `value`. */
function upperBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
