/**
 * Two histories that differ in something a party may not know of are one to it: everything it is shown, told, answered and refused
 * is the same. What is hidden is played in one of them only, between the same other acts; every id says which act made it.
 */
import { type Id, isPerson, nameOf, type PartyId, type Statement, type StatementInput } from '@eenmaal/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkEnvelope, checkStatement } from './accept.ts';
import { decide } from './decide.ts';
import { explain, mayIShare } from './explain.ts';
import { clocksFor, noticesFor } from './notices.ts';
import { keyNeed, readersOf } from './readers.ts';
import * as t from './test-region.ts';
import { knowsDossier, sightOf } from './visible.ts';

const { CHILD14, CLINIC, DOSSIER, FATHER, FOSTER, GI, id, MOTHER, RAAD, RET, SCHOOL, TEAM, VT } = t;
const RUNS = { numRuns: process.env.EENMAAL_LONG ? 400 : 15 };
const DAY = 86_400_000;
const AUNT = t.personOf('aunt');
const WEIGHED = { weighing: t.weighing(...t.ALL_ANSWERS) };
const placeOf = (about: string): Id => id(`about-${about}`);
const fileOf = (by: PartyId, about: string): Id => id(`file-${nameOf(by)}-${about}`);

type Step = readonly [name: string, by: PartyId, about: string, to: PartyId, nth: number];

type Made = { items: Id[]; acts: Id[] };

/** A region in which an id is made of the step that made it, whatever else was said before. */
class World {
  readonly region = t.makeFamily();
  /** What there is to act on: of both worlds, and hidden. */
  readonly open: Made = { items: [], acts: [] };
  readonly secret: Made = { items: [], acts: [] };
  #step = '';
  #said = 0;
  #hidden = false;

