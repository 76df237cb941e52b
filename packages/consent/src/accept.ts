/**
 * What the ledger may append: statements by those who may make them, envelopes that fit the state. Signatures are
 * checked elsewhere (the signer given here is proven); this is about authority and order. Returns a refusal's code or null.
 */
import type { ErrorCode, Header, Instant, PartyId, Statement, StatementOf } from '@eenmaal/model';
import { isPartner, isPerson, LIMITS, nameOf, officer, partner, STEWARD } from '@eenmaal/model';
import { decide, decidesIn } from './decide.ts';
import { isStale, readersOf } from './readers.ts';
import { currentEpoch, type State } from './state.ts';

type Refusal = ErrorCode | null;

/** May `statement` (signed by the party in its `by`) be appended at `now`? */
export function checkStatement(state: State, statement: Statement, now: Instant): Refusal {
  if (state.statements.has(statement.id)) return 'statement-conflict';
  if ('dossier' in statement && statement.kind !== 'dossier') {
    if (!state.dossiers.has(statement.dossier)) return 'unknown-dossier';
  }
  switch (statement.kind) {
    case 'region':
      return state.statements.size > 0 ? 'statement-out-of-order' : statement.by === STEWARD ? null : 'no-authority';
    case 'partner':
      return checkRegistration(state, statement.by, partner(statement.partner));
    case 'officer':
      return checkRegistration(state, statement.by, officer(statement.officer));
    case 'new-keys':
      return checkNewKeys(state, statement);
    case 'dossier':
    case 'person':
    case 'custody':
      return checkAttestation(state, statement);
    case 'compartment':
      return checkCompartment(state, statement, now);
    case 'grant':
    case 'withdraw':
    case 'refuse':
      return checkSay(state, statement, now);
    case 'epoch':
      return checkEpoch(state, statement, now);
    case 'admit':
      return checkAdmit(state, statement, now);
  }
}

function checkRegistration(state: State, by: PartyId, party: PartyId): Refusal {
  if (by !== STEWARD) return 'no-authority';
  return state.parties.has(party) ? 'statement-conflict' : null;
}

function checkNewKeys(state: State, { by, party }: StatementOf<'new-keys'>): Refusal {
  const registered = state.parties.get(party);
  if (!registered) return 'no-authority';
  return by === party || by === registered.registrar ? null : 'no-authority';
}

function checkAttestation(state: State, statement: StatementOf<'dossier' | 'person' | 'custody'>): Refusal {
  if (!isPartner(statement.by) || !state.parties.get(statement.by)?.attests) return 'no-authority';
  if (statement.kind === 'dossier') return state.dossiers.has(statement.dossier) ? 'statement-conflict' : null;
  if (statement.kind === 'person') return state.persons.has(statement.person) ? 'statement-conflict' : null;
  const involved = [statement.child, ...statement.holders].map((id) => state.persons.get(id)?.dossier);
  if (statement.holders.includes(statement.child)) return 'malformed';
  return involved.every((dossier) => dossier === statement.dossier) ? null : 'statement-out-of-order';
}

function checkCompartment(state: State, statement: StatementOf<'compartment'>, now: Instant): Refusal {
  const { compartment, dossier, subjects, by } = statement;
  if (state.compartments.has(compartment)) return 'statement-conflict';
  if (!isPerson(by) || subjects.some((id) => state.persons.get(id)?.dossier !== dossier)) return 'no-authority';
  // the same question as for reading, asked of a compartment that is not there yet
  const draft = { id: compartment, dossier, subjects, says: new Map(), epochs: [], messages: [] };
  const withDraft = { ...state, compartments: new Map([[compartment, draft]]) };
  return decide(withDraft, { party: by, compartment }, now).outcome === 'permit' ? null : 'no-authority';
}

