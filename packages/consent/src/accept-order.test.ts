/** What an act under the law must fit: who and what it names, what came before it, and what it may not say twice. */
import { type ErrorCode, type PartyId, partner, STEWARD, type StatementInput } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import type { State } from './state.ts';
import {
  ALL_ANSWERS,
  allow,
  CHILD8,
  CHILD14,
  CLINIC,
  consult,
  custodyOf,
  DOSSIER,
  death,
  dispute,
  erase,
  FOSTER,
  file,
  foster,
  GI,
  hash,
  id,
  incapable,
  keysOf,
  MOTHER,
  makeFamily,
  member,
  newKeys,
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
  succession,
  TEAM,
  type TestRegion,
  VT,
  weighing,
  YEAR,
} from './test-region.ts';

const M = id('about-mother');
const K14 = id('about-child14');
const OTHER = id('other-dossier');
const FILE = id('file-clinic-mother');
const ANN = seatAt(CLINIC, 'ann');
const NEIGHBOUR = personOf('neighbour');
const WEIGHED = { weighing: weighing(...ALL_ANSWERS) };

const copyOf = ({ law: _, ...rest }: State) => structuredClone(rest);
/** Refused with this code, and nothing changed. */
function refuses(region: TestRegion, by: PartyId, input: StatementInput, code: ErrorCode): void {
  const before = copyOf(region.state);
  expect(region.try(by, input), `${input.kind} by ${by}`).toBe(code);
  expect(copyOf(region.state), `${input.kind} by ${by}`).toEqual(before);
}
const takes = (region: TestRegion, by: PartyId, input: StatementInput) =>
  expect(region.try(by, input), `${input.kind} by ${by}`).toBeNull();

/** A second family in the region, and the clinic active in both. */
function withNeighbour(): TestRegion {
  const region = makeFamily();
  region.grant(MOTHER, M, CLINIC);
  region.must(TEAM, { kind: 'dossier', dossier: OTHER });
  region.must(TEAM, member('neighbour', { dossier: OTHER }));
  return region;
}
/** The clinic has a file about the mother with two notes, and a seat. */
function withFile() {
  const region = withNeighbour();
  const seated = region.must(CLINIC, seat(ANN));
  region.must(CLINIC, file(CLINIC, 'mother'));
  const [note = '', newer = ''] = [1, 2].map(() => region.message(CLINIC, FILE));
  region.must(TEAM, order('child8', GI));
  return { region, seated, note, newer };
}

describe('who is who', () => {
  it('of custody: a guardian instead of holders, and institutions that are known', () => {
    const region = withNeighbour();
    const said = (more: object, holders: string[] = []) => ({ ...custodyOf('child8', holders), ...more });
    refuses(region, TEAM, said({ guardian: 'gi' }, ['mother']), 'malformed');
    refuses(region, TEAM, said({ guardian: 'stranger' }), 'statement-out-of-order');
    const partial = { institution: 'stranger', matters: ['school'] };
    refuses(region, TEAM, said({ partial }, ['mother']), 'statement-out-of-order');
    takes(region, TEAM, said({ partial: { ...partial, institution: 'gi' } }, ['mother']));
    expect(region.state.persons.get(id('child8'))?.partial).toEqual({ institution: 'gi', matters: ['school'] });
    takes(region, TEAM, said({ guardian: 'gi' }));
    expect(region.state.persons.get(id('child8'))?.custody).toEqual([GI]);
  });

  it('of capacity: others of this dossier, once, and nobody for who is capable', () => {
    const region = withNeighbour();
    refuses(region, TEAM, incapable('mother', 'mother'), 'malformed');
    refuses(region, TEAM, incapable('mother', 'father', 'father'), 'malformed');
    refuses(region, TEAM, { ...incapable('mother', 'father'), capable: true }, 'malformed');
    refuses(region, TEAM, incapable('mother', 'neighbour'), 'statement-out-of-order');
    refuses(region, TEAM, incapable('neighbour'), 'statement-out-of-order');
    takes(region, TEAM, incapable('mother'));
    takes(region, TEAM, { ...incapable('mother'), capable: true });
  });

  it('of death: once, of somebody here', () => {
    const region = withNeighbour();
    refuses(region, TEAM, death('neighbour'), 'statement-out-of-order');
    takes(region, TEAM, death('father'));
    refuses(region, TEAM, death('father'), 'statement-conflict');
  });

  it('of a secret address: of somebody here', () => {
    const region = withNeighbour();
    refuses(region, TEAM, secrecy('neighbour'), 'statement-out-of-order');
    refuses(region, NEIGHBOUR, secrecy('neighbour'), 'statement-out-of-order');
  });

  it('of a placement: a child and a foster parent of this dossier, for a time, by a known provider', () => {
    const region = withNeighbour();
    refuses(region, TEAM, foster('child8', 'child8', FOSTER), 'malformed');
    refuses(region, TEAM, foster('child8', 'father', FOSTER, { from: START, until: START }), 'malformed');
    refuses(region, TEAM, foster('child8', 'neighbour', FOSTER), 'statement-out-of-order');
    refuses(region, TEAM, foster('neighbour', 'father', FOSTER), 'statement-out-of-order');
    refuses(region, TEAM, foster('child8', 'father', partner('stranger')), 'statement-out-of-order');
  });

  it('of an order: one child and one institution, for a time; again to extend or end it', () => {
    const region = withNeighbour();
    refuses(region, TEAM, order('child8', GI, { from: START, until: START }), 'malformed');
    refuses(region, TEAM, order('neighbour', GI), 'statement-out-of-order');
    refuses(region, TEAM, order('child8', partner('stranger')), 'statement-out-of-order');
    takes(region, TEAM, order('child8', GI));
    refuses(region, TEAM, order('child8', RAAD), 'statement-conflict');
    refuses(region, TEAM, order('child8', GI, { child: id('child14') }), 'statement-conflict');
    takes(region, TEAM, order('child8', GI, { until: START + 5 }));
    expect(region.state.dossiers.get(DOSSIER)?.orders.get(id('order-child8'))?.until).toBe(START + 5);
  });
});

