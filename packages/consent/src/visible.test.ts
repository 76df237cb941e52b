import { type Event, officer, type PartyId, STEWARD } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import {
  CHILD8,
  CHILD14,
  CLINIC,
  DOSSIER,
  FATHER,
  id,
  keysOf,
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
const F = id('about-father');
const K8 = id('about-child8');
const K14 = id('about-child14');

/** What is shown, in words: kind and, where it says something, whose and about what. */
function words(region: TestRegion, party: PartyId): string[] {
  return seenBy(region, party).flatMap(({ input }) => {
    if (input.kind === 'message') return [`message by ${input.header.sender}`];
    if (input.kind === 'erased') return [];
    if (input.kind === 'other') return 'envelope' in input.event ? [input.event.kind] : [];
    const { statement } = input;
    if (statement.kind === 'person') return [`person ${statement.person}`];
    if (statement.kind === 'custody') return [`custody ${statement.child}: ${statement.holders.length}`];
    if ('partner' in statement && 'compartment' in statement) return [`${statement.kind} ${statement.id}`];
    if ('compartment' in statement) return [`${statement.kind} ${statement.compartment}`];
    return 'dossier' in statement ? [statement.kind] : [];
  });
}
const shown = (region: TestRegion, party: PartyId, word: string) =>
  words(region, party).filter((line) => line.startsWith(word));

describe('a partner', () => {
  it('without a basis sees nothing of a dossier', () => {
    const region = makeFamily();
    region.grant(MOTHER, K8, CLINIC);
    expect(words(region, CLINIC)).toEqual([]);
  });

  it('sees its compartment, the grants in force that open it, and whose they are', () => {
    const region = makeFamily();
    const first = region.grant(MOTHER, K8, CLINIC);
    const second = region.grant(FATHER, K8, CLINIC);
    const elsewhere = region.grant(MOTHER, M, SCHOOL);
    expect(words(region, CLINIC)).toEqual([
      'dossier',
      `person ${id('mother')}`,
      `person ${id('father')}`,
      `person ${id('child8')}`,
      `custody ${id('child8')}: 2`,
      `compartment ${K8}`,
      `grant ${first}`,
      `grant ${second}`,
    ]);
    expect(words(region, SCHOOL)).toEqual([
      'dossier',
      `person ${id('mother')}`,
      `compartment ${M}`,
      `grant ${elsewhere}`,
    ]);
  });

  it('never sees a refusal or a withdrawal, nor the grant that it ended, nor the yes of the other parent', () => {
    const region = makeFamily();
    for (const parent of [MOTHER, FATHER]) for (const to of [CLINIC, SCHOOL]) region.grant(parent, K8, to);
    expect(shown(region, CLINIC, 'grant')).toHaveLength(4);
    region.say('refuse', FATHER, K8, SCHOOL);
    expect(shown(region, CLINIC, 'grant'), 'two of its own').toHaveLength(2);
    expect(words(region, SCHOOL)).toEqual([]);
    region.say('withdraw', MOTHER, K8, SCHOOL);
    expect(shown(region, CLINIC, 'refuse')).toEqual([]);
    expect(shown(region, CLINIC, 'withdraw')).toEqual([]);
  });

  it('sees every grant in force, not just the first that would do', () => {
    const region = makeFamily();
    const grants = [
      region.grant(MOTHER, M, CLINIC, { until: START + 10 }),
      region.grant(MOTHER, M, CLINIC),
      region.grant(MOTHER, M, CLINIC, { purposes: ['treatment'], history: false }),
    ];
    region.grant(MOTHER, M, CLINIC, { from: START + 5 });
    expect(shown(region, CLINIC, 'grant')).toEqual(grants.map((grant) => `grant ${grant}`));
    region.now = START + 10;
    expect(shown(region, CLINIC, 'grant')).toHaveLength(3);
  });

  it('does not see the yes of a parent that no longer decides', () => {
    const region = makeFamily();
    region.grant(FATHER, K8, CLINIC);
    const own = region.grant(MOTHER, K8, CLINIC);
    region.custody('child8', 'mother');
    expect(shown(region, CLINIC, 'grant')).toEqual([`grant ${own}`]);
  });

  it('does not see a yes to a purpose that the other parent did not agree to', () => {
    const region = makeFamily();
    region.grant(MOTHER, K8, CLINIC);
    region.grant(FATHER, K8, CLINIC);
    region.grant(MOTHER, K8, CLINIC, { purposes: ['treatment'] });
    expect(shown(region, CLINIC, 'grant')).toHaveLength(2);
  });

  it('sees the newest custody only, and none when the law asks for none', () => {
    const region = makeFamily();
    region.custody('child14', 'mother');
    for (const decider of [MOTHER, CHILD14]) region.grant(decider, K14, CLINIC, { until: START + 3 * YEAR });
    expect(shown(region, CLINIC, 'custody')).toEqual([`custody ${id('child14')}: 1`]);
    expect(shown(region, CLINIC, 'person')).not.toContain(`person ${id('father')}`);
    region.now = START + 2 * YEAR;
    expect(shown(region, CLINIC, 'custody')).toEqual([]);
    expect(shown(region, CLINIC, 'person')).toEqual([`person ${id('mother')}`, `person ${id('child14')}`]);
  });

  it('sees the epochs it is a member of, also when admitted later; never those of former readers', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, SCHOOL);
    region.rotate(MOTHER, M);
    region.say('withdraw', MOTHER, M, SCHOOL);
    region.rotate(MOTHER, M);
    region.grant(MOTHER, M, CLINIC);
    const version = () => sightOf(region.state, CLINIC, DOSSIER, region.now).version;
    const before = version();
    expect(shown(region, CLINIC, 'epoch')).toEqual([]);
    region.admit(MOTHER, M, [CLINIC]);
    expect(version(), 'the epoch before it appears').not.toBe(before);
    expect(seenBy(region, CLINIC).flatMap(({ input }) => epochOf(input))).toEqual([1]);
    expect(shown(region, CLINIC, 'admit')).toHaveLength(1);
    expect(shown(region, MOTHER, 'epoch')).toHaveLength(2);
  });

  it('sees its own messages and what became of them, and what it was given; not other mail', () => {
    const region = makeFamily();
    for (const to of [CLINIC, SCHOOL]) region.grant(MOTHER, M, to);
    region.rotate(MOTHER, M);
    region.send(region.header(MOTHER, M));
    const own = region.header(CLINIC, M);
    region.send(own);
    const decision = { outcome: 'permit', code: 'P-CONSENT-ALL', basis: [], rules: [] } as const;
    const event = { at: START, envelope: own.id, decision: { ...decision, basis: [], rules: [] } };
    region.add({ kind: 'other', event: { kind: 'delivery', reader: SCHOOL, ...event } });
    expect(shown(region, CLINIC, 'message')).toEqual([`message by ${CLINIC}`]);
    expect(shown(region, CLINIC, 'delivery')).toHaveLength(1);
    expect(shown(region, SCHOOL, 'message')).toEqual([]);
    expect(shown(region, SCHOOL, 'delivery')).toHaveLength(1);
    expect(shown(region, MOTHER, 'message')).toHaveLength(2);
  });

  it('never sees a logged refusal, not even its own: the reason in it may say who said no', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.rotate(MOTHER, M);
    const header = region.header(MOTHER, M);
    region.send(header);
    const decision = { outcome: 'deny', code: 'D-REFUSED-CHILD', basis: [], rules: [] };
    const common = { kind: 'refusal', at: START, act: 'open', envelope: header.id, purpose: 'support', decision };
    const see = (viewer: PartyId, party: PartyId) =>
      maySee(sightOf(region.state, viewer, DOSSIER, START), { ...common, party } as Event, null, header);
    expect(see(CLINIC, CLINIC)).toBe(false);
    expect(see(MOTHER, CLINIC)).toBe(false);
    expect(see(MOTHER, MOTHER)).toBe(true);
  });

  it('that opened the dossier knows who is in it, and no more about compartments than others', () => {
    const region = makeFamily();
    region.grant(MOTHER, K8, CLINIC);
    expect(shown(region, TEAM, 'person')).toHaveLength(4);
    expect(shown(region, TEAM, 'custody')).toHaveLength(2);
    for (const word of ['compartment', 'grant', 'epoch']) expect(shown(region, TEAM, word)).toEqual([]);
  });
});

