/**
 * One message: sealed under its item key (from K_e) and its release secret, committed, signed. Before: `tell` chose
 * readers and made sure the epoch is current. After: the ledger accepts, logs and later releases the secret. FORMAT.md
 * section 4.
 */
import {
  aeadOpen,
  aeadSeal,
  concat,
  deriveKey,
  equal,
  fromBase64url,
  hash256,
  NONCE,
  type Random,
  readJws,
  type SigningKeys,
  signDetached,
  signedEnvelopeBytes,
  TAG,
  text,
  toBase64url,
  type UnverifiedJws,
  utf8,
} from '@eenmaal/crypto';
import {
  Content,
  canonical,
  EenmaalError,
  type Envelope,
  Header,
  LIMITS,
  Mark,
  parseCanonical,
  SUITE,
} from '@eenmaal/model';
import { pad, paddedLength, unpad } from './padding.ts';

const NO_NONCE = new Uint8Array(NONCE); // a message key is derived for one message and used once
const COMMITMENT = 32;

/** The header without what sealing fills in. */
export type Draft = Omit<Header, 'suite' | 'kid' | 'secretHash' | 'size'>;

/**
 * I_m, the item key: opens this one message, and only with its release secret. A type of its own, because what is
 * disclosed to somebody must never be K_e, which opens a whole epoch.
 */
export type ItemKey = Uint8Array & { readonly opensOneMessage: true };

/** I_m from K_e and the message's exact header. */
export const itemKey = (epochKey: Uint8Array, header: string): ItemKey =>
  deriveKey(epochKey, 'eenmaal/v1/item', [utf8(header)]) as ItemKey;

/** A sealed message, and the release secret that goes to the ledger and nowhere else. */
export type Sealed = { envelope: Envelope; secret: Uint8Array };

/** Seals `content` under K_e. @throws `too-large`, `malformed` */
export function sealMessage(
  draft: Draft,
  content: Content,
  key: Uint8Array,
  signing: SigningKeys,
  random: Random,
): Sealed {
  sameAttachments(draft, content);
  const plaintext = utf8(canonical(Content, content));
  const size = COMMITMENT + paddedLength(plaintext.length + 1) + TAG;
  if (size > LIMITS.body) throw new EenmaalError('too-large', 'message');
  const secret = random(32);
  const { id, dossier, compartment, epoch, sender, seq, kind, purpose, marks, basis, ledger, attachments } = draft;
  const secretHash = toBase64url(hash256(secret));
  const fields: Header = {
    ...{ suite: SUITE, id, dossier, compartment, epoch, sender, kid: signing.kid, seq },
    ...{ kind, purpose, marks, basis, ledger, secretHash, size, attachments },
  };
  const header = canonical(Header, fields);
  if (header.length > LIMITS.header) throw new EenmaalError('too-large', 'header');
  marksInOrder(fields);
  const headerBytes = utf8(header);
  const { bodyKey, commitment } = messageKeys(itemKey(key, header), secret, headerBytes);
  const body = concat(commitment, aeadSeal(bodyKey, NO_NONCE, pad(plaintext), headerBytes));
  const jws = signDetached(signing, 'eenmaal-envelope+jws', signedEnvelopeBytes(headerBytes, hash256(body)));
  return { envelope: { header, jws, body }, secret };
}

/** Two halves of one hash over everything, so a body that opens under one key, secret and header opens under no other. */
function messageKeys(key: ItemKey, secret: Uint8Array, header: Uint8Array) {
  const both = deriveKey(key, 'eenmaal/v1/message', [secret, header], 64);
  return { bodyKey: both.subarray(0, 32), commitment: both.subarray(32) };
}

/** Header and content name the same attachments in the same order, or a reader would fetch what the author never meant. */
function sameAttachments(header: Pick<Header, 'attachments'>, content: Content): void {
  const ids = ({ attachments }: { attachments: readonly { id: string }[] }) => attachments.map(({ id }) => id);
  const [outside, inside] = [ids(header), ids(content)];
  if (outside.length !== inside.length || outside.some((id, i) => id !== inside[i] || outside.indexOf(id) !== i))
    throw new EenmaalError('malformed', 'attachments');
}

/** In the order of `Mark`, each once: two spellings would be two headers with one meaning. */
function marksInOrder({ marks }: Pick<Header, 'marks'>): void {
  const places = marks.map((mark) => Mark.options.indexOf(mark));
  if (places.some((place, i) => i > 0 && place <= (places[i - 1] as number)))
    throw new EenmaalError('malformed', 'marks');
}

/** Parses a header strictly. @throws `too-large`, `unknown-suite`, `malformed` */
export function readHeader(header: string): Header {
  if (header.length > LIMITS.header) throw new EenmaalError('too-large', 'header');
  // every suite's header begins with its name: told apart before anything that may differ between suites
  const suite = /^\{"suite":"([A-Za-z0-9.-]{1,16})"/.exec(header)?.[1];
  if (suite !== undefined && suite !== SUITE) throw new EenmaalError('unknown-suite');
  const parsed = parseCanonical(Header, header);
  if (parsed.suite !== SUITE) throw new EenmaalError('unknown-suite');
  marksInOrder(parsed);
  return parsed;
}

/**
 * Reads an envelope and readies its signature for checking: sizes first, then form; the caller looks the key up and
 * calls `verify`. Nothing in `header` may be believed before that.
 * @throws `too-large`, `unknown-suite`, `malformed`, `body-mismatch`, `wrong-typ`
 */
export function readEnvelope({ header, jws, body }: Envelope): {
  header: Header;
  bodyHash: Uint8Array;
  signature: UnverifiedJws;
} {
  if (body.length > LIMITS.body) throw new EenmaalError('too-large', 'message');
  const parsed = readHeader(header);
  if (parsed.size !== body.length) throw new EenmaalError('body-mismatch');
  const bodyHash = hash256(body);
  const signature = readJws(jws, 'eenmaal-envelope+jws', signedEnvelopeBytes(utf8(header), bodyHash));
  if (signature.kid !== parsed.kid) throw new EenmaalError('malformed', 'kid');
  return { header: parsed, bodyHash, signature };
}

/**
 * Opens a body with its item key and the released secret, after `readEnvelope` and its `verify`.
 * @throws `secret-mismatch`, `not-readable`; `malformed` when the author sealed something without the form of a content
 */
export function openMessage({ header, body }: Omit<Envelope, 'jws'>, key: ItemKey, secret: Uint8Array): Content {
  const headerBytes = utf8(header);
  const parsed = readHeader(header);
  if (!equal(hash256(secret), fromBase64url(parsed.secretHash))) throw new EenmaalError('secret-mismatch');
  const { bodyKey, commitment } = messageKeys(key, secret, headerBytes);
  if (body.length < COMMITMENT + TAG || !equal(commitment, body.subarray(0, COMMITMENT)))
    throw new EenmaalError('not-readable');
  const plaintext = unpad(aeadOpen(bodyKey, NO_NONCE, body.subarray(COMMITMENT), headerBytes));
  const content = parseCanonical(Content, text(plaintext));
  sameAttachments(parsed, content);
  return content;
}
