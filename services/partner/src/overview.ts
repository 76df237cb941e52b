/** Who can read what, computed here from signed statements: dossiers, compartments, readers, and "may I share this?". */
import type { Participant } from '@eenmaal/client';
import { type Basis, decide, type Explanation, mayIShare } from '@eenmaal/consent';
import {
  EenmaalError,
  type Id,
  isPartner,
  type Mark,
  type PartyId,
  Purpose,
  partner,
  type RuleId,
} from '@eenmaal/model';
import type { IndexStore, ItemStatus } from './index-store.ts';

export type DossierLine = { id: Id; compartments: number; items: Record<ItemStatus, number> };
/** `name`: an organisation's; the ledger holds no names of family members. */
export type ReaderLine = { party: PartyId; name: string | null; history: boolean };
export type CompartmentLine = {
  id: Id;
  /** null when its key has not reached us yet. */
  label: string | null;
  subjects: readonly Id[];
  readers: ReaderLine[];
  access: { since: number | null; until: number | null; history: boolean; purposes: Purpose[] } | null;
};
/** `partner`: an organisation's id, or a party: somebody in the family, a seat. */
export type Sharing = {
  compartment: Id;
  partner: string;
  purpose: Purpose;
  marks: readonly Mark[];
  rule?: RuleId | undefined;
};
export type Advice = {
  /** By consent; or because it is that party's own. */
  mayShare: boolean;
  /** Whether it is ours to write there, and whether the other may read it there. Never who refused. */
  youMayWrite: boolean;
  partnerMayRead: boolean;
  explanation: Explanation;
  bases: Basis[];
};

/** Every dossier we can see now or have items of. */
export function dossiersOf({ mirror }: Participant, store: IndexStore): DossierLine[] {
  const counts = store.counts();
  const ids = new Set([...mirror.state.dossiers.keys(), ...counts.keys()]);
  return [...ids].sort().map((id) => ({
    id,
    compartments: mirror.state.dossiers.get(id)?.compartments.length ?? 0,
    items: { waiting: 0, opened: 0, closed: 0, sent: 0, ...counts.get(id) },
  }));
}

/** Persons and compartments of one dossier, as far as we may see it. @throws `unknown-dossier` */
export function dossierOf(participant: Participant, store: IndexStore, id: Id, now: number) {
  const { state } = participant.mirror;
  const line = dossiersOf(participant, store).find((candidate) => candidate.id === id);
  if (!line) throw new EenmaalError('unknown-dossier');
  const { persons = [], compartments = [] } = state.dossiers.get(id) ?? {};
  return {
    id,
    items: line.items,
    persons: persons.map((person) => {
      const { turns12, turns16, turns18, custody } = state.persons.get(person) ?? {};
      return { id: person, turns12, turns16, turns18, custody: custody ?? [] };
    }),
    compartments: compartments.map((compartment) => compartmentOf(participant, compartment, now)),
  };
}

function compartmentOf(participant: Participant, id: Id, now: number): CompartmentLine {
  const subjects = participant.mirror.state.compartments.get(id)?.subjects ?? [];
  const access = accessOf(participant, id, now);
  return { id, label: participant.keys.labelOf(id), subjects, readers: readersOf(participant, id), access };
}

/** Who will be able to read what is written there from now on. */
export function readersOf(participant: Participant, compartment: Id): ReaderLine[] {
  const { parties } = participant.mirror.state;
  return participant.preview(compartment).map(({ party, scope }) => ({
    party,
    name: isPartner(party) ? (parties.get(party)?.name ?? null) : null,
    history: scope === 'history',
  }));
}

/** What our own access rests on: from the last grant that was needed to the first that ends; an own file has no end. */
function accessOf({ mirror, party }: Participant, compartment: Id, now: number): CompartmentLine['access'] {
  const { state, timeOf } = mirror;
  const { outcome, basis } = decide(state, { party, compartment }, now);
  if (outcome !== 'permit') return null;
  const grants = basis.flatMap((id) => state.grants.get(id) ?? []);
  const last = Math.max(...grants.map(({ index }) => index));
  return {
    since: timeOf(last) ?? null,
    until: grants.length === 0 ? null : Math.min(...grants.map(({ until }) => until)),
    history: grants.every(({ history }) => history),
    purposes: Purpose.options.filter(
      (purpose) => decide(state, { party, compartment, purpose }, now).outcome === 'permit',
    ),
  };
}

/**
 * May this party read, for this purpose, what we would write in this compartment? Asks nobody: the rule answers, in words we
 * may have. `bases`: every rule of the law by which single messages could be shared without consent, with what it asks.
 */
export function mayShare({ mirror, party }: Participant, { partner: other, ...asked }: Sharing, now: number): Advice {
  const { state } = mirror;
  if (!state.compartments.has(asked.compartment)) throw new EenmaalError('unknown-compartment');
  const to = other.includes('/') ? other : partner(other);
  const { now: explanation, bases } = mayIShare(state, { ...asked, from: party, to }, now, { party });
  const { compartment, purpose } = asked;
  const youMayWrite = decide(state, { party, compartment, purpose }, now).outcome === 'permit';
  const partnerMayRead = explanation.outcome === 'permit';
  return { mayShare: youMayWrite && partnerMayRead, youMayWrite, partnerMayRead, explanation, bases };
}
