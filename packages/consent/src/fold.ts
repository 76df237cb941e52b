/**
 * fold: from log entries to state. It believes what it is given: signatures, authority and order were checked before an
 * entry was appended (`accept.ts`) and are checked again by whoever replays. Same entries, same state.
 */
import type {
  ErasedMessage,
  Event,
  EventOf,
  Header,
  Instant,
  OrganisationId,
  PartyId,
  PublicKeys,
  StatementOf,
} from '@eenmaal/model';
import { isPerson, nameOf, officer, organisationOf, partner, person, STEWARD, Statement } from '@eenmaal/model';
import { endOrganisation, foldAct, foldAttestation, foldLawAct, sameId } from './fold-acts.ts';
import { addMessage, bareMessage, foldDossierErasure, foldErased, foldErasure } from './fold-erasures.ts';
import { offeredTo } from './law.ts';
import { Remembered } from './remembered.ts';
import {
  bitsOf,
  type CompartmentState,
  type DeciderId,
  type GrantState,
  type Say,
  type State,
  sayOf,
} from './state.ts';

/**
 * A log entry with its signed parts already verified and parsed. `kids` are those of a statement's new keys. `erased`: one that
 * cannot be read any more, as a later erasure names it.
 */
export type FoldInput =
  | { kind: 'statement'; statement: Statement; kids?: Kids | undefined }
  | { kind: 'message'; event: EventOf<'message'>; header: Header }
  | { kind: 'erased'; message: ErasedMessage }
  | { kind: 'other'; event: Exclude<Event, { kind: 'statement' | 'message' }> };

/** Thumbprints of a signing and a sealing key; computed by the caller, for ring 1 hashes nothing. */
export type Kids = { signing: string; sealing: string | null };

/** Applies entry `index`, logged at `at`. Changes `state` in place: copying a region for each entry would be slow. */
export function fold(state: State, input: FoldInput, index: number, at: Instant): void {
  state.size = index + 1;
  state.at = Math.max(state.at, at);
  if (input.kind === 'statement') foldStatement(state, input.statement, input.kids, index);
  else if (input.kind === 'message') foldMessage(state, input.event, input.header, index);
  else if (input.kind === 'erased') foldErased(state, input.message, index);
  else foldRecord(state, input.event, index);
}

/** What the ledger says of its own acts. */
function foldRecord(state: State, event: Exclude<Event, { kind: 'statement' | 'message' }>, index: number): void {
  switch (event.kind) {
    case 'delivery':
      state.messages.get(event.envelope)?.delivered.set(event.reader, index);
      return;
    case 'opening':
      foldOpening(state, event, index);
      return;
    case 'erasure':
      foldErasure(state, event, index);
      return;
    case 'dossier-erasure':
      foldDossierErasure(state, event, index);
      return;
  }
}

function foldOpening(state: State, { envelope, reader, purpose }: EventOf<'opening'>, index: number): void {
  const message = state.messages.get(envelope);
  if (!message) return;
  if (!message.opened.has(reader)) message.opened.set(reader, index);
  message.openedFor.add(`${reader} ${purpose}`);
}

/** What this version of the program knows; whatever else a later one may say means nothing here. */
const KINDS: ReadonlySet<string> = new Set(Statement.options.map(({ shape }) => shape.kind.value));

