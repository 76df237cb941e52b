/** What is known of a dossier from afar: by an order, by a copy one held, by what stands in the registry; and from when. */
import { type Event, officer, type PartyId, partner, STEWARD } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import {
  ALL_ANSWERS,
  ask,
  CHILD14,
  CLINIC,
  custodyOf,
  DOSSIER,
  death,
  erase,
  FATHER,
  file,
  GI,
  id,
  incapable,
  MOTHER,
  makeFamily,
  member,
  newKeys,
  objection,
  order,
  personOf,
  RAAD,
  SCHOOL,
  START,
  seat,
  seatAt,
  seatEnd,
  seenBy,
  TEAM,
  type TestRegion,
  VT,
  weigh,
  weighing,
  YEAR,
} from './test-region.ts';
import { agree, days, filed, K8, K14, M, takeSeat } from './test-told.ts';
import { knowsDossier, maySee, sightOf } from './visible.ts';

const WEIGHED = { weighing: weighing(...ALL_ANSWERS) };
const sight = (region: TestRegion, party: PartyId, now = region.now) => sightOf(region.state, party, DOSSIER, now);
const knows = (region: TestRegion, party: PartyId) => knowsDossier(region.state, party, DOSSIER, region.now);
const kinds = (region: TestRegion, party: PartyId) =>
  new Set(seenBy(region, party).map(({ input }) => (input.kind === 'statement' ? input.statement.kind : input.kind)));

describe('an institution with an order', () => {
  /** GI carries out an order over the younger child and was given a note about the mother by it. */
  function given() {
    const region = makeFamily();
    region.must(TEAM, member('cousin', { turns18: START + 9 * YEAR }));
    const item = filed(region, TEAM, 'mother');
    region.must(TEAM, order('child8', GI));
    const from = START + days(30);
    const until = START + days(60);
    region.must(TEAM, order('child14', GI, { from, until }));
    region.must(TEAM, order('cousin', RAAD));
    const show = () => region.must(TEAM, region.discloses(GI, 'L06', [item], WEIGHED));
    const persons = (now: number) => [...sight(region, GI, now).persons].map((who) => who.replace(/_*A$/, '')).sort();
    return { region, show, from, until, persons };
  }

  it('knows, once it was given something, the child and who has custody, as long as the order runs', () => {
    const { show, from, until, persons } = given();
    expect(persons(START)).toEqual([]);
    show();
    expect([START, from - 1, until].map(persons)).toEqual(Array(3).fill(['child8', 'father', 'mother']));
    expect([from, until - 1].map(persons)).toEqual(Array(2).fill(['child14', 'child8', 'father', 'mother']));
  });

  it('sees the newest word on that custody; an institution that is guardian is no family member', () => {
    const { region, show, from, persons } = given();
    show();
    region.register('other', 'gi');
    const custody = region.must(TEAM, { ...custodyOf('child14', []), guardian: 'other' });
    expect(sight(region, GI, from).statements).toContain(custody);
    expect(persons(from)).toEqual(['child14', 'child8', 'father', 'mother']);
    region.must(TEAM, order('cousin', GI, { order: id('another') }));
    expect(persons(START)).toEqual(['child8', 'cousin', 'father', 'mother']);
    expect([...sight(region, GI).statements].every((statement) => region.state.statements.has(statement))).toBe(true);
  });
});

it('all that was said of a seat is seen by who learns of its organisation later', () => {
  const region = makeFamily();
  region.must(TEAM, ask(GI, 'L06', ['child8']));
  const worker = seatAt(GI, 'worker');
  const taken = region.must(GI, seat(worker));
  const said = [
    taken,
    region.must(GI, seatEnd(worker, START + days(9))),
    region.must(FATHER, objection(taken)),
    region.must(GI, weigh(taken, true)),
  ];
  const seen = () => said.filter((statement) => sight(region, MOTHER).statements.has(statement));
  expect(seen()).toEqual([]);
  region.must(TEAM, order('child8', GI));
  expect(seen()).toEqual(said);
});

describe('the version of what is seen', () => {
  it('changes when one statement takes the place of another', () => {
    const region = makeFamily();
    agree(region, [MOTHER, FATHER], K8, CLINIC);
    const before = sight(region, CLINIC);
    region.custody('child8', 'father', 'mother');
    const after = sight(region, CLINIC);
    expect(after.statements.size).toBe(before.statements.size);
    expect(after.version).not.toBe(before.version);
  });

  it('changes when a single message may not be opened any more', () => {
    const region = makeFamily();
    const item = filed(region, TEAM, 'mother');
    // in an emergency, and nobody looked along in time
    region.must(TEAM, region.discloses(VT, 'L08', [item], { ...WEIGHED, emergency: true }));
    const [before, after] = [START, START + days(9)].map((now) => sight(region, VT, now));
    expect([before?.items.size, after?.items.size]).toEqual([1, 0]);
    expect(after?.version).not.toBe(before?.version);
  });

  it('does not change for others when a message they read is disclosed', () => {
    const region = makeFamily();
    for (const to of [TEAM, CLINIC]) agree(region, [MOTHER, FATHER], K8, to);
    const item = region.message(MOTHER, K8);
    region.must(TEAM, order('child8', GI));
    region.must(TEAM, region.discloses(GI, 'L06', [item], WEIGHED));
    expect([GI, CLINIC].map((party) => [...sight(region, party).items])).toEqual([[item], []]);
  });
});

