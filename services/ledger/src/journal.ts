/**
 * The journal: the one place where things are put in order. Everything that decides runs here, one after another, at the
 * newest position; what was decided is made durable before anybody hears of it. While one commit is on its way to disk
 * the next gathers, so many requests share one fsync and one waiting request waits for nobody.
 */
import type { LedgerStore } from '@eenmaal/broker';
import { foldPaged, type Law, Pages, pagesOf, type State } from '@eenmaal/consent';
import { equal, fromBase64url, type Random, toBase64url } from '@eenmaal/crypto';
import {
  appendCommit,
  type CommitEntry,
  decodeCommit,
  encodeCommit,
  entrySize,
  hashLeaf,
  LedgerError,
  Tree,
} from '@eenmaal/ledger';
import { EenmaalError, type Instant, type Position } from '@eenmaal/model';
import { isInTree, type SnapshotSettings, snapshotOptions, tilesBeside } from './beginning.ts';
import { atTime, type Draft, type Entry, openEntry, sealEntry } from './entries.ts';
import { type Covering, coveringOf, mustBeDecided } from './erasures.ts';
import { Index } from './index-of-entries.ts';
import { NO_KEY, replay, turned } from './replay.ts';
import { type Snapshot, writeSnapshot } from './snapshot.ts';
import type { TileFiles } from './tiles.ts';
import { Vault, type VaultKeys } from './vault.ts';

/** One question or act: looks at the state, may append, and says what to answer once all that is durable. */
export type Act<T> = (state: State, at: Instant, append: (draft: Draft) => number) => T;

export type JournalOptions = {
  store: LedgerStore;
  law: Law;
  vaultKeys: VaultKeys;
  clock(): Instant;
  /** Milliseconds that keep counting while the process is stopped. */
  monotonic(): number;
  random: Random;
  /** Where snapshots lie, and the tiles beside them; without, every start reads the whole log and the tree is in memory. */
  snapshot?: SnapshotSettings;
  /** Reads no further than this commit: for making a snapshot beside a service that writes. */
  upTo?: number;
  /** Told which entries became durable. */
  onCommit?(first: number, count: number): void;
  /** Told once, when this journal may never write again. */
  onFatal?(error: EenmaalError): void;
};

type Waiting = { act: Act<unknown>; appended: boolean; resolve(value: unknown): void; reject(error: unknown): void };

/** No further act joins a commit that holds this much; the largest single act (600 kB of statements) still fits after it. */
const MAX_BYTES = 400_000;
const MAX_ACTS = 1024;
/** An answer later than this after it was decided is not given: by then another service may have taken over. */
export const ANSWER_LEASE_MS = 1500;

export class Journal {
  state: State;
  tree = new Tree();
  index = new Index();
  vault: Vault;
  /** The log's tiles, where they are kept as files. */
  readonly tiles: TileFiles | undefined;
  /** Entries whose keys are destroyed, or about to be, by index. */
  erased = new Map<number, Covering>();
  readonly #options: JournalOptions;
  readonly #queue: Waiting[] = [];
  /** Acts that only looked, but shared a commit that was not stored: they look once more, by themselves. */
  readonly #again: Waiting[] = [];
  #gathering: readonly CommitEntry[] = [];
  #seq = 0;
  #timeMs = 0;
  #begunAt = 0;
  /** What this was read from; parts of it are still read when they are asked for. */
  #snapshot: Snapshot | null = null;
  #busy = false;
  /** When it was last certain that nobody else had written. */
  #confirmed = Number.NEGATIVE_INFINITY;
  #dead: EenmaalError | null = null;

  /** Reads the whole log back and checks it. @throws `ledger-damaged`, `keystore-locked` */
  static async open(options: JournalOptions): Promise<Journal> {
    const vault = await Vault.open(options.store, options.vaultKeys, options.random);
    const journal = new Journal(options, vault);
    await journal.#replay();
    return journal;
  }

  private constructor(options: JournalOptions, vault: Vault) {
    this.#options = options;
    this.state = new Pages(options.law).state;
    this.vault = vault;
    this.tiles = options.snapshot && tilesBeside(options.snapshot);
  }

  /** How far the log reaches, durably. */
  get size(): number {
    return this.tree.size;
  }
  get dead(): EenmaalError | null {
    return this.#dead;
  }

  /**
   * P3: what somebody signs is judged at a position at least as new as the one it had seen; another history is a split view.
   * @throws `position-unknown`, `split-view`
   */
  checkPosition({ size, root }: Position): void {
    if (size > this.size) throw new EenmaalError('position-unknown');
    if (!equal(this.tree.root(size), fromBase64url(root))) throw new EenmaalError('split-view');
  }

  /** Inside an act: every entry of a slot, those included that are not on disk yet. */
  entriesOf(slot: string): number[] {
    const gathering = this.#gathering.flatMap((entry, i) => (entry.slot === slot ? [this.tree.size + i] : []));
    return [...this.index.entriesOf(slot, -1), ...gathering];
  }

