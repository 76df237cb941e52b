import { type PartyId, partner, STEWARD, type Statement, type StatementInput } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { checkStatement, signerOf } from './accept.ts';
import { emptyState } from './state.ts';
import { LAW } from './test-law.ts';
import {
  CHILD8,
  CHILD14,
  CLINIC,
  DOSSIER,
  FATHER,
  file,
  id,
  keysOf,
  MOTHER,
  makeFamily,
  SCHOOL,
  START,
  TEAM,
  type TestRegion,
} from './test-region.ts';

const M = id('about-mother');
const K8 = id('about-child8');
const K14 = id('about-child14');
const OTHER = id('other-dossier');

/** A second family in the same region: one adult, one compartment. */
function withNeighbour(region = makeFamily()): TestRegion {
  const nobody = { turns12: null, turns16: null, turns18: null };
  const neighbour = id('neighbour');
  region.must(TEAM, { kind: 'dossier', dossier: OTHER });
  region.must(TEAM, { kind: 'person', dossier: OTHER, person: neighbour, keys: keysOf('neighbour'), ...nobody });
  const compartment = id('about-neighbour');
  region.must(`person/${neighbour}`, {
    kind: 'compartment',
    dossier: OTHER,
    compartment,
    subjects: [neighbour],
    audience: 'family',
  });
  return region;
}
const NEIGHBOUR: PartyId = `person/${id('neighbour')}`;

describe('registrations', () => {
  const partnerInput = (name: string, keys = keysOf(name)): StatementInput => ({
    kind: 'partner',
    partner: name,
    name,
    attests: false,
    roles: ['school'],
    keys,
  });

  it('start with the region, once', () => {
    const region = makeFamily();
    const first = region.entries[0]?.input;
    if (first?.kind !== 'statement') throw new Error('no region');
    const again = { ...first.statement, id: id('again') } as Statement;
    expect(region.tryStatement(again)).toBe('statement-out-of-order');
    expect(checkStatement(emptyState(LAW), first.statement, START)).toBeNull();
    expect(checkStatement(emptyState(LAW), { ...first.statement, by: TEAM } as Statement, START)).toBe('no-authority');
    const early = { v: 1, id: id('p'), by: STEWARD, at: 0, seen: { size: 0, root: '' }, ...partnerInput('late') };
    expect(checkStatement(emptyState(LAW), early as Statement, START)).toBe('statement-out-of-order');
  });

  it('are the steward’s, once for each name', () => {
    const region = makeFamily();
    expect(region.try(TEAM, partnerInput('friend'))).toBe('no-authority');
    expect(region.try(STEWARD, partnerInput('clinic', keysOf('second')))).toBe('statement-conflict');
    expect(region.try(STEWARD, partnerInput('friend'))).toBeNull();
    const officer: StatementInput = { kind: 'officer', officer: 'clinic', name: 'Officer', keys: keysOf('officer') };
    expect(region.try(CLINIC, officer)).toBe('no-authority');
    expect(region.try(STEWARD, officer)).toBeNull();
  });

  it('refuse a statement id that was used', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    const last = region.entries.at(-1)?.input;
    if (last?.kind !== 'statement') throw new Error('no statement');
    expect(region.tryStatement(last.statement)).toBe('statement-conflict');
  });

  it('refuse somebody else’s signing key, in use or retired: its holder would lose its name', () => {
    const region = makeFamily();
    const steal = (name: string) =>
      region.try(CLINIC, {
        kind: 'new-keys',
        party: CLINIC,
        keys: { ...keysOf('clinic-2'), signing: keysOf(name).signing },
      });
    expect(steal('mother')).toBe('statement-conflict');
    expect(steal('steward')).toBe('statement-conflict');
    expect(region.try(CLINIC, { kind: 'new-keys', party: CLINIC, keys: keysOf('clinic-2') })).toBeNull();
    expect(steal('clinic')).toBe('statement-conflict');
    expect(region.try(STEWARD, partnerInput('friend', keysOf('mother')))).toBe('statement-conflict');
  });

  it('take new keys from the party itself or its registrar, nobody else', () => {
    const region = makeFamily();
    const rotate = (by: PartyId, party: PartyId, name: string) =>
      region.try(by, { kind: 'new-keys', party, keys: keysOf(name) });
    expect(rotate(SCHOOL, CLINIC, 'a')).toBe('no-authority');
    expect(rotate(CLINIC, CLINIC, 'a')).toBeNull();
    expect(rotate(STEWARD, CLINIC, 'b')).toBeNull();
    expect(rotate(STEWARD, MOTHER, 'c')).toBe('no-authority');
    expect(rotate(FATHER, MOTHER, 'c')).toBe('no-authority');
    expect(rotate(MOTHER, MOTHER, 'c')).toBeNull();
    expect(rotate(TEAM, CHILD8, 'd')).toBeNull();
    expect(rotate(STEWARD, STEWARD, 'e')).toBe('no-authority');
    const kid = `${'x-clinic'.padEnd(42, '_')}A`;
    expect(signerOf(region.state, kid)).toBe('key-retired');
    expect(signerOf(region.state, `${'x-b'.padEnd(42, '_')}A`)).toMatchObject({ party: CLINIC });
    expect(signerOf(region.state, 'unknown')).toBe('key-unregistered');
  });
});

