/** Sealing and opening one message for five readers, against those who do it otherwise. */
import { type Case, compare, type Group, perSecond, race, repeat, type Settings, short } from './harness.ts';
import { megolmPeer } from './megolm.ts';
import { content, ourPeer } from './ours.ts';
import { agePeer, josePeer, type Peer } from './peers.ts';

// biome-ignore lint/suspicious/noExplicitAny: each peer has its own sealed form, which only it looks into
export type AnyPeer = Peer<any>;

/** Ours first. `times`: how often a round does it, so that every case takes about as long. */
export const sealers = async (): Promise<{ peer: AnyPeer; times: number }[]> => [
  { peer: ourPeer(), times: 400 },
  { peer: await josePeer(), times: 40 },
  { peer: await agePeer('X25519'), times: 20 },
  { peer: await agePeer('hybrid'), times: 4 },
  { peer: await megolmPeer(), times: 100 },
];

export async function seal({ quick }: Settings): Promise<Group> {
  const all = await sealers();
  const rounds = quick ? 5 : 31;
  const sealing: Case[] = all.map(({ peer, times }) => ({
    name: peer.name,
    times,
    run: repeat(times, () => peer.seal(content)),
  }));
  const opening: Case[] = await Promise.all(
    all.map(async ({ peer, times }) => {
      const sealed = await peer.seal(content);
      return { name: peer.name, times, run: repeat(times, () => peer.open(sealed)) };
    }),
  );
  const sealed = await race(sealing, rounds);
  const opened = await race(opening, rounds);
  const rows = await Promise.all(
    all.map(async ({ peer }) => [
      peer.name,
      perSecond(sealed.wall.get(peer.name)),
      perSecond(opened.wall.get(peer.name)),
      short(peer.size(await peer.seal(content)) - content.text.length),
    ]),
  );
  const jose = 'jose GeneralEncrypt';
  return {
    title: 'seal: one message of 4 KiB for five readers; one of them opens it',
    header: ['', 'seal/s', 'open/s', 'overhead, bytes'],
    rows,
    claims: [
      compare('sealing: times as fast as jose', sealed, 'Eenmaal', jose, 15),
      compare('sealing: times as fast as Megolm', sealed, 'Eenmaal', 'Megolm', 3),
      compare('sealing: times as fast as age X25519', sealed, 'Eenmaal', 'age X25519'),
      compare('opening: times as fast as jose', opened, 'Eenmaal', jose),
      compare('opening: times as fast as Megolm', opened, 'Eenmaal', 'Megolm'),
    ],
    notes: [
      'About two fifths of our sealing is the Ed25519 signature (by OpenSSL, as in the program of a partner; a browser signs slower), a quarter XChaCha20-Poly1305 and the hash of the body; without a signature it would be twice as fast, and anybody could have written the message.',
      'Every case begins with the content as an object and ends with it, checked. Ours and Megolm sign what they seal and check it on opening; jose and age do not. Ours and age hybrid resist a quantum computer, the others do not.',
      'The overhead is all that travels beyond the 4,096 bytes of text: title and author too, our readable header and our padding. jose and Megolm carry the text as base64.',
    ],
  };
}
