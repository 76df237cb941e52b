/**
 * Sharing without consent: is a recorded disclosure (verstrekking) of this message to this party good now? The rule it names
 * must be in force and fit who gives, who gets and whom it is about; the order it rests on must live; what the rule asks to
 * record must be recorded. Judged at every opening, so what ends or is contested later closes what was not yet opened.
 */
import { type Decision, type Id, type Instant, organisationOf, partner, type ReasonCode } from '@eenmaal/model';
import { readsAbout } from './authority.ts';
import type { Consent } from './consents.ts';
import type { Question } from './decide.ts';
import { subjectsOf } from './knowledge.ts';
import { ageBand, inForce, type Rule, ruleAt } from './law.ts';
import type {
  CompartmentState,
  DeciderId,
  DisclosureState,
  DossierState,
  MessageState,
  PartyState,
  State,
} from './state.ts';
import { reviewDue } from './terms.ts';

/** What the rule looks at: the place, who would get it, the question, and what consent alone says of it. */
export type Case = {
  state: State;
  compartment: CompartmentState;
  dossier: DossierState;
  party: PartyState;
  question: Question;
  now: Instant;
  /** Consent to this organisation in that compartment. */
  consentIn(compartment: CompartmentState): Consent;
};

type Found = { code: ReasonCode; basis: Id[] };
const OUTCOME = { P: 'permit', H: 'hold', D: 'deny' } as const;
const outcomeOf = (code: ReasonCode): Decision['outcome'] => OUTCOME[code[0] as keyof typeof OUTCOME];
const RANK = { permit: 2, hold: 1, deny: 0 } as const;

/** The best of what was disclosed to this party of this message, the newest first; null when nothing was. */
export function decideDisclosed(asked: Case, message: MessageState): Decision | null {
  let best: Decision | null = null;
  for (const disclosure of [...message.disclosures].reverse()) {
    if (disclosure.to !== asked.party.party) continue;
    const rule = ruleAt(asked.state.law, disclosure.rule, asked.now);
    const { code, basis } = rule ? judge(asked, disclosure, rule) : { code: 'D-BASIS-DISABLED' as const, basis: [] };
    const outcome = outcomeOf(code);
    if (best && RANK[best.outcome] >= RANK[outcome]) continue;
    const rules = [rule?.reference ?? disclosure.rule];
    best = { outcome, code, basis: outcome === 'permit' ? [disclosure.id, ...basis] : [], rules };
  }
  return best;
}

/** A right or duty by which this might be shared, once somebody weighed it and named the message: a hold, not a no. */
export function offeredRight(asked: Case, from: PartyState | undefined): Decision | null {
  for (const rule of asked.party.offered) {
    if (!inForce(rule, asked.now)) continue;
    const purpose = asked.question.purpose;
    if (purpose !== undefined && !rule.purposes.includes(purpose)) continue;
    if (from && !mayGive(asked.state, rule, from)) continue;
    if (problemOfRule(asked, rule, from).code) continue;
    return { outcome: 'hold', code: 'H-RIGHT-NEEDS-MOTIVE', basis: [], rules: [rule.reference] };
  }
  return null;
}

function judge(asked: Case, disclosure: DisclosureState, rule: Rule): Found {
  const { state, question, now } = asked;
  const giver = state.parties.get(disclosure.by);
  const fail = (code: ReasonCode): Found => ({ code, basis: [] });
  if (!giver || !mayGive(state, rule, giver)) return fail('D-NO-AUTHORITY');
  if (!rule.purposes.includes(disclosure.purpose) || (question.purpose ?? disclosure.purpose) !== disclosure.purpose)
    return fail('D-PURPOSE');
  const evidence = problemOfRule(asked, rule, giver);
  if (evidence.code) return fail(evidence.code);
  const basis = evidence.basis;
  const asking = rule.onRequest ? requestFor(asked, disclosure) : null;
  if (asking) basis.push(asking);
  else if (!rule.records.every((answer) => disclosure.answers.includes(answer))) return fail('H-RIGHT-NEEDS-MOTIVE');
  const second = secondPersonFor(rule, disclosure, asking !== null);
  if (disclosure.endorsement) basis.push(disclosure.endorsement);
  else if (second) {
    if (!disclosure.emergency || second === 'before') return fail('H-SECOND-PERSON');
    if (now >= reviewDue(state.law, disclosure.at)) return fail('H-REVIEW-OVERDUE');
  }
  if (disclosure.ended || (rule.objection === 'stops' && wasObjected(asked, rule))) return fail('D-OBJECTED');
  if (disclosure.objection && rule.objection === 'weigh') return fail('H-OBJECTED');
  return { code: rule.permits ?? 'D-NO-AUTHORITY', basis };
}

