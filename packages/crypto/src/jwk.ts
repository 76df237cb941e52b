/** Keys in their standard clothes: JWK (RFC 7517, 8037, 9964), thumbprints (RFC 7638), and secret keys at rest as JWE. */
import { EenmaalError, type PublicKeys } from '@eenmaal/model';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { fromBase64url, toBase64url, utf8 } from './bytes.ts';
import { sha256 } from './hash.ts';

/** RFC 7638 thumbprint of an Ed25519 public key: 43 characters. */
export const thumbprint = (publicKey: Uint8Array): string =>
  toBase64url(sha256(utf8(`{"crv":"Ed25519","kty":"OKP","x":"${toBase64url(publicKey)}"}`)));
/** RFC 7638 thumbprint of an X-Wing public key (AKP members of RFC 9964). */
export const sealingThumbprint = (publicKey: Uint8Array): string =>
  toBase64url(sha256(utf8(`{"alg":"X-Wing","kty":"AKP","pub":"${toBase64url(publicKey)}"}`)));

export const publicJwks = (signing: Uint8Array, sealing: Uint8Array): PublicKeys => ({
  signing: { kty: 'OKP', crv: 'Ed25519', x: toBase64url(signing) },
  sealing: { kty: 'AKP', alg: 'X-Wing', pub: toBase64url(sealing) },
});
export const signingBytes = (keys: Pick<PublicKeys, 'signing'>): Uint8Array => fromBase64url(keys.signing.x);
export const sealingBytes = (keys: PublicKeys): Uint8Array => fromBase64url(keys.sealing.pub);

/** Encrypts small secrets for disk: a compact JWE, `dir` with A256GCM under a 32-byte key. */
export const encryptAtRest = (key: Uint8Array, plaintext: Uint8Array): Promise<string> =>
  new CompactEncrypt(plaintext).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(key);

/** @throws `keystore-locked` when the key does not fit or the file was changed */
export async function decryptAtRest(key: Uint8Array, jwe: string): Promise<Uint8Array> {
  try {
    const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
    return (await compactDecrypt(jwe.trim(), key, options)).plaintext;
  } catch (cause) {
    throw new EenmaalError('keystore-locked', undefined, { cause });
  }
}
