/**
 * THE CHECK: what one receipt proves, given whom the reader trusts. Every step is named, so that the page can say where it
 * ended. FORMAT.md beside this file says what a receipt is.
 */
import { readEvent } from './event.js';
import { sameBytes, sha256 } from './hash.js';
import { parseProofFile } from './notes.js';
import { openByPolicy, parsePolicy, reachesQuorum, timeOfQuorum, witnessTimes } from './policy.js';
import { base64, base64url, need, Refused, textOf, toHex, utf8 } from './text.js';
import { checkConsistency, checkInclusion, leafHash, makeLeaf } from './tree.js';

/** In the order in which they are taken. */
export const STEPS = ['file', 'keys', 'event', 'signatures', 'place', 'witnesses', 'signer', 'history'];

const FORMAT = 'eenmaal-receipt/v1';
const MAX_BYTES = 4_000_000;
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Exactly these members, no others. */
function hasMembers(value, wanted, optional = []) {
  return (
    isObject(value) &&
    wanted.every((name) => Object.hasOwn(value, name)) &&
    Object.keys(value).every((name) => wanted.includes(name) || optional.includes(name))
  );
}

/** Takes a receipt file apart; believes nothing of it. */
function readReceipt(bytes) {
  const code = 'receipt-format';
  need(bytes.length <= MAX_BYTES, code);
  let value;
  try {
    value = JSON.parse(textOf(bytes, code));
  } catch {
    throw new Refused(code);
  }
  need(hasMembers(value, ['format', 'type', 'salt', 'event', 'proof'], ['signer', 'compare']), code);
  const { format, type, salt, event, proof, signer, compare } = value;
  need(format === FORMAT && [salt, event, proof].every((text) => typeof text === 'string'), code);
  // half a surrogate pair has no UTF-8: it would be checked as another text than is shown
  need(![event, proof].some((text) => /\p{Surrogate}/u.test(text)), code);
  return {
    ...{ type, event, proof: utf8(proof), salt: base64url(salt, code) },
    signer: signer === undefined ? undefined : readSigner(signer, code),
    compare: compare === undefined ? undefined : readCompare(compare, code),
  };
}

function readSigner(signer, code) {
  need(hasMembers(signer, ['kty', 'crv', 'x']) && signer.kty === 'OKP' && signer.crv === 'Ed25519', code);
  need(typeof signer.x === 'string', code);
  const key = base64url(signer.x, code);
  need(key.length === 32, code);
  return key;
}

function readCompare(compare, code) {
  need(hasMembers(compare, ['checkpoint', 'proof']) && Array.isArray(compare.proof), code);
  need(
    [compare.checkpoint, ...compare.proof].every((text) => typeof text === 'string'),
    code,
  );
  need(!/\p{Surrogate}/u.test(compare.checkpoint), code);
  return { checkpoint: utf8(compare.checkpoint), proof: compare.proof.map((text) => base64(text, code)) };
}

/** That a checkpoint somebody kept and the one of this receipt are of one history. */
function checkHistory({ checkpoint: note, proof }, here, policy) {
  const there = openByPolicy(note, policy);
  need(there.origin === here.origin, 'checkpoint-origin');
  need(there.size !== here.size || sameBytes(there.root, here.root), 'split-view');
  const [first, second] = there.size < here.size ? [there, here] : [here, there];
  checkConsistency(first.size, first.root, second.size, second.root, proof);
  return { size: there.size, root: there.root };
}

/** One log key alone, as people paste it, means: this log, and no witnesses asked for. */
const wholePolicy = (text) => (/^\S+$/.test(text) ? `log ${text}\nquorum none\n` : text);

/**
 * Checks a receipt from beginning to end.
 * @param file bytes of the receipt file
 * @param trust text of the policy, or one log key
 * @throws Refused, with the `step` it ended at
 */
export function checkReceipt(file, trust) {
  let step = STEPS[0];
  try {
    const receipt = readReceipt(file);
    step = 'keys';
    const policy = parsePolicy(utf8(wholePolicy(trust)));
    step = 'event';
    const leaf = makeLeaf(receipt.type, receipt.salt, utf8(receipt.event));
    const event = readEvent(receipt.event, receipt.type);
    step = 'signatures';
    const { index, proof, checkpoint: note } = parseProofFile(receipt.proof);
    const checkpoint = openByPolicy(note, policy);
    step = 'place';
    checkInclusion(leafHash(leaf), index, checkpoint.size, checkpoint.root, proof);
    step = 'witnesses';
    const keys = checkpoint.cosignatures.map(({ key }) => key);
    need(reachesQuorum(policy, keys), 'quorum-missing');
    step = 'signer';
    const signer = event.checkSigner(receipt.signer);
    step = 'history';
    const compared = receipt.compare && checkHistory(receipt.compare, checkpoint, policy);
    return {
      ...{ index, size: checkpoint.size, root: checkpoint.root, origin: checkpoint.origin, compared, signer },
      ...{ leaf: toHex(leaf), event: receipt.event, fileHash: toHex(sha256(file)) },
      ...{ kind: event.kind, at: event.at, act: event.act },
      witnesses: witnessTimes(policy, checkpoint.cosignatures),
      witnessedAt: timeOfQuorum(policy, checkpoint.cosignatures),
    };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw Object.assign(error, { step });
  }
}

/**
 * Whether two checked receipts are of one history: 'same' tree, one 'grown' from the other, or 'unknown' when neither
 * holds the proof. @throws Refused `split-view`
 */
export function compareReceipts(one, other) {
  const isAt = (position, { size, root }) => position?.size === size && sameBytes(position.root, root);
  need(one.origin === other.origin, 'checkpoint-origin');
  if (one.size === other.size) {
    need(sameBytes(one.root, other.root), 'split-view');
    return 'same';
  }
  return isAt(one.compared, other) || isAt(other.compared, one) ? 'grown' : 'unknown';
}
