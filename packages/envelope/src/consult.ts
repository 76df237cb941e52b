/** A consult without a name (anoniem consult): a short text sealed for the organisation asked. FORMAT.md section 6.2. */
import { type Random, text, utf8 } from '@eenmaal/crypto';
import { EenmaalError, type Id, type KeyId, type PartyId, type StatementOf } from '@eenmaal/model';
import { pad, unpad } from './padding.ts';
import { type Binding, openFor, sealFor } from './recipient.ts';

/** The longest padded text that fits the statement. */
const LONGEST = 18_432;

/** `id`: the consult statement's; `party`, `kid`: who is asked and its sealing key; `by`: the key that signs. */
export type ConsultFor = { id: Id; party: PartyId; kid: KeyId; by: KeyId };
/** The two members of a consult statement that sealing fills in. */
export type SealedConsult = Pick<StatementOf<'consult'>, 'kid' | 'sealed'>;

const bindingOf = ({ id, party, kid, by }: ConsultFor): Binding => ({
  label: 'eenmaal/v1/consult',
  place: id,
  to: [party, kid, by],
});

/** @throws `too-large` over 18,431 bytes of UTF-8 */
export function sealConsult(said: string, to: ConsultFor, sealingKey: Uint8Array, random: Random): SealedConsult {
  const padded = pad(utf8(said));
  if (padded.length > LONGEST) throw new EenmaalError('too-large', 'consult');
  return { kid: to.kid, sealed: sealFor(sealingKey, bindingOf(to), padded, random) };
}

/** @throws `not-readable`; `malformed` when it is no UTF-8 */
export const openConsult = (sealed: string, to: ConsultFor, secretKey: Uint8Array): string =>
  text(unpad(openFor(secretKey, bindingOf(to), sealed)));
