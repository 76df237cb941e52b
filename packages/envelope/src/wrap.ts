/**
 * Wraps: a key sealed for one recipient by one signer. A compartment's key for its members (FORMAT.md 3.4), and the key of
 * one message for whoever it is disclosed to (3.6). Each opens in one place only; copied elsewhere it is `not-readable`.
 */
import type { Random } from '@eenmaal/crypto';
import { EenmaalError, type Id, type KeyId, type PartyId, type StatementOf, type Wrap } from '@eenmaal/model';
import { type EpochRef, placeOf } from './chain.ts';
import type { ItemKey } from './message.ts';
import { type Binding, openFor, sealFor } from './recipient.ts';

const KEY_BYTES = 32;

/** Who a wrap is for and by whom. `kid`: thumbprint of the recipient's sealing key; `by`: the signer's key id. */
export type ItemFor = { party: PartyId; kid: KeyId; by: KeyId };
export type WrapFor = ItemFor & { scope: 'history' | 'epoch' };

const wrapBinding = (ref: EpochRef, { scope, party, kid, by }: WrapFor): Binding => ({
  label: 'eenmaal/v1/wrap',
  place: placeOf(ref),
  to: [scope, party, kid, by],
});

/** Wraps H_e (scope `history`) or K_e (scope `epoch`) to a member's X-Wing key: ciphertext ‖ sealed key, 1,168 bytes. */
export function sealWrap(key: Uint8Array, ref: EpochRef, to: WrapFor, sealingKey: Uint8Array, random: Random): Wrap {
  const sealed = sealFor(sealingKey, wrapBinding(ref, to), key, random);
  return { party: to.party, kid: to.kid, scope: to.scope, sealed };
}

/** The wrapped key, to be compared with the epoch's commitment before use. @throws `not-readable`, `malformed` */
export const openWrap = (wrap: Wrap, ref: EpochRef, by: KeyId, secretKey: Uint8Array): Uint8Array =>
  openKey(wrap.sealed, wrapBinding(ref, { ...wrap, by }), secretKey);

/** Which message an item wrap is about. */
export type ItemRef = { dossier: Id; compartment: Id; envelope: Id };
/** One message of a `disclose` statement. */
export type Item = StatementOf<'disclose'>['items'][number];

const itemBinding = ({ dossier, compartment, envelope }: ItemRef, { party, kid, by }: ItemFor): Binding => ({
  label: 'eenmaal/v1/disclose',
  place: `${dossier}/${compartment}/${envelope}`,
  to: [party, kid, by],
});

/** Wraps the key of one message to the X-Wing key of whoever it is disclosed to; 1,168 bytes as other wraps. */
export const sealItem = (key: ItemKey, ref: ItemRef, to: ItemFor, sealingKey: Uint8Array, random: Random): Item => ({
  envelope: ref.envelope,
  kid: to.kid,
  sealed: sealFor(sealingKey, itemBinding(ref, to), key, random),
});

/**
 * The key of a disclosed message; whether it fits the message shows when that is opened.
 * @param place where the message stands, as its signed header says
 * @param to `party`: the recipient; `by`: the key that signed the disclosure
 * @throws `not-readable`, `malformed`
 */
export function openItem(
  { envelope, kid, sealed }: Item,
  place: Omit<ItemRef, 'envelope'>,
  to: Omit<ItemFor, 'kid'>,
  secretKey: Uint8Array,
): ItemKey {
  return openKey(sealed, itemBinding({ ...place, envelope }, { ...to, kid }), secretKey) as ItemKey;
}

function openKey(sealed: string, binding: Binding, secretKey: Uint8Array): Uint8Array {
  const key = openFor(secretKey, binding, sealed);
  if (key.length !== KEY_BYTES) throw new EenmaalError('not-readable');
  return key;
}
