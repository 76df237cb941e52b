/** X-Wing taken apart with the platform's own ML-KEM-768 and X25519, both ways; sealing with a nonce; the stream. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  decapsulate as nodeDecapsulate,
  encapsulate as nodeEncapsulate,
} from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concat, fromHex } from './bytes.ts';
import {
  decapsulate,
  encapsulate,
  openStream,
  openWithNonce,
  STREAM_HEADER,
  sealingKeys,
  sealWithNonce,
  startStream,
} from './seal.ts';

const random = (length: number) => globalThis.crypto.getRandomValues(new Uint8Array(length));
const der = (prefix: string, bytes: Uint8Array) => Buffer.from(concat(fromHex(prefix), bytes));
const privateKey = (prefix: string, bytes: Uint8Array) =>
  createPrivateKey({ key: der(prefix, bytes), format: 'der', type: 'pkcs8' });
const publicKey = (prefix: string, bytes: Uint8Array) =>
  createPublicKey({ key: der(prefix, bytes), format: 'der', type: 'spki' });
const X25519_PUBLIC = '302a300506032b656e032100';
const sha3 = (...parts: Uint8Array[]) => Uint8Array.from(createHash('sha3-256').update(Buffer.concat(parts)).digest());
const LABEL = fromHex('5c2e2f2f5e5c');

describe('X-Wing', () => {
  const keys = sealingKeys(random);
  const expanded = createHash('shake256', { outputLength: 96 }).update(keys.secretKey).digest();
  const mlkem = privateKey('3054020100300b0609608648016503040402' + '04428040', expanded.subarray(0, 64));
  const x25519 = privateKey('302e020100300506032b656e04220420', expanded.subarray(64));
  const [mlkemPublic, x25519Public] = [keys.publicKey.subarray(0, 1184), keys.publicKey.subarray(1184)];

  it('encapsulates so that the platform gets the same secret', () => {
    const { ciphertext, secret } = encapsulate(keys.publicKey, random);
    const [inner, outer] = [ciphertext.subarray(0, 1088), ciphertext.subarray(1088)];
    const first = nodeDecapsulate(mlkem, inner);
    const second = diffieHellman({ privateKey: x25519, publicKey: publicKey(X25519_PUBLIC, outer) });
    expect(secret).toEqual(sha3(first, second, outer, x25519Public, LABEL));
  });
  it('decapsulates what the platform made', () => {
    const encapsulation = publicKey('308204b2300b0609608648016503040402' + '038204a100', mlkemPublic);
    const { sharedKey, ciphertext } = nodeEncapsulate(encapsulation);
    const own = generateKeyPairSync('x25519');
    const outer = own.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const second = diffieHellman({ privateKey: own.privateKey, publicKey: publicKey(X25519_PUBLIC, x25519Public) });
    const secret = sha3(sharedKey, second, outer, x25519Public, LABEL);
    expect(decapsulate(keys.secretKey, concat(ciphertext, outer))).toEqual(secret);
  });
  it('gives another secret for a changed ciphertext, and a code for a wrong length', () => {
    const { ciphertext, secret } = encapsulate(keys.publicKey, random);
    for (const at of [0, 1087, 1088, 1119]) {
      const changed = ciphertext.slice();
      changed[at] = (changed[at] as number) ^ 1;
      expect(decapsulate(keys.secretKey, changed)).not.toEqual(secret);
    }
    expect(() => decapsulate(keys.secretKey, ciphertext.subarray(1))).toThrow('not-readable');
    expect(() => encapsulate(keys.publicKey.subarray(1), random)).toThrow('malformed');
  });
});

describe('sealing with a nonce', () => {
  const [key, ad] = [random(32), random(8)];
  it('opens, and only so', () => {
    const sealed = sealWithNonce(key, random(5), ad, random);
    expect(openWithNonce(key, sealed, ad)).toHaveLength(5);
    expect(() => openWithNonce(random(32), sealed, ad)).toThrow('not-readable');
    expect(() => openWithNonce(key, sealed, random(8))).toThrow('not-readable');
    expect(() => openWithNonce(key, sealed.subarray(0, 39), ad)).toThrow('not-readable');
    expect(() => openWithNonce(random(5), sealed, ad)).toThrow('not-readable');
  });
});

describe('a stream', () => {
  const key = random(32);
  const { header, push } = startStream(key);
  const chunks = [push(random(10), false), push(random(20), false), push(random(0), true)];
  it('opens in order', () => {
    const { pull } = openStream(key, header);
    expect(chunks.map(pull).map(({ chunk, last }) => [chunk.length, last])).toEqual([
      [10, false],
      [20, false],
      [0, true],
    ]);
  });
  it.each([[[1]], [[0, 2]], [[0, 0]]])('opens in no other order: %j', (order) => {
    const { pull } = openStream(key, header);
    expect(() => order.map((i) => pull(chunks[i] as Uint8Array))).toThrow('attachment-damaged');
  });
  it('opens with no other key, header or noise', () => {
    expect(() => openStream(random(32), header).pull(chunks[0] as Uint8Array)).toThrow('attachment-damaged');
    expect(() => openStream(key, random(STREAM_HEADER)).pull(chunks[0] as Uint8Array)).toThrow('attachment-damaged');
    expect(() => openStream(key, random(3))).toThrow('attachment-damaged');
    expect(() => openStream(key, header).pull(random(16))).toThrow('attachment-damaged');
  });
});
