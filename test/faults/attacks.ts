/**
 * Attacks on a stored log, as data: what is done to the copy, by somebody with what, who must notice, what they say, and
 * what has to be switched off before nobody says it. Each is played on a copy of its own.
 */
import { open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { decide } from '@eenmaal/consent';
import { toBase64url } from '@eenmaal/crypto';
import type { Event } from '@eenmaal/model';
import type { Contact, Lie, Off } from './attack-contacts.ts';
import { cosignedByStranger, proven, wronglySigned } from './attack-cosigners.ts';
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
  noticedBy: Contact;
  says: RegExp;
  /** Nothing is noticed when these are switched off. Left out: the attack leaves noise, which no build could believe. */
  off?: readonly Off[];
  /** Played in every run of the tests, not only in the long one. */
  short?: true;
};

const flipIn = async (file: string, at: (size: number) => number): Promise<void> => {
  const place = at((await stat(file)).size);
  const handle = await open(file, 'r+');
  const byte = new Uint8Array(1);
  await handle.read(byte, 0, 1, place);
  await handle.write(
    byte.map((one) => one ^ 1),
    0,
    1,
    place,
  );
  await handle.close();
};
const blockOf = async (streams: string, stream: string): Promise<string> => {
  const folder = join(streams, stream, 'msgs');
  const last =
    (await readdir(folder))
      .filter((name) => name.endsWith('.blk'))
      .sort()
      .at(-1) ?? '';
  // what the server remembers of it would be compared with it: somebody who changes one changes the other
  for (const name of await readdir(folder)) if (!name.endsWith('.blk')) await rm(join(folder, name));
  return join(folder, last);
};
const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, (bytes[at] as number) ^ 1);
/** A commit somewhere in the middle that has others around it. */
const middle = (hand: Hand): number => 7 + hand.below(6);
/** Where a commit lies that came before any snapshot. */
const BELOW_SNAPSHOT = 12;
const NOBODY = toBase64url(new Uint8Array(16));
const otherWriter = (event: Event): Event => ({ ...event, kind: 'writer', instance: NOBODY }) as Event;

const ON_DISK: Attack[] = [
  {
    name: 'flip a bit in the middle of the log’s file',
    having: 'the disk',
    disk: async (streams, hand) =>
      flipIn(await blockOf(streams, 'LEDGER'), (size) => Math.floor(size / 3) + hand.below(200)),
    noticedBy: 'start',
    says: /^ledger-damaged: (ends at \d+, was at \d+|\d+ commits of \d+)/,
    off: ['height', 'holes', 'chain', 'sealing'],
    short: true,
  },
  {
    name: 'flip a bit in the newest commit in the log’s file',
    having: 'the disk',
    disk: async (streams, hand) => flipIn(await blockOf(streams, 'LEDGER'), (size) => size - 20 - hand.below(100)),
    noticedBy: 'start',
    says: /^ledger-damaged: ends at \d+, was at \d+/,
    off: ['height'],
  },
  {
    name: 'cut off the end of the log’s file',
    having: 'the disk',
    disk: async (streams, hand) => {
      const file = await blockOf(streams, 'LEDGER');
      await truncate(file, (await stat(file)).size - 1 - hand.below(2000));
    },
    noticedBy: 'start',
    says: /^ledger-damaged: ends at \d+, was at \d+/,
    off: ['height'],
  },
  {
    name: 'take the log’s stream away',
    having: 'the disk',
    disk: (streams) => rm(join(streams, 'LEDGER'), { recursive: true }),
    noticedBy: 'start',
    says: /^ledger-damaged: stream LEDGER is missing/,
    off: ['streams', 'height'],
  },
  {
    name: 'flip a bit in the vault’s file',
    having: 'the disk',
    disk: async (streams) => flipIn(await blockOf(streams, 'VAULT'), () => 200),
    noticedBy: 'start',
    says: /^(ledger-damaged|keystore-locked): /,
  },
];

