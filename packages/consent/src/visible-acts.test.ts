/** Which acts under the law a party may know of, what a postponed notice hides and nothing else, and when a view is new. */
import { officer, type PartyId, STEWARD, type StatementInput } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { Noted, WEIGHED } from './test-noted.ts';
import {
  ALL_ANSWERS,
  allow,
  answer,
  ask,
  CHILD14,
  CLINIC,
  consult,
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
  objection,
  order,
  own,
  personOf,
  RAAD,
  request,
  SCHOOL,
  START,
  seat,
  seatAt,
  seatEnd,
  secrecy,
  seenBy,
  succession,
  supersede,
  TEAM,
  type TestRegion,
  VT,
  weigh,
  weighing,
  YEAR,
} from './test-region.ts';
import { knowsDossier, sightOf } from './visible.ts';

const M = id('about-mother');
const K8 = id('about-child8');
const AUNT = personOf('aunt');
const ANN = seatAt(CLINIC, 'ann');
const EVERYBODY = [MOTHER, FATHER, CHILD14, AUNT, TEAM, CLINIC, SCHOOL, GI, VT, RAAD, ANN, officer('clinic')];

/** Who is shown the entry with this place in the log. */
const whoSees = (region: TestRegion, index: number) =>
  EVERYBODY.filter((party) => seenBy(region, party).some((entry) => entry.index === index));
const says = (region: TestRegion, by: PartyId, input: StatementInput): number => {
  region.must(by, input);
  return region.entries.length - 1;
};
/** A family with an aunt; the clinic reads about the mother and has a seat. */
function family() {
  const region = makeFamily();
  region.must(TEAM, member('aunt'));
  region.grant(MOTHER, M, CLINIC);
  region.must(CLINIC, seat(ANN));
  return region;
}

