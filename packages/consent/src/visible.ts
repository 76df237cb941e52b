/**
 * Redaction: which log entries of a dossier a party may know of at all. A partner sees the grants in force that make up
 * the readers of its compartments, never a refusal, a withdrawal or who made it, nor a compartment it has no basis for.
 * A family member sees everything about the compartments it may read, and nothing of another adult's.
 */
import type { Event, Header, Id, Instant, PartyId, Statement } from '@eenmaal/model';
import { isOfficer, isPartner } from '@eenmaal/model';
import { decide } from './decide.ts';
import { readersOf } from './readers.ts';
import type { State } from './state.ts';

/** What a party may see of one dossier now; `version` differs whenever earlier entries appear or vanish. */
export type Sight = {
  party: PartyId;
  compartments: Set<Id>;
  /** null: all of them (family); partners see only those in force. */
  grants: Set<Id> | null;
  persons: Set<Id> | null;
  version: string;
};

/** Computes what `party` may see of `dossier` at `now`. */
export function sightOf(state: State, party: PartyId, dossier: Id, now: Instant): Sight {
  const all = state.dossiers.get(dossier)?.compartments ?? [];
  const seen = all.filter((id) => decide(state, { party, compartment: id }, now).outcome === 'permit');
  const compartments = new Set(seen);
  if (!isPartner(party) || state.dossiers.get(dossier)?.by === party) {
    const attested = isPartner(party);
    const grants = attested ? grantsInForce(state, seen, now) : null;
    return { party, compartments, grants, persons: null, version: versionOf(state, seen, grants, null) };
  }
  const grants = grantsInForce(state, seen, now);
  const persons = personsOf(state, seen);
  return { party, compartments, grants, persons, version: versionOf(state, seen, grants, persons) };
}

function grantsInForce(state: State, compartments: Id[], now: Instant): Set<Id> {
  const grants = new Set<Id>();
  for (const compartment of compartments) {
    for (const { party } of readersOf(state, compartment, now)) {
      for (const index of [undefined, -1]) {
        const question = index === undefined ? { party, compartment } : { party, compartment, index };
        for (const id of decide(state, question, now).basis) grants.add(id);
      }
    }
  }
  return grants;
}

/** The subjects of these compartments and everyone who decides about them. */
function personsOf(state: State, compartments: Id[]): Set<Id> {
  const persons = new Set<Id>();
  for (const id of compartments) {
    for (const subject of state.compartments.get(id)?.subjects ?? []) {
      persons.add(subject);
      for (const holder of state.persons.get(subject)?.custody ?? []) persons.add(holder);
    }
  }
  return persons;
}

/** Everything that makes earlier entries appear or vanish, spelled out; the ledger service hashes it. */
const versionOf = (state: State, compartments: Id[], grants: Set<Id> | null, persons: Set<Id> | null): string =>
  JSON.stringify([compartments, grants && [...grants].map((id) => state.statements.get(id)), persons && [...persons]]);

/** Whether an entry of this dossier may be shown. `header`: of the message an event is about. */
export function maySee(sight: Sight, event: Event, statement: Statement | null, header: Header | null): boolean {
  if (statement) return maySeeStatement(sight, statement);
  if (!header || !sight.compartments.has(header.compartment)) return false;
  if (!isPartner(sight.party)) return event.kind !== 'refusal' || event.party === sight.party;
  if (event.kind === 'refusal') return event.party === sight.party;
  const reader = event.kind === 'delivery' || event.kind === 'opening' ? event.reader : null;
  return header.sender === sight.party || reader === sight.party;
}

function maySeeStatement(sight: Sight, statement: Statement): boolean {
  if (statement.by === sight.party) return statement.kind !== 'epoch' || sight.compartments.has(statement.compartment);
  switch (statement.kind) {
    case 'dossier':
      return sight.persons === null || sight.compartments.size > 0;
    case 'person':
      return sight.persons === null || sight.persons.has(statement.person);
    case 'custody':
      return sight.persons === null || sight.persons.has(statement.child);
    case 'compartment':
      return sight.compartments.has(statement.compartment);
    case 'grant':
      return sight.compartments.has(statement.compartment) && (sight.grants === null || sight.grants.has(statement.id));
    case 'withdraw':
    case 'refuse':
      return sight.compartments.has(statement.compartment) && sight.grants === null;
    case 'epoch':
    case 'admit':
      // an epoch names its readers: shown only to them, so a later reader does not learn who read before
      return (
        sight.compartments.has(statement.compartment) && statement.wraps.some(({ party }) => party === sight.party)
      );
    default:
      return !isOfficer(sight.party);
  }
}
