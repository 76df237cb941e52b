/** Bytes and their spellings. One place, so that every room spells them the same, strictly. */
import { EenmaalError } from '@eenmaal/model';
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import sodium from 'libsodium-wrappers';

await sodium.ready;

// every runtime has it, the compiler's pure library does not; one for all calls, which halves the cost of short texts
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
const encoder = new TextEncoder();

export const concat = concatBytes;
export const utf8 = (value: string): Uint8Array => encoder.encode(value);
export const toHex = bytesToHex;
export const fromHex = hexToBytes;

/** Strict UTF-8 decoding; anything else is `malformed`. */
export function text(bytes: Uint8Array): string {
  // decoders drop a byte order mark silently: two byte strings would be one text
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    throw new EenmaalError('malformed', 'byte order mark');
  try {
    return sodium.to_string(bytes);
  } catch (cause) {
    throw new EenmaalError('malformed', 'not UTF-8', { cause });
  }
}

/** Unpadded base64url (RFC 4648 section 5). */
export const toBase64url = (bytes: Uint8Array): string =>
  sodium.to_base64(bytes, sodium.base64_variants.URLSAFE_NO_PADDING);
/** Padded base64 (RFC 4648 section 4), the C2SP formats' spelling. */
export const toBase64 = (bytes: Uint8Array): string => sodium.to_base64(bytes, sodium.base64_variants.ORIGINAL);

function decode(value: string, variant: number, encode: (bytes: Uint8Array) => string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = sodium.from_base64(value, variant);
  } catch (cause) {
    throw new EenmaalError('malformed', 'not base64', { cause });
  }
  // two spellings of the same bytes would be two different signed texts: only the canonical one passes
  if (encode(bytes) !== value) throw new EenmaalError('malformed', 'base64 is not canonical');
  return bytes;
}
export const fromBase64url = (value: string): Uint8Array =>
  decode(value, sodium.base64_variants.URLSAFE_NO_PADDING, toBase64url);
export const fromBase64 = (value: string): Uint8Array => decode(value, sodium.base64_variants.ORIGINAL, toBase64);

/** Constant-time comparison of equally long secrets. */
export const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && sodium.memcmp(a, b);
/** Overwrites key bytes. JavaScript may have copied them before; SECURITY.md says what this can and cannot do. */
export const wipe = (bytes: Uint8Array): void => sodium.memzero(bytes);

/** A source of random bytes; a parameter everywhere, so that tests can replay a run from one seed. */
export type Random = (length: number) => Uint8Array;