function foldStatement(state: State, statement: Statement, kids: Kids | undefined, index: number): void {
  if (!KINDS.has(statement.kind)) return;
  state.statements.set(statement.id, index);
  if ('dossier' in statement) foldAct(state, statement, index);
  switch (statement.kind) {
    case 'region':
      foldRegion(state, statement, kids);
      break;
    case 'partner':
      register(state, partner(statement.partner), statement, statement.keys, kids);
      break;
    case 'officer':
      register(state, officer(statement.officer), statement, statement.keys, kids);
      break;
    case 'new-keys':
      replaceKeys(state, statement, kids);
      break;
    case 'person':
      foldPerson(state, statement, kids);
      break;
    case 'seat':
      foldSeat(state, statement, kids, index);
      break;
    case 'compartment':
      foldCompartment(state, statement);
      break;
    case 'grant':
    case 'withdraw':
    case 'refuse':
      foldSay(state, statement, index);
      break;
    case 'epoch':
    case 'admit':
      foldKeys(state, statement);
      break;
    case 'dossier':
      break;
    case 'consult': {
      const { id, by, to, answers } = statement;
      state.consults.set(id, { id, index, at: state.at, by, to, answers });
      break;
    }
    case 'succession':
      endOrganisation(state, statement, index);
      break;
    case 'custody':
    case 'capacity':
    case 'death':
    case 'secrecy':
    case 'foster':
    case 'order':
    case 'seat-end':
    case 'allow':
      foldAttestation(state, statement, index);
      break;
    default:
      foldLawAct(state, statement, index);
  }
}

function foldSeat(state: State, statement: StatementOf<'seat'>, kids: Kids | undefined, index: number): void {
  register(state, statement.seat, { by: statement.by }, statement.keys, kids);
  const registered = state.parties.get(statement.seat);
  if (!registered) return;
  const { seat, dossier, role, for: replaced, from, until, id } = statement;
  registered.seat = { seat, dossier, role, for: replaced, from, until, statement: id, index, objection: null };
  state.dossiers.get(dossier)?.seats.push(seat);
}

function foldRegion(state: State, region: StatementOf<'region'>, kids: Kids | undefined): void {
  state.profile = region.profile;
  state.origin = region.origin;
  state.ledger = region.ledger;
  if (!kids) return;
  state.steward = kids.signing;
  addKey(state, STEWARD, kids.signing, region.steward.x);
}

function addKey(state: State, party: PartyId, kid: string, x: string): void {
  state.keys.set(kid, { party, x, retired: false });
  state.signingKeys.add(x);
}

function register(
  state: State,
  party: PartyId,
  by: { by: PartyId; name?: string; attests?: boolean; roles?: readonly string[] },
  keys: PublicKeys | null,
  kids: Kids | undefined,
): void {
  const held =
    keys && kids ? { keys, kid: kids.signing, sealingKid: kids.sealing } : { keys: null, kid: null, sealingKid: null };
  const organisation = organisationOf(party);
  const roles = by.roles ?? state.parties.get(partner(organisation ?? ''))?.roles ?? [];
  const tasks = roles.map((role) => state.law.roles.get(role));
  state.parties.set(party, {
    ...{ party, registrar: by.by, name: by.name ?? '', attests: by.attests ?? false, organisation, roles },
    offered: offeredTo(state.law, roles),
    youthOnly: tasks.length > 0 && tasks.every((task) => task?.youthOnly),
    secrecy: tasks[0]?.secrecy ?? 'L01',
    person: isPerson(party) ? nameOf(party) : null,
    seat: null,
    ended: false,
    ...held,
  });
  if (keys && kids) addKey(state, party, kids.signing, keys.signing.x);
}

function replaceKeys(state: State, statement: StatementOf<'new-keys'>, kids: Kids | undefined): void {
  const registered = state.parties.get(statement.party);
  if (!registered || !kids) return;
  const old = registered.kid === null ? undefined : state.keys.get(registered.kid);
  if (old) old.retired = true;
  Object.assign(registered, { keys: statement.keys, kid: kids.signing, sealingKid: kids.sealing });
  addKey(state, statement.party, kids.signing, statement.keys.signing.x);
}