const IN_THE_STREAMS: Attack[] = [
  ...[0, 1].map(
    (fromEnd): Attack => ({
      name: `flip a bit in ${fromEnd ? 'an older' : 'the newest'} commit`,
      having: 'the streams',
      change(hand) {
        const at = fromEnd ? middle(hand) : hand.last;
        const bytes = hand.copy.commits[at] as Uint8Array;
        hand.copy.commits[at] = flipped(bytes, bytes.length - 40 - hand.below(100));
      },
      noticedBy: 'start',
      says: /^ledger-damaged: commit-digest/,
      off: ['digest', 'sealing'],
      ...(fromEnd && { short: true }),
    }),
  ),
  {
    name: 'cut the tail',
    having: 'the streams',
    change: ({ copy, below }) => void copy.commits.splice(-1 - below(4)),
    noticedBy: 'start',
    says: /^ledger-damaged: ends at \d+, was at \d+/,
    off: ['height'],
    short: true,
  },
  {
    name: 'drop a commit',
    having: 'the streams',
    change: (hand) => void hand.copy.commits.splice(middle(hand), 1),
    noticedBy: 'start',
    says: /^ledger-damaged: (ledger-gap|ends at)/,
    off: ['chain', 'height'],
    short: true,
  },
  {
    name: 'drop a commit, and say that the log was always so short',
    having: 'the streams',
    change(hand) {
      hand.copy.commits.splice(middle(hand), 1);
      hand.copy.height -= 1;
    },
    noticedBy: 'start',
    says: /^ledger-damaged: ledger-gap/,
    off: ['chain'],
  },
  {
    name: 'swap two commits',
    having: 'the streams',
    change(hand) {
      const at = middle(hand);
      const { commits } = hand.copy;
      [commits[at], commits[at + 1]] = [commits[at + 1] as Uint8Array, commits[at] as Uint8Array];
    },
    noticedBy: 'start',
    says: /^ledger-damaged: ledger-gap/,
    off: ['chain'],
  },
  {
    name: 'put a commit in twice',
    having: 'the streams',
    change(hand) {
      const at = middle(hand);
      hand.copy.commits.splice(at, 0, hand.copy.commits[at] as Uint8Array);
    },
    noticedBy: 'start',
    says: /^ledger-damaged: ledger-repeat/,
    off: ['chain'],
  },
  {
    name: 'rewrite a leaf, and every root after it',
    having: 'the streams',
    change(hand) {
      hand.entry(middle(hand), ({ leaf }) => ({ leaf: flipped(leaf, 2 + hand.below(32)) }));
      hand.roots();
    },
    noticedBy: 'start',
    says: /^ledger-damaged: an entry does not open/,
    off: ['sealing'],
    short: true,
  },
  {
    name: 'rewrite the type of an entry, and every root after it',
    having: 'the streams',
    change(hand) {
      hand.entry(hand.placesOf('statement').at(-1) as number, ({ leaf }) => ({ leaf: leaf.with(1, 8) }));
      hand.roots();
    },
    noticedBy: 'start',
    says: /^ledger-damaged: an entry does not open/,
    off: ['sealing'],
  },
  {
    name: 'rewrite a sealed entry',
    having: 'the streams',
    change: (hand) => hand.entry(middle(hand), ({ body }) => ({ body: flipped(body, hand.below(body.length)) })),
    noticedBy: 'start',
    says: /^ledger-damaged: an entry does not open/,
    off: ['sealing'],
  },
  {
    name: 'move an entry to another dossier',
    having: 'the streams',
    change: (hand) => hand.entry(middle(hand), () => ({ slot: 'main' })),
    noticedBy: 'start',
    says: /^ledger-damaged: an entry does not open/,
    off: ['sealing'],
  },
  {
    name: 'turn time back',
    having: 'the streams',
    change: (hand) => hand.rewrite(middle(hand), ({ timeMs }) => ({ timeMs: timeMs - 3_600_000 })),
    noticedBy: 'start',
    says: /^ledger-damaged: ledger-time-backwards/,
    off: ['chain', 'time'],
  },
  {
    name: 'let time leap ten years at the end, so that every yes has ended',
    having: 'the streams',
    change: (hand) => hand.rewrite(hand.last, ({ timeMs }) => ({ timeMs: timeMs + 3.2e11 })),
    noticedBy: 'start',
    says: /^ledger-damaged: a commit says another time than its entry/,
    off: ['time'],
    short: true,
  },
  {
    name: 'append a commit of another writer',
    having: 'the streams',
    change(hand) {
      const newest = hand.commit(hand.last);
      hand.copy.commits.push(hand.copy.commits[hand.last] as Uint8Array);
      hand.rewrite(hand.last, () => ({ firstIndex: newest.firstIndex + newest.entries.length }));
      hand.roots();
    },
    noticedBy: 'start',
    says: /^ledger-damaged: an entry does not open/,
    off: ['sealing'],
  },
  {
    name: 'swap two slots of the vault',
    having: 'the streams',
    change({ copy: { vault } }) {
      const [[a, one], [b, other]] = [...vault] as [[string, Uint8Array], [string, Uint8Array]];
      vault.set(a, other).set(b, one);
    },
    noticedBy: 'start',
    says: /^keystore-locked: vault/,
  },
  {
    name: 'take a slot out of the vault',
    having: 'the streams',
    change: ({ copy, world }) => void copy.vault.delete(world.dossier),
    noticedBy: 'start',
    says: /^ledger-damaged: the key of an entry is missing, and no erasure says why/,
    off: ['sealing'],
  },
  {
    name: 'take the shelf keys out of the vault',
    having: 'the streams',
    change: ({ copy }) => void copy.vault.delete('shelves'),
    noticedBy: 'start',
    says: /^ledger-damaged: the shelf keys are missing/,
  },
  {
    name: 'put the vault back to before an erasure',
    having: 'the streams',
    change: ({ copy, world }) => void Object.assign(copy, { vault: world.older.vault }),
    noticedBy: 'start',
    says: /^keystore-locked: vault/,
    off: ['binding'],
  },
  {
    name: 'give a message another’s body',
    having: 'the streams',
    change({ copy: { bodies } }) {
      const [a, b] = [...bodies.keys()] as [number, number];
      const [one, other] = [bodies.get(a), bodies.get(b)] as [Uint8Array, Uint8Array];
      bodies.set(a, other).set(b, one);
    },
    noticedBy: 'reading',
    says: /^ledger-damaged: a message body is not what it was/,
    off: ['bodies'],
    short: true,
  },
];

