/**
 * Single messages shown to somebody on a basis in law, from both sides: the key of each sealed for one recipient, and
 * found again by that recipient. Whether it opens anything is the ledger's decision, at every opening.
 */
import { prohibition } from '@eenmaal/consent';
import { type Identity, type Random, sealingBytes } from '@eenmaal/crypto';
import { type Item, type ItemKey, itemKey, openItem, openMessage, readHeader, sealItem } from '@eenmaal/envelope';
import {
  type Content,
  EenmaalError,
  type Envelope,
  type ErrorCode,
  type Id,
  type PartyId,
  type StatementOf,
} from '@eenmaal/model';
import type { KeyRing } from './key-ring.ts';
import type { Mirror } from './mirror.ts';
import { unlessRefused } from './refused.ts';

/** Which messages to show to whom, and on what basis. */
export type Disclosing = Omit<StatementOf<'disclose'>, 'v' | 'id' | 'by' | 'at' | 'seen' | 'kind' | 'items'> & {
  envelopes: readonly Id[];
};
/** What a participant has to open messages with. */
export type Holder = { party: PartyId; identity: Identity; mirror: Mirror; ring: KeyRing };

// `malformed`: base64url in a spelling that only the one who wrote it can have chosen
const NO_KEY: readonly ErrorCode[] = ['not-readable', 'malformed'];

/**
 * The key of each message, sealed for `to`.
 * @param headers signed headers, checked, of messages of which the holder has the compartment's key
 * @throws `key-unregistered` when the recipient has no keys, `not-readable` when the holder has none, `mark-too-wide` when
 * a message's marks keep it from this recipient
 */
export function itemsFor(
  { identity, mirror, ring }: Holder,
  to: PartyId,
  headers: readonly string[],
  random: Random,
): Item[] {
  const { state } = mirror;
  const recipient = state.parties.get(to);
  if (!recipient?.keys || !recipient.sealingKid) throw new EenmaalError('key-unregistered', 'the recipient');
  const sealingKey = sealingBytes(recipient.keys);
  const whom = { party: to, kid: recipient.sealingKid, by: identity.signing.kid };
  return headers.map((header) => {
    const { id, dossier, compartment, epoch, marks, sender } = readHeader(header);
    // the ledger would never open it; its key must not leave either
    const { subjects } = state.compartments.get(compartment) ?? { subjects: [] };
    if (prohibition(state, { subjects }, recipient, { marks }, sender))
      throw new EenmaalError('mark-too-wide', 'disclosure');
    const key = itemKey(ring.keysOf({ dossier, compartment, epoch }).epoch, header);
    return sealItem(key, { dossier, compartment, envelope: id }, whom, sealingKey, random);
  });
}

/**
 * Every key this party was given for a message: as a reader of its compartment, then by disclosures, the newest first.
 * Which of them fits shows when it is opened; one that does not must not stand in the way of one that does.
 */
export function itemKeysOf({ party, identity, mirror, ring }: Holder, header: string): ItemKey[] {
  const { id, dossier, compartment, epoch } = readHeader(header);
  const own = unlessRefused(NO_KEY, () => itemKey(ring.keysOf({ dossier, compartment, epoch }).epoch, header));
  const disclosed = [...(mirror.disclosures.get(id) ?? [])].reverse().map(({ statement, kid: by }) => {
    const item = statement.items.find(({ envelope }) => envelope === id);
    const mine = statement.to === party && item?.kid === identity.sealing.kid;
    return item && mine
      ? unlessRefused(NO_KEY, () => openItem(item, { dossier, compartment }, { party, by }, identity.sealing.secretKey))
      : null;
  });
  return [own, ...disclosed].filter((key) => key !== null);
}

/** @throws `not-readable` when no key fits, `secret-mismatch`, `malformed` */
export function openWithAny(envelope: Envelope, keys: readonly ItemKey[], secret: Uint8Array): Content {
  for (const key of keys) {
    const content = unlessRefused(['not-readable'], () => openMessage(envelope, key, secret));
    if (content !== null) return content;
  }
  throw new EenmaalError('not-readable');
}
