/**
 * Snapshots: what a replay of the first n entries gave, kept so that the next start need not read them again. Each dossier's
 * part is sealed under that dossier's own key, and what only its entry says of a message under the key of that entry: what is
 * erased is noise in every copy of every snapshot too (P8). A snapshot is never needed: without one, a start takes longer.
 */
import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  countsIn,
  Directory,
  type Law,
  namesIn,
  Pages,
  type Part,
  type PartSource,
  pack,
  pagesOf,
  partsOf,
  type State,
} from '@eenmaal/consent';
import { deriveKey, openWithNonce, type Random, sealWithNonce, text, toBase64url, utf8 } from '@eenmaal/crypto';
import { KEY_TREE_DEPTH, Tree } from '@eenmaal/ledger';
import { EenmaalError, type Instant } from '@eenmaal/model';
import { Index } from './index-of-entries.ts';
import { type Extent, SnapshotFile, SnapshotRefused, SnapshotWriter } from './snapshot-file.ts';
import type { TileFiles } from './tiles.ts';
import { MAIN, type Vault } from './vault.ts';

/** The key of a dossier's part (`entry` null) or of what only entry `entry` says; null: it was destroyed. */
export type SnapshotKeys = (slot: string, entry: number | null) => Uint8Array | null;

/** No log ever reaches it: its key is destroyed with its dossier and with nothing else. */
const PART_PLACE = 2 ** KEY_TREE_DEPTH - 1;

export const snapshotKeys =
  (vault: Pick<Vault, 'keyOf'>): SnapshotKeys =>
  (slot, entry) => {
    const key = vault.keyOf(slot, entry ?? PART_PLACE);
    return key && deriveKey(key, 'eenmaal/v1/snapshot/key', []);
  };

/** The manifest is sealed under the key of `main`, which stays when the vault key is replaced. */
function manifestKey(keys: SnapshotKeys): Uint8Array {
  const key = keys(MAIN, null);
  if (!key) throw new SnapshotRefused('snapshot-not-ours', 'there is no key');
  return deriveKey(key, 'eenmaal/v1/snapshot/manifest', []);
}

export type SnapshotOptions = { path: string; law: Law; keys: SnapshotKeys; random: Random };

/** What a replay gives: everything but the vault. `seq`: the newest commit, counted from 1. */
export type Replayed = { state: State; tree: Tree; index: Index; seq: number; timeMs: Instant };

const SECTIONS = ['edge', 'slotOf', 'firsts', 'prints', 'places'] as const;
type Manifest = {
  program: string;
  law: string;
  size: number;
  root: string;
  seq: number;
  timeMs: Instant;
  seed: number;
  names: number;
  slots: string[];
  sections: Record<(typeof SECTIONS)[number], Extent>;
  /** By slot; null: nothing of it. */
  parts: ([...Extent, counts: number[]] | null)[];
};

export class Snapshot {
  readonly #file: SnapshotFile;
  readonly #manifest: Manifest;
  readonly #options: SnapshotOptions;
  readonly #directory: Directory;
  /** Told when a part is not what was written: what is in memory is then not whole. */
  onDamaged: (error: EenmaalError) => void = () => {};

