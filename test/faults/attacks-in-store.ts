/** Attacks by who has the disk, the streams, or the vault key too: the ledger service itself must notice, before it serves. */
import { open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { type Attack, flipped, middle, otherWriter } from './attack.ts';

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
export const ON_DISK: readonly Attack[] = [
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

export const IN_THE_STREAMS: readonly Attack[] = [
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
    short: true,
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
    short: true,
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

export const WITH_THE_VAULT_KEY: readonly Attack[] = [
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
