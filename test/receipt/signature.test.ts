/** The page's own hashes and Ed25519: against the platform's, against libsodium, and against every strange signature we know of. */
import { createHash, createHmac, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fromHex, signBytes, signingKeysFromSeed, verifyBytes } from '@eenmaal/crypto';
import { seededRandom } from '@eenmaal/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { core } from './page-core.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 1000 : 60 };
const random = seededRandom('signatures');
type Case = { name: string; publicKey: string; message: string; signature: string; valid: boolean };
const { cases } = JSON.parse(readFileSync(new URL('../vectors/receipt/ed25519.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

/** OpenSSL's answer; false for a key or signature it will not look at. */
function openssl(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const key = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') };
    return verify(null, message, createPublicKey({ key, format: 'jwk' }), signature);
  } catch {
    return false;
  }
}

describe('hashes', () => {
  const lengths = [0, 1, 3, 55, 56, 63, 64, 65, 111, 112, 119, 127, 128, 129, 1000, 100_000];
  it.each(lengths)('of %i bytes are those of the platform', (length) => {
    const [message, key] = [random(length), random(Math.min(length, 200))];
    const digest = (name: string) => new Uint8Array(createHash(name).update(message).digest());
    expect(core.sha256(message)).toEqual(digest('sha256'));
    expect(core.sha512(message)).toEqual(digest('sha512'));
    expect(core.hmacSha256(key, message)).toEqual(new Uint8Array(createHmac('sha256', key).update(message).digest()));
  });
});

describe('Ed25519', () => {
  it.each(cases.map((vector) => [vector.name, vector]))('%s', (_name, { publicKey, message, signature, valid }) => {
    const [key, text, signed] = [fromHex(publicKey), fromHex(message), fromHex(signature)];
    expect(core.verifyEd25519(key, text, signed)).toBe(valid);
    // what the page accepts, nobody else may refuse
    if (valid) expect([verifyBytes(key, text, signed), openssl(key, text, signed)]).toEqual([true, true]);
  });

  it('knows which of these the ledger reads otherwise', () => {
    const differ = cases.filter(({ publicKey, message, signature, valid }) => {
      return verifyBytes(fromHex(publicKey), fromHex(message), fromHex(signature)) !== valid;
    });
    expect(differ.map(({ name }) => name)).toEqual([]);
  });

  it('accepts what others sign, and refuses any flipped bit', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const property = fc.property(bytes(32), fc.uint8Array({ maxLength: 300 }), fc.nat(767), (seed, message, bit) => {
      const { publicKey, secretKey } = signingKeysFromSeed(seed);
      const signature = signBytes(secretKey, message);
      expect(core.verifyEd25519(publicKey, message, signature)).toBe(true);
      const both = new Uint8Array([...publicKey, ...signature]);
      both[bit >> 3] = (both[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(core.verifyEd25519(both.slice(0, 32), message, both.slice(32))).toBe(false);
    });
    fc.assert(property, RUNS);
  });
});
