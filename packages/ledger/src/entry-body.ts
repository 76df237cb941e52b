/**
 * What is inside the sealed body of an entry, before sealing: `salt(32) ‖ u32 event length ‖ event ‖ [secret(32)]`.
 * Sealing under the dossier key is the caller's; destroying that key leaves only the leaf.
 */

import { ByteReader } from './bytes.ts';
import { LedgerError } from './errors.ts';
import { checkLeaf, SALT_BYTES } from './leaf.ts';

export const SECRET_BYTES = 32;
/** An event never needs more: the commit it travels in is at most 1 MiB. */
export const MAX_EVENT_BYTES = 1_000_000;

export type EntryBody = {
  readonly salt: Uint8Array;
  /** The canonical bytes as signed or decided; the leaf commits to them. */
  readonly event: Uint8Array;
  /** A release secret. The leaf does not cover it: the event holds its hash. */
  readonly secret?: Uint8Array;
};

/** @throws `entry-body-format` */
export function encodeEntryBody({ salt, event, secret }: EntryBody): Uint8Array {
  expectFormat(salt.length === SALT_BYTES, 'salt');
  expectFormat(event.length >= 1 && event.length <= MAX_EVENT_BYTES, 'event');
  expectFormat(secret === undefined || secret.length === SECRET_BYTES, 'secret');
  const bytes = new Uint8Array(SALT_BYTES + 4 + event.length + (secret?.length ?? 0));
  bytes.set(salt);
  new DataView(bytes.buffer).setUint32(SALT_BYTES, event.length);
  bytes.set(event, SALT_BYTES + 4);
  if (secret !== undefined) bytes.set(secret, SALT_BYTES + 4 + event.length);
  return bytes;
}

/** Read an opened body; the parts are copies. @throws `entry-body-format` */
export function decodeEntryBody(bytes: Uint8Array): EntryBody {
  const reader = new ByteReader(bytes, 'entry-body-format');
  const salt = reader.take(SALT_BYTES);
  const length = reader.u32();
  expectFormat(length >= 1 && length <= MAX_EVENT_BYTES, 'event');
  const event = reader.take(length);
  if (reader.remaining === 0) return { salt, event };
  expectFormat(reader.remaining === SECRET_BYTES, 'secret');
  return { salt, event, secret: reader.take(SECRET_BYTES) };
}

/** Read an opened body and check that the leaf commits to it. @throws `entry-body-format`, `leaf-format`, `leaf-mismatch` */
export function openEntryBody(leaf: Uint8Array, bytes: Uint8Array): EntryBody {
  const body = decodeEntryBody(bytes);
  checkLeaf(leaf, body.salt, body.event);
  return body;
}

function expectFormat(holds: boolean, detail: string): void {
  if (!holds) throw new LedgerError('entry-body-format', detail);
}
