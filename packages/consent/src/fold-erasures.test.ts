/** Erasing leaves one state, whether what was erased was folded before or could never be read. */
import { type ErasedMessage, type Event, type Header, type Id, isPartner, nameOf } from '@eenmaal/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { type FoldInput, fold } from './fold.ts';
import { emptyState, type State } from './state.ts';
import { dispute, erase, supersede } from './test-inputs.ts';
import { LAW } from './test-law.ts';
import {
  CHILD14,
  CLINIC,
  DOSSIER,
  type Entry,
  FATHER,
  id,
  MOTHER,
  makeFamily,
  SCHOOL,
  START,
  seenBy,
  TEAM,
  type TestRegion,
  YEAR,
} from './test-region.ts';
import { maySee, sightOf } from './visible.ts';

const M = id('about-mother');
const K14 = id('about-child14');

const headerOf = (region: TestRegion, envelope: Id): { header: Header; index: number } => {
  const entry = region.entries.find(({ input }) => input.kind === 'message' && input.header.id === envelope);
  if (entry?.input.kind !== 'message') throw new Error('no such message');
  return { header: entry.input.header, index: entry.index };
};

function erasure(region: TestRegion, envelope: Id): Extract<Event, { kind: 'erasure' }> {
  const { header, index } = headerOf(region, envelope);
  const statement = region.state.messages.get(envelope)?.erased ?? '';
  const message: ErasedMessage = {
    ...{ index, envelope, compartment: header.compartment, sender: header.sender, seq: header.seq },
  };
  return { kind: 'erasure', at: region.now, dossier: DOSSIER, statement, ground: 'ERAS', decidedBy: null, message };
}

/** The same log, read by who finds some of its entries unreadable. */
function folded(entries: readonly Entry[], lost: ReadonlyMap<number, ErasedMessage | null>): State {
  const state = emptyState(LAW);
  for (const { input, index, at } of entries) {
    const message = lost.get(index);
    if (message === null) Object.assign(state, { size: index + 1, at });
    else fold(state, message ? { kind: 'erased', message } : input, index, at);
  }
  return state;
}

/** Without what is only remembered to answer faster. */
const plain = (state: State): State => ({
  ...state,
  compartments: new Map(
    [...state.compartments].map(([place, known]) => [place, { ...known, remembered: null as never }]),
  ),
});

const acts = fc.array(
  fc.record({
    what: fc.constantFrom('tell', 'write', 'deliver', 'open', 'erase', 'destroy', 'dispute', 'supersede', 'time'),
    nth: fc.nat(12),
  }),
  { minLength: 10, maxLength: 60 },
);
type Acts = typeof acts extends fc.Arbitrary<infer T> ? T : never;

function play(script: Acts): { region: TestRegion; lost: Map<number, ErasedMessage> } {
  const region = makeFamily();
  const lost = new Map<number, ErasedMessage>();
  region.grant(MOTHER, M, CLINIC);
  for (const { what, nth } of script) {
    const all = [...region.state.messages.values()];
    const one = all[nth % Math.max(1, all.length)];
    if (what === 'tell') region.message(MOTHER, nth % 2 ? M : K14);
    else if (what === 'write') region.message(CLINIC, M);
    else if (what === 'time') region.now += 86_400_000;
    else if (!one) continue;
    else if (what === 'deliver' || what === 'open') {
      const { outcome } = decide(
        region.state,
        { party: CLINIC, compartment: one.compartment, message: one.id },
        region.now,
      );
      if (outcome === 'permit') region.deliver(one.id, CLINIC, what === 'open' ? 'opening' : 'delivery');
    } else if (what === 'erase') region.try(one.sender, erase([one.id]));
    else if (what === 'dispute') region.try(MOTHER, dispute(one.id));
    else if (what === 'supersede') region.try(one.sender, supersede(one.id, all.at(-1)?.id ?? ''));
    else if (one.erased && one.gone === null) {
      const event = erasure(region, one.id);
      region.add({ kind: 'other', event });
      lost.set(event.message.index, event.message);
    }
  }
  return { region, lost };
}

