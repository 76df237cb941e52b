/**
 * The vault: one key per dossier, each sealed under the vault key, in a stream that keeps only the newest of each. A
 * dossier whose key is gone is unreadable in every copy of the log; the leaves stay (P8).
 */
import type { LedgerStore } from '@eenmaal/broker';
import { openWithNonce, type Random, sealWithNonce, utf8 } from '@eenmaal/crypto';
import { EenmaalError } from '@eenmaal/model';

/** The slot of everything that belongs to no dossier: the registry of organisations and keys. */
export const MAIN = 'main';

export type Vault = {
  /** @throws `ledger-damaged` when there is no key for this slot */
  keyOf(slot: string): Uint8Array;
  /** Makes a key for a new slot, durable when this resolves. */
  ensure(slot: string): Promise<void>;
};

/** Loads every slot. @throws `keystore-locked` when the vault key does not fit */
export async function openVault(store: LedgerStore, vaultKey: Uint8Array, random: Random): Promise<Vault> {
  const context = (slot: string) => utf8(`eenmaal/v1/vault/${slot}`);
  const keys = new Map<string, Uint8Array>();
  for (const [slot, sealed] of await store.vaultAll()) {
    try {
      keys.set(slot, openWithNonce(vaultKey, sealed, context(slot)));
    } catch (cause) {
      throw new EenmaalError('keystore-locked', 'vault', { cause });
    }
  }
  return {
    keyOf(slot) {
      const key = keys.get(slot);
      if (!key) throw new EenmaalError('ledger-damaged', 'a dossier key is missing');
      return key;
    },
    async ensure(slot) {
      if (keys.has(slot)) return;
      const key = random(32);
      await store.vaultPut(slot, sealWithNonce(vaultKey, key, context(slot), random));
      if (!keys.has(slot)) keys.set(slot, key);
    },
  };
}
