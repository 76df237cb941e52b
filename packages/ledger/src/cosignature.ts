/**
 * Timestamped Ed25519 cosignatures v1, note signature type 0x04 (C2SP tlog-cosignature): a witness states that at
 * this time the checkpoint was the largest consistent one it had seen.
 * Signature bytes: time in seconds as u64 big-endian, then 64 bytes of Ed25519.
 */

import { concat, utf8 } from '@eenmaal/crypto';
import { isCount } from './bytes.ts';
import { LedgerError } from './errors.ts';
import type { NoteSigner, NoteVerifier, Sign, Verify } from './note.ts';
import { COSIGNATURE_V1, type VerifierKey } from './vkey.ts';

const TIME_BYTES = 8;
const COSIGNATURE_BYTES = TIME_BYTES + 64;

/** Cosign as this witness. @param time seconds since 1970 @throws `vkey-type`, `cosignature-time` */
export function cosigner(key: VerifierKey, sign: Sign, time: number): NoteSigner {
  expectType(key);
  if (!isCount(time)) throw new LedgerError('cosignature-time', `${time}`);
  const stamp = new Uint8Array(TIME_BYTES);
  new DataView(stamp.buffer).setBigUint64(0, BigInt(time));
  return { name: key.name, keyId: key.keyId, sign: (text) => concat(stamp, sign(cosignedBytes(time, text))) };
}

/** Check cosignatures of this witness. @throws `vkey-type` */
export function cosignatureVerifier(key: VerifierKey, verify: Verify): NoteVerifier {
  expectType(key);
  return {
    name: key.name,
    keyId: key.keyId,
    verify(text, signature) {
      const time = cosignatureTime(signature);
      if (time === undefined) return false;
      return verify(key.publicKey, cosignedBytes(time, text), signature.subarray(TIME_BYTES));
    },
  };
}

/** When a cosignature was made, in seconds, or undefined when the bytes cannot be one. Check the signature first. */
export function cosignatureTime(signature: Uint8Array): number | undefined {
  if (signature.length !== COSIGNATURE_BYTES) return undefined;
  const view = new DataView(signature.buffer, signature.byteOffset, signature.byteLength);
  const time = Number(view.getBigUint64(0));
  // C2SP allows up to 2^63 - 1; a time a number cannot hold exactly is no time of day here.
  return Number.isSafeInteger(time) ? time : undefined;
}

function cosignedBytes(time: number, text: Uint8Array): Uint8Array {
  return concat(utf8(`cosignature/v1\ntime ${time}\n`), text);
}

function expectType(key: VerifierKey): void {
  if (key.type !== COSIGNATURE_V1) throw new LedgerError('vkey-type', `${key.name} is no cosigning key`);
}
