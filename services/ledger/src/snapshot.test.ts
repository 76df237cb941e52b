import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyState, fold, foldPaged, Pages, PER_DOSSIER, pagesOf, partsOf, type State } from '@eenmaal/consent';
import { hash256, utf8 } from '@eenmaal/crypto';
import { systemRandom as random, readLaw } from '@eenmaal/host';
import { PuncturableKey, Tree } from '@eenmaal/ledger';
import { EenmaalError } from '@eenmaal/model';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Index } from './index-of-entries.ts';
import { turned } from './replay.ts';
import { type Replayed, Snapshot, snapshotKeys, writeSnapshot } from './snapshot.ts';
import { SnapshotRefused } from './snapshot-file.ts';
import { DOSSIERS, type LogEntry, RandomLog, steps, whole } from './test-log.ts';
import { TileFiles } from './tiles.ts';
import { MAIN } from './vault.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 1000 : 60 };
const law = await readLaw();
const dir = mkdtempSync(join(tmpdir(), 'eenmaal-snapshot-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
let files = 0;
const newPath = () => join(dir, `s${files++}`, 'snapshot');
const tiles = new TileFiles(join(dir, 'tiles'));

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

const begun = (): Replayed => ({
  state: new Pages(law).state,
  tree: new Tree(tiles),
  index: new Index(),
  seq: 0,
  timeMs: 0,
});

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
    into.tree.appendEntry(leaf);
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
        writeSnapshot(replay(before.replayed(tiles), entries.slice(0, two), one), before, keys.options(path));
        const after = opened(keys, path);
        expectSame(replay(after.replayed(tiles), entries, two), replay(begun(), entries));
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
        expectSame(replay(opened(keys, path).replayed(tiles), entries, at, keys), replay(begun(), entries));
      }),
      RUNS,
    );
  });

  it('is that also when what did not change is let go of on the way, and read again', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.nat(200), { minLength: 1, maxLength: 4 }), fc.nat(200), (list, cuts, ask) => {
        const { entries } = new RandomLog(list);
        const [keys, path] = [new Keys(), newPath()];
        // a log is read long after: what later entries say is destroyed is gone when its earlier ones are read
        if (ask % 2 === 0) keys.destroy(entries);
        const ends = [...cuts.map((cut) => 1 + (cut % entries.length)).sort((a, b) => a - b), entries.length];
        const one = begun();
        let snapshot: Snapshot | null = null;
        for (const end of ends) {
          replay(one, entries.slice(0, end), one.tree.size, keys);
          writeSnapshot(one, snapshot, keys.options(path));
          snapshot = turned(one, snapshot, keys.options(path));
          const pages = pagesOf(one.state);
          expect(DOSSIERS.filter((slot) => snapshot?.slots.includes(slot) && pages.isLoaded(slot))).toEqual([]);
          pages.touch(DOSSIERS[ask % 3] as string);
        }
        expectSame(one, replay(begun(), entries, 0, keys));
      }),
      RUNS,
    );
  });

  it('keeps in memory what changed since the snapshot it turns to was made, and lets the rest go', () => {
    const { entries } = new RandomLog([
      [199, 0, 0, 0, 0],
      [199, 1, 0, 0, 0],
      [199, 2, 0, 0, 0],
      [30, 0, 0, 0, 0],
    ]);
    const [keys, path] = [new Keys(), newPath()];
    const one = replay(begun(), entries.slice(0, -1));
    writeSnapshot(one, null, keys.options(path));
    replay(one, entries, entries.length - 1);
    turned(one, null, keys.options(path));
    const pages = pagesOf(one.state);
    expect(DOSSIERS.map((slot) => pages.isLoaded(slot))).toEqual([true, false, false]);
    expectSame(one, replay(begun(), entries));
  });

  it('does not turn to a snapshot of another history', () => {
    const { entries } = new RandomLog([[199, 0, 0, 0, 0]]);
    const [keys, path] = [new Keys(), newPath()];
    const one = replay(begun(), entries);
    writeSnapshot(one, null, keys.options(path));
    const other = replay(begun(), entries.slice(0, -1));
    expect(() => turned(other, null, keys.options(path))).toThrow('another history');
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
    const { state } = opened(keys, path).replayed(tiles);
    const pages = pagesOf(state);
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
      if (error instanceof EenmaalError) return error.code;
      throw error;
    }
    return 'was believed';
  };
  /** Reads every part. */
  const everything = (snapshot: Snapshot) => whole(snapshot.replayed(tiles).state);

  it('is refused with any byte changed: at the start, or when the part is read that it is in', () => {
    const { keys, path } = made();
    const good = readFileSync(path);
    const late = new Set<string>();
    const step = process.env.EENMAAL_LONG ? 1 : 37;
    for (let at = 0; at < good.length; at += at < good.length - 64 ? step : 1) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] as number) ^ (1 << (at % 8));
      writeFileSync(path, bad);
      const said = refusal(() => everything(opened(keys, path)));
      expect(said, `byte ${at}`).toMatch(/^(snapshot-(damaged|not-ours)|ledger-damaged)$/);
      // a part that is damaged is found late: the next start must not begin there again
      expect(existsSync(path), `byte ${at}`).toBe(said !== 'ledger-damaged');
      if (at === 0) expect(said).toBe('snapshot-damaged');
      late.add(said);
    }
    expect([...late].sort()).toEqual(['ledger-damaged', 'snapshot-damaged', 'snapshot-not-ours']);
    writeFileSync(path, good);
    expect(refusal(() => everything(opened(keys, path)))).toBe('was believed');
  });

  it('that a newer one took the place of is not put aside', () => {
    const { keys, path, replayed } = made();
    const bad = readFileSync(path);
    const at = bad.length - 12_000;
    bad[at] = (bad[at] as number) ^ 1;
    writeFileSync(path, bad);
    const older = opened(keys, path);
    writeSnapshot(replayed, null, keys.options(path));
    expect(refusal(() => everything(older))).toBe('ledger-damaged');
    expect(refusal(() => everything(opened(keys, path)))).toBe('was believed');
  });

  it('would be believed with a changed byte by a build that is broken on purpose: the test above would notice', () => {
    const { keys, path, replayed } = made();
    const bad = readFileSync(path);
    // which slot entry 0 is of
    const at = replayed.tree.edge().length;
    bad[at] = (bad[at] as number) ^ 1;
    writeFileSync(path, bad);
    const believed = () => Snapshot.open(keys.options(path), true)?.replayed(tiles);
    expect(refusal(believed)).toBe('was believed');
    expect(believed()?.index.slotOf(0)).not.toEqual(replayed.index.slotOf(0));
  });

  it('is refused when it was cut, or when something was added', () => {
    const { keys, path } = made();
    const good = readFileSync(path);
    for (const length of [0, 3, 8, 9, good.length >> 1, good.length - 1]) {
      writeFileSync(path, good);
      truncateSync(path, length);
      expect(
        refusal(() => opened(keys, path).replayed(tiles)),
        `${length} bytes`,
      ).toMatch(/^snapshot-(damaged|not-ours)$/);
    }
    writeFileSync(path, good);
    appendFileSync(path, 'x');
    expect(refusal(() => opened(keys, path).replayed(tiles))).toBe('snapshot-damaged');
    writeFileSync(path, Buffer.concat([Buffer.from('x'), good]));
    expect(refusal(() => opened(keys, path).replayed(tiles))).toBe('snapshot-damaged');
  });

  it('is refused with parts of equal length swapped, or with a part of an older one', () => {
    const { keys, path, replayed } = made();
    const good = readFileSync(path);
    // the same log sealed again: parts as long as before, under the same keys, and not those that are listed
    writeSnapshot(replayed, null, keys.options(path));
    const again = readFileSync(path);
    const edge = replayed.tree.edge().length;
    const mixed = Buffer.from(good);
    again.copy(mixed, edge + 3000, edge + 3000, edge + 6000);
    writeFileSync(path, mixed);
    expect(refusal(() => everything(opened(keys, path)))).toMatch(/^(snapshot|ledger)-damaged$/);
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
    expectSame(opened(keys, path).replayed(tiles), replayed);
  });

  it('holds nothing of an erased dossier that any key that is left opens, also in a copy from before', () => {
    const { keys, path } = made();
    const copy = readFileSync(path);
    keys.slots.delete(DOSSIERS[0] as string);
    writeFileSync(path, copy);
    const { state } = opened(keys, path).replayed(tiles);
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
