/** Who may say what: every kind of statement, by everybody who may and everybody who may not. A refusal changes nothing. */
import { officer, type PartyId, partner, STEWARD, Statement, type StatementInput } from '@eenmaal/model';
import { beforeAll, describe, expect, it } from 'vitest';
import type { State } from './state.ts';
import {
  ALL_ANSWERS,
  allow,
  answer,
  ask,
  CHILD8,
  CHILD14,
  CITY,
  CLINIC,
  consult,
  custodyOf,
  DOSSIER,
  death,
  dispute,
  endorse,
  erase,
  FATHER,
  FOSTER,
  file,
  foster,
  GI,
  hash,
  id,
  incapable,
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
  RET,
  request,
  SCHOOL,
  START,
  seat,
  seatAt,
  seatEnd,
  secrecy,
  succession,
  supersede,
  TEAM,
  type TestRegion,
  VT,
  weigh,
  weighing,
} from './test-region.ts';

const M = id('about-mother');
const K8 = id('about-child8');
const OTHER = id('other-dossier');
const FILE = id('file-clinic-mother');
const NEIGHBOUR = personOf('neighbour');
const OFFICER = officer('clinic');
/** Seats at the clinic: one that is taken, one that is over, one that is still to come; and one at another organisation. */
const ANN = seatAt(CLINIC, 'ann');
const BEN = seatAt(CLINIC, 'ben');
const LATE = seatAt(CLINIC, 'late');
const GINA = seatAt(GI, 'gina');
const EVERYBODY = [
  ...[MOTHER, FATHER, CHILD14, CHILD8, NEIGHBOUR, STEWARD, OFFICER, partner('stranger'), personOf('stranger')],
  ...[TEAM, CLINIC, SCHOOL, GI, VT, RAAD, FOSTER, RET, CITY, ANN, BEN, LATE, GINA],
];
/** Organisations with something to do in this dossier, and their seats that may act. */
const INVOLVED = [TEAM, CLINIC, GI, VT, CITY, ANN, GINA];

/** A family in which something of every kind was said. */
class Scene {
  region = makeFamily();
  readonly told: string;
  readonly note: string;
  readonly newer: string;
  readonly shown: string;
  readonly hidden: string;
  readonly contested: string;
  readonly asked: string;
  readonly seated: string;

  constructor() {
    const { region } = this;
    region.must(STEWARD, { kind: 'officer', officer: 'clinic', name: 'Officer', keys: keysOf('officer') });
    region.must(TEAM, { kind: 'dossier', dossier: OTHER });
    region.must(TEAM, member('neighbour', { dossier: OTHER }));
    region.grant(MOTHER, M, CLINIC);
    region.grant(MOTHER, K8, CITY);
    region.must(TEAM, order('child8', GI));
    this.seated = region.must(CLINIC, seat(ANN));
    region.must(CLINIC, seat(BEN, { from: START - 9, until: START }));
    region.must(CLINIC, seat(LATE, { from: START + 9 }));
    region.must(GI, seat(GINA));
    region.must(CLINIC, file(CLINIC, 'mother'));
    [this.note = '', this.newer = ''] = [1, 2].map(() => region.message(CLINIC, FILE));
    this.told = region.message(MOTHER, M);
    const weighed = { weighing: weighing(...ALL_ANSWERS) };
    this.shown = region.must(CLINIC, region.discloses(GI, 'L06', [this.note], weighed));
    this.hidden = region.must(CLINIC, region.discloses(VT, 'L08', [this.note], { ...weighed, inform: 'later' }));
    this.contested = region.must(CLINIC, region.discloses(GI, 'L06', [this.newer], weighed));
    region.must(MOTHER, objection(this.contested));
    this.asked = region.must(MOTHER, request(CLINIC, 'mother'));
  }
}

type Line = [said: (scene: Scene) => StatementInput, may: PartyId[]];
const say =
  (input: StatementInput): Line[0] =>
  () =>
    input;
