/** The witness policy a program was given with its region statement (EENMAAL_WITNESS_POLICY_FILE). */
import { readTrust, type Trust } from '@eenmaal/client';
import { EenmaalError } from '@eenmaal/model';
import { readIfThere } from './files.ts';

export type { Trust };

/** Undefined without a file: then nobody but the ledger vouches for its log. @throws `malformed` */
export async function readTrustFile(path: string | undefined, region: string): Promise<Trust | undefined> {
  if (path === undefined) return undefined;
  const text = await readIfThere(path);
  if (text === undefined) throw new EenmaalError('malformed', 'no file where EENMAAL_WITNESS_POLICY_FILE says');
  return readTrust(text, region);
}
