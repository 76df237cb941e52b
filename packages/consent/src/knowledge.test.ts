/** What notices, clocks and explanations ask of the past: who could read when, who was told when, who knows of whom. */
import type { PartyId } from '@eenmaal/model';
import { beforeEach, describe, expect, it } from 'vitest';
import { agreedAt, isSameSide, knowsOrganisation, standing, subjectsOf, toldAt } from './knowledge.ts';
import { Noted } from './test-noted.ts';
import {
  CHILD14,
  CLINIC,
  capable,
  DOSSIER,
  death,
  FATHER,
  GI,
  id,
  incapable,
  inform,
  MOTHER,
  makeFamily,
  member,
  order,
  personOf,
  SCHOOL,
  START,
  seatAt,
  TEAM,
  type TestRegion,
  VT,
  YEAR,
} from './test-region.ts';
import { sightOf } from './visible.ts';

const M = id('about-mother');
const K8 = id('about-child8');
const K14 = id('about-child14');
const must = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('not there');
  return value;
};

describe('whether everybody who decides had agreed', () => {
  let region: TestRegion;
  const at = (now: number, compartment = K8, event?: string) => {
    const place = must(region.state.compartments.get(compartment));
    const act = region.state.dossiers.get(DOSSIER)?.acts.find(({ id }) => id === event);
    return agreedAt(region.state, place, standing(place, 'clinic'), now, act);
  };
  const both = () => {
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, CLINIC, { from: START + 10, until: START + 20 });
  };
  beforeEach(() => {
    region = makeFamily();
  });

  it('begins with the first moment of the yeses and ends with their last', () => {
    both();
    expect([9, 10, 19, 20].map((after) => at(START + after))).toEqual([false, true, true, false]);
  });

  it('takes one purpose of all, and nobody who said nothing, withdrew or refused', () => {
    region.grant(MOTHER, K8, CLINIC, { purposes: ['support', 'safety'] });
    expect(at(START)).toBe(false);
    region.grant(FATHER, K8, CLINIC, { purposes: ['education'] });
    expect(at(START)).toBe(false);
    region.grant(FATHER, K8, CLINIC, { purposes: ['safety'] });
    expect(at(START)).toBe(true);
    region.say('withdraw', FATHER, K8, CLINIC);
    expect(at(START)).toBe(false);
    const place = must(region.state.compartments.get(K8));
    expect([id('father'), id('child8')].map(standing(place, 'clinic'))).toEqual([[], []]);
    expect(standing(place, 'clinic')(id('mother'))).toHaveLength(1);
    region.say('refuse', MOTHER, K8, CLINIC);
    expect(standing(place, 'clinic')(id('mother'))).toEqual([]);
  });

  it('is no while nobody has custody', () => {
    region.grant(MOTHER, K8, CLINIC);
    region.custody('child8');
    expect(at(START)).toBe(false);
  });

  it('goes by who had custody over this child then', () => {
    both();
    region.now = START + 15;
    region.custody('child14', 'mother');
    expect(at(START + 12)).toBe(true);
    const change = region.custody('child8', 'mother', 'father');
    expect([12, 15, 16].map((after) => at(START + after))).toEqual([true, true, true]);
    const before = region.state.dossiers.get(DOSSIER)?.acts.find(({ kind }) => kind === 'grant')?.id;
    expect(at(START + 15, K8, before)).toBe(false);
    expect(at(START + 15, K8, change)).toBe(true);
  });

  it('is known of an adult whatever is said of custody, and goes by who spoke for it then', () => {
    region.grant(MOTHER, M, CLINIC);
    region.now += 10;
    region.must(TEAM, member('aunt'));
    expect(at(START, M)).toBe(true);
    region.must(TEAM, incapable('mother', 'aunt'));
    region.must(TEAM, capable('mother'));
    expect([5, 10].map((after) => at(START + after, M))).toEqual([true, true]);
  });

  it('counts the yes of a parent that died up to its death, and after it none until the survivor says it again', () => {
    both();
    region.now = START + 15;
    const died = region.must(TEAM, death('father'));
    expect(at(START + 15, K8, died)).toBe(true);
    expect(at(START + 15)).toBe(false);
    region.grant(MOTHER, K8, CLINIC);
    expect(at(START + 15)).toBe(true);
  });

  it('goes on counting what a youth said itself before a parent died: only the survivor says it again', () => {
    for (const who of [MOTHER, FATHER, CHILD14]) region.grant(who, K14, CLINIC);
    region.must(TEAM, death('father'));
    expect(at(START, K14)).toBe(false);
    region.grant(MOTHER, K14, CLINIC);
    expect(at(START, K14)).toBe(true);
  });

  it('does not count what was said afterwards for a time that had begun', () => {
    region.now = START + 10;
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, CLINIC, { from: START });
    expect([9, 10].map((after) => at(START + after))).toEqual([false, true]);
  });

  it('does not count a dead parent that had not agreed', () => {
    region.grant(MOTHER, K8, CLINIC);
    const died = region.must(TEAM, death('father'));
    expect(at(START, K8, died)).toBe(false);
  });
});

