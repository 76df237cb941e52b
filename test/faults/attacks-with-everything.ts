/** Attacks by who has all that the operator has: nothing is wrong with what the ledger starts from, and others must notice. */
import { decide } from '@eenmaal/consent';
import { toBase64url } from '@eenmaal/crypto';
import type { EventOf } from '@eenmaal/model';
import { type Attack, hideWithdrawal } from './attack.ts';
import { cosignedByStranger, proven, wronglySigned } from './attack-cosigners.ts';
import type { Hand } from './attack-hand.ts';

const placeOf = ({ world }: Hand, envelope = '') =>
  world.state.messages.get(envelope) as { index: number; compartment: string };
const erasure = (at: number, dossier: string, statement: string, message: EventOf<'erasure'>['message']) =>
  ({ kind: 'erasure', at, dossier, statement, ground: 'ERAS', decidedBy: null, message }) as const;

/** Destroys the key of a message, and says that a statement about another one said so. */
function forgeErasure(hand: Hand): void {
  const { dossier, told, state, family } = hand.world;
  const [envelope, statement] = [told[2] as string, state.erasures.keys().next().value as string];
  const { index, compartment } = placeOf(hand, envelope);
  const message = { index, envelope, compartment, sender: family.mother.party, seq: 2 };
  hand.append('main', (at) => erasure(at, dossier, statement, message));
  hand.puncture(dossier, index);
}

export const SEEN_BY_OTHERS: readonly Attack[] = [
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
    off: ['memory', 'seen', 'statements'],
  },
  {
    name: 'hide a withdrawal, from an officer who comes for the first time',
    having: 'everything',
    change: hideWithdrawal,
    noticedBy: 'new officer',
    says: /its maker saw another history/,
    off: ['seen', 'statements'],
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
    name: 'log a delivery that had no basis',
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
    change: forgeErasure,
    noticedBy: 'start',
    says: /^ledger-damaged: an erasure that nobody decided/,
    off: ['decided'],
    short: true,
  },
  {
    name: 'erase to hide: the same, with a ledger that does not mind',
    having: 'everything',
    change: forgeErasure,
    dishonest: ['decided'],
    noticedBy: 'officer',
    says: /nobody decided to erase this message/,
    off: ['erasures'],
    short: true,
  },
  {
    name: 'erase to hide: name a message that was lawfully erased, and destroy another',
    having: 'everything',
    change(hand) {
      const { dossier, told, state, family } = hand.world;
      const { index, compartment } = placeOf(hand, told[2]);
      const [statement, [envelope]] = [...state.erasures][0] as [string, [string]];
      const message = { index, envelope, compartment, sender: family.mother.party, seq: 2 };
      hand.append('main', (at) => erasure(at, dossier, statement, message));
      hand.puncture(dossier, index);
    },
    noticedBy: 'start',
    says: /^ledger-damaged: an erasure that nobody decided/,
    off: ['decided'],
  },
  {
    name: 'erase to hide: forge that a whole dossier was erased',
    having: 'everything',
    change(hand) {
      const { dossier, told, state } = hand.world;
      const { index } = placeOf(hand, told[2]);
      const statement = state.erasures.keys().next().value as string;
      hand.append('main', (at) => ({
        ...{ kind: 'dossier-erasure', at, dossier, statement, ground: 'ERAS', decidedBy: 'org-b', holders: [] },
        ...{ entries: [index], sequences: [] },
      }));
      hand.puncture(dossier, index);
    },
    noticedBy: 'start',
    says: /^ledger-damaged: an erasure that nobody decided/,
    off: ['decided'],
    short: true,
  },
  {
    name: 'give the ledger another release secret of a message',
    having: 'the vault key',
    change(hand) {
      const at = hand.placesOf('message').at(-1) as number;
      hand.entry(at, (entry) => hand.resealed(entry, hand.commit(at).firstIndex, hand.random(32)));
    },
    noticedBy: 'opening',
    says: /^secret-mismatch/,
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

export const ON_THE_WAY: readonly Attack[] = [
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
