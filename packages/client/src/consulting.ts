/** A consult without a name (anoniem consult): one organisation asks another, about nobody it says. In no dossier. */
import { type State, scanUnnamed } from '@eenmaal/consent';
import { type Identity, type Random, sealingBytes } from '@eenmaal/crypto';
import { openConsult, type SealedConsult, sealConsult } from '@eenmaal/envelope';
import { EenmaalError, type Id, type Instant, type OrganisationId, type PartyId, partner } from '@eenmaal/model';
import type { Mirror } from './mirror.ts';
import { unlessRefused } from './refused.ts';

/** `text` is null when it was sealed for another, or for a key this party no longer has: who asks keeps its own copy. */
export type Consultation = {
  id: Id;
  from: PartyId;
  to: OrganisationId;
  at: Instant | null;
  answers: Id | null;
  text: string | null;
};

/**
 * The text, sealed for the organisation asked.
 * @param id of the statement it will stand in
 * @throws `identifier-in-consult` naming what kinds of things were found, never the text; `key-unregistered`, `too-large`
 */
export function sealedConsult(
  state: State,
  { identity, random }: { identity: Identity; random: Random },
  id: Id,
  to: OrganisationId,
  text: string,
): SealedConsult {
  const { findings } = scanUnnamed(text);
  if (findings.length > 0)
    throw new EenmaalError('identifier-in-consult', [...new Set(findings.map(({ kind }) => kind))].join(', '));
  const asked = state.parties.get(partner(to));
  if (!asked?.keys || !asked.sealingKid) throw new EenmaalError('key-unregistered', 'the organisation asked');
  const whom = { id, party: asked.party, kid: asked.sealingKid, by: identity.signing.kid };
  return sealConsult(text, whom, sealingBytes(asked.keys), random);
}

/** Consults to and from this party, oldest first. */
export const consultsOf = (mirror: Mirror, party: PartyId, identity: Identity): Consultation[] =>
  mirror.consults
    .filter(({ statement: { by, to } }) => by === party || partner(to) === party)
    .map(({ statement: { id, by, to, kid, sealed, answers }, kid: signer }) => {
      // one that was sealed wrongly must not hide the others
      const mine = partner(to) === party && kid === identity.sealing.kid;
      const open = () => openConsult(sealed, { id, party, kid, by: signer }, identity.sealing.secretKey);
      const at = mirror.timeOf(mirror.state.statements.get(id) ?? -1) ?? null;
      return { id, from: by, to, at, answers, text: mine ? unlessRefused(['not-readable', 'malformed'], open) : null };
    });
