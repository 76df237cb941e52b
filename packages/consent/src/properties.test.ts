/** Laws of the rule, tried on generated histories over every kind of statement (test-histories.ts). */
import { organisationOf, type PartyId, type Statement } from '@eenmaal/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type Question } from './decide.ts';
import { fold } from './fold.ts';
import { isSameSide } from './knowledge.ts';
import { isStale, keyNeed, readersOf } from './readers.ts';
import { currentEpoch, emptyState, type State, saysTo } from './state.ts';
import {
  beginning,
  COMPARTMENTS,
  closing,
  FAMILY,
  history,
  PARTIES,
  PARTNERS,
  play,
  playAll,
  questions,
  replay,
  told,
} from './test-histories.ts';
import { LAW } from './test-law.ts';
import { type Entry, id, type TestRegion } from './test-region.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 500 : 40 };
const check = <T>(arbitrary: fc.Arbitrary<T>, law: (value: T) => void) => fc.assert(fc.property(arbitrary, law), RUNS);

/** Every answer there is, by question. */
function answers(state: State, now: number): Map<string, string> {
  const found = new Map<string, string>();
  for (const question of questions(state))
    found.set(JSON.stringify(question), JSON.stringify(decide(state, question, now)));
  return found;
}
/** The questions that are permitted, as texts. */
const permitted = (state: State, now: number): Set<string> =>
  new Set([...answers(state, now)].flatMap(([question, text]) => (text.includes('"permit"') ? [question] : [])));
const opened = (before: Set<string>, after: Set<string>) => [...after].filter((question) => !before.has(question));
const statementIn = ({ input }: Entry): Statement | null => (input.kind === 'statement' ? input.statement : null);

/** The history again with one entry changed or left out; what is thereby refused falls away. */
function again(region: TestRegion, change: (statement: Statement) => Statement | null): TestRegion {
  const next = beginning('strict');
  Object.assign(next, { state: emptyState(LAW), entries: [] });
  for (const { input, at } of region.entries) {
    next.now = at;
    if (input.kind === 'message') next.send(input.header);
    if (input.kind !== 'statement') continue;
    const statement = change(input.statement);
    if (statement) next.tryStatement(statement);
  }
  next.now = region.now;
  return next;
}

describe('default deny', () => {
  const names = fc.constantFrom('__proto__', 'constructor', 'partner/__proto__', '', ...PARTIES, ...COMPARTMENTS);
  const junk = fc.oneof(names, fc.anything());
  const marks = fc.array(fc.oneof(fc.constantFrom('source', 'address'), fc.string()));
  const record = fc.record(
    { party: junk, compartment: junk, index: junk, purpose: junk, message: junk, from: names, marks },
    { requiredKeys: [] },
  );

  it('denies everything on an empty log', () =>
    check(fc.tuple(record, fc.double()), ([question, now]) => {
      expect(decide(emptyState(LAW), question as never, now).outcome).toBe('deny');
    }));

  it('never throws, and permits only what is known, whatever is asked of whatever happened', () =>
    check(fc.tuple(history, fc.array(record, { minLength: 30, maxLength: 30 }), junk), ([region, all, now]) => {
      for (const question of all) {
        const { outcome } = decide(region.state, question as never, now as never);
        if (outcome === 'deny') continue;
        expect(region.state.parties.has(question.party as string)).toBe(true);
        expect(region.state.compartments.has(question.compartment as string)).toBe(true);
        expect(Number.isFinite(now)).toBe(true);
      }
    }));

  it('never throws either when parts of the log were not shown', () =>
    check(fc.tuple(history, fc.infiniteStream(fc.boolean())), ([region, shown]) => {
      const part = replay(region.entries.filter(() => shown.next().value));
      for (const question of questions(part)) decide(part, question, region.now);
    }));

  it('knows nothing of strangers, and gives a kind of statement that is unknown no meaning', () =>
    check(history, (region) => {
      const { state, now } = region;
      const [message = id('none')] = state.messages.keys();
      const before = replay(region.entries);
      const common = { v: 1, id: id('future'), at: 0, seen: { size: 0, root: '' }, dossier: id('dossier') };
      for (const by of ['person/x', FAMILY[0], PARTNERS[6]])
        for (const of of [
          { item: message, on: true },
          { act: id('s1'), compartment: COMPARTMENTS[0], person: id('mother') },
        ])
          fold(
            state,
            { kind: 'statement', statement: { ...common, ...of, by, kind: 'future' } as never },
            state.size,
            now,
          );
      expect({ ...state, size: 0, at: 0 }).toEqual({ ...before, size: 0, at: 0 });
      for (const party of ['partner/stranger', `person/${id('stranger')}`, `seat/team/${id('none')}`])
        for (const compartment of COMPARTMENTS)
          expect(decide(state, { party, compartment }, now).code).toBe('D-UNKNOWN');
    }));
});

