/** Laws of the rule, tried on generated histories: random acts by random persons; only what the ledger accepts is folded. */
import { nameOf, type PartyId, type Purpose, ReasonCode, type StatementOf } from '@eenmaal/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type Question } from './decide.ts';
import { fold } from './fold.ts';
import { isStale, keyNeed, readersOf } from './readers.ts';
import { currentEpoch, emptyState, type State, saysTo } from './state.ts';
import { LAW } from './test-law.ts';
import {
  CHILD8,
  CHILD14,
  CLINIC,
  DOSSIER,
  type Entry,
  FATHER,
  id,
  keysOf,
  MOTHER,
  makeFamily,
  SCHOOL,
  seenBy,
  TEAM,
  type TestRegion,
  YEAR,
} from './test-region.ts';
import { sightOf } from './visible.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 5000 : 150 };
const MONTH = YEAR / 12;
const FAMILY = [MOTHER, FATHER, CHILD14, CHILD8];
const PARTNERS = [TEAM, CLINIC, SCHOOL];
const COMPARTMENTS = ['mother', 'father', 'child8', 'child14', 'mother-child8', 'child8-child14'].map((name) =>
  id(`about-${name}`),
);
const PURPOSES = [undefined, 'support', 'safety', 'education'] as const;

const by = fc.constantFrom(...FAMILY);
const where = fc.constantFrom(...COMPARTMENTS);
const to = fc.constantFrom(CLINIC, CLINIC, SCHOOL, TEAM);
const grant = fc.record({
  act: fc.constant('grant' as const),
  by,
  where,
  to,
  purposes: fc.subarray<Purpose>(['support', 'safety', 'education'], { minLength: 1 }),
  from: fc.constantFrom(0, 0, 0, MONTH),
  months: fc.integer({ min: 1, max: 60 }),
  history: fc.boolean(),
});
/** Everybody who decides about a compartment agrees: random persons alone would seldom make a permit. */
const together = fc.record({ act: fc.constant('together' as const), where, to, history: fc.boolean() });
const act = fc.oneof(
  { weight: 5, arbitrary: grant },
  { weight: 4, arbitrary: together },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom('withdraw' as const, 'refuse' as const), by, where, to }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom('rotate' as const, 'admit' as const), by, where }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('send' as const), by: fc.oneof(by, to), where }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('wait' as const), months: fc.integer({ min: 0, max: 30 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('custody' as const),
      child: fc.constantFrom('child8', 'child14'),
      holders: fc.subarray(['mother', 'father']),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('keys' as const), of: fc.oneof(by, to) }) },
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

function play(region: TestRegion, step: Act): void {
  if (step.act === 'wait') region.now += Math.round(step.months * MONTH);
  else if (step.act === 'custody') region.custody(step.child, ...step.holders);
  else if (step.act === 'rotate') region.rotate(step.by, step.where);
  else if (step.act === 'admit') region.admit(step.by, step.where, keyNeed(region.state, step.where, region.now).admit);
  else if (step.act === 'send') region.send(region.header(step.by, step.where));
  else if (step.act === 'keys') {
    const registrar = step.of === CHILD8 ? TEAM : step.of;
    region.try(registrar, { kind: 'new-keys', party: step.of, keys: keysOf(`key-${region.entries.length}`) });
  } else if (step.act === 'together')
    for (const person of FAMILY) region.say('grant', person, step.where, step.to, { history: step.history });
  else if (step.act === 'grant') {
    const { purposes, history, months } = step;
    const from = region.now + step.from;
    region.say('grant', step.by, step.where, step.to, { purposes, history, from, until: from + months * MONTH });
  } else if ('to' in step) region.say(step.act, step.by, step.where, step.to);
}

