/** A family for tests: mother and father with joint custody, a child of 8 and one of 14, attested by the first partner. */
import { newId, type Participant } from '@eenmaal/client';
import { type Identity, newIdentity } from '@eenmaal/crypto';
import { type Id, type PartyId, type Purpose, person } from '@eenmaal/model';
import type { Chain } from './chain.ts';

const YEAR = 365.25 * 86_400_000;
const ADULT = { turns12: null, turns16: null, turns18: null };

/** Opens a dossier and attests the four; adults and the 14-year-old get participants of their own. */
export async function startFamily<S>(chain: Chain<S>, attestor: Participant) {
  const { random, clock } = chain;
  const dossier = newId(random);
  const ids = { mother: newId(random), father: newId(random), child8: newId(random), child14: newId(random) };
  const keys: Record<'mother' | 'father' | 'child14', Identity> = {
    mother: newIdentity(random),
    father: newIdentity(random),
    child14: newIdentity(random),
  };
  const born = (age: number) => clock() - age * YEAR;
  const boundaries = (age: number) => {
    const at = (years: number) => (age >= years ? null : Math.round(born(age) + years * YEAR));
    return { turns12: at(12), turns16: at(16), turns18: at(18) };
  };
  await attestor.sync();
  const holders = [ids.mother, ids.father];
  await attestor.state(
    { kind: 'dossier', dossier },
    { kind: 'person', dossier, person: ids.mother, keys: keys.mother.public, ...ADULT },
    { kind: 'person', dossier, person: ids.father, keys: keys.father.public, ...ADULT },
    { kind: 'person', dossier, person: ids.child8, keys: null, ...boundaries(8) },
    { kind: 'person', dossier, person: ids.child14, keys: keys.child14.public, ...boundaries(14) },
    { kind: 'custody', dossier, child: ids.child8, holders, guardian: null, partial: null },
    { kind: 'custody', dossier, child: ids.child14, holders, guardian: null, partial: null },
  );
  const join = async (name: 'mother' | 'father' | 'child14', extra = {}) => {
    const participant = await chain.participant(person(ids[name]) as PartyId, { identity: keys[name], ...extra });
    await participant.sync();
    return participant;
  };
  return {
    dossier,
    ids,
    keys,
    join,
    mother: await join('mother'),
    father: await join('father'),
    child14: await join('child14'),
  };
}

/** Terms of a grant that stands for a year. */
export const terms = (
  partner: string,
  at: number,
  more: { history?: boolean; purposes?: Purpose[]; until?: number } = {},
) => ({
  ...{ partner, purposes: more.purposes ?? (['support'] as Purpose[]), history: more.history ?? true },
  ...{
    from: at - 1000,
    until: more.until ?? Math.round(at + YEAR),
    text: { version: 'test-1', language: 'nl' as const },
  },
});

/** Something to tell. */
export const tale = (dossier: Id, compartment: Id, title: string, text = `${title}. `.repeat(30)) => ({
  ...{ dossier, compartment, kind: 'fragment' as const, purpose: 'support' as const },
  content: { title, text, author: { name: 'Test', role: 'family' } },
});
