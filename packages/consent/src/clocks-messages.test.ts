/** Terms that a message or a consult starts, to the millisecond, and who is told. */
import { officer } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { clocksOf } from './clocks.ts';
import { clocksFor, noticesFor } from './notices.ts';
import { dueOf } from './terms.ts';
import { LAW } from './test-law.ts';
import { Noted } from './test-noted.ts';
import {
  CHILD14,
  CLINIC,
  consult,
  custodyOf,
  DOSSIER,
  erase,
  FATHER,
  file,
  id,
  MOTHER,
  makeFamily,
  RET,
  request,
  SCHOOL,
  START,
  seat,
  seatAt,
  succession,
  TEAM,
  type TestRegion,
  YEAR,
} from './test-region.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const M = id('about-mother');
const all = (region: TestRegion, name: string) =>
  clocksOf(region.state, DOSSIER, region.now).filter((clock) => clock.id === name);
const term = (name: string, from: number) => {
  const clock = LAW.clocks.get(name);
  if (!clock) throw new Error(name);
  return dueOf(LAW, clock, from, 0);
};

describe('keeping a file', () => {
  it('runs from its newest message, for its owner alone, until all of it is destroyed', () => {
    const region = makeFamily();
    const opened = file(TEAM, 'mother');
    region.must(TEAM, opened);
    expect(all(region, 'keep-file')).toEqual([]);
    const first = region.message(TEAM, opened.compartment);
    region.now += DAY;
    const second = region.message(TEAM, opened.compartment);
    region.message(MOTHER, M);
    const started = region.now;
    expect(all(region, 'keep-file')).toEqual([
      {
        ...{ id: 'keep-file', rule: LAW.clocks.get('keep-file')?.article, about: opened.compartment, who: TEAM },
        ...{ started, due: term('keep-file', started), over: false, stoppedAt: null },
      },
    ]);
    const sees = [TEAM, officer('fg'), MOTHER, CLINIC].map((party) =>
      clocksFor(region.state, party, DOSSIER, region.now).some(({ id: name }) => name === 'keep-file'),
    );
    expect(sees).toEqual([true, true, false, false]);
    expect(clocksOf(region.state, DOSSIER, started - 1).map(({ id: name }) => name)).not.toContain('keep-file');
    region.now = term('keep-file', started) - 1;
    expect(all(region, 'keep-file')[0]?.over).toBe(false);
    region.now += 1;
    expect(all(region, 'keep-file')[0]?.over).toBe(true);
    region.must(TEAM, erase([first]));
    expect(all(region, 'keep-file')[0]?.stoppedAt).toBeNull();
    region.now += DAY;
    region.must(TEAM, erase([second]));
    expect(all(region, 'keep-file')[0]).toMatchObject({ stoppedAt: region.now, over: true });
  });
});

describe('contact by an expertise team', () => {
  it('is due from when it can read, once, until it writes there', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, TEAM);
    const told = region.message(MOTHER, M);
    region.now += DAY;
    expect(all(region, 'ret-contact')).toEqual([]);
    const from = region.now + DAY;
    region.grant(MOTHER, M, RET, { from, until: from + YEAR });
    expect(all(region, 'ret-contact')).toEqual([]);
    region.now = from;
    expect(all(region, 'ret-contact')).toEqual([
      expect.objectContaining({ about: told, who: RET, started: from, due: from + 48 * HOUR, stoppedAt: null }),
    ]);
    region.message(TEAM, M);
    expect(all(region, 'ret-contact')).toHaveLength(1);
    const sees = [RET, MOTHER, FATHER, TEAM].map((party) =>
      clocksFor(region.state, party, DOSSIER, region.now).some(({ id: name }) => name === 'ret-contact'),
    );
    expect(sees).toEqual([true, true, false, false]);
    region.now += HOUR;
    region.message(RET, M);
    const stoppedAt = region.now;
    expect(all(region, 'ret-contact')).toEqual([expect.objectContaining({ about: told, stoppedAt, over: false })]);
    region.now += HOUR;
    const next = region.message(MOTHER, M);
    region.now += 48 * HOUR;
    expect(all(region, 'ret-contact')[1]).toMatchObject({ about: next, over: true, stoppedAt: null });
    region.say('withdraw', MOTHER, M, RET);
    expect(all(region, 'ret-contact')).toEqual([]);
  });

  it('counts a yes from when it was said, also when its period began before', () => {
    const region = makeFamily();
    region.message(MOTHER, M);
    region.now += 5 * DAY;
    region.grant(MOTHER, M, RET, { from: START });
    expect(all(region, 'ret-contact')[0]?.started).toBe(region.now);
  });

  it('counts from the disclosure by which it reads, and from the second person that let it', () => {
    const region = new Noted(TEAM, 'child8');
    region.now += DAY;
    const emergency = region.shows(RET, 'L25', { emergency: true });
    expect(all(region, 'ret-contact')).toMatchObject([{ about: region.note, who: RET, started: START + DAY }]);
    region.now += HOUR;
    region.endorsed(emergency);
    expect(all(region, 'ret-contact')[0]?.started).toBe(START + DAY + HOUR);
  });

  it('counts from when it became guardian', () => {
    const region = makeFamily();
    const told = region.message(MOTHER, id('about-child8'));
    region.now += DAY;
    const both = region.register('both', 'ret', 'gi');
    region.must(TEAM, { ...custodyOf('child8', []), guardian: 'both' });
    expect(all(region, 'ret-contact')).toMatchObject([{ about: told, who: both, started: START + DAY }]);
  });

  it('is not due yet at a moment before the message', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, RET);
    region.now += DAY;
    region.message(MOTHER, M);
    const due = (now: number) => clocksOf(region.state, DOSSIER, now).some(({ id: name }) => name === 'ret-contact');
    expect([START, region.now - 1, region.now].map(due)).toEqual([false, false, true]);
  });
});