describe('what closes never opens', () => {
  it('a no, an objection, an end, a death, a secret or an erasure', () =>
    check(fc.tuple(history, fc.array(closing, { minLength: 1, maxLength: 6 })), ([region, steps]) => {
      for (const step of steps) {
        const before = permitted(region.state, region.now);
        play(region, step);
        expect(opened(before, permitted(region.state, region.now)), JSON.stringify(step)).toEqual([]);
      }
    }));

  it('a yes, an order, a placement or a seat that ran out sooner', () =>
    check(fc.tuple(history, fc.nat()), ([region, at]) => {
      const ending = region.entries.flatMap((entry) => {
        const statement = statementIn(entry);
        return statement && 'until' in statement && statement.kind !== 'seat-end' ? [statement] : [];
      });
      const chosen = ending[at % ending.length];
      if (!chosen) return;
      const sooner = region.entries.map((entry) => {
        const statement = statementIn(entry);
        if (statement?.id !== chosen.id) return entry;
        return {
          ...entry,
          input: { ...entry.input, statement: { ...statement, until: entry.at + 1 } } as Entry['input'],
        };
      });
      const before = permitted(region.state, region.now);
      expect(opened(before, permitted(replay(sooner), region.now)), chosen.kind).toEqual([]);
    }));

  it('a refusal or a withdrawal closes nothing of another organisation, nor about others', () =>
    check(
      fc.tuple(history, fc.constantFrom(...FAMILY), fc.constantFrom(...COMPARTMENTS), fc.constantFrom(...PARTNERS)),
      ([region, by, place, to]) => {
        const before = permitted(region.state, region.now);
        if (region.say('refuse', by, place, to) !== null) return;
        const after = permitted(region.state, region.now);
        const mine = (question: string) =>
          organisationOf((JSON.parse(question) as Question).party) === organisationOf(to);
        expect([...before].filter((question) => !after.has(question) && !mine(question))).toEqual([]);
      },
    ));
});

