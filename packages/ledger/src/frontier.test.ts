import { utf8 } from '@eenmaal/crypto';
import { describe, expect, it } from 'vitest';
import { Frontier } from './frontier.ts';
import { Tree } from './tree.ts';
import { hashLeaf } from './tree-hash.ts';

describe('the right edge of a tree', () => {
  it('has the root of the whole tree at every size, also when it is put away and taken up again', () => {
    const tree = new Tree();
    let frontier = new Frontier();
    expect(frontier.root()).toEqual(tree.root());
    for (let i = 0; i < 600; i++) {
      const leaf = hashLeaf(utf8(`leaf ${i}`));
      tree.append(leaf);
      frontier.append(leaf);
      expect(frontier.root(), `${i + 1}`).toEqual(tree.root());
      if (i % 7 === 0) frontier = Frontier.restore(frontier.size, frontier.nodes());
    }
    expect(frontier.nodes().length).toBeLessThanOrEqual(10);
  });

  it('is not taken up with a node too few, too many or too short', () => {
    const nodes = [new Uint8Array(32), new Uint8Array(32)];
    expect(Frontier.restore(5, nodes).size).toBe(5);
    for (const [size, given] of [
      [5, nodes.slice(1)],
      [5, [...nodes, new Uint8Array(32)]],
      [5, [new Uint8Array(31), new Uint8Array(32)]],
      [0, nodes.slice(1)],
    ] as const)
      expect(() => Frontier.restore(size, given)).toThrow(/hash-format|tree-range/);
  });
});
