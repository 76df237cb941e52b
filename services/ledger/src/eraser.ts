/**
 * Erasing for good: what a signed statement closed, this destroys. First the log says so, then bodies and attachments are
 * deleted, then the keys go and the vault key with them. Each step can be done twice, and what a crash cut short is finished
 * at the next start, before anything is answered. Before: statements.ts took the statement in. After: nothing opens.
 */
import { accountOf, type LedgerStore } from '@eenmaal/broker';
import type { MessageState, State } from '@eenmaal/consent';
import { readHeader, readObject } from '@eenmaal/envelope';
import {
  EenmaalError,
  ERASED_TOGETHER,
  type EventOf,
  type Header,
  type Id,
  isPartner,
  LEAF_TYPE,
  type OrganisationId,
  organisationOf,
  type PartyId,
  type StatementOf,
} from '@eenmaal/model';
import type { Act, Journal } from './journal.ts';
import { MAIN } from './vault.ts';

/** A message to destroy, and the statement that says so. */
type Closed = { dossier: Id; statement: StatementOf<'erase'>; header: Header; index: number };
type Numbers = { sender: PartyId; seq: number }[];
type Append = Parameters<Act<unknown>>[2];
/** Entries that say so, in one act. */
const TOGETHER = 500;
/** Entries of a dossier that goes as a whole: what is said of them fits in one commit. */
export const MAX_WHOLE = 40_000;

export type EraserOptions = {
  journal: Journal;
  store: LedgerStore;
  /** Test-only: says that it destroys and does not. */
  keepKeys?: boolean | undefined;
  /** Told when it could not destroy what the log says is destroyed: nothing may be served then. */
  onFatal(error: EenmaalError): void;
};

export class Eraser {
  readonly #options: EraserOptions;
  #last: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | null = null;

  constructor(options: EraserOptions) {
    this.#options = options;
  }