  /** Runs `act` in order and resolves with its result when everything it appended, and saw, is durable. */
  run<T>(act: Act<T>): Promise<T> {
    if (this.#dead) return Promise.reject(this.#dead);
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ act, appended: false, resolve: resolve as (value: unknown) => void, reject });
      if (!this.#busy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#busy = true;
    // let everything that arrived in this turn of the event loop share the first commit
    await Promise.resolve();
    while (this.#queue.length + this.#again.length > 0 && !this.#dead) await this.#commit();
    this.#busy = false;
    if (this.#dead) for (const { reject } of [...this.#again.splice(0), ...this.#queue.splice(0)]) reject(this.#dead);
  }

  async #commit(): Promise<void> {
    if (!(await this.#isHead())) return;
    pagesOf(this.state).trim(this.index);
    const at = Math.max(this.#timeMs, this.#options.clock());
    const began = this.#options.monotonic();
    const entries: CommitEntry[] = [];
    this.#gathering = entries;
    const settle: (() => void)[] = [];
    const waiting: Waiting[] = [];
    let bytes = 0;
    const append = (draft: Draft): number => {
      const index = this.tree.size + entries.length;
      mustBeDecided(this.state, draft.event, this.erased);
      const entry = sealEntry(draft, index, this.vault, this.#options.random);
      foldPaged(this.state, draft.slot, draft.input, index, at);
      for (const [gone, covering] of coveringOf(draft.event, index)) this.erased.set(gone, covering);
      entries.push(entry);
      bytes += entrySize(entry);
      return index;
    };
    const queue = this.#again.length > 0 ? this.#again : this.#queue;
    while (waiting.length < MAX_ACTS && bytes < MAX_BYTES) {
      const next = queue.shift();
      if (!next) break;
      waiting.push(next);
      const before = entries.length;
      try {
        const result = next.act(this.state, at, append);
        settle.push(() => next.resolve(result));
      } catch (error) {
        settle.push(() => next.reject(error));
      }
      next.appended = entries.length > before;
    }
    if (entries.length > 0 && !(await this.#store(entries, at, began, waiting))) return;
    const late = entries.length > 0 && this.#options.monotonic() - began > ANSWER_LEASE_MS;
    for (const [i, answer] of settle.entries()) {
      if (late) waiting[i]?.reject(new EenmaalError('ledger-unreachable', 'stalled'));
      else answer();
    }
  }

  /**
   * After a silence longer than the lease somebody else may have taken over: look before answering anything. (An append
   * would find out by itself; a mere reading would not.)
   */
  async #isHead(): Promise<boolean> {
    if (this.#options.monotonic() - this.#confirmed <= ANSWER_LEASE_MS) return true;
    const asked = this.#options.monotonic();
    try {
      if ((await this.#options.store.readAll(this.#seq + 1, () => {})) > this.#seq)
        throw new EenmaalError('second-writer');
    } catch (error) {
      this.#die(error instanceof EenmaalError ? error : new EenmaalError('internal', undefined, { cause: error }));
      return false;
    }
    this.#confirmed = asked;
    return true;
  }

  /** Makes one commit durable; false when it was not, and then nobody is told otherwise. */
  async #store(entries: CommitEntry[], at: Instant, began: number, waiting: readonly Waiting[]): Promise<boolean> {
    const first = this.tree.size;
    const commit = { firstIndex: first, timeMs: at, rootBefore: this.tree.root(), entries };
    try {
      await this.#options.store.append(encodeCommit(commit), this.#seq, toBase64url(this.#options.random(16)));
    } catch (error) {
      await this.#notStored(error, waiting);
      return false;
    }
    this.#seq += 1;
    this.#confirmed = began;
    this.#timeMs = appendCommit(this.tree, this.#timeMs, commit).timeMs;
    this.index.add(this.#seq, commit);
    this.#options.onCommit?.(first, entries.length);
    return true;
  }

  /** State was folded ahead of the disk: only a full disk is survived, by reading back what is really there. */
  async #notStored(error: unknown, waiting: readonly Waiting[]): Promise<void> {
    const known = error instanceof EenmaalError ? error : new EenmaalError('internal', undefined, { cause: error });
    if (known.code === 'storage-full') {
      try {
        await this.#replay();
      } catch (cause) {
        this.#die(new EenmaalError('ledger-damaged', undefined, { cause }));
      }
    } else this.#die(known);
    for (const one of waiting) {
      if (one.appended || this.#dead) one.reject(known);
      else this.#again.push(one);
    }
  }

  /** Serves no more: for what must be done before anything else is answered, and could not be. */
  stop(error: EenmaalError): void {
    if (!this.#dead) this.#die(error);
  }

  #die(error: EenmaalError): void {
    this.#dead = error;
    this.#options.onFatal?.(error);
  }

  /** Builds everything anew, from a snapshot and what came after it; nobody sees it half-built. */
  async #replay(): Promise<void> {
    const { store, law, random, snapshot: settings, upTo } = this.#options;
    const { vault, tiles } = this;
    const read = await replay({ store, law, random, vault, settings, tiles }, upTo);
    const { state, tree, index, erased, snapshot, seq, timeMs, begunAt } = read;
    this.#snapshot?.close();
    this.#use(snapshot);
    if (tiles) tiles.onDamaged = (error) => this.stop(error);
    this.#seq = seq;
    this.#timeMs = timeMs;
    this.#begunAt = begunAt;
    Object.assign(this, { state, tree, index, erased });
  }

  /** What this was read from; null: the first entry. */
  get snapshot(): Snapshot | null {
    return this.#snapshot;
  }

  /** Position of the newest commit, and of the snapshot this began at (0: at the beginning). */
  get reached(): { seq: number; begunAt: number } {
    return { seq: this.#seq, begunAt: this.#begunAt };
  }

  /**
   * Writes a snapshot of what was replayed, once all its tiles are durable. Only where nothing was appended since: state may
   * be ahead of the disk.
   */
  async keep(): Promise<void> {
    const { law, random, snapshot: settings } = this.#options;
    if (!settings) throw new EenmaalError('internal', 'no place for a snapshot');
    await this.tiles?.settled();
    const { state, tree, index, vault } = this;
    const replayed = { state, tree, index, seq: this.#seq, timeMs: this.#timeMs };
    writeSnapshot(replayed, this.#snapshot, snapshotOptions({ law, random, vault }, settings.path));
  }

  /** Lets go of all that is in the snapshot that lies there now and did not change since. Between two acts. */
  turn(): void {
    const { law, random, snapshot: settings } = this.#options;
    if (!settings) return;
    try {
      this.#use(turned(this, this.#snapshot, snapshotOptions({ law, random, vault: this.vault }, settings.path)));
    } catch (error) {
      if (error instanceof EenmaalError) this.stop(error);
      throw error;
    }
  }

  #use(snapshot: Snapshot | null): void {
    this.#snapshot = snapshot;
    if (snapshot) snapshot.onDamaged = (error) => this.stop(error);
  }

  /**
   * Reads one commit again and compares it with all that is known of it. A difference ends the service.
   * @returns what it holds, with the index of each entry, but for what was erased
   * @throws `ledger-damaged`; `ledger-unreachable` when the service is stopping
   */
  async verify(seq: number): Promise<(Entry & { index: number })[]> {
    try {
      const commit = decodeCommit(await this.#options.store.read(seq));
      if (commit.firstIndex !== this.index.firstOf(seq) || !isInTree(this.tree, commit))
        throw new EenmaalError('ledger-damaged', `commit ${seq} is not what it was`);
      return commit.entries.flatMap((entry, i) => {
        const index = commit.firstIndex + i;
        const opened = this.#open(entry, index, commit.timeMs);
        return opened ? { ...opened, index } : [];
      });
    } catch (cause) {
      if (cause instanceof EenmaalError && cause.code === 'ledger-unreachable') throw cause;
      return this.#damaged(`commit ${seq}`, cause);
    }
  }

  /** null when its key was destroyed, and the log says so. @throws what shows that it is not what it was */
  #open(entry: CommitEntry, index: number, at: Instant): Entry | null {
    const opened = atTime(openEntry(entry, index, this.vault), at);
    if (!opened && !this.erased.has(index)) throw new EenmaalError('ledger-damaged', NO_KEY);
    return opened;
  }

  /** Ends the service: what is on disk is not what was written. */
  #damaged(what: string, cause?: unknown): never {
    const why =
      cause instanceof EenmaalError ? (cause.detail ?? cause.code) : cause instanceof LedgerError ? cause.code : '';
    const damaged = new EenmaalError('ledger-damaged', why ? `${what}: ${why}` : what, { cause });
    this.stop(damaged);
    throw damaged;
  }

  /** One durable entry, read back from the stream. @throws `erased` */
  async entry(index: number): Promise<Entry & { at: Instant }> {
    const entry = await this.entryIfThere(index);
    if (!entry) throw new EenmaalError('erased');
    return entry;
  }

  /** The same; null when its key was destroyed. */
  async entryIfThere(index: number): Promise<(Entry & { at: Instant }) | null> {
    const { entry, at } = await this.sealedEntry(index);
    try {
      const opened = this.#open(entry, index, at);
      return opened && { ...opened, at };
    } catch (cause) {
      return this.#damaged(`entry ${index}`, cause);
    }
  }

  /** One durable entry as it is stored: its leaf is always there. */
  async sealedEntry(index: number): Promise<{ entry: CommitEntry; at: Instant }> {
    const { commit, offset } = await this.index
      .locate(index, (seq) => this.#options.store.read(seq))
      .catch((cause: unknown) => {
        if (cause instanceof LedgerError) this.#damaged(`entry ${index}`, cause);
        throw cause;
      });
    const entry = commit.entries[offset];
    // what lies below a snapshot was not read at the start: nothing of it is given before it was compared
    if (!entry || !equal(hashLeaf(entry.leaf), this.tree.leafHash(index)))
      return this.#damaged(`entry ${index} is not what it was`);
    return { entry, at: commit.timeMs };
  }
}
