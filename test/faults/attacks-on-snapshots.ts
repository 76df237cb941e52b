/** Attacks on a snapshot, and on a log that is started from one: what lies below it was not read at the start. */
import { type Attack, flipped, hideWithdrawal, otherWriter } from './attack.ts';

/** Where a commit lies that came before any snapshot. */
const BELOW_SNAPSHOT = 12;
export const ON_SNAPSHOTS: readonly Attack[] = [
  {
    name: 'flip a bit in the snapshot',
    having: 'the disk',
    snapshot: true,
    change({ copy, below }) {
      // in the directory of names: what the tree's edge says is found out by its root too
      copy.snapshot = flipped(copy.snapshot as Uint8Array, 4000 + below(3000));
    },
    noticedBy: 'snapshot',
    says: /^snapshot-damaged: at \d+/,
    off: ['snapshot'],
    short: true,
  },
  {
    name: 'flip a bit in a dossier’s part of the snapshot',
    having: 'the disk',
    snapshot: true,
    change({ copy, below }) {
      const bytes = copy.snapshot as Uint8Array;
      copy.snapshot = flipped(bytes, bytes.length - 4000 - below(1000));
    },
    noticedBy: 'reading',
    says: /^ledger-damaged: a part of the snapshot is not what it was/,
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
