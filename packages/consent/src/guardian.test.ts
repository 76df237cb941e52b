/** An institution that is guardian (voogd) asks, hears, objects and opens parts as a parent would (BW 1:303), while it is one. */
import { nameOf, STEWARD } from '@eenmaal/model';
import { beforeEach, describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { clocksFor, noticesFor } from './notices.ts';
import { WEIGHED } from './test-noted.ts';
import {
  answer,
  custodyOf,
  DOSSIER,
  dispute,
  file,
  GI,
  id,
  inform,
  MOTHER,
  makeFamily,
  objection,
  RAAD,
  request,
  SCHOOL,
  START,
  seat,
  seatAt,
  succession,
  TEAM,
  type TestRegion,
  weigh,
  YEAR,
} from './test-region.ts';
import { sightOf } from './visible.ts';

const K8 = id('about-child8');
const FILE = id('file-team-child8');
const ANN = seatAt(GI, 'ann');
const guardian = (institution = GI) => custodyOf('child8', [], { guardian: nameOf(institution) });

let region: TestRegion;
let note = '';
beforeEach(() => {
  region = makeFamily();
  region.must(TEAM, file(TEAM, 'child8'));
  note = region.message(TEAM, FILE);
  region.must(TEAM, guardian());
  region.must(GI, seat(ANN));
});
const told = (party = GI) => noticesFor(region.state, party, DOSSIER, region.now).map(({ code }) => code);
const sees = (statement: string, party = GI) =>
  sightOf(region.state, party, DOSSIER, region.now).statements.has(statement);
const disclosed = (more = {}) => region.must(TEAM, region.discloses(RAAD, 'L16', [note], { ...WEIGHED, ...more }));

describe('a guardian institution', () => {
  it('opens a part about its ward, not about anybody else, and no view of the child’s own', () => {
    const part = (child: string, audience: 'family' | 'own' = 'family') => ({
      ...{ kind: 'compartment' as const, dossier: DOSSIER, compartment: id('new'), subjects: [id(child)], audience },
    });
    expect(region.try(GI, part('child14'))).toBe('no-authority');
    expect(region.try(GI, part('child8', 'own'))).toBe('no-authority');
    expect(region.try(ANN, part('child8'))).toBe('no-authority');
    expect(region.try(SCHOOL, part('child8'))).toBe('no-authority');
    expect(region.try(GI, part('child8'))).toBeNull();
    expect(decide(region.state, { party: GI, compartment: id('new') }, region.now).code).toBe('P-OWN');
  });

  it('is told that something was disclosed about its ward, once the family may know', () => {
    const act = disclosed({ inform: 'later' });
    for (const party of [GI, ANN])
      expect([sees(act, party), told(party).includes('disclosed')]).toEqual([false, false]);
    expect(region.try(GI, objection(act))).toBe('no-authority');
    region.must(TEAM, inform(act));
    for (const party of [GI, ANN]) expect([sees(act, party), told(party).includes('disclosed')]).toEqual([true, true]);
    for (const party of [SCHOOL, MOTHER])
      expect([sees(act, party), told(party).includes('disclosed')]).toEqual([false, false]);
  });

  it('is not told by a notice of what it was given itself', () => {
    region.must(TEAM, region.discloses(GI, 'L04', [note], WEIGHED));
    expect(told()).not.toContain('disclosed');
    expect(decide(region.state, { party: GI, compartment: FILE, message: note }, region.now).code).toBe(
      'P-PARENT-INFO-U16',
    );
    region.custody('child8', 'mother');
    expect(decide(region.state, { party: GI, compartment: FILE, message: note }, region.now).code).toBe(
      'D-NO-AUTHORITY',
    );
  });

  it('objects, and hears what became of it', () => {
    const act = disclosed();
    expect(region.try(SCHOOL, objection(act))).toBe('no-authority');
    expect(region.try(ANN, objection(act))).toBe('no-authority');
    const made = region.must(GI, objection(act));
    const weighed = region.must(TEAM, weigh(act, true));
    expect([made, weighed].map((statement) => sees(statement))).toEqual([true, true]);
    expect(told()).toContain('objection-weighed');
  });

  it('uses the rights of its ward, and disputes', () => {
    expect(region.try(GI, request(TEAM, 'child14'))).toBe('no-authority');
    expect(region.try(SCHOOL, request(TEAM, 'child8'))).toBe('no-authority');
    const asked = region.must(GI, request(TEAM, 'child8'));
    expect(clocksFor(region.state, GI, DOSSIER, region.now).map(({ about }) => about)).toContain(asked);
    region.must(TEAM, answer(asked));
    expect(told()).toContain('request-answered');
    region.must(GI, dispute(note));
    expect(region.state.messages.get(note)?.disputedBy).toEqual(new Set([GI]));
    region.must(GI, dispute(note, false));
    expect(region.state.messages.get(note)?.disputedBy).toEqual(new Set());
    region.custody('child8', 'mother');
    for (const said of [request(TEAM, 'child8'), dispute(note)]) expect(region.try(GI, said)).toBe('no-authority');
  });

  it('that ended decides nothing any more: what it agreed to is asked again by who comes after', () => {
    const next = region.register('next', 'gi');
    region.grant(GI, K8, SCHOOL);
    const code = (party = SCHOOL) => decide(region.state, { party, compartment: K8 }, region.now).code;
    expect(code()).toBe('P-CONSENT-ALL');
    region.must(STEWARD, succession(GI, next));
    expect([code(), code(GI), code(next)]).toEqual(['D-NO-AUTHORITY', 'D-ORG-CHANGED', 'D-NO-AUTHORITY']);
    expect(region.say('refuse', GI, K8, SCHOOL)).toBe('no-authority');
    expect(region.try(GI, request(TEAM, 'child8'))).toBe('no-authority');
    expect(region.try(TEAM, guardian()), 'it is no more').toBe('statement-out-of-order');
    expect(region.try(TEAM, guardian(SCHOOL)), 'no certified institution').toBe('statement-out-of-order');
    region.must(TEAM, guardian(next));
    expect([code(), code(next)]).toEqual(['D-NO-AUTHORITY', 'P-OWN']);
    region.grant(next, K8, SCHOOL);
    expect(code()).toBe('P-CONSENT-ALL');
    region.now = START + 13 * YEAR;
    expect(code(next)).not.toBe('P-OWN');
  });
});
