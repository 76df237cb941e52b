/**
 * C2SP signed notes: text, an empty line, then one line `— name base64(key id ‖ signature)` per signature.
 * Whoever reads a note states which keys are trusted; lines by other keys are ignored, a bad line by a trusted key
 * refuses the whole note.
 */

import { concat, fromHex, toBase64, toHex } from '@eenmaal/crypto';
import { LedgerError } from './errors.ts';
import { decodeBase64, decodeUtf8, encodeUtf8, hasControlCharacter, isKeyName } from './text.ts';
import { ED25519, type VerifierKey } from './vkey.ts';

export const MAX_NOTE_BYTES = 1_000_000;
const MAX_NOTE_SIGNATURES = 100;

const KEY_ID_BYTES = 4;
const SIGNATURE_LINE = /^\u2014 ([^ ]+) ([^ ]+)$/u;

/** Make a raw 64-byte Ed25519 signature. */
export type Sign = (bytes: Uint8Array) => Uint8Array;
/** Check a raw Ed25519 signature; false, never an exception, when it is wrong. */
export type Verify = (publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array) => boolean;

export type NoteSignature = { readonly name: string; readonly keyId: string; readonly signature: Uint8Array };
/** `text` includes its last newline. */
export type Note = { readonly text: string; readonly signatures: readonly NoteSignature[] };
/** `sign` gets the note text and returns what follows the key id. */
export type NoteSigner = { readonly name: string; readonly keyId: string; readonly sign: Sign };
export type NoteVerifier = {
  readonly name: string;
  readonly keyId: string;
  readonly verify: (text: Uint8Array, signature: Uint8Array) => boolean;
};

/** Sign `text`, which must end in a newline. @throws `note-format`, `note-too-large` */
export function signNote(text: string, signers: readonly NoteSigner[]): Uint8Array {
  const bytes = encodeText(text);
  return formatNote({ text, signatures: signers.map((signer) => signWith(signer, bytes)) });
}

/** Sign the text of a note and add the lines under those it has already; these are kept as they are, unchecked. */
export function addSignatures(note: Uint8Array, signers: readonly NoteSigner[]): Uint8Array {
  const bytes = encodeText(parseNote(note).text);
  return appendSignatures(
    note,
    signers.map((signer) => signWith(signer, bytes)),
  );
}

/** Add signatures made elsewhere, unchecked. @throws `note-format`, `note-too-large` */
export function appendSignatures(note: Uint8Array, added: readonly NoteSignature[]): Uint8Array {
  const { text, signatures } = parseNote(note);
  return formatNote({ text, signatures: [...signatures, ...added] });
}

/** Signature lines without their note, as a witness answers them. @throws `note-format` */
export function signatureLines(text: string, signers: readonly NoteSigner[]): Uint8Array {
  const bytes = encodeText(text);
  return encodeText(formatLines(signers.map((signer) => signWith(signer, bytes))));
}

/** Take signature lines apart without believing them; there is at least one. @throws `note-too-large`, `note-format` */
export function parseSignatureLines(bytes: Uint8Array): NoteSignature[] {
  if (bytes.length > MAX_NOTE_BYTES) throw new LedgerError('note-too-large', `${bytes.length} bytes`);
  const text = decodeUtf8(bytes);
  if (text === undefined || hasControlCharacter(text)) throw new LedgerError('note-format', 'signature lines');
  return parseLines(text);
}

/**
 * Check a note against trusted keys and return its text with the signatures that verified.
 * @throws `note-too-large`, `note-format`, `note-ambiguous-key`, `note-bad-signature`, `note-unsigned`
 */
export function openNote(note: Uint8Array, trusted: readonly NoteVerifier[]): Note {
  const { text, signatures } = parseNote(note);
  const keys = new Map(trusted.map((key) => [keyOf(key), key]));
  if (keys.size !== trusted.length) throw new LedgerError('note-ambiguous-key');
  const bytes = encodeText(text);
  const verified = signatures.filter((line) => {
    const key = keys.get(keyOf(line));
    if (key === undefined) return false;
    if (!key.verify(bytes, line.signature)) throw new LedgerError('note-bad-signature', line.name);
    return true;
  });
  if (verified.length === 0) throw new LedgerError('note-unsigned');
  return { text, signatures: verified };
}

