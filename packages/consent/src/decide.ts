/**
 * THE RULE: may this party read or write this, now? Pure: no clock, no I/O, no organisation names; the same function
 * runs before sending, at delivery, at release and in the auditor's replay. Default deny; what is unknown is denied.
 * Order: who asks (identity, organisation, seat) -> prohibitions -> consent -> a duty or right that was recorded -> a right
 * that still must be weighed -> no.
 */
import type { Decision, Id, Instant, Mark, PartyId, Purpose, ReasonCode, RuleId } from '@eenmaal/model';
import { readsAbout } from './authority.ts';
import { consentOf } from './consents.ts';
import { type Case, decideDisclosed, offeredRight } from './disclosure.ts';
import { referenceAt } from './law.ts';
import { prohibition } from './prohibitions.ts';
import type { CompartmentState, MessageState, PartyState, SeatState, State } from './state.ts';

/**
 * `message`: the one it is about; leave it out for what is written from now on, or give `index` alone to ask about all
 * that stands at a place in the log. `purpose`: what the reader will use it for; leave it out to ask whether any one
 * purpose is allowed. `from` and `marks`: who would share it, and what it holds, of a message that is not there yet.
 */
export type Question = {
  party: PartyId;
  compartment: Id;
  message?: Id;
  index?: number;
  purpose?: Purpose;
  from?: PartyId;
  marks?: readonly Mark[];
};

const NONE: Id[] = [];

/** Decides one question at one moment. Never throws. */
export function decide(state: State, question: Question, now: Instant): Decision {
  const compartment = state.compartments.get(question.compartment);
  const party = state.parties.get(question.party);
  const message = question.message === undefined ? undefined : state.messages.get(question.message);
  const index = message?.index ?? question.index;
  // NaN is neither before nor after anything: comparisons would let it through
  if (!compartment || !party || !Number.isFinite(now) || !Number.isFinite(index ?? 0))
    return answer(state, Number.isFinite(now) ? now : Number.NaN, 'deny', 'D-UNKNOWN', NONE, 'L01');
  if (question.message !== undefined && message?.compartment !== compartment.id)
    return answer(state, now, 'deny', 'D-UNKNOWN', NONE, 'L01');
  const closed = closedBy(state, compartment, party, message, index, now);
  if (closed) return answer(state, now, 'deny', closed, NONE, 'L01');
  const forbidden = prohibition(state, compartment, party, message ?? question, message?.sender ?? question.from);
  if (forbidden) return answer(state, now, 'deny', forbidden.code, NONE, forbidden.rule);
  if (party.person !== null) return decideForPerson(state, compartment, party, message, question, now);
  if (party.organisation !== null) return decideForPartner(state, compartment, party, message, index, question, now);
  return answer(state, now, 'deny', 'D-NO-AUTHORITY', NONE, 'L01');
}

function answer(
  state: State,
  now: Instant,
  outcome: Decision['outcome'],
  code: ReasonCode,
  basis: Id[],
  ...rules: RuleId[]
): Decision {
  return { outcome, code, basis, rules: rules.map((id) => referenceAt(state.law, id, now)) };
}

/** What ends everything before any basis is looked at: the message is gone, the organisation or the seat is. */
function closedBy(
  state: State,
  compartment: CompartmentState,
  party: PartyState,
  message: MessageState | undefined,
  index: number | undefined,
  now: Instant,
): ReasonCode | null {
  if (party.ended) return party.person === null ? 'D-ORG-CHANGED' : 'D-DECEASED';
  if (party.seat) {
    if (party.seat.dossier !== compartment.dossier) return 'D-NO-AUTHORITY';
    const closed = closedSeat(state, party.seat, index, now);
    if (closed) return closed;
  }
  if (message?.erased) return 'D-ERASED';
  return message?.supersededBy ? 'D-SUPERSEDED' : null;
}

