/** Our NATS keys against the reference library's. */
import { nkeys } from '@nats-io/transport-node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPublicNkey, newNkey, nkeySigner } from './nkey.ts';

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('nkeys', () => {
  it('are spelled as the reference library spells them, and sign what it accepts', () => {
    fc.assert(
      fc.property(seeds, fc.string(), (raw, nonce) => {
        const key = newNkey(() => raw);
        const theirs = nkeys.fromSeed(new TextEncoder().encode(key.seed));
        expect(theirs.getPublicKey()).toBe(key.public);
        expect(isPublicNkey(key.public)).toBe(true);
        const signer = nkeySigner(key.seed);
        expect(signer.public).toBe(key.public);
        expect(theirs.verify(new TextEncoder().encode(nonce), Buffer.from(signer.sign(nonce), 'base64url'))).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  it('are refused when a letter is wrong, or when they are of another kind', () => {
    const { seed, public: name } = newNkey(() => new Uint8Array(32).fill(7));
    for (const wrong of ['', 'S', seed.slice(1), seed.replace(/.$/, seed.endsWith('A') ? 'B' : 'A'), name]) {
      expect(() => nkeySigner(wrong)).toThrow(expect.objectContaining({ code: 'malformed' }));
    }
    const account = new TextDecoder().decode(nkeys.createAccount().getSeed());
    expect(() => nkeySigner(account)).toThrow(expect.objectContaining({ code: 'malformed' }));
    expect(isPublicNkey(nkeys.createAccount().getPublicKey())).toBe(false);
    expect(isPublicNkey(seed)).toBe(false);
  });
});
