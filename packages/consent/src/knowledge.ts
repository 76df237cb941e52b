/**
 * What notices, clocks and explanations all ask of the past: since when the family knows of a disclosure, whether an
 * organisation could read just then, and whether a family member knows that the organisation has to do with it.
 */
import type { Id, Instant, OrganisationId, PartyId } from '@eenmaal/model';
import { organisationOf } from '@eenmaal/model';
import { decidersOf } from './authority.ts';
import { seatOf } from './fold-acts.ts';
import {
  type Act,
  ALL_PURPOSES,
  bitsOf,
  type CompartmentState,
  type DeciderId,
  type DisclosureState,
  type DossierState,
  type GrantState,
  type PersonState,
  type State,
  sayOf,
} from './state.ts';
import type { Sight } from './visible.ts';

/** The same party, or the same organisation. */
export const isSameSide = (one: PartyId, other: PartyId): boolean =>
  one === other || (organisationOf(one) !== null && organisationOf(one) === organisationOf(other));

/** The moments a disclosure was looked at again by who made it: it was told, or had to wait on. */
export const informsOf = ({ acts }: DossierState, disclosure: DisclosureState): Act[] =>
  acts.filter(({ kind, about, by }) => kind === 'inform' && about === disclosure.id && isSameSide(by, disclosure.by));

/** When the family was told; null while it waits. Nothing is said after it was told, so the last word was that. */
export const toldAt = (dossier: DossierState, given: DisclosureState): Instant | null =>
  given.told ? (informsOf(dossier, given).at(-1)?.at ?? given.at) : null;

/** The persons that what was disclosed is about. */
export const subjectsOf = (state: State, { items }: DisclosureState): Id[] => [
  ...new Set(items.flatMap((id) => state.compartments.get(state.messages.get(id)?.compartment ?? '')?.subjects ?? [])),
];

/** Who made the disclosure, or has the seat, that an objection or its weighing is about; nobody's name when there is none. */
export const ownerOf = (state: State, dossier: DossierState, act: Id): PartyId =>
  state.disclosures.get(act)?.by ?? seatOf(state, dossier.id, act)?.seat ?? '';

/** Grants of one decider that were not ended then. */
export type Live = (decider: DeciderId) => readonly GrantState[];

/** Somebody as it was spoken for at a moment; with `event`, just before that act. */
export function spokenFor(subject: PersonState, at: Instant, event?: Act): PersonState {
  const then = subject.earlier.find(({ until, index }) => (event ? index >= event.index : until > at));
  return then ? { ...subject, ...then } : subject;
}

/**
 * Whether everybody who decided then had a yes in force at `at`, for one and the same purpose. `event`: the act that `at`
 * belongs to; just before a death the say of the dead counted too.
 */
export function agreedAt(state: State, place: CompartmentState, live: Live, at: Instant, event?: Act): boolean {
  let shared = ALL_PURPOSES;
  for (const subject of place.people) {
    const then = spokenFor(subject, at, event);
    const deciders = decidersOf(state, then, at, place.audience);
    if (deciders.length === 0) return false;
    for (const decider of deciders) {
      const { holderDied } = then;
      // what the survivor said before waits for the survivor to say it again
      const lapsed = ({ index }: GrantState) => decider !== subject.id && holderDied !== null && index < holderDied;
      // said by then: a period may begin before somebody agreed to it
      const said = ({ index, at: when }: GrantState) => (event ? index < event.index : when <= at);
      const inForce = live(decider).filter(
        (grant) => said(grant) && grant.from <= at && at < grant.until && !lapsed(grant),
      );
      shared &= bitsOf(inForce.flatMap(({ purposes }) => purposes));
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

/** Whether an organisation could read about somebody by what was said then and still stands; with `event`, just before it. */
export const readAbout = (
  state: State,
  { compartments }: DossierState,
  organisation: OrganisationId,
  subject: Id,
  at: Instant,
  event?: Act,
): boolean =>
  compartments.some((id) => {
    const place = state.compartments.get(id);
    return place?.subjects.includes(subject) && agreedAt(state, place, standing(place, organisation), at, event);
  });
