/** Peers that seal every message for every reader: jose (JWE, RFC 7516) and age. They know no signatures. */
import { type Content, Content as Schema } from '@eenmaal/model';
import {
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from 'age-encryption';
import { GeneralEncrypt, type GeneralJWE, generalDecrypt, generateKeyPair } from 'jose';

/** One way to seal a message for five readers, and one reader's way to open it. `size`: bytes on the wire. */
export type Peer<Sealed> = {
  name: string;
  seal(content: Content): Promise<Sealed>;
  open(sealed: Sealed): Promise<Content>;
  size(sealed: Sealed): number;
};

const bytesOf = (content: Content): Uint8Array => new TextEncoder().encode(JSON.stringify(content));
const contentOf = (bytes: Uint8Array): Content => Schema.parse(JSON.parse(new TextDecoder().decode(bytes)));

/** General JSON, ECDH-ES+A256KW over X25519, A256GCM; the reader, the third of five, finds its entry by `kid`. */
export async function josePeer(readers = 5): Promise<Peer<GeneralJWE>> {
  const pairs = await Promise.all(Array.from({ length: readers }, () => generateKeyPair(JOSE_ALG, { crv: 'X25519' })));
  const own = Math.floor(readers / 2);
  return {
    name: 'jose GeneralEncrypt',
    async seal(content) {
      const jwe = new GeneralEncrypt(bytesOf(content)).setProtectedHeader({ enc: 'A256GCM' });
      for (const [i, { publicKey }] of pairs.entries())
        jwe.addRecipient(publicKey).setUnprotectedHeader({ alg: JOSE_ALG, kid: `reader-${i}` });
      return jwe.encrypt();
    },
    async open(jwe) {
      const { plaintext } = await generalDecrypt(jwe, (_, { header }) => {
        const key = pairs[own]?.privateKey;
        if (header?.kid !== `reader-${own}` || !key) throw new Error('for somebody else');
        return key;
      });
      return contentOf(plaintext);
    },
    size: (jwe) => JSON.stringify(jwe).length,
  };
}
const JOSE_ALG = 'ECDH-ES+A256KW';

/** Five recipients of one kind: X25519, or ML-KEM-768 with X25519 (`hybrid`). */
export async function agePeer(kind: 'X25519' | 'hybrid'): Promise<Peer<Uint8Array>> {
  const make = kind === 'hybrid' ? generateHybridIdentity : generateX25519Identity;
  const identities = await Promise.all(Array.from({ length: 5 }, () => make()));
  const recipients = await Promise.all(identities.map((identity) => identityToRecipient(identity)));
  return {
    name: `age ${kind}`,
    seal(content) {
      const age = new Encrypter();
      for (const recipient of recipients) age.addRecipient(recipient);
      return age.encrypt(bytesOf(content));
    },
    async open(sealed) {
      const age = new Decrypter();
      age.addIdentity(identities[2] ?? '');
      return contentOf(await age.decrypt(sealed));
    },
    size: (sealed) => sealed.length,
  };
}
