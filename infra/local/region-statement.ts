/** The region statement: entry 0 of the ledger, signed by the steward, and the root of everybody's trust. */
import { newId } from '@eenmaal/client';
import { signObject } from '@eenmaal/envelope';
import { type Keystore, systemRandom } from '@eenmaal/host';
import { EMPTY_LOG, type PublicKeys, STEWARD } from '@eenmaal/model';

export function regionStatement(name: string, { identity }: Keystore, ledger: PublicKeys): string {
  const origin = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.example/ledger`;
  const common = { v: 1, id: newId(systemRandom), by: STEWARD, at: Date.now(), seen: EMPTY_LOG } as const;
  const keys = { steward: identity.public.signing, ledger };
  return signObject(
    'eenmaal-statement+jws',
    { ...common, kind: 'region', name, origin, profile: 'strict', ...keys },
    identity.signing,
  );
}
