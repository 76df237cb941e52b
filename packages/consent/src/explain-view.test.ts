/** What one reader may know of a decision: what it reads itself in full, and of others only what it sees. */
import { officer, type PartyId, STEWARD } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import type { Question } from './decide.ts';
import { decideFor } from './explain-view.ts';
import { Noted } from './test-noted.ts';
import {
  CHILD14,
  CLINIC,
  FATHER,
  id,
  MOTHER,
  makeFamily,
  own,
  SCHOOL,
  START,
  seat,
  seatAt,
  TEAM,
  type TestRegion,
  VT,
  weighing,
  YEAR,
} from './test-region.ts';

const K8 = id('about-child8');
const K14 = id('about-child14');
const code = ({ state, now }: TestRegion, reader: PartyId, question: Partial<Question> & { party: PartyId }) =>
  decideFor(state, { compartment: K8, ...question }, now, reader).decision.code;

describe('what others read', () => {
  it('a parent knows in full when it is a yes, another organisation does not', () => {
    const region = makeFamily();
    const own14 = region.must(CHILD14, own('child14')) && id('own-child14');
    region.grant(CHILD14, own14, CLINIC);
    for (const by of [MOTHER, FATHER, CHILD14]) for (const to of [TEAM, SCHOOL]) region.grant(by, K14, to);
    const message = region.message(TEAM, K14);
    const why = { purpose: 'support', weighing: weighing('necessity') } as const;
    region.must(TEAM, region.discloses(CLINIC, 'L03', [message], why));
    const question = { party: CLINIC, compartment: K14, message };
    // the clinic is involved by what the child alone agreed to: its own view, that its mother does not see
    for (const reader of [CLINIC, MOTHER, CHILD14, officer('guard')])
      expect(code(region, reader, question)).toBe('P-DIRECTLY-INVOLVED');
    expect(code(region, SCHOOL, question)).toBe('D-NO-GRANT');
  });

  it('an organisation knows of its own seats and of itself, whoever asks there', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, CLINIC);
    const chair = seatAt(CLINIC, 'chair');
    region.must(CLINIC, seat(chair, { role: 'chair', until: START + YEAR }));
    expect(code(region, chair, { party: CLINIC })).toBe('P-CONSENT-ALL');
    expect(code(region, chair, { party: chair })).toBe('D-UNKNOWN');
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, SCHOOL);
    expect(code(region, chair, { party: SCHOOL })).toBe('D-UNKNOWN');
  });

  it('the steward learns nothing of what the family reads, though neither is of an organisation', () => {
    const region = makeFamily();
    expect(code(region, FATHER, { party: MOTHER })).toBe('P-OWN');
    expect(code(region, STEWARD, { party: MOTHER })).toBe('D-UNKNOWN');
  });

  it('no organisation learns of another that it read until a yes expired, or was refused', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) {
      region.grant(parent, K8, SCHOOL);
      region.grant(parent, K8, CLINIC, { until: START + 1 });
    }
    region.now += 1;
    expect(code(region, SCHOOL, { party: CLINIC })).toBe('D-NO-GRANT');
    expect(code(region, MOTHER, { party: CLINIC })).toBe('D-EXPIRED');
    region.say('refuse', FATHER, K8, CLINIC);
    expect(code(region, SCHOOL, { party: CLINIC })).toBe('D-NO-GRANT');
    expect(code(region, MOTHER, { party: CLINIC })).toBe('D-REFUSED-PARENT');
  });
});

describe('a single message that was disclosed', () => {
  it('is known to the organisation of the professional it was disclosed to, also while it waits', () => {
    const region = new Noted(TEAM, 'child8');
    region.grant(MOTHER, id('about-mother'), VT);
    const one = seatAt(VT, 'one');
    region.must(VT, seat(one));
    const act = region.shows(one, 'L08');
    const question = { party: one, compartment: region.place, message: region.note };
    expect(code(region, VT, question)).toBe('H-SECOND-PERSON');
    expect(code(region, SCHOOL, question)).toBe('D-UNKNOWN');
    region.endorsed(act);
    expect(code(region, VT, question)).toBe('P-LAW-RIGHT');
    expect(code(region, SCHOOL, question)).toBe('D-UNKNOWN');
  });

  it('shows its reader that there is more it may not read, and nobody else that there is anything', () => {
    const region = new Noted(TEAM, 'child8');
    region.shows(FATHER, 'L04', { purpose: 'support' });
    expect(code(region, FATHER, { party: FATHER, compartment: region.place, message: region.note })).toMatch(/^P-/);
    expect(code(region, FATHER, { party: FATHER, compartment: region.place })).toBe('D-OTHER-ADULT');
    expect(code(region, MOTHER, { party: MOTHER, compartment: region.place })).toBe('D-UNKNOWN');
  });
});