describe('who is shown an act', () => {
  it('an order: who carries it out, who opened the dossier, and who reads about the child', () => {
    const region = family();
    const made = says(region, TEAM, order('child8', GI));
    expect(whoSees(region, made)).toEqual([MOTHER, FATHER, TEAM, GI]);
    region.custody('child8', 'mother');
    expect(whoSees(region, made)).toEqual([MOTHER, TEAM, GI]);
    expect(whoSees(region, says(region, TEAM, order('child14', GI)))).toEqual([MOTHER, FATHER, CHILD14, TEAM, GI]);
  });

  it('whoever signed what is seen: its keys prove the rest', () => {
    const region = family();
    const sees = (party: PartyId, kind: string) =>
      seenBy(region, party).some(({ input }) => input.kind === 'statement' && input.statement.kind === kind);
    const note = region.message(MOTHER, M);
    expect([sees(VT, 'seat'), sees(GI, 'person')]).toEqual([false, false]);
    const shares = region.discloses(VT, 'L08', [note], { weighing: weighing(...ALL_ANSWERS), emergency: true });
    region.must(ANN, shares);
    region.must(CHILD14, request(GI, 'child14'));
    expect([sees(VT, 'seat'), sees(GI, 'person')]).toEqual([true, true]);
  });

  it('a placement: the foster parent too', () => {
    const region = family();
    const made = says(region, TEAM, foster('child8', 'aunt', FOSTER));
    expect(whoSees(region, made)).toEqual([MOTHER, FATHER, AUNT, TEAM]);
    expect(seenBy(region, FOSTER).some(({ index }) => index === made)).toBe(true);
  });

  it('a seat and its end: the family that knows its organisation, its own side, the opener, and who shares keys', () => {
    const region = family();
    const cas = seatAt(CLINIC, 'cas');
    const made = says(region, CLINIC, seat(cas));
    expect(whoSees(region, made)).toEqual([MOTHER, TEAM, CLINIC, ANN]);
    region.grant(MOTHER, M, SCHOOL);
    const ended = says(region, CLINIC, seatEnd(cas, START + 9));
    for (const index of [made, ended]) expect(whoSees(region, index)).toEqual([MOTHER, TEAM, CLINIC, SCHOOL, ANN]);
  });

  it('that somebody cannot judge: itself, who speaks for it, the opener, and who reads about it', () => {
    const region = family();
    region.grant(FATHER, K8, SCHOOL);
    region.grant(MOTHER, K8, SCHOOL);
    expect(sightOf(region.state, SCHOOL, DOSSIER, region.now).persons.has(id('mother'))).toBe(true);
    const spoken = says(region, TEAM, incapable('mother', 'aunt'));
    expect(whoSees(region, spoken)).toEqual([MOTHER, AUNT, TEAM]);
    region.grant(AUNT, M, SCHOOL);
    expect(whoSees(region, spoken)).toEqual([MOTHER, AUNT, TEAM, SCHOOL]);
    const child = says(region, TEAM, incapable('child14'));
    expect(whoSees(region, child)).toEqual([MOTHER, FATHER, CHILD14, TEAM]);
    const back = says(region, TEAM, { ...incapable('mother'), capable: true });
    expect(whoSees(region, back)).toEqual([MOTHER, TEAM, CLINIC, ANN]);
  });

  it('death: who knows of that person', () => {
    const region = family();
    region.must(TEAM, incapable('mother', 'aunt'));
    region.grant(AUNT, M, SCHOOL);
    expect(sightOf(region.state, SCHOOL, DOSSIER, region.now).persons).toEqual(new Set([id('mother'), id('aunt')]));
    const died = says(region, TEAM, death('aunt'));
    expect(whoSees(region, died)).toEqual([MOTHER, FATHER, CHILD14, AUNT, TEAM]);
  });

  it('a secret address: that person and the opener', () => {
    const region = family();
    expect(whoSees(region, says(region, MOTHER, secrecy('mother')))).toEqual([MOTHER, TEAM]);
    expect(whoSees(region, says(region, TEAM, secrecy('child14')))).toEqual([CHILD14, TEAM]);
  });

  it('letting somebody read: who reads there', () => {
    const region = family();
    expect(whoSees(region, says(region, MOTHER, allow(M, 'father')))).toEqual([MOTHER, FATHER, CLINIC, ANN]);
    expect(sightOf(region.state, CLINIC, DOSSIER, region.now).persons).toEqual(new Set([id('mother'), id('father')]));
  });

  it('a request for facts: both sides, and who reads about everybody it is about', () => {
    const region = family();
    expect(whoSees(region, says(region, CLINIC, ask(GI, 'L06', ['child8'])))).toEqual([
      MOTHER,
      FATHER,
      CLINIC,
      GI,
      ANN,
    ]);
    expect(whoSees(region, says(region, CLINIC, ask(GI, 'L06', ['child8', 'mother'])))).toEqual([
      ...[MOTHER, CLINIC, GI, ANN],
    ]);
  });

  it('a right that is used, and its answer: who used it and that organisation', () => {
    const region = family();
    const asked = says(region, MOTHER, request(CLINIC, 'child8'));
    const answered = says(
      region,
      ANN,
      answer(region.entries[asked]?.input.kind === 'statement' ? idAt(region, asked) : ''),
    );
    for (const index of [asked, answered]) expect(whoSees(region, index)).toEqual([MOTHER, CLINIC, ANN]);
  });

  it('an erasure, a correction and a dispute: its own side, who reads there and who was given it', () => {
    const region = family();
    const [first, second, third] = [1, 2, 3].map(() => region.message(MOTHER, M)) as [string, string, string];
    region.grant(MOTHER, M, SCHOOL);
    region.deliver(third, SCHOOL);
    region.say('withdraw', MOTHER, M, SCHOOL);
    const corrected = says(region, MOTHER, supersede(first, second));
    const disputed = says(region, MOTHER, dispute(second));
    const erased = says(region, MOTHER, erase([second, third]));
    expect(whoSees(region, corrected)).toEqual([MOTHER, CLINIC, ANN]);
    expect(whoSees(region, disputed)).toEqual([MOTHER, CLINIC, ANN]);
    // who was given one of the two is told of that one, not shown a list with the other
    expect(whoSees(region, erased)).toEqual([MOTHER, CLINIC, ANN]);
    const kept = new Noted(TEAM, 'mother');
    const asked = kept.must(MOTHER, request(TEAM, 'mother', { right: 'erasure' }));
    expect(whoSees(kept, says(kept, TEAM, erase([kept.note], { request: asked })))).toEqual([TEAM]);
  });

  it('the end of an organisation: everybody but officers; a consult: its two sides', () => {
    const region = family();
    region.must(STEWARD, { kind: 'officer', officer: 'clinic', name: 'O', keys: member('officer').keys as never });
    const kid = region.state.parties.get(VT)?.sealingKid ?? '';
    expect(whoSees(region, says(region, CLINIC, consult(VT, kid)))).toEqual([CLINIC, VT, ANN]);
    expect(whoSees(region, says(region, STEWARD, succession(SCHOOL)))).toEqual(EVERYBODY.slice(0, -1));
  });
});

const idAt = ({ entries }: TestRegion, index: number): string => {
  const input = entries[index]?.input;
  return input?.kind === 'statement' ? input.statement.id : '';
};

