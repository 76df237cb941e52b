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

/** A child lives where its parent does: the secret of a holder of custody covers what is about the child. */
function hidesAddressFrom(state: State, subjects: readonly Id[], party: PartyState): boolean {
  for (const id of subjects) {
    const subject = state.persons.get(id);
    for (const who of [id, ...(subject?.custody ?? [])])
      if (state.persons.get(who)?.secretAddress && party.person !== who) return true;
  }
  return false;
}
