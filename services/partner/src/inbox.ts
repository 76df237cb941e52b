/**
 * From the ledger into the local index: takes delivery of what waits, finds again what was delivered but never kept (a
 * crash in between), closes what may not be read any more. Opens nothing. Before: the ledger decided and logged the
 * delivery. After: partner.ts opens when somebody asks.
 */
import type { Mirror, Participant } from '@eenmaal/client';
import { decide, type State } from '@eenmaal/consent';
import type { Log } from '@eenmaal/host';
import type { Id, PartyId } from '@eenmaal/model';
import type { ErasedItem, IndexStore } from './index-store.ts';

/** Ids asked for at once. */
const NAMED = 64;

/** What of each compartment was readable when that was last written to the index. */
export type Readable = Map<Id, string>;

/** Notes for every item whether there is a basis now; answers closed ones that may be read again, by dossier. */
export function updateAccess(
  { mirror, party }: Participant,
  store: IndexStore,
  noted: Readable,
  now: number,
): Map<Id, Id[]> {
  const again = new Map<Id, Id[]>();
  for (const compartment of store.compartments()) {
    const from = readableFrom(mirror.state, party, compartment, now);
    const single = disclosedIn(mirror, party, compartment);
    const readable = [from, ...single].join(' ');
    if (noted.get(compartment) === readable) continue;
    const reopened = store.setAccess(compartment, from, single);
    // Those are asked for until they are here.
    if (reopened.length === 0) noted.set(compartment, readable);
    for (const id of reopened) {
      const dossier = store.item(id)?.dossier;
      if (dossier) again.set(dossier, [...(again.get(dossier) ?? []), id]);
    }
  }
  return again;
}

/**
 * The first place in the log from which this party may read in a compartment now; Infinity: nothing. The rule never
 * allows an older message and refuses a newer one, so the boundary can be searched for.
 */
function readableFrom(state: State, party: PartyId, compartment: Id, now: number): number {
  const may = (index: number) => decide(state, { party, compartment, index }, now).outcome === 'permit';
  if (may(0)) return 0;
  let [low, high] = [1, state.size];
  if (!may(high)) return Number.POSITIVE_INFINITY;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (may(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Single messages there that were shared with this party; the ledger shows those it may open now, and no others. */
function disclosedIn({ state, disclosures }: Mirror, party: PartyId, compartment: Id): Id[] {
  const shared = [...disclosures].filter(([, given]) => given.some(({ statement }) => statement.to === party));
  return shared.map(([id]) => id).filter((id) => state.messages.get(id)?.compartment === compartment);
}

/** Takes delivery in one dossier; each page is on disk before the next is asked for. */
export async function takeDelivery(
  participant: Participant,
  store: IndexStore,
  dossier: Id,
  again: readonly Id[],
  log: Log,
): Promise<void> {
  const keep = async (envelopes?: readonly Id[]): Promise<number> => {
    let kept = 0;
    for await (const { received, refused } of participant.receivePages(dossier, envelopes)) {
      store.addReceived(received);
      kept += received.length;
      for (const { index, error } of refused) log.warn({ dossier, index, error }, 'a message cannot be verified');
    }
    return kept;
  };
  const fresh = await keep();
  if (fresh > 0) log.info({ dossier, messages: fresh }, 'messages received');
  const lost = store.missing(participant.mirror.deliveredTo(participant.party, dossier));
  const wanted = [...lost, ...again];
  for (let start = 0; start < wanted.length; ) {
    const kept = await keep(wanted.slice(start, start + NAMED));
    // An answer may hold fewer than were asked for, because it is full or because there is no basis for the others.
    start += kept > 0 ? kept : NAMED;
  }
}

/** Throws away what was erased for good, here too. `seen`: how many erasures were looked at before; answers how many now. */
export function takeErasures(
  { mirror }: Participant,
  store: IndexStore,
  seen: number,
  log: Log,
): { seen: number; erased: Id[] } {
  const { gone, messages, erasedDossiers } = mirror.state;
  if (gone.length === seen) return { seen, erased: [] };
  const erased: ErasedItem[] = [];
  for (const { id, gone: place } of messages.values()) {
    const event = place === null ? undefined : mirror.erasureOf(id)?.event;
    if (event) erased.push({ id, dossier: event.dossier, at: event.at, ground: event.ground });
  }
  for (const [dossier, { at, ground }] of erasedDossiers)
    for (const id of store.idsIn(dossier)) erased.push({ id, dossier, at, ground });
  const items = store.erase(erased);
  if (items > 0) log.info({ items }, 'erased');
  return { seen: gone.length, erased: erased.map(({ id }) => id) };
}
