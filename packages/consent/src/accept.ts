/**
 * What the ledger may append: statements by those who may make them, envelopes that fit the state. Signatures are
 * checked elsewhere (the signer given here is proven); this is about authority and order. Returns a refusal's code or null.
 */
import type { ErrorCode, Header, Instant, PartyId, Statement, StatementOf } from '@eenmaal/model';
import { isPartner, isPerson, LIMITS, nameOf, officer, organisationOf, partner, STEWARD } from '@eenmaal/model';
import { checkLawStatement, hasTwice, isActive } from './accept-acts.ts';
import { deciderOf, decidesIn, readsAll } from './authority.ts';
import { problemOf } from './consents.ts';
import { decide } from './decide.ts';
import { prohibition } from './prohibitions.ts';
import { isStale, keyHoldersOf } from './readers.ts';
import { bitsOf, type CompartmentState, currentEpoch, type State, sayOf } from './state.ts';

type Refusal = ErrorCode | null;

/** Grants of one person to one partner in one compartment that may stand at once: every decision goes through them. */
const MAX_GRANTS = 32;

/** May `statement` (signed by the party in its `by`) be appended at `now`? */
export function checkStatement(state: State, statement: Statement, now: Instant): Refusal {
  if (state.statements.has(statement.id)) return 'statement-conflict';
  if ((statement.kind === 'region') !== (state.statements.size === 0)) return 'statement-out-of-order';
  if (isSilent(state, statement.by, now)) return 'no-authority';
  if (repeatsKey(state, statement)) return 'statement-conflict';
  if ('dossier' in statement && statement.kind !== 'dossier') {
    if (!state.dossiers.has(statement.dossier) || state.erasingDossiers.has(statement.dossier))
      return 'unknown-dossier';
  }
  switch (statement.kind) {
    case 'region':
      return statement.by === STEWARD ? null : 'no-authority';
    case 'partner':
      if (!statement.roles.every((role) => state.law.roles.has(role))) return 'malformed';
      return checkRegistration(state, statement.by, partner(statement.partner));
    case 'officer':
      return checkRegistration(state, statement.by, officer(statement.officer));
    case 'new-keys':
      return checkNewKeys(state, statement);
    case 'dossier':
    case 'person':
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
    default:
      return checkLawStatement(state, statement, now);
  }
}

/** Strangers and the dead say nothing, nor does a seat before its first day, after its last, or of an organisation that ended. */
function isSilent(state: State, by: PartyId, now: Instant): boolean {
  const party = state.parties.get(by);
  if (!party) return by !== STEWARD;
  const { seat, ended, person } = party;
  return seat ? ended || now < seat.from || now >= seat.until : ended && person !== null;
}

/** Whoever registers somebody's key as its own would be taken for that somebody, or retire the key by a next rotation. */
const repeatsKey = (state: State, statement: Statement): boolean =>
  'keys' in statement && statement.keys !== null && state.signingKeys.has(statement.keys.signing.x);

function checkRegistration(state: State, by: PartyId, party: PartyId): Refusal {
  if (by !== STEWARD) return 'no-authority';
  return state.parties.has(party) ? 'statement-conflict' : null;
}

function checkNewKeys(state: State, { by, party }: StatementOf<'new-keys'>): Refusal {
  const registered = state.parties.get(party);
  if (!registered) return 'no-authority';
  return by === party || by === registered.registrar ? null : 'no-authority';
}

function checkAttestation(state: State, statement: StatementOf<'dossier' | 'person'>): Refusal {
  if (!isPartner(statement.by) || !state.parties.get(statement.by)?.attests) return 'no-authority';
  const dossier = state.dossiers.get(statement.dossier);
  if (statement.kind === 'dossier')
    return dossier || state.erasedDossiers.has(statement.dossier) ? 'statement-conflict' : null;
  // who is who in a family is said by the partner that opened its dossier, not by every partner that may open dossiers
  if (dossier?.by !== statement.by) return 'no-authority';
  if (state.persons.has(statement.person)) return 'statement-conflict';
  return boundariesRise(statement) ? null : 'malformed';
}

/** Ages come in order, and null (passed already) only before those to come: else a child could skip to adulthood. */
function boundariesRise({ turns12, turns16, turns18 }: StatementOf<'person'>): boolean {
  const follows = (earlier: Instant | null, later: Instant | null) =>
    later === null ? earlier === null : earlier === null || earlier < later;
  return follows(turns12, turns16) && follows(turns16, turns18);
}

/**
 * A family member opens one about whom it may read, or its own, and a guardian institution as a parent would; other
 * organisations only their own file.
 */
function checkCompartment(state: State, statement: StatementOf<'compartment'>, now: Instant): Refusal {
  const { compartment, dossier, subjects, audience, by } = statement;
  if (state.compartments.has(compartment)) return 'statement-conflict';
  if (hasTwice(subjects)) return 'malformed';
  if (subjects.some((id) => state.persons.get(id)?.dossier !== dossier)) return 'no-authority';
  const organisation = organisationOf(by);
  if (organisation !== null) {
    if (state.parties.get(by)?.ended) return 'no-authority';
    const known = state.dossiers.get(dossier)?.organisations.has(organisation);
    if (audience === 'file') return known ? null : 'no-authority';
    if (audience === 'own' || !isPartner(by)) return 'no-authority';
  } else if (!isPerson(by) || audience === 'file') return 'no-authority';
  if (audience === 'own') return subjects[0] === nameOf(by) && subjects.length === 1 ? null : 'no-authority';
  return readsAll(state, subjects, deciderOf(by), now) ? null : 'no-authority';
}