const WITH_THE_VAULT_KEY: Attack[] = [
  {
    name: 'destroy the key of an entry and say so nowhere',
    having: 'the vault key',
    change: (hand) => hand.puncture(hand.world.dossier, hand.commit(middle(hand)).firstIndex),
    noticedBy: 'start',
    says: /^ledger-damaged: the key of an entry is missing, and no erasure says why/,
    off: ['sealing'],
    short: true,
  },
  {
    name: 'write another event in the place of one, under its leaf',
    having: 'the vault key',
    change(hand) {
      const { leaf } = hand.commit(1).entries[0] as { leaf: Uint8Array };
      hand.forge(1, otherWriter);
      hand.entry(1, () => ({ leaf }));
    },
    noticedBy: 'start',
    says: /^ledger-damaged: an entry does not open/,
    off: ['sealing'],
  },
  {
    name: 'write another event in the place of one, with a leaf that fits',
    having: 'the vault key',
    change: (hand) => hand.forge(1, otherWriter),
    noticedBy: 'start',
    says: /^ledger-damaged: ledger-chain-broken/,
    off: ['chain'],
  },
];

/** Writes that nothing happened in the place of a withdrawal, and everything that follows from that. */
function hideWithdrawal(hand: Hand): void {
  hand.forge(hand.world.older.commits.length, ({ at }) => ({ kind: 'writer', at, instance: NOBODY }));
  hand.roots();
}

