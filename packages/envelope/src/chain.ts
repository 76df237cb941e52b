/**
 * Key chains: per compartment a chain of history keys H_0, H_1, ...; each epoch's key K_e follows from H_e, and H_e also
 * opens a link to H_(e-1). A member with history holds H_e (one wrap opens everything before); a member from today on
 * gets only K_e and can go neither back nor, after a removal, forward. FORMAT.md section 3.
 */
import {
  aeadOpen,
  aeadSeal,
  concat,
  deriveKey,
  fromBase64url,
  NONCE,
  openWithNonce,
  type Random,
  TAG,
  text,
  toBase64url,
  utf8,
} from '@eenmaal/crypto';
import { EenmaalError, type Hash, type Id } from '@eenmaal/model';
import { unpad } from './padding.ts';

/** Which key of which chain. */
export type EpochRef = { dossier: Id; compartment: Id; epoch: number };

const NO_NONCE = new Uint8Array(NONCE); // a link's key seals one thing only
const LINK_BYTES = 48;
const LABEL_BYTES = 128;
const SEALED_LABEL_BYTES = NONCE + LABEL_BYTES + TAG;

/** The epoch's place in words: part of every key derived for it. */
export const placeOf = ({ dossier, compartment, epoch }: EpochRef): string => `${dossier}/${compartment}/${epoch}`;
const context = (ref: EpochRef): Uint8Array => utf8(placeOf(ref));

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

/**
 * Seals H_(e-1); `ref` is epoch e. 48 bytes as base64url. `historyKey` is H_e when the member who made epoch e holds
 * H_(e-1). When a member without it made epoch e, that member knows H_e: a link under H_e would open the past to it. The
 * link is then made later, under the H_f of a later epoch f that a member with history made.
 *
 * `previous` must fit the commitment of epoch e-1: then only one text is ever sealed under the link's key.
 */
export function sealLink(historyKey: Uint8Array, previous: Uint8Array, ref: EpochRef): string {
  const key = deriveKey(historyKey, 'eenmaal/v1/link', [context(ref)]);
  return toBase64url(aeadSeal(key, NO_NONCE, previous, context(ref)));
}

/** H_(e-1) from the link of epoch e and the history key it was sealed under. @throws `not-readable`, `malformed` */
export function openLink(historyKey: Uint8Array, link: string, ref: EpochRef): Uint8Array {
  const sealed = fromBase64url(link);
  if (sealed.length !== LINK_BYTES) throw new EenmaalError('not-readable');
  const key = deriveKey(historyKey, 'eenmaal/v1/link', [context(ref)]);
  return aeadOpen(key, NO_NONCE, sealed, context(ref));
}

/**
 * Every history key that H_e opens, by epoch, newest first, walking back until a link is missing or does not open: a
 * broken link costs what lies before it and nothing after. A link made later lies under a later key than its own
 * epoch's, so the keys found so far are tried, the nearest first.
 * @param ref epoch e, of `historyKey`
 * @param links link of each epoch, by epoch
 */
export function openHistory(
  historyKey: Uint8Array,
  ref: EpochRef,
  links: ReadonlyMap<number, string>,
): Map<number, Uint8Array> {
  const keys = new Map([[ref.epoch, historyKey]]);
  for (let epoch = ref.epoch; epoch > 0; epoch--) {
    const link = links.get(epoch);
    const previous = link === undefined ? null : openWithAny([...keys.values()].reverse(), link, { ...ref, epoch });
    if (!previous) break;
    keys.set(epoch - 1, previous);
  }
  return keys;
}

function openWithAny(historyKeys: readonly Uint8Array[], link: string, ref: EpochRef): Uint8Array | null {
  for (const key of historyKeys) {
    try {
      return openLink(key, link, ref);
    } catch (error) {
      if (!(error instanceof EenmaalError)) throw error;
    }
  }
  return null;
}

/**
 * The compartment's name for its members' eyes: padded to one length, sealed under K_e. The nonce follows from the name
 * (as in SIV, RFC 5297), because a statement may be made a second time with another name under the same key.
 * @throws `too-large`
 */
export function sealLabel(key: Uint8Array, label: string, ref: EpochRef): string {
  const bytes = utf8(label);
  if (bytes.length >= LABEL_BYTES) throw new EenmaalError('too-large', 'compartment label');
  const padded = new Uint8Array(LABEL_BYTES);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const nonce = deriveKey(key, 'eenmaal/v1/label/nonce', [context(ref), padded], NONCE);
  return toBase64url(concat(nonce, aeadSeal(labelKey(key, ref), nonce, padded, context(ref))));
}

/** @throws `not-readable`, `malformed` */
export function openLabel(key: Uint8Array, sealed: string, ref: EpochRef): string {
  const bytes = fromBase64url(sealed);
  if (bytes.length !== SEALED_LABEL_BYTES) throw new EenmaalError('not-readable');
  return text(unpad(openWithNonce(labelKey(key, ref), bytes, context(ref))));
}

const labelKey = (key: Uint8Array, ref: EpochRef): Uint8Array => deriveKey(key, 'eenmaal/v1/label', [context(ref)]);