/**
 * Whether a second person must look along, and at the latest when: `after`, in an emergency also afterwards. At the sharing
 * itself, unless it answers a request; and whenever the family is told later (Jeugdwet 7.3.2: nothing is kept from it before
 * another professional was consulted).
 */
export function secondPersonFor(rule: Rule, { later }: DisclosureState, asked: boolean): 'before' | 'after' | null {
  if (rule.secondPerson && !asked) return rule.emergency ? 'after' : 'before';
  return later && rule.inform === 'later-allowed' ? 'after' : null;
}

/** Where a no is the last word, no weighing lifts it and no next disclosure of the same persons goes round it. */
function wasObjected({ state, dossier, compartment }: Case, rule: Rule): boolean {
  return dossier.acts.some(({ kind, about }) => {
    const other = kind === 'objection' ? state.disclosures.get(about ?? '') : undefined;
    return other?.rule === rule.id && subjectsOf(state, other).some((id) => compartment.subjects.includes(id));
  });
}

const overlap = (wanted: readonly string[], roles: readonly string[]): boolean =>
  roles.some((role) => wanted.includes(role));
/** With a task the rule names; `any` is every task but that whose data go by a way of their own (the police, L32). */
function mayGive({ law }: State, { from }: Rule, { organisation, roles }: PartyState): boolean {
  if (organisation === null) return false;
  return from.includes('any') ? roles.some((id) => law.roles.get(id)?.discloses !== false) : overlap(from, roles);
}

/** Whether the rule fits this receiver and these subjects, and its live evidence: an order, a placement, an involvement. */
function problemOfRule(
  asked: Case,
  rule: Rule,
  giver: PartyState | undefined,
): { code: ReasonCode | null; basis: Id[] } {
  const { compartment, state, now } = asked;
  const fail = (code: ReasonCode) => ({ code, basis: [] });
  // only a rule about the dead gives anything about somebody who died
  const dead = compartment.subjects.some((id) => state.persons.get(id)?.dead);
  if (dead && rule.about !== 'dead') return fail('D-DECEASED');
  if (!mayGet(asked, rule)) return fail('D-NO-AUTHORITY');
  if (rule.needs === 'order') return byOrder(asked, rule);
  if (rule.needs === 'foster') return byPlacement(asked, giver);
  if (!compartment.subjects.every((id) => isAbout(state, rule.about, id, now))) return fail('D-OTHER-ADULT');
  const no = rule.withdrawal === 'stops' ? standingNo(asked, rule) : null;
  if (no) return fail(no);
  if (rule.needs !== 'involved') return { code: null, basis: [] };
  const basis: Id[] = [];
  for (const subject of compartment.subjects) {
    const agreed = involvement(asked, subject);
    if (!agreed) return fail('D-NO-GRANT');
    for (const id of agreed) if (!basis.includes(id)) basis.push(id);
  }
  return { code: null, basis };
}

/**
 * A no that beats the family's yes to being involved elsewhere, also one that a child's own wish holds open. Where an objection
 * is the last word: wherever it was said about the same persons.
 */
function standingNo({ state, dossier, compartment, consentIn }: Case, rule: Rule): ReasonCode | null {
  for (const id of rule.objection === 'stops' ? dossier.compartments : [compartment.id]) {
    const place = state.compartments.get(id);
    if (!place?.subjects.some((subject) => compartment.subjects.includes(subject))) continue;
    const { code } = consentIn(place);
    if (code.startsWith('D-REFUSED') || code === 'D-WITHDRAWN' || code === 'H-CHILD-WISH') return code;
  }
  return null;
}

/** What the family agreed to with this organisation about somebody, anywhere; null when it did not. */
function involvement({ state, dossier, consentIn }: Case, subject: Id): readonly Id[] | null {
  for (const id of dossier.compartments) {
    const other = state.compartments.get(id);
    const consent = other?.subjects.includes(subject) ? consentIn(other) : null;
    if (consent?.outcome === 'permit') return consent.basis;
  }
  return null;
}