describe('attestations', () => {
  const adult = { turns12: null, turns16: null, turns18: null };

  it('are made by the attesting partner that opened the dossier', () => {
    const region = makeFamily();
    region.must(STEWARD, {
      kind: 'partner',
      partner: 'team-2',
      name: 'Other',
      attests: true,
      roles: ['local-team'],
      keys: keysOf('team-2'),
    });
    const guest: StatementInput = {
      kind: 'person',
      dossier: DOSSIER,
      person: id('guest'),
      keys: keysOf('guest'),
      ...adult,
    };
    const custody: StatementInput = {
      kind: 'custody',
      dossier: DOSSIER,
      child: id('child8'),
      holders: [],
      guardian: null,
      partial: null,
    };
    for (const by of [partner('team-2'), CLINIC, MOTHER, STEWARD]) {
      expect(region.try(by, guest), by).toBe('no-authority');
      expect(region.try(by, custody), by).toBe('no-authority');
    }
    expect(region.try(CLINIC, { kind: 'dossier', dossier: OTHER })).toBe('no-authority');
    expect(region.try(TEAM, { kind: 'dossier', dossier: DOSSIER })).toBe('statement-conflict');
    expect(region.try(TEAM, { ...guest, dossier: OTHER })).toBe('unknown-dossier');
    expect(region.try(TEAM, guest)).toBeNull();
    expect(region.try(TEAM, { ...guest, keys: keysOf('guest-2') } as StatementInput)).toBe('statement-conflict');
  });

  it.each([
    [{ turns12: 5, turns16: null, turns18: null }, 'malformed'],
    [{ turns12: null, turns16: 9, turns18: null }, 'malformed'],
    [{ turns12: 9, turns16: 8, turns18: 10 }, 'malformed'],
    [{ turns12: 9, turns16: 9, turns18: 10 }, 'malformed'],
    [{ turns12: 1, turns16: 2, turns18: 3 }, null],
    [{ turns12: null, turns16: null, turns18: 3 }, null],
  ])('refuse ages that skip a step: %j', (turns, expected) => {
    const person: StatementInput = { kind: 'person', dossier: DOSSIER, person: id('late'), keys: null, ...turns };
    expect(makeFamily().try(TEAM, person)).toBe(expected);
  });

  it('of custody name persons of this dossier, once, and not the child itself', () => {
    const region = withNeighbour();
    const custody = (child: string, ...holders: string[]) =>
      region.try(TEAM, {
        kind: 'custody',
        dossier: DOSSIER,
        child: id(child),
        holders: holders.map(id),
        guardian: null,
        partial: null,
      });
    expect(custody('child8', 'neighbour')).toBe('statement-out-of-order');
    expect(custody('neighbour', 'mother')).toBe('statement-out-of-order');
    expect(custody('nobody')).toBe('statement-out-of-order');
    expect(custody('child8', 'child8')).toBe('malformed');
    expect(custody('child8', 'mother', 'mother')).toBe('malformed');
    expect(custody('child8')).toBeNull();
  });
});

