/**
 * THE RULE: may this party read or write this, now? Pure: no clock, no I/O, no organisation names; the same function
 * runs before sending, at delivery, at release and in the auditor's replay. Default deny; what is unknown is denied.
 */
import {
  type Decision,
  type Id,
  type Instant,
  isPartner,
  isPerson,
  nameOf,
  type PartyId,
  type Purpose,
  type ReasonCode,
} from '@eenmaal/model';
import { ageBand, ruleReference, whoDecides, whoReads } from './law.ts';
import {
  ALL_PURPOSES,
  bitsOf,
  type CompartmentState,
  type GrantState,
  type PersonState,
  type Say,
  type State,
} from './state.ts';

/**
 * `index`: the log index of the message it is about; leave it out for what is written from now on.
 * `purpose`: what the reader will use it for; leave it out to ask whether any one purpose is allowed.
 */
export type Question = { party: PartyId; compartment: Id; index?: number; purpose?: Purpose };

const CONSENT = [ruleReference('L01')];
const OWN = [ruleReference('OWN')];

const answer = (outcome: Decision['outcome'], code: ReasonCode, basis: string[], rules: string[]): Decision => ({
  outcome,
  code,
  basis,
  rules,
});
const deny = (code: ReasonCode): Decision => answer('deny', code, [], CONSENT);

/** Decides one question at one moment. Never throws. */
export function decide(state: State, question: Question, now: Instant): Decision {
  const compartment = state.compartments.get(question.compartment);
  if (!compartment || !state.parties.has(question.party)) return deny('D-UNKNOWN');
  // NaN is neither before nor after anything: comparisons would let it through
  if (!Number.isFinite(now) || !Number.isFinite(question.index ?? 0)) return deny('D-UNKNOWN');
  if (isPerson(question.party)) return decideForPerson(state, compartment, nameOf(question.party), now);
  if (isPartner(question.party)) return decideForPartner(state, compartment, question, now);
  return deny('D-NO-AUTHORITY');
}

const decideForPerson = (state: State, { subjects }: CompartmentState, person: Id, now: Instant): Decision =>
  readsAbout(state, subjects, person, now) ? answer('permit', 'P-OWN', [], OWN) : deny('D-OTHER-ADULT');

/** A family member reads what is about itself, or about a child it holds custody over; for every subject at once. */
export const readsAbout = (state: State, subjects: readonly Id[], person: Id, now: Instant): boolean =>
  subjects.every((id) => {
    const subject = state.persons.get(id);
    return subject !== undefined && holdsRole(subject, person, whoReads(ageBand(subject, now)));
  });

const holdsRole = (subject: PersonState, person: Id, roles: readonly ('self' | 'custody')[]): boolean =>
  roles.some((role) => (role === 'self' ? subject.id === person : subject.custody.includes(person)));

/** Everyone whose yes is needed about this person now; empty when somebody is needed who is not there. */
export function decidersOf(state: State, subject: PersonState, now: Instant): readonly Id[] {
  const roles = whoDecides(state.profile, ageBand(subject, now));
  if (!roles.includes('custody')) return [subject.id];
  if (subject.custody.length === 0) return [];
  return roles.includes('self') ? [subject.id, ...subject.custody] : subject.custody;
}

/** Whether this person's say counts for this compartment now; a child's no also counts while nobody holds custody. */
export const decidesIn = (state: State, { subjects }: CompartmentState, person: Id, now: Instant): boolean =>
  subjects.some((id) => {
    const subject = state.persons.get(id);
    return subject !== undefined && holdsRole(subject, person, whoDecides(state.profile, ageBand(subject, now)));
  });

/** Which missing yes weighs most when several are missing: an explicit no first, silence last. */
const WEIGHT: Partial<Record<ReasonCode, number>> = {
  'D-REFUSED-PARENT': 9,
  'D-REFUSED-CHILD': 9,
  'D-WITHDRAWN': 8,
  'D-EXPIRED': 7,
  'D-NOT-YET': 6,
  'D-BEFORE-GRANT': 5,
  'D-PURPOSE': 4,
};
const weighsMore = (code: ReasonCode, than: ReasonCode): boolean => (WEIGHT[code] ?? 0) > (WEIGHT[than] ?? 0);

