/** A party's two key pairs, and how they are written to disk. */
import { EenmaalError, type PublicKeys } from '@eenmaal/model';
import { fromBase64url, type Random, text, toBase64url, utf8 } from './bytes.ts';
import { decryptAtRest, encryptAtRest, publicJwks, sealingThumbprint } from './jwk.ts';
import { type SealingKeys, sealingKeys } from './seal.ts';
import { type Sign, type SigningKeys, signingKeysFromSeed } from './sign.ts';

export type Identity = {
  signing: SigningKeys;
  sealing: SealingKeys & { kid: string };
  public: PublicKeys;
  /** 32 + 32 bytes from which both pairs follow. */
  seed: Uint8Array;
};

/**
 * @param seed 64 bytes: Ed25519 seed, then X-Wing seed
 * @param signer the platform's own way to sign, from the Ed25519 seed
 */
export function identityFromSeed(seed: Uint8Array, signer?: (seed: Uint8Array) => Sign): Identity {
  if (seed.length !== 64) throw new EenmaalError('malformed', 'identity seed');
  const signing = signingKeysFromSeed(seed.subarray(0, 32), signer);
  const sealing = sealingKeys(() => seed.subarray(32));
  return {
    signing,
    sealing: { ...sealing, kid: sealingThumbprint(sealing.publicKey) },
    public: publicJwks(signing.publicKey, sealing.publicKey),
    seed,
  };
}
export const newIdentity = (random: Random): Identity => identityFromSeed(random(64));

/** The identity as a JWE under a 32-byte key from the operator's secret file. */
export const lockIdentity = (identity: Identity, key: Uint8Array): Promise<string> =>
  encryptAtRest(key, utf8(JSON.stringify({ v: 1, seed: toBase64url(identity.seed) })));

/** @throws `keystore-locked` */
export async function unlockIdentity(jwe: string, key: Uint8Array): Promise<Identity> {
  const plaintext = await decryptAtRest(key, jwe);
  try {
    const { v, seed } = JSON.parse(text(plaintext));
    if (v === 1) return identityFromSeed(fromBase64url(seed));
  } catch (cause) {
    throw new EenmaalError('keystore-locked', 'not an identity', { cause });
  }
  throw new EenmaalError('keystore-locked', 'unknown version');
}
