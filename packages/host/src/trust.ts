/** The witness policy a program was given with its region statement, and how long a confirmation by it is new. */
import { readTrust, type Trust } from '@eenmaal/client';
import { EenmaalError } from '@eenmaal/model';
import { readIfThere } from './files.ts';

export type { Trust };

export type TrustSettings = {
  EENMAAL_WITNESS_POLICY_FILE?: string | undefined;
  EENMAAL_RELEASE_MAX_STALENESS?: number | undefined;
};

/** Undefined without a policy file: then nobody but the ledger vouches for its log. @throws `malformed` */
export async function readTrustFile(
  { EENMAAL_WITNESS_POLICY_FILE: path, EENMAAL_RELEASE_MAX_STALENESS: maxAge }: TrustSettings,
  region: string,
): Promise<Trust | undefined> {
  if (path === undefined) {
    if (maxAge === undefined) return undefined;
    throw new EenmaalError('malformed', 'EENMAAL_RELEASE_MAX_STALENESS needs EENMAAL_WITNESS_POLICY_FILE');
  }
  const text = await readIfThere(path);
  if (text === undefined) throw new EenmaalError('malformed', 'no file where EENMAAL_WITNESS_POLICY_FILE says');
  return readTrust(text, region, maxAge);
}
