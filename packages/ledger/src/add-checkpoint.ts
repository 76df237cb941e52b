/**
 * What a log sends to a witness, and what comes back (C2SP tlog-witness, `add-checkpoint`). The request: `old <size>`, the
 * consistency proof one hash a line, an empty line, the signed checkpoint. The answer: signature lines of the witness.
 */

import { concat, toBase64 } from '@eenmaal/crypto';
import { expectHash, isCount } from './bytes.ts';
import { type Checkpoint, logKeysFor, openSigned, parseCheckpointText } from './checkpoint.ts';
import { cosignatureTime, cosignatureVerifier, cosigner } from './cosignature.ts';
import { LedgerError } from './errors.ts';
import {
  MAX_NOTE_BYTES,
  type NoteSignature,
  parseNote,
  parseSignatureLines,
  type Sign,
  signatureLines,
  type Verify,
} from './note.ts';
import { decodeDecimal, decodeHash, decodeUtf8, encodeUtf8 } from './text.ts';
import type { VerifierKey } from './vkey.ts';

export const ADD_CHECKPOINT_PATH = 'add-checkpoint';
/** Content type of the answer 409: the size the witness cosigned last, in decimal, and a newline. */
export const SIZE_CONTENT_TYPE = 'text/x.tlog.size';
const MAX_PROOF_LINES = 63;
const OLD = 'old ';

export type AddCheckpoint = {
  /** Of the checkpoint this witness cosigned last; 0 when it cosigned none. */
  readonly oldSize: number;
  readonly proof: readonly Uint8Array[];
  /** The signed note, byte for byte. */
  readonly checkpoint: Uint8Array;
};

/** @throws `add-checkpoint-format`, `hash-format` */
export function formatAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): Uint8Array {
  if (!isCount(oldSize)) throw new LedgerError('add-checkpoint-format', `old size ${oldSize}`);
  if (proof.length > MAX_PROOF_LINES) throw new LedgerError('add-checkpoint-format', `${proof.length} hashes`);
  const lines = [`${OLD}${oldSize}`, ...proof.map((hash) => toBase64(expectHash(hash, 'proof hash'))), '', ''];
  return concat(encodeUtf8(lines.join('\n')) as Uint8Array, checkpoint);
}

/** Take a request apart without believing it; the checkpoint is any bytes yet. @throws `add-checkpoint-format` */
export function parseAddCheckpoint(body: Uint8Array): AddCheckpoint {
  if (body.length > 2 * MAX_NOTE_BYTES) throw new LedgerError('add-checkpoint-format', `${body.length} bytes`);
  const text = decodeUtf8(body);
  if (text === undefined) throw new LedgerError('add-checkpoint-format', 'not UTF-8');
  const split = text.indexOf('\n\n');
  if (split < 0) throw new LedgerError('add-checkpoint-format', 'no checkpoint');
  const [first = '', ...rest] = text.slice(0, split).split('\n');
  const oldSize = first.startsWith(OLD) ? decodeDecimal(first.slice(OLD.length)) : undefined;
  if (oldSize === undefined) throw new LedgerError('add-checkpoint-format', 'old size line');
  if (rest.length > MAX_PROOF_LINES) throw new LedgerError('add-checkpoint-format', `${rest.length} proof lines`);
  const proof = rest.map((line) => {
    const hash = decodeHash(line);
    if (hash === undefined) throw new LedgerError('add-checkpoint-format', 'proof line');
    return hash;
  });
  return { oldSize, proof, checkpoint: encodeUtf8(text.slice(split + 2)) as Uint8Array };
}

/**
 * What a witness checks before it looks at what it has seen, in the protocol's order: a note, of a log it knows, signed by
 * that log, about a checkpoint, not smaller than the old size. Whether it continues the old one is the next question.
 * @param logs the log keys this witness trusts; several with one name are one log
 * @throws `note-too-large`, `note-format`; `checkpoint-origin`; `note-bad-signature`, `note-unsigned`;
 *   `checkpoint-format`; `add-checkpoint-old-size`
 */
export function openSubmission(request: AddCheckpoint, logs: readonly VerifierKey[], verify: Verify): Checkpoint {
  const keys = logKeysFor(request.checkpoint, logs);
  const { text } = openSigned(request.checkpoint, keys, [], verify);
  const checkpoint = parseCheckpointText(text);
  if (request.oldSize > checkpoint.size)
    throw new LedgerError('add-checkpoint-old-size', `${request.oldSize} of ${checkpoint.size}`);
  return checkpoint;
}

/**
 * The answer of a witness that checked everything and has stored the new state.
 * @param time seconds since 1970
 * @throws `vkey-type`, `cosignature-time`
 */
export function cosignatureLines(signed: Uint8Array, witness: VerifierKey, sign: Sign, time: number): Uint8Array {
  return signatureLines(parseNote(signed).text, [cosigner(witness, sign, time)]);
}

/**
 * The cosignature of this witness in its answer, checked; the newest when there are several, lines by other keys ignored.
 * @throws `note-too-large`, `note-format`, `note-unsigned` when it is not there, `note-bad-signature`
 */
export function readCosignature(
  signed: Uint8Array,
  answer: Uint8Array,
  witness: VerifierKey,
  verify: Verify,
): { readonly line: NoteSignature; readonly time: number } {
  const text = encodeUtf8(parseNote(signed).text) as Uint8Array;
  const verifier = cosignatureVerifier(witness, verify);
  const found = parseSignatureLines(answer)
    .filter(({ name, keyId }) => name === witness.name && keyId === witness.keyId)
    .map((line) => {
      if (!verifier.verify(text, line.signature)) throw new LedgerError('note-bad-signature', line.name);
      return { line, time: cosignatureTime(line.signature) as number };
    });
  const [newest] = found.toSorted((a, b) => b.time - a.time);
  if (newest === undefined) throw new LedgerError('note-unsigned', witness.name);
  return newest;
}

/** The size in the answer 409, or undefined when it is none. */
export function readKnownSize(answer: Uint8Array): number | undefined {
  const text = decodeUtf8(answer);
  return text?.endsWith('\n') ? decodeDecimal(text.slice(0, -1)) : undefined;
}
