/**
 * Whom the reader trusts, in the text form C2SP tlog-policy: logs, witnesses, and which witnesses are enough (the quorum).
 * FORMAT.md of the ledger, section 11. Read as octets, one character each, because names are compared as octets.
 */
import { LOG_KEY, openCheckpoint, parseNote, parseVkey, WITNESS_KEY } from './notes.js';
import { need, textOf, toHex } from './text.js';

const FORM = 'policy-format';
const NAME_CODE = 'policy-name';

const octets = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
const unOctets = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** The same Ed25519 key twice is refused, whatever it is called: one witness must not count for two. */
function addKey(keys, vkey, type) {
  const key = parseVkey(textOf(unOctets(vkey), 'vkey-format'));
  need(key.type === type, 'vkey-type');
  const same = ({ publicKey }) => toHex(publicKey) === toHex(key.publicKey);
  need(!keys.some(same), 'policy-key');
  keys.push(key);
  return key;
}

function threshold(word, members) {
  if (word === 'any') return 1;
  if (word === 'all') return members;
  need(/^[1-9][0-9]{0,5}$/.test(word) && Number(word) <= members, FORM);
  return Number(word);
}

function define(policy, name, value) {
  need(name !== 'none' && !policy.names.has(name), NAME_CODE);
  policy.names.set(name, value);
}

/** One line each: what it may hold, and what it adds. */
const LINES = {
  log(policy, [vkey, _url, ...more]) {
    need(vkey !== undefined && more.length === 0, FORM);
    addKey(policy.logs, vkey, LOG_KEY);
  },
  witness(policy, [name, vkey, _url, ...more]) {
    need(vkey !== undefined && more.length === 0, FORM);
    const value = {};
    define(policy, name, value);
    value.witness = addKey(policy.witnesses, vkey, WITNESS_KEY);
  },
  group(policy, [name, word, ...parts]) {
    need(parts.length > 0, FORM);
    const least = threshold(word, parts.length);
    for (const part of parts) {
      // once in all groups together, so that a witness counts in one way only
      need(policy.names.has(part) && !policy.members.has(part), NAME_CODE);
      policy.members.add(part);
    }
    define(policy, name, { least, parts });
  },
  quorum(policy, [name, ...more]) {
    need(name !== undefined && more.length === 0, FORM);
    need(policy.quorum === undefined, 'policy-quorum');
    need(name === 'none' || policy.names.has(name), NAME_CODE);
    policy.quorum = name;
  },
};

/** @returns logs, witnesses (keys), `names` (name to witness key or group) and the name of the quorum */
export function parsePolicy(bytes) {
  const text = octets(bytes);
  need(bytes.length <= 1_000_000 && /^[\t\n -~\u0080-\u00ff]*$/.test(text), FORM);
  const policy = { logs: [], witnesses: [], names: new Map(), members: new Set(), quorum: undefined };
  for (const line of text.split('\n')) {
    const [word, ...items] = line.split(/[ \t]+/).filter((part) => part !== '');
    if (word === undefined || word.startsWith('#')) continue;
    need(Object.hasOwn(LINES, word), FORM);
    LINES[word](policy, items);
  }
  need(policy.quorum !== undefined, 'policy-quorum');
  return policy;
}

/** Whether cosignatures by these witness keys are enough. */
export function reachesQuorum(policy, keys) {
  const counts = (name) => {
    const { witness, least, parts } = policy.names.get(name);
    return witness ? keys.includes(witness) : parts.filter(counts).length >= least;
  };
  return policy.quorum === 'none' || counts(policy.quorum);
}

/**
 * Opens a checkpoint as this policy says: signed by a log it names, and by the witnesses that did. Whether they are enough
 * is another step.
 */
export function openByPolicy(note, { logs, witnesses }) {
  const { text } = parseNote(note);
  const named = logs.filter(({ name }) => text.startsWith(`${name}\n`));
  need(named.length > 0, 'checkpoint-origin');
  return openCheckpoint(note, named, witnesses);
}

/** Each witness with its name in the policy, and when it first confirmed (seconds since 1970), or null. */
export function witnessTimes({ witnesses, names }, cosignatures) {
  const nameOf = (key) => [...names].find(([, { witness }]) => witness === key)[0];
  return witnesses.map((key) => {
    const times = cosignatures.filter((one) => one.key === key).map(({ time }) => time);
    return { name: nameOf(key), key: key.name, time: times.length === 0 ? null : Math.min(...times) };
  });
}

/** When so many witnesses had confirmed that they were enough (seconds since 1970); null when none are asked for. */
export function timeOfQuorum(policy, cosignatures) {
  if (policy.quorum === 'none') return null;
  const inOrder = [...cosignatures].sort((a, b) => a.time - b.time);
  const keys = inOrder.map(({ key }) => key);
  return inOrder.find((_, i) => reachesQuorum(policy, keys.slice(0, i + 1))).time;
}
