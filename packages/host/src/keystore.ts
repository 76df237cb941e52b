/** A party's keys on disk: one JWE under a key from the operator's secret file. Made at first use, never overwritten. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Nkey, newNkey, nkeySigner } from '@eenmaal/broker';
import {
  decryptAtRest,
  encryptAtRest,
  fromBase64url,
  type Identity,
  identityFromSeed,
  newIdentity,
  text,
  toBase64url,
  utf8,
} from '@eenmaal/crypto';
import { parseJson } from '@eenmaal/model';
import { z } from 'zod';
import { createFileSafely, readIfThere, systemRandom } from './files.ts';
import { nativeSigner } from './native-signer.ts';

/** `nkey`: its login at the message server. */
export type Keystore = { identity: Identity; nkey: Nkey };

/** Files from before held a key more, which nothing uses now. */
const Stored = z.object({ v: z.literal(1), seed: z.string(), nkey: z.string() });

/** Opens `<dir>/keys.jwe`, or makes it. @throws `keystore-locked` when the secret does not fit */
export async function openKeystore(dir: string, secret: Uint8Array): Promise<Keystore> {
  const path = join(dir, 'keys.jwe');
  if ((await readIfThere(path)) === undefined) {
    const seed = toBase64url(newIdentity(systemRandom).seed);
    const stored = { v: 1, seed, nkey: newNkey(systemRandom).seed };
    await createFileSafely(path, await encryptAtRest(secret, utf8(JSON.stringify(stored))));
  }
  // read back, because another program may have made it at the same moment
  const jwe = await readFile(path, 'utf8');
  const { seed, nkey } = parseJson(Stored, text(await decryptAtRest(secret, jwe)), 'keystore-locked');
  const identity = identityFromSeed(fromBase64url(seed), nativeSigner);
  return { identity, nkey: { seed: nkey, public: nkeySigner(nkey).public } };
}