describe('a dossier', () => {
  it('is known to its opener before anybody is in it', () => {
    const region = makeFamily();
    const empty = id('empty');
    const opened = region.must(TEAM, { kind: 'dossier', dossier: empty });
    const statement = region.entries.at(-1)?.input;
    expect([TEAM, CLINIC].map((party) => knowsDossier(region.state, party, empty, START))).toEqual([true, false]);
    if (statement?.kind !== 'statement') throw new Error(opened);
    const shown = [TEAM, CLINIC].map((party) => sightOf(region.state, party, empty, START));
    const event: Event = { kind: 'statement', at: START, jws: '' };
    expect(shown.map((one) => maySee(one, event, statement.statement, null))).toEqual([true, false]);
  });

  it('is known to who keeps a file in it, also when nobody says yes any more', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC, { until: START + days(9) });
    region.must(CLINIC, file(CLINIC, 'mother'));
    region.now += days(10);
    expect([CLINIC, SCHOOL, MOTHER, STEWARD].map((party) => knows(region, party))).toEqual([true, false, true, false]);
  });

  it('that was destroyed is known to who decided it and who held copies', () => {
    const region = makeFamily();
    const gone = { statement: id('s'), ground: 'ERAS', decidedBy: 'team', at: START, holders: ['clinic'], entries: [] };
    region.state.erasedDossiers.set(DOSSIER, gone);
    expect([TEAM, CLINIC, SCHOOL, MOTHER].map((party) => knows(region, party))).toEqual([true, true, false, false]);
  });
});

it('a message whose key is destroyed: who read there or held a copy knows that it is gone, and sees what it did with it', () => {
  const region = makeFamily();
  agree(region, [MOTHER, FATHER], K8, SCHOOL);
  region.grant(MOTHER, K14, GI);
  for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, CLINIC, { until: START + days(9) });
  const envelope = region.message(FATHER, K8);
  region.deliver(envelope, CLINIC);
  region.now += days(10);
  const statement = region.must(FATHER, erase([envelope]));
  const known = region.state.messages.get(envelope);
  const message = { ...{ index: known?.index ?? 0, envelope, compartment: K8, sender: FATHER, seq: 0 } };
  const event = {
    kind: 'erasure',
    at: region.now,
    dossier: DOSSIER,
    statement,
    ground: 'ERAS',
    decidedBy: null,
  } as const;
  region.add({ kind: 'other', event: { ...event, message } });
  const parties = [MOTHER, FATHER, CLINIC, SCHOOL, CHILD14];
  expect(parties.filter((party) => sight(region, party).gone.has(envelope))).toEqual([MOTHER, FATHER, CLINIC]);
  expect(knows(region, CLINIC)).toBe(true);
  // that it was handed over is no secret to the family; the message itself is no more
  const delivery = region.entries.find(({ input }) => input.kind === 'other' && input.event.kind === 'delivery')?.input;
  const sent = region.entries.find(({ input }) => input.kind === 'message')?.input;
  const seen = [delivery, sent].map(
    (input) => input && 'event' in input && maySee(sight(region, MOTHER), input.event, null, known ?? null),
  );
  expect(seen).toEqual([true, false]);
});

it('whoever wrote a single message that is shown is known by its seat', () => {
  const region = makeFamily();
  const [worker, other] = ['worker', 'other'].map((name) => takeSeat(region, name));
  const opened = file(TEAM, 'mother');
  region.must(TEAM, opened);
  const item = region.message(worker ?? '', opened.compartment as string);
  region.must(TEAM, region.discloses(VT, 'L08', [item], { ...WEIGHED, emergency: true }));
  const seats = [worker, other].map((party) => region.state.parties.get(party ?? '')?.seat?.statement ?? '');
  expect(seats.map((statement) => sight(region, VT).statements.has(statement))).toEqual([true, false]);
});

it('an order is seen by the opener of the dossier, also when the court says it', () => {
  const region = makeFamily();
  const court = partner('court');
  const keys = newKeys(court, 'court').keys;
  region.must(STEWARD, { kind: 'partner', partner: 'court', name: 'Court', attests: true, roles: ['court'], keys });
  const said = region.must(court, order('child8', GI));
  const seen = [TEAM, court, GI, SCHOOL].map((party) => sight(region, party).statements.has(said));
  expect(seen).toEqual([true, true, true, false]);
});

