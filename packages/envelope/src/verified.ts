/**
 * From a logged event to something that may be folded: signatures checked against the keys registered at that point of
 * the log. Used by the ledger before it appends, by every client on what it is shown, and by the officer's replay.
 */
import { type FoldInput, type Kids, type State, signerOf } from '@eenmaal/consent';
import {
  fromBase64url,
  readJws,
  sealingBytes,
  sealingThumbprint,
  signedEnvelopeBytes,
  signingBytes,
  thumbprint,
  utf8,
} from '@eenmaal/crypto';
import {
  EenmaalError,
  type Event,
  type EventOf,
  type KeyId,
  type OpenRequest,
  type PartyId,
  STEWARD,
  type Statement,
} from '@eenmaal/model';
import { readHeader } from './message.ts';
import { readObject } from './signed.ts';

/**
 * Checks an event's signatures.
 * @throws `signature-invalid`, `key-unregistered`, `key-retired`, `party-mismatch`, `malformed`, `wrong-typ`, `too-large`,
 * `unknown-suite`
 */
export function verifyEvent(state: State, event: Event): FoldInput {
  if (event.kind === 'statement') {
    const statement = verifyStatement(state, event.jws);
    return { kind: 'statement', statement, kids: kidsOf(statement) };
  }
  if (event.kind === 'message') return verifyMessage(state, event);
  if (event.kind === 'opening') verifyOpening(state, event);
  return { kind: 'other', event };
}

/** Reads an event without checking signatures: for a log that was checked when it was written, and by its leaf chain since. */
export function trustEvent(event: Event): FoldInput {
  if (event.kind === 'statement') {
    const statement = readObject('eenmaal-statement+jws', event.jws).payload;
    return { kind: 'statement', statement, kids: kidsOf(statement) };
  }
  if (event.kind === 'message') return { kind: 'message', event, header: readHeader(event.header) };
  return { kind: 'other', event };
}

/** The public key registered for `kid`, of this party and in use. @throws `key-unregistered`, `key-retired`, `party-mismatch` */
export function signingKeyOf(state: State, kid: KeyId, party: PartyId): Uint8Array {
  const signer = signerOf(state, kid);
  if (typeof signer === 'string') throw new EenmaalError(signer);
  if (signer.party !== party) throw new EenmaalError('party-mismatch');
  return fromBase64url(signer.x);
}

/** A statement with its signature checked. The region statement is the root of trust: its key is in itself. */
export function verifyStatement(state: State, jws: string): Statement {
  const { payload, kid, verify } = readObject('eenmaal-statement+jws', jws);
  if (payload.kind === 'region') {
    if (payload.by !== STEWARD || kid !== thumbprint(signingBytes({ signing: payload.steward })))
      throw new EenmaalError('party-mismatch');
    verify(signingBytes({ signing: payload.steward }));
  } else verify(signingKeyOf(state, kid, payload.by));
  return payload;
}

/** An open request with its signature checked. */
export function verifyOpenRequest(state: State, jws: string): OpenRequest {
  const { payload, kid, verify } = readObject('eenmaal-open+jws', jws);
  verify(signingKeyOf(state, kid, payload.by));
  return payload;
}

function verifyMessage(state: State, event: EventOf<'message'>): FoldInput {
  const header = readHeader(event.header);
  const signed = signedEnvelopeBytes(utf8(event.header), fromBase64url(event.bodyHash));
  const { kid, verify } = readJws(event.jws, 'eenmaal-envelope+jws', signed);
  if (kid !== header.kid) throw new EenmaalError('malformed', 'kid');
  verify(signingKeyOf(state, kid, header.sender));
  return { kind: 'message', event, header };
}

function verifyOpening(state: State, { jws, envelope, reader, purpose }: EventOf<'opening'>): void {
  const request = verifyOpenRequest(state, jws);
  const same = request.envelope === envelope && request.by === reader && request.purpose === purpose;
  if (!same) throw new EenmaalError('party-mismatch', 'opening');
}

/** Thumbprints of the keys a statement registers. */
function kidsOf(statement: Statement): Kids | undefined {
  if (statement.kind === 'region')
    return { signing: thumbprint(signingBytes({ signing: statement.steward })), sealing: null };
  if (!('keys' in statement) || !statement.keys) return undefined;
  return {
    signing: thumbprint(signingBytes(statement.keys)),
    sealing: sealingThumbprint(sealingBytes(statement.keys)),
  };
}
