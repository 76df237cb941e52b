/** Whom an organisation is shown, and why: readers, speakers, writers, signers and recipients; and how little shows a dossier. */
import { type PartyId, person, type StatementInput } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { Noted, WEIGHED } from './test-noted.ts';
import {
  allow,
  CHILD14,
  CLINIC,
  consult,
  custodyOf,
  DOSSIER,
  death,
  endorse,
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
  personOf,
  RAAD,
  request,
  SCHOOL,
  START,
  seat,
  seatAt,
  seenBy,
  TEAM,
  type TestRegion,
  VT,
  YEAR,
} from './test-region.ts';
import { knowsDossier, sightOf } from './visible.ts';

const M = id('about-mother');
const K14 = id('about-child14');
const ANN = seatAt(CLINIC, 'ann');
const AUNT = personOf('aunt');
const BOTH = { until: START + 20 * YEAR };

const persons = (region: TestRegion, party: PartyId) =>
  [...sightOf(region.state, party, DOSSIER, region.now).persons].toSorted();
const names = (...of: string[]) => of.map(id).toSorted();
const kinds = (region: TestRegion, party: PartyId) =>
  seenBy(region, party).flatMap(({ input }) =>
    input.kind === 'statement' && 'dossier' in input.statement ? [input.statement.kind] : [],
  );
const sees = (region: TestRegion, party: PartyId, index: number) =>
  seenBy(region, party).some((entry) => entry.index === index);
const says = (region: TestRegion, by: PartyId, input: StatementInput): number => {
  region.must(by, input);
  return region.entries.length - 1;
};

