import { type Id, nameOf, organisationOf, type PartyId, seat as seatId } from '@eenmaal/model';
import { beforeEach, describe, expect, it } from 'vitest';
import { RETENTION_RULE } from './accept-erase.ts';
import { answer, erase, file, request, seat } from './test-inputs.ts';
import { LAW } from './test-law.ts';
import {
  CHILD14,
  CLINIC,
  DOSSIER,
  FATHER,
  id,
  MOTHER,
  makeFamily,
  START,
  TEAM,
  type TestRegion,
  YEAR,
} from './test-region.ts';

const M = id('about-mother');
const FILE = id('file-clinic-mother');
const ANN = seatId(nameOf(CLINIC), id('ann'));
const KEPT_YEARS = 20;

let region: TestRegion;
let note: Id;
let other: Id;
beforeEach(() => {
  region = makeFamily();
  region.grant(MOTHER, M, CLINIC);
  region.must(CLINIC, file(CLINIC, 'mother'));
  [note = '', other = ''] = [1, 2].map(() => region.message(CLINIC, FILE));
});
const asks = (more: Parameters<typeof request>[2] = {}) =>
  region.must(MOTHER, request(CLINIC, 'mother', { right: 'erasure', ...more }));

describe('a file the law wants kept', () => {
  it('is kept under an article of the catalogue', () => expect(LAW.rulesById.has(RETENTION_RULE)).toBe(true));

  it('is erased when the person concerned asked that organisation, and it was not refused', () => {
    expect(region.try(CLINIC, erase([note]))).toBe('retention');
    expect(region.try(CLINIC, erase([note], { request: asks({ right: 'rectification' }) }))).toBe('retention');
    expect(region.try(CLINIC, erase([note], { request: asks({ items: [other] }) }))).toBe('retention');
    const refused = asks();
    region.must(CLINIC, answer(refused, { outcome: 'refused', ground: 'KEEP' }));
    expect(region.try(CLINIC, erase([note], { request: refused }))).toBe('retention');
    const elsewhere = region.must(MOTHER, request(TEAM, 'mother', { right: 'erasure' }));
    expect(region.try(CLINIC, erase([note], { request: elsewhere }))).toBe('retention');
    const granted = asks({ items: [note] });
    region.must(CLINIC, answer(granted, { outcome: 'partly', ground: 'KEEP' }));
    expect(region.try(CLINIC, erase([note, other], { request: granted }))).toBe('retention');
    expect(region.try(CLINIC, erase([note], { request: granted }))).toBeNull();
  });

  it('about a child is erased when everybody who decides about it now asked: one parent is not enough, nor a child of 14', () => {
    const elder = region.must(TEAM, file(TEAM, 'child14')) && region.message(TEAM, id('file-team-child14'));
    const asked = (by: PartyId, items: Id[] = []) =>
      region.must(by, request(TEAM, 'child14', { right: 'erasure', items }));
    const first = asked(MOTHER);
    expect(region.try(TEAM, erase([elder], { request: first }))).toBe('retention');
    region.must(TEAM, answer(asked(FATHER), { outcome: 'refused', ground: 'KEEP' }));
    const own = asked(CHILD14, [elder]);
    expect(region.try(TEAM, erase([elder], { request: own }))).toBe('retention');
    region.custody('child14', 'mother');
    expect(region.try(TEAM, erase([elder], { request: first }))).toBeNull();
  });

  it('about who turned 16 since is no longer erased because its parents asked', () => {
    const elder = region.must(TEAM, file(TEAM, 'child14')) && region.message(TEAM, id('file-team-child14'));
    const [first = ''] = [MOTHER, FATHER].map((by) => region.must(by, request(TEAM, 'child14', { right: 'erasure' })));
    region.now = START + 3 * YEAR;
    expect(region.try(TEAM, erase([elder], { request: first }))).toBe('retention');
    const own = region.must(CHILD14, request(TEAM, 'child14', { right: 'erasure' }));
    expect(region.try(TEAM, erase([elder], { request: own }))).toBeNull();
  });

  it('is erased when its term is over, which every newer message starts again', () => {
    region.now = START + KEPT_YEARS * YEAR - 86_400_000;
    expect(region.try(CLINIC, erase([note]))).toBe('retention');
    const newer = region.message(CLINIC, FILE);
    region.now = START + (KEPT_YEARS + 1) * YEAR;
    expect(region.try(CLINIC, erase([note]))).toBe('retention');
    region.now = START + (2 * KEPT_YEARS + 1) * YEAR;
    expect(region.try(CLINIC, erase([note, newer]))).toBeNull();
  });

  it('is not another organisation’s to destroy, also of the one that keeps the dossier', () => {
    expect(region.try(TEAM, erase([note], { request: asks() }))).toBe('no-authority');
    region.must(CLINIC, seat(ANN));
    expect(organisationOf(ANN)).toBe(nameOf(CLINIC));
    expect(region.try(ANN, erase([note], { request: asks() }))).toBeNull();
  });

  it('is not to be erased by the name of a message that is not there, also by who keeps the dossier', () => {
    for (const by of [TEAM, CLINIC, MOTHER]) expect(region.try(by, erase([id('nothing')]))).toBe('no-authority');
  });

  it('is kept by a clock of the law: without that clock nothing must be kept', () => {
    const clocks = new Map([...LAW.clocks].filter(([name]) => name !== 'keep-file'));
    region.state.law = { ...LAW, clocks };
    expect(region.try(CLINIC, erase([note]))).toBeNull();
  });

  it('does not hold what was told elsewhere', () => {
    const told = region.message(MOTHER, M);
    expect(region.try(CLINIC, erase([told]))).toBe('no-authority');
    expect(region.try(MOTHER, erase([told]))).toBeNull();
    expect(region.try(TEAM, erase([region.message(CLINIC, M)]))).toBeNull();
  });
});

describe('a whole dossier', () => {
  const whole = erase([], { whole: true });
  it('is erased by the partner that opened it, and not while a file in it must be kept', () => {
    for (const by of [CLINIC, MOTHER, FATHER, CHILD14]) expect(region.try(by, whole)).toBe('no-authority');
    expect(region.try(TEAM, erase([note], { whole: true }))).toBe('malformed');
    expect(region.try(TEAM, erase([]))).toBe('malformed');
    expect(region.try(TEAM, erase([], { whole: true, request: asks() }))).toBe('retention');
    region.now = START + (KEPT_YEARS + 1) * YEAR;
    expect(region.try(TEAM, whole)).toBeNull();
  });

  it('takes in nothing more from that moment', () => {
    region.now = START + (KEPT_YEARS + 1) * YEAR;
    region.must(TEAM, whole);
    expect(region.try(TEAM, whole)).toBe('unknown-dossier');
    expect(region.try(TEAM, { kind: 'dossier', dossier: DOSSIER })).toBe('statement-conflict');
    expect(region.try(MOTHER, request(CLINIC, 'mother'))).toBe('unknown-dossier');
    expect(region.send(region.header(MOTHER, M))).toBe('no-basis');
  });
});
