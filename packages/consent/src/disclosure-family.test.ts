/** What is disclosed to family members, what may only be offered, and what telling the family later changes. */
import type { PartyId } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { decide, type Question } from './decide.ts';
import { Noted } from './test-noted.ts';
import {
  CHILD14,
  CLINIC,
  death,
  FATHER,
  FOSTER,
  foster,
  GI,
  inform,
  MOTHER,
  member,
  order,
  personOf,
  RAAD,
  SCHOOL,
  START,
  TEAM,
  VT,
  weighing,
  YEAR,
} from './test-region.ts';

describe('to a family member', () => {
  it('discloses to the person itself, and to nobody else of the family', () => {
    const region = new Noted(CLINIC, 'mother');
    expect(region.code(MOTHER)).toBe('D-OTHER-ADULT');
    const shown = region.shows(MOTHER, 'OWN', { weighing: null });
    expect(region.asks(MOTHER)).toEqual({
      outcome: 'permit',
      code: 'P-OWN',
      basis: [shown],
      rules: ['OWN@2015-01-01'],
    });
    region.shows(FATHER, 'OWN', { weighing: null });
    expect(region.code(FATHER)).toBe('D-NO-AUTHORITY');
  });

  it('informs who has custody about a child under 16, after the child was heard', () => {
    const region = new Noted(TEAM, 'child14');
    region.shows(FATHER, 'L04', { weighing: weighing('motive') });
    expect(region.code(FATHER)).toBe('H-RIGHT-NEEDS-MOTIVE');
    region.shows(FATHER, 'L04', { weighing: weighing('child-heard') });
    expect(region.code(FATHER)).toBe('P-PARENT-INFO-U16');
    expect(region.code(FATHER, {}, START + 2 * YEAR - 1)).toBe('P-PARENT-INFO-U16');
    expect(region.code(FATHER, {}, START + 2 * YEAR)).toBe('D-OTHER-ADULT');
    region.custody('child14', 'mother');
    expect(region.code(FATHER)).toBe('D-NO-AUTHORITY');
  });

  it('gives a foster parent what the care needs while the child lives there, by who guides it', () => {
    const region = new Noted(FOSTER, 'child8');
    region.must(TEAM, member('aunt'));
    const aunt = personOf('aunt');
    region.shows(aunt, 'L22');
    expect(region.code(aunt)).toBe('D-NO-AUTHORITY');
    const placed = region.must(TEAM, foster('child8', 'aunt', FOSTER, { from: START + 5, until: START + 9 }));
    expect(region.code(aunt, {}, START + 4)).toBe('D-EXPIRED');
    expect(region.asks(aunt, {}, START + 5)).toMatchObject({
      code: 'P-LAW-FOSTER',
      basis: [expect.any(String), placed],
    });
    expect(region.code(aunt, {}, START + 8)).toBe('P-LAW-FOSTER');
    expect(region.code(aunt, {}, START + 9)).toBe('D-EXPIRED');
    expect(region.code(FATHER, {}, START + 5)).toBe('D-OTHER-ADULT');
  });

  it('gives a foster parent nothing by another provider, about a grown child, or about a parent', () => {
    const region = new Noted(FOSTER, 'child8');
    region.must(TEAM, member('aunt'));
    region.must(TEAM, foster('child8', 'aunt', CLINIC));
    region.shows(personOf('aunt'), 'L22');
    expect(region.code(personOf('aunt'))).toBe('D-NO-AUTHORITY');
    region.must(TEAM, foster('child8', 'aunt', FOSTER, { until: START + 11 * YEAR }));
    expect(region.code(personOf('aunt'))).toBe('P-LAW-FOSTER');
    expect(region.code(personOf('aunt'), {}, START + 10 * YEAR)).toBe('D-NO-AUTHORITY');
    for (const about of [['mother'], ['child8', 'mother'], ['child8', 'child14']]) {
      const other = new Noted(FOSTER, ...about);
      other.must(TEAM, member('aunt'));
      other.must(TEAM, foster('child8', 'aunt', FOSTER));
      other.shows(personOf('aunt'), 'L22');
      expect(other.code(personOf('aunt')), about.join()).toBe('D-NO-AUTHORITY');
    }
  });

  it('gives a foster parent nothing about a child whose placement ended, whoever else lives there or wherever it went', () => {
    const region = new Noted(FOSTER, 'child8');
    const aunt = personOf('aunt');
    for (const parent of ['aunt', 'uncle']) region.must(TEAM, member(parent));
    region.must(TEAM, foster('child8', 'aunt', FOSTER, { from: START, until: START + 5 }));
    region.shows(aunt, 'L22');
    expect(region.code(aunt, {}, START + 4)).toBe('P-LAW-FOSTER');
    region.must(TEAM, foster('child14', 'aunt', FOSTER, { from: START, until: START + YEAR }));
    region.must(TEAM, foster('child8', 'uncle', FOSTER, { from: START + 5, until: START + YEAR }));
    expect(region.code(aunt, {}, START + 6)).toBe('D-EXPIRED');
    expect(region.code(personOf('uncle'), {}, START + 6)).toBe('D-OTHER-ADULT');
  });

  it('gives relatives something about the dead only, and others nothing about the dead', () => {
    const region = new Noted(CLINIC, 'mother');
    region.now = START + YEAR;
    region.must(TEAM, order('child8', GI, { until: START + 2 * YEAR }));
    region.endorsed(region.shows(FATHER, 'L30', { purpose: 'support' }));
    region.shows(GI, 'L06');
    region.endorsed(region.shows(VT, 'L08'));
    expect(region.code(FATHER)).toBe('D-OTHER-ADULT');
    expect([GI, VT].map((party) => region.code(party))).toEqual(['P-LAW-OTS-REQUEST', 'P-LAW-RIGHT']);
    region.must(TEAM, death('mother'));
    expect(region.code(FATHER)).toBe('P-LAW-DUTY');
    expect([GI, VT, SCHOOL].map((party) => region.code(party))).toEqual(['D-DECEASED', 'D-DECEASED', 'D-DECEASED']);
    expect(region.code(CLINIC), 'its own file').toBe('P-OWN');
    expect(region.code(MOTHER)).toBe('D-DECEASED');
  });

  it('tells a relative about a living child under 16 what a parent without custody may ask, and nobody about itself', () => {
    const region = new Noted(TEAM, 'child14');
    region.custody('child14', 'mother');
    region.endorsed(region.shows(FATHER, 'L31', { purpose: 'education' }));
    expect(region.code(FATHER)).toBe('P-LAW-DUTY');
    expect(region.code(FATHER, {}, START + 2 * YEAR)).toBe('D-OTHER-ADULT');
    region.endorsed(region.shows(CHILD14, 'L31', { purpose: 'education' }));
    expect(region.code(CHILD14)).toBe('D-NO-AUTHORITY');
  });
});