function mayGet({ state, party, compartment, dossier, now }: Case, { toward }: Rule): boolean {
  const { person, organisation } = party;
  const every = (test: (id: Id) => boolean) => compartment.subjects.every(test);
  // a guardian institution stands where a parent with custody would (BW 1:303)
  const holder = person ?? (organisation && partner(organisation)) ?? '';
  const hasCustody = (id: Id) => state.persons.get(id)?.custody.includes(holder) ?? false;
  if (toward.includes('person:custody') && every(hasCustody)) return true;
  if (toward.includes('person:self') && every((id) => speaksAs(state, id, holder, now))) return true;
  if (person === null) return toward.includes('any') || toward.includes('named') || overlap(toward, party.roles);
  if (toward.includes('person:relative') && every((id) => id !== person)) return true;
  const placed = (id: Id) => dossier.fosters.some(({ child, parent }) => child === id && parent === person);
  return toward.includes('person:foster') && every((id) => placed(id) && isAbout(state, 'child', id, now));
}

/** A child under 12 has its parents read; whoever cannot judge has others speak (Jeugdwet 7.3.15), beside reading itself. */
function speaksAs(state: State, id: Id, who: DeciderId, now: Instant): boolean {
  const subject = state.persons.get(id);
  if (!subject || (id !== who && subject.representatives === null)) return false;
  return readsAbout(state, { subjects: [id], allowed: NOBODY }, who, now) !== null;
}

const NOBODY: ReadonlyMap<Id, ReadonlyMap<Id, Id>> = new Map();

/** Whose data a rule is about. With an order also who has custody over the child: see `byOrder`. */
function isAbout(state: State, about: Rule['about'], id: Id, now: Instant): boolean {
  const subject = state.persons.get(id);
  if (!subject || about === 'any') return subject !== undefined;
  if (about === 'dead') return subject.dead;
  const band = ageBand(subject, now);
  return about === 'under16' ? band === 'under12' || band === '12-15' : band !== 'adult';
}

/** A supervision order over a child, carried out by the receiver; it reaches the child and, when the rule says so, who has custody. */
function byOrder({ state, dossier, compartment, party, now }: Case, rule: Rule) {
  let code: ReasonCode = 'D-NO-AUTHORITY';
  for (const order of dossier.orders.values()) {
    if (order.institution !== party.organisation) continue;
    const child = state.persons.get(order.child);
    const reached = (id: Id) =>
      id === order.child || (rule.about === 'child-and-custody' && (child?.custody.includes(id) ?? false));
    if (!compartment.subjects.every(reached)) {
      if (code === 'D-NO-AUTHORITY') code = 'D-OTHER-ADULT';
    } else if (now >= order.until || child?.dead || !isAbout(state, 'child', order.child, now)) code = 'D-EXPIRED';
    else if (now < order.from) code = 'D-NOT-YET';
    else return { code: null, basis: [order.statement] };
  }
  return { code, basis: [] };
}

/** A placement of every subject with this foster parent, guided by who gives. */
function byPlacement({ dossier, compartment, party, now }: Case, giver: PartyState | undefined) {
  const basis: Id[] = [];
  let code: ReasonCode | null = null;
  for (const id of compartment.subjects) {
    const placements = dossier.fosters.filter(
      ({ child, parent, provider }) =>
        child === id && parent === party.person && (!giver || provider === giver.organisation),
    );
    const live = placements.find(({ from, until }) => from <= now && now < until);
    if (live) basis.push(live.statement);
    else code ??= placements.length === 0 ? 'D-NO-AUTHORITY' : 'D-EXPIRED';
  }
  return code ? { code, basis: [] } : { code, basis };
}

/** The request this disclosure answers: asked by the receiver's organisation of the giver's, about these persons. */
function requestFor({ state, party, compartment }: Case, disclosure: DisclosureState): Id | null {
  const ask = disclosure.ask === null ? undefined : state.asks.get(disclosure.ask);
  if (!ask || ask.rule !== disclosure.rule || ask.purpose !== disclosure.purpose) return null;
  if (ask.to !== organisationOf(disclosure.by) || organisationOf(ask.by) !== party.organisation) return null;
  return compartment.subjects.every((id) => ask.about.includes(id)) ? ask.id : null;
}