describe('a permit', () => {
  it('rests on what it names: without any one of it the answer is another', () =>
    check(fc.tuple(history, fc.nat()), ([region, at]) => {
      const found = [...answers(region.state, region.now)].filter(([, text]) => /"permit".*"basis":\["/.test(text));
      const [question, text] = found[at % Math.max(found.length, 1)] ?? [];
      if (question === undefined || text === undefined) return;
      const basis: string[] = JSON.parse(text).basis;
      for (const named of basis) {
        const without = again(region, (statement) => (statement.id === named ? null : statement));
        const other = decide(without.state, JSON.parse(question), region.now);
        expect(JSON.stringify(other)).not.toBe(text);
        expect(other.basis).not.toContain(named);
      }
    }));

  it('of consent is gone when one of those it names had been silent all along', () =>
    check(fc.tuple(history, fc.nat()), ([region, at]) => {
      const found = [...answers(region.state, region.now)].filter(([, text]) => text.includes('"P-CONSENT-ALL"'));
      const [question, text] = found[at % Math.max(found.length, 1)] ?? [];
      if (question === undefined || text === undefined) return;
      for (const named of JSON.parse(text).basis as string[]) {
        const giver = region.entries.map(statementIn).find((statement) => statement?.id === named)?.by;
        if (region.state.grants.get(named) === undefined) continue;
        const silent = again(region, (statement) =>
          statement.kind === 'grant' && statement.by === giver ? null : statement,
        );
        expect(decide(silent.state, JSON.parse(question), region.now).code).not.toBe('P-CONSENT-ALL');
      }
    }));

  it('never shows a protected source or another person to anybody but the sender’s side', () =>
    check(history, ({ state, now }) => {
      for (const { id: message, compartment, marks, sender } of state.messages.values()) {
        if (!marks.some((mark) => mark !== 'address')) continue;
        for (const party of PARTIES)
          if (!isSameSide(party, sender))
            expect(decide(state, { party, compartment, message }, now).outcome).toBe('deny');
      }
    }));
});

describe('the same log gives the same answers', () => {
  it('in state and in every decision, and asking changes nothing', () =>
    check(history, (region) => {
      const asked = answers(region.state, region.now);
      const fresh = replay(region.entries);
      expect(fresh).toEqual(region.state);
      expect(answers(fresh, region.now)).toEqual(asked);
      for (const compartment of COMPARTMENTS) keyNeed(region.state, compartment, region.now);
      expect(answers(region.state, region.now)).toEqual(asked);
    }));

  it('whatever the signers’ clocks say, and how far they had seen', () =>
    check(fc.tuple(history, fc.nat()), ([region, at]) => {
      const seen = { size: at, root: 'other' };
      const elsewhere = region.entries.map((entry) => {
        const statement = statementIn(entry);
        return statement
          ? { ...entry, input: { ...entry.input, statement: { ...statement, at, seen } } as Entry['input'] }
          : entry;
      });
      expect(answers(replay(elsewhere), region.now)).toEqual(answers(region.state, region.now));
    }));

  it('at every moment of the past: a prefix answers as it did then', () =>
    check(fc.tuple(told, fc.nat()), ([[profile, steps], at]) => {
      const until = at % (steps.length + 1);
      const region = playAll(profile, steps.slice(0, until));
      const [{ length }, now] = [region.entries, region.now];
      const then = answers(region.state, now);
      for (const step of steps.slice(until)) play(region, step);
      expect(answers(replay(region.entries.slice(0, length)), now)).toEqual(then);
    }));
});

describe('who holds a key', () => {
  it('is everybody who is permitted and has keys, and nobody who is not', () =>
    check(history, ({ state, now }) => {
      for (const compartment of COMPARTMENTS) {
        const readers = readersOf(state, compartment, now);
        const allowed = PARTIES.filter(
          (party) => state.parties.get(party)?.keys && decide(state, { party, compartment }, now).outcome === 'permit',
        );
        expect(new Set(readers.map(({ party }) => party))).toEqual(new Set(allowed));
        for (const { party, scope } of readers) {
          expect(
            (['support', 'safety', 'education'] as const).some((purpose) =>
              permits(state, party, compartment, purpose, now),
            ),
          ).toBe(true);
          const all = decide(state, { party, compartment, index: -1 }, now).outcome === 'permit';
          expect(scope).toBe(all ? 'history' : 'epoch');
        }
      }
    }));

  it('must change when a member is withdrawn, before anybody writes again', () =>
    check(history, (region) => {
      for (const compartment of COMPARTMENTS) {
        const known = region.state.compartments.get(compartment);
        for (const [member] of (known && currentEpoch(known)?.members) ?? []) {
          const to = organisationOf(member);
          if (to === null || known === undefined) continue;
          for (const { by } of saysTo(known, to))
            region.say('withdraw', by.startsWith('partner/') ? by : `person/${by}`, compartment, `partner/${to}`);
          if (decide(region.state, { party: member, compartment }, region.now).outcome === 'permit') continue;
          expect(isStale(region.state, compartment, region.now)).toBe(true);
          expect(keyNeed(region.state, compartment, region.now).rotate).toBe(true);
        }
      }
    }));

  it('is settled by one rotation and needs nothing more', () =>
    check(fc.tuple(history, fc.constantFrom(...COMPARTMENTS)), ([region, compartment]) => {
      const first = readersOf(region.state, compartment, region.now)[0];
      if (!first) return;
      expect(region.rotate(first.party, compartment)).toBeNull();
      expect(keyNeed(region.state, compartment, region.now)).toEqual({ rotate: false, admit: [] });
      expect(isStale(region.state, compartment, region.now)).toBe(false);
    }));
});

const permits = (state: State, party: PartyId, compartment: string, purpose: Question['purpose'], now: number) =>
  decide(state, { party, compartment, ...(purpose && { purpose }) }, now).outcome === 'permit';
