/**
 * Redaction: which log entries of a dossier a party may know of at all. A partner sees the grants in force that make up
 * the readers of its compartments, never a refusal, a withdrawal or who made it, nor a compartment it has no basis for.
 * A family member sees everything about the compartments it may read, and nothing of another adult's; what was disclosed
 * about it shows when it may be told.
 */
import {
  type Event,
  type Id,
  type Instant,
  isOfficer,
  isPartner,
  isPerson,
  isSeat,
  nameOf,
  organisationOf,
  type PartyId,
  Purpose,
  partner,
  type Statement,
  type StatementKind,
} from '@eenmaal/model';
import { decidesIn, readsAll } from './authority.ts';
import { problemOf } from './consents.ts';
import { decide } from './decide.ts';
import { isSameSide, knowsOrganisation } from './knowledge.ts';
import { ageBand, whoDecides, whoReads } from './law.ts';
import {
  type Act,
  bitsOf,
  type CompartmentState,
  type DossierState,
  type MessageState,
  type PersonState,
  type State,
  saysTo,
} from './state.ts';
import { bothKnow, readsChild, seesDisclosure, seesSeatObjection, speakerOf } from './visible-acts.ts';

/** What a party may see of one dossier now; `version` differs whenever earlier entries appear or vanish. */
export type Sight = {
  party: PartyId;
  /** Those it reads, and those of single messages disclosed to it. */
  compartments: Set<Id>;
  partial: Set<Id>;
  /** Messages disclosed to it. */
  items: Set<Id>;
  persons: Set<Id>;
  /** Seats it sees. */
  seats: Set<PartyId>;
  /** Statements seen one by one: acts under the law; for an organisation also grants, custody and keys. */
  statements: Set<Id>;
  /** Disclosures the family is not told of yet. */
  hidden: Set<Id>;
  /** Messages whose keys are destroyed, of which it may know: it read there, or held a copy. */
  gone: Set<Id>;
  version: string;
};

/** Judged by `maySee`, from the compartment they are about; most of what is said is of these. */
const OF_PLACES: ReadonlySet<StatementKind> = new Set(['grant', 'withdraw', 'refuse']);
const OF_SEATS: ReadonlySet<StatementKind> = new Set(['seat', 'seat-end', 'objection', 'weigh']);

/** Computes what `party` may see of `dossier` at `now`. A stranger to it sees nothing. */
export function sightOf(state: State, party: PartyId, dossier: Id, now: Instant): Sight {
  const known = state.dossiers.get(dossier);
  const family = isPerson(party) && state.persons.get(nameOf(party))?.dossier === dossier;
  const sight: Sight = {
    ...{ party, compartments: new Set(), partial: new Set(), items: new Set(), persons: new Set(), seats: new Set() },
    ...{ statements: new Set(), hidden: new Set(), gone: new Set(), version: '' },
  };
  if (!known || !(family || isAtWork(state, party, dossier, now))) return sight;
  for (const id of known.compartments)
    if (decide(state, { party, compartment: id }, now).outcome === 'permit') sight.compartments.add(id);
  addItems(state, sight, known, now);
  const all = family || known.by === party;
  sight.persons = all ? new Set(known.persons) : personsOf(state, sight, now);
  if (!family) {
    addOrdered(state, sight, known, now);
    addForOrganisation(state, sight, known, now);
  }
  const judged = known.acts.filter(({ kind }) => !OF_PLACES.has(kind));
  // seats last: whether the family may know of one hangs on what else it sees
  for (const last of [false, true])
    for (const act of judged)
      if (OF_SEATS.has(act.kind) === last && seesAct(state, sight, known, act, now)) sight.statements.add(act.id);
  for (const id of known.gone) if (seesGone(state, sight, id, family)) sight.gone.add(id);
  addSigners(state, sight, known);
  if (!family) addRecipients(state, sight, known);
  for (const { kind, id, about } of known.acts)
    if (kind === 'seat' && sight.statements.has(id)) sight.seats.add(about as PartyId);
  const places = [...sight.statements].map((id) => state.statements.get(id));
  // persons are not in it: whom a partner sees follows from its compartments and the statements it sees; nor what is seen in
  // part: that follows from its compartments and items
  sight.version = JSON.stringify([[...sight.compartments], [...sight.items], places, sight.gone.size]);
  return sight;
}

/** An organisation; or a seat in this dossier, from its first day to its last. */
function isAtWork(state: State, party: PartyId, dossier: Id, now: Instant): boolean {
  if (!isSeat(party)) return isPartner(party);
  const seat = state.parties.get(party)?.seat;
  return seat?.dossier === dossier && seat.from <= now && now < seat.until;
}

