/**
 * Tiles (C2SP tlog-tiles): the tree as files that never change. A hash tile holds up to 256 hashes that stand side by side
 * at every eighth level of the tree, an entry bundle the entries under one tile of level 0. Here: their names, which of
 * them a tree of some size has, and their bytes. What a tile says is believed only after a proof (tile-tree.ts).
 */

import { concat } from '@eenmaal/crypto';
import { ByteReader, expectHash, HASH_BYTES, isCount } from './bytes.ts';
import { LedgerError } from './errors.ts';
import { decodeDecimal } from './text.ts';
import type { Tree } from './tree.ts';

export const TILE_WIDTH = 256;
/** A hash at tile level L stands at level 8 * L of the tree. */
export const TILE_HEIGHT = 8;
const MAX_LEVEL = 63;
const MAX_ENTRY_BYTES = 0xffff;

/** `level` `entries`: the bundle of entries under tile `index` of level 0. `width` 256: full; less: partial. */
export type Tile = { readonly level: number | 'entries'; readonly index: number; readonly width: number };

const PATH = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** `tile/<level>/<index>[.p/<width>]`, for example `tile/0/x001/x234/067.p/8`. @throws `tile-path` */
export function tilePath({ level, index, width }: Tile): string {
  if (level !== 'entries' && !(Number.isInteger(level) && level >= 0 && level <= MAX_LEVEL))
    refusePath(`level ${level}`);
  if (!isCount(index)) refusePath(`index ${index}`);
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH) refusePath(`width ${width}`);
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0');
  const groups = digits.match(/.{3}/g) as string[];
  const name = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${name}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** The one tile with this path: there is no second spelling. @throws `tile-path` */
export function parseTilePath(path: string): Tile {
  const [, level, name, partial] = PATH.exec(path) ?? [];
  const index = decodeDecimal((name ?? '').replace(/[x/]/g, '').replace(/^0+(?=.)/, ''));
  if (level === undefined || index === undefined) return refusePath(path);
  const tile = {
    level: level === 'entries' ? ('entries' as const) : Number(level),
    index,
    width: partial === undefined ? TILE_WIDTH : Number(partial),
  };
  // catches a group too many in front, a width of 256 spelled out, and a level or width too large
  if (tilePath(tile) !== path) return refusePath(path);
  return tile;
}

/** The hash tiles that hold every node of a tree of `size` leaves, by level. */
export function tilesOf(size: number): Tile[] {
  return tilesAdded(0, size);
}

/** The hash tiles of a tree of `to` leaves that the one of `from` leaves did not have: what to write after growing. */
export function tilesAdded(from: number, to: number): Tile[] {
  if (!isCount(from) || !isCount(to) || from > to) throw new LedgerError('tree-range', `from ${from} to ${to}`);
  const tiles: Tile[] = [];
  let before = from;
  let now = to;
  for (let level = 0; now > before; level++) {
    tiles.push(...row(level, before, now));
    before = Math.floor(before / TILE_WIDTH);
    now = Math.floor(now / TILE_WIDTH);
  }
  return tiles;
}

/** The entry bundles that belong to the tiles of level 0 in `tilesAdded`. */
export function bundlesAdded(from: number, to: number): Tile[] {
  return tilesAdded(from, to)
    .filter(({ level }) => level === 0)
    .map((tile) => ({ ...tile, level: 'entries' as const }));
}

/** How wide tile `index` of `level` is in a tree of `size` leaves; 0 when it has none. */
export function tileWidth(level: number, index: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}

/** The bytes of a hash tile. @throws `tree-range` when the tree is too small for it, `tile-path` */
export function hashTile(tree: Tree, tile: Tile): Uint8Array {
  const { level, index, width } = tile;
  if (level === 'entries') return refusePath(tilePath(tile));
  const first = index * TILE_WIDTH;
  return concat(...Array.from({ length: width }, (_, i) => tree.node(level * TILE_HEIGHT, first + i)));
}

/** The hashes in a tile. @throws `tile-format` when the bytes are not exactly `width` hashes */
export function readHashTile(width: number, bytes: Uint8Array): Uint8Array[] {
  if (bytes.length !== width * HASH_BYTES)
    throw new LedgerError('tile-format', `${bytes.length} bytes, width ${width}`);
  const reader = new ByteReader(bytes, 'tile-format');
  return Array.from({ length: width }, () => expectHash(reader.take(HASH_BYTES), 'tile'));
}

/** The bytes of an entry bundle: each entry with its length in front (u16, big-endian). @throws `tile-format` */
export function entryBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length < 1 || entries.length > TILE_WIDTH)
    throw new LedgerError('tile-format', `${entries.length} entries`);
  return concat(
    ...entries.flatMap((entry) => {
      if (entry.length > MAX_ENTRY_BYTES) throw new LedgerError('tile-format', `entry of ${entry.length} bytes`);
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
    }),
  );
}

/** The entries in a bundle. @throws `tile-format` when the bytes are not exactly `width` entries */
export function readEntryBundle(width: number, bytes: Uint8Array): Uint8Array[] {
  const reader = new ByteReader(bytes, 'tile-format');
  const entries = Array.from({ length: width }, () => reader.take(reader.u16()));
  if (reader.remaining > 0) throw new LedgerError('tile-format', `${reader.remaining} bytes left over`);
  return entries;
}

function row(level: number, before: number, now: number): Tile[] {
  const tiles: Tile[] = [];
  for (let index = Math.floor(before / TILE_WIDTH); index * TILE_WIDTH < now; index++) {
    tiles.push({ level, index, width: Math.min(TILE_WIDTH, now - index * TILE_WIDTH) });
  }
  return tiles;
}

function refusePath(detail: string): never {
  throw new LedgerError('tile-path', detail);
}
