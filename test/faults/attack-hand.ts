/** What an attacker's hand can do with a copy: from the outside of a commit, or with the vault key from the inside too. */
import { concat, hash256, openWithNonce, sealWithNonce, utf8 } from '@eenmaal/crypto';
import {
  type Commit,
  type CommitEntry,
  decodeCommit,
  decodeEntryBody,
  encodeCommit,
  encodeEntryBody,
  hashLeaf,
  makeLeaf,
  PuncturableKey,
  Tree,
} from '@eenmaal/ledger';
import { type Event, LEAF_TYPE } from '@eenmaal/model';
import { chooser, seededRandom } from '@eenmaal/testkit';
import type { Copy, World } from './attack-world.ts';

const vaultContext = (slot: string) => utf8(`eenmaal/v1/vault/${slot}`);
const entryContext = ({ slot, leaf }: CommitEntry, index: number) =>
  concat(utf8(`eenmaal/v1/entry/${slot}/${index}/`), leaf);

/** The keys of all shelves of a copy's vault, for who has the vault key. */
export function shelvesOf({ vault, vaultKeys: [key] }: Copy): Uint8Array[][] {
  const table = vault.get('shelves');
  const shelves: Uint8Array[][] = [];
  const plain = key && table ? openWithNonce(key, table, vaultContext('shelves')) : new Uint8Array();
  for (let at = 1; at < plain.length; ) {
    const count = plain[at++] as number;
    shelves.push(Array.from({ length: count }, (_, i) => plain.slice(at + 32 * i, at + 32 * (i + 1))));
    at += 32 * count;
  }
  return shelves;
}

export class Hand {
  readonly world: World;
  readonly copy: Copy;
  readonly random;
  readonly below: (n: number) => number;

  constructor(world: World, copy: Copy, seed: string) {
    this.world = world;
    this.copy = copy;
    this.random = seededRandom(seed);
    this.below = chooser(this.random).below;
  }

  get last(): number {
    return this.copy.commits.length - 1;
  }
  commit(at: number): Commit {
    return decodeCommit(this.copy.commits[at] as Uint8Array);
  }
  /** Where commits lie whose first entry is of this type, not erased: from the outside of its leaf. */
  placesOf(kind: Event['kind']): number[] {
    return this.copy.commits.flatMap((_, at) => {
      const { entries, firstIndex } = this.commit(at);
      const readable = this.keyOf(entries[0]?.slot ?? '')?.keyOf(firstIndex);
      return entries[0]?.leaf[1] === LEAF_TYPE[kind] && readable ? [at] : [];
    });
  }

  /** Another commit in its place, with a digest that fits. */
  rewrite(at: number, change: (commit: Commit) => Partial<Commit>): void {
    const commit = this.commit(at);
    this.copy.commits[at] = encodeCommit({ ...commit, ...change(commit) });
  }
  entry(at: number, change: (entry: CommitEntry) => Partial<CommitEntry>): void {
    this.rewrite(at, ({ entries: [first, ...rest] }) => ({
      entries: [{ ...(first as CommitEntry), ...change(first as CommitEntry) }, ...rest],
    }));
  }
  /** What each commit says came before it, made to fit again. */
  roots(): void {
    const tree = new Tree();
    for (const at of this.copy.commits.keys()) {
      this.rewrite(at, () => ({ rootBefore: tree.root(), firstIndex: tree.size }));
      for (const { leaf } of this.commit(at).entries) tree.append(hashLeaf(leaf));
    }
  }

  /** With the vault key: what seals a slot of the vault. */
  #shelfOf(slot: string): Uint8Array {
    const shelf = shelvesOf(this.copy)[hash256(utf8(slot))[0] as number];
    return shelf?.at(-1) as Uint8Array;
  }
  /** And what seals a dossier's entries. */
  keyOf(slot: string): PuncturableKey | undefined {
    const sealed = this.copy.vault.get(slot);
    return sealed && PuncturableKey.decode(openWithNonce(this.#shelfOf(slot), sealed, vaultContext(slot)));
  }
  #open(entry: CommitEntry, index: number) {
    const key = this.keyOf(entry.slot)?.keyOf(index);
    if (!key) throw new Error('erased');
    return decodeEntryBody(openWithNonce(key, entry.body, entryContext(entry, index)));
  }
  eventAt(at: number): Event {
    const { entries, firstIndex } = this.commit(at);
    return JSON.parse(Buffer.from(this.#open(entries[0] as CommitEntry, firstIndex).event).toString()) as Event;
  }
  sealed(event: Event, slot: string, index: number, secret?: Uint8Array): CommitEntry {
    const json = utf8(JSON.stringify(event));
    const salt = this.random(32);
    const leaf = makeLeaf(LEAF_TYPE[event.kind], salt, json);
    const entry = { slot, leaf, body: new Uint8Array() };
    const key = this.keyOf(slot)?.keyOf(index);
    if (!key) throw new Error('erased');
    const plain = encodeEntryBody({ salt, event: json, ...(secret && { secret }) });
    return { ...entry, body: sealWithNonce(key, plain, entryContext(entry, index), this.random) };
  }
  /** The same entry under its own leaf, with another secret beside the event: no leaf covers that. */
  resealed(entry: CommitEntry, index: number, secret: Uint8Array): CommitEntry {
    const plain = encodeEntryBody({ ...this.#open(entry, index), secret });
    const key = this.keyOf(entry.slot)?.keyOf(index) as Uint8Array;
    return { ...entry, body: sealWithNonce(key, plain, entryContext(entry, index), this.random) };
  }
  /** Another event in the place of one, with leaf and body that fit it. */
  forge(at: number, change: (event: Event) => Event): void {
    const { firstIndex, entries } = this.commit(at);
    const { secret } = this.#open(entries[0] as CommitEntry, firstIndex);
    const event = change(this.eventAt(at));
    this.entry(at, ({ slot }) => this.sealed(event, slot, firstIndex, secret));
  }
  /** One more commit at the end, as another writer with these keys would write it. */
  append(slot: string, make: (at: number) => Event): void {
    const { firstIndex, entries, timeMs } = this.commit(this.last);
    const index = firstIndex + entries.length;
    const entry = this.sealed(make(timeMs), slot, index);
    this.copy.commits.push(
      encodeCommit({ firstIndex: index, timeMs, rootBefore: new Uint8Array(32), entries: [entry] }),
    );
    this.copy.height = this.copy.commits.length;
    this.roots();
  }
  /** Destroys the key of one entry, and says so nowhere. */
  puncture(slot: string, index: number): void {
    const key = this.keyOf(slot);
    if (!key) throw new Error('no key');
    key.puncture([index]);
    this.copy.vault.set(slot, sealWithNonce(this.#shelfOf(slot), key.encode(), vaultContext(slot), this.random));
  }
  /** A log as it was, and everything that belongs to it. */
  restore(older: Copy): void {
    Object.assign(this.copy, structuredClone(older));
  }
  /** The last commits are gone, and everything beside the log is as if they had never been. */
  cut(commits: number): void {
    this.copy.commits.length -= commits;
    this.copy.height = this.copy.commits.length;
  }
}
