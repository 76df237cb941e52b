/** Epochs, admissions and ends at their edges: another dossier, several at once, and who speaks when an organisation ended. */
import { STEWARD } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import {
  allow,
  CHILD8,
  CLINIC,
  custodyOf,
  dispute,
  FATHER,
  file,
  id,
  MOTHER,
  makeFamily,
  member,
  newKeys,
  objection,
  RAAD,
  SCHOOL,
  seat,
  seatAt,
  succession,
  TEAM,
  VT,
} from './test-region.ts';

const M = id('about-mother');
const K8 = id('about-child8');
const OTHER = id('other-dossier');

describe('keys of a compartment', () => {
  it('are given in its own dossier', () => {
    const region = makeFamily();
    region.must(TEAM, { kind: 'dossier', dossier: OTHER });
    expect(region.rotate(MOTHER, M, { dossier: OTHER })).toBe('no-authority');
    expect(region.rotate(MOTHER, M)).toBeNull();
    region.grant(MOTHER, M, CLINIC);
    expect(region.admit(MOTHER, M, [CLINIC], { dossier: OTHER })).toBe('no-authority');
    expect(region.admit(MOTHER, M, [CLINIC])).toBeNull();
  });

  it('are given to several at once, and links without wraps also while somebody must leave', () => {
    const region = makeFamily();
    region.rotate(MOTHER, M);
    region.grant(MOTHER, M, CLINIC, { history: false });
    region.rotate(CLINIC, M);
    region.rotate(MOTHER, M);
    for (const to of [CLINIC, SCHOOL]) region.grant(MOTHER, M, to);
    expect(region.admit(MOTHER, M, [CLINIC, SCHOOL])).toBeNull();
    expect(region.admit(MOTHER, M, [], { links: [{ epoch: 0, link: 'link' }] })).toBe('statement-out-of-order');
    region.say('withdraw', MOTHER, M, SCHOOL);
    expect(region.admit(MOTHER, M, [CLINIC])).toBe('stale-epoch');
    expect(region.admit(MOTHER, M, [], { links: [{ epoch: 9, link: 'link' }] })).toBe('statement-out-of-order');
    expect(region.admit(MOTHER, M, [], { links: [{ epoch: 1, link: 'link' }] })).toBeNull();
  });

  it('are given at the first epoch too, where nothing is linked', () => {
    const region = makeFamily();
    region.rotate(MOTHER, M);
    expect(region.admit(MOTHER, M, [])).toBeNull();
    for (const to of [CLINIC, SCHOOL]) region.grant(MOTHER, M, to);
    expect(region.admit(MOTHER, M, [CLINIC, SCHOOL])).toBeNull();
  });
});

describe('an organisation that ended', () => {
  it('still says who is in a dossier that nobody took over, and does nothing else there', () => {
    const region = makeFamily();
    region.must(TEAM, file(TEAM, 'child8'));
    region.must(STEWARD, succession(TEAM));
    expect(region.try(TEAM, custodyOf('child8', ['mother']))).toBeNull();
    expect(region.try(TEAM, file(TEAM, 'mother'))).toBe('no-authority');
    expect(region.try(TEAM, seat(seatAt(TEAM, 'tom')))).toBe('no-authority');
  });
});

describe('a family member', () => {
  it('under twelve lets nobody read', () => {
    const region = makeFamily();
    region.must(TEAM, newKeys(CHILD8, 'child8'));
    expect(region.try(CHILD8, allow(K8, 'father'))).toBe('no-authority');
  });

  it('disputes and objects to what is also about its child', () => {
    const region = makeFamily();
    const both = region.compartment(MOTHER, 'mother', 'child8');
    const told = region.message(MOTHER, both);
    expect(region.try(FATHER, dispute(told))).toBeNull();
    region.grant(MOTHER, M, CLINIC);
    region.must(CLINIC, file(CLINIC, 'child8'));
    region.must(CLINIC, file(CLINIC, 'mother'));
    const items = ['child8', 'mother'].map((of) => region.message(CLINIC, id(`file-clinic-${of}`)));
    const shown = region.must(CLINIC, region.discloses(VT, 'L08', items));
    expect(region.try(FATHER, objection(shown))).toBeNull();
    const about = region.must(CLINIC, region.discloses(RAAD, 'L16', items.slice(1)));
    expect(region.try(FATHER, objection(about))).toBe('no-authority');
    expect(region.try(TEAM, member('aunt'))).toBeNull();
  });
});
