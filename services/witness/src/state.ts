/**
 * What this witness cosigned last, of every log: all it has to remember, and what it must never forget. One file,
 * `witnessed.<generation>`; a change is a new file with the next generation, made in full and put in place under a name
 * that must not exist yet. After a crash there is the old state or the new one. A second program on the same folder finds
 * its name taken, or a later generation, and can never turn the first one back.
 *
 * Every entry is a checkpoint as the log signed it, with this witness's own cosignature, which is checked at start. Beside it
 * lies what the log signed and this witness refused: evidence.
 */
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256, toBase64url, toHex, utf8, verifyBytes } from '@eenmaal/crypto';
import { createFileSafely, systemRandom, writeFileSafely } from '@eenmaal/host';
import {
  type Checkpoint,
  cosignatureVerifier,
  emptyRoot,
  openNote,
  parseCheckpoint,
  type VerifierKey,
} from '@eenmaal/ledger';
import type { Evidence } from '@eenmaal/model';
import { z } from 'zod';

/** Why the state cannot be used. It is never repaired by guessing: a witness that forgets helps to hide a fork. */
const STATES = {
  'state-lost': 'There is a key here but no state: what this key cosigned is not known. Start anew with a new key.',
  'state-damaged': 'The state file was changed or cut off. Never put an older copy back: start anew with a new key.',
  'state-taken': 'Another witness works with this state folder, and this one stopped. Start only one.',
  'state-unsure': 'It is not certain what the disk holds. Find out what is wrong with it, then start again.',
} as const;

export class StateError extends Error {
  override readonly name = 'StateError';
  readonly code: keyof typeof STATES;

  constructor(code: keyof typeof STATES, detail: string, options?: ErrorOptions) {
    super(`${code}: ${STATES[code]} (${detail})`, options);
    this.code = code;
  }
}

/** The file of packages/host's keystore: it is made after the first state, so a key without state lost it. */
const KEY_FILE = 'keys.jwe';
const NAME = /^witnessed\.(0|[1-9][0-9]{0,14})$/;
/** `digest` is over the checkpoints as JSON: the log's signatures among them are evidence, which the own key does not cover. */
const Stored = z.strictObject({ v: z.literal(1), checkpoints: z.array(z.string()), digest: z.string() });
const digestOf = (checkpoints: readonly string[]): string => toHex(sha256(utf8(JSON.stringify(checkpoints))));

/** Makes the first, empty state; only where no key was made yet. @throws `StateError` */
export async function prepareState(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const files = await readdir(dir);
  if (files.some((name) => NAME.test(name))) return;
  if (files.includes(KEY_FILE)) throw new StateError('state-lost', dir);
  await put(dir, 0, new Map());
}

type Entry = { readonly checkpoint: Checkpoint; readonly note: string };

export class WitnessState {
  readonly #dir: string;
  readonly #logs: Map<string, Entry>;
  #generation: number;
  #dead: StateError | undefined;

  /** Reads the newest state and checks it with the witness's own key. @throws `StateError` */
  static async open(dir: string, key: VerifierKey): Promise<WitnessState> {
    const [newest, ...older] = await generations(dir);
    if (newest === undefined) throw new StateError('state-lost', dir);
    const logs = read(await readFile(fileOf(dir, newest)), key, fileOf(dir, newest));
    for (const generation of older) await rm(fileOf(dir, generation), { force: true });
    return new WitnessState(dir, newest, logs);
  }

  private constructor(dir: string, generation: number, logs: Map<string, Entry>) {
    this.#dir = dir;
    this.#generation = generation;
    this.#logs = logs;
  }

