import { LIMITS } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { fold } from './fold.ts';
import { emptyState } from './state.ts';
import { LAW } from './test-law.ts';
import { CLINIC, FATHER, id, keysOf, MOTHER, makeFamily, START, TEAM, type TestRegion } from './test-region.ts';

const M = id('about-mother');

function replay(region: TestRegion) {
  const state = emptyState(LAW);
  for (const { input, index, at } of region.entries) fold(state, input, index, at);
  return state;
}
const grantsOf = (region: TestRegion) => region.state.compartments.get(M)?.says[0]?.grants.map((grant) => grant.id);

describe('fold', () => {
  it('gives the same state for the same entries', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.rotate(MOTHER, M);
    region.send(region.header(MOTHER, M));
    region.say('withdraw', MOTHER, M, CLINIC);
    expect(replay(region)).toEqual(region.state);
    expect(region.state.size).toBe(region.entries.length);
  });

  it('keeps the latest clock, also when one entry is behind', () => {
    const region = makeFamily();
    fold(
      region.state,
      { kind: 'other', event: { kind: 'writer', at: 1, instance: id('i') } },
      region.entries.length,
      1,
    );
    expect(region.state.at).toBe(START);
  });

  it('registers keys, and marks the old one retired for good', () => {
    const region = makeFamily();
    region.must(CLINIC, { kind: 'new-keys', party: CLINIC, keys: keysOf('clinic-2') });
    const kids = [...region.state.keys].filter(([, { party }]) => party === CLINIC);
    expect(kids.map(([, { x, retired }]) => [x, retired])).toEqual([
      ['x-clinic', true],
      ['x-clinic-2', false],
    ]);
    expect(region.state.parties.get(CLINIC)).toMatchObject({ kid: kids[1]?.[0], registrar: 'steward' });
    expect(region.state.parties.get(MOTHER)?.registrar).toBe(TEAM);
  });

  it('keeps a grant while it may answer; ended ones only to say that they ended', () => {
    const region = makeFamily();
    const short = region.grant(MOTHER, M, CLINIC, { until: START + 5 });
    const long = region.grant(MOTHER, M, CLINIC);
    expect(grantsOf(region)).toEqual([short, long]);
    region.now = START + 5;
    const third = region.grant(MOTHER, M, CLINIC);
    expect(grantsOf(region)).toEqual([long, third]);
    region.say('withdraw', MOTHER, M, CLINIC);
    expect(grantsOf(region)).toEqual([third]);
    const fourth = region.grant(MOTHER, M, CLINIC);
    expect(grantsOf(region)).toEqual([fourth]);
    const ended = [short, long, third, fourth].map((grant) => region.state.grants.get(grant)?.ended);
    expect(ended).toEqual([null, 'withdrawn', 'withdrawn', null]);
  });

  it('says how a grant ended, by its first ending', () => {
    const region = makeFamily();
    const grant = region.grant(MOTHER, M, CLINIC);
    region.say('refuse', MOTHER, M, CLINIC);
    region.say('withdraw', MOTHER, M, CLINIC);
    expect(region.state.grants.get(grant)?.ended).toBe('refused');
  });

  it('remembers deliveries and openings by reader', () => {
    const region = makeFamily();
    region.rotate(MOTHER, M);
    const header = region.header(MOTHER, M);
    region.send(header);
    const decision = { outcome: 'permit', code: 'P-OWN', basis: [], rules: [] } as const;
    const common = { at: START, envelope: header.id, reader: FATHER, decision: { ...decision, basis: [], rules: [] } };
    const delivered = region.add({ kind: 'other', event: { kind: 'delivery', ...common } });
    const opened = region.add({ kind: 'other', event: { kind: 'opening', jws: '', purpose: 'support', ...common } });
    const message = region.state.messages.get(header.id);
    expect([message?.delivered.get(FATHER), message?.opened.get(FATHER)]).toEqual([delivered, opened]);
    region.add({ kind: 'other', event: { kind: 'delivery', ...common, envelope: id('unknown') } });
    expect(region.state.messages.size).toBe(1);
  });

  it('keeps no more sequence numbers than the window, also after a jump', () => {
    const region = makeFamily();
    region.rotate(MOTHER, M);
    const jump = (seq: number) => region.send(region.header(MOTHER, M, { seq }));
    for (let seq = 0; seq < 20; seq++) expect(jump(seq * 1000)).toBeNull();
    const { highest, seen } = region.state.sequences.get(MOTHER) ?? { highest: 0, seen: new Set() };
    expect(highest).toBe(19_000);
    expect([...seen]).toEqual([15_000, 16_000, 17_000, 18_000, 19_000]);
    // a partner that folds only what it may see meets gaps wider than the window
    const header = region.header(MOTHER, M, { seq: 19_000 + 10 * LIMITS.sequenceWindow });
    const event = { kind: 'message', at: START, header: '', jws: '', bodyHash: '', stored: 0 } as const;
    const decision = { outcome: 'permit', code: 'P-OWN', basis: [], rules: [] } as const;
    region.add({ kind: 'message', header, event: { ...event, decision: { ...decision, basis: [], rules: [] } } });
    expect(region.state.sequences.get(MOTHER)?.seen.size).toBe(1);
  });

  it('takes part of a log: what it was not shown is absent, not an error', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.rotate(MOTHER, M);
    region.rotate(MOTHER, M);
    region.send(region.header(MOTHER, M));
    const state = emptyState(LAW);
    for (const { input, index, at } of region.entries.slice(-2)) fold(state, input, index, at);
    expect(state.compartments.size).toBe(0);
    const second = region.entries.filter(
      ({ input }) => !(input.kind === 'statement' && input.statement.kind === 'epoch' && input.statement.epoch === 0),
    );
    const partial = emptyState(LAW);
    for (const { input, index, at } of second) fold(partial, input, index, at);
    expect(partial.compartments.get(M)?.epochs.at(-1)?.members.has(CLINIC)).toBe(true);
  });
});
