/**
 * Consent (toestemming): a partner needs a standing yes of every decider of every subject, for this compartment, period
 * and age of message, and for one and the same purpose. A no of any one of them is enough.
 */
import { type Decision, type Id, type Instant, type OrganisationId, partner, type ReasonCode } from '@eenmaal/model';
import { decidersOf, isMinor, readsAbout } from './authority.ts';
import type { Question } from './decide.ts';
import { stretch } from './remembered.ts';
import {
  ALL_PURPOSES,
  bitsOf,
  type CompartmentState,
  type GrantState,
  type PartyState,
  type PersonState,
  type Say,
  type State,
} from './state.ts';

/** What consent alone says: a permit with the grants it rests on, or why not. The caller adds rules. */
export type Consent = Pick<Decision, 'outcome' | 'code' | 'basis'>;

const no = (outcome: 'hold' | 'deny', code: ReasonCode): Consent => ({ outcome, code, basis: [] });

/** Which missing yes weighs most when several are missing: an explicit no first, silence last. */
const WEIGHT: Partial<Record<ReasonCode, number>> = {
  'D-REFUSED-PARENT': 9,
  'D-REFUSED-CHILD': 9,
  'D-REFUSED-SELF': 9,
  'D-WITHDRAWN': 8,
  'D-EXPIRED': 7,
  'D-NOT-YET': 6,
  'D-BEFORE-GRANT': 5,
  'D-PURPOSE': 4,
  'H-SURVIVOR-CONFIRM': 1,
};
const weighsMore = (code: ReasonCode, than: ReasonCode): boolean => (WEIGHT[code] ?? 0) > (WEIGHT[than] ?? 0);

/** What is asked of each say: the purposes (as bits), the message's place in the log, the moment, and to whom. */
type Asked = { purposes: number; index: number | undefined; now: Instant; youthOnly: boolean };

/** Whether everybody who decides said yes to this organisation. */
export function consentOf(
  state: State,
  compartment: CompartmentState,
  party: PartyState,
  question: Question,
  index: number | undefined,
  now: Instant,
): Consent {
  const organisation = party.organisation as OrganisationId;
  const { youthOnly } = party;
  const purposes = question.purpose === undefined ? ALL_PURPOSES : bitsOf([question.purpose]);
  const asked: Asked = { purposes, index, now, youthOnly };
  const { remembered, says, people } = compartment;
  const known = remembered.find(organisation, purposes, youthOnly, now);
  if (known) return known;
  const consent = asGuardian(state, compartment, organisation, now) ?? workOut(state, compartment, organisation, asked);
  const grants = says.flatMap((say) => (say.partner === organisation ? say.grants : []));
  // no grant that fits: the answer may hang on other compartments; without history: on the message's place in the log
  if (grants.every(({ history }) => history) && !LOOKS_ELSEWHERE.has(consent.code))
    remembered.keep({ ...consent, organisation, purposes, youthOnly, ...stretch(people, grants, now) });
  return consent;
}

/** A guardian institution (voogd) reads as a parent would. */
function asGuardian(
  state: State,
  compartment: CompartmentState,
  organisation: OrganisationId,
  now: Instant,
): Consent | null {
  const basis = compartment.audience === 'family' ? readsAbout(state, compartment, partner(organisation), now) : null;
  return basis && { outcome: 'permit', code: 'P-OWN', basis };
}

const LOOKS_ELSEWHERE: ReadonlySet<ReasonCode> = new Set(['D-SCOPE', 'D-NO-GRANT']);

