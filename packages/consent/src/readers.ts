/**
 * Who will be able to read: computed from statements by whoever seals, shown to the family before it tells, and checked
 * by the ledger against every new epoch. Never taken from a list somebody hands out.
 */
import type { Id, Instant, PartyId } from '@eenmaal/model';
import { isPartner, organisationOf, partner, person } from '@eenmaal/model';
import { decide, type Question } from './decide.ts';
import { type CompartmentState, currentEpoch, type State } from './state.ts';

export type Reader = { party: PartyId; scope: 'history' | 'epoch' };

/** Everyone who may read what is written in this compartment at `now`; `history`: also everything before. Sorted. */
export const readersOf = (state: State, id: Id, now: Instant): Reader[] =>
  found(state, id, (question) => decide(state, question, now).outcome === 'permit');

/**
 * Everyone who must hold the key: the readers, and a stand-in that waits for an objection to be weighed. The ledger hands it
 * nothing meanwhile; a key without it would tell every other organisation that somebody in the family objected.
 */
export const keyHoldersOf = (state: State, id: Id, now: Instant): Reader[] =>
  found(state, id, (question) => mayHoldKey(state, question, now));

function found(state: State, id: Id, may: (question: Question) => boolean): Reader[] {
  const compartment = state.compartments.get(id);
  if (!compartment) return [];
  const readers: Reader[] = [];
  for (const candidate of candidates(state, compartment)) {
    if (!state.parties.get(candidate)?.keys || !may({ party: candidate, compartment: id })) continue;
    const all = may({ party: candidate, compartment: id, index: -1 });
    readers.push({ party: candidate, scope: all ? 'history' : 'epoch' });
  }
  return readers.sort((a, b) => (a.party < b.party ? -1 : 1));
}

function mayHoldKey(state: State, question: Question, now: Instant): boolean {
  const { outcome, code } = decide(state, question, now);
  return outcome === 'permit' || code === 'H-OBJECTED';
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

/** Compares the current epoch's members with those who must hold the key at `now`. */
export function keyNeed(state: State, id: Id, now: Instant): KeyNeed {
  const compartment = state.compartments.get(id);
  const epoch = compartment && currentEpoch(compartment);
  if (!epoch) return { rotate: true, admit: [] };
  const readers = new Map(keyHoldersOf(state, id, now).map((reader) => [reader.party, reader.scope]));
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
    if (!mayHoldKey(state, { party, compartment: id }, now)) return true;
  }
  return false;
}
