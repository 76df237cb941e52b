/** Files that must be whole or not there at all. */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EenmaalError } from '@eenmaal/model';

/** A folder only we may look into. */
export async function privateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/**
 * Writes a new file, mode 0600, durable when this resolves. A file of that name is never replaced, also when two
 * programs start at once: false when there was one.
 * @throws `storage-full`
 */
export async function createFile(path: string, text: string): Promise<boolean> {
  const temporary = `${path}.${randomUUID()}.new`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    // Not rename, which would replace a file another program made a moment ago.
    await link(temporary, path);
    await syncFolder(dirname(path));
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new EenmaalError('storage-full', undefined, { cause });
    throw cause;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Makes a new name in a folder last. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