/**
 * A partner needs a standing yes of every decider of every subject, for this compartment, period and age of message, and
 * for one and the same purpose: yeses to different purposes do not add up.
 */
function decideForPartner(state: State, compartment: CompartmentState, question: Question, now: Instant): Decision {
  const says = compartment.says.get(nameOf(question.party));
  if (!says) return deny('D-NO-GRANT');
  const agreed: Say[] = [];
  const { index } = question;
  const asked = question.purpose === undefined ? ALL_PURPOSES : bitsOf([question.purpose]);
  let shared = asked;
  let worst: ReasonCode | null = null;
  let unheard: ReasonCode | null = null;
  for (const id of compartment.subjects) {
    const subject = state.persons.get(id);
    const deciders = subject ? decidersOf(state, subject, now) : [];
    if (!subject || deciders.length === 0) return deny('D-NO-AUTHORITY');
    for (const decider of deciders) {
      const child = subject.id === decider && ageBand(subject, now) !== 'adult';
      const say = says.get(decider) ?? SILENCE;
      const found = agreedPurposes(say, child, asked, index, now);
      if (typeof found === 'number') {
        shared &= found;
        if (!agreed.includes(say)) agreed.push(say);
      } else if (found === 'D-NO-GRANT') {
        unheard ??= child ? 'H-CHILD-12-CONFIRM' : 'H-OTHER-PARENT-UNHEARD';
      } else if (worst === null || weighsMore(found, worst)) worst = found;
    }
  }
  if (worst) return deny(worst);
  if (agreed.length === 0) return deny(anyFitting(says, asked, index, now) ? 'D-NO-AUTHORITY' : 'D-NO-GRANT');
  if (shared === 0) return deny('D-PURPOSE');
  if (unheard) return answer('hold', unheard, [], CONSENT);
  return answer('permit', 'P-CONSENT-ALL', basisOf(agreed, shared & -shared, index, now), CONSENT);
}

const SILENCE: Say = { grants: [], refused: false };

/** The purposes (as bits) one person agreed to that answer the question, or why there is none. */
function agreedPurposes(
  say: Say,
  child: boolean,
  asked: number,
  index: number | undefined,
  now: Instant,
): number | ReasonCode {
  if (say.refused) return child ? 'D-REFUSED-CHILD' : 'D-REFUSED-PARENT';
  let purposes = 0;
  let why: ReasonCode = 'D-NO-GRANT';
  for (const grant of say.grants) {
    const problem = problemOf(grant, asked, index, now);
    if (problem === null) purposes |= grant.purposeBits;
    else if (weighsMore(problem, why)) why = problem;
  }
  return purposes === 0 ? why : purposes;
}

/** Of each decider the first grant that answers the question for this one purpose. */
function basisOf(agreed: readonly Say[], purpose: number, index: number | undefined, now: Instant): Id[] {
  const basis: Id[] = [];
  for (const { grants } of agreed) {
    const grant = grants.find((given) => problemOf(given, purpose, index, now) === null);
    if (grant) basis.push(grant.id);
  }
  return basis;
}

/** Why this grant is no answer for these purposes, at this place in the log and this time; null when it is one. */
export function problemOf(
  grant: GrantState,
  purposes: number,
  index: number | undefined,
  now: Instant,
): ReasonCode | null {
  if (grant.ended) return 'D-WITHDRAWN';
  if (now >= grant.until) return 'D-EXPIRED';
  if (now < grant.from) return 'D-NOT-YET';
  if ((grant.purposeBits & purposes) === 0) return 'D-PURPOSE';
  if (index !== undefined && !grant.history && index < grant.index) return 'D-BEFORE-GRANT';
  return null;
}

const anyFitting = (says: ReadonlyMap<Id, Say>, purposes: number, index: number | undefined, now: Instant): boolean =>
  [...says.values()].some(
    (say) => !say.refused && say.grants.some((grant) => problemOf(grant, purposes, index, now) === null),
  );
