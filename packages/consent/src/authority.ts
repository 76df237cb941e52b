/** Who speaks for whom at a moment: by age, custody, guardianship and capacity. What the law files say, applied to persons. */
import { type Id, type Instant, isPerson, nameOf, type PartyId } from '@eenmaal/model';
import { type AgeBand, ageBand, whoDecides, whoReads } from './law.ts';
import type { CompartmentState, DeciderId, PersonState, State } from './state.ts';

type Audience = CompartmentState['audience'];
const NOBODY: readonly DeciderId[] = [];

/** A family member by its id, a guardian institution by its name. */
export const deciderOf = (by: PartyId): DeciderId => (isPerson(by) ? nameOf(by) : by);

/** Whether a subject is still a minor now. */
export const isMinor = (subject: PersonState, now: Instant): boolean => ageBand(subject, now) !== 'adult';

/**
 * Everyone whose yes is needed about this person now; empty when somebody is needed who is not there. A child's own view
 * is the child's to share from 12 on, whatever the profile.
 */
export function decidersOf(
  state: State,
  subject: PersonState,
  now: Instant,
  audience: Audience = 'family',
): readonly DeciderId[] {
  const band = ageBand(subject, now);
  if (subject.representatives !== null) return band === 'adult' ? subject.representatives : subject.custody;
  const roles = rolesFor(state, audience, band);
  if (!roles.includes('custody')) return [subject.id];
  if (subject.custody.length === 0) return NOBODY;
  return roles.includes('self') ? [subject.id, ...subject.custody] : subject.custody;
}

const rolesFor = (state: State, audience: Audience, band: AgeBand) =>
  whoDecides(state.law, audience === 'own' ? 'statute' : state.profile, band);

/**
 * Whether this decider's say counts for this compartment now; a child's no also counts while nobody holds custody.
 */
export const decidesIn = (state: State, place: Place, who: DeciderId, now: Instant): boolean =>
  place.subjects.some((id) => {
    const subject = state.persons.get(id);
    if (!subject) return false;
    const band = ageBand(subject, now);
    const self = subject.id === who && subject.representatives === null;
    if (self && rolesFor(state, place.audience, band).includes('self')) return true;
    return decidersOf(state, subject, now, place.audience).includes(who);
  });

type Place = Pick<CompartmentState, 'subjects' | 'audience'>;

/**
 * On what a family member reads what is about these persons: the custody statements and permissions it rests on (none for
 * what is about itself); null when it may not. It must hold for every subject at once.
 */
export function readsAbout(
  state: State,
  place: { subjects: readonly Id[]; allowed: ReadonlyMap<Id, ReadonlyMap<Id, Id>> },
  person: DeciderId,
  now: Instant,
): Id[] | null {
  const basis: Id[] = [];
  for (const id of place.subjects) {
    const subject = state.persons.get(id);
    if (!subject) return null;
    const own = readsOne(state, subject, person, now);
    // what somebody let another read ends with it: after a death there is only what the law gives to relatives
    const found = own === undefined && !subject.dead ? place.allowed.get(id)?.get(person) : own;
    if (found === undefined) return null;
    if (found !== null && !basis.includes(found)) basis.push(found);
  }
  return basis;
}

/** Whether this family member may read about all of these, also what nobody allowed it. */
export const readsAll = (state: State, subjects: readonly Id[], person: DeciderId, now: Instant): boolean =>
  readsAbout(state, { subjects, allowed: new Map() }, person, now) !== null;

/** The statement by which this person reads about that one; null: it needs none; undefined: it may not. */
function readsOne(state: State, subject: PersonState, person: DeciderId, now: Instant): Id | null | undefined {
  const band = ageBand(subject, now);
  const roles = whoReads(state.law, band);
  if (subject.id === person && roles.includes('self')) return null;
  const spoken = subject.representatives !== null;
  // who speaks for an adult does so until its death
  const speaks = spoken && !subject.dead && subject.representatives?.includes(person);
  if (band === 'adult' && speaks) return subject.capacityBasis;
  if ((roles.includes('custody') || (spoken && band !== 'adult')) && subject.custody.includes(person))
    return subject.custodyBasis;
  return undefined;
}
