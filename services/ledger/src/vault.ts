/**
 * The vault: one puncturable key per dossier, in a stream that keeps only the newest of each. An entry whose key is destroyed
 * here is unreadable in every copy of the log; its leaf stays (P8). Slots stand on shelves: each is sealed under its shelf's key,
 * and all shelf keys under the vault key. What is destroyed takes the keys of its shelves and the vault key with it, so that
 * older copies of all of them are noise, and only a shelf is sealed again, not everything. (A tree of keys to forget by: Di
 * Crescenzo and others 1999.) packages/ledger/FORMAT.md section 12.
 */
import type { LedgerStore } from '@eenmaal/broker';
import { concat, hash256, openWithNonce, type Random, sealWithNonce, utf8, wipe } from '@eenmaal/crypto';
import { KEY_TREE_DEPTH, MAX_KEY_NODES, PuncturableKey } from '@eenmaal/ledger';
import { EenmaalError } from '@eenmaal/model';

/** The slot of everything that belongs to no dossier: the registry of organisations and keys, and what was erased. */
export const MAIN = 'main';

/** Where the shelf keys lie. No dossier is named like this. */
const SHELVES = 'shelves';
const SHELF_COUNT = 256;

/**
 * Where the vault key lies: one, or two while it is replaced by the second. `replace` is durable, in one step, when it resolves;
 * what was there before is then nowhere any more.
 */
export type VaultKeys = { readonly keys: readonly Uint8Array[]; replace(keys: readonly Uint8Array[]): Promise<void> };

/**
 * What to destroy: single entries of slots, and whole slots. `size`: of the log; `entriesOf`: all of a slot, ascending, so that
 * a slot that grew large keeps only keys that something is sealed under, or will be.
 */
export type Destruction = {
  entries: ReadonlyMap<string, readonly number[]>;
  slots: readonly string[];
  size: number;
  entriesOf(slot: string): readonly number[];
};

/** Slots of which the way down to the last entry is remembered: about 4 kB each. */
const WARM = 1000;
/** Slots under way to the store at once. */
const TOGETHER = 256;

const VERSION = 0x01;
const KEY_BYTES = 32;

const contextOf = (slot: string): Uint8Array => utf8(`eenmaal/v1/vault/${slot}`);
const shelfOf = (slot: string): number => hash256(utf8(slot))[0] ?? 0;

export class Vault {
  readonly #store: LedgerStore;
  readonly #keys: VaultKeys;
  readonly #random: Random;
  /** By shelf: its key, or two while its slots are being sealed again under the second. */
  #shelves: Uint8Array[][] = [];
  /**
   * Where in the stream they lie. Every other write names it, and is refused when they were written since: whoever takes over
   * writes them, so that nothing a hung ledger still had under way can replace a key.
   */
  #table: Promise<number> = Promise.resolve(0);
  /** The vault key that seals them now. */
  #tableKey: Uint8Array = new Uint8Array(0);
  readonly #slots = new Map<string, PuncturableKey>();
  readonly #warm = new Set<string>();
  /** Slots on their way to the store: new shelf keys wait for them. */
  readonly #making = new Map<string, Promise<void>>();

  /** Loads every slot. @throws `keystore-locked` when no vault key fits, `ledger-damaged` */
  static async open(store: LedgerStore, keys: VaultKeys, random: Random): Promise<Vault> {
    const vault = new Vault(store, keys, random);
    vault.#table = Promise.resolve(await store.vaultSeq(SHELVES));
    const all = await store.vaultAll();
    const table = all.get(SHELVES);
    all.delete(SHELVES);
    if (table) vault.#readTable(table);
    else if (all.size > 0) throw new EenmaalError('ledger-damaged', 'the shelf keys are missing');
    else await vault.#firstTable();
    for (const [slot, sealed] of all) vault.#slots.set(slot, vault.#unseal(slot, sealed));
    return vault;
  }

  private constructor(store: LedgerStore, keys: VaultKeys, random: Random) {
    this.#store = store;
    this.#keys = keys;
    this.#random = random;
  }

  /** From here on nobody else who has this vault open can change it. @throws `second-writer` when somebody did */
  async takeOver(): Promise<void> {
    await this.#inTable((seq) => this.#putTable(this.#tableKey, seq));
  }

  /** A crash came while something was being destroyed: older keys still open some. */
  get isHalfDone(): boolean {
    return this.#keys.keys.length > 1 || this.#shelves.some((keys) => keys.length > 1);
  }

  has(slot: string): boolean {
    return this.#slots.has(slot);
  }