describe('compartments', () => {
  const make = (region: TestRegion, by: PartyId, compartment: string, ...subjects: string[]) =>
    region.try(by, {
      kind: 'compartment',
      dossier: DOSSIER,
      compartment: id(compartment),
      subjects: subjects.map(id),
      audience: 'family',
    });

  it('are made by a family member that may read about every subject', () => {
    const region = withNeighbour();
    expect(make(region, FATHER, 'new', 'mother')).toBe('no-authority');
    expect(make(region, FATHER, 'new', 'child8', 'mother')).toBe('no-authority');
    expect(make(region, CHILD8, 'new', 'child8')).toBe('no-authority');
    expect(make(region, TEAM, 'new', 'child8')).toBe('no-authority');
    expect(make(region, MOTHER, 'new', 'neighbour')).toBe('no-authority');
    expect(make(region, NEIGHBOUR, 'new', 'neighbour')).toBe('no-authority');
    expect(make(region, MOTHER, 'new', 'nobody')).toBe('no-authority');
    expect(make(region, MOTHER, 'new', 'child8', 'child8')).toBe('malformed');
    expect(make(region, FATHER, 'new', 'child8', 'child14')).toBeNull();
    expect(make(region, FATHER, 'new', 'child8')).toBe('statement-conflict');
    expect(make(region, CHILD14, 'own', 'child14')).toBeNull();
  });

  it('are about persons of one dossier, also the file of an organisation', () => {
    const region = withNeighbour();
    expect(region.try(TEAM, file(TEAM, 'neighbour'))).toBe('no-authority');
    expect(region.try(TEAM, file(TEAM, 'mother', 'neighbour'))).toBe('no-authority');
    expect(region.try(TEAM, file(TEAM, 'mother', 'father'))).toBeNull();
  });
});

