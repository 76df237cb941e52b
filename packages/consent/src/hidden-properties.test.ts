/**
 * Two histories that differ in something a party may not know of are one to it: everything it is shown, told, answered and refused
 * is the same. What is hidden is played in one of them only, between the same other acts; every id says which act made it.
 */
import type { PartyId } from '@eenmaal/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Guesses, observed, placeOf, play, type Step, World } from './test-hidden.ts';
import * as t from './test-region.ts';

const { CHILD14, CLINIC, FATHER, FOSTER, GI, id, MOTHER, RAAD, RET, SCHOOL, TEAM, VT } = t;
const RUNS = { numRuns: process.env.EENMAAL_LONG ? 400 : 15 };
const AUNT = t.personOf('aunt');

type Act = { hidden: boolean; step: Step };
const acts = (steps: fc.Arbitrary<Step>, hidden: boolean) => steps.map((step): Act => ({ hidden, step }));
const nth = fc.nat(30);
const step = (name: string, by: readonly PartyId[], about: readonly string[], to: readonly PartyId[] = [VT]) =>
  fc.tuple(
    fc.constant(name),
    fc.constantFrom(...by),
    fc.constantFrom(...about),
    fc.constantFrom(...to),
    nth,
  ) as fc.Arbitrary<Step>;

/** What happens to the family in both worlds. */
const OPEN = [
  step('yes', [MOTHER, FATHER, CHILD14], ['child8', 'child14'], [SCHOOL, TEAM]),
  step('yes', [MOTHER, FATHER], ['child8'], [SCHOOL]),
  step('yes', [FATHER], ['father'], [SCHOOL, CLINIC]),
  step('no', [MOTHER, FATHER, CHILD14], ['child8', 'child14', 'father'], [SCHOOL, TEAM]),
  step('write', [MOTHER, FATHER, SCHOOL], ['child8', 'child14', 'father']),
  step('file', [TEAM], ['child8', 'child14']),
  step('share', [TEAM], ['child8', 'child14'], [GI, RAAD]),
  step('inform', [TEAM], ['child8']),
  step('object', [MOTHER, FATHER, CHILD14], ['child8']),
  step('weigh', [TEAM], ['child8']),
  step('seat', [TEAM, SCHOOL], ['child8']),
  step('request', [MOTHER, FATHER], ['child8', 'child14', 'father'], [TEAM, SCHOOL]),
  step('order', [TEAM], ['child8']),
  step('wait', [TEAM], ['child8']),
  step('custody', [TEAM], ['child8', 'child14']),
];
const CUSTODY = OPEN.length - 1;

function worlds(all: readonly Act[], before: (world: World) => void): [World, World] {
  const both: [World, World] = [new World(), new World()];
  for (const [which, world] of both.entries()) {
    world.begin('open');
    world.try(TEAM, t.member('aunt'));
    before(world);
    for (const [at, { hidden, step: one }] of all.entries()) {
      world.region.now += 1000;
      if (hidden && which === 0) continue;
      world.begin(`${hidden ? 'secret' : 'open'}${at}`, hidden);
      play(world, one);
    }
  }
  return both;
}

const guessesOf = ({ region: { state }, open, secret }: World): Guesses => ({
  places: [...state.compartments.keys(), id('never')],
  items: [...open.items, ...secret.items, id('never')],
  acts: [...open.acts, ...secret.acts, ...state.requests.keys(), ...state.asks.keys(), id('never')],
});

/** A school reads about the younger child, and a clinic about the father. */
function reading(world: World): void {
  play(world, ['yes', FATHER, 'father', CLINIC, 0]);
  for (const by of [MOTHER, FATHER]) play(world, ['yes', by, 'child8', SCHOOL, 0]);
}

function same(
  hidden: readonly fc.Arbitrary<Step>[],
  observers: readonly PartyId[],
  before: (world: World) => void,
  open: readonly fc.Arbitrary<Step>[] = OPEN,
) {
  const act = fc.oneof(
    { weight: 3, arbitrary: acts(fc.oneof(...open), false) },
    { weight: 4, arbitrary: acts(fc.oneof(...hidden), true) },
  );
  fc.assert(
    fc.property(fc.array(act, { minLength: 4, maxLength: 24, size: 'max' }), (all) => {
      const [without, having] = worlds(all, before);
      const guesses = guessesOf(having);
      for (const party of observers)
        expect([party, observed(having, party, guesses)]).toEqual([party, observed(without, party, guesses)]);
    }),
    RUNS,
  );
}

