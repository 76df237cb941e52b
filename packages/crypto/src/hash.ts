/**
 * Hashes. SHA-256 and HMAC where a published format asks for them (RFC 6962, C2SP); BLAKE2b (RFC 7693), also keyed as
 * the key derivation, in our own formats, because it is in libsodium and takes about a quarter of the time.
 */
import { EenmaalError } from '@eenmaal/model';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import sodium from 'libsodium-wrappers';
import { utf8 } from './bytes.ts';

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

/**
 * The one key derivation: keyed BLAKE2b as a pseudo-random function over a label and parts, each with its length in
 * front (u32, big-endian) so that no two inputs run into each other.
 * @param key 32 or 64 bytes
 * @param label names the one use of the result; every use has its own (packages/envelope/FORMAT.md lists them)
 * @param length 16-64 bytes
 * @throws `malformed` for a shorter key
 */
export function deriveKey(key: Uint8Array, label: string, parts: readonly Uint8Array[], length = 32): Uint8Array {
  if (key.length < 32) throw new EenmaalError('malformed', 'key length');
  return sodium.crypto_generichash(length, prefixed([utf8(label), ...parts]), key);
}

function prefixed(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(out.buffer);
  let offset = 0;
  for (const part of parts) {
    view.setUint32(offset, part.length);
    out.set(part, offset + 4);
    offset += 4 + part.length;
  }
  return out;
}
