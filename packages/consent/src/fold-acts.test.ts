/** What acts under the law leave behind: one line each for notices and clocks, and nothing in a log of which parts are missing. */
import { type PartyId, STEWARD, type StatementInput } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { fold } from './fold.ts';
import { isStale, keyNeed, readersOf } from './readers.ts';
import { emptyState, type State } from './state.ts';
import { LAW } from './test-law.ts';
import {
  ALL_ANSWERS,
  allow,
  answer,
  ask,
  CLINIC,
  custodyOf,
  DOSSIER,
  death,
  dispute,
  endorse,
  erase,
  FATHER,
  FOSTER,
  file,
  foster,
  GI,
  id,
  incapable,
  inform,
  MOTHER,
  makeFamily,
  member,
  newKeys,
  objection,
  order,
  RAAD,
  request,
  SCHOOL,
  START,
  seat,
  seatAt,
  seatEnd,
  secrecy,
  succession,
  supersede,
  TEAM,
  VT,
  weigh,
  weighing,
} from './test-region.ts';
import { knowsDossier, maySee, sightOf } from './visible.ts';

const M = id('about-mother');
const K8 = id('about-child8');
const ANN = seatAt(CLINIC, 'ann');
const WEIGHED = { weighing: weighing(...ALL_ANSWERS) };

/** Says one thing after another, and remembers what line each left in the dossier. */
function story() {
  const region = makeFamily();
  const lines: [kind: string, about: string | null, partner: string | null][] = [];
  const say = (by: PartyId, input: StatementInput): string => {
    const statement = region.must(by, input);
    const { acts } = region.state.dossiers.get(DOSSIER) ?? { acts: [] };
    const line = acts.findLast(({ id: of }) => of === statement);
    expect(line, input.kind).toMatchObject({ by, at: region.now, index: region.entries.length - 1 });
    lines.push([input.kind, line?.about ?? null, line?.partner ?? null]);
    return statement;
  };
  return { region, lines, say };
}

describe('an act', () => {
  it('leaves what it is about and the other organisation', () => {
    const { region, lines, say } = story();
    say(TEAM, member('aunt'));
    say(TEAM, { ...custodyOf('child14', []), guardian: 'gi' });
    say(TEAM, incapable('mother', 'aunt'));
    say(TEAM, { ...incapable('mother'), capable: true });
    say(MOTHER, secrecy('mother'));
    say(TEAM, foster('child8', 'aunt', FOSTER));
    say(TEAM, order('child8', GI));
    region.grant(MOTHER, M, CLINIC);
    say(CLINIC, seat(ANN));
    say(MOTHER, allow(M, 'father'));
    const place = file(CLINIC, 'mother');
    say(CLINIC, place);
    const [note = '', newer = ''] = [1, 2].map(() => region.message(CLINIC, place.compartment as string));
    const asked = say(GI, ask(CLINIC, 'L06', ['mother']));
    const shown = say(CLINIC, region.discloses(GI, 'L06', [note], { ...WEIGHED, inform: 'later', ask: asked }));
    say(ANN, endorse(shown));
    say(CLINIC, inform(shown));
    say(MOTHER, objection(shown));
    say(CLINIC, weigh(shown, true));
    const used = say(MOTHER, request(CLINIC, 'mother', { right: 'erasure' }));
    say(CLINIC, answer(used));
    say(MOTHER, dispute(note));
    say(CLINIC, supersede(note, newer));
    say(CLINIC, erase([note], { request: used }));
    say(CLINIC, seatEnd(ANN, START + 9));
    say(TEAM, death('aunt'));
    expect(lines).toEqual([
      ['person', id('aunt'), null],
      ['custody', id('child14'), 'gi'],
      ['capacity', id('mother'), null],
      ['capacity', id('mother'), null],
      ['secrecy', id('mother'), null],
      ['foster', id('child8'), 'foster'],
      ['order', id('order-child8'), 'gi'],
      ['seat', ANN, null],
      ['allow', M, null],
      ['compartment', place.compartment, null],
      ['ask', asked, 'clinic'],
      ['disclose', shown, 'gi'],
      ['endorse', shown, null],
      ['inform', shown, null],
      ['objection', shown, null],
      ['weigh', shown, null],
      ['request', used, 'clinic'],
      ['answer', used, null],
      ['dispute', note, null],
      ['supersede', note, null],
      ['erase', used, null],
      ['seat-end', ANN, null],
      ['death', id('aunt'), null],
    ]);
  });

  it('makes the organisations in it ones that have something to do here; the end of one of them is remembered too', () => {
    const region = makeFamily();
    const known = () => [...(region.state.dossiers.get(DOSSIER)?.organisations ?? [])];
    const ends = () => region.state.dossiers.get(DOSSIER)?.acts.filter(({ kind }) => kind === 'succession');
    expect(known()).toEqual(['team']);
    region.grant(MOTHER, M, CLINIC);
    region.must(CLINIC, ask(VT, 'L08', ['child8']));
    expect(known()).toEqual(['team', 'clinic', 'vt']);
    region.must(STEWARD, succession(SCHOOL));
    expect(ends()).toEqual([]);
    const ended = region.must(STEWARD, succession(CLINIC, RAAD));
    expect(ends()).toMatchObject([
      { id: ended, by: STEWARD, partner: 'clinic', about: null, index: region.entries.length - 1 },
    ]);
    expect(known(), 'who follows takes nothing over but what it opened').toEqual(['team', 'clinic', 'vt']);
    expect(region.state.dossiers.get(DOSSIER)?.by).toBe(TEAM);
    region.must(STEWARD, succession(TEAM, RAAD));
    expect(region.state.dossiers.get(DOSSIER)?.by).toBe(RAAD);
    expect(known()).toContain('raad');
  });
});

