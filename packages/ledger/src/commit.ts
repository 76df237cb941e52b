/**
 * A commit: one message of the ledger stream, holding 1 to 4,096 entries that became durable together.
 * FORMAT.md draws the bytes. Decoding is strict: every commit has one spelling, and damage is found by the digest at
 * its end. Whether it belongs after what was read before is `chain.ts`'s question.
 */

import { concat, hash256, utf8 } from '@eenmaal/crypto';
import { ByteReader, equalBytes, expectHash, HASH_BYTES, isCount } from './bytes.ts';
import { LedgerError } from './errors.ts';
import { LEAF_BYTES, parseLeaf } from './leaf.ts';

export const MAX_COMMIT_BYTES = 1_048_576;
export const MAX_COMMIT_ENTRIES = 4_096;

const MAGIC = utf8('EML');
const VERSION = 0x01;
const HEADER_BYTES = 56;
const SLOT = /^[!-~]{1,64}$/;

/** One entry: the leaf that stays, the vault slot of the key that seals the body, and the sealed body, opaque here. */
export type CommitEntry = { readonly leaf: Uint8Array; readonly slot: string; readonly body: Uint8Array };

export type Commit = {
  /** Index of the first entry in the log. */
  readonly firstIndex: number;
  /** When the ledger decided, in milliseconds since 1970. */
  readonly timeMs: number;
  /** Root of the tree of `firstIndex` leaves, before this commit. */
  readonly rootBefore: Uint8Array;
  readonly entries: readonly CommitEntry[];
};

/** Bytes a commit of these entries will take, to decide when one is full. */
export function commitSize(entries: readonly CommitEntry[]): number {
  return entries.reduce((sum, entry) => sum + entrySize(entry), HEADER_BYTES + HASH_BYTES);
}

/** Bytes one more entry adds to a commit. */
export function entrySize({ slot, body }: CommitEntry): number {
  return LEAF_BYTES + 1 + slot.length + 4 + body.length;
}

/** @throws `commit-format`, `leaf-format`, `hash-format` when what is given cannot be a commit */
export function encodeCommit({ firstIndex, timeMs, rootBefore, entries }: Commit): Uint8Array {
  expectFormat(isCount(firstIndex) && isCount(firstIndex + entries.length), 'first index');
  expectFormat(isCount(timeMs), 'time');
  expectFormat(entries.length >= 1 && entries.length <= MAX_COMMIT_ENTRIES, `${entries.length} entries`);
  const size = commitSize(entries);
  expectFormat(size <= MAX_COMMIT_BYTES, `${size} bytes`);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  bytes.set(concat(MAGIC, Uint8Array.of(VERSION)), 0);
  view.setBigUint64(4, BigInt(firstIndex));
  view.setBigUint64(12, BigInt(timeMs));
  bytes.set(expectHash(rootBefore, 'root'), 20);
  view.setUint32(52, entries.length);
  let offset = HEADER_BYTES;
  for (const entry of entries) {
    parseLeaf(entry.leaf);
    expectFormat(SLOT.test(entry.slot), 'slot');
    expectFormat(entry.body.length >= 1, 'body');
    bytes.set(entry.leaf, offset);
    view.setUint8(offset + LEAF_BYTES, entry.slot.length);
    bytes.set(utf8(entry.slot), offset + LEAF_BYTES + 1);
    view.setUint32(offset + LEAF_BYTES + 1 + entry.slot.length, entry.body.length);
    offset += entrySize(entry);
    bytes.set(entry.body, offset - entry.body.length);
  }
  bytes.set(hash256(bytes.subarray(0, offset)), offset);
  return bytes;
}

/**
 * Read a commit; the parts are copies.
 * Order of checks: size, magic, version, digest, fields, nothing left over.
 * @throws `commit-format`, `commit-version`, `commit-digest`, `leaf-format`
 */
export function decodeCommit(bytes: Uint8Array): Commit {
  expectFormat(bytes.length > HEADER_BYTES + HASH_BYTES && bytes.length <= MAX_COMMIT_BYTES, `${bytes.length} bytes`);
  const body = bytes.subarray(0, bytes.length - HASH_BYTES);
  const reader = new ByteReader(body, 'commit-format');
  expectFormat(equalBytes(reader.take(MAGIC.length), MAGIC), 'magic');
  const version = reader.u8();
  if (version !== VERSION) throw new LedgerError('commit-version', `version ${version}`);
  if (!equalBytes(hash256(body), bytes.subarray(body.length))) throw new LedgerError('commit-digest');
  const firstIndex = reader.u64();
  const timeMs = reader.u64();
  const rootBefore = reader.take(HASH_BYTES);
  const count = reader.u32();
  expectFormat(count >= 1 && count <= MAX_COMMIT_ENTRIES && isCount(firstIndex + count), `${count} entries`);
  const entries = Array.from({ length: count }, () => readEntry(reader));
  expectFormat(reader.remaining === 0, 'bytes left over');
  return { firstIndex, timeMs, rootBefore, entries };
}

function readEntry(reader: ByteReader): CommitEntry {
  const leaf = reader.take(LEAF_BYTES);
  parseLeaf(leaf);
  const slot = String.fromCharCode(...reader.take(reader.u8()));
  expectFormat(SLOT.test(slot), 'slot');
  const length = reader.u32();
  expectFormat(length >= 1, 'body');
  return { leaf, slot, body: reader.take(length) };
}

function expectFormat(holds: boolean, detail: string): void {
  if (!holds) throw new LedgerError('commit-format', detail);
}