describe('what a family says', () => {
  it('counts from who decides', () => {
    const region = withNeighbour();
    for (const kind of ['grant', 'refuse'] as const) {
      for (const by of [FATHER, CHILD14, NEIGHBOUR, CLINIC, TEAM, STEWARD])
        expect(region.say(kind, by, M, CLINIC), `${kind} ${by}`).toBe('no-authority');
      expect(region.say(kind, CHILD8, K8, CLINIC)).toBe('no-authority');
      expect(region.say(kind, MOTHER, id('nowhere'), CLINIC)).toBe('no-authority');
      expect(region.say(kind, MOTHER, M, partner('stranger'))).toBe('statement-out-of-order');
      expect(region.say(kind, MOTHER, M, CLINIC, { dossier: OTHER })).toBe('no-authority');
      expect(region.say(kind, MOTHER, M, CLINIC)).toBeNull();
    }
    expect(region.state.compartments.get(M)?.says.length).toBe(1);
  });

  it('is not a parent’s about a child of 14 by statute', () => {
    expect(makeFamily('statute').say('grant', MOTHER, K14, CLINIC)).toBe('no-authority');
    expect(makeFamily('strict').say('grant', MOTHER, K14, CLINIC)).toBeNull();
  });

  it('has a period that is not over', () => {
    const region = makeFamily();
    expect(region.say('grant', MOTHER, M, CLINIC, { from: 0, until: START })).toBe('malformed');
    expect(region.say('grant', MOTHER, M, CLINIC, { from: 0, until: START + 1 })).toBeNull();
    expect(region.say('grant', MOTHER, M, CLINIC, { from: START + 9, until: START + 9 })).toBe('malformed');
    expect(region.say('grant', MOTHER, M, CLINIC, { from: START + 9, until: START + 10 })).toBeNull();
  });

  it('is taken back by who gave it, also when it no longer decides; nothing given is nothing to take back', () => {
    const region = makeFamily();
    expect(region.say('withdraw', FATHER, K8, CLINIC)).toBe('statement-out-of-order');
    expect(region.say('withdraw', CHILD14, K8, CLINIC)).toBe('no-authority');
    region.grant(FATHER, K8, CLINIC);
    region.custody('child8', 'mother');
    expect(region.say('grant', FATHER, K8, CLINIC)).toBe('no-authority');
    expect(region.say('withdraw', FATHER, K8, CLINIC)).toBeNull();
    expect(region.say('withdraw', FATHER, K8, CLINIC), 'again').toBeNull();
  });

  it('is informed: no yes to what the decider may not see, but its no counts', () => {
    const region = makeFamily();
    const both = region.compartment(MOTHER, 'mother', 'child8');
    expect(region.say('grant', FATHER, both, CLINIC)).toBe('no-authority');
    expect(region.say('refuse', FATHER, both, CLINIC)).toBeNull();
  });

  it('is possible as a no for a child of 14 that nobody holds custody over', () => {
    const region = makeFamily();
    region.custody('child14');
    expect(region.say('refuse', CHILD14, K14, CLINIC)).toBeNull();
  });

  it('keeps a bounded number of grants in force', () => {
    const region = makeFamily();
    for (let i = 0; i < 32; i++) region.grant(MOTHER, M, CLINIC, { until: START + 10 + i });
    expect(region.say('grant', MOTHER, M, CLINIC)).toBe('rate-limited');
    region.now = START + 10;
    expect(region.say('grant', MOTHER, M, CLINIC), 'one ran out').toBeNull();
    expect(region.say('grant', MOTHER, M, CLINIC)).toBe('rate-limited');
    region.say('withdraw', MOTHER, M, CLINIC);
    expect(region.say('grant', MOTHER, M, CLINIC)).toBeNull();
    expect(region.state.compartments.get(M)?.says[0]?.grants).toHaveLength(1);
  });
});

describe('epochs', () => {
  it('are made by a reader, for exactly the readers, with their newest keys', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    const wraps = [region.wrap(CLINIC, 'history'), region.wrap(MOTHER, 'history')];
    expect(region.rotate(FATHER, M)).toBe('no-authority');
    expect(region.rotate(MOTHER, id('nowhere'))).toBe('no-authority');
    expect(region.rotate(MOTHER, M, { wraps: [region.wrap(MOTHER, 'history')] })).toBe('wrap-set-wrong');
    expect(region.rotate(MOTHER, M, { wraps: [...wraps, region.wrap(FATHER, 'history')] })).toBe('wrap-set-wrong');
    expect(region.rotate(MOTHER, M, { wraps: [...wraps, region.wrap(CLINIC, 'history')] })).toBe('wrap-set-wrong');
    expect(region.rotate(MOTHER, M, { wraps: [region.wrap(CLINIC, 'epoch'), region.wrap(MOTHER, 'history')] })).toBe(
      'wrap-set-wrong',
    );
    expect(region.rotate(MOTHER, M, { wraps: wraps.map((wrap) => ({ ...wrap, kid: 'old' })) })).toBe('wrap-set-wrong');
    expect(region.rotate(MOTHER, M, { epoch: 1 })).toBe('statement-out-of-order');
    expect(region.rotate(MOTHER, M, { link: 'link' })).toBe('statement-out-of-order');
    expect(region.rotate(MOTHER, M)).toBeNull();
    expect(region.rotate(MOTHER, M, { epoch: 0, link: null })).toBe('statement-out-of-order');
    expect(region.rotate(CLINIC, M)).toBeNull();
  });

  it('link to the one before when the signer holds its history, else a member adds the link later', () => {
    const region = makeFamily();
    region.rotate(MOTHER, M);
    region.grant(MOTHER, M, CLINIC, { history: false });
    expect(region.rotate(MOTHER, M, { link: null })).toBe('statement-out-of-order');
    expect(region.rotate(CLINIC, M)).toBeNull();
    expect(region.admit(CLINIC, M, [], { links: [{ epoch: 1, link: 'link' }] })).toBe('no-authority');
    expect(region.admit(MOTHER, M, [], { links: [{ epoch: 0, link: 'link' }] })).toBe('statement-out-of-order');
    expect(region.admit(MOTHER, M, [], { links: [{ epoch: 2, link: 'link' }] })).toBe('statement-out-of-order');
    const early = region.admit(MOTHER, M, [], { links: [{ epoch: 1, link: 'link' }] });
    expect(early, 'its maker would open the past with it').toBe('statement-out-of-order');
    expect(region.rotate(MOTHER, M)).toBeNull();
    expect(region.admit(MOTHER, M, [], { links: [{ epoch: 1, link: 'link' }] })).toBeNull();
    expect(region.admit(MOTHER, M, [], { links: [{ epoch: 1, link: 'other' }] })).toBe('statement-out-of-order');
  });
});

