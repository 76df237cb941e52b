/**
 * A consent state of which only those dossiers are in memory that somebody asked about since the start: the others lie in a
 * snapshot, sealed, and are read when the rule first asks for anything of theirs. The rule knows nothing of it: it sees Maps.
 * So a start costs what is asked for, not what there is.
 */
import {
  emptyState,
  type FoldInput,
  fold,
  type Law,
  type Part,
  PER_DOSSIER,
  putPart,
  type State,
} from '@eenmaal/consent';
import type { Instant } from '@eenmaal/model';
import type { Directory } from './directory.ts';

/** Where parts come from. A part that is not there any more (its dossier was erased) is null. */
export type PartSource = {
  slots: readonly string[];
  directory: Directory;
  /** How many of each of `PER_DOSSIER` a part holds; null: this slot has no part. */
  countsOf(slot: number): readonly number[] | null;
  read(slot: number): Part | null;
};

export class Pages {
  readonly #source: PartSource;
  readonly #loaded: Uint8Array;
  readonly #numberOf: Map<string, number>;
  #state: State | null = null;
  /** How many of each map lie in parts that were not read. */
  readonly #waiting = PER_DOSSIER.map(() => 0);
  #alone = false;
  #left = 0;

  constructor(source: PartSource) {
    this.#source = source;
    this.#loaded = new Uint8Array(source.slots.length);
    this.#numberOf = new Map(source.slots.map((slot, number) => [slot, number]));
    for (const number of source.slots.keys()) {
      const counts = source.countsOf(number);
      if (!counts) {
        this.#loaded[number] = 1;
        continue;
      }
      this.#left++;
      for (const [place, count] of counts.entries()) this.#waiting[place] = (this.#waiting[place] ?? 0) + count;
    }
  }

  /** An empty state whose maps are filled from here. */
  state(law: Law): State {
    const state = emptyState(law);
    for (const [place, name] of PER_DOSSIER.entries())
      Object.assign(state, { [name]: new PagedMap(this, () => this.#waiting[place] as number) });
    state.signingKeys = new PagedSet(this);
    this.#state = state;
    pagesOf.set(state, this);
    return state;
  }

  isLoaded(slot: string): boolean {
    const number = this.#numberOf.get(slot);
    return number === undefined || this.#loaded[number] === 1;
  }

  /** Dossiers that were not read yet. */
  get left(): number {
    return this.#left;
  }

  touch(slot: string): void {
    const number = this.#numberOf.get(slot);
    if (number !== undefined) this.#load(number);
  }

  /** Reads whatever dossier may know this name. */
  find(name: string): void {
    if (this.#left > 0) for (const number of this.#source.directory.find(name)) this.#load(number);
  }

  /** Reads everything, for who goes through all there is; not while somebody works in one dossier alone. */
  all(): void {
    if (!this.#alone && this.#left > 0) for (const number of this.#source.slots.keys()) this.#load(number);
  }

  /** While `act` runs, going through a map goes through what was read: all it can mean was. */
  alone(act: () => void): void {
    this.#alone = true;
    try {
      act();
    } finally {
      this.#alone = false;
    }
  }

  #load(number: number): void {
    if (this.#loaded[number] === 1 || !this.#state) return;
    this.#loaded[number] = 1;
    this.#left--;
    for (const [place, count] of (this.#source.countsOf(number) ?? []).entries())
      this.#waiting[place] = (this.#waiting[place] as number) - count;
    // where this throws the state is not whole: whoever serves from it must stop
    const part = this.#source.read(number);
    if (part) putPart(this.#state, part);
  }
}

const pagesOf = new WeakMap<State, Pages>();
/** Of a state that was not read whole; undefined: it was. */
export const pagesBehind = (state: State): Pages | undefined => pagesOf.get(state);

/** `fold`, after what the entry changes was read: its dossier; of an organisation that ends, everything. */
export function foldPaged(state: State, slot: string, input: FoldInput, index: number, at: Instant): void {
  const pages = pagesOf.get(state);
  if (!pages) {
    fold(state, input, index, at);
    return;
  }
  pages.touch(slot);
  if (input.kind === 'other' && 'dossier' in input.event) pages.touch(String(input.event.dossier));
  if (input.kind === 'statement' && input.statement.kind === 'succession') pages.all();
  pages.alone(() => fold(state, input, index, at));
}

class PagedMap<V> extends Map<string, V> {
  readonly #pages: Pages;
  readonly #waiting: () => number;

  constructor(pages: Pages, waiting: () => number) {
    super();
    this.#pages = pages;
    this.#waiting = waiting;
  }

  override get(key: string): V | undefined {
    const known = super.get(key);
    if (known !== undefined) return known;
    this.#pages.find(key);
    return super.get(key);
  }
  override has(key: string): boolean {
    if (super.has(key)) return true;
    this.#pages.find(key);
    return super.has(key);
  }
  override set(key: string, value: V): this {
    if (!super.has(key)) this.#pages.find(key);
    return super.set(key, value);
  }
  override delete(key: string): boolean {
    this.#pages.find(key);
    return super.delete(key);
  }
  override get size(): number {
    return super.size + this.#waiting();
  }
  override keys() {
    this.#pages.all();
    return super.keys();
  }
  override values() {
    this.#pages.all();
    return super.values();
  }
  override entries() {
    this.#pages.all();
    return super.entries();
  }
  override [Symbol.iterator]() {
    return this.entries();
  }
  override forEach(act: (value: V, key: string, map: Map<string, V>) => void): void {
    this.#pages.all();
    super.forEach(act);
  }
}

/** The keys' public parts; each dossier's are put in with it. */
class PagedSet extends Set<string> {
  readonly #pages: Pages;

  constructor(pages: Pages) {
    super();
    this.#pages = pages;
  }

  override has(value: string): boolean {
    if (super.has(value)) return true;
    this.#pages.find(value);
    return super.has(value);
  }
  override delete(value: string): boolean {
    this.#pages.find(value);
    return super.delete(value);
  }
  override get size(): number {
    this.#pages.all();
    return super.size;
  }
  override values() {
    this.#pages.all();
    return super.values();
  }
  override keys() {
    return this.values();
  }
  override entries() {
    this.#pages.all();
    return super.entries();
  }
  override [Symbol.iterator]() {
    return this.values();
  }
  override forEach(act: (value: string, key: string, set: Set<string>) => void): void {
    this.#pages.all();
    super.forEach(act);
  }
}