  begin(step: string, hidden = false): void {
    this.#step = step;
    this.#said = 0;
    this.#hidden = hidden;
  }
  get made(): Made {
    return this.#hidden ? this.secret : this.open;
  }
  try(by: PartyId, input: StatementInput): Id | null {
    const named = id(`${this.#step}.${this.#said++}`);
    return this.region.try(by, Object.assign({ id: named }, input)) === null ? named : null;
  }
  /** A new key where one is needed, and a message. */
  write(by: PartyId, place: Id): void {
    if (keyNeed(this.region.state, place, this.region.now).rotate)
      this.region.rotate(by, place, this.#named() as object);
    // as its client numbers it: by the moment
    const seq = Math.max(this.region.now, (this.region.state.sequences.get(by)?.highest ?? -1) + 1);
    const header = this.region.header(by, place, { ...this.#named(), seq });
    if (this.region.state.compartments.has(place) && this.region.send(header) === null) this.made.items.push(header.id);
  }
  #named = () => ({ id: id(`${this.#step}.${this.#said++}`) });
}

function play(world: World, [name, by, about, to, nth]: Step): void {
  const { region } = world;
  const { state, now } = region;
  const own = (ids: readonly Id[]): Id => ids[nth % Math.max(ids.length, 1)] ?? id('none');
  // in its own file, or where it may write
  const mine = [fileOf(by, about), placeOf(about)];
  const items = world.made.items.filter((one) => mine.includes(state.messages.get(one)?.compartment ?? ''));
  const item = own(items);
  const act = own(world.made.acts);
  const say = { dossier: DOSSIER, compartment: placeOf(about), partner: nameOf(to) };
  switch (name) {
    case 'yes': {
      const text = { version: '1', language: 'nl' as const };
      const more = { purposes: ['support' as const], from: now, until: now + t.YEAR, history: nth % 2 === 0, text };
      world.try(by, { kind: 'grant', ...say, ...more });
      return;
    }
    case 'no':
      world.try(by, { kind: nth % 2 === 0 ? 'refuse' : 'withdraw', ...say });
      return;
    case 'write':
      world.write(by, placeOf(about));
      return;
    case 'file':
      world.try(by, t.file(by, ...about.split('+')));
      world.write(by, fileOf(by, about));
      return;
    case 'share':
    case 'share-later': {
      const rule =
        { 'partner/vt': 'L08', 'partner/raad': 'L16', 'partner/gi': by === VT ? 'L10' : 'L06', 'partner/ret': 'L02' }[
          to
        ] ?? 'L25';
      const purpose = { L16: 'inquiry', L02: 'support' }[rule] ?? 'safety';
      const inform = name === 'share' && nth % 2 === 0 ? 'now' : 'later';
      const more = { ...WEIGHED, inform, emergency: nth % 3 === 0, purpose } as Parameters<typeof t.disclose>[3];
      const given = world.try(by, region.discloses(to, rule, [item], more));
      if (!given) return;
      world.made.acts.push(given);
      if (nth % 5 > 0) world.try(t.seatAt(by, 'one'), t.endorse(given));
      if (decide(state, { party: to, compartment: fileOf(by, about), message: item }, now).outcome !== 'permit') return;
      region.deliver(item, to);
      region.deliver(item, to, 'opening');
      return;
    }
    case 'seat': {
      const seated = world.try(
        by,
        t.seat(t.seatAt(by, nth % 2 === 0 ? 'one' : 'two'), { from: now, until: now + t.YEAR }),
      );
      if (seated) world.made.acts.push(seated);
      return;
    }
    case 'inform':
    case 'wait-on':
      // told, or for a reason not yet
      world.try(by, t.inform(act, name === 'inform' && nth % 2 === 0));
      return;
    case 'object':
      world.try(by, t.objection(act));
      return;
    case 'weigh':
      world.try(by, t.weigh(act, true));
      return;
    case 'ask':
      world.try(by, t.ask(to, nth % 2 === 0 ? 'L06' : 'L10', [about]));
      return;
    case 'request': {
      const asked = world.try(by, t.request(to, about, { right: nth % 2 === 0 ? 'access' : 'erasure' }));
      if (asked && nth % 3 > 0) world.try(to, t.answer(asked));
      return;
    }
    case 'erase':
      world.try(by, t.erase([item]));
      return;
    case 'supersede':
      world.try(by, t.supersede(item, items[(nth + 1) % Math.max(items.length, 1)] ?? item));
      return;
    case 'dispute':
      world.try(by, t.dispute(item, nth % 3 > 0));
      return;
    case 'capacity':
      world.try(by, nth % 3 === 0 ? t.capable(about) : t.incapable(about, 'aunt'));
      return;
    case 'secrecy':
      world.try(by, t.secrecy(about, nth % 3 > 0));
      return;
    case 'foster':
      world.try(by, t.foster(about, 'aunt', FOSTER, { from: now, until: now + nth * 10 * DAY + 1 }));
      return;
    case 'consult':
      world.try(by, t.consult(to, state.parties.get(to)?.sealingKid ?? ''));
      return;
    case 'order':
      world.try(TEAM, t.order(about, GI, { from: now, until: now + nth * 10 * DAY + 1 }));
      return;
    case 'custody':
      world.try(TEAM, t.custodyOf(about, nth % 3 === 0 ? ['mother'] : ['mother', 'father']));
      return;
    case 'wait':
      region.now += nth * DAY;
  }
}

/** Everything `party` could compare, of the persons, parts, items and acts there are in both worlds and of those that are hidden. */
function observed({ region }: World, party: PartyId, guesses: Guesses) {
  const { state, now } = region;
  const sight = sightOf(state, party, DOSSIER, now);
  const nameAt = new Map([...state.statements].map(([statement, index]) => [index, statement]));
  const [compartments, items, places, gone] = JSON.parse(sight.version || '[[],[],[],0]');
  const shown = t.seenBy(region, party).map(({ input, at }) => {
    const { statement } = input as { statement?: Statement };
    return JSON.stringify([at, statement ? { ...statement, seen: null } : input], (key, value) =>
      key === 'ledger' ? null : value,
    );
  });
  const reads = guesses.places.filter((compartment) => decide(state, { party, compartment }, now).outcome === 'permit');
  const questions = guesses.places.flatMap((compartment) =>
    [undefined, ...guesses.items].map((message) => ({ party, compartment, ...(message && { message }) })),
  );
  const shares = guesses.places.map((compartment) => ({
    from: party,
    to: GI,
    compartment,
    marks: [],
    purpose: 'safety' as const,
  }));
  const header = (compartment: Id) => ({ ...region.header(party, compartment), id: id('probe') });
  return {
    shown,
    version: [compartments, items, places.map((index: number) => nameAt.get(index)), gone],
    persons: [...sight.persons],
    knows: knowsDossier(state, party, DOSSIER, now),
    notices: noticesFor(state, party, DOSSIER, now),
    clocks: clocksFor(state, party, DOSSIER, now),
    readers: reads.map((place) => [readersOf(state, place, now), keyNeed(state, place, now)]),
    explained: questions.map((question) => explain(state, question, now, { party })),
    shares: isPerson(party) ? [] : shares.map((share) => mayIShare(state, share, now, { party })),
    written: reads.map((place) => checkEnvelope(state, header(place), now)),
    refused: probes(party, guesses, region).map((input) => {
      const seen = { size: 1, root: t.hash('root') };
      const statement = { v: 1, id: id('probe'), by: party, at: now, seen, ...input } as Statement;
      return [JSON.stringify(input), checkStatement(state, statement, now)];
    }),
  };
}

type Guesses = { places: readonly Id[]; items: readonly Id[]; acts: readonly Id[] };

/** Every act it could try, on whatever there is: also on what it can only guess. */
function probes(party: PartyId, { places, items, acts }: Guesses, region: t.TestRegion): StatementInput[] {
  const persons = ['mother', 'father', 'child8', 'child14', 'aunt'];
  const partners = [CLINIC, SCHOOL, VT, GI];
  const about = acts.flatMap((act) => [
    t.objection(act),
    t.weigh(act, true),
    t.endorse(act),
    t.inform(act),
    t.answer(act),
  ]);
  const ofItems = items.flatMap((item) => [
    ...[t.erase([item]), t.supersede(item, items[0] ?? item)],
    ...[region.discloses(VT, 'L08', [item], WEIGHED), region.discloses(MOTHER, 'OWN', [item], WEIGHED)],
  ]);
  // what is about somebody it may dispute unseen: of that an id would have to be guessed
  const disputes = items.filter((item) => !item.startsWith('secret')).map((item) => t.dispute(item));
  const ofPlaces = places.flatMap((compartment) => [
    ...partners.flatMap((to) =>
      (['refuse', 'withdraw'] as const).map((kind) => ({ kind, dossier: DOSSIER, compartment, partner: nameOf(to) })),
    ),
    t.allow(compartment, 'aunt'),
    {
      kind: 'epoch',
      dossier: DOSSIER,
      compartment,
      epoch: 0,
      commitment: t.hash('c'),
      link: null,
      label: 'l',
      wraps: [],
    },
    { kind: 'admit', dossier: DOSSIER, compartment, epoch: 0, wraps: [], links: [] },
  ]) as StatementInput[];
  const ofPersons = persons.flatMap((name) => [
    ...partners.map((to) => t.request(to, name)),
    ...[t.ask(VT, 'L10', [name]), t.secrecy(name), t.death(name), t.file(party, name), t.own(name)],
  ]);
  const opened = { kind: 'compartment', dossier: DOSSIER, compartment: id('probe'), audience: 'family' } as const;
  return [
    ...[...about, ...ofItems, ...disputes, ...ofPlaces, ...ofPersons],
    ...persons.map((name) => ({ ...opened, subjects: [id(name)] })),
    t.seat(t.seatAt(isPerson(party) ? TEAM : party, 'probe')),
    t.erase([], { whole: true }),
  ];
}

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
