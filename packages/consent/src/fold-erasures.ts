/**
 * The part of `fold` that is about erasure. It leaves the same state whether what was erased was folded before or could never
 * be read: so a ledger that starts again, and an officer who replays, come to where the ledger was that destroyed it.
 */
import {
  type ErasedMessage,
  type EventOf,
  type Id,
  isPerson,
  LIMITS,
  nameOf,
  type PartyId,
  person,
  type StatementOf,
} from '@eenmaal/model';
import type { MessageState, State } from './state.ts';

/** In the place of what only its entry says of a message: gone with it. */
export const UNKNOWN = {
  ...{ purpose: 'support' as const, marks: [], secretHash: '', stored: 0, size: 0, bodyHash: '', attachments: [] },
};

/** A message that was taken in; of one that cannot be read any more, what its erasure says of it. */
export function addMessage(state: State, message: MessageState, seq: number): void {
  state.messages.set(message.id, message);
  const place = state.compartments.get(message.compartment);
  if (place) {
    place.messages.push(message.id);
    place.lastMessageAt = state.at;
    if (isPerson(message.sender)) place.writers.add(nameOf(message.sender));
  }
  useSequence(state, message.sender, seq);
}

/** Notes a number as used. In whatever order numbers come, the same are remembered: those within the window. */
function useSequence(state: State, sender: PartyId, seq: number): void {
  const sequence = state.sequences.get(sender) ?? { highest: -1, seen: new Set() };
  state.sequences.set(sender, sequence);
  if (seq > sequence.highest - LIMITS.sequenceWindow) sequence.seen.add(seq);
  if (seq <= sequence.highest) return;
  // only the numbers that leave the window now: going through all of them would cost as much for every message
  const left = seq - LIMITS.sequenceWindow;
  if (left >= sequence.highest) sequence.seen = new Set([seq]);
  else for (let old = sequence.highest - LIMITS.sequenceWindow + 1; old <= left; old++) sequence.seen.delete(old);
  sequence.highest = seq;
}

/** In the place of an entry that cannot be read any more. */
export function foldErased(
  state: State,
  { envelope: id, compartment, sender, seq }: ErasedMessage,
  index: number,
): void {
  addMessage(state, bareMessage({ id, index, at: state.at, compartment, sender }), seq);
}

/** A message of which nothing else is known, and to which nothing happened. */
export const bareMessage = (
  known: Pick<MessageState, 'id' | 'index' | 'at' | 'compartment' | 'sender'>,
): MessageState => ({
  ...{ ...known, ...UNKNOWN, delivered: new Map(), opened: new Map(), openedFor: new Set<string>(), disclosures: [] },
  ...{ erased: null, gone: null, supersededBy: null, disputedBy: new Set<Id>() },
});

/** From here on it is closed by rule; its key is destroyed when the ledger's own entry says so. */
export function foldErase(state: State, { id, dossier, items, whole }: StatementOf<'erase'>): void {
  if (whole) {
    state.erasingDossiers.set(dossier, id);
    for (const place of state.dossiers.get(dossier)?.compartments ?? [])
      for (const item of state.compartments.get(place)?.messages ?? []) closeMessage(state, item, id);
    return;
  }
  state.erasures.set(id, items);
  for (const item of items) if (closeMessage(state, item, id)) state.erasing.add(item);
}

function closeMessage(state: State, id: Id, statement: Id): boolean {
  const message = state.messages.get(id);
  if (message) message.erased ??= statement;
  return message?.erased === statement && message.gone === null;
}

/** Of an erased message nothing is left but that it was there, who sent it and who received it. */
export function foldErasure(state: State, { dossier, statement, message }: EventOf<'erasure'>, index: number): void {
  state.erasing.delete(message.envelope);
  state.gone.push({ index, dossier });
  const known = state.messages.get(message.envelope);
  if (!known) return;
  Object.assign(known, UNKNOWN, { erased: statement, gone: index });
  state.dossiers.get(dossier)?.gone.push(message.envelope);
}

/** Of an erased dossier nothing is left but that it was there, why it went, and the numbers organisations used in it. */
export function foldDossierErasure(state: State, event: EventOf<'dossier-erasure'>, index: number): void {
  const { dossier, statement, ground, decidedBy, at, holders } = event;
  forgetDossier(state, dossier);
  const gone = new Set(event.entries);
  for (const [id, place] of state.statements) if (gone.has(place)) state.statements.delete(id);
  for (const { sender, seq } of event.sequences) useSequence(state, sender, seq);
  state.erasingDossiers.delete(dossier);
  state.gone = state.gone.filter((other) => other.dossier !== dossier);
  const known = state.erasedDossiers.get(dossier);
  if (known) known.entries.push(index);
  else state.erasedDossiers.set(dossier, { statement, ground, decidedBy, at, holders, entries: [index] });
  state.gone.push({ index, dossier });
}

function forgetDossier(state: State, id: Id): void {
  const known = state.dossiers.get(id);
  if (!known) return;
  const parties = new Set([...known.persons.map(person), ...known.seats]);
  for (const party of parties) for (const map of [state.parties, state.sequences]) map.delete(party);
  for (const who of known.persons) state.persons.delete(who);
  for (const [kid, { party, x }] of state.keys) {
    if (!parties.has(party)) continue;
    state.keys.delete(kid);
    state.signingKeys.delete(x);
  }
  const places = new Set(known.compartments);
  for (const place of places) {
    for (const message of state.compartments.get(place)?.messages ?? []) {
      state.messages.delete(message);
      state.erasing.delete(message);
    }
    state.compartments.delete(place);
  }
  for (const [grant, { compartment }] of state.grants) if (places.has(compartment)) state.grants.delete(grant);
  for (const map of [state.disclosures, state.requests])
    for (const [act, { dossier }] of map) if (dossier === id) map.delete(act);
  for (const { id: act } of known.acts) for (const map of [state.asks, state.erasures]) map.delete(act);
  state.dossiers.delete(id);
}