const SEEN_BY_OTHERS: Attack[] = [
  {
    name: 'hide a withdrawal, from a parent who was there',
    having: 'everything',
    change: hideWithdrawal,
    noticedBy: 'returning',
    says: /^split-view: proof-mismatch/,
    off: ['memory'],
    short: true,
  },
  {
    name: 'hide a withdrawal, from the witnesses',
    having: 'everything',
    change: hideWithdrawal,
    noticedBy: 'witnesses',
    says: /^inconsistent and inconsistent, so quorum-stale/,
    off: ['memory'],
  },
  {
    name: 'hide a withdrawal, from an officer who was there',
    having: 'everything',
    change: hideWithdrawal,
    noticedBy: 'officer',
    says: /^split-view: proof-mismatch/,
    off: ['memory', 'seen'],
  },
  {
    name: 'hide a withdrawal, from an officer who comes for the first time',
    having: 'everything',
    change: hideWithdrawal,
    noticedBy: 'new officer',
    says: /its maker saw another history/,
    off: ['seen'],
  },
  {
    name: 'write another event in the place of the newest, and its root',
    having: 'everything',
    change(hand) {
      const { entries, firstIndex } = hand.commit(hand.last);
      const { slot } = entries[0] as { slot: string };
      hand.cut(1);
      hand.append(slot, (at) => ({ kind: 'writer', at, instance: toBase64url(hand.random(16)) }));
      if (hand.commit(hand.last).firstIndex !== firstIndex) throw new Error('not in its place');
    },
    noticedBy: 'returning',
    says: /^split-view: /,
    off: ['memory'],
  },
  ...(['returning', 'officer', 'witnesses'] as const).map(
    (noticedBy): Attack => ({
      name: `cut the tail with everything that says how long it was (${noticedBy})`,
      having: 'everything',
      change: (hand) => hand.cut(3),
      noticedBy,
      says:
        noticedBy === 'witnesses'
          ? /^ahead and ahead, so quorum-stale/
          : /^split-view: the ledger is shorter than before/,
      off: ['memory'],
    }),
  ),
  ...(['returning', 'officer', 'witnesses'] as const).map(
    (noticedBy): Attack => ({
      name: `restore an older copy of everything (${noticedBy})`,
      having: 'everything',
      change: (hand) => hand.restore(hand.world.older),
      snapshot: true,
      noticedBy,
      says:
        noticedBy === 'witnesses'
          ? /^ahead and ahead, so quorum-stale/
          : /^split-view: the ledger is shorter than before/,
      off: ['memory'],
      ...(noticedBy === 'witnesses' && { short: true }),
    }),
  ),
  {
    name: 'fork for one reader',
    having: 'everything',
    change(hand) {
      hand.restore(hand.world.older);
      for (let i = 0; i < 20; i++)
        hand.append('main', (at) => ({ kind: 'writer', at, instance: toBase64url(hand.random(16)) }));
    },
    noticedBy: 'receiver',
    says: /^split-view: /,
    off: ['confirm'],
    short: true,
  },
  {
    name: 'fork for the witnesses',
    having: 'everything',
    change(hand) {
      hand.cut(3);
      for (let i = 0; i < 4; i++)
        hand.append('main', (at) => ({ kind: 'writer', at, instance: toBase64url(hand.random(16)) }));
    },
    noticedBy: 'witnesses',
    says: /^inconsistent and inconsistent, so quorum-stale/,
    off: ['proofs'],
  },
  {
    name: 'log an opening that had no basis',
    having: 'everything',
    change: (hand) =>
      hand.append(hand.world.dossier, (at) => {
        const { state, told } = hand.world;
        const [envelope, reader] = [told.at(-1) as string, 'partner/org-c'] as const;
        const compartment = state.messages.get(envelope)?.compartment ?? '';
        const decided = decide(state, { party: reader, compartment, message: envelope }, at);
        return { kind: 'delivery', at, envelope, reader, decision: { ...decided, outcome: 'permit' } };
      }),
    noticedBy: 'officer',
    says: /no standing basis: /,
    off: ['bases'],
    short: true,
  },
  {
    name: 'erase to hide: destroy a key, and forge the erasure nobody decided',
    having: 'everything',
    change(hand) {
      const { dossier, told, state, family } = hand.world;
      const [envelope, statement] = [told[2] as string, state.erasures.keys().next().value as string];
      const { index, compartment } = state.messages.get(envelope) as { index: number; compartment: string };
      const message = { index, envelope, compartment, sender: family.mother.party, seq: 2 };
      hand.append('main', (at) => ({
        kind: 'erasure',
        at,
        dossier,
        statement,
        ground: 'ERAS',
        decidedBy: null,
        message,
      }));
      hand.puncture(dossier, index);
    },
    noticedBy: 'officer',
    says: /nobody decided to erase this message/,
    off: ['erasures'],
    short: true,
  },
  {
    name: 'put vault and key file back to before an erasure',
    having: 'everything',
    change(hand) {
      hand.copy.vault = new Map(hand.world.older.vault);
      hand.copy.vaultKeys = hand.world.older.vaultKeys.map((key) => key.slice());
    },
    noticedBy: 'erased',
    says: /^erased again/,
    off: ['keepKeys'],
  },
];