describe('a question without a name', () => {
  const asked = () => {
    const region = makeFamily();
    const kid = (party: string) => region.state.parties.get(party)?.sealingKid ?? '';
    const question = region.must(TEAM, consult(RET, kid(RET)));
    return { region, kid, question };
  };
  const heard = ({ state, now }: TestRegion, party: string) =>
    noticesFor(state, party, null, now).map(({ code, about, article }) => `${code} ${about} ${article}`);

  it('is told to who is asked, and its answer to who asked', () => {
    const { region, kid, question } = asked();
    expect(heard(region, RET)).toEqual([`consult-asked ${question} L11@2015-01-01`]);
    expect(noticesFor(region.state, RET, null, START - 1)).toEqual([]);
    const worker = seatAt(RET, 'ann');
    for (const party of [TEAM, SCHOOL, MOTHER, worker, officer('fg')]) expect(heard(region, party)).toEqual([]);
    const answered = region.must(RET, consult(TEAM, kid(TEAM), { answers: question }));
    expect(heard(region, TEAM)).toEqual([`consult-answered ${answered} L11@2015-01-01`]);
    expect(heard(region, RET)).toHaveLength(1);
    region.must('steward', succession(RET));
    expect(heard(region, RET)).toEqual([]);
  });

  it('is not for a seat, which has no post of its own', () => {
    const { region } = asked();
    region.grant(MOTHER, M, RET);
    const worker = seatAt(RET, 'ann');
    region.must(RET, seat(worker));
    expect(heard(region, worker)).toEqual([]);
  });

  it('runs for the team until it answers that very one; both sides and the officer see it', () => {
    const { region, kid, question } = asked();
    const other = region.must(SCHOOL, consult(RET, kid(RET)));
    region.must(TEAM, consult(CLINIC, kid(CLINIC)));
    const clocks = (party: string) =>
      clocksFor(region.state, party, null, region.now).map(({ about, stoppedAt }) => [about, stoppedAt]);
    expect(clocks(RET)).toEqual([
      [question, null],
      [other, null],
    ]);
    expect(clocks(officer('fg'))).toHaveLength(2);
    expect([TEAM, SCHOOL, CLINIC, CHILD14].map((party) => clocks(party).length)).toEqual([1, 1, 0, 0]);
    region.now += HOUR;
    region.must(RET, consult(SCHOOL, kid(SCHOOL), { answers: other }));
    region.must(SCHOOL, consult(TEAM, kid(TEAM), { answers: question }));
    expect(clocks(RET)).toEqual([
      [question, null],
      [other, region.now],
    ]);
    region.now = START + 48 * HOUR;
    expect(clocksFor(region.state, RET, null, region.now)[0]).toMatchObject({
      ...{ id: 'ret-consult', who: RET, started: START, due: START + 48 * HOUR, over: true },
    });
    expect(clocksFor(region.state, RET, null, START - 1)).toEqual([]);
  });
});

it('the answer to what a team itself asked starts no term', () => {
  const region = makeFamily();
  const kid = (party: string) => region.state.parties.get(party)?.sealingKid ?? '';
  const question = region.must(RET, consult(CLINIC, kid(CLINIC)));
  region.must(CLINIC, consult(RET, kid(RET), { answers: question }));
  expect(clocksFor(region.state, officer('fg'), null, region.now)).toEqual([]);
});

describe('an organisation that merged', () => {
  it('passes on what was asked of it and not answered', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    const open = region.must(MOTHER, request(CLINIC, 'mother'));
    region.must('steward', succession(CLINIC, SCHOOL));
    expect(all(region, 'access-answer')).toEqual([
      expect.objectContaining({ about: open, who: SCHOOL, started: START }),
    ]);
    const codes = noticesFor(region.state, SCHOOL, DOSSIER, region.now).map(({ code }) => code);
    expect(codes).toContain('request-received');
    expect(region.try(MOTHER, request(CLINIC, 'mother'))).toBe('statement-out-of-order');
    expect(region.say('grant', MOTHER, M, CLINIC)).toBe('statement-out-of-order');
    expect(region.say('refuse', MOTHER, M, CLINIC)).toBeNull();
  });

  it('passes on nothing of what was asked of another: that stays with whoever was asked', () => {
    const region = makeFamily();
    region.must(MOTHER, request(TEAM, 'mother'));
    const passed = region.must(MOTHER, request(CLINIC, 'mother'));
    region.must('steward', succession(CLINIC, SCHOOL));
    expect(all(region, 'access-answer').map(({ who }) => who)).toEqual([TEAM, SCHOOL]);
    const about = noticesFor(region.state, SCHOOL, DOSSIER, region.now).map((notice) => notice.about);
    expect(about).toEqual([passed]);
  });
});
