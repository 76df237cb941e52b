/** What an organisation's act, a disclosure, a right and an erasure must fit: what they name, what came before, and not twice. */
import { type ErrorCode, type PartyId, partner, STEWARD, type StatementInput } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import type { State } from './state.ts';
import {
  ALL_ANSWERS,
  answer,
  ask,
  CLINIC,
  dispute,
  endorse,
  erase,
  FATHER,
  file,
  GI,
  id,
  inform,
  keysOf,
  MOTHER,
  makeFamily,
  member,
  newKeys,
  objection,
  order,
  own,
  personOf,
  RAAD,
  request,
  SCHOOL,
  START,
  seat,
  seatAt,
  succession,
  supersede,
  TEAM,
  type TestRegion,
  VT,
  weigh,
  weighing,
  YEAR,
} from './test-region.ts';

const M = id('about-mother');
const OTHER = id('other-dossier');
const FILE = id('file-clinic-mother');
const ANN = seatAt(CLINIC, 'ann');
const NEIGHBOUR = personOf('neighbour');
const WEIGHED = { weighing: weighing(...ALL_ANSWERS) };

const copyOf = ({ law: _, ...rest }: State) => structuredClone(rest);
/** Refused with this code, and nothing changed. */
function refuses(region: TestRegion, by: PartyId, input: StatementInput, code: ErrorCode): void {
  const before = copyOf(region.state);
  expect(region.try(by, input), `${input.kind} by ${by}`).toBe(code);
  expect(copyOf(region.state), `${input.kind} by ${by}`).toEqual(before);
}
const takes = (region: TestRegion, by: PartyId, input: StatementInput) =>
  expect(region.try(by, input), `${input.kind} by ${by}`).toBeNull();

/** A second family in the region, and the clinic active in both. */
function withNeighbour(): TestRegion {
  const region = makeFamily();
  region.grant(MOTHER, M, CLINIC);
  region.must(TEAM, { kind: 'dossier', dossier: OTHER });
  region.must(TEAM, member('neighbour', { dossier: OTHER }));
  return region;
}
/** The clinic has a file about the mother with two notes, and a seat. */
function withFile() {
  const region = withNeighbour();
  const seated = region.must(CLINIC, seat(ANN));
  region.must(CLINIC, file(CLINIC, 'mother'));
  const [note = '', newer = ''] = [1, 2].map(() => region.message(CLINIC, FILE));
  region.must(TEAM, order('child8', GI));
  return { region, seated, note, newer };
}

const grantIn = (dossier: string, compartment: string, to: string) =>
  ({
    ...{ kind: 'grant', dossier, compartment, partner: to, purposes: ['support'], from: START, until: START + YEAR },
    ...{ history: true, text: { version: '1', language: 'nl' } },
  }) as StatementInput;