const ON_SNAPSHOTS: Attack[] = [
  {
    name: 'flip a bit in the snapshot',
    having: 'the disk',
    snapshot: true,
    change({ copy, below }) {
      copy.snapshot = flipped(copy.snapshot as Uint8Array, below(600));
    },
    noticedBy: 'snapshot',
    says: /^snapshot-damaged: at 0/,
    off: ['snapshot'],
    short: true,
  },
  {
    name: 'flip a bit in the snapshot’s list',
    having: 'the disk',
    snapshot: true,
    change({ copy, below }) {
      const bytes = copy.snapshot as Uint8Array;
      copy.snapshot = flipped(bytes, bytes.length - 10 - below(500));
    },
    noticedBy: 'snapshot',
    says: /^snapshot-not-ours/,
  },
  {
    name: 'cut off the snapshot’s end',
    having: 'the disk',
    snapshot: true,
    change({ copy, below }) {
      copy.snapshot = (copy.snapshot as Uint8Array).slice(0, -1 - below(900));
    },
    noticedBy: 'snapshot',
    says: /^snapshot-damaged/,
  },
  {
    name: 'put another region’s snapshot there',
    having: 'the disk',
    snapshot: true,
    change({ copy, world }) {
      copy.snapshot = world.foreign;
    },
    noticedBy: 'snapshot',
    says: /^snapshot-not-ours/,
  },
  {
    name: 'restore an older log under a newer snapshot',
    having: 'the streams',
    snapshot: true,
    change(hand) {
      const { snapshot } = hand.copy;
      hand.cut(hand.copy.commits.length - hand.world.older.commits.length);
      Object.assign(hand.copy, { snapshot });
    },
    noticedBy: 'start',
    says: /^ledger-damaged: turned back: a snapshot was made at \d+ entries/,
    off: ['snapshot', 'holes'],
    short: true,
  },
  {
    name: 'write another history below a snapshot',
    having: 'everything',
    snapshot: true,
    change(hand) {
      hideWithdrawal(hand);
    },
    noticedBy: 'start',
    says: /^ledger-damaged: another history: a snapshot was made at \d+ entries/,
    off: ['snapshot', 'chain'],
  },
  {
    name: 'rewrite a leaf below a snapshot',
    having: 'the streams',
    snapshot: true,
    change: (hand) => hand.entry(BELOW_SNAPSHOT, ({ leaf }) => ({ leaf: flipped(leaf, 2 + hand.below(32)) })),
    noticedBy: 'reading',
    says: /^ledger-damaged: entry \d+ is not what it was/,
    off: ['tree', 'sealing'],
  },
  {
    name: 'write another event below a snapshot',
    having: 'the vault key',
    snapshot: true,
    change: (hand) => hand.forge(1, otherWriter),
    noticedBy: 'reading',
    says: /^ledger-damaged: entry \d+ is not what it was/,
    off: ['tree'],
    short: true,
  },
  {
    name: 'rewrite a sealed entry below a snapshot',
    having: 'the streams',
    snapshot: true,
    change: (hand) => hand.entry(BELOW_SNAPSHOT, ({ body }) => ({ body: flipped(body, hand.below(body.length)) })),
    noticedBy: 'reading',
    says: /^ledger-damaged: entry \d+: not-readable/,
    off: ['sealing'],
  },
  {
    name: 'flip a bit in a commit below a snapshot',
    having: 'the streams',
    snapshot: true,
    change({ copy }) {
      const bytes = copy.commits[BELOW_SNAPSHOT] as Uint8Array;
      copy.commits[BELOW_SNAPSHOT] = flipped(bytes, bytes.length - 60);
    },
    noticedBy: 'reading',
    says: /^ledger-damaged: entry \d+: commit-digest/,
    off: ['digest', 'sealing'],
  },
  {
    name: 'turn time back below a snapshot',
    having: 'the streams',
    snapshot: true,
    change: (hand) => hand.rewrite(BELOW_SNAPSHOT, ({ timeMs }) => ({ timeMs: timeMs - 3_600_000 })),
    noticedBy: 'reading',
    says: /^ledger-damaged: entry \d+: a commit says another time/,
    off: ['time'],
  },
  {
    name: 'destroy the key of an entry below a snapshot, and say so nowhere',
    having: 'the vault key',
    snapshot: true,
    change: (hand) => hand.puncture(hand.world.dossier, hand.commit(BELOW_SNAPSHOT).firstIndex),
    noticedBy: 'reading',
    says: /^ledger-damaged: entry \d+: the key of an entry is missing, and no erasure says why/,
    off: ['sealing'],
  },
  {
    name: 'rewrite a sealed entry above a snapshot',
    having: 'the streams',
    snapshot: true,
    change: (hand) => hand.entry(hand.last - 1, ({ body }) => ({ body: flipped(body, hand.below(body.length)) })),
    noticedBy: 'start',
    says: /^ledger-damaged: an entry does not open/,
    off: ['sealing'],
  },
  {
    name: 'drop a commit above a snapshot',
    having: 'the streams',
    snapshot: true,
    change(hand) {
      hand.copy.commits.splice(hand.last - 3, 1);
      hand.copy.height -= 1;
    },
    noticedBy: 'start',
    says: /^ledger-damaged: ledger-gap/,
    off: ['chain'],
  },
  {
    name: 'cut everything above a snapshot, with the mark (returning)',
    having: 'everything',
    snapshot: true,
    change: (hand) => hand.cut(3),
    noticedBy: 'returning',
    says: /^split-view: the ledger is shorter than before/,
    off: ['memory'],
  },
];

