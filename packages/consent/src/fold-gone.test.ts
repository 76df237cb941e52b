/** What is left in the state when keys were destroyed, to the last number: of messages, and of a whole dossier among others. */
import { LIMITS, type PartyId } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { fold } from './fold.ts';
import { emptyState } from './state.ts';
import { LAW } from './test-law.ts';
import { Noted } from './test-noted.ts';
import {
  ask,
  CLINIC,
  DOSSIER,
  erase,
  GI,
  id,
  MOTHER,
  makeFamily,
  member,
  order,
  personOf,
  request,
  START,
  TEAM,
  VT,
  YEAR,
} from './test-region.ts';

const M = id('about-mother');
const OTHER = id('other');
const ANN = personOf('ann');
const ABOUT_ANN = id('about-ann');
const why = { ground: 'ERAS', decidedBy: null };

describe('the numbers a sender used', () => {
  const WINDOW = LIMITS.sequenceWindow;
  /** As erased messages leave them, in this order. */
  const used = (...numbers: number[]) => {
    const state = emptyState(LAW);
    for (const [index, seq] of numbers.entries())
      fold(
        state,
        { kind: 'erased', message: { index, envelope: id(`m${index}`), compartment: M, sender: TEAM, seq } },
        index,
        0,
      );
    const { highest, seen } = state.sequences.get(TEAM) ?? { highest: Number.NaN, seen: new Set<number>() };
    return { highest, seen: [...seen].sort((a, b) => a - b) };
  };

  it.each([
    ['the first', [0], 0, [0]],
    ['in order', [0, 1, 2], 2, [0, 1, 2]],
    ['the same twice', [3, 3], 3, [3]],
    ['out of order', [5, 2, 9], 9, [2, 5, 9]],
    ['the last that is within the window', [0, WINDOW - 1], WINDOW - 1, [0, WINDOW - 1]],
    ['the first that leaves it', [0, 1, WINDOW], WINDOW, [1, WINDOW]],
    ['several that leave it', [0, 1, 2, 3, WINDOW + 2], WINDOW + 2, [3, WINDOW + 2]],
    ['all but the highest', [0, 1, 2, WINDOW + 1], WINDOW + 1, [2, WINDOW + 1]],
    ['all of them', [0, 1, 2, WINDOW + 2], WINDOW + 2, [WINDOW + 2]],
    ['all by far', [0, 1, 9 * WINDOW], 9 * WINDOW, [9 * WINDOW]],
    ['one that comes when it left the window', [WINDOW, 0], WINDOW, [WINDOW]],
    ['one that comes at its edge', [WINDOW, 1], WINDOW, [1, WINDOW]],
  ])('%s', (_, numbers, highest, seen) => expect(used(...numbers)).toEqual({ highest, seen }));
});

describe('a message that is erased', () => {
  it('leaves nothing but that it was there, and waits for its key until the log says that is destroyed', () => {
    const region = makeFamily();
    const { state } = region;
    const sent = region.now;
    const told = region.message(MOTHER, M, { size: 999 });
    const index = state.messages.get(told)?.index ?? -1;
    const statement = region.must(MOTHER, erase([told]));
    const message = { index, envelope: told, compartment: M, sender: MOTHER, seq: 0 };
    const event = { kind: 'erasure', at: region.now, dossier: DOSSIER, statement, ...why, message } as const;
    const place = region.add({ kind: 'other', event });
    expect(state.messages.get(told)).toEqual({
      ...{
        id: told,
        index,
        at: sent,
        compartment: M,
        sender: MOTHER,
        erased: statement,
        gone: place,
        supersededBy: null,
      },
      ...{ purpose: 'support', marks: [], secretHash: '', stored: 0, size: 0, bodyHash: '', attachments: [] },
      ...{ delivered: new Map(), opened: new Map(), openedFor: new Set(), disclosures: [], disputedBy: new Set() },
    });
    expect(state.gone).toEqual([{ index: place, dossier: DOSSIER }]);
    expect(state.dossiers.get(DOSSIER)?.gone).toEqual([told]);
    // asked for once more, by a statement that was under way: there is no key left to wait for
    region.add({
      kind: 'statement',
      statement: { v: 1, id: id('late'), by: MOTHER, at: region.now, ...erase([told]) } as never,
    });
    expect(state.erasing.size).toBe(0);
    expect(state.messages.get(told)?.erased).toBe(statement);
  });

  it('waits by the statement that erased it first', () => {
    const region = makeFamily();
    const told = region.message(MOTHER, M);
    const first = region.must(MOTHER, erase([told]));
    region.state.erasing.clear();
    region.add({
      kind: 'statement',
      statement: { v: 1, id: id('late'), by: MOTHER, at: region.now, ...erase([told, id('none')]) } as never,
    });
    expect(region.state.messages.get(told)?.erased).toBe(first);
    expect(region.state.erasing.size).toBe(0);
  });

  it('may be named in a log of which its dossier, or itself, is missing', () => {
    const state = emptyState(LAW);
    const message = { index: 0, envelope: id('lost'), compartment: M, sender: MOTHER, seq: 0 };
    const event = { kind: 'erasure', at: 0, dossier: DOSSIER, statement: id('s'), ...why, message } as const;
    fold(state, { kind: 'other', event }, 0, 0);
    fold(state, { kind: 'erased', message: { ...message, index: 1 } }, 1, 0);
    fold(state, { kind: 'other', event }, 2, 0);
    expect(state.gone.map(({ index }) => index)).toEqual([0, 2]);
    expect(state.messages.get(id('lost'))).toMatchObject({ erased: id('s'), gone: 2 });
  });

  it('was written by somebody, who stays a writer there', () => {
    const region = makeFamily();
    const message = { index: 0, envelope: id('lost'), compartment: M, sender: MOTHER, seq: 0 };
    region.add({ kind: 'erased', message });
    region.add({ kind: 'erased', message: { ...message, envelope: id('more'), sender: CLINIC } });
    expect([...(region.state.compartments.get(M)?.writers ?? [])]).toEqual([id('mother')]);
  });
});

