/** One log entry, to and from bytes: event JSON in the leaf's commitment, sealed under its own key of its dossier's. */
import type { FoldInput } from '@eenmaal/consent';
import {
  concat,
  equal,
  fromBase64url,
  hash256,
  openWithNonce,
  type Random,
  sealWithNonce,
  text,
  utf8,
  wipe,
} from '@eenmaal/crypto';
import { type CommitEntry, encodeEntryBody, makeLeaf, openEntryBody } from '@eenmaal/ledger';
import {
  EenmaalError,
  type Event,
  type EventOf,
  Event as EventSchema,
  type Instant,
  LEAF_TYPE,
  parseJson,
} from '@eenmaal/model';
import type { Vault } from './vault.ts';

/** An entry about to be appended. `secret`: a release secret, kept beside the event, never shown with it. */
export type Draft = { slot: string; event: Event; input: FoldInput; secret?: Uint8Array };

/** An entry as read back. */
export type Entry = {
  type: number;
  leaf: Uint8Array;
  salt: Uint8Array;
  json: string;
  event: Event;
  secret?: Uint8Array;
};

const leafType = ({ event, input }: Draft): number => {
  if (input.kind === 'statement' && input.statement.kind === 'withdraw') return LEAF_TYPE.withdraw;
  return LEAF_TYPE[event.kind];
};

/** A body opens only at its own place: moved to another entry, slot or leaf it is noise. */
const associated = ({ leaf, slot }: Pick<CommitEntry, 'leaf' | 'slot'>, index: number): Uint8Array =>
  concat(utf8(`eenmaal/v1/entry/${slot}/${index}/`), leaf);

export function sealEntry(draft: Draft, index: number, vault: Vault, random: Random): CommitEntry {
  const event = utf8(JSON.stringify(draft.event));
  const salt = random(32);
  const leaf = makeLeaf(leafType(draft), salt, event);
  const plain = encodeEntryBody({ salt, event, ...(draft.secret && { secret: draft.secret }) });
  const key = vault.keyOf(draft.slot, index);
  if (!key) throw new EenmaalError('ledger-damaged', 'a dossier key is missing');
  const body = sealWithNonce(key, plain, associated({ leaf, slot: draft.slot }, index), random);
  wipe(key);
  return { leaf, slot: draft.slot, body };
}

/** null when its key was destroyed. @throws `not-readable`, `ledger-damaged`, LedgerError `leaf-mismatch` */
export function openEntry({ leaf, slot, body }: CommitEntry, index: number, vault: Vault): Entry | null {
  const key = vault.keyOf(slot, index);
  if (!key) return null;
  const { salt, event, secret } = openEntryBody(leaf, openWithNonce(key, body, associated({ leaf, slot }, index)));
  wipe(key);
  const json = text(event);
  const parsed = parseJson(EventSchema, json, 'ledger-damaged');
  return { type: leaf[1] ?? 0, leaf, salt, json, event: parsed, ...(secret && { secret }) };
}

/** The time of a commit is in no leaf and no key protects it: what is in the commit says when it was. @throws `ledger-damaged` */
export function atTime(entry: Entry | null, at: Instant): Entry | null {
  if (entry && entry.event.at !== at)
    throw new EenmaalError('ledger-damaged', 'a commit says another time than its entry');
  return entry;
}

/** Whether this is what a message was sent with. */
export const isBodyOf = ({ bodyHash }: EventOf<'message'>, body: Uint8Array): boolean =>
  equal(hash256(body), fromBase64url(bodyHash));
