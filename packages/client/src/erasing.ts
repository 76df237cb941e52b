/**
 * Erasing, from who decides it: single messages, all that is about one person alone, or a whole dossier; and the receipt, for
 * whoever held a copy: the log's own entry that says so, with proof that the log holds it.
 */
import { checkStatement, type State } from '@eenmaal/consent';
import { fromBase64url, utf8 } from '@eenmaal/crypto';
import { makeLeaf } from '@eenmaal/ledger';
import {
  EenmaalError,
  type EntryView,
  type ErrorCode,
  type EventOf,
  type Id,
  type Instant,
  type RuleId,
  type Statement,
  type StatementInput,
} from '@eenmaal/model';
import type { Checkpoints } from './checkpoints.ts';
import type { Mirror } from './mirror.ts';

/** On what ground, and the request it answers. */
export type Erasing = { ground: RuleId; request?: Id | null };
/** What of a person's part was erased, and what not, and why: `shared` is also about others. */
export type ErasedPart = { erased: Id[]; kept: { envelope: Id; why: ErrorCode | 'shared' }[] };
export type ErasureProof = { view: EntryView; event: EventOf<'erasure' | 'dossier-erasure'> };

/** As many as one statement names. */
const TOGETHER = 64;

/** One statement for each compartment, so that none shows anybody what it could not see. */
export function eraseStatements(
  { messages }: State,
  dossier: Id,
  items: readonly Id[],
  { ground, request = null }: Erasing,
): (StatementInput & { kind: 'erase' })[] {
  const places = Map.groupBy(items, (id) => messages.get(id)?.compartment ?? '');
  return [...places.values()].flatMap((inOne) => {
    const parts = Array.from({ length: Math.ceil(inOne.length / TOGETHER) }, (_, i) =>
      inOne.slice(i * TOGETHER, (i + 1) * TOGETHER),
    );
    return parts.map((part) => ({ kind: 'erase' as const, dossier, items: part, whole: false, request, ground }));
  });
}

/**
 * Every message in compartments about this person, sorted by whether it may be erased now, as the ledger will judge it.
 * @param draft makes a statement of an input, as it would be signed
 */
export function partOf(
  state: State,
  dossier: Id,
  person: Id,
  erasing: Erasing,
  draft: (input: StatementInput) => Statement,
  now: Instant,
): { may: Id[]; kept: ErasedPart['kept'] } {
  const may: Id[] = [];
  const kept: ErasedPart['kept'] = [];
  for (const place of state.dossiers.get(dossier)?.compartments ?? []) {
    const { subjects = [], messages = [] } = state.compartments.get(place) ?? {};
    if (!subjects.includes(person)) continue;
    for (const envelope of messages) {
      if (state.messages.get(envelope)?.erased) continue;
      const [input] = eraseStatements(state, dossier, [envelope], erasing);
      const refused = subjects.length > 1 ? 'shared' : input && checkStatement(state, draft(input), now);
      if (refused) kept.push({ envelope, why: refused });
      else may.push(envelope);
    }
  }
  return { may, kept };
}

/**
 * The receipt of an erasure: the log's own entry about a message, or a dossier that went whole, found in the signed log.
 * @throws `unknown-envelope` when none is shown to us, `split-view`
 */
export async function proveErased(mirror: Mirror, checkpoints: Checkpoints, about: Id): Promise<ErasureProof> {
  const found = mirror.erasureOf(about);
  if (!found) throw new EenmaalError('unknown-envelope');
  const { index, type, salt, event } = found.view;
  await checkpoints.advance();
  await checkpoints.verifyIncluded(index, makeLeaf(type, fromBase64url(salt), utf8(event)));
  return found;
}
