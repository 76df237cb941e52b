/**
 * The consent rule, against the barest look-up that could answer the same question (nested Maps and two comparisons) and
 * against a general policy engine.
 */

import { newId } from '@eenmaal/client';
import { decide, emptyState, fold, type Law, type State } from '@eenmaal/consent';
import { readLaw } from '@eenmaal/host';
import {
  type Id,
  type Instant,
  isPerson,
  nameOf,
  organisationOf,
  type PartyId,
  type Purpose,
  partner,
  person,
  type StatementInput,
} from '@eenmaal/model';
import { cedarCalls, cedarPermits } from './cedar.ts';
import { compare, type Group, perSecond, type Raced, race, random, type Settings, spread } from './harness.ts';

const NOW = 1_790_000_000_000;
const YEAR = 365 * 86_400_000;
const PARTNERS = ['org-a', 'org-b', 'org-c', 'org-d', 'org-e'];

export type Question = { party: PartyId; compartment: Id; purpose: Purpose; index: number };
type Grants = Map<PartyId, Map<Id, Map<Purpose, { id: Id; from: Instant; until: Instant }>>>;
export type World = { state: State; grants: Grants; questions: Question[] };

/**
 * Dossiers of one child under 12 and two parents with custody, who both said yes; `perDossier` yeses of each of them,
 * spread over compartments and partners. Half of the questions are about something nobody said yes to.
 */
export function world(law: Law, dossiers: number, perDossier: number, questions: number): World {
  const state = emptyState(law);
  const grants: Grants = new Map();
  let index = 0;
  const say = (by: PartyId, input: StatementInput): Id => {
    const id = newId(random);
    const statement = { v: 1 as const, id, by, at: NOW - YEAR, seen: { size: 0, root: '' }, ...input };
    fold(state, { kind: 'statement', statement }, index++, NOW - YEAR);
    return id;
  };
  for (const id of PARTNERS) state.parties.set(partner(id), registered(partner(id)));
  const asked: Question[] = [];
  for (let d = 0; d < dossiers; d++) {
    const [dossier, child, mother, father] = [newId(random), newId(random), newId(random), newId(random)];
    const by = partner('org-a');
    say(by, { kind: 'dossier', dossier });
    const ages = { turns12: NOW + YEAR, turns16: NOW + 5 * YEAR, turns18: NOW + 7 * YEAR };
    const adult = { turns12: null, turns16: null, turns18: null };
    say(by, { kind: 'person', dossier, person: child, keys: null, ...ages });
    for (const id of [mother, father]) say(by, { kind: 'person', dossier, person: id, keys: null, ...adult });
    say(by, { kind: 'custody', dossier, child, holders: [mother, father], guardian: null, partial: null });
    for (let g = 0; g < perDossier; g++) {
      const compartment = newId(random);
      say(person(mother), { kind: 'compartment', dossier, compartment, subjects: [child], audience: 'family' });
      const to = PARTNERS[(d + g) % PARTNERS.length] as string;
      const terms = { purposes: ['support' as const], from: NOW - YEAR, until: NOW + YEAR, history: true };
      const text = { version: '1', language: 'nl' as const };
      const yes = { kind: 'grant' as const, dossier, compartment, partner: to, ...terms, text };
      const id = say(person(mother), yes);
      say(person(father), yes);
      keep(grants, partner(to), compartment, { id, from: yes.from, until: yes.until });
      for (const purpose of ['support', 'inquiry'] as const)
        asked.push({ party: partner(to), compartment, purpose, index });
    }
  }
  for (const known of state.persons.values()) state.parties.set(person(known.id), registered(person(known.id)));
  const pick = () => asked[new DataView(random(4).buffer).getUint32(0) % asked.length] as Question;
  return { state, grants, questions: Array.from({ length: questions }, pick) };
}

const registered = (party: PartyId) =>
  ({
    ...{ party, registrar: 'steward', name: party, attests: false, keys: null, kid: null, sealingKid: null },
    ...{ organisation: organisationOf(party), roles: ['local-team'], offered: [], youthOnly: false, secrecy: 'L01' },
    ...{ person: isPerson(party) ? nameOf(party) : null, seat: null, ended: false },
  }) as const;

function keep(grants: Grants, party: PartyId, compartment: Id, grant: { id: Id; from: Instant; until: Instant }): void {
  const ofParty = grants.get(party) ?? new Map();
  grants.set(party, ofParty.set(compartment, new Map([['support', grant]])));
}

export const lookUp = (grants: Grants, { party, compartment, purpose }: Question, now: Instant): Id | null => {
  const grant = grants.get(party)?.get(compartment)?.get(purpose);
  return grant && grant.from <= now && now < grant.until ? grant.id : null;
};

export async function decideGroup({ quick }: Settings): Promise<Group> {
  const rounds = quick ? 5 : 31;
  const law = await readLaw();
  const worlds = { '40 grants': world(law, 4, 5, 4096), '10,000 dossiers, 40,000 grants': world(law, 10_000, 2, 4096) };
  const cases = Object.entries(worlds).flatMap(([size, { state, grants, questions }]) => {
    const all = (act: (question: Question) => boolean) => () => {
      let yes = 0;
      for (let i = 0; i < 5; i++) for (const question of questions) if (act(question)) yes++;
      if (yes === 0) throw new Error('nobody was allowed anything');
    };
    const times = questions.length * 5;
    const calls = cedarCalls(state, questions, NOW).slice(0, 512);
    const askCedar = () => {
      for (const call of calls) cedarPermits(call);
    };
    return [
      { name: `decide, ${size}`, times, run: all((question) => decide(state, question, NOW).outcome === 'permit') },
      { name: `Map, ${size}`, times, run: all((question) => lookUp(grants, question, NOW) !== null) },
      { name: `Cedar, ${size}`, times: calls.length, run: askCedar },
    ];
  });
  const raced: Raced = await race(cases, rounds);
  const sizes = Object.keys(worlds);
  return {
    title: 'decide: one answer of the consent rule, with its reason and the statements it rests on',
    header: ['', ...sizes],
    rows: ['decide', 'Map', 'Cedar'].map((what) => [
      `${what}, per second`,
      ...sizes.map((size) => perSecond(raced.wall.get(`${what}, ${size}`))),
    ]),
    claims: [
      ...sizes.map((size) =>
        compare(`speed as a part of a nested Map's, ${size}`, raced, `decide, ${size}`, `Map, ${size}`, 0.1),
      ),
      ...sizes.map((size) =>
        compare(`times as fast as Cedar, ${size}`, raced, `decide, ${size}`, `Cedar, ${size}`, 50),
      ),
      ...sizes.map((size) => ({
        what: `decisions a second as a part of 500,000, ${size}`,
        value: spread((raced.wall.get(`decide, ${size}`) ?? []).map((micros) => 1e6 / micros / 500_000)),
        goal: 1,
      })),
      compare('speed at 40,000 grants as a part of that at 40', raced, `decide, ${sizes[1]}`, `decide, ${sizes[0]}`),
    ],
    notes: [
      'The Map holds one period by partner, compartment and purpose and knows nothing of custody, ages, refusals, several deciders or history; both parents of every child here had to be heard. It is the floor, not a peer.',
      'Cedar (its WebAssembly build) has its policy parsed once and is given only the entities of each question; it answers the same.',
    ],
  };
}
