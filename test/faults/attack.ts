/** What an attack is, and what several of them do. */
import { toBase64url } from '@eenmaal/crypto';
import type { Event } from '@eenmaal/model';
import type { Contact, Lie, Off } from './attack-contacts.ts';
import type { Hand } from './attack-hand.ts';

export type Attack = {
  name: string;
  /** What the attacker has. */
  having: 'the disk' | 'the streams' | 'the vault key' | 'everything' | 'the way to the reader';
  /** Changes files under the streams' folder, on disk. */
  disk?(streams: string, hand: Hand): Promise<void>;
  /** Changes what will be put in the streams. */
  change?(hand: Hand): void;
  lie?: Lie;
  /** A snapshot lies there too: the newest, where the attack puts no other. */
  snapshot?: true;
  /** Checks the operator took out of its own ledger; others must notice all the same. */
  dishonest?: readonly Off[];
  noticedBy: Contact;
  says: RegExp;
  /** Nothing is noticed when these are switched off. Left out: the attack leaves noise, which no build could believe. */
  off?: readonly Off[];
  /** Played in every run of the tests, not only in the long one. */
  short?: true;
};

export const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, (bytes[at] as number) ^ 1);
/** A commit somewhere in the middle that has others around it. */
export const middle = (hand: Hand): number => 7 + hand.below(6);
const NOBODY = toBase64url(new Uint8Array(16));
export const otherWriter = (event: Event): Event => ({ ...event, kind: 'writer', instance: NOBODY }) as Event;

/** Writes that nothing happened in the place of a withdrawal, and everything that follows from that. */
export function hideWithdrawal(hand: Hand): void {
  hand.forge(hand.world.older.commits.length, ({ at }) => ({ kind: 'writer', at, instance: NOBODY }));
  hand.roots();
}
