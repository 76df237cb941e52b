/**
 * What the ledger may append of attestations and acts under the law: who may say that, about whom, and in which order. The
 * rest is in accept.ts. Whether an act gives anybody anything is not asked here: `decide` judges that, at every opening.
 */
import {
  type ErrorCode,
  type Id,
  type Instant,
  isPartner,
  isPerson,
  nameOf,
  type OrganisationId,
  organisationOf,
  type PartyId,
  partner,
  person,
  STEWARD,
  type Statement,
  type StatementOf,
} from '@eenmaal/model';
import { checkErase } from './accept-erase.ts';
import { deciderOf, readsAll } from './authority.ts';
import { addTerm } from './civil-time.ts';
import { decide } from './decide.ts';
import { seatOf } from './fold-acts.ts';
import { isSameSide } from './knowledge.ts';
import { ageBand, REPORT_RULE, ruleAt } from './law.ts';
import { prohibition } from './prohibitions.ts';
import type { DossierState, MessageState, State } from './state.ts';

type Refusal = ErrorCode | null;
type Now = number;
/** Disclosures of one message, and seats of one organisation in a dossier: every decision goes through them. */
const MAX = 32;

/** Kinds this file judges. */
export type LawStatement = Exclude<
  Statement,
  StatementOf<
    | 'region'
    | 'partner'
    | 'officer'
    | 'new-keys'
    | 'dossier'
    | 'person'
    | 'compartment'
    | 'grant'
    | 'withdraw'
    | 'refuse'
    | 'epoch'
    | 'admit'
  >
>;

/** May it be appended at `now`? Its dossier exists. Returns a refusal's code or null. */
export function checkLawStatement(state: State, statement: LawStatement, now: Now): Refusal {
  switch (statement.kind) {
    case 'succession':
      return checkSuccession(state, statement);
    case 'consult':
      return checkConsult(state, statement);
    default: {
      const dossier = state.dossiers.get(statement.dossier);
      return dossier ? checkInDossier(state, dossier, statement, now) : 'unknown-dossier';
    }
  }
}

type InDossier = Exclude<LawStatement, StatementOf<'succession' | 'consult'>>;

function checkInDossier(state: State, dossier: DossierState, statement: InDossier, now: Now): Refusal {
  switch (statement.kind) {
    case 'custody':
    case 'capacity':
    case 'death':
    case 'foster':
      return dossier.by === statement.by ? checkAttested(state, statement) : 'no-authority';
    case 'secrecy':
      return checkSecrecy(state, dossier, statement);
    case 'order':
      return checkOrder(state, dossier, statement, now);
    case 'seat':
    case 'seat-end':
      return checkSeat(state, dossier, statement);
    case 'allow':
      return checkAllow(state, statement, now);
    case 'request':
    case 'objection':
    case 'dispute':
      return checkFamilyAct(state, dossier, statement, now);
    case 'erase':
    case 'supersede':
      return checkItems(state, dossier, statement, now);
    default:
      return checkOrganisationAct(state, dossier, statement, now);
  }
}

const isIn = (state: State, dossier: Id, ids: readonly Id[]): boolean =>
  ids.every((id) => state.persons.get(id)?.dossier === dossier);
/** Who died before is shown to no organisation: by a statement that named it, its copy would wait for that one's word. */
const areAlive = (state: State, ids: readonly Id[]): boolean => ids.every((id) => !state.persons.get(id)?.dead);
export const hasTwice = (ids: readonly string[]): boolean => new Set(ids).size < ids.length;
/** Registered, and not ended or merged: nothing is asked of one that nobody answers for. */
export const isActive = (state: State, organisation: OrganisationId): boolean =>
  state.parties.get(partner(organisation))?.ended === false;

/** A judge gives guardianship to a certified institution (BW 1:302); any other would read and decide like a parent by a slip. */
const mayGuard = (state: State, institution: OrganisationId): boolean =>
  isActive(state, institution) && (state.parties.get(partner(institution))?.roles.includes('gi') ?? false);

