/** The family's answer to "who read what, when": from the log it verified itself, not from what a partner says. */
import type { Id, PartyId, Purpose } from '@eenmaal/model';
import type { Mirror } from './mirror.ts';

/** One message as the family may follow it. Times in milliseconds; null: did not happen (yet). */
export type Trail = {
  envelope: Id;
  compartment: Id;
  sender: PartyId;
  purpose: Purpose;
  at: number | null;
  readers: { reader: PartyId; delivered: number | null; opened: number | null }[];
};

/** Every message of a dossier this participant may see, oldest first, with who received and who opened it. */
export function whoRead({ state, timeOf }: Mirror, dossier: Id): Trail[] {
  const time = (index: number | undefined): number | null => (index === undefined ? null : (timeOf(index) ?? null));
  return [...state.messages.values()]
    .filter((message) => state.compartments.get(message.compartment)?.dossier === dossier)
    .sort((a, b) => a.index - b.index)
    .map(({ id, compartment, sender, purpose, index, delivered, opened }) => ({
      ...{ envelope: id, compartment, sender, purpose, at: time(index) },
      readers: [...new Set([...delivered.keys(), ...opened.keys()])].map((reader) => ({
        reader,
        delivered: time(delivered.get(reader)),
        opened: time(opened.get(reader)),
      })),
    }));
}

/**
 * What a withdrawal logged at `at` could not stop (opened before) and what it did stop (told before, not opened).
 * Messages told later were never for this partner.
 */
export function effectOf(
  trails: readonly Trail[],
  partner: PartyId,
  compartments: ReadonlySet<Id>,
  at: number,
): { read: Trail[]; stopped: Trail[] } {
  const concerned = trails.filter(
    (trail) => compartments.has(trail.compartment) && trail.sender !== partner && (trail.at ?? 0) <= at,
  );
  const opened = (trail: Trail) => trail.readers.some((one) => one.reader === partner && one.opened !== null);
  return { read: concerned.filter(opened), stopped: concerned.filter((trail) => !opened(trail)) };
}
