/**
 * Checkpoints (C2SP tlog-checkpoint): `origin\nsize\nbase64(root)\n` as a note, signed by the log and cosigned by
 * witnesses. Stricter than C2SP in two points: extension lines are refused, because no monitor can check them, and
 * the name of the log's key is its origin.
 * How many witnesses are enough is not decided here.
 */

import { toBase64 } from '@eenmaal/crypto';
import { equalBytes, expectHash, isCount } from './bytes.ts';
import { cosignatureTime, cosignatureVerifier, cosigner } from './cosignature.ts';
import { LedgerError } from './errors.ts';
import {
  addSignatures,
  ed25519Signer,
  ed25519Verifier,
  type NoteSignature,
  openNote,
  parseNote,
  type Sign,
  signNote,
  type Verify,
} from './note.ts';
import { decodeDecimal, decodeHash, isKeyName } from './text.ts';
import { emptyRoot } from './tree-hash.ts';
import type { VerifierKey } from './vkey.ts';

export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Uint8Array };
/** `time` in seconds since 1970, as stated by the witness. */
export type Cosignature = { readonly name: string; readonly keyId: string; readonly time: number };
export type SignedCheckpoint = Checkpoint & { readonly cosignatures: readonly Cosignature[] };
/** Whose signatures count: the log's key (type 0x01) and the witnesses' keys (type 0x04). */
export type CheckpointKeys = { readonly log: VerifierKey; readonly witnesses: readonly VerifierKey[] };

/** The text that is signed. @throws `checkpoint-format`, `hash-format` */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  if (!isKeyName(origin)) throw new LedgerError('checkpoint-format', 'origin');
  if (!isCount(size)) throw new LedgerError('checkpoint-format', `size ${size}`);
  expectHash(root, 'root');
  expectEmptyRoot(size, root);
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** Read the text of a checkpoint. @throws `checkpoint-format` */
export function parseCheckpoint(text: string): Checkpoint {
  const checkpoint = parseCheckpointText(text);
  expectEmptyRoot(checkpoint.size, checkpoint.root);
  return checkpoint;
}

/** The form only: size 0 may come with any root. For a witness, to whom that is a bad proof. @throws `checkpoint-format` */
export function parseCheckpointText(text: string): Checkpoint {
  const lines = text.split('\n');
  const [origin, sizeText, rootText, rest] = lines;
  if (lines.length !== 4 || rest !== '') throw new LedgerError('checkpoint-format', 'not exactly three lines');
  if (origin === undefined || !isKeyName(origin)) throw new LedgerError('checkpoint-format', 'origin');
  const size = decodeDecimal(sizeText ?? '');
  if (size === undefined) throw new LedgerError('checkpoint-format', 'size');
  const root = decodeHash(rootText ?? '');
  if (root === undefined) throw new LedgerError('checkpoint-format', 'root');
  return { origin, size, root };
}

/** Sign as the log. Its key must bear the origin as name. @throws as `formatCheckpoint`, `checkpoint-origin`, `vkey-type` */
export function signCheckpoint(checkpoint: Checkpoint, log: VerifierKey, sign: Sign): Uint8Array {
  if (checkpoint.origin !== log.name) throw new LedgerError('checkpoint-origin', checkpoint.origin);
  return signNote(formatCheckpoint(checkpoint), [ed25519Signer(log, sign)]);
}

/**
 * Add a witness's cosignature. The caller has checked the log's signature and consistency with what it saw before,
 * and has stored the new state: a witness promises with this line.
 * @param time seconds since 1970
 */
export function cosignCheckpoint(signed: Uint8Array, witness: VerifierKey, sign: Sign, time: number): Uint8Array {
  return addSignatures(signed, [cosigner(witness, sign, time)]);
}

/**
 * Check a signed checkpoint, in this order: note, signatures of known keys, signed by the log, text, origin.
 * Cosignatures of unknown witnesses are ignored; of known ones the valid ones are returned, which may be none.
 * @throws the codes of `openNote`, `checkpoint-unsigned`, `checkpoint-format`, `checkpoint-origin`
 */
export function openCheckpoint(
  signed: Uint8Array,
  { log, witnesses }: CheckpointKeys,
  verify: Verify,
): SignedCheckpoint {
  const { text, cosignatures } = openSigned(signed, [log], witnesses, verify);
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== log.name) throw new LedgerError('checkpoint-origin', checkpoint.origin);
  return { ...checkpoint, cosignatures };
}

/** The keys whose name is the origin of a checkpoint, which nobody has checked yet. @throws `checkpoint-origin` when none */
export function logKeysFor(signed: Uint8Array, logs: readonly VerifierKey[]): VerifierKey[] {
  const [origin] = parseNote(signed).text.split('\n');
  const keys = logs.filter(({ name }) => name === origin);
  if (keys.length === 0) throw new LedgerError('checkpoint-origin', origin);
  return keys;
}

/**
 * The text of a note that one of these log keys signed, and the valid cosignatures of these witnesses.
 * @throws the codes of `openNote`, `checkpoint-unsigned`
 */
export function openSigned(
  signed: Uint8Array,
  logs: readonly VerifierKey[],
  witnesses: readonly VerifierKey[],
  verify: Verify,
): { text: string; cosignatures: Cosignature[] } {
  const note = openNote(signed, [
    ...logs.map((log) => ed25519Verifier(log, verify)),
    ...witnesses.map((witness) => cosignatureVerifier(witness, verify)),
  ]);
  const isLog = (line: NoteSignature) => logs.some(({ name, keyId }) => line.name === name && line.keyId === keyId);
  if (!note.signatures.some(isLog)) throw new LedgerError('checkpoint-unsigned');
  const cosignatures = note.signatures
    .filter((line) => !isLog(line))
    .map(({ name, keyId, signature }) => ({ name, keyId, time: cosignatureTime(signature) as number }));
  return { text: note.text, cosignatures };
}

function expectEmptyRoot(size: number, root: Uint8Array): void {
  if (size === 0 && !equalBytes(root, emptyRoot())) throw new LedgerError('checkpoint-format', 'root of an empty log');
}
