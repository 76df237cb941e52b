/** Taking in statements: signature, authority, order; then durable. Before: a family or steward signed. After: the fold. */
import { accountOf } from '@eenmaal/broker';
import { checkStatement, decide, RETENTION_RULE, ruleAt, type State, slotOfStatement } from '@eenmaal/consent';
import { readObject, verifyEvent, verifyStatement } from '@eenmaal/envelope';
import {
  type Answer,
  EenmaalError,
  type ErrorCode,
  type Event,
  type Instant,
  type OrganisationId,
  type PartyId,
  partner,
  type Receipt,
  type Statement,
  type StatementOf,
} from '@eenmaal/model';
import type { Draft } from './entries.ts';
import { MAX_WHOLE } from './eraser.ts';
import type { Journal } from './journal.ts';

const MAX_TOGETHER = 600_000;

/**
 * Appends statements in order, up to the first that is refused (which is named). One that was appended before, byte for
 * byte, gets its receipt again, so a lost answer can simply be asked for once more.
 * @param notify wakes a partner whose basis was taken away, or that was asked for advice
 * @param settled resolves when everything that was erased is destroyed: before that no erasure is acknowledged
 * @throws the first one's refusal when none was appended
 */
export async function state(
  journal: Journal,
  party: PartyId,
  statements: readonly string[],
  notify: (account: string) => void = () => {},
  settled: () => Promise<void> = async () => {},
): Promise<Answer<'state'>> {
  if (statements.reduce((sum, jws) => sum + jws.length, 0) > MAX_TOGETHER)
    throw new EenmaalError('too-large', 'statements');
  const read = statements.map((jws) => ({ jws, ...readObject('eenmaal-statement+jws', jws) }));
  const again = new Map<string, Receipt | 'conflict'>();
  for (const { jws, payload } of read) {
    if (payload.by !== party) throw new EenmaalError('party-mismatch');
    const known = await receiptOf(journal, payload, jws);
    if (known) again.set(payload.id, known);
    // a key only for a dossier that will be: nobody may fill the vault with empty ones
    if (payload.kind === 'dossier' && wouldTake(journal.state, payload, jws))
      await journal.vault.ensure(payload.dossier);
  }
  const outcome = await journal.run((now, at, append) => {
    const indexes: (number | Receipt)[] = [];
    const lost = new Set<OrganisationId>();
    for (const { jws, payload } of read) {
      const repeated = again.get(payload.id);
      // appended since we looked: sent twice at once, because the first answer was long in coming
      if (!repeated && now.statements.has(payload.id)) return 'look again';
      if (repeated === 'conflict') return { indexes, at, lost, refused: new EenmaalError('statement-conflict') };
      const before = readersNow(now, payload, at);
      const refused = repeated ? null : takeIn(now, journal, payload, jws, at, append, indexes);
      if (repeated) indexes.push(repeated);
      const after = readersNow(now, payload, at);
      if (after.length < before.length) for (const reader of before) lost.add(reader);
      if (refused) return { indexes, at, lost, refused };
    }
    return { indexes, at, lost, refused: null };
  });
  if (outcome === 'look again') return state(journal, party, statements, notify, settled);
  if (outcome.refused && outcome.indexes.length === 0) throw outcome.refused;
  // whoever lost something is no longer told of this dossier's changes: this is the last it hears
  for (const organisation of outcome.lost) notify(accountOf(partner(organisation)));
  for (const { payload } of read.slice(0, outcome.indexes.length)) {
    // in no dossier, so no dossier's change wakes who was asked
    if (payload.kind === 'consult') notify(accountOf(partner(payload.to)));
  }
  if (read.slice(0, outcome.indexes.length).some(({ payload }) => payload.kind === 'erase')) await settled();
  const size = journal.size;
  const receipts = outcome.indexes.map((known) =>
    typeof known === 'number' ? { index: known, size, at: outcome.at } : known,
  );
  return { receipts, refused: outcome.refused?.code ?? null };
}

/**
 * Of a no or a yes taken back: organisations that may read there now. When one of them may not any more, it hears so, and the others
 * that they have one reader less; a no that takes nothing away is heard by nobody.
 */
function readersNow(now: State, said: Statement, at: Instant): OrganisationId[] {
  if (said.kind !== 'withdraw' && said.kind !== 'refuse') return [];
  const { compartment, dossier } = said;
  const reads = (organisation: OrganisationId) =>
    decide(now, { party: partner(organisation), compartment }, at).outcome === 'permit';
  return [...(now.dossiers.get(dossier)?.organisations ?? [])].filter(reads);
}

function wouldTake(now: State, statement: Statement, jws: string): boolean {
  verifyStatement(now, jws);
  return checkStatement(now, statement, now.at) === null;
}

function takeIn(
  now: State,
  journal: Journal,
  statement: Statement,
  jws: string,
  at: Instant,
  append: (draft: Draft) => number,
  indexes: (number | Receipt)[],
): EenmaalError | null {
  try {
    const event: Event = { kind: 'statement', at, jws };
    const input = verifyEvent(now, event);
    refuse(checkStatement(now, statement, at), now, at);
    if (statement.kind === 'erase') mustFit(journal, statement);
    journal.checkPosition(statement.seen);
    indexes.push(append({ slot: slotOfStatement(now, statement), event, input }));
    return null;
  } catch (error) {
    if (error instanceof EenmaalError) return error;
    throw error;
  }
}

function refuse(code: ErrorCode | null, now: State, at: Instant): void {
  if (!code) return;
  // the law says why, and nothing about anybody
  const rule = code === 'retention' ? ruleAt(now.law, RETENTION_RULE, at) : null;
  throw new EenmaalError(code, rule ? `${rule.id}: ${rule.article}` : undefined);
}

/** What is destroyed is said in one commit, and what is left of a dossier's keys lies in one slot. */
function mustFit(journal: Journal, { dossier, items, whole }: StatementOf<'erase'>): void {
  const fits = whole ? journal.entriesOf(dossier).length <= MAX_WHOLE : journal.vault.holds(dossier, items.length);
  if (!fits) throw new EenmaalError('too-large', 'erased at once');
}

/** The receipt of a statement that is in the log already; `conflict` when another one has its id. */
async function receiptOf(journal: Journal, { id }: Statement, jws: string): Promise<Receipt | 'conflict' | null> {
  const index = await journal.run((now) => now.statements.get(id));
  if (index === undefined) return null;
  const { event, at } = await journal.entry(index);
  if (event.kind !== 'statement' || event.jws !== jws) return 'conflict';
  return { index, size: journal.size, at };
}
