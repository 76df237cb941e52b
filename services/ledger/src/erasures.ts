/** Which entries the log itself says are destroyed: read ahead of everything else, because that is said after them. */
import type { LedgerStore } from '@eenmaal/broker';
import { decodeCommit } from '@eenmaal/ledger';
import { type ErasedMessage, type Event, type Id, LEAF_TYPE } from '@eenmaal/model';
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