/** Said by the partner that opened the dossier, which is checked before. */
function checkAttested(state: State, statement: StatementOf<'custody' | 'capacity' | 'death' | 'foster'>): Refusal {
  const { dossier } = statement;
  switch (statement.kind) {
    case 'custody': {
      const { child, holders, guardian, partial } = statement;
      if (holders.includes(child) || hasTwice(holders) || (guardian !== null && holders.length > 0)) return 'malformed';
      if (!isIn(state, dossier, [child, ...holders])) return 'statement-out-of-order';
      // one that ended would seem to decide, and close everything
      if (!areAlive(state, holders) || (guardian !== null && !mayGuard(state, guardian)))
        return 'statement-out-of-order';
      return partial === null || state.parties.has(partner(partial.institution)) ? null : 'statement-out-of-order';
    }
    case 'capacity': {
      const { person: who, capable, representatives } = statement;
      if (representatives.includes(who) || hasTwice(representatives) || (capable && representatives.length > 0))
        return 'malformed';
      const known = isIn(state, dossier, [who, ...representatives]) && areAlive(state, representatives);
      return known ? null : 'statement-out-of-order';
    }
    case 'death':
      if (!isIn(state, dossier, [statement.person])) return 'statement-out-of-order';
      return state.persons.get(statement.person)?.dead ? 'statement-conflict' : null;
    case 'foster': {
      const { child, parent, provider, from, until } = statement;
      if (child === parent || from >= until) return 'malformed';
      const known = isIn(state, dossier, [child, parent]) && state.parties.has(partner(provider));
      return known ? null : 'statement-out-of-order';
    }
  }
}

function checkSecrecy(state: State, dossier: DossierState, { person: who, by }: StatementOf<'secrecy'>): Refusal {
  if (by !== person(who) && by !== dossier.by) return 'no-authority';
  return isIn(state, dossier.id, [who]) ? null : 'statement-out-of-order';
}

/** By any partner that may attest: the opener may not be the one that has the court's decision. */
function checkOrder(state: State, dossier: DossierState, statement: StatementOf<'order'>, now: Now): Refusal {
  const { by, order, child, institution, from, until } = statement;
  if (!isPartner(by) || !state.parties.get(by)?.attests) return 'no-authority';
  const known = dossier.orders.get(order);
  if (from >= until || until > longestOrder(state, Math.max(from, now, known?.until ?? now))) return 'malformed';
  if (known && (known.child !== child || known.institution !== institution)) return 'statement-conflict';
  const exists = isIn(state, dossier.id, [child]) && state.parties.has(partner(institution));
  return exists ? null : 'statement-out-of-order';
}

/** A judge gives a year at most, and a year more from where it ends (BW 1:258, 1:260): a slip in a date would open for longer. */
function longestOrder({ law }: State, from: Instant): Instant {
  const term = law.clocks.get('order-longest')?.term;
  return term ? addTerm(from, term, law.holidays) : Number.POSITIVE_INFINITY;
}

function checkSeat(state: State, dossier: DossierState, statement: StatementOf<'seat' | 'seat-end'>): Refusal {
  const { by, seat } = statement;
  const organisation = organisationOf(seat);
  if (!isPartner(by) || nameOf(by) !== organisation || !dossier.organisations.has(organisation)) return 'no-authority';
  if (state.parties.get(by)?.ended) return 'no-authority';
  const known = state.parties.get(seat);
  if (statement.kind === 'seat-end') return known?.seat?.dossier === dossier.id ? null : 'statement-out-of-order';
  if (known) return 'statement-conflict';
  const { role, for: replaced, from, until } = statement;
  if (from >= until || (role === 'stand-in') !== (replaced !== null) || isPartner(seat)) return 'malformed';
  const seats = dossier.seats.filter((other) => organisationOf(other) === organisation);
  if (replaced !== null && !seats.includes(replaced)) return 'statement-out-of-order';
  return seats.length < MAX ? null : 'rate-limited';
}

/** Only who decides alone, about itself: from 16 on. */
function checkAllow(state: State, { by, compartment, dossier, reader }: StatementOf<'allow'>, now: Now): Refusal {
  const place = state.compartments.get(compartment);
  const subject = isPerson(by) ? state.persons.get(nameOf(by)) : undefined;
  if (!place || place.dossier !== dossier || place.audience !== 'family' || !subject) return 'no-authority';
  if (!place.subjects.includes(subject.id) || subject.representatives !== null) return 'no-authority';
  const band = ageBand(subject, now);
  if (band === 'under12' || band === '12-15') return 'no-authority';
  return isIn(state, dossier, [reader]) && reader !== subject.id ? null : 'statement-out-of-order';
}

