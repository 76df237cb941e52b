/**
 * The state as one reader may know it, to decide the same question in. Whoever gets an explanation of that decision cannot
 * learn from it what was left out: who refused, who was silent, what is another adult's, what waits to be told.
 */
import {
  type Decision,
  type Id,
  type Instant,
  isOfficer,
  isPerson,
  organisationOf,
  type PartyId,
} from '@eenmaal/model';
import { decide, type Question } from './decide.ts';
import { Remembered } from './remembered.ts';
import type { CompartmentState, DossierState, MessageState, Say, State } from './state.ts';
import { type Sight, sightOf } from './visible.ts';

/** A decision as a reader may know it, and what it may know of the state it rests on. */
export type Known = { state: State; decision: Decision };

/** Decides `question` with what `reader` may know. An officer knows all. */
export function decideFor(state: State, question: Question, now: Instant, reader: PartyId): Known {
  if (isOfficer(reader)) return { state, decision: decide(state, question, now) };
  const view = viewOf(state, question, now, reader);
  // what it reads itself, and in the family what others read of what it may see, it may know in full when it is a yes
  const full = isPerson(reader)
    ? view.compartments.has(question.compartment)
    : organisationOf(reader) !== null && organisationOf(reader) === organisationOf(question.party);
  const all = full ? decide({ ...state, messages: view.messages }, question, now) : null;
  return { state: view, decision: all?.outcome === 'permit' ? all : decide(view, question, now) };
}

/**
 * Only what `reader` sees: compartments, and in them what was said; the message with what it knows was disclosed of it; orders,
 * placements and questions.
 */
export function viewOf(state: State, question: Question, now: Instant, reader: PartyId): State {
  const dossier = state.compartments.get(question.compartment)?.dossier ?? '';
  const sight = sightOf(state, reader, dossier, now);
  const compartments = new Map<string, CompartmentState>();
  const keep = (id: string, says: (place: CompartmentState) => Say[]) => {
    const place = state.compartments.get(id);
    // what is remembered of the whole state must not answer for a part of it, nor the other way round
    if (place) compartments.set(id, { ...place, says: says(place), remembered: new Remembered() });
  };
  for (const id of sight.partial) keep(id, NOTHING);
  for (const id of sight.compartments)
    keep(id, isPerson(reader) ? ({ says }) => says : ({ says }) => visibleSays(says, sight));
  const messages = new Map<string, MessageState>();
  const message = question.message === undefined ? undefined : state.messages.get(question.message);
  if (message) {
    const disclosures = message.disclosures.filter(({ id }) => sight.statements.has(id));
    const known = compartments.has(message.compartment) || disclosures.length > 0;
    if (known) messages.set(message.id, { ...message, disclosures });
    if (known && !compartments.has(message.compartment)) keep(message.compartment, NOTHING);
  }
  const sees = ({ statement }: { statement: Id }) => sight.statements.has(statement);
  const known = state.dossiers.get(dossier);
  const dossiers = new Map<Id, DossierState>();
  if (known) {
    const orders = new Map([...known.orders].filter(([, order]) => sees(order)));
    dossiers.set(dossier, { ...known, orders, fosters: known.fosters.filter(sees) });
  }
  const asks = new Map([...state.asks].filter(([id]) => sight.statements.has(id)));
  return { ...state, compartments, messages, dossiers, asks };
}

const NOTHING = (): Say[] => [];

/** An organisation sees yeses that are in force for somebody, and neither a no nor a silence. */
const visibleSays = (says: readonly Say[], { statements }: Sight): Say[] =>
  says.map((say) => ({ ...say, refused: false, grants: say.grants.filter(({ id }) => statements.has(id)) }));