function foldPerson(state: State, statement: StatementOf<'person'>, kids: Kids | undefined): void {
  const { person: id, dossier, turns12, turns16, turns18 } = statement;
  state.persons.set(id, {
    ...{
      id,
      dossier,
      turns12,
      turns16,
      turns18,
      custody: [],
      custodyStatement: null,
      custodyBasis: null,
      holderDied: null,
      partial: null,
    },
    ...{ representatives: null, capacityBasis: null, earlier: [], dead: false, secretAddress: false },
  });
  state.dossiers.get(dossier)?.persons.push(id);
  register(state, person(id), { by: statement.by }, statement.keys, kids);
}

function foldCompartment(
  state: State,
  { compartment: id, dossier, by, subjects, audience }: StatementOf<'compartment'>,
): void {
  const known = state.dossiers.get(dossier);
  if (!known) return;
  // in one piece and the most asked first: a decision over a whole region waits for memory, not for the processor
  state.compartments.set(id, {
    id,
    audience,
    remembered: new Remembered(),
    dossier,
    by,
    says: [],
    subjects: subjects.map((subject) => sameId(state, subject)),
    people: subjects.flatMap((subject) => state.persons.get(subject) ?? []),
    allowed: new Map(),
    epochs: [],
    messages: [],
    writers: new Set(),
    lastMessageAt: 0,
  });
  known.compartments.push(id);
}

function sayFor(compartment: CompartmentState, to: OrganisationId, by: DeciderId): Say {
  const known = sayOf(compartment, to, by);
  if (known) return known;
  const say: Say = { partner: to, by, grants: [], refused: false };
  compartment.says.push(say);
  return say;
}

function foldSay(state: State, statement: StatementOf<'grant' | 'withdraw' | 'refuse'>, index: number): void {
  const compartment = state.compartments.get(statement.compartment);
  if (!compartment) return;
  const by = isPerson(statement.by) ? sameId(state, nameOf(statement.by)) : statement.by;
  const say = sayFor(compartment, statement.partner, by);
  if (statement.kind === 'grant') {
    const { id, partner: to, purposes, from, until, history } = statement;
    const grant: GrantState = {
      id,
      compartment: compartment.id,
      by,
      partner: to,
      purposes,
      purposeBits: bitsOf(purposes),
      from,
      until,
      history,
      index,
      at: state.at,
      ended: null,
    };
    // what ended or expired never answers again: dropped, so that a list does not grow with every renewal
    say.grants = [...say.grants.filter((old) => !old.ended && state.at < old.until), grant];
    say.refused = false;
    state.grants.set(id, grant);
    return;
  }
  // a withdrawal does not lift an earlier refusal: only a new grant does
  if (statement.kind === 'refuse') say.refused = true;
  for (const grant of say.grants) grant.ended ??= statement.kind === 'refuse' ? 'refused' : 'withdrawn';
  say.grants = say.grants.slice(-1);
}

function foldKeys(state: State, statement: StatementOf<'epoch' | 'admit'>): void {
  const compartment = state.compartments.get(statement.compartment);
  if (!compartment) return;
  if (statement.kind === 'epoch')
    compartment.epochs[statement.epoch] = { statements: [], members: new Map(), link: statement.link };
  const epoch = compartment.epochs[statement.epoch];
  // also after it stopped reading: without its key, what it signed could not be verified
  if (isPerson(statement.by)) compartment.writers.add(nameOf(statement.by));
  epoch?.statements.push(statement.id);
  for (const { party, kid, scope } of statement.wraps) epoch?.members.set(party, { kid, scope });
  if (statement.kind === 'epoch') return;
  for (const { epoch: number, link } of statement.links) {
    const linked = compartment.epochs[number];
    if (linked) linked.link ??= link;
  }
}

function foldMessage(state: State, event: EventOf<'message'>, header: Header, index: number): void {
  const { id, compartment, sender, purpose, marks, secretHash, size, attachments } = header;
  const { stored, bodyHash } = event;
  const bare = bareMessage({ id, index, at: state.at, compartment, sender });
  addMessage(state, { ...bare, purpose, marks, secretHash, stored, size, bodyHash, attachments }, header.seq);
}
