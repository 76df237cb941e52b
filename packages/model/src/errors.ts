/**
 * Every way something can be refused, with a stable code other organisations' software may rely on and one sentence
 * that says what to do. Crypto failures share one code (`not-readable`) so that a sender learns nothing from them.
 */
export const ERRORS = {
  // input
  malformed: 'The input does not have the form the format asks for. Check it against the schema; nothing was stored.',
  'too-large': 'The input is larger than the stated limit. Make it smaller, or send it as an attachment.',
  'unknown-suite': 'The envelope names a suite this software does not know. Update the software; there is no fallback.',
  'law-invalid': 'A law file has an unknown, missing or wrong key. Correct the line that is named.',
  'partner-file-invalid': 'The organisation file has an unknown, missing or wrong key. Correct the line that is named.',
  // signatures and keys
  'signature-invalid': 'The signature does not match. Sign the exact bytes again with the registered key.',
  'key-unregistered': 'This key is not registered in the ledger. Ask the region steward to register it.',
  'key-retired': 'This key was replaced by a newer one. Use the newest registered key.',
  'wrong-typ': 'The signed object is of another kind than is expected here. Send the right kind; nothing was stored.',
  'party-mismatch':
    'The signer is not the party this connection belongs to. Sign with the keys of the party that is connected.',
  // envelopes
  'stale-epoch':
    'A reader of this epoch may no longer read. Rotate the key and send again (the client does this itself).',
  'unknown-epoch': 'This compartment has no such epoch. Fetch the newest state and send again.',
  'sequence-replayed': 'This sender sequence number was used before. Send with a fresh number.',
  'sequence-out-of-window': 'The sender sequence number is too far from the last one. Fetch the newest state first.',
  'envelope-conflict': 'Another envelope with this id was accepted before. Use a fresh id.',
  'wrong-dossier': 'The compartment does not belong to this dossier. Check both ids.',
  'unknown-dossier': 'There is no such dossier that you may know of. Check the id, or ask the family.',
  'unknown-compartment': 'There is no such compartment that you may know of. Check the id, or ask the family.',
  'unknown-envelope': 'There is no such message that you may know of. Check the id, or ask the sender.',
  'position-unknown': 'The envelope names a ledger position that does not exist here. Fetch the newest state first.',
  'split-view':
    'The ledger position names another history than this one. Stop, keep the evidence, warn the privacy officer.',
  'not-readable':
    'The message cannot be opened: it was changed, or the keys do not fit. Fetch it again, or ask the sender to send it again.',
  'secret-mismatch': 'The release secret does not match the envelope. Ask the sender to send the message again.',
  'attachment-missing': 'Parts of an attachment were not uploaded. Upload every chunk, then send again.',
  'attachment-damaged': 'An attachment is incomplete or was changed. Nothing of it was kept; fetch it again.',
  'body-mismatch':
    'The body does not match what was signed. Send header and body together, exactly as they were signed.',
  'mark-too-wide':
    'The message is marked as protected, but others than its sender may read here. Send it in a compartment of its own.',
  'identifier-in-consult':
    'A consult without a name holds something that points to a person. Take it out, and ask again.',
  // statements
  'no-authority': 'You are not the one who may make this statement. Ask somebody who may.',
  'statement-conflict': 'Another statement with this id exists. Use a fresh id.',
  'statement-out-of-order': 'This statement does not follow from what the ledger holds. Fetch the newest state first.',
  'wrap-set-wrong':
    'The key was wrapped for other readers than the ledger computes. Fetch the newest state, compute again.',
  retention:
    'The law wants this kept for now. Name a request of the person concerned, or wait until the period of keeping is over.',
  'must-be-told':
    'Under this rule telling the family may not wait this long. Tell it now, or before where the rule says so, and record that.',
  // decisions (what a partner may hear; the ledger keeps the exact reason)
  'no-basis': 'There is no standing basis for this. Ask the family, or name a legal basis.',
  'quorum-stale':
    'Nobody but the ledger itself confirmed its log recently, so nothing is opened. Wait until the witnesses are back, then try again.',
  erased: 'This was lawfully erased and opens nowhere any more. Ask whoever decided that, if you need to know more.',
  // service
  'channel-unknown': 'The secure channel is not known (any more). Open a new one (the client does this itself).',
  'request-replayed': 'This request was received before. Send a new one.',
  unauthorised: 'A valid access token is needed. Send one with the request.',
  'rate-limited': 'Too many requests. Wait and try again.',
  'storage-full': 'The store is full. Nothing was accepted; make room and try again.',
  'ledger-unreachable': 'The ledger does not answer, so it is not known whether it took this in. Try again later.',
  'ledger-already-served': 'Another ledger service is serving this store. Stop it first.',
  'second-writer':
    'Another ledger service has taken over this store, and this one stopped. Use the other one, and start only one.',
  'ledger-damaged': 'The stored ledger is incomplete or was changed. It is not served; restore it from a good copy.',
  'server-unsafe': 'The message server does not sync every write. Set sync_interval to always.',
  'nats-server-not-found':
    'No usable nats-server was found. Install one (2.11 or newer) or set NATS_SERVER to its path.',
  'port-taken': 'The port is in use. Stop the other program or choose another port.',
  'state-damaged':
    'What this program keeps in its folder is incomplete or was changed. Stop it, and restore the folder from a good copy.',
  'keystore-locked': 'The key file cannot be opened with this secret. Check the secret file.',
  internal: 'Something went wrong here. Nothing was lost; try again.',
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** A refusal with a stable code. `detail` is for the operator and must never hold content or say who refused. */
export class EenmaalError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  constructor(code: ErrorCode, detail?: string, options?: { cause?: unknown }) {
    super(detail ? `${code}: ${ERRORS[code]} (${detail})` : `${code}: ${ERRORS[code]}`, options);
    this.name = 'EenmaalError';
    this.code = code;
    this.detail = detail;
  }
}