/** An adviser reads from its start; a chair sees that there is something, not what; whoever stands in for one does no more. */
function closedSeat(state: State, seat: SeatState, index: number | undefined, now: Instant): ReasonCode | null {
  if (now >= seat.until) return 'D-SEAT-ENDED';
  if (now < seat.from) return 'D-NOT-YET';
  const role = taskOf(state, seat);
  if (role === 'chair') return 'D-SCOPE';
  // from its own start, a stand-in too: it gets no key from before
  return role === 'adviser' && index !== undefined && index < seat.index ? 'D-SCOPE' : null;
}

/** Its role, of a stand-in that of whom it stands in for: each was there before, so this ends. */
function taskOf(state: State, seat: SeatState): SeatState['role'] {
  const replaced = seat.for === null ? undefined : state.parties.get(seat.for)?.seat;
  return replaced ? taskOf(state, replaced) : seat.role;
}

function decideForPerson(
  state: State,
  compartment: CompartmentState,
  party: PartyState,
  message: MessageState | undefined,
  question: Question,
  now: Instant,
): Decision {
  const basis = ownBasis(state, compartment, party, now);
  if (basis) return answer(state, now, 'permit', 'P-OWN', basis, 'OWN');
  const disclosed = message && decideDisclosed(caseOf(state, compartment, party, question, now), message);
  return disclosed ?? answer(state, now, 'deny', 'D-OTHER-ADULT', NONE, 'OWN');
}

/** On what a family member reads all of a compartment; null when it does not. */
function ownBasis(state: State, compartment: CompartmentState, party: PartyState, now: Instant): Id[] | null {
  if (compartment.audience === 'own') return compartment.by === party.party ? NONE : null;
  if (compartment.audience === 'file' || party.person === null) return null;
  return readsAbout(state, compartment, party.person, now);
}

function decideForPartner(
  state: State,
  compartment: CompartmentState,
  party: PartyState,
  message: MessageState | undefined,
  index: number | undefined,
  question: Question,
  now: Instant,
): Decision {
  const { seat } = party;
  if (compartment.audience === 'file' && state.parties.get(compartment.by)?.organisation === party.organisation)
    return seatAnswer(seat, answer(state, now, 'permit', 'P-OWN', NONE, 'FILE'), state, now);
  const consent = consentOf(state, compartment, party, question, index, now);
  const sender = state.parties.get(message?.sender ?? question.from ?? '');
  const rule = consent.code === 'P-OWN' ? 'OWN' : (sender?.secrecy ?? 'L01');
  const byConsent = answer(state, now, consent.outcome, consent.code, consent.basis, rule);
  // a yes before a duty: what the family agreed to it may see, also where telling of a disclosure must wait
  if (consent.outcome === 'permit') return seatAnswer(seat, byConsent, state, now);
  const asked = () => caseOf(state, compartment, party, question, now);
  const disclosed = message && message.disclosures.length > 0 ? decideDisclosed(asked(), message) : null;
  if (disclosed && disclosed.outcome !== 'deny') return disclosed;
  const right = party.offered.length > 0 ? offeredRight(asked(), sender) : null;
  return right ?? disclosed ?? byConsent;
}

/** A seat's permit rests on the seat too; a stand-in's on the article about standing in, and waits when it is objected to. */
function seatAnswer(seat: SeatState | null, decision: Decision, state: State, now: Instant): Decision {
  if (!seat) return decision;
  const basis = [...decision.basis, seat.statement];
  if (seat.role !== 'stand-in') return { ...decision, basis };
  const waits = answer(state, now, 'hold', 'H-OBJECTED', NONE, 'L03');
  return seat.objection ? waits : { ...decision, code: 'P-STANDIN', basis, rules: [...decision.rules, ...waits.rules] };
}

function caseOf(
  state: State,
  compartment: CompartmentState,
  party: PartyState,
  question: Question,
  now: Instant,
): Case {
  const dossier = state.dossiers.get(compartment.dossier);
  return {
    ...{ state, compartment, party, question, now },
    dossier: dossier as Case['dossier'],
    consentIn: (place) => consentOf(state, place, party, { ...question, compartment: place.id }, undefined, now),
  };
}
