/**
 * Whom the reader trusts, in the text form C2SP tlog-policy: logs, witnesses, and which witnesses are enough (the quorum).
 * A log must be named. One log key alone, without anything else, means: no witnesses asked for.
 */
import { LOG_KEY, parseVkey, WITNESS_KEY } from './notes.js';
import { need, toHex, utf8 } from './text.js';

const FORM = 'policy-format';
const NAME_CODE = 'policy-name';

/** The same Ed25519 key twice is refused, whatever it is called: one witness must not count for two. */
function addKey(keys, vkey, type) {
  const key = parseVkey(vkey);
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
export function parsePolicy(text) {
  if (/^[^ \t\n]+\n?$/.test(text)) return parsePolicy(`log ${text.trim()}\nquorum none\n`);
  need(utf8(text).length <= 1_000_000 && !/[^\t\n -\uffff]|\u007f/.test(text), FORM);
  const policy = { logs: [], witnesses: [], names: new Map(), members: new Set(), quorum: undefined };
  for (const line of text.split('\n')) {
    const [word, ...items] = line.split(/[ \t]+/).filter((part) => part !== '');
    if (word === undefined || word.startsWith('#')) continue;
    need(Object.hasOwn(LINES, word), FORM);
    LINES[word](policy, items);
  }
  need(policy.quorum !== undefined, 'policy-quorum');
  need(policy.logs.length > 0, 'policy-log');
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
