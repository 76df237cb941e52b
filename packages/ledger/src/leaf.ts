/**
 * The leaf: the 34 bytes that the log keeps for ever about one event, and that say nothing once the salt is gone.
 * `0x01 ‖ type ‖ HMAC-SHA-256(salt, "family-consent-ledger/commit/v1\0" ‖ event)`.
 */

import { concat, hmacSha256, utf8 } from '@eenmaal/crypto';
import { equalBytes, HASH_BYTES } from './bytes.ts';
import { LedgerError } from './errors.ts';

export const LEAF_BYTES = 34;
export const SALT_BYTES = 32;

const LEAF_VERSION = 0x01;
const COMMIT_LABEL = utf8('family-consent-ledger/commit/v1\0');

export type Leaf = { readonly type: number; readonly commitment: Uint8Array };

/**
 * Commit to an event.
 * @param type 1 to 255, what kind of event (not secret)
 * @param salt 32 fresh random bytes, never used for another event: without it low-entropy events could be guessed
 * @param event the canonical bytes as signed or decided
 * @throws `leaf-format`
 */
export function makeLeaf(type: number, salt: Uint8Array, event: Uint8Array): Uint8Array {
  if (!Number.isInteger(type) || type < 1 || type > 0xff) throw new LedgerError('leaf-format', `type ${type}`);
  if (salt.length !== SALT_BYTES) throw new LedgerError('leaf-format', `salt of ${salt.length} bytes`);
  return concat(Uint8Array.of(LEAF_VERSION, type), hmacSha256(salt, concat(COMMIT_LABEL, event)));
}

/** Take a leaf apart. @throws `leaf-format` */
export function parseLeaf(leaf: Uint8Array): Leaf {
  if (leaf.length !== LEAF_BYTES) throw new LedgerError('leaf-format', `${leaf.length} bytes`);
  if (leaf[0] !== LEAF_VERSION) throw new LedgerError('leaf-format', `version ${leaf[0]}`);
  const type = leaf[1] as number;
  if (type === 0) throw new LedgerError('leaf-format', 'type 0');
  return { type, commitment: leaf.slice(LEAF_BYTES - HASH_BYTES) };
}

/** Check that a leaf commits to this event. @throws `leaf-format`, `leaf-mismatch` */
export function checkLeaf(leaf: Uint8Array, salt: Uint8Array, event: Uint8Array): void {
  const { type } = parseLeaf(leaf);
  if (!equalBytes(leaf, makeLeaf(type, salt, event))) throw new LedgerError('leaf-mismatch');
}