/** The refusal that the ledger named by its code; `internal` for a code this version does not know. */
export const refusalOf = (code: string, detail?: string): EenmaalError =>
  Object.hasOwn(ERRORS, code)
    ? new EenmaalError(code as ErrorCode, detail)
    : new EenmaalError('internal', `ledger answered ${code}`);

/** Runs `schema` over outside input; anything wrong becomes one `code` (`malformed` unless told) naming the place, never the value. */
export function parse<T>(
  schema: {
    safeParse(input: unknown): { success: true; data: T } | { success: false; error: { issues: readonly Issue[] } };
  },
  input: unknown,
  code: ErrorCode = 'malformed',
): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const keys = issue?.keys ? ` ${issue.keys.join(', ')}` : '';
  throw new EenmaalError(code, `${issue?.path?.map(String).join('.') || 'input'}: ${issue?.code ?? 'invalid'}${keys}`);
}
type Issue = {
  readonly path: readonly PropertyKey[];
  readonly code?: string | undefined;
  readonly keys?: readonly string[];
};

/** JSON text to a checked value. @throws `code`, also for text that is no JSON */
export function parseJson<T>(schema: Parameters<typeof parse<T>>[0], text: string, code: ErrorCode = 'malformed'): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new EenmaalError(code, 'not JSON');
  }
  return parse(schema, value, code);
}

/** A half of a surrogate pair, as JSON spells it: no UTF-8 has it, so other languages read, change or refuse it. */
const LONE_SURROGATE = /(?<!\\)(\\\\)*\\ud[89a-f]/;

/**
 * Signed and sealed JSON has one spelling: members in the schema's order, no white space, no duplicates, no lone
 * surrogates. Anything else would be two signed texts with one meaning, or one text with two.
 * @throws `malformed`
 */
export function parseCanonical<T>(schema: Parameters<typeof parse<T>>[0], text: string): T {
  const value = parseJson(schema, text);
  if (JSON.stringify(value) !== text || LONE_SURROGATE.test(text))
    throw new EenmaalError('malformed', 'not in canonical form');
  return value;
}

/** The one spelling of `value`; what `parseCanonical` accepts. @throws `malformed` */
export function canonical<T>(schema: Parameters<typeof parse<T>>[0], value: unknown): string {
  const text = JSON.stringify(parse(schema, value));
  // JSON.stringify spells a lone surrogate as an escape; without one there is nothing to look for
  if (text.includes('\\ud') && LONE_SURROGATE.test(text)) throw new EenmaalError('malformed', 'lone surrogate');
  return text;
}