describe('the persons an organisation is shown', () => {
  it('are who it reads about, who has custody while that counts, and who speaks for them', () => {
    const region = makeFamily('statute');
    region.must(TEAM, member('aunt'));
    region.grant(CHILD14, K14, SCHOOL, BOTH);
    expect(persons(region, SCHOOL)).toEqual(names('child14', 'mother', 'father'));
    region.now = START + 2 * YEAR;
    expect(persons(region, SCHOOL), 'at 16 who opened it only').toEqual(names('child14', 'mother'));
    expect(kinds(region, SCHOOL)).not.toContain('custody');
    region.must(TEAM, incapable('child14', 'aunt'));
    region.grant(FATHER, K14, SCHOOL, BOTH);
    region.grant(MOTHER, K14, SCHOOL, BOTH);
    expect(persons(region, SCHOOL)).toEqual(names('aunt', 'child14', 'father', 'mother'));
    expect(kinds(region, SCHOOL)).toContain('custody');
    region.now = START + 4 * YEAR;
    region.grant(AUNT, K14, SCHOOL, BOTH);
    expect(persons(region, SCHOOL), 'at 18').toEqual(names('aunt', 'child14', 'mother'));
    expect(kinds(region, SCHOOL)).not.toContain('custody');
  });

  it('are who was let in, and who wrote there, also when that is over', () => {
    const region = makeFamily();
    region.must(TEAM, member('aunt'));
    region.grant(MOTHER, M, CLINIC);
    region.must(MOTHER, allow(M, 'aunt'));
    expect(persons(region, CLINIC)).toEqual(names('aunt', 'mother'));
    region.must(MOTHER, allow(M, 'aunt', false));
    expect(persons(region, CLINIC)).toEqual(names('mother'));
    region.must(MOTHER, allow(M, 'aunt'));
    region.message(AUNT, M);
    region.must(MOTHER, allow(M, 'aunt', false));
    expect(persons(region, CLINIC)).toEqual(names('aunt', 'mother'));
  });

  it('are whom a custody statement it sees names, also one who died; and it sees none of a child that only reads along', () => {
    const region = makeFamily();
    region.must(TEAM, file(TEAM, 'child14'));
    region.now = START + 3 * YEAR;
    region.must(TEAM, death('father'));
    region.must(TEAM, order('child14', GI, { from: region.now, until: region.now + YEAR / 2 }));
    const note = region.message(TEAM, id('file-team-child14'), { purpose: 'measure' });
    region.must(TEAM, region.discloses(GI, 'L06', [note], { ...WEIGHED, purpose: 'measure' }));
    expect(persons(region, GI)).toEqual(names('child14', 'father', 'mother'));
    expect(kinds(region, GI)).toContain('custody');
    region.must(CHILD14, allow(K14, 'child8'));
    region.grant(CHILD14, K14, SCHOOL);
    expect(persons(region, SCHOOL)).toEqual(names('child14', 'child8', 'mother'));
    expect(kinds(region, SCHOOL)).not.toContain('custody');
  });

  it('are who opened a part it reads, also when that one has no custody any more', () => {
    const region = makeFamily();
    region.must(TEAM, custodyOf('child8', [], { guardian: 'gi' }));
    region.grant(GI, id('about-child8'), SCHOOL);
    for (const party of [GI, SCHOOL]) expect(persons(region, party)).toContain(id('mother'));
  });

  it('of a seat are not the new keys to who does not see that seat', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.must(CLINIC, seat(ANN));
    const index = says(region, ANN, newKeys(ANN, 'ann-2'));
    expect([MOTHER, FATHER, TEAM, CLINIC, SCHOOL].filter((party) => sees(region, party, index))).toEqual([
      ...[MOTHER, TEAM, CLINIC],
    ]);
  });

  it('are who signed what it sees: a request, an objection; and the seat that shared something', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC, { until: START + 5 });
    region.must(FATHER, request(CLINIC, 'child8'));
    expect(persons(region, CLINIC)).toEqual(names('father', 'mother'));
    const noted = new Noted(CLINIC, 'child8');
    noted.must(CLINIC, seat(ANN));
    noted.note = noted.message(ANN, noted.place);
    const shown = noted.must(ANN, noted.discloses(VT, 'L08', [noted.note]));
    noted.endorsed(shown);
    expect(kinds(noted, VT)).toContain('seat');
    expect(kinds(noted, SCHOOL)).toEqual([]);
    const seatPlace = noted.state.parties.get(ANN)?.seat?.index as number;
    expect(sees(noted, VT, seatPlace)).toBe(true);
  });

  it('of a message shown singly are its writer too', () => {
    const region = makeFamily();
    region.must(TEAM, member('aunt'));
    region.must(MOTHER, allow(M, 'aunt'));
    region.grant(MOTHER, M, CLINIC);
    const told = region.message(AUNT, M);
    region.must(MOTHER, allow(M, 'aunt', false));
    region.must(CLINIC, seat(ANN));
    const shown = region.must(CLINIC, region.discloses(VT, 'L25', [told], { weighing: { record: 'x', answers: [] } }));
    region.must(ANN, endorse(shown));
    expect(persons(region, VT), 'held: nothing of it').toEqual([]);
  });

  it('are those it may have to give something: all for who keeps a file, the foster parent for who guides it', () => {
    const region = makeFamily();
    region.must(TEAM, member('aunt'));
    region.grant(MOTHER, M, CLINIC);
    expect(persons(region, CLINIC)).toEqual(names('mother'));
    region.must(CLINIC, file(CLINIC, 'mother'));
    expect(persons(region, CLINIC)).toEqual(names('aunt', 'child14', 'child8', 'father', 'mother'));
    region.must(TEAM, foster('child8', 'aunt', FOSTER));
    expect(persons(region, FOSTER)).toEqual(names('aunt'));
    expect(persons(region, RAAD)).toEqual([]);
  });
});

