/**
 * Redaction: which log entries of a dossier a party may know of at all. A partner sees the grants in force that make up
 * the readers of its compartments, never a refusal, a withdrawal or who made it, nor a compartment it has no basis for.
 * A family member sees everything about the compartments it may read, and nothing of another adult's.
 */
import {
  type Event,
  type Id,
  type Instant,
  isOfficer,
  isPartner,
  isPerson,
  nameOf,
  type PartyId,
  Purpose,
  partner,
  type Statement,
} from '@eenmaal/model';
import { decide, decidesIn, problemOf } from './decide.ts';
import { ageBand, whoDecides, whoReads } from './law.ts';
import { bitsOf, type CompartmentState, type MessageState, type State } from './state.ts';

/** What a party may see of one dossier now; `version` differs whenever earlier entries appear or vanish. */
export type Sight = {
  party: PartyId;
  compartments: Set<Id>;
  persons: Set<Id>;
  /** Grants, custody and epoch statements, one by one; null: all about these compartments and persons (family). */
  statements: Set<Id> | null;
  version: string;
};

/** Computes what `party` may see of `dossier` at `now`. A stranger to it sees nothing. */
export function sightOf(state: State, party: PartyId, dossier: Id, now: Instant): Sight {
  const known = state.dossiers.get(dossier);
  const family = isPerson(party) && state.persons.get(nameOf(party))?.dossier === dossier;
  if (!known || !(family || isPartner(party))) return sightFrom(state, party, [], [], family ? null : new Set());
  const seen = known.compartments.filter((id) => decide(state, { party, compartment: id }, now).outcome === 'permit');
  if (family) return sightFrom(state, party, seen, known.persons, null);
  const persons = known.by === party ? new Set(known.persons) : personsOf(state, seen, now);
  const statements = new Set<Id>();
  for (const id of persons) {
    const custody = state.persons.get(id)?.custodyStatement;
    if (custody && (known.by === party || custodyCounts(state, id, now))) statements.add(custody);
  }
  for (const id of seen) {
    const compartment = state.compartments.get(id);
    if (!compartment) continue;
    for (const grant of grantsInForce(state, compartment, now)) statements.add(grant);
    // an epoch names its readers: shown only to them, so a later reader does not learn who read before
    for (const epoch of compartment.epochs)
      if (epoch?.members.has(party)) for (const statement of epoch.statements) statements.add(statement);
  }
  return sightFrom(state, party, seen, persons, statements);
}

/** The version spells out everything that makes earlier entries appear or vanish; the ledger service hashes it. */
function sightFrom(
  state: State,
  party: PartyId,
  compartments: Iterable<Id>,
  persons: Iterable<Id>,
  statements: Set<Id> | null,
): Sight {
  const places = statements && [...statements].map((id) => state.statements.get(id));
  // persons are not in it: whom a partner sees follows from its compartments and the custody statements it sees
  const version = JSON.stringify([[...compartments], places]);
  return { party, compartments: new Set(compartments), persons: new Set(persons), statements, version };
}

/** Every grant that makes some partner a reader here, for whatever purpose: none that waits for another's yes. */
function grantsInForce(state: State, compartment: CompartmentState, now: Instant): Set<Id> {
  const grants = new Set<Id>();
  for (const [to, says] of compartment.says) {
    for (const purpose of Purpose.options) {
      const question = { party: partner(to), compartment: compartment.id, purpose };
      if (decide(state, question, now).outcome !== 'permit') continue;
      for (const [person, { grants: given }] of says) {
        if (!decidesIn(state, compartment, person, now)) continue;
        for (const grant of given)
          if (problemOf(grant, bitsOf([purpose]), undefined, now) === null) grants.add(grant.id);
      }
    }
  }
  return grants;
}

/** The subjects of these compartments and whoever holds custody over them, where the law asks for it at their age. */
function personsOf(state: State, compartments: Id[], now: Instant): Set<Id> {
  const persons = new Set<Id>();
  for (const id of compartments) {
    const compartment = state.compartments.get(id);
    for (const subject of compartment?.subjects ?? []) {
      persons.add(subject);
      if (!custodyCounts(state, subject, now)) continue;
      for (const holder of state.persons.get(subject)?.custody ?? []) persons.add(holder);
    }
    // whoever wrote there, also before losing custody: without its key the message could not be verified
    for (const writer of compartment?.writers ?? []) persons.add(writer);
  }
  return persons;
}

function custodyCounts(state: State, id: Id, now: Instant): boolean {
  const person = state.persons.get(id);
  if (!person) return false;
  const band = ageBand(person, now);
  return [...whoDecides(state.profile, band), ...whoReads(band)].includes('custody');
}

/** Whether an entry of this dossier may be shown. `message`: the one an event is about. */
export function maySee(
  sight: Sight,
  event: Event,
  statement: Statement | null,
  message: Pick<MessageState, 'compartment' | 'sender'> | null,
): boolean {
  if (statement) return maySeeStatement(sight, statement);
  if (!message || !sight.compartments.has(message.compartment)) return false;
  // a logged refusal carries the exact reason, and that may say who said no
  if (event.kind === 'refusal') return event.party === sight.party && !isPartner(sight.party);
  if (!isPartner(sight.party)) return true;
  const reader = event.kind === 'delivery' || event.kind === 'opening' ? event.reader : null;
  return message.sender === sight.party || reader === sight.party;
}

function maySeeStatement({ party, compartments, persons, statements }: Sight, statement: Statement): boolean {
  const listed = statements === null || statements.has(statement.id);
  switch (statement.kind) {
    case 'dossier':
      return persons.size > 0 || statement.by === party;
    case 'person':
      return persons.has(statement.person);
    case 'custody':
      return persons.has(statement.child) && listed;
    case 'compartment':
      return compartments.has(statement.compartment);
    case 'grant':
    case 'withdraw':
    case 'refuse':
      return statement.by === party || (compartments.has(statement.compartment) && listed);
    case 'epoch':
    case 'admit':
      return compartments.has(statement.compartment) && listed;
    case 'new-keys':
      return isPerson(statement.party) ? persons.has(nameOf(statement.party)) : !isOfficer(party);
    default:
      return !isOfficer(party);
  }
}