describe('a seat', () => {
  it('is of one’s own organisation, with something to do here, once and for a time', () => {
    const { region } = withFile();
    refuses(region, SCHOOL, seat(seatAt(SCHOOL, 'sam')), 'no-authority');
    refuses(region, GI, seat(seatAt(CLINIC, 'cas')), 'no-authority');
    refuses(region, CLINIC, seat(CLINIC, { keys: keysOf('other') }), 'statement-conflict');
    refuses(region, CLINIC, seat(ANN, { keys: keysOf('other') }), 'statement-conflict');
    refuses(region, CLINIC, seat(seatAt(CLINIC, 'cas'), { keys: keysOf('mother') }), 'statement-conflict');
    refuses(region, CLINIC, seat(seatAt(CLINIC, 'cas'), { from: START, until: START }), 'malformed');
    refuses(region, CLINIC, seat(seatAt(CLINIC, 'cas'), { dossier: id('nowhere') }), 'unknown-dossier');
  });

  it('stands in for a seat of the same organisation, and only then names one', () => {
    const { region } = withFile();
    const cas = seatAt(CLINIC, 'cas');
    region.must(GI, seat(seatAt(GI, 'gina')));
    refuses(region, CLINIC, seat(cas, { role: 'stand-in' }), 'malformed');
    refuses(region, CLINIC, seat(cas, { for: ANN }), 'malformed');
    refuses(region, CLINIC, seat(cas, { role: 'stand-in', for: seatAt(GI, 'gina') }), 'statement-out-of-order');
    refuses(region, CLINIC, seat(cas, { role: 'stand-in', for: seatAt(CLINIC, 'none') }), 'statement-out-of-order');
    takes(region, CLINIC, seat(cas, { role: 'stand-in', for: ANN }));
  });

  it('is one of 32 at most: every decision about keys goes through them', () => {
    const { region } = withFile();
    for (let at = 1; at < 32; at++) takes(region, CLINIC, seat(seatAt(CLINIC, `n${at}`)));
    refuses(region, CLINIC, seat(seatAt(CLINIC, 'last')), 'rate-limited');
    takes(region, GI, seat(seatAt(GI, 'gina')));
  });

  it('ends earlier, never later, by its organisation and in its dossier', () => {
    const { region } = withFile();
    const ends = () => region.state.parties.get(ANN)?.seat?.until;
    refuses(region, CLINIC, seatEnd(seatAt(CLINIC, 'none'), START), 'statement-out-of-order');
    refuses(region, CLINIC, seatEnd(CLINIC, START), 'statement-out-of-order');
    region.must(NEIGHBOUR, { ...own('neighbour'), dossier: OTHER, audience: 'family' });
    region.must(NEIGHBOUR, grantIn(OTHER, id('own-neighbour'), 'clinic'));
    refuses(region, CLINIC, { ...seatEnd(ANN, START), dossier: OTHER }, 'statement-out-of-order');
    takes(region, CLINIC, seatEnd(ANN, START + 5));
    expect(ends()).toBe(START + 5);
    takes(region, CLINIC, seatEnd(ANN, START + 9));
    expect(ends()).toBe(START + 5);
  });

  it('is given by nobody whose organisation ended', () => {
    const { region } = withFile();
    region.must(STEWARD, succession(CLINIC));
    refuses(region, CLINIC, seat(seatAt(CLINIC, 'cas')), 'no-authority');
    refuses(region, ANN, erase([id('m1')]), 'no-authority');
  });
});

const grantIn = (dossier: string, compartment: string, to: string) =>
  ({
    ...{ kind: 'grant', dossier, compartment, partner: to, purposes: ['support'], from: START, until: START + YEAR },
    ...{ history: true, text: { version: '1', language: 'nl' } },
  }) as StatementInput;

