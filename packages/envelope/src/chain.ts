/**
 * Key chains: per compartment a chain of history keys H_0, H_1, ...; each epoch's key K_e follows from H_e, and H_e also
 * opens a link to H_(e-1). A member with history holds H_e (one wrap opens everything before); a member from today on
 * gets only K_e and can go neither back nor, after a removal, forward. FORMAT.md section 3.
 */
import {
  aeadOpen,
  aeadSeal,
  concat,
  decapsulate,
  deriveKey,
  encapsulate,
  fromBase64url,
  type Random,
  text,
  toBase64url,
  utf8,
} from '@eenmaal/crypto';
import { EenmaalError, type Hash, type Id, type KeyId, type PartyId, type Wrap } from '@eenmaal/model';

/** Which key of which chain. */
export type EpochRef = { dossier: Id; compartment: Id; epoch: number };

const NO_NONCE = new Uint8Array(24); // every key below seals one thing only
const LABEL_BYTES = 128;

const context = ({ dossier, compartment, epoch }: EpochRef): Uint8Array => utf8(`${dossier}/${compartment}/${epoch}`);

/** H_e: 32 random bytes. */
export const newHistoryKey = (random: Random): Uint8Array => random(32);

/** K_e from H_e. */
export const epochKey = (historyKey: Uint8Array, ref: EpochRef): Uint8Array =>
  deriveKey(historyKey, 'eenmaal/v1/epoch', [context(ref)]);

/**
 * What the signed epoch statement says of K_e. Whoever unwraps or derives a key of that epoch compares before using it
 * (also what a link opened, against the epoch before): no two keys have one commitment, and through K_e it fixes H_e.
 */
export const epochCommitment = (key: Uint8Array, ref: EpochRef): Hash =>
  toBase64url(deriveKey(key, 'eenmaal/v1/epoch/commit', [context(ref)]));

/** Seals H_(e-1) so that H_e opens it; `ref` is epoch e. 48 bytes as base64url. */
export function sealLink(historyKey: Uint8Array, previous: Uint8Array, ref: EpochRef): string {
  const key = deriveKey(historyKey, 'eenmaal/v1/link', [context(ref)]);
  return toBase64url(aeadSeal(key, NO_NONCE, previous, context(ref)));
}

/** H_(e-1) from H_e and the link of epoch e. @throws `not-readable` */
export function openLink(historyKey: Uint8Array, link: string, ref: EpochRef): Uint8Array {
  const key = deriveKey(historyKey, 'eenmaal/v1/link', [context(ref)]);
  return aeadOpen(key, NO_NONCE, fromBase64url(link), context(ref));
}

/** Who a wrap is for and by whom. `kid`: thumbprint of the member's sealing key; `by`: the signer's key id. */
export type WrapFor = { party: PartyId; kid: KeyId; scope: 'history' | 'epoch'; by: KeyId };

const wrapKey = (secret: Uint8Array, ref: EpochRef, to: WrapFor): Uint8Array =>
  deriveKey(secret, 'eenmaal/v1/wrap', [context(ref), utf8(to.scope), utf8(to.party), utf8(to.kid), utf8(to.by)]);

/** Wraps H_e (scope `history`) or K_e (scope `epoch`) to a member's X-Wing key: ciphertext ‖ sealed key, 1,168 bytes. */
export function sealWrap(key: Uint8Array, ref: EpochRef, to: WrapFor, sealingKey: Uint8Array, random: Random): Wrap {
  const { ciphertext, secret } = encapsulate(sealingKey, random);
  const sealed = concat(ciphertext, aeadSeal(wrapKey(secret, ref, to), NO_NONCE, key, context(ref)));
  return { party: to.party, kid: to.kid, scope: to.scope, sealed: toBase64url(sealed) };
}

/** The wrapped key. @throws `not-readable` */
export function openWrap(wrap: Wrap, ref: EpochRef, by: KeyId, secretKey: Uint8Array): Uint8Array {
  const sealed = fromBase64url(wrap.sealed);
  const secret = decapsulate(secretKey, sealed.subarray(0, 1120));
  return aeadOpen(wrapKey(secret, ref, { ...wrap, by }), NO_NONCE, sealed.subarray(1120), context(ref));
}

/** The compartment's name for its members' eyes: padded to one length, sealed under K_e. */
export function sealLabel(key: Uint8Array, label: string, ref: EpochRef): string {
  const bytes = utf8(label);
  if (bytes.length >= LABEL_BYTES) throw new EenmaalError('too-large', 'compartment label');
  const padded = new Uint8Array(LABEL_BYTES);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  return toBase64url(aeadSeal(deriveKey(key, 'eenmaal/v1/label', [context(ref)]), NO_NONCE, padded, context(ref)));
}

/** @throws `not-readable` */
export function openLabel(key: Uint8Array, sealed: string, ref: EpochRef): string {
  const padded = aeadOpen(
    deriveKey(key, 'eenmaal/v1/label', [context(ref)]),
    NO_NONCE,
    fromBase64url(sealed),
    context(ref),
  );
  const end = padded.lastIndexOf(0x80);
  if (end < 0) throw new EenmaalError('not-readable');
  return text(padded.subarray(0, end));
}