const WHO: Record<Statement['kind'], Line[]> = {
  region: [
    [
      say({
        ...{ kind: 'region', name: 'Region', origin: 'region.example/log', profile: 'strict' },
        ...{ steward: keysOf('steward-2').signing, ledger: keysOf('ledger-2') },
      }),
      [],
    ],
  ],
  partner: [
    [say({ kind: 'partner', partner: 'gp', name: 'GP', attests: false, roles: ['gp'], keys: keysOf('gp') }), [STEWARD]],
  ],
  officer: [[say({ kind: 'officer', officer: 'school', name: 'Officer', keys: keysOf('officer-2') }), [STEWARD]]],
  'new-keys': [
    [say(newKeys(MOTHER, 'mother-2')), [MOTHER, TEAM]],
    [say(newKeys(ANN, 'ann-2')), [ANN, CLINIC]],
    [say(newKeys(CLINIC, 'clinic-2')), [CLINIC, STEWARD]],
  ],
  dossier: [[say({ kind: 'dossier', dossier: id('third-dossier') }), [TEAM]]],
  person: [[say(member('aunt')), [TEAM]]],
  custody: [[say(custodyOf('child8', ['mother'])), [TEAM]]],
  capacity: [[say(incapable('mother', 'father')), [TEAM]]],
  death: [[say(death('mother')), [TEAM]]],
  foster: [[say(foster('child8', 'father', FOSTER)), [TEAM]]],
  secrecy: [
    [say(secrecy('mother')), [MOTHER, TEAM]],
    [say(secrecy('child8', false)), [CHILD8, TEAM]],
  ],
  order: [[say(order('child14', GI)), [TEAM]]],
  seat: [[say(seat(seatAt(CLINIC, 'cas'))), [CLINIC]]],
  'seat-end': [[say(seatEnd(ANN, START + 9)), [CLINIC]]],
  compartment: [
    [say({ ...file(CLINIC, 'father'), compartment: id('file-x') }), INVOLVED],
    [say(own('child14')), [CHILD14]],
    [say({ ...own('child8'), compartment: id('about-child8-2'), audience: 'family' }), [MOTHER, FATHER]],
  ],
  allow: [[say(allow(M, 'father')), [MOTHER]]],
  grant: [[(scene) => sayingGrant(scene, 'grant'), [MOTHER, FATHER]]],
  refuse: [[(scene) => sayingGrant(scene, 'refuse'), [MOTHER, FATHER]]],
  withdraw: [[(scene) => sayingGrant(scene, 'withdraw'), [MOTHER]]],
  epoch: [[(scene) => epochOf(scene), [CLINIC, ANN]]],
  admit: [[say({ kind: 'admit', dossier: DOSSIER, compartment: FILE, epoch: 0, wraps: [], links: [] }), [CLINIC, ANN]]],
  succession: [[say(succession(SCHOOL, CLINIC)), [STEWARD]]],
  ask: [[say(ask(SCHOOL, 'L06', ['child8'])), INVOLVED]],
  disclose: [[({ region, note }) => region.discloses(RAAD, 'L16', [note]), [CLINIC, ANN]]],
  endorse: [
    [({ shown }) => endorse(shown), [ANN]],
    [({ hidden }) => endorse(hidden), [ANN]],
  ],
  inform: [[({ hidden }) => inform(hidden), [CLINIC, ANN]]],
  objection: [
    [({ shown }) => objection(shown), [MOTHER]],
    [({ hidden }) => objection(hidden), []],
    [({ seated }) => objection(seated), [MOTHER, FATHER, CHILD14, CHILD8]],
  ],
  weigh: [[({ contested }) => weigh(contested, true), [CLINIC, ANN]]],
  request: [
    [say(request(SCHOOL, 'child8')), [MOTHER, FATHER]],
    [({ told }) => request(SCHOOL, 'mother', { items: [told] }), [MOTHER]],
  ],
  answer: [[({ asked }) => answer(asked), [CLINIC, ANN]]],
  erase: [[({ told }) => erase([told]), [MOTHER, TEAM]]],
  supersede: [[({ note, newer }) => supersede(note, newer), [CLINIC, ANN]]],
  dispute: [
    [({ told }) => dispute(told), [MOTHER]],
    [({ note }) => dispute(note), [MOTHER]],
  ],
  consult: [[({ region }) => consult(VT, sealingKid(region, VT)), [TEAM, CLINIC, SCHOOL, GI, RAAD, FOSTER, RET, CITY]]],
};

const sealingKid = (region: TestRegion, party: PartyId) => region.state.parties.get(party)?.sealingKid ?? '';
const sayingGrant = (_: Scene, kind: 'grant' | 'refuse' | 'withdraw'): StatementInput =>
  ({
    ...{ kind, dossier: DOSSIER, compartment: K8, partner: 'city' },
    ...(kind === 'grant' && {
      ...{ purposes: ['support'], from: START, until: START + 9, history: true },
      text: { version: '1', language: 'nl' },
    }),
  }) as StatementInput;
function epochOf({ region }: Scene): StatementInput {
  const wraps = [CLINIC, ANN].map((party) => region.wrap(party, 'history'));
  const keys = { epoch: 1, commitment: hash('commitment'), link: 'link', label: 'label', wraps };
  return { kind: 'epoch', dossier: DOSSIER, compartment: FILE, ...keys };
}

/** All of a state but the law, which is too much to copy and never changes. */
const copyOf = ({ law: _, ...rest }: State) => structuredClone(rest);

describe('who may say what', () => {
  let scene: Scene;
  let before: unknown;
  beforeAll(() => {
    scene = new Scene();
    before = copyOf(scene.region.state);
  });

  it('is decided for every kind there is', () => {
    const kinds = Statement.options.map((option) => option.shape.kind.value);
    expect(Object.keys(WHO).toSorted()).toEqual(kinds.toSorted());
  });

  const lines = Object.entries(WHO).flatMap(([kind, of]) => of.map((line, at) => ({ kind, at, line })));
  it.each(lines)('$kind ($at)', ({ line: [said, may] }) => {
    const input = said(scene);
    for (const by of EVERYBODY) {
      if (may.includes(by)) continue;
      expect(scene.region.try(by, input), `${by} may not`).toMatch(/^[a-z-]+$/);
    }
    expect(copyOf(scene.region.state), 'a refusal changes nothing').toEqual(before);
    for (const by of may) {
      const fresh = new Scene();
      expect(fresh.region.try(by, said(fresh)), `${by} may`).toBeNull();
    }
  });
});
