/** Signatures against jose: each side verifies what the other made; and the one form of a JWS that is accepted. */
import { EenmaalError } from '@eenmaal/model';
import fc from 'fast-check';
import { CompactSign, compactVerify, FlattenedSign, flattenedVerify, importJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { toBase64url, utf8 } from './bytes.ts';
import { readJws, sign, signDetached, signingKeysFromSeed } from './sign.ts';

const seed = new Uint8Array(32).fill(3);
const keys = signingKeysFromSeed(seed);
const jwk = { kty: 'OKP', crv: 'Ed25519', x: toBase64url(keys.publicKey) };
const payload = utf8('{"één":1}');
const typ = 'eenmaal-statement+jws';
const header = { alg: 'Ed25519', kid: keys.kid, typ };
const secret = () => importJWK({ ...jwk, d: toBase64url(seed) }, 'Ed25519');

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof EenmaalError) return error.code;
    throw error;
  }
  return undefined;
}

describe('a compact JWS', () => {
  it('of ours is accepted by jose', async () => {
    const { payload: read, protectedHeader } = await compactVerify(
      sign(keys, typ, payload),
      await importJWK(jwk, 'Ed25519'),
    );
    expect(read).toEqual(payload);
    expect(protectedHeader).toEqual(header);
  });
  it('of jose, with our header in our order, is ours to the byte', async () => {
    const made = await new CompactSign(payload).setProtectedHeader(header).sign(await secret());
    expect(made).toBe(sign(keys, typ, payload));
    readJws(made, typ).verify(keys.publicKey);
  });
  it('of jose with the same members in another order, or one more, is refused: one object has one spelling', async () => {
    for (const other of [
      { typ, alg: 'Ed25519', kid: keys.kid },
      { ...header, cty: 'json' },
      { alg: 'EdDSA', kid: keys.kid, typ },
    ]) {
      const made = await new CompactSign(payload)
        .setProtectedHeader(other)
        .sign(await importJWK({ ...jwk, d: toBase64url(seed) }, other.alg));
      expect(codeOf(() => readJws(made, typ))).toBe('malformed');
    }
  });
});

describe('a detached JWS', () => {
  const detached = signDetached(keys, 'eenmaal-envelope+jws', payload);
  const [head = '', , signature = ''] = detached.split('.');
  it('of ours is accepted by jose', async () => {
    const flattened = { protected: head, payload: toBase64url(payload), signature };
    expect((await flattenedVerify(flattened, await importJWK(jwk, 'Ed25519'))).payload).toEqual(payload);
  });
  it('of jose is accepted by us', async () => {
    const of = { ...header, typ: 'eenmaal-envelope+jws' };
    const made = await new FlattenedSign(payload).setProtectedHeader(of).sign(await secret());
    expect(`${made.protected}..${made.signature}`).toBe(detached);
    readJws(detached, 'eenmaal-envelope+jws', payload).verify(keys.publicKey);
  });
  it('does not pass with another payload or key', () => {
    const read = readJws(detached, 'eenmaal-envelope+jws', utf8('{}'));
    expect(codeOf(() => read.verify(keys.publicKey))).toBe('signature-invalid');
    const right = readJws(detached, 'eenmaal-envelope+jws', payload);
    expect(codeOf(() => right.verify(signingKeysFromSeed(new Uint8Array(32)).publicKey))).toBe('signature-invalid');
    expect(codeOf(() => right.verify(new Uint8Array(5)))).toBe('signature-invalid');
  });
});

it('reading throws nothing but our codes', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.uint8Array({ maxLength: 80 }).map(toBase64url),
  );
  const own = sign(keys, typ, payload).split('.');
  const parts = fc
    .tuple(...own.map((of) => fc.oneof(part, fc.constant(of))))
    .filter((made) => made.join() !== own.join());
  fc.assert(
    fc.property(parts, part, (made, noise) => {
      for (const jws of [noise, made.join('.'), made.slice(1).join('.'), `${made.join('.')}.${noise}`])
        expect(codeOf(() => readJws(jws, typ).verify(keys.publicKey))).toBeDefined();
    }),
    { numRuns: 300 },
  );
});
