import { describe, expect, it } from 'vitest';
import { Memory } from './memory.ts';

describe('what is held in memory', () => {
  it('is given back until there is no room, the oldest first', () => {
    const memory = new Memory<string>(30);
    for (const id of ['a', 'b', 'c']) memory.set(id, 'x'.repeat(8), 1);
    expect(['a', 'b', 'c'].map((id) => memory.get(id)?.length)).toEqual([8, 8, 8]);
    memory.set('a', 'y'.repeat(8), 2);
    memory.set('d', 'x'.repeat(8), 3);
    expect(['a', 'b', 'c', 'd'].map((id) => memory.get(id)?.[0])).toEqual(['y', undefined, 'x', 'x']);
    memory.set('e', 'x'.repeat(99), 3);
    expect(['a', 'c', 'd', 'e'].map((id) => memory.get(id))).toEqual(Array(4).fill(undefined));
  });

  it('is forgotten by name and by age', () => {
    const memory = new Memory<number>(1000);
    for (const at of [1, 2, 3]) memory.set(`at${at}`, at, at);
    memory.delete('at2');
    memory.delete('at2');
    memory.deleteBefore(3);
    expect([1, 2, 3].map((at) => memory.get(`at${at}`))).toEqual([undefined, undefined, 3]);
  });
});
