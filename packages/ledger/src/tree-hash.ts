/** The two hashes of the Merkle tree and the root of the empty tree (RFC 9162 section 2.1.1, RFC 6962 section 2.1). */

import { sha256 } from '@eenmaal/crypto';
import { HASH_BYTES } from './bytes.ts';

const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/** SHA-256(0x00 ‖ entry). */
export function hashLeaf(entry: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + entry.length);
  input[0] = LEAF_PREFIX;
  input.set(entry, 1);
  return sha256(input);
}

/** SHA-256(0x01 ‖ left ‖ right); both are 32 bytes. */
export function hashChildren(left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + 2 * HASH_BYTES);
  input[0] = NODE_PREFIX;
  input.set(left, 1);
  input.set(right, 1 + HASH_BYTES);
  return sha256(input);
}

/** Root of the tree without leaves: SHA-256 of nothing. A fresh copy, so nobody can change it for others. */
export function emptyRoot(): Uint8Array {
  return sha256(new Uint8Array(0));
}
