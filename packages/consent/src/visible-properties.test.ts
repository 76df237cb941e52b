/** Laws of what a party is shown, tried on generated histories over every kind of statement (test-histories.ts). */
import { isPerson, organisationOf, type PartyId, STEWARD } from '@eenmaal/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkStatement } from './accept.ts';
import { decide } from './decide.ts';
import { fold } from './fold.ts';
import { isStale, keyHoldersOf, type Reader, readersOf } from './readers.ts';
import { currentEpoch, emptyState } from './state.ts';
import {
  act,
  COMPARTMENTS,
  closing,
  copyOf,
  FAMILY,
  history,
  PARTIES,
  PARTNERS,
  play,
  replay,
  SEATS,
} from './test-histories.ts';
import { DOSSIER, type Entry, seenBy, type TestRegion } from './test-region.ts';
import { knowsDossier, sightOf } from './visible.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 500 : 40 };
const check = <T>(arbitrary: fc.Arbitrary<T>, law: (value: T) => void) => fc.assert(fc.property(arbitrary, law), RUNS);
const party = fc.constantFrom<PartyId>(...PARTIES);
const atWork = fc.constantFrom<PartyId>(...PARTNERS, ...SEATS);
const places = (region: TestRegion, viewer: PartyId) => seenBy(region, viewer).map(({ index }) => index);

/** As in `Mirror` of the client, which takes nothing in when one of these is refused. */
const JUDGED_AGAIN: ReadonlySet<string> = new Set(['partner', 'officer', 'new-keys', 'dossier', 'person', 'custody']);

/** What its client folds: the registry, and what it is shown of the dossier. */
function registryAnd(region: TestRegion, viewer: PartyId): Entry[] {
  const shown = new Set(seenBy(region, viewer));
  return region.entries.filter((entry) => {
    const { input } = entry;
    return shown.has(entry) || (input.kind === 'statement' && input.statement.kind === 'region');
  });
}

describe('what a party is shown', () => {
  it('is enough to compute the readers itself, and the same as the ledger computes', () =>
    check(fc.tuple(history, party), ([region, viewer]) => {
      const own = replay(registryAnd(region, viewer));
      for (const compartment of COMPARTMENTS) {
        if (decide(region.state, { party: viewer, compartment }, region.now).outcome !== 'permit') continue;
        const holders = keyHoldersOf(region.state, compartment, region.now);
        expect(keyHoldersOf(own, compartment, region.now)).toEqual(holders);
        // somebody else's objection to a stand-in is not shown to who does not know that it has to do with that organisation
        const readers = readersOf(region.state, compartment, region.now);
        const waits = ({ party }: Reader) => region.state.parties.get(party)?.seat?.objection != null;
        expect(readersOf(own, compartment, region.now).filter((one) => !waits(one))).toEqual(
          readers.filter((one) => !waits(one)),
        );
        const known = region.state.compartments.get(compartment);
        if (known && currentEpoch(known)?.members.has(viewer))
          expect(isStale(own, compartment, region.now)).toBe(isStale(region.state, compartment, region.now));
      }
    }));

  it('is taken in by its client whole: it knows who signed, and what it judges again it accepts', () =>
    check(fc.tuple(history, party), ([region, viewer]) => {
      const own = emptyState(region.state.law);
      for (const { input, index, at } of registryAnd(region, viewer)) {
        const signer =
          input.kind === 'statement' ? input.statement.by : input.kind === 'message' && input.header.sender;
        if (signer && signer !== STEWARD) expect(own.parties.has(signer), signer).toBe(true);
        if (input.kind === 'statement' && JUDGED_AGAIN.has(input.statement.kind))
          expect(checkStatement(own, input.statement, at)).toBeNull();
        fold(own, input, index, at);
      }
    }));

  it('is, for an organisation, no refusal, no withdrawal and no consent or key of what it may not read', () =>
    check(fc.tuple(history, atWork), ([region, viewer]) => {
      for (const { input } of seenBy(region, viewer)) {
        if (input.kind !== 'statement') continue;
        const { statement } = input;
        expect(['refuse', 'withdraw']).not.toContain(statement.by === viewer ? '' : statement.kind);
        if (!['grant', 'epoch', 'admit'].includes(statement.kind) || !('compartment' in statement)) continue;
        if (statement.by === viewer) continue;
        const { compartment } = statement;
        expect(decide(region.state, { party: viewer, compartment }, region.now).outcome).toBe('permit');
      }
    }));

  it('is, for an organisation, the same whoever said no and however', () =>
    check(fc.tuple(history, fc.constantFrom(...COMPARTMENTS), fc.constantFrom(...PARTNERS)), ([region, place, to]) => {
      const worlds = FAMILY.flatMap((person) =>
        (['refuse', 'withdraw'] as const).flatMap((kind) => {
          const world = copyOf(region);
          if (world.say(kind, person, place, to) !== null) return [];
          if (decide(world.state, { party: to, compartment: place }, world.now).outcome === 'permit') return [];
          return [[...PARTNERS, ...SEATS].map((viewer) => places(world, viewer))];
        }),
      );
      for (const world of worlds) expect(world).toEqual(worlds[0]);
    }));

  it('has another version whenever an earlier entry appears or vanishes', () =>
    check(fc.tuple(history, fc.oneof(act, closing), party), ([region, step, viewer]) => {
      const before = places(region, viewer);
      const { length } = region.entries;
      const version = () => sightOf(region.state, viewer, DOSSIER, region.now).version;
      const first = version();
      play(region, step);
      const earlier = places(region, viewer).filter((index) => index < length);
      if (version() === first) expect(earlier, JSON.stringify(step)).toEqual(before);
    }));

  it('is something exactly when it may know of the dossier', () =>
    check(fc.tuple(history, party), ([region, viewer]) => {
      const knows = knowsDossier(region.state, viewer, DOSSIER, region.now);
      const sight = sightOf(region.state, viewer, DOSSIER, region.now);
      if (!knows) expect(sight.compartments.size + sight.items.size + sight.statements.size).toBe(0);
      else if (!isPerson(viewer)) expect(organisationOf(viewer)).not.toBeNull();
    }));
});
