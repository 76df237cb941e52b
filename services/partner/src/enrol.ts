/** What the region's steward registers and the message server's configuration lists: public keys and names, no secret. */
import { accountOf } from '@eenmaal/broker';
import { openKeystore } from '@eenmaal/host';
import { type PublicKeys, partner } from '@eenmaal/model';
import type { PartnerFile } from './partner-file.ts';
import type { KeySettings } from './settings.ts';

export type Enrolment = {
  id: string;
  name: string;
  attests: boolean;
  roles: readonly string[];
  keys: PublicKeys;
  /** The account it will have on the message server. */
  account: string;
  /** Public nkey. */
  nkey: string;
};

/** Makes the keys when there are none yet. Asking again gives the same answer. @throws `keystore-locked` */
export async function enrol({ id, name, attests, roles }: PartnerFile, settings: KeySettings): Promise<Enrolment> {
  const account = accountOf(partner(id));
  const { identity, nkey } = await openKeystore(settings.stateDir, settings.keySecret);
  return { id, name, attests, roles, keys: identity.public, account, nkey: nkey.public };
}
