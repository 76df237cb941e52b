/** Symmetric sealing (XChaCha20-Poly1305), key encapsulation (X-Wing) and the attachment stream (secretstream). */
import { EenmaalError } from '@eenmaal/model';
import sodium from 'libsodium-wrappers';
import type { Random } from './bytes.ts';

await sodium.ready;

export const NONCE = 24;
export const TAG = 16;

/** AEAD with a nonce the caller derives; a key must never see one nonce twice. Returns ciphertext ‖ tag. */
export const aeadSeal = (key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, ad: Uint8Array): Uint8Array =>
  sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, ad, null, nonce, key);

/** @throws `not-readable` for any failure */
export function aeadOpen(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, ad: Uint8Array): Uint8Array {
  try {
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, ad, nonce, key);
  } catch (cause) {
    throw new EenmaalError('not-readable', undefined, { cause });
  }
}

/** AEAD under a long-lived key: a random 24-byte nonce in front. Returns nonce ‖ ciphertext ‖ tag. */
export function sealWithNonce(key: Uint8Array, plaintext: Uint8Array, ad: Uint8Array, random: Random): Uint8Array {
  const nonce = random(NONCE);
  const sealed = aeadSeal(key, nonce, plaintext, ad);
  const out = new Uint8Array(NONCE + sealed.length);
  out.set(nonce);
  out.set(sealed, NONCE);
  return out;
}

/** @throws `not-readable` for any failure */
export function openWithNonce(key: Uint8Array, sealed: Uint8Array, ad: Uint8Array): Uint8Array {
  if (sealed.length < NONCE + TAG) throw new EenmaalError('not-readable');
  return aeadOpen(key, sealed.subarray(0, NONCE), sealed.subarray(NONCE), ad);
}

export type SealingKeys = { publicKey: Uint8Array; secretKey: Uint8Array };

/** X-Wing key pair (draft-connolly-cfrg-xwing-kem): 1,216-byte public key, 32-byte secret key. */
export function sealingKeys(random: Random): SealingKeys {
  const { publicKey, privateKey } = sodium.crypto_kem_xwing_seed_keypair(random(32));
  return { publicKey, secretKey: privateKey };
}

/** A fresh shared secret for the holder of `publicKey`. Randomness is ours: libsodium's own is slow in WASM. */
export function encapsulate(publicKey: Uint8Array, random: Random): { ciphertext: Uint8Array; secret: Uint8Array } {
  try {
    const { ciphertext, sharedSecret } = sodium.crypto_kem_xwing_enc_deterministic(publicKey, random(64));
    return { ciphertext, secret: sharedSecret };
  } catch (cause) {
    throw new EenmaalError('malformed', 'X-Wing key', { cause });
  }
}

/** @throws `not-readable` for a ciphertext of the wrong length; a forged one gives an unrelated secret (implicit rejection) */
export function decapsulate(secretKey: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  try {
    return sodium.crypto_kem_xwing_dec(ciphertext, secretKey);
  } catch (cause) {
    throw new EenmaalError('not-readable', undefined, { cause });
  }
}

export const STREAM_HEADER = 24;
export const STREAM_TAG = 17;

/** Encrypts a stream chunk by chunk; the caller marks the last one, so that a cut stream is noticed. `key` is used once. */
export function startStream(key: Uint8Array): {
  header: Uint8Array;
  push(chunk: Uint8Array, last: boolean): Uint8Array;
} {
  const { state, header } = sodium.crypto_secretstream_xchacha20poly1305_init_push(key);
  const {
    crypto_secretstream_xchacha20poly1305_TAG_FINAL: FINAL,
    crypto_secretstream_xchacha20poly1305_TAG_MESSAGE: MESSAGE,
  } = sodium;
  return {
    header,
    push: (chunk, last) =>
      sodium.crypto_secretstream_xchacha20poly1305_push(state, chunk, null, last ? FINAL : MESSAGE),
  };
}

/** The receiving side. @throws `attachment-damaged` when a chunk is changed, missing, repeated or out of order */
export function openStream(
  key: Uint8Array,
  header: Uint8Array,
): { pull(sealed: Uint8Array): { chunk: Uint8Array; last: boolean } } {
  const damaged = (cause?: unknown) => new EenmaalError('attachment-damaged', undefined, { cause });
  let state: ReturnType<typeof sodium.crypto_secretstream_xchacha20poly1305_init_pull>;
  try {
    state = sodium.crypto_secretstream_xchacha20poly1305_init_pull(header, key);
  } catch (cause) {
    throw damaged(cause);
  }
  return {
    pull(sealed) {
      if (sealed.length < STREAM_TAG) throw damaged();
      const result = sodium.crypto_secretstream_xchacha20poly1305_pull(state, sealed, null);
      if (!result) throw damaged();
      return { chunk: result.message, last: result.tag === sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL };
    },
  };
}
