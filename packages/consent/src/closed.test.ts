/** What a death, an objection, an early end or a change of custody closes, and who is told. */
import { describe, expect, it } from 'vitest';
import { clocksOf } from './clocks.ts';
import { decide } from './decide.ts';
import { noticesFor } from './notices.ts';
import { Noted, WEIGHED } from './test-noted.ts';
import {
  answer,
  CLINIC,
  custodyOf,
  DOSSIER,
  death,
  endorse,
  FATHER,
  FOSTER,
  file,
  foster,
  GI,
  id,
  incapable,
  keysOf,
  MOTHER,
  makeFamily,
  member,
  objection,
  order,
  personOf,
  request,
  SCHOOL,
  START,
  seat,
  seatAt,
  TEAM,
  VT,
  weigh,
  weighing,
  YEAR,
} from './test-region.ts';
import { sightOf } from './visible.ts';

const AUNT = personOf('aunt');
const M = id('about-mother');
const K8 = id('about-child8');
const codes = ({ state, now }: Noted | ReturnType<typeof makeFamily>, party: string) =>
  noticesFor(state, party, DOSSIER, now).map(({ code }) => code);

describe('a death', () => {
  it('ends what is said for an adult who could not judge', () => {
    const region = makeFamily();
    region.must(TEAM, member('aunt'));
    region.must(TEAM, incapable('mother', 'aunt'));
    const reads = () => decide(region.state, { party: AUNT, compartment: M }, region.now).code;
    expect(reads()).toBe('P-OWN');
    region.must(TEAM, death('mother'));
    expect(reads()).toBe('D-OTHER-ADULT');
  });

  it('of the child ends a supervision order, also about its parent', () => {
    const region = new Noted(TEAM, 'mother');
    region.must(TEAM, order('child8', GI));
    region.shows(GI, 'L06');
    expect(region.code(GI)).toBe('P-LAW-OTS-REQUEST');
    region.must(TEAM, death('child8'));
    expect(region.code(GI)).toBe('D-EXPIRED');
  });

  it('of a holder of custody is shown to who sees the word on custody', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, SCHOOL);
    region.must(TEAM, death('father'));
    region.grant(MOTHER, K8, SCHOOL);
    expect([...sightOf(region.state, SCHOOL, DOSSIER, region.now).persons].toSorted()).toEqual(
      ['child8', 'father', 'mother'].map(id).toSorted(),
    );
    region.must(TEAM, custodyOf('child8', ['mother']));
    expect(sightOf(region.state, SCHOOL, DOSSIER, region.now).persons).not.toContain(id('father'));
  });
});

it('being involved with one of two persons is not being involved with both', () => {
  const region = new Noted(TEAM, 'mother', 'child8');
  for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, CLINIC);
  region.shows(CLINIC, 'L03', { purpose: 'support' });
  expect(region.code(CLINIC)).toBe('D-NO-GRANT');
  const grant = region.grant(MOTHER, M, CLINIC);
  expect(region.asks(CLINIC)).toMatchObject({ code: 'P-DIRECTLY-INVOLVED' });
  expect(region.asks(CLINIC).basis).toContain(grant);
  expect(new Set(region.asks(CLINIC).basis).size).toBe(region.asks(CLINIC).basis.length);
});

it('an objection where it is the last word is lifted by no weighing and no other disclosure', () => {
  const region = new Noted(TEAM, 'mother');
  const uni = { kind: 'partner', partner: 'uni', name: 'uni', attests: false, roles: ['research'] } as const;
  region.must('steward', { ...uni, roles: [...uni.roles], keys: keysOf('uni') });
  const shows = () => {
    const act = region.shows('partner/uni', 'L29', { purpose: 'inquiry', inform: 'before' });
    region.endorsed(act);
    return act;
  };
  const act = shows();
  const opens = () => region.code('partner/uni', { purpose: 'inquiry' });
  expect(opens()).toBe('P-LAW-RIGHT');
  region.must(MOTHER, objection(act));
  expect(opens()).toBe('D-OBJECTED');
  region.must(TEAM, weigh(act, true));
  expect(opens()).toBe('D-OBJECTED');
  shows();
  expect(opens()).toBe('D-OBJECTED');
});

it('an objection to research about two children closes what is about one of them', () => {
  const region = new Noted(TEAM, 'child8', 'child14');
  const uni = { kind: 'partner', partner: 'uni', name: 'uni', attests: false } as const;
  region.must('steward', { ...uni, roles: ['research'], keys: keysOf('uni') });
  const more = { purpose: 'inquiry', inform: 'before' } as const;
  const both = region.shows('partner/uni', 'L29', more);
  const opened = file(TEAM, 'child8');
  region.must(TEAM, opened);
  const message = region.message(TEAM, opened.compartment);
  region.endorsed(region.must(TEAM, region.discloses('partner/uni', 'L29', [message], { ...WEIGHED, ...more })));
  const question = { party: 'partner/uni', compartment: opened.compartment, message, purpose: 'inquiry' } as const;
  expect(decide(region.state, question, region.now).code).toBe('P-LAW-RIGHT');
  region.must(MOTHER, objection(both));
  expect(decide(region.state, question, region.now).code).toBe('D-OBJECTED');
});

