/**
 * Signed notes, checkpoints and proof files, read from FORMAT.md of the ledger and the C2SP pages signed-note, tlog-checkpoint,
 * tlog-cosignature and tlog-proof. Written anew: shares nothing with the ledger's own code, so that two must be wrong at once.
 */
import { verifyEd25519 } from './ed25519.js';
import { join, sameBytes, sha256 } from './hash.js';
import { base64, decimal, hasControl, hash, isName, need, textOf, toHex, utf8 } from './text.js';
import { EMPTY_ROOT } from './tree.js';

export const LOG_KEY = 1;
export const WITNESS_KEY = 4;
/** `name+key id+base64(type, public key)`. */
export function parseVkey(text) {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/su.exec(text) ?? [];
  need(name !== undefined, 'vkey-format');
  const material = base64(encoded, 'vkey-format');
  need(material.length > 0 && isName(name), 'vkey-format');
  const [type] = material;
  need((type === LOG_KEY || type === WITNESS_KEY) && material.length === 33, 'vkey-type');
  need(toHex(sha256(join(utf8(`${name}\n`), material)).slice(0, 4)) === id, 'vkey-key-id');
  return { name, id, type, publicKey: material.slice(1) };
}

/** Takes a signed note apart; believes nothing of it. */
export function parseNote(bytes) {
  need(bytes.length <= 1_000_000, 'note-too-large');
  const whole = textOf(bytes, 'note-format');
  need(!hasControl(whole), 'note-format');
  const end = whole.lastIndexOf('\n\n');
  need(end >= 0 && whole.endsWith('\n'), 'note-format');
  const lines = whole.slice(end + 2, -1).split('\n');
  need(lines.length <= 100, 'note-too-large');
  const signatures = lines.map((line) => {
    const [dash, name, encoded, ...more] = line.split(' ');
    need(dash === '\u2014' && encoded !== undefined && more.length === 0 && isName(name), 'note-format');
    const blob = base64(encoded, 'note-format');
    need(blob.length >= 5, 'note-format');
    return { name, id: toHex(blob.slice(0, 4)), signature: blob.slice(4) };
  });
  return { text: whole.slice(0, end + 1), signatures };
}

/** When a cosignature says it was made, in seconds; undefined when it cannot be one. */
function cosignatureTime(signature) {
  if (signature.length !== 72) return undefined;
  const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  return time <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(time) : undefined;
}

function verifies(key, text, signature) {
  if (key.type === LOG_KEY) return verifyEd25519(key.publicKey, utf8(text), signature);
  const time = cosignatureTime(signature);
  if (time === undefined) return false;
  return verifyEd25519(key.publicKey, utf8(`cosignature/v1\ntime ${time}\n${text}`), signature.slice(8));
}

/** The text of a note and the lines by trusted keys, of which every one must verify. */
export function openNote(bytes, keys) {
  const { text, signatures } = parseNote(bytes);
  const trusted = new Map(keys.map((key) => [`${key.name}+${key.id}`, key]));
  need(trusted.size === keys.length, 'note-ambiguous-key');
  const verified = [];
  for (const { name, id, signature } of signatures) {
    const key = trusted.get(`${name}+${id}`);
    if (key === undefined) continue;
    need(verifies(key, text, signature), 'note-bad-signature');
    verified.push({ key, signature });
  }
  need(verified.length > 0, 'note-unsigned');
  return { text, verified };
}

export function parseCheckpoint(text) {
  const lines = text.split('\n');
  need(lines.length === 4 && lines[3] === '' && isName(lines[0]), 'checkpoint-format');
  const size = decimal(lines[1], 'checkpoint-format');
  const root = hash(lines[2], 'checkpoint-format');
  need(size > 0 || sameBytes(root, EMPTY_ROOT), 'checkpoint-format');
  return { origin: lines[0], size, root };
}

/** A checkpoint signed by one of these logs, with the cosignatures of these witnesses. */
export function openCheckpoint(bytes, logs, witnesses) {
  need(logs.every(({ type }) => type === LOG_KEY) && witnesses.every(({ type }) => type === WITNESS_KEY), 'vkey-type');
  const { text, verified } = openNote(bytes, [...logs, ...witnesses]);
  const cosigned = verified.filter(({ key }) => !logs.includes(key));
  need(cosigned.length < verified.length, 'checkpoint-unsigned');
  const checkpoint = parseCheckpoint(text);
  need(
    logs.some(({ name }) => name === checkpoint.origin),
    'checkpoint-origin',
  );
  const cosignatures = cosigned.map(({ key, signature }) => ({ key, time: cosignatureTime(signature) }));
  return { ...checkpoint, cosignatures };
}

/** Takes a `.tlog-proof` file apart; believes nothing of it. */
export function parseProofFile(bytes) {
  const code = 'proof-file-format';
  need(bytes.length <= 2_000_000, code);
  const text = textOf(bytes, code);
  const end = text.indexOf('\n\n');
  need(end >= 0, code);
  const lines = text.slice(0, end).split('\n');
  need(lines.shift() === 'c2sp.org/tlog-proof@v1', code);
  const extra = lines[0]?.startsWith('extra ') ? base64(lines.shift().slice(6), code) : undefined;
  need(lines[0]?.startsWith('index '), code);
  const index = decimal(lines.shift().slice(6), code);
  need(lines.length <= 64, code);
  return { index, extra, proof: lines.map((line) => hash(line, code)), checkpoint: utf8(text.slice(end + 2)) };
}