/** Whether a party may know of this dossier now: it belongs to it, opened it, reads in it, or was given or asked something. */
export function knowsDossier(state: State, party: PartyId, dossier: Id, now: Instant): boolean {
  const erased = state.erasedDossiers.get(dossier);
  // who kept it and who held copies: they must know that it is gone, and why
  if (erased) return [erased.decidedBy, ...erased.holders].includes(organisationOf(party) ?? '');
  const known = state.dossiers.get(dossier);
  if (!known) return false;
  if (isPerson(party)) return known.persons.includes(nameOf(party));
  if (!known.organisations.has(organisationOf(party) ?? '')) return false;
  const reads = (compartment: Id) => decide(state, { party, compartment }, now).outcome === 'permit';
  if (known.by === party || known.compartments.some(reads)) return true;
  const sight = sightOf(state, party, dossier, now);
  return sight.items.size + sight.statements.size + sight.gone.size > 0;
}

/** The family that read where it stood; whoever sent it; whoever held a copy, also when it may read no more. */
function seesGone(state: State, { party, compartments }: Sight, id: Id, family: boolean): boolean {
  const message = state.messages.get(id);
  if (!message) return false;
  const held = message.delivered.has(party) || message.opened.has(party);
  return held || isSameSide(message.sender, party) || (family && compartments.has(message.compartment));
}

/** Whoever signed what is seen: without their keys nothing of it could be verified. */
function addSigners(state: State, { items, persons, statements }: Sight, known: DossierState): void {
  const said = known.acts.filter(({ id }) => statements.has(id)).map(({ by }) => by);
  const sent = [...items].map((id) => state.messages.get(id)?.sender ?? '');
  for (const signer of [...said, ...sent]) {
    const seat = state.parties.get(signer)?.seat;
    if (seat) statements.add(seat.statement);
    if (isPerson(signer)) persons.add(nameOf(signer));
  }
}

/** Whom the law lets it give something: whoever keeps a file here, or guides a placement, seals for their keys. */
function addRecipients(state: State, { party, persons }: Sight, { compartments, persons: all, fosters }: DossierState) {
  const keepsFile = compartments.some((id) => {
    const place = state.compartments.get(id);
    return place?.audience === 'file' && isSameSide(place.by, party);
  });
  if (keepsFile) for (const id of all) persons.add(id);
  for (const { parent, provider } of fosters) if (provider === organisationOf(party)) persons.add(parent);
}

/** Whom a supervision order reaches: without the child and its custody an institution could not judge what it was given. */
function addOrdered(
  state: State,
  { party, items, persons, statements }: Sight,
  { orders }: DossierState,
  now: Instant,
) {
  if (items.size === 0) return;
  for (const { institution, child, from, until } of orders.values()) {
    const known = institution === organisationOf(party) && from <= now && now < until ? state.persons.get(child) : null;
    if (!known) continue;
    for (const id of [child, ...known.custody, ...diedSince(state, known, true)])
      if (state.persons.has(id)) persons.add(id);
    if (known.custodyStatement) statements.add(known.custodyStatement);
  }
}

/** Messages disclosed to it that it may open now, and what the family is not told of. */
function addItems(state: State, sight: Sight, known: DossierState, now: Instant): void {
  for (const { kind, id } of known.acts) {
    const disclosure = kind === 'disclose' ? state.disclosures.get(id) : undefined;
    if (!disclosure) continue;
    if (!disclosure.told) sight.hidden.add(id);
    if (disclosure.to !== sight.party) continue;
    for (const message of disclosure.items) {
      const compartment = state.messages.get(message)?.compartment;
      if (compartment === undefined) continue;
      const { outcome } = decide(state, { party: sight.party, compartment, message }, now);
      if (outcome !== 'permit') continue;
      sight.items.add(message);
      if (!sight.compartments.has(compartment)) sight.partial.add(compartment);
    }
  }
}