describe('an organisation’s act', () => {
  it('is of one that has something to do in this dossier, and did not end', () => {
    const { region, note } = withFile();
    const shown = region.must(CLINIC, region.discloses(GI, 'L06', [note], WEIGHED));
    refuses(region, SCHOOL, ask(CLINIC, 'L06', ['child8']), 'no-authority');
    refuses(region, CLINIC, { ...ask(GI, 'L06', ['neighbour']), dossier: OTHER }, 'no-authority');
    region.must(NEIGHBOUR, { ...own('neighbour'), dossier: OTHER, audience: 'family' });
    region.must(NEIGHBOUR, grantIn(OTHER, id('own-neighbour'), 'clinic'));
    takes(region, CLINIC, { ...ask(GI, 'L06', ['neighbour']), dossier: OTHER });
    refuses(region, ANN, { ...ask(GI, 'L06', ['neighbour']), dossier: OTHER }, 'no-authority');
    region.must(STEWARD, succession(CLINIC));
    refuses(region, CLINIC, ask(GI, 'L06', ['child8']), 'no-authority');
    refuses(region, CLINIC, inform(shown), 'no-authority');
    refuses(region, CLINIC, { ...file(CLINIC, 'child8') }, 'no-authority');
  });

  it('asks another organisation, under a rule there is, about persons here', () => {
    const { region } = withFile();
    refuses(region, GI, ask(GI, 'L06', ['child8']), 'malformed');
    refuses(region, GI, ask(CLINIC, 'L99', ['child8']), 'malformed');
    refuses(region, GI, ask(CLINIC, 'L06', ['child8', 'neighbour']), 'statement-out-of-order');
    refuses(region, GI, ask(partner('stranger'), 'L06', ['child8']), 'statement-out-of-order');
    takes(region, GI, ask(CLINIC, 'L06', ['child8']));
  });

  it('is about its own file and persons of this dossier', () => {
    const { region } = withFile();
    refuses(region, CLINIC, file(CLINIC, 'neighbour'), 'no-authority');
    refuses(region, CLINIC, { ...file(CLINIC, 'child8'), audience: 'family' }, 'no-authority');
    refuses(region, CLINIC, { ...file(CLINIC, 'child8'), audience: 'own' }, 'no-authority');
    refuses(region, SCHOOL, file(SCHOOL, 'child8'), 'no-authority');
    refuses(region, MOTHER, file(CLINIC, 'child8'), 'no-authority');
    refuses(region, CLINIC, file(CLINIC, 'mother'), 'statement-conflict');
    takes(region, CLINIC, file(CLINIC, 'child8'));
  });

  it('answers a request of a person once: granted without a ground, else with one there is', () => {
    const { region } = withFile();
    const asked = region.must(MOTHER, request(CLINIC, 'mother'));
    refuses(region, GI, answer(asked), 'no-authority');
    refuses(region, CLINIC, answer(id('nothing')), 'no-authority');
    refuses(region, CLINIC, answer(asked, { outcome: 'refused' }), 'malformed');
    refuses(region, CLINIC, answer(asked, { ground: 'KEEP' }), 'malformed');
    refuses(region, CLINIC, answer(asked, { outcome: 'partly', ground: 'L99' }), 'malformed');
    takes(region, CLINIC, answer(asked, { outcome: 'partly', ground: 'KEEP' }));
    refuses(region, CLINIC, answer(asked), 'statement-conflict');
    region.must(NEIGHBOUR, { ...request(CLINIC, 'neighbour'), dossier: OTHER });
    const elsewhere = id(`s${region.entries.length - 1}`);
    refuses(region, CLINIC, answer(elsewhere), 'no-authority');
  });
});