function playAll(profile: 'strict' | 'statute', steps: readonly Act[]): TestRegion {
  const region = makeFamily(profile);
  region.compartment(MOTHER, 'mother', 'child8');
  region.compartment(FATHER, 'child8', 'child14');
  for (const step of steps) play(region, step);
  return Object.assign(region, { [fc.toStringMethod]: () => JSON.stringify([profile, steps]) });
}
const history = fc
  .tuple(fc.constantFrom('strict' as const, 'statute' as const), fc.array(act, { minLength: 1, maxLength: 40 }))
  .map(([profile, steps]) => playAll(profile, steps));

const replay = (entries: readonly Entry[]): State => {
  const state = emptyState(LAW);
  for (const { input, index, at } of entries) fold(state, input, index, at);
  return state;
};

function* questions(length: number): Generator<Question> {
  const middle = Math.floor(length / 2);
  for (const party of [...FAMILY, ...PARTNERS])
    for (const compartment of COMPARTMENTS)
      for (const purpose of PURPOSES)
        for (const index of [undefined, -1, middle]) {
          yield { party, compartment, ...(purpose && { purpose }), ...(index !== undefined && { index }) };
        }
}
/** The questions about a log of this length that are permitted, as texts. */
const permitted = (state: State, length: number, now: number): string[] =>
  [...questions(length)]
    .filter((question) => decide(state, question, now).outcome === 'permit')
    .map((question) => JSON.stringify(question));

const check = <T>(arbitrary: fc.Arbitrary<T>, law: (value: T) => void) => fc.assert(fc.property(arbitrary, law), RUNS);

describe('default deny', () => {
  const junk = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', ...PARTNERS, ...FAMILY, ...COMPARTMENTS),
    fc.anything(),
  );
  const record = fc.record({ party: junk, compartment: junk, index: junk, purpose: junk }, { requiredKeys: [] });

  it('denies everything on an empty log', () =>
    check(fc.tuple(record, fc.double()), ([question, now]) => {
      expect(decide(emptyState(LAW), question as never, now).outcome).toBe('deny');
    }));

  it('denies partners whatever is asked when nobody said anything', () => {
    const { state } = makeFamily();
    check(fc.tuple(record, fc.constantFrom(...PARTNERS), fc.double()), ([question, party, now]) => {
      expect(decide(state, { ...question, party } as never, now).outcome).toBe('deny');
    });
  });

  it('never throws, and permits only what is known, whatever is asked of whatever happened', () =>
    check(fc.tuple(history, record, junk), ([region, question, now]) => {
      const { outcome } = decide(region.state, question as never, now as never);
      if (outcome === 'deny') return;
      expect(region.state.parties.has(question.party as string)).toBe(true);
      expect(region.state.compartments.has(question.compartment as string)).toBe(true);
      expect(Number.isFinite(now)).toBe(true);
    }));
});

describe('less consent never opens more', () => {
  it('after a refusal or a withdrawal', () =>
    check(
      fc.tuple(history, fc.constantFrom('refuse' as const, 'withdraw' as const), by, where, to),
      ([region, kind, person, compartment, partner]) => {
        const { length } = region.entries;
        const before = permitted(region.state, length, region.now);
        if (region.say(kind, person, compartment, partner) !== null) return;
        const after = permitted(region.state, length, region.now);
        expect(after.filter((question) => !before.includes(question))).toEqual([]);
        const untouched = (question: string) => !question.includes(partner) || !question.includes(compartment);
        expect(after.filter(untouched), 'about another partner or compartment').toEqual(before.filter(untouched));
      },
    ));

  it('after a grant that ran out sooner', () =>
    check(fc.tuple(history, fc.nat()), ([{ state, entries, now }, pick]) => {
      const grants = entries.filter((entry) => grantIn(entry));
      const chosen = grants[pick % Math.max(grants.length, 1)];
      if (!chosen) return;
      const sooner = entries.map((entry) => {
        const statement = grantIn(entry);
        if (entry !== chosen || !statement) return entry;
        return { ...entry, input: { kind: 'statement' as const, statement: { ...statement, until: entry.at + 1 } } };
      });
      const before = permitted(state, entries.length, now);
      const after = permitted(replay(sooner), entries.length, now);
      expect(after.filter((question) => !before.includes(question))).toEqual([]);
    }));

  it('when one grant of a basis had not been given: another basis or no permit', () =>
    check(history, (region) => {
      for (const text of permitted(region.state, region.entries.length, region.now).slice(-40)) {
        const question = JSON.parse(text) as Question;
        for (const grantId of decide(region.state, question, region.now).basis) {
          const giver = region.state.grants.get(grantId)?.by;
          const without = region.entries.filter((entry) => grantIn(entry)?.id !== grantId);
          const answer = decide(replay(without), question, region.now);
          expect(answer.basis).not.toContain(grantId);
          const silent = without.filter((entry) => !grantIn(entry)?.by.includes(`${giver}`));
          expect(decide(replay(silent), question, region.now).outcome).not.toBe('permit');
        }
      }
    }));
});