describe('a death', () => {
  it('touches only those it leaves: custody and speaking for somebody', () => {
    const region = makeFamily();
    region.must(TEAM, member('aunt'));
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, SCHOOL);
    const before = structuredClone(region.state.persons);
    region.must(TEAM, death('aunt'));
    for (const name of ['mother', 'father', 'child8', 'child14'].map(id))
      expect(region.state.persons.get(name)).toEqual(before.get(name));
    expect(region.state.persons.get(id('aunt'))).toMatchObject({ dead: true });
    region.must(TEAM, death('father'));
    expect(region.state.persons.get(id('child14'))).toMatchObject({ custody: [id('mother')], secretAddress: false });
    expect(decide(region.state, { party: SCHOOL, compartment: K8 }, START).code).toBe('H-SURVIVOR-CONFIRM');
  });
});

describe('a disputed message', () => {
  it('carries who disputes it, until that is taken back', () => {
    const region = makeFamily();
    const told = region.message(MOTHER, K8);
    const by = () => [...(region.state.messages.get(told)?.disputedBy ?? [])];
    region.must(FATHER, dispute(told));
    region.must(MOTHER, dispute(told));
    expect(by()).toEqual([id('father'), id('mother')]);
    region.must(FATHER, dispute(told, false));
    expect(by()).toEqual([id('mother')]);
  });
});

describe('a log of which parts are missing', () => {
  /** Something of every kind, in one log. */
  function everything() {
    const { region, say } = story();
    region.grant(MOTHER, M, CLINIC);
    say(CLINIC, seat(ANN));
    say(CLINIC, file(CLINIC, 'mother'));
    const note = region.message(CLINIC, id('file-clinic-mother'));
    say(TEAM, order('child8', GI));
    const shown = say(CLINIC, region.discloses(GI, 'L06', [note], { ...WEIGHED, inform: 'later' }));
    say(ANN, endorse(shown));
    region.deliver(note, GI);
    region.deliver(note, GI, 'opening');
    say(ANN, inform(shown));
    say(MOTHER, objection(shown));
    say(CLINIC, weigh(shown, true));
    say(CLINIC, answer(say(MOTHER, request(CLINIC, 'mother'))));
    say(MOTHER, dispute(note));
    say(CLINIC, supersede(note, region.message(CLINIC, id('file-clinic-mother'))));
    say(CLINIC, erase([note], { request: say(MOTHER, request(CLINIC, 'mother', { right: 'erasure' })) }));
    say(MOTHER, allow(M, 'father'));
    say(MOTHER, secrecy('mother'));
    say(TEAM, incapable('mother', 'father'));
    say(CLINIC, seatEnd(ANN, START + 9));
    region.must(CLINIC, newKeys(CLINIC, 'clinic-2'));
    region.must(STEWARD, succession(CLINIC));
    say(TEAM, death('father'));
    return region;
  }

  /** Whatever is asked of a state that knows half: it answers. */
  function askEverything(state: State): void {
    const places = [M, K8, id('file-clinic-mother')];
    for (const party of [MOTHER, FATHER, CLINIC, GI, ANN]) {
      const sight = sightOf(state, party, DOSSIER, START);
      knowsDossier(state, party, DOSSIER, START);
      for (const compartment of places) decide(state, { party, compartment, marks: ['address'], from: GI }, START);
      for (const message of state.messages.values()) {
        const asked = { party, compartment: message.compartment, message: message.id };
        const decision = decide(state, asked, START);
        maySee(sight, { kind: 'delivery', at: START, envelope: message.id, reader: party, decision }, null, message);
      }
    }
    for (const compartment of places) {
      readersOf(state, compartment, START);
      expect(keyNeed(state, compartment, START).rotate).toBe(true);
      expect(isStale(state, compartment, START)).toBe(true);
    }
  }

  it('is folded without what its entries name: each alone, and all but each', () => {
    const { entries } = everything();
    for (const [at] of entries.entries()) {
      for (const part of [entries.filter((_, other) => other === at), entries.filter((_, other) => other !== at)]) {
        const state = emptyState(LAW);
        for (const { input, index, at: when } of part) fold(state, input, index, when);
        askEverything(state);
      }
    }
  });

  it('knows the first opening of a message, and each purpose once', () => {
    const region = makeFamily();
    const told = region.message(MOTHER, K8);
    const first = region.deliver(told, FATHER, 'opening');
    region.deliver(told, FATHER, 'opening');
    expect(region.state.messages.get(told)?.opened).toEqual(new Map([[FATHER, first]]));
    expect(region.state.messages.get(told)?.openedFor).toEqual(new Set([`${FATHER} support`]));
  });
});