describe('a disclosure', () => {
  it('names a known receiver of this dossier, a rule there is, each item once, and a request that was made', () => {
    const { region, note } = withFile();
    const shows = (to: PartyId, rule = 'L06', items = [note], more = {}) => region.discloses(to, rule, items, more);
    refuses(region, CLINIC, shows(partner('stranger')), 'statement-out-of-order');
    refuses(region, CLINIC, shows(STEWARD), 'statement-out-of-order');
    region.must(STEWARD, { kind: 'officer', officer: 'gi', name: 'Officer', keys: keysOf('officer') });
    refuses(region, CLINIC, shows('officer/gi'), 'statement-out-of-order');
    refuses(region, CLINIC, shows(NEIGHBOUR, 'L25'), 'no-authority');
    refuses(region, CLINIC, shows(ANN), 'malformed');
    refuses(region, ANN, shows(CLINIC), 'malformed');
    refuses(region, CLINIC, shows(GI, 'L99'), 'malformed');
    refuses(region, CLINIC, shows(GI, 'L06', [note, note]), 'malformed');
    refuses(region, CLINIC, shows(GI, 'L06', [note], { ask: id('nothing') }), 'statement-out-of-order');
    refuses(region, CLINIC, shows(GI, 'L06', [id('nothing')]), 'no-authority');
    takes(region, CLINIC, shows(GI));
    takes(region, ANN, shows(MOTHER, 'OWN'));
  });

  it('is not to a seat in another dossier', () => {
    const { region, note } = withFile();
    region.must(NEIGHBOUR, { ...own('neighbour'), dossier: OTHER, audience: 'family' });
    region.must(NEIGHBOUR, grantIn(OTHER, id('own-neighbour'), 'gi'));
    const gina = seatAt(GI, 'gina');
    region.must(GI, seat(gina, { dossier: OTHER }));
    refuses(region, CLINIC, region.discloses(gina, 'L06', [note]), 'no-authority');
  });

  it('is of what its giver may read itself, not of what was disclosed to it, under the receiver’s newest key', () => {
    const { region, note } = withFile();
    refuses(region, GI, region.discloses(RAAD, 'L16', [note]), 'no-authority');
    region.must(CLINIC, region.discloses(GI, 'L06', [note], WEIGHED));
    refuses(region, GI, region.discloses(RAAD, 'L16', [note]), 'no-authority');
    const old = region.discloses(VT, 'L08', [note]);
    region.must(VT, newKeys(VT, 'vt-2'));
    refuses(region, CLINIC, old, 'wrap-set-wrong');
    takes(region, CLINIC, region.discloses(VT, 'L08', [note]));
    refuses(region, CLINIC, { ...region.discloses(VT, 'L08', [note]), dossier: OTHER }, 'no-authority');
  });

  it('is one of 32 of a message at most: every opening goes through them', () => {
    const { region, note, newer } = withFile();
    for (let at = 0; at < 32; at++) takes(region, CLINIC, region.discloses(GI, 'L06', [note]));
    refuses(region, CLINIC, region.discloses(GI, 'L06', [note]), 'rate-limited');
    refuses(region, CLINIC, region.discloses(GI, 'L06', [newer, note]), 'rate-limited');
    takes(region, CLINIC, region.discloses(GI, 'L06', [newer]));
  });

  it('is endorsed once, by another professional of the same organisation', () => {
    const { region, note, seated } = withFile();
    const shown = region.must(ANN, region.discloses(GI, 'L06', [note], WEIGHED));
    refuses(region, ANN, endorse(shown), 'no-authority');
    refuses(region, GI, endorse(shown), 'no-authority');
    refuses(region, CLINIC, endorse(seated), 'no-authority');
    refuses(region, CLINIC, endorse(id('nothing')), 'no-authority');
    takes(region, CLINIC, endorse(shown));
    refuses(region, CLINIC, endorse(shown), 'statement-conflict');
  });

  it('is told of once; what was told from the start needs no telling', () => {
    const { region, note, seated } = withFile();
    const told = region.must(CLINIC, region.discloses(GI, 'L06', [note], WEIGHED));
    const later = region.must(CLINIC, region.discloses(GI, 'L06', [note], { ...WEIGHED, inform: 'later' }));
    refuses(region, CLINIC, inform(told), 'statement-out-of-order');
    refuses(region, CLINIC, inform(seated), 'no-authority');
    takes(region, CLINIC, inform(later, false));
    expect(region.state.disclosures.get(later)?.told).toBe(false);
    takes(region, CLINIC, inform(later));
    expect(region.state.disclosures.get(later)?.told).toBe(true);
    refuses(region, CLINIC, inform(later), 'statement-out-of-order');
  });

  it('is objected to by who it is about and who was told; weighed when it was objected to, and then anew', () => {
    const { region, note, seated } = withFile();
    const shown = region.must(CLINIC, region.discloses(GI, 'L06', [note], WEIGHED));
    const later = region.must(CLINIC, region.discloses(GI, 'L06', [note], { ...WEIGHED, inform: 'later' }));
    for (const act of [shown, seated]) {
      refuses(region, CLINIC, weigh(act, true), 'statement-out-of-order');
      refuses(region, NEIGHBOUR, objection(act), 'no-authority');
      takes(region, MOTHER, objection(act));
      refuses(region, MOTHER, objection(act), 'statement-out-of-order');
      refuses(region, GI, weigh(act, true), 'no-authority');
      takes(region, CLINIC, weigh(act, true));
      takes(region, MOTHER, objection(act));
    }
    refuses(region, MOTHER, objection(later), 'no-authority');
    refuses(region, MOTHER, objection(id('nothing')), 'no-authority');
    refuses(region, FATHER, objection(shown), 'no-authority');
    region.must(CLINIC, inform(later));
    takes(region, MOTHER, objection(later));
  });
});

