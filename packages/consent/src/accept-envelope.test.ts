/** Which envelopes the ledger takes in; the statements are in accept.test.ts. */
import { LIMITS, type PartyId } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { checkEnvelope } from './accept.ts';
import { isStale } from './readers.ts';
import {
  CHILD14,
  CLINIC,
  id,
  keysOf,
  MOTHER,
  makeFamily,
  SCHOOL,
  START,
  type TestRegion,
  YEAR,
} from './test-region.ts';

const M = id('about-mother');
const K8 = id('about-child8');
const K14 = id('about-child14');
const OTHER = id('other-dossier');

describe('envelopes', () => {
  function ready(): TestRegion {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.rotate(MOTHER, M);
    return region;
  }
  const check = (region: TestRegion, sender: PartyId, more: Parameters<TestRegion['header']>[2] = {}) =>
    checkEnvelope(region.state, region.header(sender, M, more), region.now);

  it('belong to their dossier and have an id of their own', () => {
    const region = ready();
    expect(check(region, MOTHER)).toBeNull();
    expect(check(region, MOTHER, { dossier: OTHER })).toBe('wrong-dossier');
    expect(check(region, MOTHER, { compartment: id('nowhere') })).toBe('no-basis');
    const header = region.header(MOTHER, M);
    expect(region.send(header)).toBeNull();
    expect(check(region, MOTHER, { id: header.id })).toBe('envelope-conflict');
    expect(check(region, CLINIC, { id: header.id })).toBe('envelope-conflict');
  });

  it('have a sequence number once, in a window, for each sender, across new keys', () => {
    const region = ready();
    const { sequenceWindow: width, sequenceAhead } = LIMITS;
    const furthest = region.now + sequenceAhead + width;
    expect(check(region, MOTHER, { seq: furthest })).toBeNull();
    expect(check(region, MOTHER, { seq: furthest + 1 })).toBe('sequence-out-of-window');
    expect(region.send(region.header(MOTHER, M, { seq: width - 1 }))).toBeNull();
    expect(check(region, MOTHER, { seq: width - 1 })).toBe('sequence-replayed');
    expect(check(region, MOTHER, { seq: 0 })).toBeNull();
    expect(region.send(region.header(MOTHER, M, { seq: width + 1 }))).toBeNull();
    expect(check(region, MOTHER, { seq: 1 })).toBe('sequence-out-of-window');
    expect(check(region, MOTHER, { seq: 2 })).toBeNull();
    expect(check(region, CLINIC, { seq: width - 1 })).toBeNull();
    region.must(MOTHER, { kind: 'new-keys', party: MOTHER, keys: keysOf('mother-2') });
    region.rotate(MOTHER, M);
    expect(check(region, MOTHER, { seq: width + 1 })).toBe('sequence-replayed');
    expect(region.state.sequences.get(MOTHER)?.seen.size).toBe(2);
    expect(region.send(region.header(MOTHER, M, { seq: furthest }))).toBeNull();
    // whoever is ahead of all clocks goes on counting
    expect(check(region, MOTHER, { seq: furthest + width })).toBeNull();
    expect(check(region, MOTHER, { seq: furthest + width + 1 })).toBe('sequence-out-of-window');
  });

  it('are under the newest epoch, and that one fresh', () => {
    const region = ready();
    expect(check(region, MOTHER, { epoch: 1 })).toBe('unknown-epoch');
    region.rotate(MOTHER, M);
    expect(check(region, MOTHER, { epoch: 0 })).toBe('stale-epoch');
    expect(check(region, MOTHER, { epoch: 1 })).toBeNull();
    region.say('withdraw', MOTHER, M, CLINIC);
    expect(isStale(region.state, M, region.now)).toBe(true);
    expect(check(region, MOTHER, { epoch: 1 }), 'withdrawn partner still has a wrap').toBe('stale-epoch');
    region.rotate(MOTHER, M);
    expect(check(region, MOTHER, { epoch: 2 })).toBeNull();
    expect(check(makeFamily(), MOTHER, { epoch: 0 }), 'no epoch yet').toBe('unknown-epoch');
  });

  it('name as basis only grants to the sender, here, for the purpose, in force', () => {
    const region = ready();
    const own = region.grant(MOTHER, M, CLINIC, { purposes: ['support', 'treatment'] });
    const short = region.grant(MOTHER, M, CLINIC, { until: START + 5 });
    const school = region.grant(MOTHER, M, SCHOOL);
    const elsewhere = region.grant(MOTHER, K8, CLINIC);
    expect(check(region, CLINIC, { basis: [own, short] })).toBeNull();
    expect(check(region, CLINIC, { basis: [own], purpose: 'safety' })).toBe('no-basis');
    for (const basis of [[school], [elsewhere], [id('nothing')], [own, school]])
      expect(check(region, CLINIC, { basis })).toBe('no-basis');
    expect(check(region, MOTHER, { basis: [own] })).toBe('no-basis');
    region.now = START + 5;
    expect(check(region, CLINIC, { basis: [short] })).toBe('no-basis');
    region.say('withdraw', MOTHER, M, CLINIC);
    region.grant(MOTHER, M, CLINIC);
    region.rotate(MOTHER, M);
    expect(check(region, CLINIC, { basis: [own] })).toBe('no-basis');
  });

  it('written at 15 may be read at 15 only by who may read then: ages count at the moment of the question', () => {
    const region = makeFamily();
    region.rotate(MOTHER, K14);
    const header = region.header(MOTHER, K14);
    expect(region.send(header)).toBeNull();
    region.now = START + 2 * YEAR;
    expect(region.send(region.header(MOTHER, K14))).toBe('no-basis');
    expect(region.send(region.header(CHILD14, K14)), 'parents still have a wrap').toBe('stale-epoch');
    region.rotate(CHILD14, K14);
    expect(region.send(region.header(CHILD14, K14))).toBeNull();
  });
});
