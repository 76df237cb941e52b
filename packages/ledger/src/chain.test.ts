import { utf8 } from '@eenmaal/crypto';
import { describe, expect, it } from 'vitest';
import { appendCommit, checkChain, genesis } from './chain.ts';
import type { Commit } from './commit.ts';
import { makeLeaf } from './leaf.ts';
import { Tree } from './tree.ts';

const entry = (i: number) => ({
  leaf: makeLeaf(1, new Uint8Array(32).fill(i), utf8(`event ${i}`)),
  slot: 'slot-1',
  body: Uint8Array.of(i),
});
const coded = (code: string) => expect.objectContaining({ code });

/** A log of three commits with 1, 2 and 3 entries, at times 10, 20 and 20. */
function history(): Commit[] {
  const tree = new Tree();
  let timeMs = 0;
  return [[0], [1, 2], [3, 4, 5]].map((group, i) => {
    const commit = {
      firstIndex: tree.size,
      timeMs: [10, 20, 20][i] as number,
      rootBefore: tree.root(),
      entries: group.map(entry),
    };
    timeMs = appendCommit(tree, timeMs, commit).timeMs;
    return commit;
  });
}

function replay(commits: Commit[]): Tree {
  const tree = new Tree();
  let state = genesis();
  for (const commit of commits) state = appendCommit(tree, state.timeMs, commit);
  expect(state).toEqual({ size: tree.size, root: tree.root(), timeMs: commits.at(-1)?.timeMs ?? 0 });
  return tree;
}

it('replays a history to the same tree', () => {
  expect(replay(history()).size).toBe(6);
  expect(replay(history()).root()).toEqual(replay(history()).root());
});

describe('refuses', () => {
  const [first, second, third] = history() as [Commit, Commit, Commit];
  it.each([
    ['a lost commit', [first, third], 'ledger-gap'],
    ['a repeated commit', [first, second, second], 'ledger-repeat'],
    ['swapped commits', [second, first], 'ledger-gap'],
    ['a replaced past entry', [{ ...first, entries: [entry(9)] }, second], 'ledger-chain-broken'],
    ['a first commit on another root', [{ ...first, rootBefore: new Uint8Array(32) }], 'ledger-chain-broken'],
    ['time running backwards', [first, { ...second, timeMs: 9 }], 'ledger-time-backwards'],
  ])('%s', (_name, commits, code) => {
    expect(() => replay(commits)).toThrow(coded(code));
  });

  it('and leaves the tree as it was', () => {
    const tree = replay([first]);
    expect(() => appendCommit(tree, 10, third)).toThrow(coded('ledger-gap'));
    expect(tree.size).toBe(1);
    expect(tree.root()).toEqual(second.rootBefore);
  });
});

it('a log begins empty at time 0', () => {
  expect(() => checkChain(genesis(), history()[0] as Commit)).not.toThrow();
  expect(genesis()).toEqual({ size: 0, root: new Tree().root(), timeMs: 0 });
});