const ON_THE_WAY: Attack[] = [
  {
    name: 'replay an old checkpoint',
    having: 'the way to the reader',
    lie: ({ older }, told) => ({ ...told, checkpoint: older.checkpoint, proof: [] }),
    noticedBy: 'returning',
    says: /^split-view: proof-index/,
    off: ['proofs'],
    short: true,
  },
  {
    name: 'forge the log’s signature on a checkpoint',
    having: 'the way to the reader',
    lie: (_, told) => ({ ...told, checkpoint: wronglySigned(told.checkpoint) }),
    noticedBy: 'returning',
    says: /^split-view: note-bad-signature/,
    off: ['signatures'],
  },
  {
    name: 'replay an old cosignature',
    having: 'everything',
    lie: async ({ olderCosigned }, told, truth) => ({ ...told, cosigned: await proven(olderCosigned, truth) }),
    noticedBy: 'confirmation',
    says: /^quorum-stale/,
    off: ['age'],
  },
  {
    name: 'forge a cosignature of a witness',
    having: 'everything',
    lie: async ({ olderCosigned }, told, truth) => ({
      ...told,
      cosigned: await proven(wronglySigned(olderCosigned), truth),
    }),
    noticedBy: 'confirmation',
    says: /^split-view: note-bad-signature/,
    off: ['signatures', 'age'],
    short: true,
  },
  {
    name: 'cosign as a witness nobody chose, under a chosen one’s name',
    having: 'everything',
    lie: async (_, told, truth) => ({ ...told, cosigned: await proven(cosignedByStranger(told.checkpoint), truth) }),
    noticedBy: 'confirmation',
    says: /^quorum-missing/,
    off: ['policy'],
  },
];

export const ATTACKS: readonly Attack[] = [
  ...[...ON_DISK, ...IN_THE_STREAMS, ...WITH_THE_VAULT_KEY],
  ...[...SEEN_BY_OTHERS, ...ON_SNAPSHOTS, ...ON_THE_WAY],
];
