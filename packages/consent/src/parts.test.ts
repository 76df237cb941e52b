/** A state as parts, written and read again: the same state, each thing in the part of its dossier, nothing in two. */
import { EenmaalError } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { type FoldInput, fold } from './fold.ts';
import { countsIn, dropParts, namesIn, type Part, PER_DOSSIER, partsOf, putPart } from './parts.ts';
import { emptyState, type State } from './state.ts';
import { LAW } from './test-law.ts';
import { Noted } from './test-noted.ts';
import {
  allow,
  ask,
  CITY,
  CLINIC,
  consult,
  DOSSIER,
  dispute,
  type Entry,
  erase,
  FATHER,
  FOSTER,
  foster,
  GI,
  hash,
  id,
  keysOf,
  MOTHER,
  member,
  newKeys,
  order,
  personOf,
  request,
  seatAt,
  TEAM,
  VT,
} from './test-region.ts';

const K8 = id('about-child8');
const M = id('about-mother');
const OTHER = id('other');
const ANN = personOf('ann');
const ABOUT_ANN = id('about-ann');

/** Two dossiers; in the first something of everything that can be said, and one message whose key was destroyed. */
function lived() {
  const region = new Noted(TEAM, 'child8');
  const { note } = region;
  region.must(TEAM, order('child8', GI));
  const asked = region.must(GI, ask(TEAM, 'L06', ['child8']));
  const disclosure = region.shows(VT, 'L08');
  region.endorsed(disclosure);
  const requested = region.must(MOTHER, request(TEAM, 'child8'));
  region.must(TEAM, member('aunt'));
  region.must(TEAM, foster('child8', 'aunt', FOSTER));
  region.must(MOTHER, allow(M, 'father'));
  region.must(TEAM, consult(CITY, region.state.parties.get(CITY)?.sealingKid ?? ''));
  const yes = region.grant(MOTHER, K8, CLINIC, { purposes: ['safety'] });
  region.grant(FATHER, K8, CLINIC);
  region.say('refuse', FATHER, K8, CLINIC);
  region.grant(MOTHER, M, CLINIC);
  region.message(TEAM, region.place, { marks: ['source'] });
  const told = region.message(MOTHER, M, { purpose: 'safety', secretHash: hash('told') });
  region.deliver(told, CLINIC, 'opening');
  region.must(MOTHER, dispute(told));
  const gone = region.message(MOTHER, M, {
    purpose: 'safety',
    marks: ['address'],
    secretHash: hash('gone'),
    size: 999,
  });
  const erased = region.must(MOTHER, erase([gone]));
  const at = region.state.messages.get(gone)?.index ?? -1;
  const message = { index: at, envelope: gone, compartment: M, sender: MOTHER, seq: 1 };
  const why = { statement: erased, ground: 'ERAS', decidedBy: null };
  region.add({ kind: 'other', event: { kind: 'erasure', at: region.now, dossier: DOSSIER, ...why, message } });
  region.must(MOTHER, erase([region.message(MOTHER, M)]));
  region.must(FATHER, newKeys(FATHER, 'father-again'));

  const there = { dossier: OTHER };
  region.must(TEAM, { kind: 'dossier', ...there });
  region.must(TEAM, member('ann', there));
  region.must(ANN, {
    kind: 'compartment',
    compartment: ABOUT_ANN,
    subjects: [id('ann')],
    audience: 'family',
    ...there,
  });
  region.grant(ANN, ABOUT_ANN, CLINIC, there);
  region.rotate(ANN, ABOUT_ANN, there);
  region.message(ANN, ABOUT_ANN, there);
  return { region, note, told, gone, yes, asked, disclosure, requested, erased };
}

const dossierOf = (input: FoldInput | undefined): string | undefined => {
  if (input?.kind === 'statement') return 'dossier' in input.statement ? input.statement.dossier : undefined;
  if (input?.kind === 'message') return input.header.dossier;
  return input?.kind === 'other' && 'dossier' in input.event ? input.event.dossier : undefined;
};
const indexOf = (entries: readonly Entry[]) => ({ slotOf: (entry: number) => dossierOf(entries[entry]?.input) });

/** As they lie in a file. */
const written = (parts: ReadonlyMap<string, Part>) => new Map([...parts].map(([slot, part]) => [slot, copy(part)]));
const copy = (part: Part): Part => JSON.parse(JSON.stringify(part));
function together(parts: Iterable<Part>): State {
  const state = emptyState(LAW);
  for (const part of parts) putPart(state, part);
  return state;
}
const must = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('not there');
  return value;
};

