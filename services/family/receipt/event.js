/**
 * What a logged event says. Its text is what the leaf commits to, so it is read strictly: JSON in its one spelling, no
 * member twice. Whether what it says is true is another matter; the page says so.
 */
import { verifyEd25519 } from './ed25519.js';
import { join, sha256 } from './hash.js';
import { base64url, need, Refused, textOf, toBase64url, utf8 } from './text.js';

const EVENT_CODE = 'event-format';

/** Leaf types by kind of event; statements have type 1 unless named here. */
const TYPES = {
  message: [4],
  delivery: [5],
  opening: [6],
  refusal: [7],
  writer: [8],
  erasure: [3],
  'dossier-erasure': [3],
};
const STATEMENT_TYPES = { grant: [1], withdraw: [2], refuse: [1], disclose: [1], erase: [1] };
/** What the page tells of each kind must be there, and of its sort. */
const MEMBERS = {
  grant: { partner: 'string', purposes: 'strings', from: 'time', until: 'time', history: 'boolean' },
  withdraw: { partner: 'string' },
  refuse: { partner: 'string' },
  disclose: { to: 'string', rule: 'string', purpose: 'string', items: 'list' },
  erase: { ground: 'string', items: 'list' },
  statement: { kind: 'string' },
  message: { sender: 'string', purpose: 'string' },
  delivery: { reader: 'string' },
  opening: { reader: 'string', purpose: 'string' },
  refusal: { party: 'string', act: 'string', purpose: 'string' },
  writer: { instance: 'string' },
  erasure: { ground: 'string', message: 'placed' },
  'dossier-erasure': { ground: 'string', entries: 'list' },
};
const SORTS = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  time: (value) => Number.isSafeInteger(value) && value >= 0 && value <= 8.64e15,
  placed: (value) => Number.isSafeInteger(value?.index),
  list: (value) => Array.isArray(value),
  strings: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
};
const TYP = { statement: 'eenmaal-statement+jws', opening: 'eenmaal-open+jws', message: 'eenmaal-envelope+jws' };

/** JSON in the one spelling that JSON.stringify gives: anything else could be read in two ways. */
function parseStrict(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refused(EVENT_CODE);
  }
  need(JSON.stringify(value) === text && typeof value === 'object' && value !== null, EVENT_CODE);
  return value;
}

/** A JWS whose protected header is, to the byte, the one form that is ever made. */
function readJws(jws, typ) {
  need(typeof jws === 'string', EVENT_CODE);
  const [head, body, signature, ...more] = jws.split('.');
  need(signature !== undefined && more.length === 0, EVENT_CODE);
  const form = /^\{"alg":"Ed25519","kid":"([A-Za-z0-9_-]{43})","typ":"([a-z+-]+)"\}$/;
  const [, kid, found] = form.exec(textOf(base64url(head, EVENT_CODE), EVENT_CODE)) ?? [];
  need(kid !== undefined && found === typ, EVENT_CODE);
  const bytes = base64url(signature, EVENT_CODE);
  need(bytes.length === 64, EVENT_CODE);
  return { head, body, kid, signature: bytes };
}

/** RFC 7638: the name of a key is a hash of it. */
const thumbprint = (key) => toBase64url(sha256(utf8(`{"crv":"Ed25519","kty":"OKP","x":"${toBase64url(key)}"}`)));

/** `input`: what was signed. Without a key nothing is checked, and the page says that. */
const signerCheck =
  ({ kid, signature }, input) =>
  (key) => {
    if (key === undefined) return 'absent';
    need(thumbprint(key) === kid, 'signer-mismatch');
    need(verifyEd25519(key, utf8(input), signature), 'signature-invalid');
    return 'checked';
  };

/** Only the ledger itself says this: there is no signature but that of the checkpoint. */
const noSigner = (key) => {
  need(key === undefined, 'signer-mismatch');
  return 'none';
};

const READERS = {
  statement(event) {
    const jws = readJws(event.jws, TYP.statement);
    const act = parseStrict(textOf(base64url(jws.body, EVENT_CODE), EVENT_CODE));
    need(typeof act.by === 'string', EVENT_CODE);
    // another kind of statement must not pass for a kind of event
    const kind = Object.hasOwn(STATEMENT_TYPES, act.kind) ? act.kind : 'statement';
    return { kind, act, checkSigner: signerCheck(jws, `${jws.head}.${jws.body}`) };
  },
  opening(event) {
    const jws = readJws(event.jws, TYP.opening);
    const asked = parseStrict(textOf(base64url(jws.body, EVENT_CODE), EVENT_CODE));
    const same = asked.by === event.reader && asked.envelope === event.envelope && asked.purpose === event.purpose;
    need(same, EVENT_CODE);
    return { kind: 'opening', act: event, checkSigner: signerCheck(jws, `${jws.head}.${jws.body}`) };
  },
  message(event) {
    need(typeof event.header === 'string' && typeof event.bodyHash === 'string', EVENT_CODE);
    const jws = readJws(event.jws, TYP.message);
    const header = parseStrict(event.header);
    need(jws.body === '' && header.kid === jws.kid, EVENT_CODE);
    const signed = toBase64url(join(utf8(event.header), base64url(event.bodyHash, EVENT_CODE)));
    return { kind: 'message', act: header, checkSigner: signerCheck(jws, `${jws.head}.${signed}`) };
  },
};
const other = (event) => ({ kind: event.kind, act: event, checkSigner: noSigner });

/**
 * @returns kind (of the statement, or of the event), `at` by the ledger's clock, the act itself, and the check of its
 * signature, which answers 'checked', 'absent' (no key given) or 'none' (nobody signs this kind)
 */
export function readEvent(text, type) {
  const event = parseStrict(text);
  need(SORTS.time(event.at) && (event.kind === 'statement' || Object.hasOwn(TYPES, event.kind)), EVENT_CODE);
  const read = Object.hasOwn(READERS, event.kind) ? READERS[event.kind](event) : other(event);
  need(
    Object.entries(MEMBERS[read.kind]).every(([name, sort]) => SORTS[sort](read.act[name])),
    EVENT_CODE,
  );
  const types = event.kind === 'statement' ? (STATEMENT_TYPES[read.kind] ?? [1]) : TYPES[event.kind];
  need(types.includes(type), 'event-type');
  return { ...read, at: event.at };
}