/** An organisation sees who the other readers are, and on what: not what was said before, nor what waits. */
function addForOrganisation(
  state: State,
  { party, compartments, partial, persons, statements }: Sight,
  known: DossierState,
  now: Instant,
) {
  // of those it reads about: of a child that only reads along it needs none, nor knows whom that names
  const about = new Set([...compartments, ...partial].flatMap((id) => state.compartments.get(id)?.subjects ?? []));
  for (const id of persons) {
    const custody = state.persons.get(id)?.custodyStatement;
    if (custody && (known.by === party || (about.has(id) && custodyCounts(state, id, now)))) statements.add(custody);
  }
  for (const id of compartments) {
    const compartment = state.compartments.get(id);
    if (!compartment) continue;
    for (const grant of grantsInForce(state, compartment, now)) statements.add(grant);
    // an epoch names its readers: shown only to them, so a later reader does not learn who read before
    for (const epoch of compartment.epochs)
      if (epoch?.members.has(party)) for (const statement of epoch.statements) statements.add(statement);
  }
}

/** Whether an act under the law may be seen. The others are judged by `maySee`, from what they are about. */
function seesAct(state: State, sight: Sight, known: DossierState, act: Act, now: Instant): boolean {
  const { party } = sight;
  const about = act.about ?? '';
  const family = isPerson(party);
  const organisation = organisationOf(party);
  const involved = isSameSide(act.by, party) || (organisation !== null && act.partner === organisation);
  switch (act.kind) {
    case 'capacity':
      return known.by === party || needsCapacity(state, sight, about, now);
    case 'death':
      return sight.persons.has(about);
    case 'secrecy':
      return (family && about === nameOf(party)) || known.by === party;
    case 'foster':
    case 'order':
      return involved || known.by === party || (family && readsChild(state, known, act, nameOf(party), now));
    case 'seat':
    case 'seat-end':
      return seesSeatsOf(state, sight, known, act.by);
    case 'allow':
      return sight.compartments.has(about);
    case 'ask': {
      const persons = state.asks.get(act.id)?.about ?? [];
      const speaker = speakerOf(party);
      return involved || (speaker !== null && readsAll(state, persons, speaker, now));
    }
    case 'objection':
    case 'weigh':
      if (!state.disclosures.has(about))
        return seesSeatObjection(state, party, known, act, (of, along) =>
          seesSeatsOf(state, along === undefined ? sight : bothKnow(state, sight, known, along, now), known, of),
        );
      return seesDisclosure(state, party, known, act, now);
    case 'disclose':
    case 'endorse':
    case 'inform':
      return seesDisclosure(state, party, known, act, now);
    case 'request':
    case 'answer': {
      const request = state.requests.get(about);
      return request !== undefined && (isSameSide(request.by, party) || request.to === organisation);
    }
    case 'erase':
    case 'supersede':
    case 'dispute':
      return isSameSide(act.by, party) || seesItem(state, sight, act);
    default:
      return false;
  }
}

/** A seat of an organisation that only another adult has to do with would tell that it does. */
function seesSeatsOf(state: State, sight: Sight, known: DossierState, of: PartyId): boolean {
  const { party, compartments } = sight;
  if (isPerson(party)) return knowsOrganisation(state, sight, known, organisationOf(of) ?? '');
  return isSameSide(of, party) || known.by === party || compartments.size > 0;
}

function seesItem(state: State, sight: Sight, { kind, id, about }: Act): boolean {
  const sees = (item: Id) => {
    const message = state.messages.get(item);
    return message !== undefined && (sight.compartments.has(message.compartment) || message.delivered.has(sight.party));
  };
  if (kind !== 'erase') return sees(about ?? '');
  const items = state.erasures.get(id) ?? [];
  // all of them: a list with one item of hers would show her the others; a whole dossier is its family's, and its readers'
  return items.length > 0 ? items.every(sees) : isPerson(sight.party) || sight.compartments.size > 0;
}

/**
 * That somebody cannot judge is its own affair (AVG art. 9), also when it is a parent: it is for who speaks for it, and for
 * who reads about it and must know whose yes counts.
 */
function needsCapacity(state: State, { party, compartments, partial }: Sight, about: Id, now: Instant): boolean {
  if (isPerson(party) && readsAll(state, [about], nameOf(party), now)) return true;
  const isAbout = (place: Id) => state.compartments.get(place)?.subjects.includes(about) ?? false;
  return [...compartments, ...partial].some(isAbout);
}

/** Every grant that makes some partner a reader here, for whatever purpose: none that waits for another's yes. */
function grantsInForce(state: State, compartment: CompartmentState, now: Instant): Set<Id> {
  const grants = new Set<Id>();
  for (const to of new Set(compartment.says.map(({ partner: given }) => given))) {
    for (const purpose of Purpose.options) {
      const question = { party: partner(to), compartment: compartment.id, purpose };
      if (decide(state, question, now).outcome !== 'permit') continue;
      for (const { by, grants: given } of saysTo(compartment, to)) {
        if (!decidesIn(state, compartment, by, now)) continue;
        for (const grant of given)
          if (problemOf(grant, bitsOf([purpose]), undefined, now) === null) grants.add(grant.id);
      }
    }
  }
  return grants;
}

