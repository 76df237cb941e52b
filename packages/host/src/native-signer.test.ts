import { randomBytes } from 'node:crypto';
import { signingKeysFromSeed, verifyBytes } from '@eenmaal/crypto';
import { expect, it } from 'vitest';
import { nativeSigner } from './native-signer.ts';

it('makes the very same signatures as libsodium', () => {
  for (let i = 0; i < 20; i++) {
    const seed = new Uint8Array(randomBytes(32));
    const bytes = new Uint8Array(randomBytes(i * 50));
    const { sign, publicKey } = signingKeysFromSeed(seed);
    const native = nativeSigner(seed)(bytes);
    expect(Buffer.from(native).toString('hex')).toBe(Buffer.from(sign(bytes)).toString('hex'));
    expect(verifyBytes(publicKey, bytes, native)).toBe(true);
  }
});
