/** Padding, so that a ciphertext's length tells little: Padmé (Nikitin et al., PURBs, PETS 2019), never under 256 bytes. */
import { EenmaalError } from '@eenmaal/model';

const LEAST = 256;

/** Padmé: the next length whose last bits are zero; costs at most 12 %, and less as it grows. */
export function paddedLength(length: number): number {
  if (length <= LEAST) return LEAST;
  const exponent = Math.floor(Math.log2(length));
  const keep = Math.floor(Math.log2(exponent)) + 1;
  const unit = 2 ** (exponent - keep);
  return Math.ceil(length / unit) * unit;
}

/** content ‖ 0x80 ‖ zeros (ISO/IEC 7816-4) up to the padded length. */
export function pad(content: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(content.length + 1));
  padded.set(content);
  padded[content.length] = 0x80;
  return padded;
}

/** @throws `not-readable` when there is no marker */
export function unpad(padded: Uint8Array): Uint8Array {
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end--;
  if (end < 0 || padded[end] !== 0x80) throw new EenmaalError('not-readable');
  return padded.subarray(0, end);
}