/** Whom an organisation must know of to compute the readers and to check who wrote. */
function personsOf(state: State, { compartments, partial }: Sight, now: Instant): Set<Id> {
  const persons = new Set<Id>();
  for (const id of [...compartments, ...partial]) {
    const compartment = state.compartments.get(id);
    for (const subject of compartment?.subjects ?? []) {
      persons.add(subject);
      const known = state.persons.get(subject);
      if (!known) continue;
      for (const speaker of known.representatives ?? []) persons.add(speaker);
      const counts = custodyCounts(state, subject, now);
      if (counts) for (const holder of known.custody) persons.add(holder);
      for (const dead of diedSince(state, known, counts)) persons.add(dead);
    }
    for (const readers of compartment?.allowed.values() ?? []) for (const reader of readers.keys()) persons.add(reader);
    // whoever opened it or wrote there, also before losing custody: without its key that could not be verified
    if (compartment && isPerson(compartment.by)) persons.add(nameOf(compartment.by));
    for (const writer of compartment?.writers ?? []) persons.add(writer);
  }
  return persons;
}

/** Who spoke for somebody by the newest word on it, and died: that word names them, and without their death it misleads. */
function diedSince(state: State, { earlier, custodyStatement }: PersonState, counts: boolean): Id[] {
  const attested = state.statements.get(custodyStatement ?? '') ?? Number.POSITIVE_INFINITY;
  const spoke = earlier.flatMap(({ index, custody, representatives }) => [
    ...(counts && index > attested ? custody : []),
    ...(representatives ?? []),
  ]);
  return spoke.filter((id) => state.persons.get(id)?.dead);
}

function custodyCounts(state: State, id: Id, now: Instant): boolean {
  const person = state.persons.get(id);
  if (!person) return false;
  const band = ageBand(person, now);
  const counts = [...whoDecides(state.law, state.profile, band), ...whoReads(state.law, band)].includes('custody');
  return counts || (person.representatives !== null && band !== 'adult');
}

/** Whether an entry of this dossier may be shown. `message`: the one an event is about. */
export function maySee(
  sight: Sight,
  event: Event,
  statement: Statement | null,
  message: Pick<MessageState, 'id' | 'compartment' | 'sender'> | null,
): boolean {
  if (statement) return maySeeStatement(sight, statement);
  const { party } = sight;
  const organisation = organisationOf(party) !== null;
  if (event.kind === 'erasure') return sight.gone.has(event.message.envelope);
  if (event.kind === 'message' && message && sight.gone.has(message.id)) return false;
  if (!message || !(sight.compartments.has(message.compartment) || sight.items.has(message.id))) return false;
  // a logged refusal carries the exact reason, and that may say who said no
  if (event.kind === 'refusal') return event.party === party && !organisation;
  if (!organisation) return !('decision' in event) || !event.decision.basis.some((id) => sight.hidden.has(id));
  const reader = event.kind === 'delivery' || event.kind === 'opening' ? event.reader : null;
  if (event.kind === 'message' && sight.items.has(message.id)) return true;
  return isSameSide(message.sender, party) || reader === party;
}

function maySeeStatement(sight: Sight, statement: Statement): boolean {
  const { party, compartments, partial, persons, seats, statements } = sight;
  const listed = isPerson(party) || statements.has(statement.id);
  switch (statement.kind) {
    case 'dossier':
      return persons.size > 0 || statement.by === party || statements.size > 0;
    case 'person':
      return persons.has(statement.person);
    case 'custody':
      return persons.has(statement.child) && listed;
    case 'compartment':
      return compartments.has(statement.compartment) || partial.has(statement.compartment);
    case 'grant':
    case 'withdraw':
    case 'refuse':
      return statement.by === party || (compartments.has(statement.compartment) && listed);
    case 'epoch':
    case 'admit':
      return compartments.has(statement.compartment) && listed;
    case 'new-keys':
      if (isSeat(statement.party)) return seats.has(statement.party);
      return isPerson(statement.party) ? persons.has(nameOf(statement.party)) : !isOfficer(party);
    case 'region':
    case 'partner':
    case 'officer':
    case 'succession':
      return !isOfficer(party);
    case 'consult':
      return isSameSide(statement.by, party) || organisationOf(party) === statement.to;
    default:
      return statements.has(statement.id);
  }
}
