/**
 * Who will be able to read: computed from statements by whoever seals, shown to the family before it tells, and checked
 * by the ledger against every new epoch. Never taken from a list somebody hands out.
 */
import type { Id, Instant, PartyId } from '@eenmaal/model';
import { isPartner, organisationOf, partner, person } from '@eenmaal/model';
import { decide } from './decide.ts';
import { type CompartmentState, currentEpoch, type State } from './state.ts';

export type Reader = { party: PartyId; scope: 'history' | 'epoch' };

/** Everyone who may read what is written in this compartment at `now`; `history`: also everything before. Sorted. */
export function readersOf(state: State, id: Id, now: Instant): Reader[] {
  const compartment = state.compartments.get(id);
  if (!compartment) return [];
  const readers: Reader[] = [];
  for (const candidate of candidates(state, compartment)) {
    const registered = state.parties.get(candidate);
    if (!registered?.keys || decide(state, { party: candidate, compartment: id }, now).outcome !== 'permit') continue;
    const all = decide(state, { party: candidate, compartment: id, index: -1 }, now).outcome === 'permit';
    readers.push({ party: candidate, scope: all ? 'history' : 'epoch' });
  }
  return readers.sort((a, b) => (a.party < b.party ? -1 : 1));
}

/** Whoever might read: the family, organisations somebody spoke about or that are guardian or owner, and their seats. */
function candidates(state: State, compartment: CompartmentState): PartyId[] {
  const dossier = state.dossiers.get(compartment.dossier);
  const organisations = new Set(compartment.says.map((say) => partner(say.partner)));
  for (const id of compartment.subjects)
    for (const holder of state.persons.get(id)?.custody ?? []) if (isPartner(holder)) organisations.add(holder);
  if (compartment.audience === 'file') organisations.add(partner(organisationOf(compartment.by) ?? ''));
  const seats = dossier?.seats.filter((seat) => organisations.has(partner(organisationOf(seat) ?? ''))) ?? [];
  return [...(dossier?.persons ?? []).map(person), ...organisations, ...seats];
}

/** What a compartment's current key lacks, seen from who may read now. */
export type KeyNeed = {
  /** A holder of the key may no longer read (all of it), has new keys, or someone joins from today: a new epoch. */
  rotate: boolean;
  /** Readers with history who hold no wrap yet: one wrap each is enough. */
  admit: PartyId[];
};

/** Compares the current epoch's members with the readers at `now`. */
export function keyNeed(state: State, id: Id, now: Instant): KeyNeed {
  const compartment = state.compartments.get(id);
  const epoch = compartment && currentEpoch(compartment);
  if (!epoch) return { rotate: true, admit: [] };
  const readers = new Map(readersOf(state, id, now).map((reader) => [reader.party, reader.scope]));
  const admit: PartyId[] = [];
  let rotate = staleMembers(state, epoch.members, readers);
  for (const [party, scope] of readers) {
    const member = epoch.members.get(party);
    if (scope === 'epoch' && member?.scope !== 'epoch') rotate = true;
    if (scope === 'history' && member?.scope !== 'history') admit.push(party);
  }
  return { rotate, admit };
}

const staleMembers = (
  state: State,
  members: ReadonlyMap<PartyId, { kid: string }>,
  readers: ReadonlyMap<PartyId, unknown>,
): boolean =>
  [...members].some(([party, member]) => !readers.has(party) || state.parties.get(party)?.sealingKid !== member.kid);

/** Whether a message under the current epoch would be readable by someone who may no longer read. */
export function isStale(state: State, id: Id, now: Instant): boolean {
  const compartment = state.compartments.get(id);
  const epoch = compartment && currentEpoch(compartment);
  if (!epoch) return true;
  for (const [party, member] of epoch.members) {
    if (state.parties.get(party)?.sealingKid !== member.kid) return true;
    if (decide(state, { party, compartment: id }, now).outcome !== 'permit') return true;
  }
  return false;
}
