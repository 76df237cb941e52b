import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyState, fold, PER_DOSSIER, partsOf, type State } from '@eenmaal/consent';
import { hash256, utf8 } from '@eenmaal/crypto';
import { systemRandom as random, readLaw } from '@eenmaal/host';
import { hashLeaf, PuncturableKey, Tree } from '@eenmaal/ledger';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Index } from './index-of-entries.ts';
import { foldPaged, pagesBehind } from './paged-state.ts';
import { type Replayed, Snapshot, snapshotKeys, writeSnapshot } from './snapshot.ts';
import { SnapshotRefused } from './snapshot-file.ts';
import { DOSSIERS, type LogEntry, RandomLog, steps, whole } from './test-log.ts';
import { MAIN } from './vault.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 1000 : 60 };
const law = await readLaw();
const dir = mkdtempSync(join(tmpdir(), 'eenmaal-snapshot-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
let files = 0;
const newPath = () => join(dir, `s${files++}`, 'snapshot');

/** A vault without a store. */
class Keys {
  readonly slots = new Map<string, PuncturableKey>(
    [MAIN, ...DOSSIERS].map((slot) => [slot, PuncturableKey.whole(random(32))]),
  );
  keyOf = (slot: string, entry: number) => this.slots.get(slot)?.keyOf(entry) ?? null;
  options = (path: string) => ({ path, law, keys: snapshotKeys(this), random });
  /** What these entries say is destroyed, is. */
  destroy(entries: readonly LogEntry[]): void {
    for (const { input } of entries) {
      if (input.kind !== 'other') continue;
      if (input.event.kind === 'erasure') this.slots.get(input.event.dossier)?.puncture([input.event.message.index]);
      if (input.event.kind === 'dossier-erasure') this.slots.delete(input.event.dossier);
    }
  }
}

const begun = (): Replayed => ({ state: emptyState(law), tree: new Tree(), index: new Index(), seq: 0, timeMs: 0 });

/** Folds entries `from` and on, one commit each. */
function replay(into: Replayed, entries: readonly LogEntry[], from = 0, keys?: Keys, all = entries): Replayed {
  for (const [i, { slot, input, at }] of entries.entries()) {
    if (i < from) continue;
    const leaf = new Uint8Array(34).fill(1);
    leaf.set(hash256(utf8(`leaf ${i}`)), 2);
    const commit = { firstIndex: i, timeMs: at, rootBefore: into.tree.root(), entries: [{ leaf, slot, body: leaf }] };
    const gone = keys && keys.keyOf(slot, i) === null;
    if (!gone) foldPaged(into.state, slot, input, i, at);
    else if (input.kind === 'message' && keys.slots.has(slot)) {
      const { id: envelope, compartment, sender, seq } = input.header;
      const message = { index: i, envelope, compartment, sender, seq };
      foldPaged(into.state, slot, { kind: 'erased', message }, i, at);
    } else Object.assign(into.state, { size: i + 1, at: Math.max(into.state.at, at) });
    into.tree.append(hashLeaf(leaf));
    into.index.add(++into.seq, commit);
    into.timeMs = at;
  }
  expect(all.length).toBeGreaterThan(0);
  return into;
}

const opened = (keys: Keys, path: string): Snapshot => Snapshot.open(keys.options(path)) as Snapshot;
function expectSame(a: Replayed, b: Replayed): void {
  expect(whole(a.state)).toEqual(whole(b.state));
  expect(a.tree.root()).toEqual(b.tree.root());
  expect(a.index.parts()).toEqual(b.index.parts());
  expect([a.seq, a.timeMs]).toEqual([b.seq, b.timeMs]);
}

describe('a snapshot and what came after it', () => {
  it('is what a full replay gives: whatever was said, wherever it was made, also one made from another', () => {
    fc.assert(
      fc.property(steps, fc.nat(200), fc.nat(200), (list, first, second) => {
        const { entries } = new RandomLog(list);
        const [keys, path] = [new Keys(), newPath()];
        const one = 1 + (first % entries.length);
        const two = one + (second % (entries.length - one + 1));
        writeSnapshot(replay(begun(), entries.slice(0, one)), null, keys.options(path));
        const before = opened(keys, path);
        writeSnapshot(replay(before.replayed, entries.slice(0, two), one), before, keys.options(path));
        const after = opened(keys, path);
        expectSame(replay(after.replayed, entries, two), replay(begun(), entries));
      }),
      RUNS,
    );
  });

  it('is that also when keys were destroyed since, and brings nothing back of what was erased', () => {
    fc.assert(
      fc.property(steps, fc.nat(200), (list, cut) => {
        const { entries } = new RandomLog(list);
        const [keys, path] = [new Keys(), newPath()];
        const at = 1 + (cut % entries.length);
        // as it was when the snapshot was made: what was destroyed until then was
        keys.destroy(entries.slice(0, at));
        writeSnapshot(replay(begun(), entries.slice(0, at)), null, keys.options(path));
        keys.destroy(entries);
        expectSame(replay(opened(keys, path).replayed, entries, at, keys), replay(begun(), entries));
      }),
      RUNS,
    );
  });

  it('reads a dossier when something of it is asked, and no other', () => {
    const { entries } = new RandomLog([
      [199, 0, 0, 0, 0],
      [30, 0, 0, 0, 0],
      [199, 1, 0, 0, 0],
      [30, 1, 0, 0, 0],
    ]);
    const [keys, path] = [new Keys(), newPath()];
    const replayed = replay(begun(), entries);
    writeSnapshot(replayed, null, keys.options(path));
    const { state } = opened(keys, path).replayed;
    const pages = pagesBehind(state);
    const [first, second] = DOSSIERS as [string, string];
    expect([first, second].map((slot) => pages?.isLoaded(slot))).toEqual([false, false]);
    expect(state.statements.size).toBe(replayed.state.statements.size);
    expect(state.persons.has('nobody________________A')).toBe(false);
    const [message] = [...replayed.state.messages.values()];
    expect(state.messages.get(message?.id ?? '')).toEqual(message);
    expect([first, second].map((slot) => pages?.isLoaded(slot))).toEqual([true, false]);
    expect([...state.dossiers.keys()].sort()).toEqual([first, second].sort());
    expect(pages?.left).toBe(0);
  });
});

describe('a snapshot file', () => {
  const { entries } = new RandomLog(
    [...Array(30).keys()].map((i) => [30 + i * 5, i % 2, i % 6, i % 5, i % 4] as const),
  );
  const made = (keys = new Keys(), path = newPath()) => {
    const replayed = replay(begun(), entries);
    writeSnapshot(replayed, null, keys.options(path));
    return { keys, path, replayed };
  };
  const refusal = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      if (error instanceof SnapshotRefused) return error.reason;
      throw error;
    }
    return 'was believed';
  };

  it('is refused with any byte changed', () => {
    const { keys, path } = made();
    const good = readFileSync(path);
    const step = process.env.EENMAAL_LONG ? 1 : 37;
    for (let at = 0; at < good.length; at += at < good.length - 64 ? step : 1) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] as number) ^ (1 << (at % 8));
      writeFileSync(path, bad);
      expect(
        refusal(() => opened(keys, path)),
        `byte ${at}`,
      ).toMatch(/^snapshot-(damaged|not-ours)$/);
    }
    writeFileSync(path, good);
    expect(opened(keys, path)).toBeInstanceOf(Snapshot);
  });

  it('would be believed with a changed byte by a build that is broken on purpose: the test above would notice', () => {
    const { keys, path } = made();
    const bad = readFileSync(path);
    bad[5] = (bad[5] as number) ^ 1;
    writeFileSync(path, bad);
    const believed = () => Snapshot.open(keys.options(path), true);
    expect(refusal(believed)).toBe('was believed');
    expect(believed()?.replayed.tree.leafHash(0)).not.toEqual(replay(begun(), entries).tree.leafHash(0));
  });

  it('is refused when it was cut, or when something was added', () => {
    const { keys, path } = made();
    const good = readFileSync(path);
    for (const length of [0, 3, 8, 9, good.length >> 1, good.length - 1]) {
      writeFileSync(path, good);
      truncateSync(path, length);
      expect(
        refusal(() => opened(keys, path)),
        `${length} bytes`,
      ).toMatch(/^snapshot-(damaged|not-ours)$/);
    }
    writeFileSync(path, good);
    appendFileSync(path, 'x');
    expect(refusal(() => opened(keys, path))).toBe('snapshot-damaged');
    writeFileSync(path, Buffer.concat([Buffer.from('x'), good]));
    expect(refusal(() => opened(keys, path))).toBe('snapshot-damaged');
  });

  it('is refused with parts of equal length swapped, or with a part of an older one', () => {
    const { keys, path, replayed } = made();
    const good = readFileSync(path);
    // the same log sealed again: parts as long as before, under the same keys, and not those that are listed
    writeSnapshot(replayed, null, keys.options(path));
    const again = readFileSync(path);
    const tree = [...replayed.tree.stored()].reduce((sum, piece) => sum + piece.length, 0);
    const mixed = Buffer.from(good);
    again.copy(mixed, tree + 3000, tree + 3000, tree + 6000);
    writeFileSync(path, mixed);
    expect(refusal(() => opened(keys, path))).toBe('snapshot-damaged');
  });

  it('of another vault is refused; so is one of another law', () => {
    const { keys, path } = made();
    expect(refusal(() => opened(new Keys(), path))).toBe('snapshot-not-ours');
    const other = { ...law, version: 'another' };
    expect(refusal(() => Snapshot.open({ ...keys.options(path), law: other }))).toBe('snapshot-other-law');
  });

  it('is none when there is no file', () => {
    expect(Snapshot.open(new Keys().options(newPath()))).toBeNull();
  });

  it('stays what it was when the next one is not finished', () => {
    const { keys, path, replayed } = made();
    const good = readFileSync(path);
    const noKey = {
      ...keys.options(path),
      keys: (slot: string, entry: number | null) => (slot === DOSSIERS[1] ? null : keys.options('').keys(slot, entry)),
    };
    expect(() => writeSnapshot(replayed, null, noKey)).toThrow('ledger-damaged');
    expect(readFileSync(path)).toEqual(good);
    expect(readdirSync(join(path, '..'))).toEqual(['snapshot']);
    // as a crash leaves it
    writeFileSync(`${path}.abc.part`, good.subarray(0, 5000));
    expectSame(opened(keys, path).replayed, replayed);
  });

  it('holds nothing of an erased dossier that any key that is left opens, also in a copy from before', () => {
    const { keys, path } = made();
    const copy = readFileSync(path);
    keys.slots.delete(DOSSIERS[0] as string);
    writeFileSync(path, copy);
    const { state } = opened(keys, path).replayed;
    expect(state.dossiers.get(DOSSIERS[0] as string)).toBeUndefined();
    expect(state.dossiers.get(DOSSIERS[1] as string)).toBeDefined();
    for (const word of [DOSSIERS[0] as string, 'd0-mo', 'secret', 'd1-mo'])
      expect(copy.includes(word), word).toBe(false);
  });
});

it('knows of everything in a state whether it belongs to a dossier', () => {
  const state: State = emptyState(law);
  const divided = new Set<string>(PER_DOSSIER);
  const rest = Object.keys(state).filter((name) => !divided.has(name));
  // A new field: say in parts.ts where it belongs, or this rule that it is about no dossier's people.
  expect(rest.sort()).toEqual(
    [
      ...[
        'at',
        'consults',
        'erasedDossiers',
        'erasing',
        'erasingDossiers',
        'gone',
        'law',
        'ledger',
        'origin',
        'profile',
      ],
      ...['signingKeys', 'size', 'steward'],
    ].sort(),
  );
  expect([...partsOf(state, new Index()).keys()]).toEqual([MAIN]);
  expect(fold).toBeTypeOf('function');
});
