/**
 * NATS keys: an Ed25519 key pair in the spelling nats-server wants (base32 of a kind prefix, the key, and a CRC-16).
 * Own code, because the reference library computes Ed25519 in JavaScript (12-20 ms a connection instead of under 1).
 */
import { type Random, signBytes, signingKeysFromSeed, toBase64url, utf8 } from '@eenmaal/crypto';
import { EenmaalError } from '@eenmaal/model';

/** `seed` is the secret (S…), `public` the name the server's configuration lists (U…). */
export type Nkey = { seed: string; public: string };

const USER = 20 << 3;
const SEED = 18 << 3;

export function newNkey(random: Random): Nkey {
  const raw = random(32);
  // A seed's kind and its key's kind share the first two bytes.
  const seed = encode([SEED | (USER >> 5), (USER & 31) << 3], raw);
  return { seed, public: encode([USER], signingKeysFromSeed(raw).publicKey) };
}

/** Answers a server's challenge with the key behind `seed`. @throws `malformed` when it is no user seed */
export function nkeySigner(seed: string): { public: string; sign(nonce: string): string } {
  const bytes = decode(seed.trim());
  if (bytes.length !== 34 || bytes[0] !== (SEED | (USER >> 5)) || bytes[1] !== (USER & 31) << 3) {
    throw new EenmaalError('malformed', 'nkey seed of a user');
  }
  const keys = signingKeysFromSeed(bytes.subarray(2));
  return {
    public: encode([USER], keys.publicKey),
    sign: (nonce) => toBase64url(signBytes(keys.secretKey, utf8(nonce))),
  };
}

/** Whether this is the public key of a user. */
export function isPublicNkey(value: string): boolean {
  try {
    const bytes = decode(value);
    return bytes.length === 33 && bytes[0] === USER;
  } catch {
    return false;
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function encode(prefix: readonly number[], key: Uint8Array): string {
  const body = Uint8Array.of(...prefix, ...key);
  const sum = crc16(body);
  let out = '';
  let bits = 0;
  let held = 0;
  for (const byte of [...body, sum & 255, sum >> 8]) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) out += ALPHABET[(held >> (bits - 5)) & 31];
  }
  return bits > 0 ? out + ALPHABET[(held << (5 - bits)) & 31] : out;
}

function decode(value: string): Uint8Array {
  const out: number[] = [];
  let bits = 0;
  let held = 0;
  for (const letter of value) {
    const five = ALPHABET.indexOf(letter);
    if (five < 0) throw new EenmaalError('malformed', 'nkey');
    held = ((held << 5) | five) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out.push((held >> bits) & 255);
    }
  }
  const body = Uint8Array.from(out.slice(0, -2));
  const sum = crc16(body);
  if (out.length < 3 || out.at(-2) !== (sum & 255) || out.at(-1) !== sum >> 8) {
    throw new EenmaalError('malformed', 'nkey checksum');
  }
  return body;
}

/** CRC-16/XMODEM. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let i = 0; i < 8; i++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc;
}
