/**
 * SHA-256 and SHA-512 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), written out. The browser has them too, but only as
 * promises and only where it thinks the page is safe; written out, a receipt gets the same answer in every browser.
 */

/** Joins bytes. */
export function join(...parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function sameBytes(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The first `count` primes: the constants of both hashes are the fractions of their roots. */
function primes(count) {
  const found = [];
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime !== 0)) found.push(n);
  return found;
}

/** floor(n^(1/power) * 2^64) without its whole part, exactly, by halving. */
function rootFraction(n, power) {
  const target = BigInt(n) << BigInt(64 * power);
  let low = 0n;
  let high = 1n << 72n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(power) <= target) low = middle;
    else high = middle;
  }
  return BigInt.asUintN(64, low);
}

const START_512 = primes(8).map((prime) => rootFraction(prime, 2));
const ROUNDS_512 = primes(80).map((prime) => rootFraction(prime, 3));
const START_256 = START_512.map((word) => Number(word >> 32n));
const ROUNDS_256 = ROUNDS_512.slice(0, 64).map((word) => Number(word >> 32n));

/** The message, a one bit, zeros, and the length in bits at the end of a whole number of blocks. */
function pad(message, block) {
  const length = Math.ceil((message.length + 1 + block / 8) / block) * block;
  const padded = new Uint8Array(length);
  padded.set(message);
  padded[message.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(length - 8, BigInt(message.length) * 8n);
  return new DataView(padded.buffer);
}

export function sha256(message) {
  const view = pad(message, 64);
  const state = Uint32Array.from(START_256);
  const w = new Uint32Array(64);
  const rotate = (word, by) => (word >>> by) | (word << (32 - by));
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let t = 0; t < 16; t++) w[t] = view.getUint32(block + 4 * t);
    for (let t = 16; t < 64; t++) {
      const s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ (w[t - 15] >>> 3);
      const s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ (w[t - 2] >>> 10);
      w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let t = 0; t < 64; t++) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const t1 = h + s1 + ((e & f) ^ (~e & g)) + ROUNDS_256[t] + w[t];
      const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] += word;
  }
  const digest = new DataView(new ArrayBuffer(32));
  for (const [i, word] of state.entries()) digest.setUint32(4 * i, word);
  return new Uint8Array(digest.buffer);
}

export function hmacSha256(key, message) {
  const block = new Uint8Array(64);
  block.set(key.length > 64 ? sha256(key) : key);
  const mask = (by) => block.map((byte) => byte ^ by);
  return sha256(join(mask(0x5c), sha256(join(mask(0x36), message))));
}

export function sha512(message) {
  const view = pad(message, 128);
  const state = BigUint64Array.from(START_512);
  const w = new BigUint64Array(80);
  const rotate = (word, by) => BigInt.asUintN(64, (word >> by) | (word << (64n - by)));
  for (let block = 0; block < view.byteLength; block += 128) {
    for (let t = 0; t < 16; t++) w[t] = view.getBigUint64(block + 8 * t);
    for (let t = 16; t < 80; t++) {
      const s0 = rotate(w[t - 15], 1n) ^ rotate(w[t - 15], 8n) ^ (w[t - 15] >> 7n);
      const s1 = rotate(w[t - 2], 19n) ^ rotate(w[t - 2], 61n) ^ (w[t - 2] >> 6n);
      w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let t = 0; t < 80; t++) {
      const s1 = rotate(e, 14n) ^ rotate(e, 18n) ^ rotate(e, 41n);
      const s0 = rotate(a, 28n) ^ rotate(a, 34n) ^ rotate(a, 39n);
      const t1 = h + s1 + ((e & f) ^ (BigInt.asUintN(64, ~e) & g)) + ROUNDS_512[t] + w[t];
      const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, BigInt.asUintN(64, d + t1), c, b, a, BigInt.asUintN(64, t1 + t2)];
    }
    for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] += word;
  }
  const digest = new DataView(new ArrayBuffer(64));
  for (const [i, word] of state.entries()) digest.setBigUint64(8 * i, word);
  return new Uint8Array(digest.buffer);
}
