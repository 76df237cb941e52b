/**
 * Whom the reader trusts, in the text form C2SP tlog-policy: logs, witnesses, and which witnesses are enough (the quorum).
 * Stricter in one point: the text must be UTF-8. One log key alone, without anything else, means: no witnesses asked for.
 */
import { LOG_KEY, parseVkey, WITNESS_KEY } from './notes.js';
import { need, toHex } from './text.js';

const POLICY_CODE = 'policy-format';

/** The same Ed25519 key twice is refused, whatever it is called: one witness must not count for two. */
function addKey(keys, vkey, type) {
  const key = parseVkey(vkey);
  need(key.type === type, 'vkey-type');
  const same = ({ publicKey }) => toHex(publicKey) === toHex(key.publicKey);
  need(!keys.some(same), POLICY_CODE);
  keys.push(key);
  return key;
}

function threshold(word, members) {
  if (word === 'any') return 1;
  if (word === 'all') return members;
  need(/^[1-9][0-9]{0,3}$/.test(word) && Number(word) <= members, POLICY_CODE);
  return Number(word);
}

/** @returns logs, witnesses (keys), `names` (name to witness key or group) and the name of the quorum */
export function parsePolicy(text) {
  if (/^[^ \t\n]+\n?$/.test(text)) return parsePolicy(`log ${text.trim()}\nquorum none\n`);
  need(!/[^\t\n -\uffff]|\u007f/.test(text), POLICY_CODE);
  const policy = { logs: [], witnesses: [], names: new Map(), quorum: undefined };
  const members = new Set();
  const define = (name, value) => {
    need(name !== 'none' && !policy.names.has(name), POLICY_CODE);
    policy.names.set(name, value);
  };
  const known = (name) => need(policy.names.has(name), POLICY_CODE);
  for (const line of text.split('\n')) {
    const [word = '', ...rest] = line.split(/[ \t]+/).filter((part) => part !== '');
    if (word === '' || word.startsWith('#')) continue;
    if (word === 'log') {
      need(rest.length === 1 || rest.length === 2, POLICY_CODE);
      addKey(policy.logs, rest[0], LOG_KEY);
    } else if (word === 'witness') {
      need(rest.length === 2 || rest.length === 3, POLICY_CODE);
      define(rest[0], { witness: addKey(policy.witnesses, rest[1], WITNESS_KEY) });
    } else if (word === 'group') {
      const [name, least, ...parts] = rest;
      need(parts.length > 0, POLICY_CODE);
      for (const part of parts) {
        known(part);
        // once in all groups together, so that a witness counts in one way only
        need(!members.has(part), POLICY_CODE);
        members.add(part);
      }
      define(name, { least: threshold(least, parts.length), parts });
    } else {
      need(word === 'quorum' && rest.length === 1 && policy.quorum === undefined, POLICY_CODE);
      if (rest[0] !== 'none') known(rest[0]);
      policy.quorum = rest[0];
    }
  }
  need(policy.quorum !== undefined && policy.logs.length > 0, POLICY_CODE);
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