describe('what might be shared once somebody weighed it', () => {
  const about = (region: Noted, party: PartyId, more: Partial<Question> = {}) =>
    decide(region.state, { party, compartment: region.place, from: CLINIC, ...more }, region.now);

  it('is held, not denied, for those the right is towards', () => {
    const region = new Noted(CLINIC, 'child8');
    expect(about(region, VT)).toEqual({
      ...{ outcome: 'hold', code: 'H-RIGHT-NEEDS-MOTIVE', basis: [], rules: ['L08@2015-01-01'] },
    });
    expect(about(region, RAAD).rules).toEqual(['L16@2015-01-01']);
    expect(about(region, SCHOOL).code).toBe('D-NO-GRANT');
    expect(about(region, VT, { purpose: 'safety' }).outcome).toBe('hold');
    expect(about(region, VT, { purpose: 'education' }).code).toBe('D-NO-GRANT');
  });

  it('needs a live order where the right does', () => {
    const region = new Noted(CLINIC, 'child8');
    expect(about(region, GI).code).toBe('D-NO-GRANT');
    region.must(TEAM, order('child8', GI, { from: START + 1 }));
    expect(about(region, GI).code).toBe('D-NO-GRANT');
    region.now++;
    expect(about(region, GI).code).toBe('H-RIGHT-NEEDS-MOTIVE');
  });

  it('is of organisations: what the family wrote is for the family to share', () => {
    const region = new Noted(CLINIC, 'mother');
    expect(about(region, VT, { from: MOTHER }).code).toBe('D-NO-GRANT');
    expect(about(region, VT, { from: TEAM }).code).toBe('H-RIGHT-NEEDS-MOTIVE');
  });

  it('comes after what was disclosed and waits, and before what was disclosed and is denied', () => {
    const region = new Noted(CLINIC, 'child8');
    region.shows(VT, 'L08');
    expect(region.code(VT)).toBe('H-SECOND-PERSON');
    const other = new Noted(CLINIC, 'child8');
    other.shows(VT, 'L17');
    expect(other.code(VT)).toBe('H-RIGHT-NEEDS-MOTIVE');
    other.shows(SCHOOL, 'L17');
    expect(other.code(SCHOOL)).toBe('D-NO-AUTHORITY');
  });
});

describe('a family that is told later', () => {
  it('changes nothing about who may read', () => {
    const region = new Noted(CLINIC, 'child8');
    const shown = region.shows(VT, 'L08', { inform: 'later' });
    region.endorsed(shown);
    expect(region.code(VT)).toBe('P-LAW-RIGHT');
    region.must(CLINIC, inform(shown));
    expect(region.code(VT)).toBe('P-LAW-RIGHT');
  });
});
