/** A disclosure about several persons, of an organisation with several tasks, beside several orders: each must fit. */
import { STEWARD } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { Noted, WEIGHED } from './test-noted.ts';
import {
  ask,
  CITY,
  CLINIC,
  death,
  FATHER,
  file,
  GI,
  id,
  keysOf,
  MOTHER,
  order,
  RAAD,
  SCHOOL,
  START,
  TEAM,
  VT,
} from './test-region.ts';

describe('about several persons', () => {
  it('must be for the one it is about, of all of them', () => {
    const region = new Noted(CLINIC, 'mother', 'father');
    region.shows(MOTHER, 'OWN', { weighing: null });
    expect(region.code(MOTHER)).toBe('D-NO-AUTHORITY');
    const parents = new Noted(TEAM, 'child8', 'mother');
    parents.shows(FATHER, 'L04');
    expect(parents.code(FATHER)).toBe('D-NO-AUTHORITY');
    const children = new Noted(TEAM, 'child8', 'child14');
    children.shows(FATHER, 'L04');
    expect(children.code(FATHER)).toBe('P-PARENT-INFO-U16');
  });

  it('must be about children all of them where the rule is about children', () => {
    const region = new Noted(GI, 'child8', 'mother');
    region.shows(CITY, 'L19', { purpose: 'inquiry' });
    expect(region.code(CITY)).toBe('D-OTHER-ADULT');
    const child = new Noted(GI, 'child8');
    child.shows(CITY, 'L19', { purpose: 'inquiry' });
    expect(child.code(CITY)).toBe('P-LAW-DUTY');
  });

  it('is closed when one of them died', () => {
    const region = new Noted(CLINIC, 'mother', 'child8');
    region.endorsed(region.shows(VT, 'L08'));
    expect(region.code(VT)).toBe('P-LAW-RIGHT');
    region.must(TEAM, death('mother'));
    expect(region.code(VT)).toBe('D-DECEASED');
  });

  it('answers a request that was about all of them', () => {
    const region = new Noted(CLINIC, 'child8', 'mother');
    region.must(TEAM, order('child8', GI));
    region.shows(GI, 'L06', { weighing: null, ask: region.must(GI, ask(CLINIC, 'L06', ['child8'])) });
    expect(region.code(GI)).toBe('H-RIGHT-NEEDS-MOTIVE');
    region.shows(GI, 'L06', { weighing: null, ask: region.must(GI, ask(CLINIC, 'L06', ['child8', 'mother'])) });
    expect(region.code(GI)).toBe('P-LAW-OTS-REQUEST');
  });

  it('is involved by a yes about one of them', () => {
    const region = new Noted(TEAM, 'mother');
    region.shows(CLINIC, 'L03');
    const both = region.compartment(MOTHER, 'mother', 'child8');
    region.custody('child8', 'mother');
    const grant = region.grant(MOTHER, both, CLINIC);
    expect(region.asks(CLINIC)).toMatchObject({ code: 'P-DIRECTLY-INVOLVED', basis: [expect.any(String), grant] });
  });
});

it('about two persons, who rest on one and the same yes, it is named once', () => {
  const region = new Noted(TEAM, 'mother', 'child8');
  const both = region.compartment(MOTHER, 'mother', 'child8');
  region.custody('child8', 'mother');
  const grant = region.grant(MOTHER, both, CLINIC);
  const shown = region.shows(CLINIC, 'L03');
  expect(region.asks(CLINIC)).toMatchObject({ code: 'P-DIRECTLY-INVOLVED', basis: [shown, grant] });
});

describe('of several orders', () => {
  it('counts the one that is the reader’s, and tells what came nearest', () => {
    const region = new Noted(CLINIC, 'child8');
    region.must(TEAM, order('child8', RAAD));
    region.shows(GI, 'L06');
    expect(region.code(GI), 'another institution’s').toBe('D-NO-AUTHORITY');
    region.must(TEAM, order('child8', GI, { order: id('first'), from: START - 9, until: START }));
    region.must(TEAM, order('child14', GI));
    expect(region.code(GI), 'an order about another child tells nothing of this one').toBe('D-EXPIRED');
    region.must(TEAM, order('child8', GI, { order: id('second') }));
    expect(region.code(GI)).toBe('P-LAW-OTS-REQUEST');
  });
});

describe('of several tasks', () => {
  it('gives by the one the rule asks, and gets by it', () => {
    const region = new Noted(CLINIC, 'child8');
    const keys = keysOf('both');
    region.must(STEWARD, {
      kind: 'partner',
      partner: 'both',
      name: 'B',
      attests: false,
      roles: ['school', 'municipality'],
      keys,
    });
    const both = 'partner/both';
    region.grant(MOTHER, id('about-child8'), both);
    region.must(both, { ...file(both, 'child8') });
    const note = region.message(both, id('file-both-child8'));
    const told = region.must(both, region.discloses(RAAD, 'L17', [note], { ...WEIGHED, purpose: 'inquiry' }));
    const asked = { party: RAAD, compartment: id('file-both-child8'), message: note };
    expect(decide(region.state, asked, START).code).toBe('H-SECOND-PERSON');
    expect(told).toBeTruthy();
    expect(decide(region.state, { ...asked, purpose: 'support' }, START).code).toBe('D-PURPOSE');
    region.shows(both, 'L07');
    expect(region.code(both), 'nobody gives it this').toBe('D-NO-AUTHORITY');
  });
});

describe('a rule that is offered', () => {
  it('is one in force at that moment', () => {
    const region = new Noted(CLINIC, 'child8');
    const about = (now: number) => decide(region.state, { party: VT, compartment: region.place, from: CLINIC }, now);
    expect(about(START).code).toBe('H-RIGHT-NEEDS-MOTIVE');
    expect(about(1)).toMatchObject({ outcome: 'deny', code: 'D-NO-GRANT' });
    expect(decide(region.state, { party: SCHOOL, compartment: region.place, from: CLINIC }, START).code).toBe(
      'D-NO-GRANT',
    );
  });
});