describe('the parts of a state', () => {
  const { region, ...named } = lived();
  const { state, entries } = region;
  const index = indexOf(entries);
  const divided = () => partsOf(state, index);
  const partOf = (slot: string) => must(written(divided()).get(slot));

  describe('a state that is divided, written and read', () => {
    it('is the same state, in whatever order its parts are read', () => {
      expect([...divided().keys()].sort()).toEqual([DOSSIER, 'main', OTHER].sort());
      expect(together(written(divided()).values())).toEqual(state);
      expect(together([...written(divided()).values()].reverse())).toEqual(state);
    });

    it('is the same state when nobody kept in which dossier an entry is', () => {
      const parts = written(partsOf(state, { slotOf: () => undefined }));
      expect(together(parts.values())).toEqual(state);
    });

    it.each([...new Set(entries.map(({ input }) => (input.kind === 'statement' ? input.statement.kind : input.kind)))])(
      'is the same state when every entry of one kind is missing from the log: %s',
      (kind) => {
        const torn = emptyState(LAW);
        for (const { input, index, at } of entries)
          if ((input.kind === 'statement' ? input.statement.kind : input.kind) !== kind) fold(torn, input, index, at);
        expect(together([...written(partsOf(torn, index)).values()].reverse())).toEqual(torn);
      },
    );

    it('goes on as it would have gone on: what several of its maps hold is still one thing', () => {
      const again = together(written(divided()).values());
      const place = must(again.compartments.get(K8));
      expect(place.people[0]).toBe(must(again.persons.get(id('child8'))));
      expect(place.says.flatMap(({ grants }) => grants)).toContain(must(again.grants.get(named.yes)));
      expect(must(again.messages.get(named.note)).disclosures[0]).toBe(must(again.disclosures.get(named.disclosure)));
    });

    it('shares nothing with its parts that changes when the log goes on', () => {
      const one = lived();
      const parts = partsOf(one.region.state, indexOf(one.region.entries));
      const before = JSON.stringify([...parts]);
      one.region.grant(FATHER, K8, CLINIC);
      one.region.must(MOTHER, dispute(one.told, false));
      one.region.message(MOTHER, K8);
      expect(JSON.stringify([...parts])).toBe(before);
    });
  });

  describe('where a thing belongs', () => {
    it.each<[string, (typeof PER_DOSSIER)[number], string, string]>([
      ['a dossier', 'dossiers', DOSSIER, DOSSIER],
      ['a person', 'persons', id('mother'), DOSSIER],
      ['a person of another dossier', 'persons', id('ann'), OTHER],
      ['a compartment', 'compartments', K8, DOSSIER],
      ['a statement in a dossier', 'statements', named.asked, DOSSIER],
      ['a statement in none', 'statements', id('s0'), 'main'],
      ['a yes', 'grants', named.yes, DOSSIER],
      ['what was shared without consent', 'disclosures', named.disclosure, DOSSIER],
      ['a question to share', 'asks', named.asked, DOSSIER],
      ['a right that was used', 'requests', named.requested, DOSSIER],
      ['what an erasure erased', 'erasures', named.erased, DOSSIER],
      ['a message', 'messages', named.told, DOSSIER],
      ['a family member', 'parties', ANN, OTHER],
      ['an organisation', 'parties', TEAM, 'main'],
      ["a professional's place", 'parties', seatAt(TEAM, 'colleague'), DOSSIER],
      ['a key of a family member', 'keys', hash('x-ann'), OTHER],
      ['a key that was replaced', 'keys', hash('x-father'), DOSSIER],
      ['a key of an organisation', 'keys', hash('x-team'), 'main'],
      ["a professional's key", 'keys', hash(`x-${seatAt(TEAM, 'colleague')}`), DOSSIER],
      ['the numbers of a family member', 'sequences', ANN, OTHER],
      ['the numbers of an organisation', 'sequences', TEAM, 'main'],
    ])('%s', (_, map, key, slot) => {
      const holds = [...divided()].filter(([, { maps }]) => maps[map]?.some(([name]) => name === key));
      expect(holds.map(([where]) => where)).toEqual([slot]);
    });

    it('is with what belongs to no dossier when only its erasure is left, and neither sender nor compartment is known', () => {
      const torn = emptyState(LAW);
      const message = { index: 0, envelope: id('lost'), compartment: M, sender: MOTHER, seq: 0 };
      fold(torn, { kind: 'erased', message }, 0, region.now);
      const parts = partsOf(torn, index);
      expect([...parts.keys()]).toEqual(['main']);
      expect(namesIn(must(parts.get('main')))).toEqual([id('lost'), MOTHER]);
    });

    it('is not with what belongs to no dossier for anything of the family: not a name, not a key', () => {
      const text = JSON.stringify(partOf('main'));
      for (const name of ['mother', 'child8', 'ann', K8, named.told]) expect(text).not.toContain(name);
      expect(partOf('main').rest).toMatchObject({ profile: 'strict', size: entries.length });
      expect(partOf(DOSSIER).rest).toBeNull();
    });

    it('is written once: not the law, nor what follows from it or from other parts', () => {
      for (const name of ['law', 'signingKeys']) expect(partOf('main').rest).not.toHaveProperty(name);
      for (const name of ['offered', 'remembered', 'people'])
        for (const part of divided().values()) expect(JSON.stringify(part.maps)).not.toContain(`"${name}"`);
    });

    it('takes no keys away when it is read from a snapshot that still named them', () => {
      const main = partOf('main');
      const earlier = { ...main, rest: { ...main.rest, signingKeys: { $set: [] } } };
      expect(together([partOf(DOSSIER), partOf(OTHER), earlier])).toEqual(state);
    });
  });

  describe('what only its entry says of a message', () => {
    it('is apart, and of an erased one not there at all', () => {
      const { maps, secrets } = partOf(DOSSIER);
      expect(JSON.stringify(maps.messages)).not.toMatch(/secret|safety|source/);
      const texts = new Map(maps.messages?.map(([name], place) => [name, secrets[place]]));
      expect(texts.get(named.told)).toMatchObject({ index: state.messages.get(named.told)?.index });
      expect(JSON.stringify(texts.get(named.told))).toContain(hash('told'));
      expect(texts.get(named.gone)?.fields).toBeNull();
    });

    it('is as an erasure leaves it when it cannot be read any more', () => {
      for (const secrets of [[], partOf(DOSSIER).secrets.map((secret) => ({ ...secret, fields: null }))]) {
        const again = together([{ ...partOf(DOSSIER), secrets }]);
        expect(again.messages.get(named.told)).toEqual({
          ...must(state.messages.get(named.told)),
          ...{ purpose: 'support', marks: [], secretHash: '', stored: 0, size: 0, bodyHash: '', attachments: [] },
        });
      }
    });
  });

  describe('a dossier that is let go of', () => {
    it('leaves nothing in memory, and the others as they are; read again, all is there', () => {
      const half = together(written(divided()).values());
      const part = partOf(DOSSIER);
      dropParts(half, index, (slot) => slot === DOSSIER);
      expect([...partsOf(half, index).keys()].sort()).toEqual(['main', OTHER].sort());
      expect(half).toEqual(together([partOf('main'), partOf(OTHER)]));
      const used = (name: string) => half.signingKeys.has(keysOf(name).signing.x);
      expect(['mother', 'father', 'father-again', 'ann', 'team'].filter(used)).toEqual(['ann', 'team']);
      putPart(half, part);
      expect(half).toEqual(state);
    });

    it('may be what belongs to none', () => {
      const half = together(written(divided()).values());
      dropParts(half, index, (slot) => slot === 'main');
      expect(half.parties.has(TEAM)).toBe(false);
      expect(half.parties.has(MOTHER)).toBe(true);
    });
  });

  describe('a part', () => {
    it('says by which names its things can be asked for, and how many there are of each', () => {
      const { maps } = partOf(OTHER);
      const statements = entries.flatMap(({ input }) =>
        input.kind === 'statement' && dossierOf(input) === OTHER ? [input.statement.id] : [],
      );
      const messages = [...state.messages.values()].filter(({ compartment }) => compartment === ABOUT_ANN);
      const [message] = messages.map((one) => one.id);
      const grant = must(state.compartments.get(ABOUT_ANN)?.says[0]?.grants[0]?.id);
      expect(namesIn(partOf(OTHER))).toEqual([
        ...[OTHER, id('ann'), ABOUT_ANN, ...statements, grant, message, ANN, hash('x-ann'), ANN, 'x-ann'],
      ]);
      expect(Object.fromEntries(countsIn(partOf(OTHER)).map((count, place) => [PER_DOSSIER[place], count]))).toEqual({
        ...{ dossiers: 1, persons: 1, compartments: 1, statements: statements.length, grants: 1, disclosures: 0 },
        ...{ asks: 0, requests: 0, erasures: 0, messages: 1, parties: 1, keys: 1, sequences: 1 },
      });
      expect(namesIn({ maps: {}, rest: null, secrets: [] })).toEqual([]);
      expect(Object.keys(maps)).not.toContain('asks');
    });

    it('that names what it does not hold is refused as damaged', () => {
      for (const lost of ['grants', 'disclosures'] as const) {
        const part = partOf(DOSSIER);
        part.maps[lost] = [];
        const read = () => together([part]);
        expect(read).toThrow(new EenmaalError('ledger-damaged', 'a snapshot names what it does not hold'));
      }
    });
  });
});