/** A request, an objection or a dispute of a family member, or of the institution that is guardian (BW 1:303). */
function checkFamilyAct(
  state: State,
  dossier: DossierState,
  statement: StatementOf<'request' | 'objection' | 'dispute'>,
  now: Now,
): Refusal {
  const { by } = statement;
  const who = deciderOf(by);
  const guards = (id: Id) => state.persons.get(id)?.custody.includes(who) ?? false;
  if (!(isPerson(by) ? isIn(state, dossier.id, [who]) : isPartner(by) && dossier.persons.some(guards)))
    return 'no-authority';
  if (state.parties.get(by)?.ended) return 'no-authority';
  const speaksFor = (subjects: readonly Id[]) =>
    isIn(state, dossier.id, subjects) && readsAll(state, subjects, who, now);
  const speaksAbout = (id: Id) =>
    messageIn(state, dossier, id)?.subjects.some((subject) => speaksFor([subject])) ?? false;
  switch (statement.kind) {
    case 'request': {
      if (!speaksFor([statement.about]) || !statement.items.every(speaksAbout)) return 'no-authority';
      return isActive(state, statement.to) ? null : 'statement-out-of-order';
    }
    case 'objection': {
      const disclosure = state.disclosures.get(statement.act);
      const seat = seatOf(state, dossier.id, statement.act);
      if (!seat && !(disclosure?.dossier === dossier.id && disclosure.told && disclosure.items.some(speaksAbout)))
        return 'no-authority';
      // each has a right of its own to object; that another did already is not for it to learn
      return waits(dossier, statement) ? 'statement-out-of-order' : null;
    }
    case 'dispute':
      return speaksAbout(statement.item) ? null : 'no-authority';
  }
}

/** Whether this person's own earlier objection to the same is not weighed yet. */
function waits({ acts }: DossierState, { act, by }: StatementOf<'objection'>): boolean {
  const last = acts.findLast(
    ({ kind, about, by: who }) => about === act && (kind === 'weigh' || (kind === 'objection' && who === by)),
  );
  return last?.kind === 'objection';
}

function messageIn(state: State, dossier: DossierState, id: Id) {
  const message = state.messages.get(id);
  const compartment = message && state.compartments.get(message.compartment);
  return compartment?.dossier === dossier.id ? { message, subjects: compartment.subjects } : undefined;
}

/** Erasing and correcting are for who wrote it; erasing also for the partner that keeps the dossier. */
function checkItems(
  state: State,
  dossier: DossierState,
  statement: StatementOf<'erase' | 'supersede'>,
  now: Now,
): Refusal {
  const { by } = statement;
  const isMine = (sender: PartyId) => isSameSide(sender, by);
  if (statement.kind === 'erase') return checkErase(state, dossier, statement, now, isMine);
  const mine = ({ sender }: MessageState) => isMine(sender);
  const [old, next] = [statement.old, statement.new].map((id) => messageIn(state, dossier, id)?.message);
  if (!old || !next || !mine(old) || !mine(next) || old.compartment !== next.compartment) return 'no-authority';
  if (next.index <= old.index || next.supersededBy || next.erased) return 'statement-out-of-order';
  return old.supersededBy ? 'statement-conflict' : null;
}

type OrganisationAct = StatementOf<'ask' | 'disclose' | 'endorse' | 'inform' | 'weigh' | 'answer'>;

/** Acts of organisations that have something to do in this dossier. */
function checkOrganisationAct(state: State, dossier: DossierState, statement: OrganisationAct, now: Now): Refusal {
  const { by } = statement;
  const organisation = organisationOf(by);
  const seat = state.parties.get(by)?.seat;
  if (organisation === null || !dossier.organisations.has(organisation)) return 'no-authority';
  if (state.parties.get(by)?.ended || (seat && seat.dossier !== dossier.id)) return 'no-authority';
  switch (statement.kind) {
    case 'ask': {
      if (!state.law.rulesById.has(statement.rule) || statement.to === organisation) return 'malformed';
      const known = isIn(state, dossier.id, statement.about) && isActive(state, statement.to);
      return known ? null : 'statement-out-of-order';
    }
    case 'disclose':
      return checkDisclosure(state, dossier, statement, now);
    case 'answer': {
      const request = state.requests.get(statement.request);
      if (request?.to !== organisation || request.dossier !== dossier.id) return 'no-authority';
      if (statement.ground !== null && !state.law.rulesById.has(statement.ground)) return 'malformed';
      if ((statement.outcome === 'granted') !== (statement.ground === null)) return 'malformed';
      return request.answered ? 'statement-conflict' : null;
    }
    default:
      return checkAboutAct(state, dossier, statement);
  }
}

