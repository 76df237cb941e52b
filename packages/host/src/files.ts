/** Files that hold secrets or must never be half-written: temporary file, fsync, rename; readable by the owner only. */

import { randomFillSync } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fromBase64url, type Random, toBase64url } from '@eenmaal/crypto';
import { EenmaalError } from '@eenmaal/model';

/** The operating system's randomness. */
export const systemRandom: Random = (length) => randomFillSync(new Uint8Array(length));

/** Replaces a file in one step; after a crash there is the old one or the new one. Mode 0600. */
export const writeFileSafely = (path: string, data: string | Uint8Array): Promise<void> => put(path, data, rename);

/** The same, if the file holds exactly `before`. @throws `second-writer` when somebody else wrote it */
export const replaceFileSafely = (path: string, before: string, data: string): Promise<void> =>
  put(path, data, async (temporary, target) => {
    // at the last moment: a program may hang for long before it
    if ((await readIfThere(target)) !== before) throw new EenmaalError('second-writer', target);
    await rename(temporary, target);
  });

/** Makes a file that is not there yet; one that another program made a moment ago stays as it is. Mode 0600. */
export const createFileSafely = (path: string, data: string | Uint8Array): Promise<void> =>
  put(path, data, async (temporary, target) => {
    await link(temporary, target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await rm(temporary);
  });

async function put(
  path: string,
  data: string | Uint8Array,
  place: (temporary: string, target: string) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.${toBase64url(systemRandom(6))}.part`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await place(temporary, path);
  } catch (error) {
    // on a full disk each try would leave one more, and what they hold may be a secret
    await rm(temporary, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
}

/** A file's text, or undefined when there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A 32-byte secret from its file (base64url). @throws `keystore-locked` naming the file */
export async function readSecret(path: string): Promise<Uint8Array> {
  const text = await readIfThere(path);
  if (text === undefined) throw new EenmaalError('keystore-locked', `no secret file ${path}`);
  try {
    const secret = fromBase64url(text.trim());
    if (secret.length === 32) return secret;
  } catch {
    // said below
  }
  throw new EenmaalError('keystore-locked', `${path} does not hold 32 bytes as base64url`);
}

/** Makes a secret file when there is none, for the local starter; a real deployment mounts its own. */
export async function ensureSecret(path: string): Promise<void> {
  if ((await readIfThere(path)) === undefined) await createFileSafely(path, `${toBase64url(systemRandom(32))}\n`);
}