  /** What was cosigned last of this log; size 0 when nothing was. @throws `StateError` once this is not certain any more */
  seen(origin: string): { readonly size: number; readonly root: Uint8Array } {
    if (this.#dead) throw this.#dead;
    return this.#logs.get(origin)?.checkpoint ?? { size: 0, root: emptyRoot() };
  }

  /**
   * Makes a cosigned checkpoint the newest one of its log. Durable when this resolves; until then it must not be given
   * to anybody. Not for two calls at once.
   * @throws `StateError` when this program must not go on; another error when nothing was changed
   */
  async store(checkpoint: Checkpoint, note: string): Promise<void> {
    if (this.#dead) throw this.#dead;
    const logs = new Map(this.#logs).set(checkpoint.origin, { checkpoint, note });
    try {
      await put(this.#dir, this.#generation + 1, logs);
    } catch (error) {
      if (error instanceof StateError) this.#dead = error;
      throw error;
    }
    const before = this.#generation;
    this.#generation += 1;
    this.#logs.set(checkpoint.origin, { checkpoint, note });
    // What is left lying is taken away at the next start.
    await rm(fileOf(this.#dir, before), { force: true }).catch(() => {});
  }

  /**
   * Keeps a checkpoint that the log signed beside the one cosigned last. Of one size they prove two histories, to anybody who
   * has the log's key, and the first such pair stays. Of two sizes they prove nothing, because somebody's bad proof looks the
   * same: only the newest such pair is kept, so that nobody can fill the disk.
   * @param note signed by the log
   * @returns the file, and whether it proves; undefined when nothing was cosigned yet
   */
  async keepAgainst(
    { origin, size }: Checkpoint,
    note: string,
  ): Promise<{ file: string; proves: boolean } | undefined> {
    const seen = this.#logs.get(origin);
    if (!seen) return undefined;
    const format = 'eenmaal-evidence/v1';
    const evidence: Evidence = { format, kind: 'two-checkpoints', checkpoints: [seen.note, note] };
    const log = toHex(sha256(utf8(origin))).slice(0, 16);
    const proves = size === seen.checkpoint.size;
    const file = join(this.#dir, proves ? `eenmaal-evidence-${log}-${size}.json` : `eenmaal-unproven-${log}.json`);
    await (proves ? createFileSafely : writeFileSafely)(file, `${JSON.stringify(evidence, null, 1)}\n`);
    return { file, proves };
  }
}

/** Writes one generation: in full and synced under another name first, then under its own unless that exists. */
async function put(dir: string, generation: number, logs: ReadonlyMap<string, Entry>): Promise<void> {
  const checkpoints = Array.from(logs.values(), ({ note }) => note);
  const path = fileOf(dir, generation);
  const temporary = `${path}.${toBase64url(systemRandom(6))}.part`;
  try {
    await writeSynced(temporary, JSON.stringify({ v: 1, checkpoints, digest: digestOf(checkpoints) }));
    await place(temporary, dir, generation);
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** From here on it matters whether a step was done: what is not certain ends this program. */
async function place(temporary: string, dir: string, generation: number): Promise<void> {
  const path = fileOf(dir, generation);
  try {
    await link(temporary, path);
    const folder = await open(dir, 'r');
    await folder.sync().finally(() => folder.close());
    const [newest] = await generations(dir);
    if (newest === generation) return;
    // Whoever went further has taken the older names away; this name was free only because of that.
    await rm(path, { force: true });
  } catch (cause) {
    const taken = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new StateError(taken ? 'state-taken' : 'state-unsure', path, { cause });
  }
  throw new StateError('state-taken', path);
}

/** Newest first. */
async function generations(dir: string): Promise<number[]> {
  const names = await readdir(dir);
  const found = names.flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number);
  return found.sort((a, b) => b - a);
}

function read(bytes: Uint8Array, key: VerifierKey, path: string): Map<string, Entry> {
  const own = cosignatureVerifier(key, verifyBytes);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const { checkpoints, digest } = Stored.parse(JSON.parse(text));
    if (digest !== digestOf(checkpoints)) throw new Error('digest');
    const logs = new Map<string, Entry>();
    for (const note of checkpoints) {
      const checkpoint = parseCheckpoint(openNote(utf8(note), [own]).text);
      if (logs.has(checkpoint.origin)) throw new Error('a log twice');
      logs.set(checkpoint.origin, { checkpoint, note });
    }
    return logs;
  } catch (cause) {
    throw new StateError('state-damaged', path, { cause });
  }
}

const fileOf = (dir: string, generation: number): string => join(dir, `witnessed.${generation}`);