/** Endorsing, informing and weighing: of an act of one's own organisation. */
function checkAboutAct(
  state: State,
  dossier: DossierState,
  statement: StatementOf<'endorse' | 'inform' | 'weigh'>,
): Refusal {
  const { by, act } = statement;
  const disclosure = state.disclosures.get(act);
  const seat = seatOf(state, dossier.id, act);
  // Veilig Thuis puts off its own telling of a report it got (Wmo 5.3.1(2)); what the reporter tells is the reporter's
  if (statement.kind === 'inform' && disclosure?.rule === REPORT_RULE && isSameSide(disclosure.to, by))
    return statement.told || disclosure.dossier !== dossier.id ? 'no-authority' : null;
  const owner = disclosure?.dossier === dossier.id ? disclosure.by : seat?.seat;
  if (owner === undefined || !isSameSide(owner, by)) return 'no-authority';
  switch (statement.kind) {
    case 'endorse':
      if (!disclosure || disclosure.by === by) return 'no-authority';
      return disclosure.endorsement ? 'statement-conflict' : null;
    case 'inform':
      if (!disclosure) return 'no-authority';
      return disclosure.told ? 'statement-out-of-order' : null;
    case 'weigh':
      return (disclosure ?? seat)?.objection ? null : 'statement-out-of-order';
  }
}

/** Who discloses must itself be allowed to read each item now, and wraps it for the receiver's own key. */
function checkDisclosure(state: State, dossier: DossierState, statement: StatementOf<'disclose'>, now: Now): Refusal {
  const { by, to, rule, items, ask, inform } = statement;
  const receiver = state.parties.get(to);
  if (!receiver || to === STEWARD || (receiver.person === null && receiver.organisation === null))
    return 'statement-out-of-order';
  if (receiver.person !== null && !isIn(state, dossier.id, [receiver.person])) return 'no-authority';
  if (receiver.seat && receiver.seat.dossier !== dossier.id) return 'no-authority';
  if (isSameSide(by, to) || !state.law.rulesById.has(rule)) return 'malformed';
  if (hasTwice(items.map(({ envelope }) => envelope))) return 'malformed';
  const named = ruleAt(state.law, rule, now);
  const must = named?.permits ? named.inform : 'none';
  if (must === 'before' ? inform !== 'before' : must === 'now' && inform === 'later') return 'must-be-told';
  if (ask !== null && !state.asks.has(ask)) return 'statement-out-of-order';
  for (const { envelope, kid } of items) {
    const message = messageIn(state, dossier, envelope)?.message;
    if (!message) return 'no-authority';
    const { compartment } = message;
    const permitted = decide(state, { party: by, compartment, message: envelope }, now);
    // what was itself disclosed is not for passing on: its next reader needs a basis with who gave it
    if (permitted.outcome !== 'permit' || state.disclosures.has(permitted.basis[0] ?? '')) return 'no-authority';
    const place = state.compartments.get(compartment);
    if (place && prohibition(state, place, receiver, message, message.sender)) return 'mark-too-wide';
    if (kid !== receiver.sealingKid) return 'wrap-set-wrong';
    if (message.disclosures.length >= MAX) return 'rate-limited';
  }
  return null;
}

function checkSuccession(state: State, { by, partner: old, successor }: StatementOf<'succession'>): Refusal {
  if (by !== STEWARD) return 'no-authority';
  const known = state.parties.get(partner(old));
  if (!known || (successor !== null && !state.parties.has(partner(successor)))) return 'statement-out-of-order';
  if (successor === old) return 'malformed';
  return known.ended ? 'statement-conflict' : null;
}

/**
 * An organisation asks or answers, never a seat: a seat is a place with one family, so the question would tell which, and whoever
 * does not see that seat could not check who signed.
 */
function checkConsult(state: State, { by, to, kid, answers }: StatementOf<'consult'>): Refusal {
  const receiver = state.parties.get(partner(to));
  if (!isPartner(by) || state.parties.get(by)?.ended || nameOf(by) === to) return 'no-authority';
  if (!receiver || receiver.ended || (answers !== null && !state.statements.has(answers)))
    return 'statement-out-of-order';
  return receiver.sealingKid === kid ? null : 'wrap-set-wrong';
}
