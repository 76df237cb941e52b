/**
 * The log's tiles as files, laid out exactly as C2SP tlog-tiles serves them: any static web server on this folder runs a log
 * that other people's tools read. They are derived, the log is the truth: nothing waits for a tile to be written but a
 * snapshot, which is of no use without them, and one that is damaged is moved aside, so that the next start reads the whole
 * log and writes it again.
 */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { equal } from '@eenmaal/crypto';
import { writeFileSafely } from '@eenmaal/host';
import {
  bundlesAdded,
  type LedgerError,
  TILE_WIDTH,
  type TileStore,
  type Tree,
  tilePath,
  tilesOf,
} from '@eenmaal/ledger';
import { EenmaalError } from '@eenmaal/model';

type Checkpointed = { partial: ReturnType<Tree['partialTiles']>; checkpoint: Uint8Array };

/** Full tiles that may wait for the disk while a whole log is read: one MB. */
const MOST_WAITING = 128;

export class TileFiles implements TileStore {
  readonly #dir: string;
  readonly #onFailed: (why: string) => void;
  /** Full tiles that are not durable yet. */
  readonly #waiting = new Map<string, Uint8Array>();
  #writing: Promise<void> | null = null;
  #next: Checkpointed | null = null;
  #publishing: Promise<void> | null = null;
  /** Told of a tile that is not what was written. */
  onDamaged: (error: EenmaalError) => void = () => {};

  /** @param onFailed told what the disk said when tiles could not be written; that is tried again with the next one */
  constructor(dir: string, onFailed: (why: string) => void = () => {}) {
    this.#dir = dir;
    this.#onFailed = onFailed;
  }

  read(path: string): Uint8Array | undefined {
    return this.#waiting.get(path) ?? readIfThere(join(this.#dir, path));
  }

  write(path: string, bytes: Uint8Array): void {
    this.#waiting.set(path, bytes);
    this.settled().catch(() => {});
  }

  damaged(path: string, cause: LedgerError): never {
    const file = join(this.#dir, path);
    if (existsSync(file)) renameSync(file, `${file}.damaged`);
    const error = new EenmaalError('ledger-damaged', `${cause.code}: ${path}`, { cause });
    this.onDamaged(error);
    throw error;
  }

  /** Resolves when every full tile is durable. @throws what the disk said */
  settled(): Promise<void> {
    if (this.#waiting.size > 0) this.#writing ??= this.#write();
    return this.#writing ?? Promise.resolve();
  }

  /** For who reads a whole log, faster than a disk may take its tiles. What the disk says is told to `onFailed`. */
  async keepUp(): Promise<void> {
    if (this.#waiting.size > MOST_WAITING) await this.settled().catch(() => {});
  }

  /** The first full tile below `size` that is not there; undefined: all are. */
  missing(size: number): string | undefined {
    return [...tilesOf(size), ...bundlesAdded(0, size)]
      .filter(({ width }) => width === TILE_WIDTH)
      .map(tilePath)
      .find((path) => !this.#waiting.has(path) && !existsSync(join(this.#dir, path)));
  }

  /**
   * Makes a checkpoint the newest one that is served: its tiles first, then itself. One at a time, of those that wait for a
   * slow disk only the newest. What the disk says is told to `onFailed`.
   * @param partial the partial tiles of exactly its size
   */
  publish(partial: Checkpointed['partial'], checkpoint: Uint8Array): Promise<void> {
    this.#next = { partial, checkpoint };
    this.#publishing ??= this.#publish();
    return this.#publishing;
  }

  async #publish(): Promise<void> {
    await null;
    try {
      for (let one = this.#next; one; one = this.#next) {
        this.#next = null;
        await this.settled();
        for (const { path, bytes } of one.partial) {
          const file = join(this.#dir, path);
          // a full tile serves for all that it begins with
          if (!existsSync(file.replace(PARTIAL, ''))) await writeFileSafely(file, bytes);
        }
        await writeFileSafely(join(this.#dir, 'checkpoint'), one.checkpoint);
      }
    } catch (error) {
      this.#onFailed(String(error));
    } finally {
      this.#publishing = null;
    }
  }

  async #write(): Promise<void> {
    // whoever called remembers that this runs before it can end
    await null;
    try {
      for (const [path, bytes] of this.#waiting) {
        const file = join(this.#dir, path);
        // the other process of this service may have written it, or an earlier start
        const known = readIfThere(file);
        if (!known || !equal(known, bytes)) await writeFileSafely(file, bytes);
        await rm(`${file}.p`, { recursive: true, force: true });
        this.#waiting.delete(path);
      }
    } catch (error) {
      this.#onFailed(String(error));
      throw error;
    } finally {
      this.#writing = null;
    }
  }
}

function readIfThere(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const PARTIAL = /\.p\/\d+$/;
