/** What `services/ledger` and the officer's replay rest on; that a state in pages says what a whole one says is tested there. */
import { describe, expect, it } from 'vitest';
import { Directory } from './directory.ts';
import { foldPaged, Pages } from './paged-state.ts';
import { countsIn, MAIN, partsOf, putPart, slotOfStatement } from './parts.ts';
import { emptyState } from './state.ts';
import { LAW } from './test-law.ts';
import { Noted } from './test-noted.ts';
import { DOSSIER, TEAM } from './test-region.ts';

/** All of a region put away, the dossier's part not read; its directory takes the empty name for one of the dossier's. */
function putAway() {
  const { entries } = new Noted(TEAM, 'child8');
  const slotOf = (entry: number): string | undefined => {
    const input = entries[entry]?.input;
    if (input?.kind === 'statement') return slotOfStatement(emptyState(LAW), input.statement);
    return input?.kind === 'message' ? input.header.dossier : undefined;
  };
  const whole = new Pages(LAW);
  for (const { input, index, at } of entries) foldPaged(whole.state, slotOf(index) ?? MAIN, input, index, at);
  const parts = partsOf(whole.state, { slotOf });
  const directory = Directory.empty(7);
  directory.add('', 1);
  directory.add(DOSSIER, 1);
  const slots = [MAIN, DOSSIER];
  const part = (number: number) => parts.get(slots[number] as string) ?? null;
  const countsOf = (number: number) => countsIn(part(number) as NonNullable<ReturnType<typeof part>>);
  const read = (number: number) => JSON.parse(JSON.stringify(part(number)));
  const pages = new Pages(LAW);
  pages.turnTo({ slots, directory, countsOf, read }, entries.length, { slotOf });
  pages.touch(MAIN);
  return { whole: whole.state, pages, slotOf, size: entries.length };
}

describe('a state in pages', () => {
  it('is divided without reading more of it, also where the directory takes one name for another', () => {
    const { pages, slotOf } = putAway();
    expect([...partsOf(pages.state, { slotOf }).keys()]).toEqual([MAIN]);
    expect(pages.isLoaded(DOSSIER)).toBe(false);
  });

  it('reads a dossier when something of it is asked for, and is then what it was', () => {
    const { whole, pages, slotOf, size } = putAway();
    expect(pages.state.dossiers.get(DOSSIER)).toEqual(whole.dossiers.get(DOSSIER));
    expect(pages.isLoaded(DOSSIER)).toBe(true);
    const again = emptyState(LAW);
    for (const part of partsOf(pages.state, { slotOf }).values()) putPart(again, JSON.parse(JSON.stringify(part)));
    expect([...again.messages]).toEqual([...whole.messages]);
    expect(again.size).toBe(size);
  });
});