describe('what little shows', () => {
  it('a dossier and its acts, to who carries out an order or guides a placement, and to nobody by another’s', () => {
    const region = makeFamily();
    region.must(TEAM, member('aunt'));
    const ordered = says(region, TEAM, order('child8', GI));
    const placed = says(region, TEAM, foster('child8', 'aunt', FOSTER));
    expect(kinds(region, GI)).toEqual(['dossier', 'order']);
    expect(sees(region, FOSTER, ordered)).toBe(false);
    expect(kinds(region, SCHOOL)).toEqual([]);
    region.must(TEAM, member('uncle'));
    const other = says(region, TEAM, foster('child14', 'uncle', FOSTER));
    expect([placed, other].map((index) => sees(region, AUNT, index))).toEqual([true, false]);
    expect([placed, other].map((index) => sees(region, personOf('uncle'), index))).toEqual([false, true]);
  });

  it('its opener what it attested, also by another’s word', () => {
    const region = makeFamily();
    const guarded = says(region, TEAM, { ...custodyOf('child8', []), guardian: 'gi' });
    expect([TEAM, GI, SCHOOL].map((party) => sees(region, party, guarded))).toEqual([true, true, false]);
    expect(knowsDossier(region.state, GI, DOSSIER, START)).toBe(true);
    expect(knowsDossier(region.state, SCHOOL, DOSSIER, START)).toBe(false);
  });

  it('what was handed over, to who handed it over and who got it; nobody the mail of others', () => {
    const region = makeFamily();
    for (const to of [CLINIC, SCHOOL]) region.grant(MOTHER, M, to);
    const told = region.message(CLINIC, M);
    const given = region.deliver(told, SCHOOL);
    const opened = region.deliver(told, SCHOOL, 'opening');
    const own = region.deliver(told, MOTHER);
    expect([given, opened, own].map((index) => sees(region, CLINIC, index))).toEqual([true, true, true]);
    expect([given, opened, own].map((index) => sees(region, SCHOOL, index))).toEqual([true, true, false]);
    expect([given, opened, own].map((index) => sees(region, MOTHER, index))).toEqual([true, true, true]);
  });

  it('an objection to a seat, to its side and the family; not to who shares keys', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    const seated = region.must(CLINIC, seat(ANN));
    const objected = says(region, MOTHER, objection(seated));
    expect([MOTHER, CLINIC, ANN, TEAM, SCHOOL].map((party) => sees(region, party, objected))).toEqual([
      ...[true, true, true, false, false],
    ]);
    region.grant(MOTHER, M, SCHOOL);
    expect(sees(region, SCHOOL, objected)).toBe(false);
  });

  it('a consult nothing of a dossier', () => {
    const region = makeFamily();
    const asked = says(region, SCHOOL, consult(VT, region.state.parties.get(VT)?.sealingKid ?? ''));
    expect(sees(region, VT, asked)).toBe(true);
    expect([
      knowsDossier(region.state, SCHOOL, DOSSIER, START),
      knowsDossier(region.state, VT, DOSSIER, START),
    ]).toEqual([...[false, false]]);
    expect(kinds(region, VT)).toEqual([]);
  });

  it('a disclosure to a seat, to its whole organisation; what it holds, to that seat', () => {
    const region = new Noted(CLINIC, 'child8');
    region.must(TEAM, order('child8', GI));
    const gina = seatAt(GI, 'gina');
    region.must(GI, seat(gina));
    region.shows(gina, 'L06');
    const made = region.entries.length - 1;
    expect([gina, GI].map((party) => sees(region, party, made))).toEqual([true, true]);
    expect([gina, GI].map((party) => sightOf(region.state, party, DOSSIER, START).items.size)).toEqual([1, 0]);
  });

  it('a message disclosed to who reads there anyway changes nothing of what it reads', () => {
    const region = new Noted(CLINIC, 'child8');
    const told = region.message(CLINIC, region.place);
    region.grant(FATHER, id('about-child8'), CLINIC);
    const own = region.message(MOTHER, id('about-child8'));
    region.must(CLINIC, region.discloses(FATHER, 'L04', [own]));
    const sight = sightOf(region.state, FATHER, DOSSIER, START);
    expect(sight.partial.size).toBe(0);
    expect(sight.compartments).toContain(id('about-child8'));
    expect(sees(region, FATHER, region.state.messages.get(told)?.index ?? -1)).toBe(false);
    expect(person(id('father'))).toBe(FATHER);
    const later = region.shows(VT, 'L08', { inform: 'later' });
    expect(sees(region, FATHER, says(region, CLINIC, inform(later)))).toBe(true);
  });
});
