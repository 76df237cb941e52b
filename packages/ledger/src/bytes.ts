/** Byte helpers shared by the binary formats: comparing, copying and strict reading of big-endian fields. */

import { LedgerError, type LedgerErrorCode } from './errors.ts';

export const HASH_BYTES = 32;

/** True when both have the same bytes. Only for public values such as hashes: it is not constant-time. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Returns `hash` when it is 32 bytes. @throws `hash-format` */
export function expectHash(hash: Uint8Array, what: string): Uint8Array {
  if (hash.length !== HASH_BYTES) throw new LedgerError('hash-format', `${what} has ${hash.length} bytes`);
  return hash;
}

/** True for a whole number from 0 to 2^53 - 1: the only counts and times this package accepts. */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** A cursor over bytes; every step out of bounds throws `code`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #code: LedgerErrorCode;
  #offset = 0;

  constructor(bytes: Uint8Array, code: LedgerErrorCode) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#code = code;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** The next `length` bytes, as a copy. */
  take(length: number): Uint8Array {
    const start = this.#step(length);
    return this.#bytes.slice(start, start + length);
  }

  u8(): number {
    return this.#view.getUint8(this.#step(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#step(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#step(4));
  }

  /** A 64-bit number that must also be a safe integer, so no index or time is ever rounded. */
  u64(): number {
    const value = Number(this.#view.getBigUint64(this.#step(8)));
    if (!Number.isSafeInteger(value)) throw new LedgerError(this.#code, 'a number is above 2^53 - 1');
    return value;
  }

  #step(length: number): number {
    if (length > this.remaining) throw new LedgerError(this.#code, 'the bytes end too early');
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}
