/**
 * Notices: what a party is told, computed from the state and the time alone, so that nothing is missed when every
 * service slept through a birthday. Free of content; never who refused, withdrew or was silent, and never of something
 * `sightOf` hides. Here what time brings; what people did is in notices-acts.ts.
 */
import type { Clock, Id, Instant, Notice, NoticeCode, PartyId } from '@eenmaal/model';
import { isOfficer, isPerson, isSeat, nameOf, organisationOf, partner } from '@eenmaal/model';
import { decidesIn } from './authority.ts';
import { clocksOf, recheckDue, reviewDue } from './clocks.ts';
import { consultClocks } from './clocks-messages.ts';
import { secondPersonFor } from './disclosure.ts';
import {
  agreedAt,
  informsOf,
  isSameSide,
  knowsOrganisation,
  readAbout,
  spokenFor,
  standing,
  toldAt,
} from './knowledge.ts';
import { referenceAt, ruleAt } from './law.ts';
import { type Listener, noticesOfActs, type Tell } from './notices-acts.ts';
import { type DisclosureState, type GrantState, type PersonState, type State, saysTo } from './state.ts';
import { sightOf } from './visible.ts';

const DAY = 86_400_000;
/** How long before its end a grant is spoken of: time enough to ask again. */
const SOON = 14 * DAY;

/** Everything `party` is told about `dossier` up to `now`, oldest first; null: about what is in no dossier. */
export function noticesFor(state: State, party: PartyId, dossier: Id | null, now: Instant): Notice[] {
  if (dossier === null) return noticesOfConsults(state, party, now);
  const listener = listenerOf(state, party, dossier, now);
  if (!listener) return [];
  const told = new Map<string, Notice>();
  const tell: Tell = (at, code, about, rule) => {
    if (at > now) return;
    const article = rule === undefined ? null : referenceAt(state.law, rule, at);
    // said once: two parents whose yes ends together are one piece of news
    told.set(`${String(at).padStart(16, '0')} ${code} ${about}`, { at, code, about, article });
  };
  for (const id of listener.dossier.persons) tellBirthdays(listener, tell, state.persons.get(id));
  for (const id of listener.dossier.seats) tellSeat(listener, tell, id);
  tellOrders(listener, tell);
  for (const { id } of listener.dossier.acts) {
    const grant = state.grants.get(id);
    const disclosure = state.disclosures.get(id);
    if (grant) tellGrant(listener, tell, grant);
    if (disclosure) tellDisclosure(listener, tell, disclosure);
  }
  noticesOfActs(listener, tell);
  return [...told].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, notice]) => notice);
}

/** To an organisation: a question without a name that waits for its answer, and the answer to its own. */
function noticesOfConsults(state: State, party: PartyId, now: Instant): Notice[] {
  const organisation = organisationOf(party);
  if (state.parties.get(party)?.ended || isSeat(party)) return [];
  return [...state.consults.values()].flatMap(({ id: about, to, at, answers }) => {
    const code = answers === null ? ('consult-asked' as const) : ('consult-answered' as const);
    return to === organisation && at <= now ? [{ at, code, about, article: referenceAt(state.law, 'L11', at) }] : [];
  });
}

/** Nobody is told anything who is no part of the dossier, died, ended, or whose seat does not run now. */
function listenerOf(state: State, party: PartyId, id: Id, now: Instant): Listener | null {
  const dossier = state.dossiers.get(id);
  const known = state.parties.get(party);
  const organisation = organisationOf(party) ?? '';
  const person = isPerson(party) ? nameOf(party) : null;
  if (!dossier || !known || known.ended) return null;
  if (known.seat && (known.seat.dossier !== id || now < known.seat.from || now >= known.seat.until)) return null;
  if (!(person === null ? dossier.organisations.has(organisation) : dossier.persons.includes(person))) return null;
  return { state, dossier, party, person, organisation, sight: sightOf(state, party, id, now) };
}

const BIRTHDAYS = { turns12: 'birthday-12', turns16: 'birthday-16', turns18: 'birthday-18' } as const;

/** To the child, who has custody, the partner that keeps the dossier, and those that could read about it until then. */
function tellBirthdays({ state, dossier, person, organisation }: Listener, tell: Tell, child?: PersonState): void {
  if (!child || child.dead) return;
  for (const [turns, code] of Object.entries(BIRTHDAYS) as [keyof typeof BIRTHDAYS, NoticeCode][]) {
    const at = child[turns];
    if (at === null) continue;
    // who had custody then is told of it, also when that changed since
    const custody = [...child.custody, ...spokenFor(child, at).custody];
    const concerned =
      person === null
        ? organisationOf(dossier.by) === organisation ||
          custody.includes(partner(organisation)) ||
          readAbout(state, dossier, organisation, child.id, at - 1)
        : child.id === person || custody.includes(person);
    if (concerned) tell(at, code, child.id, 'L01');
  }
}