describe('nobody can tell whether there is', () => {
  it('something of the mother alone: her part, her yes and no, files about her, what was shared of them, rights she used', () => {
    const alone = [
      step('yes', [MOTHER], ['mother'], [CLINIC, VT, RET]),
      step('no', [MOTHER], ['mother'], [CLINIC, VT, RET]),
      step('write', [MOTHER, CLINIC], ['mother']),
      step('file', [CLINIC], ['mother']),
      step('share', [CLINIC], ['mother'], [VT, RET]),
      step('request', [MOTHER], ['mother'], [CLINIC]),
      step('erase', [CLINIC], ['mother']),
      step('consult', [CLINIC], ['mother'], [VT, RET]),
      step('ask', [VT], ['mother'], [CLINIC]),
    ];
    same(alone, [FATHER, CHILD14, AUNT, SCHOOL, GI, FOSTER], () => {});
  });

  it('an objection of hers, and its weighing, to who works at an organisation he knows by his own part only', () => {
    const contested = (world: World) => {
      for (const by of [MOTHER, FATHER]) play(world, ['yes', by, by === MOTHER ? 'mother' : 'father', CLINIC, 0]);
      world.begin('seats', true);
      play(world, ['seat', CLINIC, '', VT, 0]);
      play(world, ['seat', CLINIC, '', VT, 1]);
      play(world, ['file', CLINIC, 'mother+father', VT, 0]);
      play(world, ['share', CLINIC, 'mother+father', VT, 4]);
    };
    const said = [step('object', [MOTHER, AUNT], ['']), step('weigh', [CLINIC], [''])];
    same(said, [FATHER, CHILD14, SCHOOL, GI, VT], contested);
  });

  it('a disclosure that is not told yet: not in the family, nor at others', () => {
    const files = ['child8', 'child14', 'mother', 'mother+child8'];
    const untold = [
      step('file', [TEAM, VT], files),
      step('share-later', [TEAM, VT], files, [VT, RAAD, RET, GI]),
      step('share-later', [TEAM, VT], ['child8', 'mother'], [VT, GI]),
      step('wait-on', [TEAM, VT], ['']),
    ];
    same(untold, [MOTHER, FATHER, CHILD14, AUNT, SCHOOL, CLINIC, FOSTER], (world) => {
      world.try(TEAM, t.seat(t.seatAt(TEAM, 'one'), { from: world.region.now, until: world.region.now + 9 * t.YEAR }));
      play(world, ['file', TEAM, 'child8', VT, 0]);
      play(world, ['share', TEAM, 'child8', VT, 4]);
      // there are files: whoever decides may say no about one by its number, which would have to be guessed
      for (const by of [TEAM, VT]) for (const about of files) play(world, ['file', by, about, VT, 0]);
      play(world, ['yes', FATHER, 'father', CLINIC, 0]);
      play(world, ['yes', MOTHER, 'mother', CLINIC, 0]);
    });
  });

  it('a yes of one parent that waits for the other, a no, or a yes taken back: not for organisations', () => {
    const waiting = [
      step('yes', [MOTHER, CHILD14], ['child8', 'child14'], [CLINIC]),
      step('no', [MOTHER, FATHER, CHILD14], ['child8', 'child14'], [CLINIC, RET, GI, FOSTER]),
      step('request', [MOTHER, FATHER], ['child8', 'mother', 'father'], [VT]),
    ];
    // custody stays as it is: the other's word must be needed all along
    const open = OPEN.filter((_, at) => at !== CUSTODY);
    same(waiting, [CLINIC, SCHOOL, TEAM, GI, FOSTER, RAAD], reading, open);
  });

  it('that the mother cannot judge, who speaks for her, or that her address is secret', () => {
    const attested = [
      step('capacity', [TEAM], ['mother']),
      step('secrecy', [MOTHER, TEAM], ['mother']),
      step('yes', [AUNT], ['mother'], [RET]),
    ];
    const open = OPEN.filter((_, at) => at !== CUSTODY);
    same(attested, [FATHER, CHILD14, SCHOOL, CLINIC, FOSTER], reading, open);
  });

  it('an order over a brother or sister, or where it lives', () => {
    const attested = [
      step('order', [TEAM], ['child14']),
      step('foster', [TEAM], ['child14']),
      step('ask', [GI], ['child14'], [TEAM]),
    ];
    same(attested, [SCHOOL, CLINIC, RAAD], reading);
  });

  it('something erased, replaced or disputed where one does not read', () => {
    const undone = [
      step('erase', [CLINIC], ['mother']),
      step('supersede', [CLINIC], ['mother']),
      step('dispute', [MOTHER], ['mother']),
      step('request', [MOTHER], ['mother'], [CLINIC]),
    ];
    // who keeps the dossier may erase what it does not read: of that an id would have to be guessed
    same(undone, [CHILD14, AUNT, SCHOOL, VT], (world) => {
      reading(world);
      play(world, ['yes', MOTHER, 'mother', CLINIC, 0]);
      world.begin('written', true);
      for (const about of ['mother', 'mother']) {
        play(world, ['file', CLINIC, about, VT, 0]);
        world.write(CLINIC, placeOf(about));
      }
    });
  });
});
