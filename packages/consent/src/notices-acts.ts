/** Notices of what people did: a no, a death, custody, requests, objections, and what became of a message. */
import type { Id, Instant, NoticeCode, OrganisationId, PartyId, RuleId } from '@eenmaal/model';
import { isPerson, nameOf, organisationOf, partner } from '@eenmaal/model';
import { decidersOf } from './authority.ts';
import { agreedAt, isSide, knowsOrganisation, type Live, readAbout, spokenFor, standing } from './knowledge.ts';
import type {
  Act,
  CompartmentState,
  DeciderId,
  DossierState,
  GrantState,
  MessageState,
  PersonState,
  State,
} from './state.ts';
import type { Sight } from './visible.ts';
import { isObjector } from './visible-acts.ts';

/** Whose list it is, and what it may see. */
export type Listener = {
  state: State;
  dossier: DossierState;
  party: PartyId;
  /** The family member; null for an organisation. */
  person: Id | null;
  organisation: OrganisationId | null;
  sight: Sight;
};
export type Tell = (at: Instant, code: NoticeCode, about: string, rule?: RuleId) => void;

/** Tells `listener` what it may know of every act in the dossier. */
export function noticesOfActs(listener: Listener, tell: Tell): void {
  tellStops(listener, tell);
  const custody = new Set<string>();
  for (const act of listener.dossier.acts) {
    if (act.kind !== 'custody') tellAct(listener, tell, act);
    else if (custody.has(act.about ?? '')) tellCustody(listener, tell, act);
    else custody.add(act.about ?? '');
  }
}

function tellAct(listener: Listener, tell: Tell, act: Act): void {
  const { state, dossier, party, person, organisation, sight } = listener;
  const { id, at, about } = act;
  switch (act.kind) {
    case 'death':
      if (organisation !== null && hadAccessTo(listener, act)) tell(at, 'subject-deceased', about ?? '', 'L30');
      return;
    case 'secrecy':
      if (sight.statements.has(id)) tell(at, 'address-secret', about ?? '', 'ADDR');
      return;
    case 'succession': {
      const old = act.partner ?? '';
      if (person !== null && knowsOrganisation(state, sight, dossier, old))
        tell(at, 'organisation-changed', partner(old));
      return;
    }
    case 'ask':
      if (act.partner === organisation) tell(at, 'facts-asked', id, state.asks.get(id)?.rule);
      return;
    case 'request':
      if (act.partner === organisation) tell(at, 'request-received', id);
      return;
    case 'answer':
      if (state.requests.get(about ?? '')?.by === party) tell(at, 'request-answered', about ?? '');
      return;
    case 'objection':
      if (organisation !== null && isSide(party, ownerOf(listener, about) ?? ''))
        tell(at, 'objection-made', about ?? '');
      return;
    case 'weigh':
      if (person !== null && knowsOwner(listener, act)) tell(at, 'objection-weighed', about ?? '');
      return;
    case 'supersede':
      tellMessage(listener, tell, act, 'message-replaced', about ?? '', 'L21');
      return;
    case 'erase':
      for (const item of state.erasures.get(id) ?? []) tellMessage(listener, tell, act, 'message-erased', item);
      return;
    case 'dispute':
      if (isDisputed(listener, act)) tellMessage(listener, tell, act, 'message-disputed', about ?? '');
      return;
  }
}

/** Who made the disclosure, or the seat, that is objected to. */
function ownerOf({ state, dossier }: Listener, act: string | null): PartyId | undefined {
  const disclosure = state.disclosures.get(act ?? '');
  return disclosure?.by ?? dossier.seats.find((seat) => state.parties.get(seat)?.seat?.statement === act);
}

function knowsOwner(listener: Listener, act: Act): boolean {
  const { state, sight, dossier, party } = listener;
  const { id, about } = act;
  if (isObjector(dossier, act, party)) return true;
  const owner = organisationOf(ownerOf(listener, about) ?? '');
  return sight.statements.has(id) && owner !== null && knowsOrganisation(state, sight, dossier, owner);
}

