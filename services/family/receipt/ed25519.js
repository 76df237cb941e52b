/**
 * Checking Ed25519 signatures, written out from RFC 8032 section 5.1. Only checking: nothing here is secret. Browsers
 * disagree on strange signatures: of the 50 in test/vectors/receipt, Chromium 156 accepts 15 that should be refused and
 * Firefox 153 accepts 9 (keys of small order, and spellings that only one of them takes). What is proved must not depend
 * on the browser, so this is the strict reading: S below L, key and R in their one spelling and not of small order, and
 * the equation without a cofactor.
 */
import { join, sha512 } from './hash.js';

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (value) => ((value % P) + P) % P;

function power(base, exponent) {
  let result = 1n;
  for (let square = base; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}
const inverse = (value) => power(value, P - 2n);

const D = mod(-121665n * inverse(121666n));
const SQRT_MINUS_1 = power(2n, (P - 1n) / 4n);

/** Points as X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z. */
const IDENTITY = [0n, 1n, 1n, 0n];

function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * t1 * t2 * D);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function multiply(scalar, point) {
  let result = IDENTITY;
  for (let double = point; scalar > 0n; scalar >>= 1n) {
    if (scalar & 1n) result = add(result, double);
    double = add(double, double);
  }
  return result;
}

const negate = ([x, y, z, t]) => [mod(-x), y, z, mod(-t)];
const isIdentity = ([x, y, z]) => x === 0n && y === z;

const littleEndian = (bytes) => bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);

/** RFC 8032, 5.1.3. Undefined when the bytes are no point, are not its one spelling, or a point of small order. */
function decodePoint(bytes) {
  const sign = bytes[31] >> 7;
  const y = BigInt.asUintN(255, littleEndian(bytes));
  if (y >= P) return undefined;
  const u = mod(y * y - 1n);
  const v = mod(D * y * y + 1n);
  const candidate = mod(u * v ** 3n * power(mod(u * v ** 7n), (P - 5n) / 8n));
  const square = mod(v * candidate * candidate);
  if (square !== u && square !== mod(-u)) return undefined;
  const root = square === u ? candidate : mod(candidate * SQRT_MINUS_1);
  if (root === 0n && sign === 1) return undefined;
  const x = Number(root & 1n) === sign ? root : P - root;
  const point = [x, y, 1n, mod(x * y)];
  return isIdentity(multiply(8n, point)) ? undefined : point;
}

const BASE = decodePoint(Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0x58 : 0x66)));

/** True when `signature` is this key's signature over `message`; false, never an exception, for anything else. */
export function verifyEd25519(publicKey, message, signature) {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const r = signature.slice(0, 32);
  const s = littleEndian(signature.slice(32));
  const pointA = decodePoint(publicKey);
  const pointR = decodePoint(r);
  if (s >= L || pointA === undefined || pointR === undefined) return false;
  const h = littleEndian(sha512(join(r, publicKey, message))) % L;
  return isIdentity(add(multiply(s, BASE), negate(add(pointR, multiply(h, pointA)))));
}
