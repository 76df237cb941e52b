/**
 * A snapshot as a file: sections and sealed parts one after another, then a sealed manifest that holds the hash of each, then
 * how long that is. No byte of it is used that was not compared with the manifest. FORMAT.md section 13.
 */
import { hash } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openWithNonce, type Random, sealWithNonce, text, toBase64url, utf8 } from '@eenmaal/crypto';
import { EenmaalError } from '@eenmaal/model';

/** Why a snapshot is not used. The log is then read from its beginning, which needs nothing but time. */
export type SnapshotReason =
  | 'snapshot-damaged'
  | 'snapshot-not-ours'
  | 'snapshot-other-program'
  | 'snapshot-other-law'
  | 'snapshot-without-tiles';
export class SnapshotRefused extends Error {
  readonly reason: SnapshotReason;
  constructor(reason: SnapshotReason, detail?: string) {
    super(detail === undefined ? reason : `${reason}: ${detail}`);
    this.reason = reason;
  }
}

/** Where bytes lie in the file, and their SHA-256. */
export type Extent = [offset: number, length: number, hash: string];

const MAGIC = utf8('EMS\x01');
const TRAILER = 4 + MAGIC.length;
const MANIFEST = 'eenmaal/v1/snapshot/manifest';
const hashOf = (bytes: Uint8Array): string => hash('sha256', bytes, 'base64url');

/** Writes a file beside its place and puts it there in one step: after a crash there is the old one or the new one. */
export class SnapshotWriter {
  readonly #path: string;
  readonly #temporary: string;
  readonly #file: number;
  #offset = 0;

  constructor(path: string, random: Random) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // what a crash left of an earlier one; nobody else writes here
    for (const name of readdirSync(dirname(path)))
      if (name.startsWith(`${basename(path)}.`) && name.endsWith('.part')) rmSync(join(dirname(path), name));
    this.#temporary = `${path}.${toBase64url(random(6))}.part`;
    this.#file = openSync(this.#temporary, 'wx', 0o600);
  }

  write(...pieces: Uint8Array[]): Extent {
    const bytes = pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
    const offset = this.#offset;
    this.#put(bytes);
    return [offset, bytes.length, hashOf(bytes)];
  }

  /** The manifest last: a file without it is none. Durable when this returns. */
  finish(manifest: unknown, key: Uint8Array, random: Random): void {
    const sealed = sealWithNonce(key, utf8(JSON.stringify(manifest)), utf8(MANIFEST), random);
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, sealed.length);
    this.#put(Buffer.concat([sealed, length, MAGIC]));
    fsyncSync(this.#file);
    closeSync(this.#file);
    renameSync(this.#temporary, this.#path);
    const folder = openSync(dirname(this.#path), 'r');
    fsyncSync(folder);
    closeSync(folder);
  }

  /** Leaves everything as it was. */
  abandon(): void {
    closeSync(this.#file);
    rmSync(this.#temporary, { force: true });
  }

  #put(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done, bytes.length - done);
    this.#offset += bytes.length;
  }
}

/** An open snapshot file. It stays what it is when a newer one takes its name. */
export class SnapshotFile {
  readonly #file: number;
  readonly #size: number;
  readonly #trusted: boolean;
  readonly #path: string;

  /** @param trusted test-only: believes what is in the file */
  private constructor(path: string, trusted: boolean) {
    this.#path = path;
    this.#file = openSync(path, 'r');
    this.#size = fstatSync(this.#file).size;
    this.#trusted = trusted;
  }

  /** null when there is none. */
  static open(path: string, trusted = false): SnapshotFile | null {
    try {
      return new SnapshotFile(path, trusted);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Takes it out of the way of the next start, unless a newer one has its name by now. */
  putAside(): void {
    if (statSync(this.#path, { throwIfNoEntry: false })?.ino === fstatSync(this.#file).ino)
      renameSync(this.#path, `${this.#path}.damaged`);
  }

  /** The manifest, and how many bytes come before it. @throws SnapshotRefused */
  manifest(key: Uint8Array): { manifest: unknown; before: number } {
    if (this.#size < TRAILER) throw new SnapshotRefused('snapshot-damaged', 'too short');
    const trailer = this.#bytes(this.#size - TRAILER, TRAILER);
    if (Buffer.compare(trailer.subarray(4), MAGIC) !== 0) throw new SnapshotRefused('snapshot-damaged', 'its end');
    const length = new DataView(trailer.buffer, trailer.byteOffset).getUint32(0);
    const before = this.#size - TRAILER - length;
    if (before < 0) throw new SnapshotRefused('snapshot-damaged', 'too short');
    const sealed = this.#bytes(before, length);
    try {
      return { manifest: JSON.parse(text(openWithNonce(key, sealed, utf8(MANIFEST)))), before };
    } catch (error) {
      if (error instanceof EenmaalError) throw new SnapshotRefused('snapshot-not-ours', 'or its manifest was changed');
      throw error;
    }
  }

  /** What lies there, if it is what was written. @throws SnapshotRefused */
  read([offset, length, expected]: Extent): Uint8Array {
    const bytes = this.#bytes(offset, length);
    if (!this.#trusted && hashOf(bytes) !== expected) throw new SnapshotRefused('snapshot-damaged', `at ${offset}`);
    return bytes;
  }

  #bytes(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const more = readSync(this.#file, bytes, done, length - done, offset + done);
      if (more === 0) throw new SnapshotRefused('snapshot-damaged', 'too short');
      done += more;
    }
    return bytes;
  }
}
