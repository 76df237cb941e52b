/**
 * One secret text for one recipient: an X-Wing encapsulation, and the text under a key that follows from its shared secret
 * and from everything the text must not be moved away from. Wraps, item wraps and consults are made of it.
 */
import {
  aeadOpen,
  aeadSeal,
  concat,
  decapsulate,
  deriveKey,
  encapsulate,
  fromBase64url,
  NONCE,
  type Random,
  TAG,
  toBase64url,
  utf8,
} from '@eenmaal/crypto';
import { EenmaalError } from '@eenmaal/model';

const NO_NONCE = new Uint8Array(NONCE); // the key comes from a fresh encapsulation and seals one thing only
const KEM_BYTES = 1120;

/** What a sealed text is bound to: a label of its own, and the place (also the associated data), recipient and signer. */
export type Binding = { label: string; place: string; to: readonly string[] };

const sealingKeyOf = (secret: Uint8Array, { label, place, to }: Binding): Uint8Array =>
  deriveKey(secret, label, [place, ...to].map(utf8));

/** Ciphertext ‖ sealed text, as base64url. @throws `malformed` when `sealingKey` is no X-Wing key */
export function sealFor(sealingKey: Uint8Array, binding: Binding, plaintext: Uint8Array, random: Random): string {
  const { ciphertext, secret } = encapsulate(sealingKey, random);
  return toBase64url(
    concat(ciphertext, aeadSeal(sealingKeyOf(secret, binding), NO_NONCE, plaintext, utf8(binding.place))),
  );
}

/** @throws `not-readable` for any failure but another spelling of base64url, which is `malformed` */
export function openFor(secretKey: Uint8Array, binding: Binding, sealed: string): Uint8Array {
  const bytes = fromBase64url(sealed);
  if (bytes.length < KEM_BYTES + TAG) throw new EenmaalError('not-readable');
  const secret = decapsulate(secretKey, bytes.subarray(0, KEM_BYTES));
  return aeadOpen(sealingKeyOf(secret, binding), NO_NONCE, bytes.subarray(KEM_BYTES), utf8(binding.place));
}
