/**
 * What an attesting organisation says: that there is a dossier, who belongs to it, who holds custody, what a judge ordered,
 * who died. The ledger checks its right.
 */
import { newId, type Participant, type Said } from '@eenmaal/client';
import type { Random } from '@eenmaal/crypto';
import { EenmaalError, type Id, type PublicKeys, type StatementInput } from '@eenmaal/model';
import { say } from './acts.ts';
import type { PartnerFile } from './partner-file.ts';

/** Public keys come from the family's own device; null for a child too young to act. Instants the law changes; null: passed. */
export type PersonToAttest = {
  person?: Id | undefined;
  keys: PublicKeys | null;
  turns12: number | null;
  turns16: number | null;
  turns18: number | null;
};

function mayAttest({ attests }: PartnerFile): void {
  if (!attests) throw new EenmaalError('no-authority', 'attests: false');
}
/** About somebody who belongs to the household. */
export type Attestation = Extract<
  StatementInput,
  { kind: 'custody' | 'capacity' | 'death' | 'secrecy' | 'foster' | 'order' }
>;

/** Opens a dossier. @throws `no-authority` */
export async function openDossier(participant: Participant, file: PartnerFile, random: Random) {
  mayAttest(file);
  const dossier = newId(random);
  return { dossier, ...(await say(participant, { kind: 'dossier', dossier })) };
}

/** Says who belongs to the household. @throws `no-authority`, `statement-conflict` */
export async function attestPerson(
  participant: Participant,
  file: PartnerFile,
  random: Random,
  dossier: Id,
  { person = newId(random), keys, turns12, turns16, turns18 }: PersonToAttest,
) {
  mayAttest(file);
  const statement = { kind: 'person', dossier, person, keys, turns12, turns16, turns18 } as const;
  return { person, ...(await say(participant, statement)) };
}

/** Says something about somebody, from now on. @throws `no-authority`, `statement-out-of-order`, `malformed` */
export async function attest(participant: Participant, file: PartnerFile, attestation: Attestation): Promise<Said> {
  mayAttest(file);
  return say(participant, attestation);
}
