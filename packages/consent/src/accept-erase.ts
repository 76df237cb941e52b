/**
 * Whether an erasure may be appended: of what one wrote, once, on a ground there is, and not of a file that the law wants kept.
 * Before: accept-acts.ts. What it then does: fold-erasures.ts, and the ledger's keys.
 */
import { type ErrorCode, type Id, type Instant, organisationOf, type PartyId, type StatementOf } from '@eenmaal/model';
import { addTerm } from './civil-time.ts';
import type { CompartmentState, DossierState, State } from './state.ts';

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
      (one) => one && mustBeKept(state, one.place, now) && !isAskedFor(state, statement, one.place, one.message.id),
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

/** The person concerned asked this organisation to destroy it, and it was not refused. Carrying it out grants it. */
function isAskedFor(state: State, { by, request }: StatementOf<'erase'>, place: CompartmentState, item: Id): boolean {
  const asked = state.requests.get(request ?? '');
  if (asked?.right !== 'erasure' || asked.refused || asked.to !== organisationOf(by)) return false;
  return place.subjects.includes(asked.about) && (asked.items.length === 0 || asked.items.includes(item));
}