  /** Resolves when everything that was erased until now is destroyed. Asked for while one batch runs, another follows. */
  settled(): Promise<void> {
    this.#waiting ??= this.#last.then(() => {
      this.#waiting = null;
      this.#last = this.#batch();
      this.#last.catch(() => {});
      return this.#last;
    });
    return this.#waiting;
  }

  async #batch(): Promise<void> {
    try {
      await this.#say();
      await this.#destroy();
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code === 'ENOSPC' ? 'storage-full' : 'internal';
      const error = cause instanceof EenmaalError ? cause : new EenmaalError(code, 'could not destroy keys', { cause });
      this.#options.onFatal(error);
      throw error;
    }
  }

  /** The log says what is destroyed, before it is. */
  async #say(): Promise<void> {
    const { journal } = this.#options;
    const { messages, dossiers } = await journal.run(({ erasing, erasingDossiers, messages }) => ({
      messages: [...erasing].flatMap((id) => messages.get(id) ?? []),
      dossiers: [...erasingDossiers],
    }));
    for (const [dossier, statement] of dossiers) {
      const said = await this.#statement(statement);
      const sequences = await this.#numbersIn(dossier);
      await journal.run((state, at, append) => this.#sayWhole(state, dossier, said, sequences, at, append));
    }
    const closed: Closed[] = [];
    for (const { erased, index } of messages) {
      const entry = await journal.entryIfThere(index);
      if (erased === null || entry?.event.kind !== 'message') continue;
      const statement = await this.#statement(erased);
      closed.push({ dossier: statement.dossier, statement, header: readHeader(entry.event.header), index });
    }
    for (let from = 0; from < closed.length; from += TOGETHER) {
      const some = closed.slice(from, from + TOGETHER);
      await journal.run((state, at, append) => {
        for (const one of some) if (state.erasing.has(one.header.id)) append(draftOf(erasureOf(one, at)));
      });
    }
  }

  async #statement(id: Id): Promise<StatementOf<'erase'>> {
    const { journal } = this.#options;
    const { event } = await journal.entry(journal.state.statements.get(id) ?? -1);
    const statement = event.kind === 'statement' ? readObject('eenmaal-statement+jws', event.jws).payload : null;
    if (statement?.kind !== 'erase') throw new EenmaalError('ledger-damaged', 'an erasure without its statement');
    return statement;
  }

  /** Numbers that organisations used in a dossier that goes: none of their messages may be played again. */
  async #numbersIn(dossier: Id): Promise<Numbers> {
    const { journal } = this.#options;
    const numbers: Numbers = [];
    for (const { sender, index } of messagesIn(journal.state, dossier)) {
      if (!isPartner(sender)) continue;
      const entry = await journal.entryIfThere(index);
      const header = entry?.event.kind === 'message' ? readHeader(entry.event.header) : null;
      const seq = header?.seq ?? journal.erased.get(index)?.message?.seq;
      if (seq !== undefined) numbers.push({ sender, seq });
    }
    return numbers;
  }

  #sayWhole(
    state: State,
    dossier: Id,
    statement: StatementOf<'erase'>,
    sequences: Numbers,
    at: number,
    append: Append,
  ): void {
    if (!state.dossiers.has(dossier) || !state.erasingDossiers.has(dossier)) return;
    const { journal } = this.#options;
    const holders = holdersOf(messagesIn(state, dossier));
    const entries = journal.entriesOf(dossier);
    const common = {
      ...({ kind: 'dossier-erasure', at, dossier, statement: statement.id, ground: statement.ground } as const),
      decidedBy: organisationOf(statement.by) ?? '',
      holders,
    };
    for (let from = 0; from === 0 || from < Math.max(entries.length, sequences.length); from += ERASED_TOGETHER) {
      const part = <T>(list: readonly T[]): T[] => list.slice(from, from + ERASED_TOGETHER);
      append(draftOf({ ...common, entries: part(entries), sequences: part(sequences) }));
    }
  }

  /** Keys that the log says are destroyed and that are still there: bodies first, because their place is in the entry. */
  async #destroy(): Promise<void> {
    const { journal, keepKeys } = this.#options;
    const entries = new Map<Id, number[]>();
    const slots = [...journal.state.erasedDossiers.keys()].filter((dossier) => journal.vault.has(dossier));
    for (const [index, { dossier }] of journal.erased) {
      if (journal.vault.keyOf(dossier, index) === null) continue;
      await this.#deleteBodies(index);
      if (!slots.includes(dossier)) entries.set(dossier, [...(entries.get(dossier) ?? []), index]);
    }
    if (keepKeys || (entries.size + slots.length === 0 && !journal.vault.isHalfDone)) return;
    const entriesOf = (slot: string) => journal.index.entriesOf(slot, -1);
    await journal.vault.destroy({ entries, slots, size: journal.size, entriesOf });
  }

  async #deleteBodies(index: number): Promise<void> {
    const { journal, store } = this.#options;
    const { entry } = await journal.sealedEntry(index);
    if (entry.leaf[1] !== LEAF_TYPE.message) return;
    const { event } = await journal.entry(index);
    if (event.kind !== 'message') return;
    const { attachments, sender } = readHeader(event.header);
    await store.deleteBodies([event.stored]);
    for (const { id } of attachments) await store.deleteChunks(accountOf(sender), id);
  }
}

const draftOf = (event: EventOf<'erasure' | 'dossier-erasure'>) => ({
  ...{ slot: MAIN, event, input: { kind: 'other' as const, event } },
});

function erasureOf({ dossier, statement, header, index }: Closed, at: number): EventOf<'erasure'> {
  const { id: envelope, compartment, sender, seq } = header;
  return {
    ...{ kind: 'erasure', at, dossier, statement: statement.id, ground: statement.ground },
    decidedBy: organisationOf(statement.by),
    message: { index, envelope, compartment, sender, seq },
  };
}

const messagesIn = (state: State, dossier: Id): MessageState[] =>
  (state.dossiers.get(dossier)?.compartments ?? []).flatMap((place) =>
    (state.compartments.get(place)?.messages ?? []).flatMap((id) => state.messages.get(id) ?? []),
  );

/** Organisations that were handed a message. */
function holdersOf(messages: readonly MessageState[]): OrganisationId[] {
  const readers = messages.flatMap(({ delivered, opened }) => [...delivered.keys(), ...opened.keys()]);
  return [...new Set(readers.flatMap((reader) => organisationOf(reader) ?? []))];
}
