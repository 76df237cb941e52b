/** Prohibitions beat every basis but being the sender's own side: consent, custody, a duty, a disclosure. */
import type { Mark, PartyId } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { Noted, WEIGHED } from './test-noted.ts';
import {
  CHILD14,
  CLINIC,
  death,
  FATHER,
  file,
  GI,
  id,
  MOTHER,
  makeFamily,
  member,
  order,
  SCHOOL,
  seat,
  seatAt,
  secrecy,
  TEAM,
  type TestRegion,
  VT,
} from './test-region.ts';

const M = id('about-mother');
const K8 = id('about-child8');
const ANN = seatAt(CLINIC, 'ann');

const marked = (region: TestRegion, party: PartyId, compartment: string, marks: Mark[], from?: PartyId) =>
  decide(region.state, { party, compartment, marks, ...(from && { from }) }, region.now);
/** Consent for clinic and school about the child and the mother. */
function consented() {
  const region = makeFamily();
  for (const to of [CLINIC, SCHOOL]) for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, to);
  for (const to of [CLINIC, SCHOOL]) region.grant(MOTHER, M, to);
  region.must(CLINIC, seat(ANN));
  return region;
}

describe('a protected source, or somebody outside the family', () => {
  it.each([
    ['source', 'D-SOURCE-PROTECTED', 'L13@2015-01-01'],
    ['third-person', 'D-THIRD-PERSON', 'PRIV@2015-01-01'],
  ] as const)('%s: is for the sender’s side alone', (mark, code, rule) => {
    const region = consented();
    for (const party of [MOTHER, FATHER, SCHOOL])
      expect(marked(region, party, K8, [mark], CLINIC), party).toEqual({
        outcome: 'deny',
        code,
        basis: [],
        rules: [rule],
      });
    for (const party of [CLINIC, ANN]) expect(marked(region, party, K8, [mark], CLINIC).outcome).toBe('permit');
    expect(marked(region, CLINIC, K8, [mark], ANN).outcome).toBe('permit');
    expect(marked(region, MOTHER, K8, [mark], MOTHER).outcome).toBe('permit');
    expect(marked(region, FATHER, K8, [mark], MOTHER).code).toBe(code);
    expect(marked(region, CLINIC, K8, [mark]).code, 'of whom nobody knows').toBe(code);
    expect(marked(region, CLINIC, K8, [], MOTHER).outcome).toBe('permit');
  });

  it('names the strictest of several marks', () => {
    const region = consented();
    region.must(MOTHER, secrecy('mother'));
    expect(marked(region, SCHOOL, K8, ['address', 'third-person', 'source']).code).toBe('D-SOURCE-PROTECTED');
    expect(marked(region, SCHOOL, K8, ['address', 'third-person']).code).toBe('D-THIRD-PERSON');
  });

  it('gives the one who is nobody’s side nothing: no organisation is not the same organisation', () => {
    const region = consented();
    expect(marked(region, FATHER, K8, ['source'], CHILD14).code).toBe('D-SOURCE-PROTECTED');
  });
});