describe('a disclosure', () => {
  it('is told when the last word on it says so, whatever was said of others', () => {
    const region = new Noted(TEAM, 'child8');
    const [first, second] = [
      region.shows(VT, 'L08', { inform: 'later' }),
      region.shows(VT, 'L08', { inform: 'later' }),
    ];
    const told = (id: string) =>
      toldAt(must(region.state.dossiers.get(DOSSIER)), must(region.state.disclosures.get(id)));
    const at = region.now;
    for (const yes of [false, false, true]) {
      region.now += 1;
      region.must(TEAM, inform(first, yes));
      expect(told(first)).toBe(yes ? at + 3 : null);
    }
    region.now += 1;
    region.must(TEAM, inform(second));
    expect([first, second].map(told)).toEqual([at + 3, at + 4]);
    expect(told(region.shows(VT, 'L08'))).toBe(region.now);
  });

  it('is about the subjects of all its messages, each once', () => {
    const region = new Noted(TEAM, 'child8', 'child14');
    const other = region.message(TEAM, region.place);
    const act = region.must(TEAM, region.discloses(VT, 'L08', [region.note, other]));
    const disclosure = must(region.state.disclosures.get(act));
    expect(subjectsOf(region.state, disclosure)).toEqual([id('child8'), id('child14')]);
    expect(subjectsOf(region.state, { ...disclosure, items: [id('none')] })).toEqual([]);
  });
});

it('a side is an organisation with its seats, or one person', () => {
  const seat = seatAt(CLINIC, 'one');
  for (const [one, other, same] of [
    [CLINIC, CLINIC, true],
    [seat, CLINIC, true],
    [seat, seatAt(CLINIC, 'two'), true],
    [CLINIC, SCHOOL, false],
    [MOTHER, MOTHER, true],
    [MOTHER, FATHER, false],
    [MOTHER, CLINIC, false],
  ] as const)
    expect([one, other, isSameSide(one, other)]).toEqual([one, other, same]);
});

describe('whether somebody of the family knows that an organisation has to do with it', () => {
  const knows = ({ state, now }: TestRegion, who: PartyId, organisation: string) =>
    knowsOrganisation(state, sightOf(state, who, DOSSIER, now), must(state.dossiers.get(DOSSIER)), organisation);

  it('of the one that opened the dossier; of one it was said something to, where it sees that', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    expect(['team', 'clinic', 'school'].map((one) => knows(region, MOTHER, one))).toEqual([true, true, false]);
    expect(['team', 'clinic', 'school'].map((one) => knows(region, FATHER, one))).toEqual([true, false, false]);
  });

  it('of one that carries out an order over its child', () => {
    const region = makeFamily();
    region.must(TEAM, member('aunt'));
    region.must(TEAM, order('child8', GI));
    expect(['gi', 'vt'].map((one) => knows(region, FATHER, one))).toEqual([true, false]);
    expect(knows(region, personOf('aunt'), 'gi')).toBe(false);
  });

  it('of both sides of what was disclosed about it, once it is told', () => {
    const region = new Noted(CLINIC, 'child14');
    const act = region.shows(VT, 'L08', { inform: 'later' });
    const family = [MOTHER, personOf('child8')].map((who) => (one: string) => knows(region, who, one));
    expect(family.map((sees) => ['vt', 'clinic', 'raad'].map(sees))).toEqual([
      [false, true, false],
      [false, false, false],
    ]);
    region.must(CLINIC, inform(act));
    expect(['vt', 'clinic', 'raad'].map((one) => knows(region, FATHER, one))).toEqual([true, true, false]);
    region.say('withdraw', MOTHER, K8, CLINIC);
    region.now += YEAR;
    expect(knows(region, MOTHER, 'vt')).toBe(true);
  });
});