  /** The key of one entry; null when it was destroyed, by itself or with its dossier. */
  keyOf(slot: string, index: number): Uint8Array | null {
    const found = this.#slots.get(slot);
    if (!found) return null;
    this.#warm.delete(slot);
    this.#warm.add(slot);
    for (const oldest of this.#warm) {
      if (this.#warm.size <= WARM) break;
      this.#warm.delete(oldest);
      this.#slots.get(oldest)?.forget();
    }
    return found.keyOf(index);
  }

  /** Whether so many more entries can be cut out of this slot: a slot is one message. */
  holds(slot: string, more: number): boolean {
    return (this.#slots.get(slot)?.size ?? 0) + more * KEY_TREE_DEPTH <= MAX_KEY_NODES;
  }

  /** Makes a key for a new slot, durable when this resolves. */
  async ensure(slot: string): Promise<void> {
    if (this.#slots.has(slot)) return;
    const making = this.#making.get(slot) ?? this.#make(slot).finally(() => this.#making.delete(slot));
    this.#making.set(slot, making);
    await making;
  }

  async #make(slot: string): Promise<void> {
    const key = PuncturableKey.whole(this.#random(KEY_BYTES));
    await this.#put(slot, key);
    this.#slots.set(slot, key);
  }

  /**
   * Destroys keys, here and, by new keys above them, in every older copy of the vault. When this resolves they are nowhere. After
   * a crash half-way it is simply done again.
   */
  async destroy({ entries, slots, size, entriesOf }: Destruction): Promise<void> {
    // first what a crash left
    await this.#finish();
    await this.#replaceTable(() => {
      for (const shelf of new Set([...entries.keys(), ...slots].map(shelfOf)))
        this.#shelves[shelf]?.push(this.#random(KEY_BYTES));
    });
    for (const slot of slots) {
      this.#slots.get(slot)?.destroy();
      this.#slots.delete(slot);
      this.#warm.delete(slot);
      await this.#store.vaultDelete(slot);
    }
    for (const [slot, indexes] of entries) {
      const key = this.#slots.get(slot);
      key?.puncture(indexes);
      if (key && key.size > MAX_KEY_NODES / 2) key.prune(entriesOf(slot), size);
    }
    await this.#finish();
  }

  /** Every slot of a shelf with two keys under the newer one; then the older one is destroyed, and the vault key with it. */
  async #finish(): Promise<void> {
    if (!this.isHalfDone) return;
    const slots = [...this.#slots].filter(([slot]) => (this.#shelves[shelfOf(slot)]?.length ?? 0) > 1);
    for (let at = 0; at < slots.length; at += TOGETHER)
      await Promise.all(slots.slice(at, at + TOGETHER).map(([slot, key]) => this.#put(slot, key)));
    await this.#replaceTable(() => {
      for (const keys of this.#shelves) for (const old of keys.splice(0, keys.length - 1)) wipe(old);
    });
  }

  async #firstTable(): Promise<void> {
    const [key] = this.#keys.keys;
    if (!key) throw new EenmaalError('keystore-locked', 'no vault key');
    this.#shelves = Array.from({ length: SHELF_COUNT }, () => [this.#random(KEY_BYTES)]);
    this.#tableKey = key;
    await this.#inTable((seq) => this.#putTable(key, seq));
  }

  /** What is on its way goes first, under the keys as they were; whatever comes meanwhile waits for the new ones. */
  #inTable(write: (seq: number) => Promise<number>): Promise<number> {
    const before = this.#table;
    const making = [...this.#making.values()];
    this.#table = Promise.allSettled(making).then(async () => write(await before));
    return this.#table;
  }

  /**
   * The shelf keys under a new vault key; what sealed them before is destroyed.
   * @param change of the shelf keys: not before what is on its way was sealed under those that are stored
   */
  async #replaceTable(change: () => void): Promise<void> {
    const [old, fresh] = [this.#tableKey, this.#random(KEY_BYTES)];
    await this.#inTable(async (before) => {
      change();
      await this.#keys.replace([old, fresh]);
      const seq = await this.#putTable(fresh, before);
      await this.#keys.replace([fresh]);
      return seq;
    });
    this.#tableKey = fresh;
    wipe(old);
  }

  /** @param before where it lay until now */
  async #putTable(key: Uint8Array, before: number): Promise<number> {
    const plain = concat(
      Uint8Array.of(VERSION),
      ...this.#shelves.flatMap((keys) => [Uint8Array.of(keys.length), ...keys]),
    );
    const sealed = sealWithNonce(key, plain, contextOf(SHELVES), this.#random);
    wipe(plain);
    return this.#store.vaultPut(SHELVES, sealed, { slot: SHELVES, seq: before });
  }

  #readTable(sealed: Uint8Array): void {
    const opened = openAny(this.#keys.keys, sealed, SHELVES);
    this.#tableKey = opened.key.slice();
    this.#shelves = readShelves(opened.plain);
    wipe(opened.plain);
  }

  async #put(slot: string, key: PuncturableKey): Promise<void> {
    const seq = await this.#table;
    const shelf = this.#shelves[shelfOf(slot)]?.at(-1);
    if (!shelf) throw new EenmaalError('ledger-damaged', 'a shelf key is missing');
    const plain = key.encode();
    const sealed = sealWithNonce(shelf, plain, contextOf(slot), this.#random);
    wipe(plain);
    await this.#store.vaultPut(slot, sealed, { slot: SHELVES, seq });
  }

  #unseal(slot: string, sealed: Uint8Array): PuncturableKey {
    const { plain } = openAny(this.#shelves[shelfOf(slot)] ?? [], sealed, slot);
    const opened = PuncturableKey.decode(plain);
    wipe(plain);
    return opened;
  }
}

/** @throws `keystore-locked` when no key fits */
function openAny(
  keys: readonly Uint8Array[],
  sealed: Uint8Array,
  slot: string,
): { key: Uint8Array; plain: Uint8Array } {
  let cause: unknown;
  for (const key of keys) {
    try {
      return { key, plain: openWithNonce(key, sealed, contextOf(slot)) };
    } catch (error) {
      cause = error;
    }
  }
  throw new EenmaalError('keystore-locked', 'vault', { cause });
}

/** The shelf keys, as FORMAT.md has them. @throws `ledger-damaged` */
function readShelves(plain: Uint8Array): Uint8Array[][] {
  const shelves: Uint8Array[][] = [];
  let at = 1;
  for (let shelf = 0; shelf < SHELF_COUNT; shelf++) {
    const count = plain[at++] ?? 0;
    shelves.push(Array.from({ length: count }, (_, i) => plain.slice(at + i * KEY_BYTES, at + (i + 1) * KEY_BYTES)));
    at += count * KEY_BYTES;
    if (count < 1 || count > 2) throw new EenmaalError('ledger-damaged', 'shelf keys');
  }
  if (plain[0] !== VERSION || at !== plain.length) throw new EenmaalError('ledger-damaged', 'shelf keys');
  return shelves;
}