/** The family sees who holds custody; an organisation where it counts for what it reads, or could read until then. */
function tellCustody({ state, dossier, organisation, person, sight }: Listener, tell: Tell, act: Act): void {
  const { about, at } = act;
  const child = state.persons.get(about ?? '');
  if (!child) return;
  // who became guardian by it hears so in any case
  const counts = () => act.partner === organisation || (sight.persons.has(child.id) && sight.statements.has(act.id));
  const lost = (name: OrganisationId) =>
    spokenFor(child, at, act).custody.includes(partner(name)) || readAbout(state, dossier, name, child.id, at, act);
  if (person !== null || counts() || (organisation !== null && lost(organisation)))
    tell(at, 'custody-changed', child.id);
}

/** Whether this organisation could read about somebody, or by its yes, until it died. */
function hadAccessTo({ state, dossier, organisation }: Listener, death: Act): boolean {
  const at = death.at - 1;
  return dossier.compartments.some((id) => {
    const place = state.compartments.get(id);
    // a child that decided alone had no need of a parent's yes
    const concerns = (subject: PersonState) =>
      subject.id === death.about ||
      decidersOf(state, spokenFor(subject, at, death), at, place?.audience).includes(death.about ?? '');
    if (!place?.people.some(concerns)) return false;
    return agreedAt(state, place, standing(place, organisation ?? ''), at, death);
  });
}

/** A message's fate: to whoever received it, and to those who may read where it stands. Who reported stays protected. */
function tellMessage(
  { state, party, sight }: Listener,
  tell: Tell,
  act: Act,
  code: MessageCode,
  id: Id,
  rule?: string,
): void {
  const message = state.messages.get(id);
  if (!message || (message.marks.includes('source') && !isSide(party, message.sender))) return;
  const received = message.delivered.has(party) || message.opened.has(party);
  if (received || sight.compartments.has(message.compartment)) tell(act.at, code, id, rule);
}
type MessageCode = 'message-replaced' | 'message-erased' | 'message-disputed';

/** The first word of a dispute that still stands; that there are more says nothing new, and who disputes is not told. */
function isDisputed({ state, dossier }: Listener, { id, about }: Act): boolean {
  const message: MessageState | undefined = state.messages.get(about ?? '');
  if (!message || message.disputedBy.size === 0) return false;
  const last = [...message.disputedBy].map((person) =>
    dossier.acts.findLast(({ kind, by, about: item }) => kind === 'dispute' && item === about && nameOf(by) === person),
  );
  return last.filter((act) => act !== undefined).sort((a, b) => a.index - b.index)[0]?.id === id;
}

/**
 * A no, or a yes taken back. When it took away what an organisation could read, that organisation is told, the others that
 * wrote there, and the family; when there was nothing to take away, the family only. Played again from the first yes on,
 * because only the moment that changed something is news: a second no would say that somebody else said it too.
 */
function tellStops(listener: Listener, tell: Tell): void {
  const { state, dossier } = listener;
  const said = new Map<string, Map<DeciderId, GrantState[]>>();
  for (const act of dossier.acts) {
    if (act.kind !== 'grant' && act.kind !== 'withdraw' && act.kind !== 'refuse') continue;
    const place = state.compartments.get(act.about ?? '');
    const to = act.partner;
    if (!place || to === null) continue;
    const key = `${place.id} ${to}`;
    const says = said.get(key) ?? new Map<DeciderId, GrantState[]>();
    said.set(key, says);
    const by = isPerson(act.by) ? nameOf(act.by) : act.by;
    const grant = state.grants.get(act.id);
    if (grant) says.set(by, [...(says.get(by) ?? []), grant]);
    else {
      const live: Live = (decider) => says.get(decider) ?? [];
      const before = agreedAt(state, place, live, act.at, act);
      says.delete(by);
      const stopped = before && !agreedAt(state, place, live, act.at, act);
      if (stopped || act.kind === 'refuse') tellStop(listener, tell, act, place, to, stopped);
    }
  }
}

function tellStop(
  { state, organisation, person, sight }: Listener,
  tell: Tell,
  { at }: Act,
  place: CompartmentState,
  to: OrganisationId,
  stopped: boolean,
): void {
  const reads = sight.compartments.has(place.id);
  const wrote = () =>
    place.messages.some((id) => organisationOf(state.messages.get(id)?.sender ?? '') === organisation);
  const told = person === null ? stopped && (organisation === to || (reads && wrote())) : reads;
  if (told) tell(at, stopped ? 'access-stopped' : 'not-shared', place.id, 'L01');
}
