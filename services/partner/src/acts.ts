/**
 * What the organisation says under the law beside consent: shares without consent, asks, weighs, gives professionals their
 * seats. The ledger judges who may say what. A written weighing stays in the organisation's own file: here only its hash.
 */
import { newId, type Participant, type Said } from '@eenmaal/client';
import { type Random, sha256, toBase64url, utf8 } from '@eenmaal/crypto';
import { EenmaalError, type Hash, type Id, type OrganisationId, type StatementInput, seat } from '@eenmaal/model';

type Input<K extends StatementInput['kind']> = Extract<StatementInput, { kind: K }>;

/** A written record's hash, for the ledger; the salt belongs beside the text, in the organisation's own file. */
export type Recorded = { record: Hash; salt: string };
export type Sharing = Omit<Input<'disclose'>, 'kind' | 'dossier' | 'items'> & { items: readonly Id[] };
export type NewSeat = Omit<Input<'seat'>, 'kind' | 'dossier' | 'seat'>;

/**
 * SHA-256 of a random salt of 32 bytes and the text: proves later what was written, and until then tells nobody what, however
 * short the text is. Kept nowhere.
 */
export function recordOf(text: string, random: Random): Recorded {
  const salt = random(32);
  return { record: toBase64url(sha256(new Uint8Array([...salt, ...utf8(text)]))), salt: toBase64url(salt) };
}

/** Says one thing. @throws what the ledger refuses */
export async function say(participant: Participant, statement: StatementInput): Promise<Said> {
  const [said] = await participant.state(statement);
  if (!said) throw new EenmaalError('malformed', 'no receipt');
  return said;
}

/** Shares single messages on a basis in law. Whether they open anything the ledger decides, at every opening. */
export const share = (participant: Participant, dossier: Id, { items, ...act }: Sharing): Promise<Said> =>
  participant.disclose({ dossier, envelopes: items, ...act });

/** A seat for a professional, with keys from that professional's own device; what we hold the keys of, it can open too. */
export async function giveSeat(
  participant: Participant,
  organisation: OrganisationId,
  random: Random,
  dossier: Id,
  terms: NewSeat,
) {
  const party = seat(organisation, newId(random));
  const said = await say(participant, { kind: 'seat', dossier, seat: party, ...terms });
  // the seat stands either way: whoever writes next hands over the keys
  await handKeys(participant, dossier).catch(() => {});
  return { seat: party, ...said };
}

async function handKeys(participant: Participant, dossier: Id): Promise<void> {
  const { mirror, keys } = participant;
  await mirror.refresh(dossier);
  for (const compartment of mirror.state.dossiers.get(dossier)?.compartments ?? [])
    if (keys.labelOf(compartment) !== null) await participant.ensureKey(compartment);
}
