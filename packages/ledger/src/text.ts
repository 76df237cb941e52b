/** Strict text forms used by the C2SP formats: UTF-8, canonical base64 and plain decimals. */

import { fromBase64, toHex, utf8 } from '@eenmaal/crypto';
import { HASH_BYTES } from './bytes.ts';

const CANONICAL_DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/;
const SPACE_OR_PLUS = /[\p{White_Space}+]/u;

/** The text, or undefined when the bytes are not valid UTF-8 (overlong forms and surrogates included). */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    // The one strict UTF-8 decoder that belongs to the language itself and needs no platform types.
    return decodeURIComponent(toHex(bytes).replace(/../g, '%$&'));
  } catch {
    return undefined;
  }
}

/** UTF-8 bytes, or undefined when the text holds half a surrogate pair and so has no UTF-8 form. */
export function encodeUtf8(text: string): Uint8Array | undefined {
  return text.isWellFormed() ? utf8(text) : undefined;
}

/** The bytes, or undefined unless `text` is exactly what RFC 4648 section 4 encoding of them gives. */
export function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return fromBase64(text);
  } catch {
    return undefined;
  }
}

/** A 32-byte hash from canonical base64, or undefined. */
export function decodeHash(text: string): Uint8Array | undefined {
  const bytes = decodeBase64(text);
  return bytes?.length === HASH_BYTES ? bytes : undefined;
}

/** A whole number below 2^53 without sign or leading zeros, or undefined. */
export function decodeDecimal(text: string): number | undefined {
  if (!CANONICAL_DECIMAL.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** C2SP signed-note: key names are not empty and hold no Unicode space and no plus. */
export function isKeyName(name: string): boolean {
  return name.length > 0 && name.isWellFormed() && !SPACE_OR_PLUS.test(name) && !hasControlCharacter(name);
}

/** True for any character below U+0020 but newline: a terminal could show another text than was signed. */
export function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 && code !== 0x0a) return true;
  }
  return false;
}
