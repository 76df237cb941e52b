/** Attacks on the log's tiles, on which every proof rests that a ledger started from a snapshot gives. */
import { hashLeaf } from '@eenmaal/ledger';
import { type Attack, flipped } from './attack.ts';
import type { Hand } from './attack-hand.ts';

const TILES = ['tile/0/000', 'tile/0/001'] as const;
/** After everything that a start reads again, in the first tile. */
const LATE = 100;
const tile = ({ copy }: Hand, path: string): Uint8Array => copy.tiles.get(path) as Uint8Array;
/** Reading every entry asks for every leaf. A build that believes tiles must not compare leaves with them either. */
const BELIEVED = ['tiles', 'tree'] as const;

export const ON_TILES: readonly Attack[] = [
  {
    name: 'flip a bit in a tile of hashes',
    having: 'the disk',
    snapshot: true,
    change(hand) {
      hand.copy.tiles.set(TILES[0], flipped(tile(hand, TILES[0]), 32 * LATE + hand.below(32 * LATE)));
    },
    noticedBy: 'reading',
    says: /^ledger-damaged: tile-mismatch: tile\/0\/000/,
    off: BELIEVED,
    short: true,
  },
  {
    name: 'swap two tiles',
    having: 'the disk',
    snapshot: true,
    change(hand) {
      const [a, b] = TILES.map((path) => tile(hand, path)) as [Uint8Array, Uint8Array];
      hand.copy.tiles.set(TILES[0], b).set(TILES[1], a);
    },
    noticedBy: 'reading',
    says: /^ledger-damaged: tile-mismatch: tile\/0\/00[01]/,
  },
  {
    name: 'put an older copy of a tile there, from before it was full',
    having: 'the disk',
    snapshot: true,
    change(hand) {
      hand.copy.tiles.set(TILES[0], tile(hand, TILES[0]).slice(0, 32 * (LATE + hand.below(LATE))));
    },
    noticedBy: 'reading',
    says: /^ledger-damaged: tile-format: tile\/0\/000/,
    off: BELIEVED,
    short: true,
  },
  {
    name: 'rewrite a leaf below a snapshot, and the tile it is in',
    having: 'the streams',
    snapshot: true,
    change(hand) {
      const at = hand.copy.commits.findIndex((_, i) => hand.commit(i).entries.length > LATE);
      hand.entry(at, ({ leaf }) => ({ leaf: flipped(leaf, 2 + hand.below(32)) }));
      const { firstIndex, entries } = hand.commit(at);
      const bytes = tile(hand, TILES[0]).slice();
      bytes.set(hashLeaf(entries[0]?.leaf as Uint8Array), 32 * firstIndex);
      hand.copy.tiles.set(TILES[0], bytes);
    },
    noticedBy: 'reading',
    says: /^ledger-damaged: tile-mismatch: tile\/0\/000/,
    off: ['tiles', 'sealing'],
    short: true,
  },
  ...[...TILES, 'tile/entries/000'].map(
    (path, i): Attack => ({
      name: `take ${path} away`,
      having: 'the disk',
      snapshot: true,
      change: ({ copy }) => void copy.tiles.delete(path),
      noticedBy: 'snapshot',
      says: new RegExp(`^snapshot-without-tiles: ${path}$`),
      ...(i === 0 && { short: true }),
    }),
  ),
];
