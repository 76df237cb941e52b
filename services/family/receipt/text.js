/** How a receipt spells bytes and numbers: one spelling each, anything else is refused with the code the caller names. */

/** Why something is refused: a stable code, the same as the ledger's own where it has one. */
export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export function need(condition, code) {
  if (!condition) throw new Refused(code);
}

const NAME = /^[^\p{White_Space}\p{Surrogate}+]+$/u;
const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const URL_SAFE = STANDARD.replace('+/', '-_');

export const utf8 = (text) => new TextEncoder().encode(text);
export const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The text of UTF-8 bytes; a byte order mark stays a character. */
export function textOf(bytes, code) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused(code);
  }
}

function decode64(text, alphabet, code) {
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    need(value >= 0, code);
    bits = ((bits << 6) | value) & 0xfff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = bits >> held;
  }
  // what is left over must be less than a character, and zero: one spelling only
  need(held < 6 && (bits & ((1 << held) - 1)) === 0, code);
  return bytes;
}

/** RFC 4648 section 4, padded, in its one spelling. */
export function base64(text, code) {
  need(text.length % 4 === 0, code);
  const bare = text.replace(/={1,2}$/, '');
  need(Math.ceil(bare.length / 4) * 4 === text.length, code);
  return decode64(bare, STANDARD, code);
}

/** RFC 4648 section 5, without padding, in its one spelling. */
export const base64url = (text, code) => decode64(text, URL_SAFE, code);

export function toBase64url(bytes) {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const three = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (const shift of [18, 12, 6, 0]) text += URL_SAFE[(three >> shift) & 63];
  }
  return text.slice(0, Math.ceil((bytes.length * 8) / 6));
}

export function decimal(text, code) {
  need(/^(0|[1-9][0-9]{0,15})$/.test(text) && Number(text) <= Number.MAX_SAFE_INTEGER, code);
  return Number(text);
}

/** 32 bytes in base64. */
export function hash(text, code) {
  const bytes = base64(text, code);
  need(bytes.length === 32, code);
  return bytes;
}

/** Any character below U+0020 but newline. */
export const hasControl = (text) => Array.from(text).some((character) => character < ' ' && character !== '\n');

/** C2SP signed-note, "Format": not empty, no white space, no plus; and nothing a terminal would act on. */
export const isName = (text) => NAME.test(text) && !hasControl(text);
