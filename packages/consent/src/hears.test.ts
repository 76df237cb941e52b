/** Who hears of a disclosure and of objections: each its own part, and never that another is in it or objected. */
import type { PartyId } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { clocksFor, noticesFor } from './notices.ts';
import { keyHoldersOf, keyNeed, readersOf } from './readers.ts';
import { Noted } from './test-noted.ts';
import {
  CHILD14,
  CLINIC,
  custodyOf,
  DOSSIER,
  death,
  FATHER,
  id,
  inform,
  MOTHER,
  makeFamily,
  member,
  objection,
  personOf,
  SCHOOL,
  seat,
  seatAt,
  TEAM,
  VT,
  weigh,
  YEAR,
} from './test-region.ts';
import { sightOf } from './visible.ts';

const AUNT = personOf('aunt');
const FAMILY = [MOTHER, FATHER, CHILD14, AUNT];
const sees = (region: Noted, act: string) =>
  FAMILY.filter((party) => sightOf(region.state, party, DOSSIER, region.now).statements.has(act));
const told = (about: string[]) => {
  const region = new Noted(CLINIC, ...about);
  region.must(TEAM, member('aunt'));
  return { region, act: region.shows(VT, 'L08') };
};

describe('a disclosure', () => {
  it.each([
    [
      ['mother', 'father'],
      [MOTHER, FATHER],
    ],
    [['mother', 'child8'], [MOTHER]],
    [
      ['mother', 'child14'],
      [MOTHER, CHILD14],
    ],
    [
      ['aunt', 'child8'],
      [MOTHER, FATHER, AUNT],
    ],
    [['child8'], [MOTHER, FATHER]],
  ])('about %s is told to its own', (about, who) => {
    const region = new Noted(CLINIC, 'child8');
    region.must(TEAM, member('aunt'));
    const compartment = id('both');
    const opened = { kind: 'compartment', dossier: DOSSIER, audience: 'file', subjects: about.map(id), compartment };
    region.must(CLINIC, opened as Parameters<Noted['must']>[1]);
    region.note = region.message(CLINIC, compartment);
    const act = region.shows(VT, 'L08');
    expect(sees(region, act)).toEqual(who);
    const heard = FAMILY.filter((party) =>
      noticesFor(region.state, party, DOSSIER, region.now).some(({ code }) => code === 'disclosed'),
    );
    expect(heard).toEqual(who);
  });

  it('of a child with one who died is told to the other parent', () => {
    const { region, act } = told(['mother', 'child8']);
    expect(sees(region, act)).not.toContain(FATHER);
    region.must(TEAM, death('mother'));
    expect(sees(region, act)).toContain(FATHER);
  });

  it('waits for all until it may be told', () => {
    const region = new Noted(CLINIC, 'mother', 'father');
    const act = region.shows(VT, 'L08', { inform: 'later' });
    expect(sees(region, act)).toEqual([]);
    region.must(CLINIC, inform(act));
    expect(sees(region, act)).toEqual([MOTHER, FATHER]);
  });

  it('may be objected to by each, once until it is weighed; neither hears of the other', () => {
    const { region, act } = told(['mother', 'father']);
    const mine = region.must(MOTHER, objection(act));
    expect(region.try(MOTHER, objection(act))).toBe('statement-out-of-order');
    const his = region.must(FATHER, objection(act));
    expect(sees(region, mine)).toEqual([MOTHER]);
    expect(sees(region, his)).toEqual([FATHER]);
    const weighed = region.must(CLINIC, weigh(act, true));
    expect(sees(region, weighed)).toEqual([MOTHER, FATHER]);
    expect(region.state.disclosures.get(act)?.objection).toBeNull();
    region.must(FATHER, objection(act));
    const again = region.must(CLINIC, weigh(act, true));
    expect(sees(region, again)).toEqual([FATHER]);
  });

  it('that another adult objected to starts no term for the other, and an objection of its own does', () => {
    const { region, act } = told(['mother', 'father']);
    const terms = (party: PartyId) =>
      clocksFor(region.state, party, DOSSIER, region.now).filter(({ id: name }) => name === 'objection-weigh').length;
    region.must(MOTHER, objection(act));
    expect([MOTHER, FATHER, CLINIC].map(terms)).toEqual([1, 0, 1]);
    region.must(FATHER, objection(act));
    expect([MOTHER, FATHER, CLINIC].map(terms)).toEqual([1, 1, 2]);
  });

  it('stays known to who objected to it, also without custody', () => {
    const region = new Noted(CLINIC, 'child8');
    const act = region.shows(VT, 'L08');
    const his = region.must(FATHER, objection(act));
    region.must(TEAM, custodyOf('child8', ['mother']));
    const weighed = region.must(CLINIC, weigh(act, true));
    for (const one of [act, his, weighed]) expect(sees(region, one)).toContain(FATHER);
    const codes = noticesFor(region.state, FATHER, DOSSIER, region.now).map(({ code }) => code);
    expect(codes).toContain('objection-weighed');
  });
});