function workOut(state: State, compartment: CompartmentState, organisation: OrganisationId, asked: Asked): Consent {
  const { now } = asked;
  const { says, people, subjects } = compartment;
  if (people.length < subjects.length) return no('deny', 'D-NO-AUTHORITY');
  const agreed: Say[] = [];
  const about: PersonState[] = [];
  let shared = asked.purposes;
  let worst: ReasonCode | null = null;
  let unheard: ReasonCode | null = null;
  for (const subject of people) {
    if (subject.dead) return no('deny', 'D-DECEASED');
    const deciders = decidersOf(state, subject, now, compartment.audience);
    if (deciders.length === 0) return no('deny', 'D-NO-AUTHORITY');
    let wished = false;
    for (const decider of deciders) {
      const say = find(says, organisation, decider);
      const found = say ? agreedPurposes(say, subject, asked) : 'D-NO-GRANT';
      if (typeof found === 'number') {
        shared &= found;
        agreed.push(say as Say);
        about.push(subject);
        wished ||= decider === subject.id;
      } else if (found === 'D-NO-GRANT') {
        unheard ??= decider === subject.id && isMinor(subject, now) ? 'H-CHILD-12-CONFIRM' : 'H-OTHER-PARENT-UNHEARD';
      } else if (found === 'H-SURVIVOR-CONFIRM') unheard = found;
      // a child that decides along with its parents and keeps its wish (JW 7.3.4(2)): not shared, and not the last word
      else if (wished && TAKEN_BACK.has(found)) unheard = 'H-CHILD-WISH';
      else if (worst === null || weighsMore(found, worst)) worst = found;
    }
  }
  if (worst) return no('deny', worst);
  if (unheard === 'H-SURVIVOR-CONFIRM') return no('hold', unheard);
  if (agreed.length === 0) {
    const meant = says.some((say) => say.partner === organisation && isYes(say, asked));
    return meant ? no('deny', 'D-NO-AUTHORITY') : nobodySaidYes(state, compartment, organisation, now);
  }
  if (shared === 0) return no('deny', 'D-PURPOSE');
  if (unheard) return no('hold', unheard);
  const one = { ...asked, purposes: shared & -shared };
  return { outcome: 'permit', code: 'P-CONSENT-ALL', basis: basisOf(agreed, about, one) };
}

const TAKEN_BACK: ReadonlySet<ReasonCode> = new Set(['D-REFUSED-PARENT', 'D-WITHDRAWN']);

/** The same as `sayOf`, without a function for each look. */
function find(says: readonly Say[], organisation: OrganisationId, decider: string): Say | undefined {
  for (const say of says) if (say.partner === organisation && say.by === decider) return say;
  return undefined;
}

/** The purposes (as bits) one decider agreed to that answer the question, or why there is none. */
function agreedPurposes(say: Say, subject: PersonState, asked: Asked): number | ReasonCode {
  if (say.refused) {
    if (say.by !== subject.id) return 'D-REFUSED-PARENT';
    return isMinor(subject, asked.now) ? 'D-REFUSED-CHILD' : 'D-REFUSED-SELF';
  }
  let purposes = 0;
  let why: ReasonCode = 'D-NO-GRANT';
  for (const grant of say.grants) {
    const problem = problemOf(grant, asked.purposes, asked.index, asked.now) ?? lapsed(grant, subject, asked);
    if (problem === null) purposes |= grant.purposeBits;
    else if (weighsMore(problem, why)) why = problem;
  }
  return purposes === 0 ? why : purposes;
}

/** What an event in the family's life ended or suspended: eighteen, for help to the young; the death of a parent. */
function lapsed(grant: GrantState, subject: PersonState, { now, youthOnly }: Asked): ReasonCode | null {
  if (grant.by !== subject.id)
    return subject.holderDied !== null && grant.index < subject.holderDied ? 'H-SURVIVOR-CONFIRM' : null;
  const { turns18 } = subject;
  return youthOnly && turns18 !== null && now >= turns18 && grant.at < turns18 ? 'D-EXPIRED' : null;
}

/** Of each decider the first grant that answers the question for this one purpose. */
function basisOf(agreed: readonly Say[], about: readonly PersonState[], asked: Asked): Id[] {
  const basis: Id[] = [];
  for (let i = 0; i < agreed.length; i++) {
    for (const grant of agreed[i]?.grants ?? []) {
      const lapse = lapsed(grant, about[i] as PersonState, asked);
      if (lapse ?? problemOf(grant, asked.purposes, asked.index, asked.now)) continue;
      if (!basis.includes(grant.id)) basis.push(grant.id);
      break;
    }
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

const isYes = ({ refused, grants }: Say, { purposes, index, now }: Asked): boolean =>
  !refused && grants.some((grant) => problemOf(grant, purposes, index, now) === null);

/** No yes at all, or one that is about something else of the same persons: then the family may simply be asked to widen it. */
function nobodySaidYes(
  state: State,
  { id, dossier, subjects }: CompartmentState,
  organisation: OrganisationId,
  now: Instant,
): Consent {
  for (const other of state.dossiers.get(dossier)?.compartments ?? []) {
    const compartment = state.compartments.get(other);
    if (other === id || !compartment?.subjects.some((subject) => subjects.includes(subject))) continue;
    const asked = { purposes: ALL_PURPOSES, index: undefined, now, youthOnly: false };
    for (const say of compartment.says)
      if (say.partner === organisation && isYes(say, asked)) return no('deny', 'D-SCOPE');
  }
  return no('deny', 'D-NO-GRANT');
}
