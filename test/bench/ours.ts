/** Our side of the comparison with the peers: one compartment with five readers, at the level of the envelope format. */

import { newId } from '@eenmaal/client';
import { identityFromSeed } from '@eenmaal/crypto';
import { type Draft, itemKey, openMessage, readEnvelope, type Sealed, sealMessage } from '@eenmaal/envelope';
import { nativeSigner } from '@eenmaal/host';
import { type Content, partner } from '@eenmaal/model';
import { random } from './harness.ts';
import type { Peer } from './peers.ts';

/** About what a professional writes on two pages: 4 KiB of text. */
const report: Content = {
  title: 'Gesprek thuis',
  text: 'Noor slaapt weer beter sinds de afspraken over de avonden; haar moeder belt morgen met school. '
    .repeat(44)
    .slice(0, 4096),
  author: { name: 'S. de Wit', role: 'gezinswerker', register: 'SKJ 100012345' },
  attachments: [],
};

/** As it arrives from a form or over HTTP; a string just cut out of another costs every `JSON.stringify` extra. */
export const content: Content = JSON.parse(JSON.stringify(report));

/** Signs as a partner's program does. */
export const signer = identityFromSeed(random(64), nativeSigner);

/** A header as it really is: two grants it rests on, a position in the log. */
export const draft: Draft = {
  id: newId(random),
  dossier: newId(random),
  compartment: newId(random),
  epoch: 3,
  sender: partner('lokaal-team'),
  seq: 41,
  kind: 'report',
  purpose: 'support',
  marks: [],
  basis: [newId(random), newId(random)],
  ledger: { size: 1041, root: signer.signing.kid },
  attachments: [],
};

/** One epoch key for all readers; opening includes reading the header and checking the signature. */
export function ourPeer(): Peer<Sealed> {
  const key = random(32);
  const { signing } = signer;
  return {
    name: 'Eenmaal',
    seal: async (message) => sealMessage(draft, message, key, signing, random),
    async open({ envelope, secret }) {
      readEnvelope(envelope).signature.verify(signing.publicKey);
      return openMessage(envelope, itemKey(key, envelope.header), secret);
    },
    size: ({ envelope: { header, jws, body } }) => header.length + jws.length + body.length,
  };
}