function checkSay(state: State, statement: StatementOf<'grant' | 'withdraw' | 'refuse'>, now: Instant): Refusal {
  const compartment = state.compartments.get(statement.compartment);
  if (!isPerson(statement.by) || !compartment || compartment.dossier !== statement.dossier) return 'no-authority';
  const said = compartment.says.get(statement.partner)?.has(nameOf(statement.by)) ?? false;
  // whoever once said yes can always take it back, also after it stopped deciding
  if (!decidesIn(state, compartment, nameOf(statement.by), now) && !(said && statement.kind === 'withdraw'))
    return 'no-authority';
  if (!state.parties.has(partner(statement.partner))) return 'statement-out-of-order';
  if (statement.kind === 'grant' && (statement.until <= now || statement.until <= statement.from)) return 'malformed';
  return null;
}

function checkEpoch(state: State, statement: StatementOf<'epoch'>, now: Instant): Refusal {
  const compartment = state.compartments.get(statement.compartment);
  const readers = readersOf(state, statement.compartment, now);
  const signer = readers.find((reader) => reader.party === statement.by);
  if (!compartment || compartment.dossier !== statement.dossier || !signer) return 'no-authority';
  if (statement.epoch !== compartment.epochs.length) return 'statement-out-of-order';
  const holdsHistory = currentEpoch(compartment)?.members.get(statement.by)?.scope === 'history';
  if ((statement.link !== null) !== holdsHistory) return 'statement-out-of-order';
  const wanted = new Set(
    readers.map(({ party, scope }) => `${party} ${scope} ${state.parties.get(party)?.sealingKid}`),
  );
  const given = new Set(statement.wraps.map(({ party, scope, kid }) => `${party} ${scope} ${kid}`));
  const same =
    given.size === statement.wraps.length && given.size === wanted.size && [...given].every((w) => wanted.has(w));
  return same ? null : 'wrap-set-wrong';
}

function checkAdmit(state: State, statement: StatementOf<'admit'>, now: Instant): Refusal {
  const compartment = state.compartments.get(statement.compartment);
  const epoch = compartment && currentEpoch(compartment);
  if (!compartment || !epoch || compartment.dossier !== statement.dossier) return 'no-authority';
  if (statement.epoch !== compartment.epochs.length - 1) return 'statement-out-of-order';
  const readers = new Map(readersOf(state, statement.compartment, now).map((reader) => [reader.party, reader.scope]));
  if (!readers.has(statement.by) || epoch.members.get(statement.by)?.scope !== 'history') return 'no-authority';
  for (const { party, scope, kid } of statement.wraps) {
    if (scope !== 'history' || readers.get(party) !== 'history') return 'wrap-set-wrong';
    if (state.parties.get(party)?.sealingKid !== kid) return 'wrap-set-wrong';
  }
  const missing = ({ epoch: number }: { epoch: number }) => number > 0 && compartment.epochs[number]?.link === null;
  return statement.links.every(missing) ? null : 'statement-out-of-order';
}

/** Why an envelope of this sender may not be appended; the decision on the right to write is made apart (`decide`). */
export function checkEnvelope(state: State, header: Header, now: Instant): Refusal {
  const compartment = state.compartments.get(header.compartment);
  if (!compartment) return 'no-basis';
  if (compartment.dossier !== header.dossier) return 'wrong-dossier';
  if (state.messages.has(header.id)) return 'envelope-conflict';
  if (!header.basis.every((id) => state.grants.get(id)?.compartment === header.compartment)) return 'no-basis';
  const sequence = state.sequences.get(header.sender);
  if (sequence) {
    if (sequence.seen.has(header.seq)) return 'sequence-replayed';
    if (header.seq <= sequence.highest - LIMITS.sequenceWindow) return 'sequence-out-of-window';
  }
  if (header.seq > (sequence?.highest ?? -1) + LIMITS.sequenceWindow) return 'sequence-out-of-window';
  if (header.epoch >= compartment.epochs.length) return 'unknown-epoch';
  if (header.epoch < compartment.epochs.length - 1 || isStale(state, header.compartment, now)) return 'stale-epoch';
  return null;
}

/** The party a key belongs to, now. */
export function signerOf(state: State, kid: string): { party: PartyId; x: string } | ErrorCode {
  const key = state.keys.get(kid);
  if (!key) return 'key-unregistered';
  return key.retired ? 'key-retired' : key;
}