const grantIn = ({ input }: Entry): StatementOf<'grant'> | null =>
  input.kind === 'statement' && input.statement.kind === 'grant' ? input.statement : null;

describe('the same log gives the same answers', () => {
  it('in state and in every decision, and asking changes nothing', () =>
    check(history, (region) => {
      const again = replay(region.entries);
      expect(again).toEqual(region.state);
      for (const question of questions(region.entries.length))
        expect(decide(region.state, question, region.now)).toEqual(decide(again, question, region.now));
      for (const compartment of COMPARTMENTS) keyNeed(region.state, compartment, region.now);
      for (const party of [...FAMILY, ...PARTNERS]) seenBy(region, party);
      expect(region.state).toEqual(again);
    }));

  it('reaches every reason there is, but for a scope wider than one compartment', () => {
    const codes = new Set<ReasonCode>(['D-UNKNOWN', 'D-NO-AUTHORITY']);
    for (const region of fc.sample(history, { numRuns: 300, seed: 7 }))
      for (const question of questions(region.entries.length))
        codes.add(decide(region.state, question, region.now).code);
    expect(ReasonCode.options.filter((code) => !codes.has(code))).toEqual(['D-SCOPE']);
  });
});

describe('who holds a key', () => {
  it('is never a partner that is denied, and nobody who is permitted is forgotten', () =>
    check(history, ({ state, now }) => {
      for (const compartment of COMPARTMENTS) {
        const readers = readersOf(state, compartment, now).map(({ party }) => party);
        const allowed = [...FAMILY, ...PARTNERS].filter(
          (party) => state.parties.get(party)?.keys && decide(state, { party, compartment }, now).outcome === 'permit',
        );
        expect(new Set(readers)).toEqual(new Set(allowed));
        for (const reader of readers)
          expect(
            PURPOSES.slice(1).some((purpose) => purpose && permits(state, reader, compartment, purpose, now)),
          ).toBe(true);
      }
    }));

  it('must change when a member is withdrawn, before anybody writes again', () =>
    check(history, (region) => {
      for (const compartment of COMPARTMENTS) {
        const known = region.state.compartments.get(compartment);
        for (const [member] of (known && currentEpoch(known)?.members) ?? []) {
          if (!member.startsWith('partner/')) continue;
          for (const person of (known ? saysTo(known, nameOf(member)) : []).map(({ by }) => by)) {
            if (decide(region.state, { party: member, compartment }, region.now).outcome !== 'permit') break;
            region.say('withdraw', `person/${person}`, compartment, member);
          }
          if (decide(region.state, { party: member, compartment }, region.now).outcome === 'permit') continue;
          expect(isStale(region.state, compartment, region.now)).toBe(true);
          expect(keyNeed(region.state, compartment, region.now).rotate).toBe(true);
        }
      }
    }));

  it('is settled by one rotation and needs nothing more', () =>
    check(fc.tuple(history, where), ([region, compartment]) => {
      const first = readersOf(region.state, compartment, region.now)[0];
      if (!first) return;
      expect(region.rotate(first.party, compartment)).toBeNull();
      expect(keyNeed(region.state, compartment, region.now)).toEqual({ rotate: false, admit: [] });
      expect(isStale(region.state, compartment, region.now)).toBe(false);
    }));
});