/** To the family that knows the organisation: who comes, stands in, and goes. */
function tellSeat({ state, dossier, person, sight }: Listener, tell: Tell, id: PartyId): void {
  const seat = state.parties.get(id)?.seat;
  if (!seat || person === null || !sight.statements.has(seat.statement) || seat.until <= seat.from) return;
  if (!knowsOrganisation(state, sight, dossier, organisationOf(id) ?? '')) return;
  const said = dossier.acts.find((act) => act.id === seat.statement)?.at ?? seat.from;
  const standIn = seat.role === 'stand-in';
  tell(Math.max(said, seat.from), standIn ? 'standin-begins' : 'seat-begins', id, standIn ? 'L03' : undefined);
  tell(seat.until, 'seat-ended', id);
}

/** To the institution, the family it is about, and whom the institution asked for facts. */
function tellOrders({ state, dossier, person, organisation, sight }: Listener, tell: Tell): void {
  for (const { id, institution, until, statement } of dossier.orders.values()) {
    const asked = dossier.acts.some(({ id: said }) => {
      const ask = state.asks.get(said);
      return ask?.to === organisation && organisationOf(ask.by) === institution;
    });
    const concerned = person === null ? institution === organisation || asked : sight.statements.has(statement);
    if (concerned) tell(until, 'order-ended', id, 'L06');
  }
}

/** A yes that ends by itself, and is not renewed: to the family that sees it, and to the partner that could read by it. */
function tellGrant({ state, organisation, person, sight }: Listener, tell: Tell, grant: GrantState): void {
  const { by, partner: to, from, until } = grant;
  const place = state.compartments.get(grant.compartment);
  if (!place || grant.ended || !decidesIn(state, place, by, until - 1)) return;
  const renews = (later: GrantState) => !later.ended && later.until > until && later.from <= until;
  if (saysTo(place, to).some((say) => say.by === by && say.grants.some(renews))) return;
  const live = standing(place, to);
  for (const [at, code] of [
    [until - SOON, 'grant-ends-soon'],
    [until, 'grant-ended'],
  ] as const) {
    if (at < from) continue;
    if (person !== null && sight.compartments.has(place.id)) tell(at, code, grant.id, 'L01');
    if (organisation === to && agreedAt(state, place, live, at - 1)) tell(at, code, place.id, 'L01');
  }
}

/** To who disclosed: a second person must look, and whether the family can be told. To the family or the guardian: that it was. */
function tellDisclosure({ state, dossier, party, person, sight }: Listener, tell: Tell, given: DisclosureState) {
  const { id, rule: name, at, endorsement, emergency } = given;
  const told = toldAt(dossier, given);
  if (!isSameSide(party, given.by)) {
    // what an organisation was given itself is no news to it
    const hears = person !== null || !isSameSide(party, given.to);
    if (hears && told !== null && sight.statements.has(id)) tell(told, 'disclosed', id, name);
    return;
  }
  const rule = ruleAt(state.law, name, at);
  const second = rule && secondPersonFor(rule, given, rule.onRequest && given.ask !== null);
  if (second === 'after' && emergency) {
    tell(at, 'review-due', id, name);
    const due = reviewDue(state.law, at);
    const endorsed = dossier.acts.find((act) => act.id === endorsement)?.at ?? Number.POSITIVE_INFINITY;
    if (endorsed >= due) tell(due, 'review-overdue', id, name);
  } else if (second && party !== given.by) tell(at, 'second-person-wanted', id, name);
  const informs = informsOf(dossier, given);
  for (let times = 0; times <= informs.length; times++) {
    const due = recheckDue(state.law, at, times);
    if ((informs[times]?.at ?? Number.POSITIVE_INFINITY) >= due && !(times === informs.length && told !== null))
      tell(due, 'recheck-due', id, name);
  }
}

/**
 * The clocks `party` may know of: an officer all; an organisation its own, and those of what it asked; a family member
 * those of what it may see. Without a dossier: of consults.
 */
export function clocksFor(state: State, party: PartyId, dossier: Id | null, now: Instant): Clock[] {
  if (dossier === null) {
    const clocks = consultClocks(state, now);
    if (isOfficer(party)) return clocks;
    // both sides: who must answer, and who asked
    return clocks.filter(
      ({ about, who }) => isSameSide(party, who) || isSameSide(party, state.consults.get(about)?.by ?? ''),
    );
  }
  if (isOfficer(party)) return clocksOf(state, dossier, now);
  const listener = listenerOf(state, party, dossier, now);
  if (!listener) return [];
  const { person, organisation, sight } = listener;
  // in the family one adult's objection, and what is not told yet, must not show by a term; an organisation's are of its own acts
  const clocks = clocksOf(state, dossier, now, person === null ? undefined : (act) => sight.statements.has(act));
  return clocks.filter(({ about, who }) => {
    const grant = state.grants.get(about);
    if (grant) return person === null ? sight.statements.has(about) : sight.compartments.has(grant.compartment);
    const order = listener.dossier.orders.get(about);
    const place = state.messages.get(about)?.compartment ?? about;
    if (person !== null && state.compartments.has(place)) return sight.compartments.has(place);
    if (person !== null) return sight.statements.has(order?.statement ?? about);
    const asked = state.asks.get(about) ?? state.requests.get(about);
    return organisation === nameOf(who) || organisationOf(asked?.by ?? '') === organisation;
  });
}