describe('a family member', () => {
  it('sees all about what it may read: grants, refusals and withdrawals too', () => {
    const region = makeFamily();
    region.grant(MOTHER, K8, CLINIC);
    region.say('refuse', FATHER, K8, CLINIC);
    region.say('withdraw', MOTHER, K8, CLINIC);
    for (const word of ['grant', 'refuse', 'withdraw'])
      for (const parent of [MOTHER, FATHER]) expect(shown(region, parent, word), `${word} ${parent}`).toHaveLength(1);
    expect(words(region, CHILD14).join()).not.toContain('refuse');
  });

  it('never learns that something about another adult exists', () => {
    const region = makeFamily();
    region.grant(MOTHER, M, CLINIC);
    region.rotate(MOTHER, M);
    region.send(region.header(MOTHER, M));
    const both = region.compartment(MOTHER, 'mother', 'child8');
    const lines = words(region, FATHER);
    expect(lines.filter((line) => /grant|message|epoch/.test(line))).toEqual([]);
    expect(shown(region, FATHER, 'compartment')).toEqual(
      [F, K8, K14].toSorted(byPlace(region)).map((c) => `compartment ${c}`),
    );
    expect(lines.join()).not.toContain(both);
  });

  it('keeps what it said itself, also about what it may no longer read', () => {
    const region = makeFamily();
    const grant = region.grant(FATHER, K8, CLINIC);
    region.custody('child8', 'mother');
    expect(shown(region, FATHER, 'grant')).toEqual([`grant ${grant}`]);
    expect(words(region, FATHER)).not.toContain(`compartment ${K8}`);
  });

  it('of one dossier sees nothing of another', () => {
    const region = makeFamily();
    const other = id('other-dossier');
    const nobody = { turns12: null, turns16: null, turns18: null };
    region.must(TEAM, { kind: 'dossier', dossier: other });
    region.must(TEAM, { kind: 'person', dossier: other, person: id('stranger'), keys: keysOf('stranger'), ...nobody });
    expect(words(region, `person/${id('stranger')}`)).toEqual([]);
    expect(sightOf(region.state, MOTHER, other, START).persons.size).toBe(0);
    expect(sightOf(region.state, MOTHER, id('nowhere'), START).persons.size).toBe(0);
  });

  it('sees new keys of its family and not of others', () => {
    const region = makeFamily();
    region.must(TEAM, { kind: 'new-keys', party: CHILD8, keys: keysOf('child8') });
    const keys = (party: PartyId) =>
      seenBy(region, party).filter(({ input }) => input.kind === 'statement' && input.statement.kind === 'new-keys');
    expect(keys(FATHER)).toHaveLength(1);
    expect(keys(TEAM)).toHaveLength(1);
    expect(keys(CLINIC)).toHaveLength(0);
  });
});

describe('an officer and the steward', () => {
  it('have no sight of a dossier; an officer reads the log instead', () => {
    const region = makeFamily();
    region.must(STEWARD, { kind: 'officer', officer: 'clinic', name: 'Officer', keys: keysOf('officer') });
    region.grant(MOTHER, M, CLINIC);
    expect(seenBy(region, officer('clinic'))).toEqual([]);
    expect(words(region, STEWARD)).toEqual([]);
  });
});

const epochOf = (input: ReturnType<typeof seenBy>[number]['input']): number[] =>
  input.kind === 'statement' && input.statement.kind === 'epoch' ? [input.statement.epoch] : [];

const byPlace = (region: TestRegion) => (a: string, b: string) =>
  [...region.state.compartments.keys()].indexOf(a) - [...region.state.compartments.keys()].indexOf(b);
