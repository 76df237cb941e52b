/** One log entry, to and from bytes: event JSON in the leaf's commitment, sealed under its dossier's key. */
import type { FoldInput } from '@eenmaal/consent';
import { concat, openWithNonce, type Random, sealWithNonce, text, utf8 } from '@eenmaal/crypto';
import { type CommitEntry, encodeEntryBody, makeLeaf, openEntryBody } from '@eenmaal/ledger';
import { type Event, Event as EventSchema, LEAF_TYPE, parseJson } from '@eenmaal/model';
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
  return {
    leaf,
    slot: draft.slot,
    body: sealWithNonce(vault.keyOf(draft.slot), plain, associated({ leaf, slot: draft.slot }, index), random),
  };
}

/** @throws `not-readable`, `ledger-damaged`, LedgerError `leaf-mismatch` */
export function openEntry({ leaf, slot, body }: CommitEntry, index: number, vault: Vault): Entry {
  const { salt, event, secret } = openEntryBody(
    leaf,
    openWithNonce(vault.keyOf(slot), body, associated({ leaf, slot }, index)),
  );
  const json = text(event);
  const parsed = parseJson(EventSchema, json, 'ledger-damaged');
  return { type: leaf[1] ?? 0, leaf, salt, json, event: parsed, ...(secret && { secret }) };
}