describe('a right', () => {
  it('is used about oneself or a child in one’s custody, towards a known organisation, about items that are about them', () => {
    const { region, note } = withFile();
    refuses(region, FATHER, request(CLINIC, 'mother'), 'no-authority');
    refuses(region, FATHER, request(CLINIC, 'child8', { items: [note] }), 'no-authority');
    refuses(region, NEIGHBOUR, request(CLINIC, 'neighbour'), 'no-authority');
    refuses(region, MOTHER, request(CLINIC, 'neighbour'), 'no-authority');
    refuses(region, MOTHER, request(partner('stranger'), 'mother'), 'statement-out-of-order');
    takes(region, MOTHER, request(CLINIC, 'mother', { items: [note], right: 'erasure' }));
    takes(region, MOTHER, request(CLINIC, 'child8'));
    region.must(NEIGHBOUR, { ...own('neighbour'), dossier: OTHER, audience: 'family' });
    refuses(region, MOTHER, { ...request(CLINIC, 'mother'), dossier: OTHER }, 'no-authority');
    refuses(region, MOTHER, dispute(id('nothing')), 'no-authority');
    refuses(region, FATHER, dispute(note), 'no-authority');
  });
});

describe('erasing and correcting', () => {
  it('erases once, each item once, on a ground there is and a request that was made', () => {
    const { region, note, newer } = withFile();
    refuses(region, CLINIC, erase([note, note]), 'malformed');
    refuses(region, CLINIC, erase([note], { ground: 'L99' }), 'malformed');
    refuses(region, CLINIC, erase([note, id('nothing')]), 'no-authority');
    refuses(region, CLINIC, erase([note], { request: id('nothing') }), 'statement-out-of-order');
    refuses(region, GI, erase([note]), 'no-authority');
    refuses(region, CLINIC, { ...erase([note]), dossier: OTHER }, 'no-authority');
    const asked = region.must(MOTHER, request(CLINIC, 'mother', { right: 'erasure' }));
    takes(region, CLINIC, erase([note], { request: asked }));
    refuses(region, CLINIC, erase([newer, note]), 'statement-conflict');
    refuses(region, TEAM, erase([newer], { request: asked }), 'no-authority');
  });

  it('is, for the family, what it wrote itself', () => {
    const { region, note } = withFile();
    const told = region.message(MOTHER, M);
    refuses(region, FATHER, erase([told]), 'no-authority');
    refuses(region, MOTHER, erase([told, note]), 'no-authority');
    takes(region, MOTHER, erase([told]));
  });

  it('corrects with a newer message of the same side in the same place, once', () => {
    const { region, note, newer } = withFile();
    const last = region.message(ANN, FILE);
    const told = region.message(MOTHER, M);
    refuses(region, CLINIC, supersede(newer, note), 'statement-out-of-order');
    refuses(region, CLINIC, supersede(note, note), 'statement-out-of-order');
    refuses(region, CLINIC, supersede(note, told), 'no-authority');
    refuses(region, CLINIC, supersede(told, newer), 'no-authority');
    refuses(region, MOTHER, supersede(note, newer), 'no-authority');
    refuses(region, CLINIC, supersede(note, id('nothing')), 'no-authority');
    refuses(region, CLINIC, supersede(id('nothing'), newer), 'no-authority');
    takes(region, CLINIC, supersede(newer, last));
    refuses(region, CLINIC, supersede(note, newer), 'statement-out-of-order');
    takes(region, CLINIC, supersede(note, last));
    refuses(region, CLINIC, supersede(note, region.message(CLINIC, FILE)), 'statement-conflict');
    const gone = region.message(CLINIC, FILE);
    const asked = region.must(MOTHER, request(CLINIC, 'mother', { right: 'erasure' }));
    region.must(CLINIC, erase([gone], { request: asked }));
    refuses(region, CLINIC, supersede(last, gone), 'statement-out-of-order');
    region.grant(MOTHER, M, CLINIC);
    region.rotate(MOTHER, M);
    refuses(region, CLINIC, supersede(last, region.message(CLINIC, M)), 'no-authority');
  });
});