describe('an objection to a seat', () => {
  const M = id('about-mother');
  const ANN = seatAt(CLINIC, 'ann');
  const BEN = seatAt(CLINIC, 'ben');
  const contested = () => {
    const region = makeFamily();
    for (const to of [CLINIC, SCHOOL]) region.grant(MOTHER, M, to);
    region.must(CLINIC, seat(ANN));
    const act = region.must(CLINIC, seat(BEN, { role: 'stand-in', for: ANN, until: region.now + YEAR }));
    region.rotate(MOTHER, M);
    return { region, act, objected: region.must(MOTHER, objection(act)) };
  };
  const knows = (region: ReturnType<typeof makeFamily>, act: string) =>
    [MOTHER, CLINIC, ANN, SCHOOL].filter((party) =>
      sightOf(region.state, party, DOSSIER, region.now).statements.has(act),
    );

  it('closes the reading and leaves the key as it is', () => {
    const { region } = contested();
    expect(readersOf(region.state, M, region.now).map(({ party }) => party)).not.toContain(BEN);
    expect(keyHoldersOf(region.state, M, region.now)).toContainEqual({ party: BEN, scope: 'history' });
    expect(keyNeed(region.state, M, region.now)).toEqual({ rotate: false, admit: [] });
  });

  it('is not for others that read there; that it ended the seat is, and not who objected', () => {
    const { region, act, objected } = contested();
    expect(knows(region, objected)).toEqual([MOTHER, CLINIC, ANN]);
    const stands = region.must(CLINIC, weigh(act, true));
    expect(knows(region, stands)).toEqual([MOTHER, CLINIC, ANN]);
    region.must(MOTHER, objection(act));
    region.now += 1;
    const ends = region.must(CLINIC, weigh(act, false));
    expect(knows(region, ends)).toEqual([MOTHER, CLINIC, ANN, SCHOOL]);
    expect(keyNeed(region.state, M, region.now).rotate).toBe(true);
  });

  it('is not for another adult who knows the organisation by its own part only; of a shared child it is', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.grant(FATHER, id('about-father'), CLINIC);
    const act = region.must(CLINIC, seat(ANN));
    const sees = (one: string) => sightOf(region.state, FATHER, DOSSIER, region.now).statements.has(one);
    const terms = () => clocksFor(region.state, FATHER, DOSSIER, region.now).map(({ id: name }) => name);
    const objected = region.must(MOTHER, objection(act));
    expect([sees(act), sees(objected)]).toEqual([true, false]);
    expect(terms()).not.toContain('objection-weigh');
    const stands = region.must(CLINIC, weigh(act, true));
    expect(sees(stands)).toBe(false);
    for (const parent of [MOTHER, FATHER]) region.grant(parent, id('about-child8'), CLINIC);
    expect([sees(objected), sees(stands)]).toEqual([true, true]);
    expect(terms()).toContain('objection-weigh');
  });
});
