/**
 * The organisation's keys on disk, each a JWE under the operator's secret: its identity, and the key that seals what
 * lies in the local index. Made at the first start; lost, they are gone, so they belong in the operator's backup.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Nkey, newNkey, nkeySigner } from '@eenmaal/broker';
import {
  decryptAtRest,
  encryptAtRest,
  type Identity,
  lockIdentity,
  newIdentity,
  type Random,
  unlockIdentity,
} from '@eenmaal/crypto';
import { EenmaalError } from '@eenmaal/model';
import { createFile, privateFolder } from './files.ts';
import type { KeySettings } from './settings.ts';

export type Keystore = {
  identity: Identity;
  /** 32 bytes. */
  storeKey: Uint8Array;
  /** For the message server. */
  nkey: Nkey;
};

/** Opens the keys, making those that never were. @throws `keystore-locked`, `storage-full` */
export async function openKeystore(
  { stateDir, keySecret, nkeySeedFile }: KeySettings,
  random: Random,
): Promise<Keystore> {
  await privateFolder(stateDir);
  const [identityFile, storeFile] = [join(stateDir, 'identity.jwe'), join(stateDir, 'store-key.jwe')];
  // The store key is made first: an identity without one means that a file was lost, and a new key would open nothing.
  if ((await readIfThere(storeFile)) === null) {
    if ((await readIfThere(identityFile)) !== null)
      throw new EenmaalError('keystore-locked', 'store-key.jwe is missing');
    await createFile(storeFile, await encryptAtRest(keySecret, random(32)));
  }
  const storeKey = await decryptAtRest(keySecret, await readFile(storeFile, 'utf8'));
  if (storeKey.length !== 32) throw new EenmaalError('keystore-locked', 'store-key.jwe');
  if ((await readIfThere(identityFile)) === null)
    await createFile(identityFile, await lockIdentity(newIdentity(random), keySecret));
  const identity = await unlockIdentity(await readFile(identityFile, 'utf8'), keySecret);
  return { identity, storeKey, nkey: await openNkey(nkeySeedFile, random) };
}

/** In the clear, as NATS's own tools keep it: it opens a connection, and nothing that is said over one. */
async function openNkey(path: string, random: Random): Promise<Nkey> {
  if ((await readIfThere(path)) === null) await createFile(path, `${newNkey(random).seed}\n`);
  const seed = (await readFile(path, 'utf8')).trim();
  try {
    return { seed, public: nkeySigner(seed).public };
  } catch (cause) {
    throw new EenmaalError('keystore-locked', 'the nkey seed file', { cause });
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new EenmaalError('keystore-locked', 'cannot be read', { cause });
  }
}
