import { STEWARD } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { isStale, keyNeed, readersOf } from './readers.ts';
import {
  CHILD14,
  CLINIC,
  custodyOf,
  FATHER,
  file,
  GI,
  id,
  keysOf,
  MOTHER,
  makeFamily,
  SCHOOL,
  START,
  seat,
  seatAt,
  succession,
  TEAM,
  YEAR,
} from './test-region.ts';

const M = id('about-mother');
const K8 = id('about-child8');
const K14 = id('about-child14');

describe('who will be able to read', () => {
  it('is the family that may, and partners with a yes of everybody; with or without what was before', () => {
    const region = makeFamily();
    const parties = (compartment: string) => readersOf(region.state, compartment, region.now).map(({ party }) => party);
    expect(parties(M)).toEqual([MOTHER]);
    expect(parties(K8)).toEqual([FATHER, MOTHER]);
    expect(parties(K14)).toEqual([CHILD14, FATHER, MOTHER]);
    expect(parties(id('nowhere'))).toEqual([]);
    region.grant(MOTHER, M, CLINIC);
    region.grant(MOTHER, M, SCHOOL, { history: false });
    expect(readersOf(region.state, M, region.now)).toEqual(
      [
        { party: CLINIC, scope: 'history' },
        { party: SCHOOL, scope: 'epoch' },
        { party: MOTHER, scope: 'history' },
      ].toSorted((a, b) => (a.party < b.party ? -1 : 1)),
    );
    region.grant(MOTHER, K8, CLINIC);
    expect(parties(K8)).toEqual([FATHER, MOTHER]);
  });

  it('is nobody without keys, however much the law lets it', () => {
    const region = makeFamily();
    const birthday = START + 4 * YEAR;
    expect(readersOf(region.state, K8, birthday).map(({ party }) => party)).toEqual([FATHER, MOTHER]);
    region.now = birthday;
    region.must(TEAM, { kind: 'new-keys', party: `person/${id('child8')}`, keys: keysOf('child8') });
    expect(readersOf(region.state, K8, birthday)).toHaveLength(3);
  });

  it('follows the clock: from, until and birthdays', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC, { from: START + 10, until: START + 20 });
    const at = (now: number) => readersOf(region.state, M, now).length;
    expect([START + 9, START + 10, START + 19, START + 20].map(at)).toEqual([1, 2, 2, 1]);
    expect(readersOf(region.state, K14, START + 2 * YEAR).map(({ party }) => party)).toEqual([CHILD14]);
  });
});

