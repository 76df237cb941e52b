/**
 * A consent state of which only those dossiers are in memory that changed since it was last put away or that somebody asked
 * about: the others lie in a snapshot, sealed, and are read when the rule first asks for anything of theirs. The rule knows
 * nothing of it: it sees Maps. So a start costs what is asked for, not what there is, and so does memory.
 */
import type { Instant } from '@eenmaal/model';
import { Directory } from './directory.ts';
import { type FoldInput, fold } from './fold.ts';
import type { Law } from './law.ts';
import { dropParts, type Index, MAIN, type Part, PER_DOSSIER, putPart } from './parts.ts';
import { emptyState, type State } from './state.ts';

/** Where parts come from. A part that is not there any more (its dossier was erased) is null. */
export type PartSource = {
  slots: readonly string[];
  directory: Directory;
  /** How many of each of `PER_DOSSIER` a part holds; null: this slot has no part. */
  countsOf(slot: number): readonly number[] | null;
  read(slot: number): Part | null;
};

const NOWHERE: PartSource = {
  ...{ slots: [], directory: Directory.empty(0), countsOf: () => null, read: () => null },
};

/** Names read from parts before `trim` lets go of them: some hundred megabytes at most. */
const MOST_NAMES = 100_000;

export class Pages {
  /** Its maps are filled from here. */
  readonly state: State;
  #source = NOWHERE;
  /** Entries that are in the source. */
  #size = 0;
  #loaded = new Uint8Array();
  #numberOf = new Map<string, number>();
  /** By dossier: the newest entry that changed anything of it; of those only that changed since the source was made. */
  readonly #changed = new Map<string, number>();
  /** The same for what changed all of them. */
  #allChanged = -1;
  /** How many of each map lie in parts that were not read. */
  #waiting = PER_DOSSIER.map(() => 0);
  #alone = false;
  #left = 0;
  #namesRead = 0;

  constructor(law: Law) {
    this.state = emptyState(law);
    for (const [place, name] of PER_DOSSIER.entries())
      Object.assign(this.state, { [name]: new PagedMap(this, () => this.#waiting[place] as number) });
    this.state.signingKeys = new PagedSet(this);
    known.set(this.state, this);
  }

  /**
   * Reads from `source` from here on, which holds everything up to entry `size`: what is in memory of dossiers that did not
   * change since is let go. Whoever looks at the state must not hold on to anything of it meanwhile.
   */
  turnTo(source: PartSource, size: number, index: Index): void {
    for (const [slot, entry] of this.#changed) if (entry < size) this.#changed.delete(slot);
    // what belongs to no dossier stays, once it was read
    const stays = (slot: string) =>
      (slot === MAIN && this.state.size > 0) || this.#allChanged >= size || this.#changed.has(slot);
    if (this.#allChanged < size) dropParts(this.state, index, (slot) => !stays(slot));
    else this.all();
    this.#source = source;
    this.#size = size;
    this.#numberOf = new Map(source.slots.map((slot, number) => [slot, number]));
    this.#loaded = new Uint8Array(source.slots.length).fill(1);
    this.#waiting.fill(0);
    this.#left = 0;
    this.#namesRead = 0;
    for (const [number, slot] of source.slots.entries()) {
      const counts = stays(slot) ? null : source.countsOf(number);
      if (!counts) continue;
      this.#loaded[number] = 0;
      this.#left++;
      for (const [place, count] of counts.entries()) this.#waiting[place] = (this.#waiting[place] ?? 0) + count;
    }
  }

  /** Lets go of what can be read again, when much was read. The same holds as for `turnTo`. */
  trim(index: Index): void {
    if (this.#namesRead > MOST_NAMES) this.turnTo(this.#source, this.#size, index);
  }

  /** Entry `entry` changes something of this dossier; null: of all. */
  change(slot: string | null, entry: number): void {
    if (slot === null) {
      this.all();
      this.#allChanged = entry;
    } else {
      this.touch(slot);
      this.#changed.set(slot, entry);
    }
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
    if (this.#loaded[number] === 1) return;
    this.#loaded[number] = 1;
    this.#left--;
    for (const [place, count] of (this.#source.countsOf(number) ?? []).entries()) {
      this.#waiting[place] = (this.#waiting[place] as number) - count;
      this.#namesRead += count;
    }
    // where this throws the state is not whole: whoever serves from it must stop
    const part = this.#source.read(number);
    if (part) putPart(this.state, part);
  }
}

const known = new WeakMap<State, Pages>();
/** What fills a state that `Pages` made. */
export const pagesOf = (state: State): Pages => known.get(state) as Pages;

/** `fold`, after what the entry changes was read: its dossier; of an organisation that ends, everything. */
export function foldPaged(state: State, slot: string, input: FoldInput, index: number, at: Instant): void {
  const pages = pagesOf(state);
  pages.change(slot, index);
  if (input.kind === 'other' && 'dossier' in input.event) pages.change(String(input.event.dossier), index);
  if (input.kind === 'statement' && input.statement.kind === 'succession') pages.change(null, index);
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
