/**
 * Verifier keys as one line of text, `name+key id+base64(type ‖ public key)` (C2SP signed-note, "Verifier keys").
 * A key id is shown as 8 lowercase hex digits everywhere in this package.
 */

import { concat, sha256, toBase64, toHex, utf8 } from '@eenmaal/crypto';
import { LedgerError } from './errors.ts';
import { decodeBase64, isKeyName } from './text.ts';

/** Signature types this package can check. Both have 32-byte Ed25519 keys. */
export const ED25519 = 0x01;
export const COSIGNATURE_V1 = 0x04;

const PUBLIC_KEY_BYTES = 32;
// The base64 part may itself hold plus signs, the name and the key id may not.
const VKEY = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/su;

export type KeyType = typeof ED25519 | typeof COSIGNATURE_V1;
export type VerifierKey = {
  readonly name: string;
  readonly keyId: string;
  readonly type: KeyType;
  readonly publicKey: Uint8Array;
};

/** Name a public key. @throws `vkey-format`, `vkey-type` */
export function makeVerifierKey(name: string, type: number, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name)) throw new LedgerError('vkey-format', 'name');
  if (type !== ED25519 && type !== COSIGNATURE_V1) throw new LedgerError('vkey-type', `type ${type}`);
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new LedgerError('vkey-type', `${publicKey.length} bytes`);
  return { name, keyId: keyIdOf(name, type, publicKey), type, publicKey: publicKey.slice() };
}

export function formatVkey({ name, keyId, type, publicKey }: VerifierKey): string {
  return `${name}+${keyId}+${toBase64(concat(Uint8Array.of(type), publicKey))}`;
}

/** @throws `vkey-format`, `vkey-type`, `vkey-key-id` */
export function parseVkey(text: string): VerifierKey {
  const [, name, keyId, encoded] = VKEY.exec(text) ?? [];
  const material = encoded === undefined ? undefined : decodeBase64(encoded);
  if (name === undefined || material === undefined || material.length === 0) throw new LedgerError('vkey-format');
  const key = makeVerifierKey(name, material[0] as number, material.subarray(1));
  if (key.keyId !== keyId) throw new LedgerError('vkey-key-id', `${keyId} is not ${key.keyId}`);
  return key;
}

/** SHA-256(name ‖ 0x0A ‖ type ‖ public key), the first 4 bytes. It tells keys apart; it proves nothing. */
function keyIdOf(name: string, type: number, publicKey: Uint8Array): string {
  return toHex(sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), publicKey)).subarray(0, 4));
}
