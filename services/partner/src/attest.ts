/** What an attesting organisation says: that there is a dossier, who belongs to it, who holds custody. The ledger checks its right. */
import { newId, type Participant } from '@eenmaal/client';
import type { Random } from '@eenmaal/crypto';
import { EenmaalError, type Id, type PublicKeys, type Receipt } from '@eenmaal/model';
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
const only = (receipts: Receipt[]): number => receipts.at(-1)?.index ?? -1;

/** Opens a dossier. @throws `no-authority` */
export async function openDossier(participant: Participant, file: PartnerFile, random: Random) {
  mayAttest(file);
  const dossier = newId(random);
  return { dossier, index: only(await participant.state({ kind: 'dossier', dossier })) };
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
  return { person, index: only(await participant.state(statement)) };
}

/** Says who holds custody over a child from now on. @throws `no-authority` */
export async function attestCustody(
  participant: Participant,
  file: PartnerFile,
  dossier: Id,
  child: Id,
  holders: readonly Id[],
) {
  mayAttest(file);
  return {
    index: only(
      await participant.state({
        kind: 'custody',
        dossier,
        child,
        holders: [...holders],
        guardian: null,
        partial: null,
      }),
    ),
  };
}