describe('a dossier that is erased', () => {
  /** Two dossiers with something of everything; the first is closed. */
  function closed() {
    const region = new Noted(TEAM, 'child8');
    region.must(TEAM, order('child8', GI));
    region.must(GI, ask(TEAM, 'L06', ['child8']));
    region.shows(VT, 'L08');
    region.must(MOTHER, request(TEAM, 'child8'));
    region.grant(MOTHER, M, CLINIC);
    const told = region.message(MOTHER, M);
    region.must(MOTHER, erase([region.message(MOTHER, M)]));
    const there = { dossier: OTHER };
    region.must(TEAM, { kind: 'dossier', ...there });
    region.must(TEAM, member('ann', there));
    const kind = 'compartment' as const;
    const place = { kind, compartment: ABOUT_ANN, audience: 'family' as const, subjects: [id('ann')], ...there };
    region.must(ANN, place);
    region.grant(ANN, ABOUT_ANN, CLINIC, there);
    const file = { ...place, compartment: id('file-ann'), audience: 'file' as const };
    region.must(TEAM, file);
    region.rotate(TEAM, file.compartment, there);
    const note = region.header(TEAM, file.compartment, there);
    expect(region.send(note)).toBeNull();
    region.must(TEAM, { ...region.discloses(VT, 'L08', [note.id]), ...there });
    region.must(ANN, { ...request(TEAM, 'ann'), ...there });
    region.must(CLINIC, { ...ask(TEAM, 'L06', ['ann']), ...there });
    region.now = START + 30 * YEAR;
    return { region, told };
  }
  const gone = (dossier: string, statement: string, entries: number[]) => {
    const kind = 'dossier-erasure' as const;
    const more = { ground: 'ERAS', decidedBy: 'team', holders: ['clinic'], entries, sequences: [] };
    return { kind, at: START, dossier, statement, ...more };
  };

  it('is closed at once, and only its own messages are', () => {
    const { region, told } = closed();
    const { state, now } = region;
    const statement = region.must(TEAM, erase([], { whole: true }));
    expect([...state.erasingDossiers]).toEqual([[DOSSIER, statement]]);
    expect(decide(state, { party: MOTHER, compartment: M, message: told }, now).code).toBe('D-ERASED');
    expect([...state.messages.values()].filter(({ erased }) => erased === null)).toHaveLength(1);
  });

  it('takes with it what is its own, and leaves the other what is its', () => {
    const { region } = closed();
    const { state } = region;
    const own = state.gone.length;
    const statement = region.must(TEAM, erase([], { whole: true }));
    const sequences = [{ sender: CLINIC, seq: 7 }];
    const first = region.add({ kind: 'other', event: { ...gone(DOSSIER, statement, [3]), sequences } });
    const second = region.add({ kind: 'other', event: gone(DOSSIER, statement, [4]) });
    expect(own).toBe(0);
    expect(state.erasedDossiers.get(DOSSIER)).toEqual({
      ...{ statement, ground: 'ERAS', decidedBy: 'team', at: START, holders: ['clinic'], entries: [first, second] },
    });
    expect(state.gone).toEqual([{ index: second, dossier: DOSSIER }]);
    expect([state.erasingDossiers.size, state.erasing.size, state.erasures.size]).toEqual([0, 0, 0]);
    expect([...state.dossiers.keys(), ...state.persons.keys()]).toEqual([OTHER, id('ann')]);
    expect([...state.compartments.keys()]).toEqual([ABOUT_ANN, id('file-ann')]);
    const left = [state.messages, state.grants, state.disclosures, state.requests, state.asks];
    expect(left.map(({ size }) => size)).toEqual([1, 1, 1, 1, 1]);
    for (const map of [state.disclosures, state.requests])
      for (const { dossier } of map.values()) expect(dossier).toBe(OTHER);
    expect([...state.grants.values()].map(({ compartment }) => compartment)).toEqual([ABOUT_ANN]);
    expect([...state.parties.keys()].filter((party: PartyId) => party.startsWith('person/'))).toEqual([ANN]);
    expect(state.sequences.get(CLINIC)?.highest).toBe(7);
    expect([state.signingKeys.has('x-mother'), state.signingKeys.has('x-ann')]).toEqual([false, true]);
  });

  it('keeps apart where the log says of one and of another that their keys are destroyed', () => {
    const { region } = closed();
    const [one, other] = [gone(DOSSIER, id('s1'), []), gone(OTHER, id('s2'), [])];
    const places = [one, other, one].map((event) => region.add({ kind: 'other', event }));
    expect(region.state.gone).toEqual([
      { index: places[1], dossier: OTHER },
      { index: places[2], dossier: DOSSIER },
    ]);
  });
});
