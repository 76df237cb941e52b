/**
 * Which entries the log itself says are destroyed: read ahead of everything else, because that is said after them. And whether
 * somebody who might decided so.
 */
import type { LedgerStore } from '@eenmaal/broker';
import type { State } from '@eenmaal/consent';
import { decodeCommit } from '@eenmaal/ledger';
import { EenmaalError, type ErasedMessage, type Event, type Id, LEAF_TYPE } from '@eenmaal/model';
import { openEntry } from './entries.ts';
import { MAIN, type Vault } from './vault.ts';

/** The entry that says it (`by`), the dossier it was in, and what it says of a message; null: the whole dossier went. */
export type Covering = { by: number; dossier: Id; message: ErasedMessage | null };

/** What an event at `by` says was destroyed. */
export function coveringOf(event: Event, by: number): [number, Covering][] {
  if (event.kind === 'erasure') return [[event.message.index, { by, dossier: event.dossier, message: event.message }]];
  if (event.kind !== 'dossier-erasure') return [];
  return event.entries.map((index) => [index, { by, dossier: event.dossier, message: null }]);
}

/**
 * An erasure rests on a signed statement about this very message or dossier, which was judged when it was taken in.
 * @param state before the event is folded
 * @param erased all that the log says is destroyed
 * @throws `ledger-damaged`
 */
export function mustBeDecided(state: State, event: Event, erased: ReadonlyMap<number, Covering>): void {
  if (isDecided(state, event, erased)) return;
  throw new EenmaalError('ledger-damaged', 'an erasure that nobody decided');
}

function isDecided(state: State, event: Event, erased: ReadonlyMap<number, Covering>): boolean {
  const { erasures, messages, compartments, erasingDossiers, erasedDossiers } = state;
  if (event.kind === 'dossier-erasure') {
    const { dossier, statement } = event;
    return (erasingDossiers.get(dossier) ?? erasedDossiers.get(dossier)?.statement) === statement;
  }
  if (event.kind !== 'erasure') return true;
  const { index, envelope, compartment, sender } = event.message;
  const known = messages.get(envelope);
  // of a dossier that went as a whole since, nothing is left to compare with
  if (!known) return erased.get(index)?.message === null;
  const isThis = known.index === index && known.compartment === compartment && known.sender === sender;
  const isHere = compartments.get(compartment)?.dossier === event.dossier;
  return isThis && isHere && erasures.get(event.statement)?.includes(envelope) === true;
}

/** Everything from this commit on that says that something was destroyed. A dossier that went whole covers what went before. */
export async function erasuresIn(store: LedgerStore, vault: Vault, fromSeq: number): Promise<Map<number, Covering>> {
  const erased = new Map<number, Covering>();
  await store.readAll(fromSeq, ({ bytes }) => {
    const { entries, firstIndex } = decodeCommit(bytes);
    for (const [i, entry] of entries.entries()) {
      if (entry.slot !== MAIN || entry.leaf[1] !== LEAF_TYPE.erasure) continue;
      const opened = openEntry(entry, firstIndex + i, vault);
      if (opened) for (const [index, covering] of coveringOf(opened.event, firstIndex + i)) erased.set(index, covering);
    }
  });
  return erased;
}
