/**
 * What notices, clocks and explanations all ask of the past: since when the family knows of a disclosure, whether an
 * organisation could read just then, and whether a family member knows that the organisation has to do with it.
 */
import type { Id, Instant, OrganisationId, PartyId } from '@eenmaal/model';
import { organisationOf } from '@eenmaal/model';
import { decidersOf } from './authority.ts';
import type { Act, CompartmentState, DeciderId, DisclosureState, DossierState, GrantState, State } from './state.ts';
import { ALL_PURPOSES, sayOf } from './state.ts';
import type { Sight } from './visible.ts';

/** The moments a disclosure was looked at again: it was told, or had to wait on. */
export const informsOf = ({ acts }: DossierState, disclosure: Id): Act[] =>
  acts.filter(({ kind, about }) => kind === 'inform' && about === disclosure);

/** When the family was told; null while it waits. Nothing is said after it was told, so the last word was that. */
export const toldAt = (dossier: DossierState, { id, told, at }: DisclosureState): Instant | null =>
  told ? (informsOf(dossier, id).at(-1)?.at ?? at) : null;

/** The persons that what was disclosed is about. */
export const subjectsOf = (state: State, { items }: DisclosureState): Id[] => [
  ...new Set(items.flatMap((id) => state.compartments.get(state.messages.get(id)?.compartment ?? '')?.subjects ?? [])),
];

/** The same party, or of the same organisation. */
export const isSide = (party: PartyId, other: PartyId): boolean =>
  party === other || (organisationOf(party) !== null && organisationOf(party) === organisationOf(other));

/** Grants of one decider that were not ended then. */
export type Live = (decider: DeciderId) => readonly GrantState[];

/**
 * Whether everybody who decides had a yes in force at `at`, for one and the same purpose. The state knows only who decides
 * by the newest word on it: what lies before a change of custody counts as no, because to tell somebody of what it could
 * not read would be a leak. `event`: the act that `at` belongs to; just before a death the say of the dead counted too.
 */
export function agreedAt(state: State, place: CompartmentState, live: Live, at: Instant, event?: Act): boolean {
  const acts = state.dossiers.get(place.dossier)?.acts ?? [];
  let shared = ALL_PURPOSES;
  for (const subject of place.people) {
    const deciders = decidersOf(state, subject, at, place.audience);
    const alone = deciders.length === 1 && deciders[0] === subject.id;
    const changed = ({ kind, about, index, at: when }: Act) =>
      (when > at || (event !== undefined && index > event.index)) &&
      about === subject.id &&
      (kind === 'capacity' || (kind === 'custody' && !alone));
    if (deciders.length === 0 || acts.some(changed)) return false;
    const widowed = !alone && subject.holderDied !== null;
    const dead = widowed && event?.index === subject.holderDied ? event.about : null;
    for (const decider of dead === null ? deciders : [...deciders, dead]) {
      const lapsed = ({ index }: GrantState) => widowed && dead === null && index < (subject.holderDied ?? 0);
      const inForce = live(decider).filter((grant) => grant.from <= at && at < grant.until);
      shared &= inForce.reduce((bits, grant) => bits | (lapsed(grant) ? 0 : grant.purposeBits), 0);
    }
  }
  return shared !== 0;
}

/** What was said to an organisation here and still stands. */
export const standing =
  (compartment: CompartmentState, organisation: OrganisationId): Live =>
  (decider) => {
    const say = sayOf(compartment, organisation, decider);
    return say && !say.refused ? say.grants.filter(({ ended }) => ended === null) : [];
  };

/** Whether a family member knows this organisation has to do with it: by the dossier, an order, or what it may see. */
export function knowsOrganisation(state: State, sight: Sight, dossier: DossierState, id: OrganisationId): boolean {
  if (organisationOf(dossier.by) === id) return true;
  for (const place of sight.compartments)
    if (state.compartments.get(place)?.says.some(({ partner: to }) => to === id)) return true;
  for (const { institution, statement } of dossier.orders.values())
    if (institution === id && sight.statements.has(statement)) return true;
  return dossier.acts.some((act) => {
    const disclosure = sight.statements.has(act.id) ? state.disclosures.get(act.id) : undefined;
    return disclosure !== undefined && [disclosure.by, disclosure.to].some((side) => organisationOf(side) === id);
  });
}