  /**
   * The newest snapshot, its manifest checked; null when there is none. Everything else is checked when it is read.
   * That it is of this log is for the caller to check.
   * @param trusted test-only: a broken build that believes what is in the file
   * @throws SnapshotRefused
   */
  static open(options: SnapshotOptions, trusted = false): Snapshot | null {
    const file = SnapshotFile.open(options.path, trusted);
    if (!file) return null;
    try {
      return new Snapshot(file, options);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  private constructor(file: SnapshotFile, options: SnapshotOptions) {
    this.#file = file;
    this.#options = options;
    const { manifest: read, before } = file.manifest(manifestKey(options.keys));
    const manifest = read as Manifest;
    this.#manifest = manifest;
    if (manifest.program !== programDigest()) throw new SnapshotRefused('snapshot-other-program');
    if (manifest.law !== lawDigest(options.law)) throw new SnapshotRefused('snapshot-other-law');
    const { seed, names: count, sections, parts } = manifest;
    let end = Object.values(sections).reduce((sum, [, length]) => sum + length, 0);
    for (const extent of parts) {
      if (extent && extent[0] !== end) throw new SnapshotRefused('snapshot-damaged', `a gap at ${end}`);
      end += extent?.[1] ?? 0;
    }
    if (end !== before) throw new SnapshotRefused('snapshot-damaged', 'it holds more than it lists');
    const [prints, places] = [file.read(sections.prints), file.read(sections.places)];
    this.#directory = new Directory({ seed, count, prints: numbers(prints), slots: numbers(places) });
  }

  /**
   * What the replay gave. Each dossier's part is checked when it is read.
   * @param tiles of the same log: every full one below the snapshot is there, or it is of no use
   * @throws SnapshotRefused
   */
  replayed(tiles: TileFiles): Replayed {
    const { slots, sections, size, seq, timeMs, root } = this.#manifest;
    const missing = tiles.missing(size);
    if (missing) throw new SnapshotRefused('snapshot-without-tiles', missing);
    const [edge, slotOf, firsts] = [sections.edge, sections.slotOf, sections.firsts].map((at) => this.#file.read(at));
    const index = new Index({ slots, slotOf: numbers(slotOf), firsts: numbers(firsts) });
    const pages = new Pages(this.#options.law);
    pages.turnTo(this.source, size, index);
    pages.touch(MAIN);
    const tree = Tree.restore(size, edge as Uint8Array, tiles);
    const whole = index.size === size && toBase64url(tree.root()) === root && pages.state.size === size;
    if (!whole) throw new SnapshotRefused('snapshot-damaged', 'its parts do not fit');
    return { state: pages.state, tree, index, seq, timeMs };
  }

  /** How many entries there were when it was made, and with which root. */
  get made(): { size: number; root: string } {
    const { size, root } = this.#manifest;
    return { size, root };
  }

  close(): void {
    this.#file.close();
  }

  /** How many slots it knows of, with a part or without. */
  get partsListed(): number {
    return this.#manifest.parts.length;
  }

  /** Dossiers it has a part of. */
  get slots(): string[] {
    return this.#manifest.slots.filter((_, number) => this.#manifest.parts[number]);
  }

  /**
   * The sealed part of slot `number` as it lies there; null: none, or its key was destroyed and it is noise.
   * @throws `ledger-damaged` when it is not what was written; the snapshot is then put aside
   */
  sealedPart(number: number): { bytes: Uint8Array; counts: number[] } | null {
    const extent = this.#manifest.parts[number];
    if (!extent || !this.#options.keys(this.#manifest.slots[number] as string, null)) return null;
    const [offset, length, expected, counts] = extent;
    try {
      return { bytes: this.#file.read([offset, length, expected]), counts };
    } catch (cause) {
      return this.#damaged(cause);
    }
  }

  /** The next start must not begin at it again. */
  #damaged(cause: unknown): never {
    this.#file.putAside();
    const error = new EenmaalError('ledger-damaged', 'a part of the snapshot is not what it was', { cause });
    this.onDamaged(error);
    throw error;
  }

  directory(): Directory {
    const { seed, count, prints, slots } = this.#directory.parts();
    return new Directory({ seed, count, prints: prints.slice(), slots: slots.slice() });
  }

  get source(): PartSource {
    const { slots, parts } = this.#manifest;
    return {
      slots,
      directory: this.#directory,
      countsOf: (number) => parts[number]?.[3] ?? null,
      read: (number) => {
        const sealed = this.sealedPart(number);
        try {
          return sealed && openPart(sealed.bytes, slots[number] as string, this.#options.keys);
        } catch (cause) {
          return this.#damaged(cause);
        }
      },
    };
  }
}

/**
 * Writes a snapshot of what was replayed, in place of the one there was. What was not read since that one is copied as it
 * lies there, sealed.
 */
export function writeSnapshot(replayed: Replayed, before: Snapshot | null, options: SnapshotOptions): void {
  const { keys, random } = options;
  const writer = new SnapshotWriter(options.path, random);
  try {
    const { state, tree, index, seq, timeMs } = replayed;
    const { slots, slotOf, firsts } = index.parts();
    const parts = partsOf(state, index);
    const directory = before?.directory() ?? Directory.empty(new DataView(random(4).buffer).getUint32(0));
    for (const [number, slot] of slots.entries())
      for (const name of parts.has(slot) && slot !== MAIN ? namesIn(parts.get(slot) as Part) : [])
        directory.add(name, number);
    const { seed, count, prints, slots: places } = directory.parts();
    const sections = {
      edge: writer.write(tree.edge()),
      slotOf: writer.write(bytes(slotOf)),
      firsts: writer.write(bytes(firsts)),
      prints: writer.write(bytes(prints)),
      places: writer.write(bytes(places)),
    };
    const pages = pagesOf(state);
    const extents = slots.map((slot, number): Manifest['parts'][number] => {
      if (before && !pages.isLoaded(slot)) {
        const known = before.sealedPart(number);
        return known && [...writer.write(known.bytes), known.counts];
      }
      const part = parts.get(slot);
      return part ? [...writer.write(sealPart(part, slot, keys, random)), countsIn(part)] : null;
    });
    const manifest: Manifest = {
      ...{ program: programDigest(), law: lawDigest(options.law), size: tree.size, root: toBase64url(tree.root()) },
      ...{ seq, timeMs, seed, names: count, slots: [...slots], sections, parts: extents },
    };
    writer.finish(manifest, manifestKey(keys), random);
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

const partContext = (slot: string) => utf8(`eenmaal/v1/snapshot/part/${slot}`);
const secretContext = (slot: string, entry: number) => utf8(`eenmaal/v1/snapshot/message/${slot}/${entry}`);

/** Length of the JSON ‖ JSON ‖ of each message: length ‖ its secret fields, sealed. */
function sealPart({ secrets, ...part }: Part, slot: string, keys: SnapshotKeys, random: Random): Uint8Array {
  const json = utf8(JSON.stringify({ ...part, entries: secrets.map(({ index }) => index) }));
  const pieces = [u32(json.length), json];
  for (const { index, fields } of secrets) {
    const key = fields && keys(slot, index);
    const sealed = key
      ? sealWithNonce(key, utf8(JSON.stringify(fields)), secretContext(slot, index), random)
      : new Uint8Array();
    pieces.push(u32(sealed.length), sealed);
  }
  const key = keys(slot, null);
  if (!key) throw new EenmaalError('ledger-damaged', `no key for the part of ${slot}`);
  return sealWithNonce(key, Buffer.concat(pieces), partContext(slot), random);
}

/** @throws `not-readable` */
function openPart(sealed: Uint8Array, slot: string, keys: SnapshotKeys): Part | null {
  const key = keys(slot, null);
  if (!key) return null;
  const plain = openWithNonce(key, sealed, partContext(slot));
  const view = new DataView(plain.buffer, plain.byteOffset, plain.length);
  let at = 0;
  const next = (): Uint8Array => {
    const start = at + 4;
    at = start + view.getUint32(at);
    return plain.subarray(start, at);
  };
  const { entries, ...part } = JSON.parse(text(next())) as Omit<Part, 'secrets'> & { entries: number[] };
  const secrets = entries.map((index) => {
    const sealedFields = next();
    const entryKey = sealedFields.length > 0 ? keys(slot, index) : null;
    const fields = entryKey && openWithNonce(entryKey, sealedFields, secretContext(slot, index));
    return { index, fields: fields && (JSON.parse(text(fields)) as unknown[]) };
  });
  return { ...part, secrets };
}

const u32 = (value: number): Uint8Array => {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
};
const bytes = ({ buffer, byteOffset, byteLength }: Uint32Array) => new Uint8Array(buffer, byteOffset, byteLength);
const numbers = (read: Uint8Array | undefined): Uint32Array<ArrayBuffer> =>
  new Uint32Array((read as Uint8Array).buffer as ArrayBuffer, 0, (read as Uint8Array).length / 4);

/** Another rule may fold the same log to another state: what an earlier program kept is then of no use. */
function programDigest(): string {
  digest ??= hash('sha256', PROGRAM.flatMap(sourcesOf).join('\0') + endianness(), 'base64url');
  return digest;
}
let digest: string | undefined;
const PROGRAM = ['@eenmaal/model', '@eenmaal/consent', '@eenmaal/envelope', '@eenmaal/ledger', './snapshot.ts'];

function sourcesOf(name: string): string[] {
  const folder = dirname(fileURLToPath(import.meta.resolve(name)));
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !/(^test-|\.test\.ts$)/.test(file));
  return files.toSorted().map((file) => `${file}\0${readFileSync(`${folder}/${file}`, 'utf8')}`);
}

function lawDigest(law: Law): string {
  const known = lawDigests.get(law) ?? hash('sha256', JSON.stringify(pack(law)), 'base64url');
  lawDigests.set(law, known);
  return known;
}
const lawDigests = new WeakMap<Law, string>();