describe('admissions', () => {
  it('give one wrap to a reader with history that has none', () => {
    const region = makeFamily();
    expect(region.admit(MOTHER, M, [])).toBe('no-authority');
    region.rotate(MOTHER, M);
    expect(region.admit(MOTHER, M, [CLINIC])).toBe('wrap-set-wrong');
    region.grant(MOTHER, M, SCHOOL, { history: false });
    expect(region.admit(MOTHER, M, [SCHOOL])).toBe('wrap-set-wrong');
    region.grant(MOTHER, M, CLINIC);
    expect(region.admit(FATHER, M, [CLINIC])).toBe('no-authority');
    expect(region.admit(CLINIC, M, [CLINIC])).toBe('no-authority');
    expect(region.admit(MOTHER, M, [CLINIC], { epoch: 1 })).toBe('statement-out-of-order');
    expect(region.admit(MOTHER, M, [CLINIC, CLINIC])).toBe('wrap-set-wrong');
    expect(region.admit(MOTHER, M, [], { wraps: [region.wrap(CLINIC, 'epoch')] })).toBe('wrap-set-wrong');
    expect(region.admit(MOTHER, M, [], { wraps: [{ ...region.wrap(CLINIC, 'history'), kid: 'old' }] })).toBe(
      'wrap-set-wrong',
    );
    expect(region.admit(MOTHER, M, [CLINIC])).toBeNull();
    expect(region.admit(MOTHER, M, [CLINIC]), 'replaces a wrap').toBe('wrap-set-wrong');
    expect(region.admit(CLINIC, M, [MOTHER]), 'replaces a wrap').toBe('wrap-set-wrong');
  });

  it('need no link, also to an epoch that was made without history', () => {
    const region = makeFamily();
    region.rotate(MOTHER, M);
    region.grant(MOTHER, M, CLINIC, { history: false });
    expect(region.rotate(CLINIC, M)).toBeNull();
    region.grant(MOTHER, M, SCHOOL);
    expect(region.admit(MOTHER, M, [SCHOOL])).toBeNull();
  });

  it('are not to an epoch that somebody must leave', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.rotate(MOTHER, M);
    region.say('withdraw', MOTHER, M, CLINIC);
    region.grant(MOTHER, M, SCHOOL);
    expect(region.admit(MOTHER, M, [SCHOOL])).toBe('stale-epoch');
    expect(region.admit(CLINIC, M, []), 'still a member, no reader').toBe('no-authority');
  });
});
