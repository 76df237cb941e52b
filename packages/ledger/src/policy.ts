/**
 * Policy files (C2SP tlog-policy): whose logs, which witnesses, and how many of them make a checkpoint trusted. Whoever
 * relies on the log keeps one, and decides alone: nobody sends it along with what it is to judge.
 */

import { LedgerError } from './errors.ts';
import { MAX_NOTE_BYTES } from './note.ts';
import { decodeDecimal, decodeUtf8 } from './text.ts';
import { COSIGNATURE_V1, ED25519, type KeyType, parseVkey, type VerifierKey } from './vkey.ts';

export type PolicyLog = { readonly key: VerifierKey; readonly url?: string };
/** `name` counts inside the file only; it is octets, one a character, because the format compares names as octets. */
export type PolicyWitness = { readonly name: string; readonly key: VerifierKey; readonly url?: string };
/** Counts as a witness when at least `threshold` of its members do. */
export type PolicyGroup = { readonly name: string; readonly threshold: number; readonly members: readonly string[] };
export type Policy = {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  /** In the order of the file: a group names only what stands before it. */
  readonly groups: readonly PolicyGroup[];
  /** Name of a witness or group, or `none`. */
  readonly quorum: string;
};

const NONE = 'none';
/** Tab, newline, visible ASCII, space, and any octet with the high bit. */
const OCTETS = /^[\t\n\x20-\x7e\x80-\xff]*$/;

/**
 * Read a policy file, line by line; the first thing that is wrong is what is said.
 * @throws `policy-format`, `policy-name`, `policy-key`, `policy-quorum`, `vkey-format`, `vkey-type`, `vkey-key-id`
 */
export function parsePolicy(file: Uint8Array): Policy {
  if (file.length > MAX_NOTE_BYTES) throw new LedgerError('policy-format', `${file.length} bytes`);
  const text = toOctets(file);
  if (!OCTETS.test(text)) throw new LedgerError('policy-format', 'control character');
  const reader = new PolicyReader();
  for (const [i, line] of text.split('\n').entries()) {
    const items = line.split(/[ \t]+/).filter((item) => item !== '');
    if (items.length > 0 && !items[0]?.startsWith('#')) reader.line(items, `line ${i + 1}`);
  }
  return reader.finish();
}

/** True when a checkpoint that exactly these witnesses (by their names in the file) cosigned meets the quorum. */
export function meetsQuorum({ groups, quorum }: Policy, cosigned: Iterable<string>): boolean {
  if (quorum === NONE) return true;
  const met = new Set(cosigned);
  for (const { name, threshold, members } of groups) {
    if (members.filter((member) => met.has(member)).length >= threshold) met.add(name);
  }
  return met.has(quorum);
}

/** Takes one line at a time; what is defined so far is what a line may name. */
class PolicyReader {
  readonly #logs: PolicyLog[] = [];
  readonly #witnesses: PolicyWitness[] = [];
  readonly #groups: PolicyGroup[] = [];
  readonly #defined = new Set<string>();
  readonly #members = new Set<string>();
  #quorum: string | undefined;

  line([keyword, ...items]: string[], where: string): void {
    if (keyword === 'log') this.#log(items, where);
    else if (keyword === 'witness') this.#witness(items, where);
    else if (keyword === 'group') this.#group(items, where);
    else if (keyword === 'quorum') this.#setQuorum(items, where);
    else throw new LedgerError('policy-format', where);
  }

  finish(): Policy {
    if (this.#quorum === undefined) throw new LedgerError('policy-quorum', 'none');
    return { logs: this.#logs, witnesses: this.#witnesses, groups: this.#groups, quorum: this.#quorum };
  }

  #log([vkey, url, ...more]: string[], where: string): void {
    if (vkey === undefined || more.length > 0) throw new LedgerError('policy-format', where);
    const key = keyOf(vkey, ED25519, this.#logs, where);
    this.#logs.push({ key, ...urlOf(url, where) });
  }

  #witness([name, vkey, url, ...more]: string[], where: string): void {
    if (name === undefined || vkey === undefined || more.length > 0) throw new LedgerError('policy-format', where);
    this.#define(name, where);
    const key = keyOf(vkey, COSIGNATURE_V1, this.#witnesses, where);
    this.#witnesses.push({ name, key, ...urlOf(url, where) });
  }

  #group([name, wanted, ...members]: string[], where: string): void {
    if (name === undefined || wanted === undefined || members.length === 0)
      throw new LedgerError('policy-format', where);
    const threshold = wanted === 'any' ? 1 : wanted === 'all' ? members.length : decodeDecimal(wanted);
    if (threshold === undefined || threshold < 1 || threshold > members.length)
      throw new LedgerError('policy-format', where);
    for (const member of members) {
      // `none` is never defined, so it is no member either
      if (!this.#defined.has(member) || this.#members.has(member)) throw new LedgerError('policy-name', where);
      this.#members.add(member);
    }
    this.#define(name, where);
    this.#groups.push({ name, threshold, members });
  }

  #setQuorum([name, ...more]: string[], where: string): void {
    if (name === undefined || more.length > 0) throw new LedgerError('policy-format', where);
    if (this.#quorum !== undefined) throw new LedgerError('policy-quorum', where);
    if (name !== NONE && !this.#defined.has(name)) throw new LedgerError('policy-name', where);
    this.#quorum = name;
  }

  #define(name: string, where: string): void {
    if (name === NONE || this.#defined.has(name)) throw new LedgerError('policy-name', where);
    this.#defined.add(name);
  }
}

function keyOf(
  octets: string,
  type: KeyType,
  earlier: readonly { readonly key: VerifierKey }[],
  where: string,
): VerifierKey {
  const text = fromOctets(octets);
  if (text === undefined) throw new LedgerError('vkey-format', where);
  const key = parseVkey(text);
  if (key.type !== type) throw new LedgerError('vkey-type', where);
  const material = String(key.publicKey);
  if (earlier.some((one) => String(one.key.publicKey) === material)) throw new LedgerError('policy-key', where);
  return key;
}

function urlOf(octets: string | undefined, where: string): { url?: string } {
  if (octets === undefined) return {};
  const url = fromOctets(octets);
  if (url === undefined) throw new LedgerError('policy-format', where);
  return { url };
}

/** One character for each byte. */
function toOctets(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

function fromOctets(octets: string): string | undefined {
  return decodeUtf8(Uint8Array.from(octets, (character) => character.charCodeAt(0)));
}
