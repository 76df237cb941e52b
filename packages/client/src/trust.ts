/**
 * Whom a participant believes beside the ledger: the witness policy it was given with its region statement, never by the
 * ledger itself. Without one it sees only whether the ledger contradicts what it showed this participant before.
 */
import { signingBytes, utf8 } from '@eenmaal/crypto';
import { readObject } from '@eenmaal/envelope';
import {
  ED25519,
  formatVkey,
  LedgerError,
  makeVerifierKey,
  type Policy,
  parsePolicy,
  parseVkey,
  type VerifierKey,
} from '@eenmaal/ledger';
import { EenmaalError } from '@eenmaal/model';

/** `text`: the file, to hand on to whoever checks. `maxAge`: seconds until a confirmation is old. */
export type Trust = { readonly policy: Policy; readonly text: string; readonly maxAge: number };

const MAX_AGE = 900;

/** The key the ledger of a region signs its checkpoints with. @throws `malformed` */
export function logKeyOf(region: string): VerifierKey {
  const { payload } = readObject('eenmaal-statement+jws', region);
  if (payload.kind !== 'region') throw new EenmaalError('malformed', 'region statement');
  return makeVerifierKey(payload.origin, ED25519, signingBytes(payload.ledger));
}

/** The same as a line of text, for a policy (C2SP vkey). */
export const formatLogKey = (region: string): string => formatVkey(logKeyOf(region));

/** A key from its line of text (C2SP vkey), for who was given nothing else. @throws `malformed` */
export function readLogKey(vkey: string): VerifierKey {
  try {
    return parseVkey(vkey.trim());
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause;
    throw new EenmaalError('malformed', `log key: ${cause.code}`, { cause });
  }
}

/**
 * Reads a policy file (C2SP tlog-policy) for this region.
 * @throws `malformed` when it is none, names another log key than the region statement, or asks for nobody
 */
export function readTrust(text: string, region: string, maxAge = MAX_AGE): Trust {
  const { name, keyId } = logKeyOf(region);
  const policy = parsed(text);
  const ours = policy.logs.filter(({ key }) => key.name === name);
  if (ours.length !== 1 || ours[0]?.key.keyId !== keyId)
    throw new EenmaalError('malformed', 'witness policy: its log is not the one of the region statement');
  if (policy.quorum === 'none') throw new EenmaalError('malformed', 'witness policy: quorum none asks nobody');
  return { policy, text, maxAge };
}

function parsed(text: string): Policy {
  try {
    return parsePolicy(utf8(text));
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause;
    throw new EenmaalError('malformed', `witness policy: ${cause.code}`, { cause });
  }
}