/** Take a note apart without believing anything it says. @throws `note-too-large`, `note-format` */
export function parseNote(note: Uint8Array): Note {
  if (note.length > MAX_NOTE_BYTES) throw new LedgerError('note-too-large', `${note.length} bytes`);
  const whole = decodeUtf8(note);
  if (whole === undefined) throw new LedgerError('note-format', 'not UTF-8');
  if (hasControlCharacter(whole)) throw new LedgerError('note-format', 'control character');
  const split = whole.lastIndexOf('\n\n');
  if (split < 0 || !whole.endsWith('\n')) throw new LedgerError('note-format', 'no signatures');
  return { text: whole.slice(0, split + 1), signatures: parseLines(whole.slice(split + 2)) };
}

/** Write a note. @throws `note-format`, `note-too-large` */
export function formatNote({ text, signatures }: Note): Uint8Array {
  if (signatures.length === 0) throw new LedgerError('note-format', 'no signatures');
  if (signatures.length > MAX_NOTE_SIGNATURES)
    throw new LedgerError('note-too-large', `${signatures.length} signatures`);
  const note = concat(encodeText(text), encodeText(`\n${formatLines(signatures)}`));
  if (note.length > MAX_NOTE_BYTES) throw new LedgerError('note-too-large', `${note.length} bytes`);
  return note;
}

/** Sign notes as this Ed25519 key (type 0x01). */
export function ed25519Signer(key: VerifierKey, sign: Sign): NoteSigner {
  expectType(key);
  return { name: key.name, keyId: key.keyId, sign };
}

/** Check note signatures of this Ed25519 key (type 0x01). */
export function ed25519Verifier(key: VerifierKey, verify: Verify): NoteVerifier {
  expectType(key);
  return {
    name: key.name,
    keyId: key.keyId,
    verify: (text, signature) => signature.length === 64 && verify(key.publicKey, text, signature),
  };
}

function expectType(key: VerifierKey): void {
  if (key.type !== ED25519) throw new LedgerError('vkey-type', `${key.name} is no note signing key`);
}

function formatLines(signatures: readonly NoteSignature[]): string {
  const lines = signatures.map(({ name, keyId, signature }) => {
    if (!isKeyName(name)) throw new LedgerError('note-format', 'key name');
    return `\u2014 ${name} ${toBase64(concat(fromHex(keyId), signature))}\n`;
  });
  return lines.join('');
}

function parseLines(text: string): NoteSignature[] {
  if (!text.endsWith('\n')) throw new LedgerError('note-format', 'signature line');
  const lines = text.slice(0, -1).split('\n');
  if (lines.length > MAX_NOTE_SIGNATURES) throw new LedgerError('note-too-large', `${lines.length} signatures`);
  return lines.map(parseSignatureLine);
}

function parseSignatureLine(line: string): NoteSignature {
  const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? [];
  const blob = encoded === undefined ? undefined : decodeBase64(encoded);
  if (name === undefined || blob === undefined || !isKeyName(name) || blob.length <= KEY_ID_BYTES) {
    throw new LedgerError('note-format', 'signature line');
  }
  return { name, keyId: toHex(blob.subarray(0, KEY_ID_BYTES)), signature: blob.slice(KEY_ID_BYTES) };
}

function encodeText(text: string): Uint8Array {
  const bytes = encodeUtf8(text);
  if (bytes === undefined || !text.endsWith('\n') || hasControlCharacter(text)) {
    throw new LedgerError('note-format', 'text');
  }
  return bytes;
}

function signWith({ name, keyId, sign }: NoteSigner, text: Uint8Array): NoteSignature {
  return { name, keyId, signature: sign(text) };
}

function keyOf({ name, keyId }: { readonly name: string; readonly keyId: string }): string {
  return `${name}+${keyId}`;
}
