/** A party's two key pairs, from one seed. */
import { EenmaalError, type PublicKeys } from '@eenmaal/model';
import type { Random } from './bytes.ts';
import { publicJwks, sealingThumbprint } from './jwk.ts';
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
 * @throws `malformed` for a seed of another length
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