it.each([
  ['L29', 'before', 'must-be-told'],
  ['L22', 'now', 'must-be-told'],
  ['L08', 'later-allowed', null],
  ['L30', 'none', null],
])('telling under %s (%s) later: %s', (rule, _, refused) => {
  const region = new Noted(TEAM, 'mother');
  const more = { weighing: weighing('motive'), inform: 'later' } as const;
  expect(region.try(TEAM, region.discloses(VT, rule, [region.note], more))).toBe(refused);
});

it('a placement that ended early is over, and one that comes after it is another', () => {
  const region = makeFamily();
  region.must(TEAM, member('aunt'));
  region.must(TEAM, foster('child8', 'aunt', FOSTER, { from: START, until: START + YEAR }));
  region.now += 1000;
  region.must(TEAM, foster('child8', 'aunt', FOSTER, { from: START, until: region.now }));
  const placements = () => region.state.dossiers.get(DOSSIER)?.fosters.map(({ from, until }) => [from, until]);
  expect(placements()).toEqual([[START, region.now]]);
  region.must(TEAM, foster('child8', 'aunt', GI, { from: START, until: START + YEAR }));
  region.must(TEAM, foster('child14', 'aunt', FOSTER, { from: START, until: START + YEAR }));
  region.must(TEAM, foster('child8', 'mother', FOSTER, { from: START, until: START + YEAR }));
  region.must(TEAM, foster('child8', 'aunt', FOSTER, { from: region.now, until: START + YEAR }));
  expect(placements()).toHaveLength(5);
});

describe('a change of custody', () => {
  it('leaves a former holder what it was told, and tells it nothing after', () => {
    const region = makeFamily();
    region.now = START + 4 * YEAR;
    expect(codes(region, FATHER)).toContain('birthday-12');
    region.now += 1000;
    region.must(TEAM, custodyOf('child8', ['mother']));
    expect(codes(region, FATHER)).toContain('birthday-12');
    region.now = START + 8 * YEAR;
    const last = noticesFor(region.state, FATHER, DOSSIER, region.now).filter(
      ({ code, about }) => code === 'birthday-16' && about === id('child8'),
    );
    expect(last).toEqual([]);
    expect(codes(region, MOTHER)).toContain('birthday-16');
  });

  it('is told to an organisation that could read until then, and to a guardian that no longer is', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, SCHOOL);
    region.grant(MOTHER, K8, CLINIC);
    region.now += 1000;
    region.must(TEAM, { ...custodyOf('child8', []), guardian: 'gi' });
    expect([SCHOOL, CLINIC, GI].map((party) => codes(region, party).includes('custody-changed'))).toEqual([
      ...[true, false, true],
    ]);
    region.now += 1000;
    region.must(TEAM, custodyOf('child8', ['mother']));
    expect(codes(region, GI).filter((code) => code === 'custody-changed')).toHaveLength(2);
  });

  it('is not told to who got a yes in the same moment, after it', () => {
    const region = makeFamily();
    region.must(TEAM, custodyOf('child8', ['mother']));
    region.must(TEAM, custodyOf('child8', ['mother', 'father']));
    region.grant(MOTHER, K8, SCHOOL);
    expect(codes(region, SCHOOL)).not.toContain('custody-changed');
  });

  it('leaves what was stopped before it told', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, SCHOOL);
    region.now += 1000;
    region.say('withdraw', FATHER, K8, SCHOOL);
    expect(codes(region, SCHOOL)).toContain('access-stopped');
    region.now += 1000;
    region.must(TEAM, custodyOf('child8', ['mother']));
    expect(codes(region, SCHOOL)).toContain('access-stopped');
  });
});

it('what was refused need not be carried out; an order counts from the day it takes effect', () => {
  const region = makeFamily();
  const asked = region.must(MOTHER, request(TEAM, 'mother', { right: 'erasure' }));
  const clock = (name: string) => clocksOf(region.state, DOSSIER, region.now).find(({ id: one }) => one === name);
  region.now += 1000;
  region.must(TEAM, answer(asked, { outcome: 'refused', ground: 'KEEP' }));
  expect(clock('erasure-done')?.stoppedAt).toBe(region.now);
  const from = region.now + YEAR / 12;
  region.must(TEAM, order('child8', GI, { from, until: from + YEAR / 2 }));
  expect(clock('order-longest')).toBeUndefined();
  region.now = from;
  const due = clock('order-longest')?.due ?? 0;
  expect(due - from).toBeGreaterThanOrEqual(YEAR);
  region.now += 1000;
  region.must(TEAM, order('child8', GI, { from, until: from + YEAR }));
  const extended = clocksOf(region.state, DOSSIER, region.now).filter(({ id: one }) => one === 'order-longest');
  expect(extended.map(({ stoppedAt }) => stoppedAt)).toEqual([region.now, null]);
});

it('the second person’s word opens it for a receiver that was told of it', () => {
  const region = new Noted(TEAM, 'child8');
  const colleague = seatAt(TEAM, 'colleague');
  region.must(TEAM, seat(colleague));
  const act = region.shows(VT, 'L08');
  const word = region.must(colleague, endorse(act));
  expect(sightOf(region.state, VT, DOSSIER, region.now).statements).toContain(word);
});
