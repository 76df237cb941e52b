/**
 * Hashes. SHA-256 and HMAC where a published format asks for them (RFC 6962, C2SP); BLAKE2b (RFC 7693), also keyed as
 * the key derivation, in our own formats, because it is in libsodium and takes a twelfth of the time.
 */
import { EenmaalError } from '@eenmaal/model';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import sodium from 'libsodium-wrappers';
import { concat, utf8 } from './bytes.ts';

await sodium.ready;

export const sha256 = (bytes: Uint8Array): Uint8Array => nobleSha256(bytes);
export const hmacSha256 = (key: Uint8Array, bytes: Uint8Array): Uint8Array => hmac(nobleSha256, key, bytes);

/** BLAKE2b-256, unkeyed. */
export const hash256 = (bytes: Uint8Array): Uint8Array => sodium.crypto_generichash(32, bytes, null);

/** BLAKE2b-256 over a sequence of pieces, for what does not fit in memory. */
export function startHash256(): { update(bytes: Uint8Array): void; digest(): Uint8Array } {
  const state = sodium.crypto_generichash_init(null, 32);
  return {
    update: (bytes) => sodium.crypto_generichash_update(state, bytes),
    digest: () => sodium.crypto_generichash_final(state, 32),
  };
}

const lengthPrefix = (length: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length);
  return bytes;
};

/**
 * The one key derivation: keyed BLAKE2b as a pseudo-random function over a label and parts, each with its length in
 * front (u32, big-endian) so that no two inputs run into each other.
 * @param key 32 or 64 bytes
 * @param label names the one use of the result; every use has its own (packages/envelope/FORMAT.md lists them)
 * @param length 16-64 bytes
 */
export function deriveKey(key: Uint8Array, label: string, parts: readonly Uint8Array[], length = 32): Uint8Array {
  if (key.length < 32) throw new EenmaalError('malformed', 'key length');
  const pieces: Uint8Array[] = [];
  for (const part of [utf8(label), ...parts]) pieces.push(lengthPrefix(part.length), part);
  return sodium.crypto_generichash(length, concat(...pieces), key);
}
