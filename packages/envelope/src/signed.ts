/** Signed statements and open requests: JSON in its one spelling, as a compact JWS. FORMAT.md section 6. */
import { readJws, type SigningKeys, sign, text, utf8 } from '@eenmaal/crypto';
import { canonical, EenmaalError, LIMITS, OpenRequest, parseCanonical, Statement } from '@eenmaal/model';

const KINDS = {
  'eenmaal-statement+jws': Statement,
  'eenmaal-open+jws': OpenRequest,
} as const;
type Kind = keyof typeof KINDS;
type Payload<K extends Kind> = K extends 'eenmaal-statement+jws' ? Statement : OpenRequest;

/** Signs a statement or an open request; the JSON is brought into its one spelling first. @throws `malformed`, `too-large` */
export function signObject<K extends Kind>(typ: K, payload: Payload<K>, keys: SigningKeys): string {
  const jws = sign(keys, typ, utf8(canonical<unknown>(KINDS[typ], payload)));
  if (jws.length > LIMITS.statement) throw new EenmaalError('too-large', 'signed object');
  return jws;
}

/**
 * Reads a signed object. The payload must not be believed before `verify` returned with the key registered for `kid`.
 * @throws `too-large`, `malformed`, `wrong-typ`; `verify` throws `signature-invalid`
 */
export function readObject<K extends Kind>(
  typ: K,
  jws: string,
): { payload: Payload<K>; kid: string; verify(publicKey: Uint8Array): void } {
  if (jws.length > LIMITS.statement) throw new EenmaalError('too-large', 'signed object');
  const { kid, payload, verify } = readJws(jws, typ);
  return { kid, verify, payload: parseCanonical<unknown>(KINDS[typ], text(payload)) as Payload<K> };
}