describe('custody', () => {
  it('of a youth that decides alone is known to the institution that carries out an order over it', () => {
    const region = makeFamily();
    region.now = START + 3 * YEAR;
    const item = filed(region, TEAM, 'child14');
    region.must(TEAM, order('child14', GI, { until: START + 4 * YEAR }));
    region.must(TEAM, region.discloses(GI, 'L06', [item], WEIGHED));
    const custody = region.state.persons.get(id('child14'))?.custodyStatement ?? '';
    expect(sight(region, GI).statements.has(custody)).toBe(true);
  });

  it('is one thing, speaking for an adult another: who spoke before, and lives, is not named', () => {
    const region = makeFamily();
    region.must(TEAM, member('aunt'));
    for (const who of ['father', 'aunt']) region.must(TEAM, incapable('mother', who));
    region.grant(personOf('aunt'), M, CLINIC);
    expect([...sight(region, CLINIC).persons].sort()).toEqual([id('aunt'), id('mother')]);
  });

  it('of a youth that decides alone is for the opener, not for whom it lets read', () => {
    const region = makeFamily();
    region.now = START + 3 * YEAR;
    region.grant(CHILD14, K14, CLINIC);
    const custody = region.state.persons.get(id('child14'))?.custodyStatement ?? '';
    expect([TEAM, CLINIC].map((party) => sight(region, party).statements.has(custody))).toEqual([true, false]);
  });

  it('of who died stays known by name to who reads about the child; who lost it otherwise does not', () => {
    const region = makeFamily();
    region.must(TEAM, member('aunt'));
    agree(region, [MOTHER, FATHER], K8, CLINIC);
    const persons = () => [MOTHER, FATHER].filter((who) => sight(region, CLINIC).persons.has(who.slice(7)));
    region.must(TEAM, death('father'));
    region.grant(MOTHER, K8, CLINIC);
    expect(persons()).toEqual([MOTHER, FATHER]);
    region.custody('child8', 'mother');
    region.grant(MOTHER, K8, CLINIC);
    expect(persons()).toEqual([MOTHER]);
  });

  it('that was lost before a death does not name who died', () => {
    const region = makeFamily();
    agree(region, [MOTHER, FATHER], K8, CLINIC);
    region.custody('child8', 'mother');
    region.must(TEAM, death('father'));
    expect([...sight(region, CLINIC).persons].sort()).toEqual([id('child8'), id('mother')]);
  });

  it('of an institution that is guardian names nobody but who opened the part, also when it was said again who speaks for the child', () => {
    const region = makeFamily();
    region.must(TEAM, { ...custodyOf('child8', []), guardian: 'gi' });
    region.must(TEAM, incapable('child8'));
    agree(region, [GI], K8, CLINIC);
    const named = [...sight(region, CLINIC).persons].filter((who) => region.state.persons.has(who));
    expect(named).toEqual([id('child8'), id('mother')]);
  });
});

it('of the registry organisations and families see all, officers nothing; keys stay in their family', () => {
  const region = makeFamily();
  region.must(STEWARD, { kind: 'officer', officer: 'guard', name: 'Guard', keys: newKeys(CLINIC, 'guard').keys });
  region.must(CLINIC, newKeys(CLINIC, 'clinic-2'));
  const registry = ['region', 'partner', 'officer', 'new-keys'];
  for (const party of [CLINIC, MOTHER]) expect([...kinds(region, party)]).toEqual(expect.arrayContaining(registry));
  expect([...kinds(region, officer('guard'))]).toEqual([]);
  expect([...kinds(region, CLINIC)]).toEqual(registry);
});

it('a family member sees the dossier itself, custody, and who was let in to what it reads', () => {
  const region = makeFamily();
  agree(region, [MOTHER, FATHER], K8, CLINIC);
  region.rotate(MOTHER, K8);
  agree(region, [MOTHER, FATHER], K8, SCHOOL);
  expect(region.admit(MOTHER, K8, [SCHOOL])).toBeNull();
  expect([...kinds(region, FATHER)]).toEqual(expect.arrayContaining(['dossier', 'custody', 'epoch', 'admit']));
});

describe('a whole dossier that is to be erased', () => {
  it('is for its family and its readers to know, and not for who reads nothing in it', () => {
    const region = makeFamily();
    agree(region, [MOTHER, FATHER], K8, CLINIC);
    agree(region, [MOTHER, FATHER], K8, SCHOOL);
    region.say('withdraw', MOTHER, K8, SCHOOL);
    region.must(TEAM, erase([], { whole: true }));
    const sees = (party: PartyId) => kinds(region, party).has('erase');
    expect([TEAM, MOTHER, CHILD14, CLINIC].map(sees)).toEqual([true, true, true, true]);
    expect([SCHOOL, VT].map((party) => [sees(party), knows(region, party)])).toEqual([
      [false, false],
      [false, false],
    ]);
  });
});