describe('what a party is shown', () => {
  it('is enough to compute the readers itself, and the same as the ledger computes', () =>
    check(fc.tuple(history, fc.constantFrom<PartyId>(MOTHER, FATHER, CHILD14, ...PARTNERS)), ([region, party]) => {
      const own = replay(registryAnd(region, party));
      for (const compartment of COMPARTMENTS) {
        if (decide(region.state, { party, compartment }, region.now).outcome !== 'permit') continue;
        const readers = readersOf(region.state, compartment, region.now);
        expect(readersOf(own, compartment, region.now)).toEqual(readers);
        const known = region.state.compartments.get(compartment);
        if (known && currentEpoch(known)?.members.has(party))
          expect(isStale(own, compartment, region.now)).toBe(isStale(region.state, compartment, region.now));
      }
    }));

  it('is, for a partner, no refusal, no withdrawal and nothing of a compartment it may not read', () =>
    check(fc.tuple(history, fc.constantFrom(...PARTNERS)), ([region, party]) => {
      for (const { input } of seenBy(region, party)) {
        if (input.kind !== 'statement') continue;
        expect(['refuse', 'withdraw']).not.toContain(input.statement.kind);
        if (!('compartment' in input.statement)) continue;
        const { compartment } = input.statement;
        expect(decide(region.state, { party, compartment }, region.now).outcome).toBe('permit');
      }
    }));

  it('is, for a partner, the same whoever said no and however', () =>
    check(fc.tuple(history, where, fc.constantFrom(...PARTNERS)), ([region, compartment, party]) => {
      const deciders = FAMILY.filter((person) => person !== CHILD8);
      const worlds = deciders.flatMap((person) =>
        (['refuse', 'withdraw'] as const).flatMap((kind) => {
          const world = copyOf(region);
          if (world.say(kind, person, compartment, party) !== null) return [];
          if (decide(world.state, { party, compartment }, world.now).outcome === 'permit') return [];
          return [PARTNERS.map((viewer) => seenBy(world, viewer).map(({ index }) => index))];
        }),
      );
      for (const world of worlds) expect(world).toEqual(worlds[0]);
    }));

  it('has another version whenever an earlier entry appears or vanishes', () =>
    check(fc.tuple(history, act, fc.constantFrom(...PARTNERS, MOTHER, FATHER, CHILD14)), ([region, step, party]) => {
      const before = seenBy(region, party).map(({ index }) => index);
      const length = region.entries.length;
      const version = versionOf(region, party);
      play(region, step);
      const after = seenBy(region, party).map(({ index }) => index);
      if (versionOf(region, party) === version) expect(after.filter((index) => index < length)).toEqual(before);
    }));
});

const permits = (state: State, party: PartyId, compartment: string, purpose: Purpose, now: number) =>
  decide(state, { party, compartment, purpose }, now).outcome === 'permit';

/** What its client folds: the registry, and what it is shown of the dossier. */
function registryAnd(region: TestRegion, party: PartyId): Entry[] {
  const shown = new Set(seenBy(region, party));
  return region.entries.filter((entry) => {
    const { input } = entry;
    return shown.has(entry) || (input.kind === 'statement' && input.statement.kind === 'region');
  });
}

function copyOf(region: TestRegion): TestRegion {
  const copy = makeFamily();
  return Object.assign(copy, { state: replay(region.entries), entries: [...region.entries], now: region.now });
}

const versionOf = ({ state, now }: TestRegion, party: PartyId): string => sightOf(state, party, DOSSIER, now).version;
