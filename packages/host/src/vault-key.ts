/**
 * The key of the ledger's vault, in a file of its own: it is replaced at every erasure, while the other keys stay for years.
 * So those may be backed up for long, and this must not be: a kept copy of this file opens what was erased since.
 */
import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decryptAtRest, encryptAtRest, fromBase64url, text, toBase64url, utf8 } from '@eenmaal/crypto';
import { Bytes, EenmaalError, parseJson } from '@eenmaal/model';
import { z } from 'zod';
import { createFileSafely, readIfThere, replaceFileSafely, systemRandom } from './files.ts';

const NAME = 'vault.jwe';
/** One key, or two while the slots are being sealed again under the second. */
const Stored = z.strictObject({ v: z.literal(1), keys: z.array(Bytes(32, 32)).min(1).max(2) });
const sealed = (secret: Uint8Array, keys: readonly Uint8Array[]): Promise<string> =>
  encryptAtRest(secret, utf8(JSON.stringify({ v: 1, keys: keys.map(toBase64url) })));

/** For a file that has no name any more: its bytes go as far as the file system lets us. */
async function overwrite(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  await file.write(systemRandom(size), 0, size, 0);
  await file.sync();
}

export type VaultKeyFile = {
  readonly keys: readonly Uint8Array[];
  /** @throws `second-writer` when another program replaced them: what they sealed is theirs to name */
  replace(keys: readonly Uint8Array[]): Promise<void>;
};

/** Opens `<dir>/vault.jwe`, or makes it. @throws `keystore-locked` when the secret does not fit */
export async function openVaultKeys(dir: string, secret: Uint8Array): Promise<VaultKeyFile> {
  const path = join(dir, NAME);
  if ((await readIfThere(path)) === undefined) await createFileSafely(path, await sealed(secret, [systemRandom(32)]));
  const found = await readIfThere(path);
  if (found === undefined) throw new EenmaalError('keystore-locked', 'vault key');
  const stored = parseJson(Stored, text(await decryptAtRest(secret, found)), 'keystore-locked');
  let known = found;
  const file = {
    keys: stored.keys.map(fromBase64url) as readonly Uint8Array[],
    async replace(keys: readonly Uint8Array[]) {
      const jwe = await sealed(secret, keys);
      // a crash may have left a whole file beside its place: after every crash in here this runs again (vault.ts)
      const left = (await readdir(dir)).filter((name) => name.startsWith(`${NAME}.`) && name.endsWith('.part'));
      const before = await Promise.all([NAME, ...left].map((name) => open(join(dir, name), 'r+')));
      try {
        await replaceFileSafely(path, known, jwe);
        known = jwe;
        for (const name of left) await rm(join(dir, name));
        for (const one of before) await overwrite(one);
      } finally {
        for (const one of before) await one.close();
      }
      file.keys = keys;
    },
  };
  return file;
}