function checkSay(state: State, statement: StatementOf<'grant' | 'withdraw' | 'refuse'>, now: Instant): Refusal {
  const compartment = state.compartments.get(statement.compartment);
  const speaks = isPerson(statement.by) || isPartner(statement.by);
  if (!speaks || !compartment || compartment.dossier !== statement.dossier) return 'no-authority';
  const by = deciderOf(statement.by);
  const given = sayOf(compartment, statement.partner, by)?.grants ?? [];
  // whoever once said yes can always take it back, also after it stopped deciding
  if (statement.kind === 'withdraw' && given.length > 0) return null;
  if (!decidesIn(state, compartment, by, now)) return 'no-authority';
  // acknowledging a withdrawal of nothing would promise a fence that is not there; the right word is a refusal
  if (statement.kind === 'withdraw') return 'statement-out-of-order';
  if (!state.parties.has(partner(statement.partner))) return 'statement-out-of-order';
  if (statement.kind === 'refuse') return null;
  // a yes to an organisation that ended would seem to share, and share nothing
  if (!isActive(state, statement.partner)) return 'statement-out-of-order';
  return checkGrant(state, statement, compartment, now);
}

function checkGrant(
  state: State,
  { by, partner: to, from, until }: StatementOf<'grant'>,
  compartment: CompartmentState,
  now: Instant,
): Refusal {
  // consent is informed: nobody says yes to sharing what it may not see itself
  if (decide(state, { party: by, compartment: compartment.id }, now).code !== 'P-OWN') return 'no-authority';
  if (until <= now || until <= from || partner(to) === by) return 'malformed';
  const given = sayOf(compartment, to, deciderOf(by))?.grants ?? [];
  return given.filter((grant) => !grant.ended && now < grant.until).length < MAX_GRANTS ? null : 'rate-limited';
}

function checkEpoch(state: State, statement: StatementOf<'epoch'>, now: Instant): Refusal {
  const compartment = state.compartments.get(statement.compartment);
  const readers = keyHoldersOf(state, statement.compartment, now);
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
  const readers = new Map(
    keyHoldersOf(state, statement.compartment, now).map((reader) => [reader.party, reader.scope]),
  );
  if (!readers.has(statement.by) || epoch.members.get(statement.by)?.scope !== 'history') return 'no-authority';
  if (statement.epoch !== compartment.epochs.length - 1) return 'statement-out-of-order';
  // a newcomer would see who stopped reading, and get a key nobody may write under
  if (statement.wraps.length > 0 && isStale(state, statement.compartment, now)) return 'stale-epoch';
  if (hasTwice(statement.wraps.map(({ party }) => party))) return 'wrap-set-wrong';
  // whoever made an epoch without history knows its key: a link under it would open the past to that member
  if (statement.links.length > 0 && statement.epoch > 0 && epoch.link === null) return 'statement-out-of-order';
  for (const { party, scope, kid } of statement.wraps) {
    if (scope !== 'history' || readers.get(party) !== 'history') return 'wrap-set-wrong';
    // a wrap that is there already is not replaced: the new one could be noise
    if (epoch.members.get(party)?.scope === 'history') return 'wrap-set-wrong';
    if (state.parties.get(party)?.sealingKid !== kid) return 'wrap-set-wrong';
  }
  const missing = ({ epoch: number }: { epoch: number }) => number > 0 && compartment.epochs[number]?.link === null;
  return statement.links.every(missing) ? null : 'statement-out-of-order';
}

/** Why an envelope may not be appended. Ask `decide` first whether its sender may write: whoever may not learns no more. */
export function checkEnvelope(state: State, header: Header, now: Instant): Refusal {
  const compartment = state.compartments.get(header.compartment);
  if (!compartment) return 'no-basis';
  if (compartment.dossier !== header.dossier) return 'wrong-dossier';
  if (state.erasingDossiers.has(compartment.dossier)) return 'no-basis';
  if (state.messages.has(header.id)) return 'envelope-conflict';
  if (!header.basis.every((id) => standsFor(state, id, header, now))) return 'no-basis';
  const sequence = state.sequences.get(header.sender);
  if (sequence) {
    if (sequence.seen.has(header.seq)) return 'sequence-replayed';
    if (header.seq <= sequence.highest - LIMITS.sequenceWindow) return 'sequence-out-of-window';
  }
  const furthest = Math.max(sequence?.highest ?? -1, now + LIMITS.sequenceAhead);
  if (header.seq > furthest + LIMITS.sequenceWindow) return 'sequence-out-of-window';
  if (header.epoch >= compartment.epochs.length) return 'unknown-epoch';
  if (header.epoch < compartment.epochs.length - 1 || isStale(state, header.compartment, now)) return 'stale-epoch';
  return marksFit(state, compartment, header) ? null : 'mark-too-wide';
}

/** What is marked is written where nobody holds the key who may never read it: the key gate then closes it too. */
function marksFit(state: State, compartment: CompartmentState, { marks, sender }: Header): boolean {
  for (const party of currentEpoch(compartment)?.members.keys() ?? []) {
    const member = state.parties.get(party);
    if (member && prohibition(state, compartment, member, { marks }, sender)) return false;
  }
  return true;
}

/** Whether a sender may name this grant as its basis: given to it, here, for this purpose, and in force. */
function standsFor(state: State, id: string, { compartment, sender, purpose }: Header, now: Instant): boolean {
  const grant = state.grants.get(id);
  if (!grant || grant.compartment !== compartment || grant.partner !== organisationOf(sender)) return false;
  return problemOf(grant, bitsOf([purpose]), undefined, now) === null;
}

/** The party a key belongs to, now. */
export function signerOf(state: State, kid: string): { party: PartyId; x: string } | ErrorCode {
  const key = state.keys.get(kid);
  if (!key) return 'key-unregistered';
  return key.retired ? 'key-retired' : key;
}