describe('a log with erased messages', () => {
  it('comes to the same state, read whole or with what was erased unreadable', () => {
    fc.assert(
      fc.property(acts, fc.array(fc.boolean()), (script, chosen) => {
        const { region, lost } = play(script);
        const some = new Map([...lost].filter((_, i) => chosen[i] ?? true));
        expect(plain(folded(region.entries, some))).toEqual(plain(region.state));
      }),
      { numRuns: 150 },
    );
  });

  it('says of an erased message only that it was there, who sent it and who received it', () => {
    const { region } = play([]);
    const told = region.message(MOTHER, M, { marks: [], size: 999 });
    region.deliver(told, CLINIC);
    region.must(MOTHER, erase([told]));
    expect([...region.state.erasing]).toEqual([told]);
    region.add({ kind: 'other', event: erasure(region, told) });
    expect(region.state.erasing.size).toBe(0);
    expect(region.state.messages.get(told)).toMatchObject({ size: 0, secretHash: '', stored: 0, bodyHash: '' });
    expect([...(region.state.messages.get(told)?.delivered.keys() ?? [])]).toEqual([CLINIC]);
    const question = { party: CLINIC, compartment: M, message: told };
    expect(decide(region.state, question, region.now).code).toBe('D-ERASED');
    expect(region.send(region.header(MOTHER, M, { id: told }))).toBe('envelope-conflict');
  });

  it('shows the erasure to who read there, wrote it or held a copy, also when it may read no more, and the entry to nobody', () => {
    const { region } = play([]);
    region.grant(MOTHER, M, SCHOOL);
    const told = region.message(MOTHER, M);
    const index = region.state.messages.get(told)?.index;
    region.deliver(told, CLINIC);
    region.say('withdraw', MOTHER, M, CLINIC);
    region.must(MOTHER, erase([told]));
    const before = new Map([MOTHER, CLINIC].map((party) => [party, sightOf(region.state, party, DOSSIER, region.now)]));
    const place = region.add({ kind: 'other', event: erasure(region, told) });
    const sees = (party: string) => seenBy(region, party).map(({ index }) => index);
    for (const [party, may] of [
      [MOTHER, true],
      [CLINIC, true],
      [SCHOOL, false],
      [FATHER, false],
      [CHILD14, false],
    ] as const)
      expect([party, sees(party).includes(place), sees(party).includes(index ?? -1)]).toEqual([party, may, false]);
    for (const [party, { version }] of before)
      expect(sightOf(region.state, party, DOSSIER, region.now).version).not.toBe(version);
    const event: FoldInput = region.entries[place]?.input as FoldInput;
    const stranger = sightOf(region.state, 'person/none', DOSSIER, region.now);
    expect(event.kind === 'other' && maySee(stranger, event.event, null, null)).toBe(false);
  });
});

describe('a whole dossier that is erased', () => {
  it('leaves nothing of itself but that it was, and comes to the same state when none of it can be read', () => {
    fc.assert(
      fc.property(acts, (script) => {
        const { region, lost } = play(script);
        region.now = START + 30 * YEAR;
        region.must(TEAM, erase([], { whole: true }));
        const main = new Set(['region', 'partner']);
        const own = region.entries.filter(({ input }) =>
          input.kind === 'statement'
            ? !main.has(input.statement.kind) && !(input.statement.kind === 'erase' && input.statement.whole)
            : input.kind !== 'other' || input.event.kind !== 'erasure',
        );
        const sequences = own.flatMap(({ input }) =>
          input.kind === 'message' && isPartner(input.header.sender)
            ? [{ sender: input.header.sender, seq: input.header.seq }]
            : [],
        );
        const statement = region.state.erasingDossiers.get(DOSSIER) ?? '';
        const more = {
          ground: 'ERAS',
          decidedBy: nameOf(TEAM),
          holders: [nameOf(CLINIC)],
          dossier: DOSSIER,
          statement,
        };
        const half = own.length >> 1;
        for (const part of [own.slice(0, half), own.slice(half)]) {
          const entries = part.map(({ index }) => index);
          const event = { kind: 'dossier-erasure', at: region.now, ...more, entries, sequences } as const;
          region.add({ kind: 'other', event });
        }
        const { state } = region;
        for (const left of [state.dossiers, state.persons, state.compartments, state.messages, state.grants])
          expect(left.size).toBe(0);
        for (const left of [state.erasures, state.requests, state.disclosures, state.asks]) expect(left.size).toBe(0);
        expect(state.erasedDossiers.get(DOSSIER)).toMatchObject({
          ground: 'ERAS',
          decidedBy: 'team',
          holders: ['clinic'],
        });
        expect([...state.parties.keys()].every((party) => !party.startsWith('person/'))).toBe(true);
        expect(region.try(TEAM, { kind: 'dossier', dossier: DOSSIER })).toBe('statement-conflict');
        const gone = new Map(own.map(({ index }) => [index, null]));
        expect(plain(folded(region.entries, gone))).toEqual(plain(state));
        expect(plain(folded(region.entries, lost))).toEqual(plain(state));
      }),
      { numRuns: 60 },
    );
  });
});
