/**
 * Whether an erasure may be appended: of what one wrote, once, on a ground there is, and not of a file that the law wants kept.
 * Before: accept-acts.ts. What it then does: fold-erasures.ts, and the ledger's keys.
 */
import { type ErrorCode, type Id, type Instant, organisationOf, type PartyId, type StatementOf } from '@eenmaal/model';
import { deciderOf, decidersOf } from './authority.ts';
import { addTerm } from './civil-time.ts';
import type { CompartmentState, DeciderId, DossierState, RequestState, State } from './state.ts';

type Refusal = ErrorCode | null;

/** May this be erased now? By who wrote it, or the partner that keeps the dossier; a whole dossier by the latter. */
export function checkErase(
  state: State,
  dossier: DossierState,
  statement: StatementOf<'erase'>,
  now: Instant,
  isMine: (sender: PartyId) => boolean,
): Refusal {
  const { by, items, whole, request, ground } = statement;
  if (whole !== (items.length === 0) || new Set(items).size < items.length || !state.law.rulesById.has(ground))
    return 'malformed';
  if (whole && by !== dossier.by) return 'no-authority';
  const found = items.map((id) => {
    const message = state.messages.get(id);
    const place = state.compartments.get(message?.compartment ?? '');
    return message && place?.dossier === dossier.id ? { message, place } : null;
  });
  for (const one of found) {
    // a file is its organisation's: who keeps the dossier cannot destroy another's
    const keeps = by === dossier.by && one?.place.audience !== 'file';
    if (!one || !(isMine(one.message.sender) || keeps)) return 'no-authority';
  }
  if (request !== null && state.requests.get(request)?.dossier !== dossier.id) return 'statement-out-of-order';
  if (found.some((one) => one?.message.erased)) return 'statement-conflict';
  const places = whole ? dossier.compartments.flatMap((id) => state.compartments.get(id) ?? []) : [];
  const kept =
    places.some((place) => mustBeKept(state, place, now)) ||
    found.some(
      (one) =>
        one && mustBeKept(state, one.place, now) && !isAskedFor(state, statement, one.place, one.message.id, now),
    );
  return kept ? 'retention' : null;
}

/** The ground of a refusal by `retention`, in the law catalogue. */
export const RETENTION_RULE = 'KEEP';

/** A file is kept for a term that each newer message starts again (law/clocks.yaml, `keep-file`); an empty one has none. */
function mustBeKept(state: State, { audience, lastMessageAt }: CompartmentState, now: Instant): boolean {
  const clock = state.law.clocks.get('keep-file');
  return audience === 'file' && clock !== undefined && now < addTerm(lastMessageAt, clock.term, state.law.holidays);
}

/**
 * Everybody who now decides about the person concerned asked this organisation to destroy it, and it was not refused: one parent
 * cannot have destroyed what the other, or a child of 12, needs. Carrying it out grants it.
 */
function isAskedFor(
  state: State,
  { by, request }: StatementOf<'erase'>,
  place: CompartmentState,
  item: Id,
  now: Instant,
): boolean {
  const covers = ({ right, refused, to, items }: RequestState) =>
    right === 'erasure' && !refused && to === organisationOf(by) && (items.length === 0 || items.includes(item));
  const named = state.requests.get(request ?? '');
  const subject = state.persons.get(named?.about ?? '');
  if (!named || !subject || !covers(named) || !place.subjects.includes(subject.id)) return false;
  const asked = new Set<DeciderId>();
  for (const { id } of state.dossiers.get(place.dossier)?.acts ?? []) {
    const other = state.requests.get(id);
    if (other?.about === subject.id && covers(other)) asked.add(deciderOf(other.by));
  }
  const deciders = decidersOf(state, subject, now);
  return deciders.length > 0 && deciders.every((decider) => asked.has(decider));
}
