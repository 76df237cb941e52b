/**
 * Records a program puts away for itself: one file, each record sealed under the program's own key, then a sealed list of where
 * each lies with its hash, so that one is read without the others, and is of this save. Written beside the old file and put in
 * its place in one step.
 */
import { createHash, hash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { openWithNonce, sealWithNonce, text, utf8 } from '@eenmaal/crypto';
import { EenmaalError } from '@eenmaal/model';
import { systemRandom } from './files.ts';

/** Where sealed bytes lie in the file, and their SHA-256. */
type Extent = [offset: number, length: number, hash: string];

const LIST = utf8('eenmaal/v1/sealed-records/list');
const contextOf = (name: string): Uint8Array => utf8(`eenmaal/v1/sealed-record/${name}`);
const hashOf = (bytes: Uint8Array): string => hash('sha256', bytes, 'base64url');
const u32 = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

export class SealedRecords {
  readonly #path: string;
  readonly #key: Uint8Array;
  #file: number | null = null;
  #extents = new Map<string, Extent>();

  constructor(path: string, key: Uint8Array) {
    this.#path = path;
    this.#key = key;
  }

  /**
   * Opens what lies there; false: nothing does. Every record is compared with the list, one after another.
   * @throws `not-readable` when anything in it is not as it was written, or is not ours
   */
  open(): boolean {
    this.close();
    try {
      this.#file = openSync(this.#path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    const size = fstatSync(this.#file).size;
    const length = new DataView(this.#bytes(size - 4, 4).buffer).getUint32(0);
    const before = size - 4 - length;
    const list = openWithNonce(this.#key, this.#bytes(before, length), LIST);
    this.#extents = new Map(JSON.parse(text(list)) as [string, Extent][]);
    let end = 0;
    for (const [name, [offset, bytes]] of this.#extents) {
      if (offset !== end) throw this.#damaged();
      this.#sealed(name);
      end += bytes;
    }
    if (end !== before) throw this.#damaged();
    return true;
  }

  /** @throws `not-readable` when there is none of this name, or not any more what was written */
  read(name: string): Uint8Array {
    return openWithNonce(this.#key, this.#sealed(name), contextOf(name));
  }

  /**
   * Puts these in the place of what there was, durable when this returns; from here on they are what is read. One of null
   * stays as it lies there, sealed. @throws `not-readable` when such a one is not what was written
   */
  write(records: Iterable<readonly [name: string, content: Uint8Array | null]>): void {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    // always the same name: what a crash left is written over
    const temporary = `${this.#path}.part`;
    const file = openSync(temporary, 'w+', 0o600);
    const extents = new Map<string, Extent>();
    let end = 0;
    const put = (bytes: Uint8Array): void => {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done);
      end += bytes.length;
    };
    try {
      for (const [name, content] of records) {
        const sealed = content ? sealWithNonce(this.#key, content, contextOf(name), systemRandom) : this.#sealed(name);
        extents.set(name, [end, sealed.length, hashOf(sealed)]);
        put(sealed);
      }
      const list = sealWithNonce(this.#key, utf8(JSON.stringify([...extents])), LIST, systemRandom);
      put(list);
      put(u32(list.length));
      fsyncSync(file);
      renameSync(temporary, this.#path);
    } catch (error) {
      closeSync(file);
      rmSync(temporary, { force: true });
      throw error;
    }
    const folder = openSync(dirname(this.#path), 'r');
    fsyncSync(folder);
    closeSync(folder);
    this.close();
    this.#file = file;
    this.#extents = extents;
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    this.#extents = new Map();
  }

  #damaged(): EenmaalError {
    return new EenmaalError('not-readable', this.#path);
  }

  #sealed(name: string): Uint8Array {
    const extent = this.#extents.get(name);
    if (!extent) throw this.#damaged();
    const [offset, length, expected] = extent;
    const sealed = this.#bytes(offset, length);
    if (hashOf(sealed) !== expected) throw this.#damaged();
    return sealed;
  }

  #bytes(offset: number, length: number): Uint8Array<ArrayBuffer> {
    if (this.#file === null || offset < 0) throw this.#damaged();
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const more = readSync(this.#file, bytes, done, length - done, offset + done);
      if (more === 0) throw this.#damaged();
      done += more;
    }
    return bytes;
  }
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