describe('letting a family member read', () => {
  it('is for who decides alone, about itself', () => {
    const region = withNeighbour();
    refuses(region, CHILD14, allow(K14, 'father'), 'no-authority');
    refuses(region, MOTHER, allow(K14, 'father'), 'no-authority');
    region.now = START + 2 * YEAR - 1;
    refuses(region, CHILD14, allow(K14, 'father'), 'no-authority');
    region.now++;
    refuses(region, CHILD14, allow(K14, 'child14'), 'statement-out-of-order');
    refuses(region, CHILD14, allow(K14, 'neighbour'), 'statement-out-of-order');
    refuses(region, CHILD14, allow(M, 'father'), 'no-authority');
    refuses(region, CHILD14, allow(id('nowhere'), 'father'), 'no-authority');
    refuses(region, CHILD14, { ...allow(K14, 'father'), dossier: OTHER }, 'no-authority');
    region.must(CHILD14, own('child14'));
    refuses(region, CHILD14, allow(id('own-child14'), 'father'), 'no-authority');
    takes(region, CHILD14, allow(K14, 'father'));
    region.must(TEAM, incapable('child14'));
    refuses(region, CHILD14, allow(K14, 'mother'), 'no-authority');
    refuses(region, CLINIC, allow(M, 'father'), 'no-authority');
  });
});

describe('beside the dossiers', () => {
  it('an organisation ends once, and not into itself or a stranger', () => {
    const region = makeFamily();
    refuses(region, STEWARD, succession(partner('stranger')), 'statement-out-of-order');
    refuses(region, STEWARD, succession(CLINIC, partner('stranger')), 'statement-out-of-order');
    refuses(region, STEWARD, succession(CLINIC, CLINIC), 'malformed');
    takes(region, STEWARD, succession(CLINIC, SCHOOL));
    refuses(region, STEWARD, succession(CLINIC), 'statement-conflict');
  });

  it('a consult goes to another known organisation under its newest key, and answers one that was made', () => {
    const region = makeFamily();
    const kid = (party: PartyId) => region.state.parties.get(party)?.sealingKid ?? '';
    refuses(region, SCHOOL, consult(partner('stranger'), hash('x')), 'statement-out-of-order');
    refuses(region, SCHOOL, consult(SCHOOL, kid(SCHOOL)), 'no-authority');
    refuses(region, SCHOOL, consult(VT, kid(GI)), 'wrap-set-wrong');
    refuses(region, VT, consult(SCHOOL, kid(SCHOOL), { answers: id('nothing') }), 'statement-out-of-order');
    const asked = region.must(SCHOOL, consult(VT, kid(VT)));
    takes(region, VT, consult(SCHOOL, kid(SCHOOL), { answers: asked }));
    region.must(STEWARD, succession(SCHOOL));
    refuses(region, SCHOOL, consult(VT, kid(VT)), 'no-authority');
  });

  it('a partner has tasks the law knows', () => {
    const gp = { kind: 'partner', partner: 'gp', name: 'GP', attests: false, keys: keysOf('gp') } as const;
    refuses(makeFamily(), STEWARD, { ...gp, roles: ['gp', 'wizard'] }, 'malformed');
    takes(makeFamily(), STEWARD, { ...gp, roles: ['gp', 'school'] });
  });
});

describe('the dead', () => {
  it('say nothing any more, with whatever keys', () => {
    const { region, seated, note } = withFile();
    const shown = region.must(CLINIC, region.discloses(GI, 'L06', [note], WEIGHED));
    const told = region.message(MOTHER, M);
    region.must(TEAM, death('mother'));
    const attempts: StatementInput[] = [objection(shown), objection(seated), request(CLINIC, 'mother')];
    for (const input of [
      ...attempts,
      erase([told]),
      dispute(told),
      allow(M, 'father'),
      secrecy('mother'),
      own('mother'),
    ])
      refuses(region, MOTHER, input, 'no-authority');
    refuses(region, MOTHER, newKeys(MOTHER, 'mother-2'), 'no-authority');
    for (const kind of ['grant', 'refuse', 'withdraw'] as const)
      expect(region.say(kind, MOTHER, M, CLINIC)).toBe('no-authority');
  });

  it('hold no custody and speak for nobody, and are not attested as such later', () => {
    const region = makeFamily();
    region.must(TEAM, death('father'));
    expect(region.state.persons.get(id('child8'))?.custody).toEqual([id('mother')]);
    refuses(region, TEAM, custodyOf('child8', ['mother', 'father']), 'statement-out-of-order');
    refuses(region, TEAM, incapable('mother', 'father'), 'statement-out-of-order');
    takes(region, TEAM, custodyOf('child8', ['mother']));
    takes(region, TEAM, incapable('mother'));
    refuses(region, CHILD8, own('child14'), 'no-authority');
  });
});
