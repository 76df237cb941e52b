/** What the state holds of who was registered, and of a log that names what this version, or this log, does not have. */
import type { Statement } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { fold } from './fold.ts';
import { emptyState } from './state.ts';
import { LAW } from './test-law.ts';
import { CHILD8, CHILD14, DOSSIER, FATHER, id, keysOf, MOTHER, makeFamily, seat, seatAt, TEAM } from './test-region.ts';

const K8 = id('about-child8');
const said = (what: object) => ({ v: 1, id: id('said'), by: TEAM, at: 0, ...what }) as unknown as Statement;
const read = (what: object, kids?: { signing: string; sealing: string | null }) => {
  const state = emptyState(LAW);
  fold(state, { kind: 'statement', statement: said(what), kids }, 0, 0);
  return state;
};

describe('who is registered', () => {
  it('is a child without keys: no task, no name, and it attests nothing', () => {
    expect(makeFamily().state.parties.get(CHILD8)).toEqual({
      ...{ party: CHILD8, registrar: TEAM, name: '', attests: false, organisation: null, roles: [], offered: [] },
      ...{ youthOnly: false, secrecy: 'L01', person: id('child8'), seat: null, ended: false },
      ...{ keys: null, kid: null, sealingKid: null },
    });
  });

  it('is a professional with the tasks of its organisation', () => {
    const region = makeFamily();
    const one = seatAt(TEAM, 'one');
    region.must(TEAM, seat(one));
    const [team, colleague] = [TEAM, one].map((party) => region.state.parties.get(party));
    expect(colleague?.roles).toEqual(team?.roles);
    expect(colleague?.secrecy).toBe(team?.secrecy);
    expect(colleague).toMatchObject({ name: '', attests: false, organisation: 'team' });
  });

  it.each([
    [['gi'], true],
    [['gi', 'ggz-adult'], false],
    [['ggz-adult', 'gi'], false],
    [['gi', 'a-later-task'], false],
    [[], false],
  ])('ends its work at eighteen when all its tasks do: %j', (roles, youthOnly) => {
    const partner = { kind: 'partner', partner: 'one', name: 'One', attests: true, roles, keys: null };
    expect(read(partner).parties.get('partner/one')).toMatchObject({ youthOnly, name: 'One', attests: true });
  });

  it('has keys when they are known in full, and otherwise none', () => {
    const partner = { kind: 'partner', partner: 'one', name: 'One', attests: false, roles: [] };
    const kids = { signing: 'k1', sealing: 'k2' };
    const keysIn = (state: ReturnType<typeof read>) => [state.parties.get('partner/one')?.kid, state.keys.size];
    expect(keysIn(read({ ...partner, keys: keysOf('one') }, kids))).toEqual(['k1', 1]);
    expect(keysIn(read({ ...partner, keys: keysOf('one') }))).toEqual([null, 0]);
    expect(keysIn(read({ ...partner, keys: null }, kids))).toEqual([null, 0]);
  });

  it('is nobody by what is not understood or incomplete', () => {
    expect(read({ kind: 'of-a-later-version', dossier: DOSSIER }).statements.size).toBe(0);
    const region = {
      kind: 'region',
      name: 'R',
      origin: 'o',
      profile: 'statute',
      steward: keysOf('s').signing,
      ledger: null,
    };
    expect(read(region)).toMatchObject({ profile: 'statute', origin: 'o', steward: null });
    expect(read({ kind: 'new-keys', party: MOTHER, keys: keysOf('m') }).keys.size).toBe(0);
  });
});

it('a person begins without anybody that decides for it, and a compartment with nothing said', () => {
  const { state } = makeFamily();
  expect(state.persons.get(id('mother'))).toMatchObject({ custody: [], representatives: null, dead: false });
  expect(state.compartments.get(K8)).toMatchObject({ says: [], epochs: [], messages: [], lastMessageAt: 0 });
});

it('a withdrawal of what was never said is no refusal', () => {
  const { state } = makeFamily();
  const withdraw = said({ kind: 'withdraw', by: FATHER, dossier: DOSSIER, compartment: K8, partner: 'clinic' });
  fold(state, { kind: 'statement', statement: withdraw }, state.size, 0);
  expect(state.compartments.get(K8)?.says).toEqual([
    { partner: 'clinic', by: id('father'), grants: [], refused: false },
  ]);
});

describe('keys of a compartment', () => {
  it('make whoever of the family gave them out a writer there, and remember who said so', () => {
    const region = makeFamily();
    region.rotate(FATHER, K8);
    const place = region.state.compartments.get(K8);
    expect([...(place?.writers ?? [])]).toEqual([id('father')]);
    expect(place?.epochs.map(({ statements }) => statements.length)).toEqual([1]);
    region.grant(CHILD14, id('about-child14'), TEAM);
    for (const parent of [MOTHER, FATHER]) region.grant(parent, K8, TEAM);
    region.rotate(TEAM, K8);
    expect([...(place?.writers ?? [])]).toEqual([id('father')]);
  });

  it('for an epoch that is not in this log change nothing', () => {
    const { state } = makeFamily();
    const wraps = [{ party: MOTHER, kid: 'k', scope: 'history', sealed: '' }];
    const admit = {
      kind: 'admit',
      dossier: DOSSIER,
      compartment: K8,
      epoch: 4,
      wraps,
      links: [{ epoch: 3, link: 'l' }],
    };
    fold(state, { kind: 'statement', statement: said(admit) }, state.size, 0);
    expect(state.compartments.get(K8)?.epochs).toEqual([]);
  });
});
