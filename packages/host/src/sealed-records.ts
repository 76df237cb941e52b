/**
 * Records a program puts away for itself: one file, each record sealed at its place under the program's own key, written
 * beside the old file and put in its place in one step.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { openWithNonce, sealWithNonce, text, toBase64url, utf8 } from '@eenmaal/crypto';
import { EenmaalError } from '@eenmaal/model';
import { systemRandom, writeFileSafely } from './files.ts';

const SAVE_BYTES = 16;
/** Each record is of one save, at one place, and known to be the last or not. */
const associated = (save: Uint8Array, place: number, last: boolean): Uint8Array =>
  utf8(`eenmaal/v1/sealed-record/${toBase64url(save)}/${place}/${last ? 'last' : 'more'}`);

/** 16 random bytes, then each record as u32 length ‖ sealed text. */
export async function writeSealedRecords(path: string, key: Uint8Array, records: Iterable<string>): Promise<void> {
  const save = systemRandom(SAVE_BYTES);
  const pieces: Uint8Array[] = [save];
  const put = (record: string, place: number, last: boolean): void => {
    const sealed = sealWithNonce(key, utf8(record), associated(save, place, last), systemRandom);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(sealed.length);
    pieces.push(length, sealed);
  };
  let held: string | undefined;
  let place = 0;
  for (const record of records) {
    if (held !== undefined) put(held, place++, false);
    held = record;
  }
  if (held !== undefined) put(held, place, true);
  await writeFileSafely(path, Buffer.concat(pieces));
}

/** null when there is no file. @throws `not-readable` when anything in it is not as it was written, or is not ours */
export async function readSealedRecords(path: string, key: Uint8Array): Promise<string[] | null> {
  const file = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return null;
  const save = new Uint8Array(file.subarray(0, SAVE_BYTES));
  const records: string[] = [];
  for (let at = SAVE_BYTES; at < file.length || records.length === 0; ) {
    if (at + 4 > file.length) throw new EenmaalError('not-readable', path);
    const end = at + 4 + file.readUInt32BE(at);
    if (end > file.length) throw new EenmaalError('not-readable', path);
    const sealed = new Uint8Array(file.subarray(at + 4, end));
    records.push(text(openWithNonce(key, sealed, associated(save, records.length, end === file.length))));
    at = end;
  }
  return records;
}

/** The packages whose sources decide. */
const DECIDING = ['@eenmaal/model', '@eenmaal/consent', '@eenmaal/envelope', '@eenmaal/client'];

/** Names the program that decides, by its sources: another one may decide otherwise. */
export async function programDigest(): Promise<string> {
  const digest = createHash('sha256');
  for (const name of DECIDING) {
    const folder = dirname(createRequire(import.meta.url).resolve(name));
    const files = (await readdir(folder)).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
    for (const file of files.toSorted()) digest.update(`${name}/${file}\0`).update(await readFile(`${folder}/${file}`));
  }
  return digest.digest('base64url');
}
