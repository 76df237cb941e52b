/**
 * Attacks on a stored log, as data: what is done to the copy, by somebody with what, who must notice, what they say, and
 * what has to be switched off before nobody says it. Each is played on a copy of its own.
 */
import type { Attack } from './attack.ts';
import { IN_THE_STREAMS, ON_DISK, WITH_THE_VAULT_KEY } from './attacks-in-store.ts';
import { ON_SNAPSHOTS } from './attacks-on-snapshots.ts';
import { ON_TILES } from './attacks-on-tiles.ts';
import { ON_THE_WAY, SEEN_BY_OTHERS } from './attacks-with-everything.ts';

export const ATTACKS: readonly Attack[] = [
  ...[...ON_DISK, ...IN_THE_STREAMS, ...WITH_THE_VAULT_KEY],
  ...[...SEEN_BY_OTHERS, ...ON_SNAPSHOTS, ...ON_TILES, ...ON_THE_WAY],
];