describe('a secret address', () => {
  it('is for that person and the sender’s side while it is on', () => {
    const region = consented();
    expect(marked(region, SCHOOL, M, ['address'], CLINIC).outcome).toBe('permit');
    region.must(MOTHER, secrecy('mother'));
    expect(marked(region, SCHOOL, M, ['address'], CLINIC)).toMatchObject({
      ...{ code: 'D-ADDRESS-SECRET', rules: ['ADDR@2018-05-25'], basis: [] },
    });
    expect(marked(region, MOTHER, M, ['address'], CLINIC).outcome).toBe('permit');
    expect(marked(region, CLINIC, M, ['address'], CLINIC).outcome).toBe('permit');
    expect(marked(region, SCHOOL, M, [], CLINIC).outcome).toBe('permit');
    region.must(TEAM, secrecy('mother', false));
    expect(marked(region, SCHOOL, M, ['address'], CLINIC).outcome).toBe('permit');
  });

  it('of a parent covers what is about the child that lives there; not from that parent', () => {
    const region = consented();
    region.must(MOTHER, secrecy('mother'));
    expect([FATHER, SCHOOL].map((party) => marked(region, party, K8, ['address'], CLINIC).code)).toEqual([
      ...['D-ADDRESS-SECRET', 'D-ADDRESS-SECRET'],
    ]);
    expect(marked(region, MOTHER, K8, ['address'], CLINIC).outcome).toBe('permit');
  });

  it('of anybody the child lives with, visits or is placed with covers it: without custody too, until it is lifted', () => {
    const region = consented();
    region.must(TEAM, member('aunt'));
    region.custody('child8', 'father');
    for (const who of ['mother', 'aunt']) {
      region.must(TEAM, secrecy(who));
      expect(marked(region, FATHER, K8, ['address'], CLINIC).code).toBe('D-ADDRESS-SECRET');
      const aboutMother = marked(region, SCHOOL, M, ['address'], CLINIC).outcome;
      expect(aboutMother, 'what is about an adult tells its own').toBe(who === 'aunt' ? 'permit' : 'deny');
      region.must(TEAM, secrecy(who, false));
      expect(marked(region, FATHER, K8, ['address'], CLINIC).outcome).toBe('permit');
    }
    region.must(TEAM, secrecy('child14'));
    expect(marked(region, FATHER, K8, ['address'], CLINIC).outcome, 'another child is elsewhere').toBe('permit');
    region.must(TEAM, secrecy('aunt'));
    region.must(TEAM, death('aunt'));
    expect(marked(region, FATHER, K8, ['address'], CLINIC).outcome, 'nobody lives there any more').toBe('permit');
  });

  it('of a child is kept from its parents too', () => {
    const region = consented();
    region.must(TEAM, secrecy('child8'));
    expect(marked(region, MOTHER, K8, ['address'], CLINIC).code).toBe('D-ADDRESS-SECRET');
  });
});

describe('a mark on a message', () => {
  it('beats an order, a disclosure and the reader’s own view', () => {
    const region = new Noted(CLINIC, 'child8');
    region.must(TEAM, order('child8', GI));
    region.note = region.message(CLINIC, region.place, { marks: ['source'] });
    expect(region.try(CLINIC, region.discloses(GI, 'L06', [region.note], WEIGHED))).toBe('mark-too-wide');
    expect(region.code(GI)).toBe('D-SOURCE-PROTECTED');
    region.note = region.message(CLINIC, region.place, { marks: ['address'] });
    region.shows(GI, 'L06');
    expect(region.code(GI)).toBe('P-LAW-OTS-REQUEST');
    region.must(MOTHER, secrecy('mother'));
    expect(region.code(GI)).toBe('D-ADDRESS-SECRET');
    expect(region.try(CLINIC, region.discloses(VT, 'L08', [region.note], WEIGHED))).toBe('mark-too-wide');
    expect(region.code(CLINIC)).toBe('P-OWN');
    region.must(TEAM, death('mother'));
    expect(region.code(GI), 'where the child lived stays secret').toBe('D-ADDRESS-SECRET');
    region.must(TEAM, secrecy('child8', false));
    expect(region.code(GI)).toBe('P-LAW-OTS-REQUEST');
  });

  it('is read from the message, not from the question', () => {
    const region = new Noted(CLINIC, 'child8');
    region.note = region.message(CLINIC, region.place, { marks: ['source'] });
    expect(region.code(VT, { marks: [], from: VT })).toBe('D-SOURCE-PROTECTED');
  });

  it('is refused where somebody holds the key who may never read it', () => {
    const region = consented();
    region.must(TEAM, file(TEAM, 'child8'));
    region.message(CLINIC, K8);
    for (const marks of [['source'], ['third-person']] as Mark[][])
      expect(region.send(region.header(CLINIC, K8, { marks }))).toBe('mark-too-wide');
    expect(region.send(region.header(CLINIC, K8, { marks: ['address'] }))).toBeNull();
    region.must(MOTHER, secrecy('mother'));
    expect(region.send(region.header(CLINIC, K8, { marks: ['address'] }))).toBe('mark-too-wide');
    region.rotate(TEAM, id('file-team-child8'));
    expect(region.send(region.header(TEAM, id('file-team-child8'), { marks: ['source', 'address'] }))).toBeNull();
  });
});
