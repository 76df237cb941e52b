/**
 * The vault: one puncturable key per dossier, each sealed under the vault key, in a stream that keeps only the newest of each.
 * An entry whose key is destroyed here is unreadable in every copy of the log; its leaf stays (P8). With everything that is
 * destroyed the vault key itself is replaced and all slots are sealed again under the new one, so that the slots in an older
 * backup are noise. Packages/ledger/FORMAT.md section 12.
 */
import type { LedgerStore } from '@eenmaal/broker';
import { openWithNonce, type Random, sealWithNonce, utf8, wipe } from '@eenmaal/crypto';
import { KEY_TREE_DEPTH, MAX_KEY_NODES, PuncturableKey } from '@eenmaal/ledger';
import { EenmaalError } from '@eenmaal/model';

/** The slot of everything that belongs to no dossier: the registry of organisations and keys, and what was erased. */
export const MAIN = 'main';

/**
 * Where the vault key lies: one, or two while the slots are being sealed again under the second. `replace` is durable, in one
 * step, when it resolves; what was there before is then nowhere any more.
 */
export type VaultKeys = { readonly keys: readonly Uint8Array[]; replace(keys: readonly Uint8Array[]): Promise<void> };

/** What to destroy: single entries of slots, and whole slots. */
export type Destruction = { entries: ReadonlyMap<string, readonly number[]>; slots: readonly string[] };

/** Slots of which the way down to the last entry is remembered: about 4 kB each. */
const WARM = 1000;
/** Slots under way to the store at once. */
const TOGETHER = 256;

const contextOf = (slot: string): Uint8Array => utf8(`eenmaal/v1/vault/${slot}`);

export class Vault {
  readonly #store: LedgerStore;
  readonly #keys: VaultKeys;
  readonly #random: Random;
  readonly #slots = new Map<string, PuncturableKey>();
  readonly #warm = new Set<string>();
  /** Slots on their way to the store: a new vault key waits for them. */
  readonly #making = new Map<string, Promise<void>>();

  /** Loads every slot. @throws `keystore-locked` when no vault key fits */
  static async open(store: LedgerStore, keys: VaultKeys, random: Random): Promise<Vault> {
    const vault = new Vault(store, keys, random);
    for (const [slot, sealed] of await store.vaultAll()) vault.#slots.set(slot, vault.#unseal(slot, sealed));
    return vault;
  }

  private constructor(store: LedgerStore, keys: VaultKeys, random: Random) {
    this.#store = store;
    this.#keys = keys;
    this.#random = random;
  }

  /** A crash came while the slots were being sealed again: the older key still opens some. */
  get isHalfDone(): boolean {
    return this.#keys.keys.length > 1;
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
    const key = PuncturableKey.whole(this.#random(32));
    await this.#put(slot, key);
    this.#slots.set(slot, key);
  }

  /**
   * Destroys keys, here and, by a new vault key, in every older copy of the vault. When this resolves they are nowhere. After
   * a crash half-way it is simply done again.
   */
  async destroy({ entries, slots }: Destruction): Promise<void> {
    // first what a crash left: or the key that is made now would be one of three
    if (this.isHalfDone) await this.#sealAgain();
    const [old] = this.#keys.keys;
    if (!old) throw new EenmaalError('keystore-locked', 'no vault key');
    await this.#keys.replace([old, this.#random(32)]);
    await Promise.all(this.#making.values());
    for (const slot of slots) {
      this.#slots.get(slot)?.destroy();
      this.#slots.delete(slot);
      this.#warm.delete(slot);
      await this.#store.vaultDelete(slot);
    }
    for (const [slot, indexes] of entries) this.#slots.get(slot)?.puncture(indexes);
    await this.#sealAgain();
  }

  /** Every slot under the newest vault key, then the older one is destroyed. */
  async #sealAgain(): Promise<void> {
    const [old, fresh] = this.#keys.keys;
    if (!old || !fresh) throw new EenmaalError('keystore-locked', 'no new vault key');
    const slots = [...this.#slots];
    for (let at = 0; at < slots.length; at += TOGETHER)
      await Promise.all(slots.slice(at, at + TOGETHER).map(([slot, key]) => this.#put(slot, key)));
    await this.#keys.replace([fresh]);
    wipe(old);
  }

  async #put(slot: string, key: PuncturableKey): Promise<void> {
    const newest = this.#keys.keys.at(-1);
    if (!newest) throw new EenmaalError('keystore-locked', 'no vault key');
    const plain = key.encode();
    const sealed = sealWithNonce(newest, plain, contextOf(slot), this.#random);
    wipe(plain);
    await this.#store.vaultPut(slot, sealed);
  }

  #unseal(slot: string, sealed: Uint8Array): PuncturableKey {
    let cause: unknown;
    for (const key of this.#keys.keys) {
      try {
        const plain = openWithNonce(key, sealed, contextOf(slot));
        const opened = PuncturableKey.decode(plain);
        wipe(plain);
        return opened;
      } catch (error) {
        cause = error;
      }
    }
    throw new EenmaalError('keystore-locked', 'vault', { cause });
  }
}
