/** Names of keys against jose, and what lies on disk: it opens with its key, unchanged, or not at all. */
import { EenmaalError } from '@eenmaal/model';
import { CompactEncrypt, calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { utf8 } from './bytes.ts';
import { newIdentity } from './identity.ts';
import { decryptAtRest, encryptAtRest, sealingBytes, signingBytes } from './jwk.ts';

const identity = newIdentity((length) => new Uint8Array(length).fill(6));
const key = new Uint8Array(32).fill(1);

async function codeOf(action: Promise<unknown>): Promise<string | undefined> {
  try {
    await action;
  } catch (error) {
    if (error instanceof EenmaalError) return error.code;
    throw error;
  }
  return undefined;
}

describe('key ids', () => {
  it('are the thumbprints jose computes', async () => {
    expect(identity.signing.kid).toBe(await calculateJwkThumbprint(identity.public.signing, 'sha256'));
    expect(identity.sealing.kid).toBe(await calculateJwkThumbprint(identity.public.sealing, 'sha256'));
  });
  it('are those of the public keys as they are published', () => {
    expect(signingBytes(identity.public)).toEqual(identity.signing.publicKey);
    expect(sealingBytes(identity.public)).toEqual(identity.sealing.publicKey);
  });
});

describe('a secret at rest', () => {
  const secret = utf8('the seed');
  it('comes back with its key, also from a file that ends in a newline', async () => {
    expect(await decryptAtRest(key, `${await encryptAtRest(key, secret)}\n`)).toEqual(secret);
  });
  it('does not open with another key', async () => {
    const file = await encryptAtRest(key, secret);
    expect(await codeOf(decryptAtRest(new Uint8Array(32), file))).toBe('keystore-locked');
    expect(await codeOf(decryptAtRest(new Uint8Array(5), file))).toBe('keystore-locked');
  });
  it('does not open with any character changed', async () => {
    const file = await encryptAtRest(key, secret);
    for (let at = 0; at < file.length; at++) {
      const changed = file.slice(0, at) + (file[at] === 'B' ? 'C' : 'B') + file.slice(at + 1);
      // the last character of a part may hold unused bits: the same bytes, so the same secret
      const opened = await codeOf(decryptAtRest(key, changed));
      if (/[^.](\.|$)/.test(file.slice(at, at + 2)) && opened === undefined) continue;
      expect(opened).toBe('keystore-locked');
    }
  });
  it.each(['', 'x', 'a.b.c.d.e', '{"v":1}'])('is not %j', async (file) => {
    expect(await codeOf(decryptAtRest(key, file))).toBe('keystore-locked');
  });
  it('is not encrypted in any other way', async () => {
    const other = new CompactEncrypt(utf8('{}')).setProtectedHeader({ alg: 'A256KW', enc: 'A256GCM' });
    expect(await codeOf(decryptAtRest(key, await other.encrypt(key)))).toBe('keystore-locked');
  });
});