describe('a disclosure', () => {
  const shown = (more: Parameters<Noted['shows']>[2] = {}, ...about: string[]) => {
    const region = new Noted(CLINIC, ...(about.length > 0 ? about : ['child8']));
    region.must(TEAM, member('aunt'));
    region.must(CLINIC, seat(ANN));
    const act = region.shows(VT, 'L08', more);
    const made = region.entries.length - 1;
    const endorsed = says(region, ANN, endorse(act));
    const delivered = region.deliver(region.note, VT);
    const opened = region.deliver(region.note, VT, 'opening');
    return { region, act, made, endorsed, delivered, opened };
  };

  it('is shown to its giver, its receiver and the family it is about', () => {
    const { region, act, made, endorsed } = shown();
    expect(whoSees(region, made)).toEqual([MOTHER, FATHER, CLINIC, VT, ANN]);
    expect(whoSees(region, endorsed), 'the receiver too: without it it would wait').toEqual([
      ...[MOTHER, FATHER, CLINIC, VT, ANN],
    ]);
    const objected = says(region, MOTHER, objection(act));
    const weighed = says(region, CLINIC, weigh(act, true));
    for (const index of [objected, weighed]) expect(whoSees(region, index)).toEqual([MOTHER, FATHER, CLINIC, ANN]);
  });

  it('about two persons at once is shown to who reads about both', () => {
    const { region, made } = shown({}, 'mother', 'child8');
    expect(whoSees(region, made)).toEqual([MOTHER, CLINIC, VT, ANN]);
  });

  it('of several items is shown to who reads about one of them', () => {
    const region = new Noted(CLINIC, 'child8');
    region.must(CLINIC, file(CLINIC, 'mother'));
    const other = region.message(CLINIC, id('file-clinic-mother'));
    const made = says(region, CLINIC, region.discloses(VT, 'L08', [region.note, other], WEIGHED));
    expect(whoSees(region, made)).toEqual([MOTHER, FATHER, CLINIC, VT]);
  });

  it('lets its receiver see the message, where it is and whom it is about; and no other', () => {
    const { region, delivered, opened } = shown();
    const second = region.message(CLINIC, region.place);
    const sight = sightOf(region.state, VT, DOSSIER, region.now);
    expect(sight.items).toEqual(new Set([region.note]));
    expect([[...sight.compartments], [...sight.partial]]).toEqual([[], [region.place]]);
    expect(sight.persons).toEqual(new Set(['child8', 'mother', 'father'].map(id)));
    const lines = seenBy(region, VT).map(({ input }) => (input.kind === 'message' ? input.header.id : input.kind));
    expect(lines).toContain(region.note);
    expect(lines).not.toContain(second);
    for (const index of [delivered, opened]) expect(whoSees(region, index)).toEqual([CLINIC, VT, ANN]);
  });

  it('that may not be opened any more takes the message out of sight, and stays shown itself', () => {
    const region = new Noted(CLINIC, 'child8');
    region.must(TEAM, order('child8', GI, { until: START + 9 }));
    region.shows(GI, 'L06');
    const made = region.entries.length - 1;
    region.now = START + 8;
    expect(sightOf(region.state, GI, DOSSIER, region.now).items.size).toBe(1);
    region.now = START + 9;
    expect(sightOf(region.state, GI, DOSSIER, region.now)).toMatchObject({ items: new Set(), partial: new Set() });
    expect(whoSees(region, made)).toContain(GI);
  });

  it('to a person shows it the one message, as what it reads', () => {
    const region = new Noted(CLINIC, 'mother');
    region.shows(MOTHER, 'OWN', { weighing: null });
    const sight = sightOf(region.state, MOTHER, DOSSIER, region.now);
    expect([...sight.items]).toEqual([region.note]);
    expect([...sight.partial]).toEqual([region.place]);
    const opened = region.deliver(region.note, MOTHER, 'opening');
    expect(whoSees(region, opened)).toEqual([MOTHER, CLINIC]);
  });

  it('the family is told of later is hidden from it with all that follows, and nothing else is', () => {
    const now = shown();
    const later = shown({ inform: 'later' });
    const put = says(later.region, CLINIC, inform(later.act, false));
    const secret = [later.made, later.endorsed, later.delivered, later.opened, put];
    for (const person of [MOTHER, FATHER, CHILD14, AUNT]) {
      const told = seenBy(now.region, person).map(({ index }) => index);
      const kept = seenBy(later.region, person).map(({ index }) => index);
      expect(kept).toEqual(told.filter((index) => !secret.includes(index)));
    }
    for (const party of [CLINIC, VT, ANN]) {
      const kept = seenBy(later.region, party).map(({ index }) => index);
      expect(kept.filter((index) => index < put)).toEqual(seenBy(now.region, party).map(({ index }) => index));
    }
    const before = sightOf(later.region.state, MOTHER, DOSSIER, START);
    expect(before.hidden).toEqual(new Set([later.act]));
    const informed = says(later.region, CLINIC, inform(later.act));
    expect(seenBy(later.region, MOTHER).map(({ index }) => index)).toEqual(
      expect.arrayContaining([later.made, later.endorsed, put, informed]),
    );
    const after = sightOf(later.region.state, MOTHER, DOSSIER, START);
    expect(after.hidden.size).toBe(0);
    expect(after.version).not.toBe(before.version);
  });

  it('hides from who reads the message how it came to another, until it is told', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    const told = region.message(MOTHER, M);
    const act = region.must(CLINIC, region.discloses(VT, 'L25', [told], { ...WEIGHED, inform: 'later' }));
    region.must(CLINIC, seat(ANN));
    region.must(ANN, endorse(act));
    const given = [region.deliver(told, VT), region.deliver(told, VT, 'opening')];
    const open = region.deliver(told, CLINIC);
    for (const index of given) expect(whoSees(region, index)).toEqual([VT]);
    expect(whoSees(region, open)).toEqual([MOTHER, CLINIC]);
    region.must(CLINIC, inform(act));
    for (const index of given) expect(whoSees(region, index)).toEqual([MOTHER, VT]);
  });
});

