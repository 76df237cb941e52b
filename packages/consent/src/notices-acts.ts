/** Notices of what people did: a no, a death, custody, requests, objections, and what became of a message. */
import type { Id, Instant, NoticeCode, OrganisationId, PartyId, RuleId } from '@eenmaal/model';
import { organisationOf, partner } from '@eenmaal/model';
import { deciderOf, decidersOf } from './authority.ts';
import {
  agreedAt,
  isSameSide,
  knowsOrganisation,
  type Live,
  ownerOf,
  readAbout,
  spokenFor,
  standing,
} from './knowledge.ts';
import type { Act, CompartmentState, DossierState, GrantState, PersonState, State } from './state.ts';
import type { Sight } from './visible.ts';
import { isObjector } from './visible-acts.ts';

/** Whose list it is, and what it may see. */
export type Listener = {
  state: State;
  dossier: DossierState;
  party: PartyId;
  /** The family member; null for an organisation. */
  person: Id | null;
  /** Its name; of a family member nobody's. */
  organisation: OrganisationId;
  sight: Sight;
};
export type Tell = (at: Instant, code: NoticeCode, about: string, rule?: RuleId) => void;

/** Tells `listener` what it may know of every act in the dossier. */
export function noticesOfActs(listener: Listener, tell: Tell): void {
  tellStops(listener, tell);
  const custody = new Set<string | null>();
  for (const act of listener.dossier.acts) {
    if (act.kind !== 'custody') tellAct(listener, tell, act);
    else if (custody.has(act.about)) tellCustody(listener, tell, act);
    else custody.add(act.about);
  }
}

function tellAct(listener: Listener, tell: Tell, act: Act): void {
  const { state, dossier, party, person, organisation, sight } = listener;
  const { id, at } = act;
  const about = act.about ?? '';
  switch (act.kind) {
    case 'death':
      if (hadAccessTo(listener, act)) tell(at, 'subject-deceased', about, 'L30');
      return;
    case 'secrecy':
      if (sight.statements.has(id)) tell(at, 'address-secret', about, 'ADDR');
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
      if (state.requests.get(about)?.by === party) tell(at, 'request-answered', about);
      return;
    case 'objection':
      if (isSameSide(party, ownerOf(state, dossier, about))) tell(at, 'objection-made', about);
      return;
    case 'weigh':
      if ((person !== null || isObjector(dossier, act, party)) && knowsOwner(listener, act, about))
        tell(at, 'objection-weighed', about);
      return;
    case 'supersede':
      tellMessage(listener, tell, act, 'message-replaced', about, 'L21');
      return;
    case 'erase':
      for (const item of state.erasures.get(id) ?? []) tellMessage(listener, tell, act, 'message-erased', item);
      return;
    case 'dispute':
      if (isDisputed(listener, act, about)) tellMessage(listener, tell, act, 'message-disputed', about);
      return;
  }
}

function knowsOwner(listener: Listener, act: Act, about: Id): boolean {
  const { state, sight, dossier, party } = listener;
  if (isObjector(dossier, act, party)) return true;
  const owner = organisationOf(ownerOf(state, dossier, about));
  return sight.statements.has(act.id) && owner !== null && knowsOrganisation(state, sight, dossier, owner);
}

/** The family sees who holds custody; an organisation where it counts for what it reads, or could read until then. */
function tellCustody({ state, dossier, organisation, person, sight }: Listener, tell: Tell, act: Act): void {
  const { about, at } = act;
  const child = state.persons.get(about ?? '');
  if (!child) return;
  // who became guardian by it hears so in any case
  const counts = () => act.partner === organisation || (sight.persons.has(child.id) && sight.statements.has(act.id));
  const lost = () =>
    spokenFor(child, at, act).custody.includes(partner(organisation)) ||
    readAbout(state, dossier, organisation, child.id, at, act);
  if (person !== null || counts() || lost()) tell(at, 'custody-changed', child.id);
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
    return agreedAt(state, place, standing(place, organisation), at, death);
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
  if (!message || (message.marks.includes('source') && !isSameSide(party, message.sender))) return;
  const received = message.delivered.has(party) || message.opened.has(party);
  if (received || sight.compartments.has(message.compartment)) tell(act.at, code, id, rule);
}
type MessageCode = 'message-replaced' | 'message-erased' | 'message-disputed';

/** The first word of a dispute that still stands; that there are more says nothing new, and who disputes is not told. */
function isDisputed({ state, dossier }: Listener, { id }: Act, about: Id): boolean {
  const disputedBy = state.messages.get(about)?.disputedBy;
  // all that a family member says about a message
  const words = dossier.acts.filter(({ about: item, by }) => item === about && disputedBy?.has(deciderOf(by)));
  return words.find((word) => words.findLast(({ by }) => by === word.by) === word)?.id === id;
}

/**
 * A no, or a yes taken back. When it took away what an organisation could read, that organisation is told, the others that
 * wrote there, and the family; when there was nothing to take away, the family only. Played again from the first yes on,
 * because only the moment that changed something is news: a second no would say that somebody else said it too.
 */
function tellStops(listener: Listener, tell: Tell): void {
  const { state, dossier } = listener;
  let given: GrantState[] = [];
  for (const act of dossier.acts) {
    const grant = state.grants.get(act.id);
    if (grant) given.push(grant);
    const place = state.compartments.get(act.about ?? '');
    const to = act.partner;
    // what is said about a compartment and an organisation, and is no yes, takes back the yes there was
    if (grant || !place || to === null) continue;
    const by = deciderOf(act.by);
    const here = (one: GrantState) => one.compartment === place.id && one.partner === to;
    const live: Live = (decider) => given.filter((one) => here(one) && one.by === decider);
    const before = agreedAt(state, place, live, act.at, act);
    given = given.filter((one) => !(here(one) && one.by === by));
    const stopped = before && !agreedAt(state, place, live, act.at, act);
    if (stopped || act.kind === 'refuse') tellStop(listener, tell, act, place, to, stopped);
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
