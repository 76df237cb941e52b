/**
 * Prohibitions beat every basis: who reported to the authorities is protected, people outside the family are left out, a
 * secret address stays secret. What a message holds is what its sender marked; the sender's own organisation reads on.
 */
import { type Id, type Mark, organisationOf, type PartyId, type ReasonCode, type RuleId } from '@eenmaal/model';
import { MARK_RULES } from './law.ts';
import type { CompartmentState, PartyState, State } from './state.ts';

/** The prohibition that stands between this party and a message with these marks, and the rule it comes from; or null. */
export function prohibition(
  state: State,
  compartment: Pick<CompartmentState, 'subjects'>,
  party: PartyState,
  { marks }: { marks?: readonly Mark[] },
  sender: PartyId | undefined,
): { code: ReasonCode; rule: RuleId } | null {
  if (!marks || marks.length === 0 || (sender !== undefined && isSameSide(party, sender))) return null;
  if (marks.includes('source')) return { code: 'D-SOURCE-PROTECTED', rule: MARK_RULES.source };
  if (marks.includes('third-person')) return { code: 'D-THIRD-PERSON', rule: MARK_RULES['third-person'] };
  return hidesAddressFrom(state, compartment.subjects, party)
    ? { code: 'D-ADDRESS-SECRET', rule: MARK_RULES.address }
    : null;
}

const isSameSide = (party: PartyState, sender: PartyId): boolean =>
  party.party === sender || (party.organisation !== null && party.organisation === organisationOf(sender));

/**
 * A child lives with, visits or is placed with adults of its family, and the ledger does not know with whom: the secret of any
 * of them (a parent without custody, a foster parent) covers what is about the child. What is about an adult tells its own alone.
 */
function hidesAddressFrom(state: State, subjects: readonly Id[], party: PartyState): boolean {
  for (const id of subjects) {
    const subject = state.persons.get(id);
    const isChild = subject && (subject.turns18 !== null || subject.custody.length > 0);
    const family = isChild ? (state.dossiers.get(subject.dossier)?.persons ?? []) : [];
    for (const who of new Set([id, ...family])) {
      const other = state.persons.get(who);
      // its own, also what the death of a holder of custody left secret (fold-acts.ts); not that of a child beside it
      const counts = who === id || (other && !other.dead && (other.turns18 === null || subject?.custody.includes(who)));
      if (counts && other?.secretAddress && party.person !== who) return true;
    }
  }
  return false;
}
