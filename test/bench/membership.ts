/** Letting a reader in on the past, and keeping one out of the future. */
import { identityFromSeed } from '@eenmaal/crypto';
import {
  epochCommitment,
  epochKey,
  newHistoryKey,
  openHistory,
  openWrap,
  sealLabel,
  sealLink,
  sealWrap,
} from '@eenmaal/envelope';
import { EenmaalError, type Hash, partner, type Wrap } from '@eenmaal/model';
import { compare, type Group, race, random, type Settings, short, spread } from './harness.ts';
import { megolmRoom, passOn, replaceKey, sealIn } from './megolm.ts';
import { content, draft, signer } from './ours.ts';
import { josePeer } from './peers.ts';

const { dossier, compartment } = draft;
const at = (epoch: number) => ({ dossier, compartment, epoch });

/** Five readers, and a chain of epochs behind them: ten, as Megolm has ten keys after 1,000 messages. */
export function ourCompartment(epochs = 10) {
  const members = Array.from({ length: 5 }, (_, i) => ({
    party: partner(`reader-${i}`),
    ...identityFromSeed(random(64)),
  }));
  const histories = Array.from({ length: epochs }, () => newHistoryKey(random));
  const links = new Map<number, string>();
  for (const [epoch, key] of histories.entries()) {
    const before = histories[epoch - 1];
    if (before) links.set(epoch, sealLink(key, before, at(epoch)));
  }
  const commitments = histories.map((key, epoch) => epochCommitment(epochKey(key, at(epoch)), at(epoch)));
  return { members, histories, links, commitments };
}
type Ours = ReturnType<typeof ourCompartment>;
type Member = Ours['members'][number];

const wrapTo = ({ party, sealing }: Member, key: Uint8Array, epoch: number): Wrap =>
  sealWrap(
    key,
    at(epoch),
    { party, kid: sealing.kid, scope: 'history', by: signer.signing.kid },
    sealing.publicKey,
    random,
  );

/** The key of one epoch, compared with what was signed for everybody. */
function checked(history: Uint8Array, epoch: number, commitment: Hash | undefined): Uint8Array {
  const key = epochKey(history, at(epoch));
  if (epochCommitment(key, at(epoch)) !== commitment) throw new EenmaalError('not-readable');
  return key;
}

/** One wrap by a member; the newcomer opens it and walks back to the first epoch. */
export function addOurs(
  { histories, links, commitments }: Ours,
  newcomer: Member,
): { bytes: number; keys: Uint8Array[] } {
  const newest = histories.length - 1;
  const wrap = wrapTo(newcomer, histories[newest] as Uint8Array, newest);
  const opened = openWrap(wrap, at(newest), signer.signing.kid, newcomer.sealing.secretKey);
  const keys = [...openHistory(opened, at(newest), links)].map(([epoch, key]) =>
    checked(key, epoch, commitments[epoch]),
  );
  return { bytes: JSON.stringify(wrap).length, keys };
}

/** A new epoch for those who stay, and each of them opens it. */
export function removeOurs({ histories }: Ours, stay: readonly Member[]): { bytes: number; keys: Uint8Array[] } {
  const epoch = histories.length;
  const history = newHistoryKey(random);
  const key = epochKey(history, at(epoch));
  const statement = {
    commitment: epochCommitment(key, at(epoch)),
    link: sealLink(history, histories[epoch - 1] as Uint8Array, at(epoch)),
    label: sealLabel(key, 'Opvoeding', at(epoch)),
    wraps: stay.map((member) => wrapTo(member, history, epoch)),
  };
  const keys = stay.map(({ sealing }, i) => {
    const opened = openWrap(statement.wraps[i] as Wrap, at(epoch), signer.signing.kid, sealing.secretKey);
    return checked(opened, epoch, statement.commitment);
  });
  return { bytes: JSON.stringify(statement).length, keys };
}

/** What was sealed for one reader each, opened and sealed again for the newcomer. */
export async function josePast(messages: number) {
  const old = await josePeer(1);
  const sealed = await Promise.all(Array.from({ length: messages }, () => old.seal(content)));
  const newcomer = await josePeer(1);
  return async (): Promise<{ bytes: number; messages: number }> => {
    let bytes = 0;
    for (const message of sealed) bytes += newcomer.size(await newcomer.seal(await old.open(message)));
    return { bytes, messages };
  };
}

export async function megolmPast(messages: number) {
  const room = await megolmRoom(5, 100);
  for (let i = 0; i < messages; i++) {
    if (i % 100 === 0) await room.share(room.others);
    await sealIn(room.sender, content);
  }
  return room;
}

export async function membership({ quick }: Settings): Promise<Group> {
  const messages = 1000;
  const ours = ourCompartment();
  const [newcomer, ...stay] = ours.members as [Member, ...Member[]];
  const sealAgain = await josePast(messages);
  const room = await megolmPast(messages);
  let joining = await room.join('new-0');
  let joined = 0;
  const rounds = quick ? 3 : 11;
  const sent = new Map<string, number>();
  const added = await race(
    [
      {
        name: 'Eenmaal',
        times: 200,
        run: () => many(200, () => sent.set('add Eenmaal', addOurs(ours, newcomer).bytes)),
      },
      { name: 'jose', times: 1, run: async () => sent.set('add jose', (await sealAgain()).bytes) },
      {
        name: 'Megolm',
        times: 1,
        before: async () => (joining = await room.join(`new-${++joined}`)),
        run: async () => sent.set('add Megolm', (await passOn(room.sender, joining)).bytes),
      },
    ],
    rounds,
    1,
  );
  const removed = await race(
    [
      {
        name: 'Eenmaal',
        times: 20,
        run: () => many(20, () => sent.set('remove Eenmaal', removeOurs(ours, stay).bytes)),
      },
      {
        name: 'Megolm',
        times: 1,
        run: async () => sent.set('remove Megolm', await replaceKey(room, room.others.slice(1))),
      },
    ],
    rounds * 2,
    2,
  );
  const ms = (raced: typeof added, name: string) => short(spread(raced.wall.get(name) ?? []).middle / 1000);
  const bytes = (what: string) => short(sent.get(what) ?? 0);
  return {
    title: 'membership: a reader is let in on 1,000 past messages; a reader is shut out and four stay',
    header: ['', 'let in, ms', 'bytes sent', 'shut out, ms', 'bytes sent'],
    rows: [
      ['Eenmaal', ms(added, 'Eenmaal'), bytes('add Eenmaal'), ms(removed, 'Eenmaal'), bytes('remove Eenmaal')],
      ['jose, opened and sealed again', ms(added, 'jose'), bytes('add jose'), '0', '0'],
      ['Megolm', ms(added, 'Megolm'), bytes('add Megolm'), ms(removed, 'Megolm'), bytes('remove Megolm')],
    ],
    claims: [
      compare('letting in: times as fast as jose', added, 'Eenmaal', 'jose', 500),
      compare('letting in: times as fast as Megolm', added, 'Eenmaal', 'Megolm'),
      compare('shutting out: times as fast as Megolm', removed, 'Eenmaal', 'Megolm'),
    ],
    notes: [
      'Times are the work of everybody concerned, in turn: wrapping, unwrapping, the walk back over ten epochs with every key compared to its commitment. The signed statement that carries a wrap is not in it: one signature and one check.',
      'jose seals each message again for the newcomer alone, which is the least it could do. Megolm: all group keys exported, encrypted as one attachment, imported; a new group key for four over their Olm sessions.',
    ],
  };
}

const many = (times: number, act: () => unknown): void => {
  for (let i = 0; i < times; i++) act();
};