describe('knowing that a dossier is there', () => {
  it('is for its persons, its opener, who reads in it, and who was asked or given something', () => {
    const region = family();
    const knows = (party: PartyId) => knowsDossier(region.state, party, DOSSIER, region.now);
    expect([MOTHER, AUNT, TEAM, CLINIC, ANN].map(knows)).toEqual([true, true, true, true, true]);
    expect([SCHOOL, GI, personOf('stranger'), STEWARD, officer('clinic')].map(knows)).toEqual([
      ...[false, false, false, false, false],
    ]);
    region.must(CLINIC, ask(GI, 'L06', ['child8']));
    expect(knows(GI)).toBe(true);
    region.grant(MOTHER, K8, SCHOOL);
    expect(knows(SCHOOL), 'a yes that waits for another').toBe(false);
    region.must(CLINIC, region.discloses(RAAD, 'L16', [region.message(MOTHER, M)], WEIGHED));
    expect(knows(RAAD)).toBe(true);
    expect(knowsDossier(region.state, MOTHER, id('nowhere'), region.now)).toBe(false);
    region.now = START + 2 * YEAR;
    expect(knows(CLINIC), 'by what it did itself').toBe(true);
  });
});

describe('a seat', () => {
  it('sees what its organisation does in this dossier, in its time, and in no other dossier', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.must(CLINIC, seat(ANN, { from: START + 5, until: START + 9 }));
    const asked = says(region, CLINIC, ask(GI, 'L06', ['child8']));
    const sees = [4, 5, 8, 9].map((at) => {
      region.now = START + at;
      return whoSees(region, asked).includes(ANN);
    });
    expect(sees).toEqual([false, true, true, false]);
    region.now = START + 5;
    const other = id('other-dossier');
    region.must(TEAM, { kind: 'dossier', dossier: other });
    region.must(TEAM, member('neighbour', { dossier: other }));
    region.must(personOf('neighbour'), { ...request(CLINIC, 'neighbour'), dossier: other });
    region.must(CLINIC, { ...file(CLINIC, 'neighbour'), dossier: other });
    expect(knowsDossier(region.state, CLINIC, other, region.now)).toBe(true);
    expect(knowsDossier(region.state, ANN, other, region.now)).toBe(false);
    expect(sightOf(region.state, ANN, other, region.now).statements.size).toBe(0);
    expect(sightOf(region.state, seatAt(CLINIC, 'nobody'), DOSSIER, region.now).statements.size).toBe(0);
  });
});

describe('the version of a view', () => {
  it('is new when earlier entries appear or vanish, and only then', () => {
    const region = family();
    const version = () => sightOf(region.state, SCHOOL, DOSSIER, region.now).version;
    const first = version();
    region.must(CLINIC, ask(GI, 'L06', ['child8']));
    region.message(MOTHER, M);
    expect(version()).toBe(first);
    region.grant(MOTHER, M, SCHOOL, { until: START + 9 });
    const reads = version();
    expect(reads).not.toBe(first);
    region.message(MOTHER, M);
    region.must(MOTHER, own('mother'));
    expect(version()).toBe(reads);
    region.now = START + 9;
    expect(version()).not.toBe(reads);
  });

  it('of a parent is new when a guardian comes, and of a guardian too', () => {
    const region = family();
    const version = (party: PartyId) => sightOf(region.state, party, DOSSIER, region.now).version;
    const before = [version(FATHER), version(GI), version(CLINIC)];
    region.must(TEAM, { ...custodyOf('child8', []), guardian: 'gi' });
    const after = [version(FATHER), version(GI), version(CLINIC)];
    expect(after.map((now, at) => now === before[at])).toEqual([false, false, true]);
  });
});