describe('what a key needs', () => {
  const need = (region: ReturnType<typeof makeFamily>, compartment = M) =>
    keyNeed(region.state, compartment, region.now);

  it('is a first epoch', () => {
    const region = makeFamily();
    expect(need(region)).toEqual({ rotate: true, admit: [] });
    region.rotate(MOTHER, M);
    expect(need(region)).toEqual({ rotate: false, admit: [] });
    expect(isStale(region.state, M, region.now)).toBe(false);
  });

  it('is one wrap for who joins with history', () => {
    const region = makeFamily();
    region.rotate(MOTHER, M);
    region.grant(MOTHER, M, CLINIC);
    expect(need(region)).toEqual({ rotate: false, admit: [CLINIC] });
    expect(isStale(region.state, M, region.now), 'nobody has to leave').toBe(false);
    region.admit(MOTHER, M, [CLINIC]);
    expect(need(region)).toEqual({ rotate: false, admit: [] });
  });

  it('is a new epoch for who joins from today, and one wrap more when it later gets the history', () => {
    const region = makeFamily();
    region.rotate(MOTHER, M);
    region.grant(MOTHER, M, CLINIC, { history: false });
    expect(need(region).rotate).toBe(true);
    region.rotate(MOTHER, M);
    expect(need(region)).toEqual({ rotate: false, admit: [] });
    region.grant(MOTHER, M, CLINIC);
    expect(need(region)).toEqual({ rotate: false, admit: [CLINIC] });
    expect(region.admit(MOTHER, M, [CLINIC])).toBeNull();
    expect(need(region)).toEqual({ rotate: false, admit: [] });
  });

  it('is a new epoch when somebody leaves, by withdrawal, by the clock or by custody', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC, { until: START + 20 });
    region.rotate(MOTHER, M);
    region.now = START + 19;
    expect(isStale(region.state, M, region.now)).toBe(false);
    region.now = START + 20;
    expect(isStale(region.state, M, region.now)).toBe(true);
    expect(need(region).rotate).toBe(true);
    region.rotate(MOTHER, K8);
    expect(isStale(region.state, K8, region.now)).toBe(false);
    region.custody('child8', 'mother');
    expect(isStale(region.state, K8, region.now)).toBe(true);
  });

  it('is a new epoch when a member may from now on read less: history withdrawn, given again from today', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.rotate(MOTHER, M);
    region.say('withdraw', MOTHER, M, CLINIC);
    region.grant(MOTHER, M, CLINIC, { history: false });
    expect(need(region).rotate).toBe(true);
    region.rotate(MOTHER, M);
    expect(need(region)).toEqual({ rotate: false, admit: [] });
  });

  it('is a new epoch when a member has new keys', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.rotate(MOTHER, M);
    region.must(CLINIC, { kind: 'new-keys', party: CLINIC, keys: keysOf('clinic-2') });
    expect(isStale(region.state, M, region.now)).toBe(true);
    expect(need(region).rotate).toBe(true);
    region.rotate(MOTHER, M);
    expect(isStale(region.state, M, region.now)).toBe(false);
  });

  it('of what is not there is everything', () => {
    const { state, now } = makeFamily();
    expect(isStale(state, id('nowhere'), now)).toBe(true);
    expect(keyNeed(state, id('nowhere'), now).rotate).toBe(true);
  });
});

describe('professionals', () => {
  const ANN = seatAt(CLINIC, 'ann');
  const parties = (region: ReturnType<typeof makeFamily>, compartment: string, now = region.now) =>
    readersOf(region.state, compartment, now).map(({ party, scope }) => `${party.split('_')[0]} ${scope}`);

  it('read in their seats beside their organisation, an adviser from its start', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.must(CLINIC, seat(ANN, { until: START + 9 }));
    region.must(CLINIC, seat(seatAt(CLINIC, 'bob'), { role: 'adviser' }));
    region.must(CLINIC, seat(seatAt(CLINIC, 'carl'), { role: 'chair' }));
    expect(parties(region, M)).toEqual([
      ...['partner/clinic history', 'person/mother history', 'seat/clinic/ann history', 'seat/clinic/bob epoch'],
    ]);
    expect(parties(region, M, START + 9)).not.toContain('seat/clinic/ann history');
    expect(parties(region, K8)).toEqual(['person/father history', 'person/mother history']);
  });

  it('of a file are its organisation and its seats, and not the family', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.must(CLINIC, seat(ANN));
    region.must(CLINIC, file(CLINIC, 'mother'));
    expect(parties(region, id('file-clinic-mother'))).toEqual(['partner/clinic history', 'seat/clinic/ann history']);
  });

  it('of a guardian institution read like a parent', () => {
    const region = makeFamily();
    region.must(TEAM, { ...custodyOf('child8', []), guardian: 'gi' });
    region.must(GI, seat(seatAt(GI, 'gina')));
    expect(parties(region, K8)).toEqual(['partner/gi history', 'seat/gi/gina history']);
  });

  it('leave a key that must change when a seat or an organisation ends', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.must(CLINIC, seat(ANN, { until: START + 9 }));
    region.rotate(MOTHER, M);
    expect(isStale(region.state, M, START + 8)).toBe(false);
    expect(isStale(region.state, M, START + 9)).toBe(true);
    expect(keyNeed(region.state, M, START + 9)).toEqual({ rotate: true, admit: [] });
    region.must(STEWARD, succession(CLINIC));
    expect(isStale(region.state, M, START)).toBe(true);
  });
});
