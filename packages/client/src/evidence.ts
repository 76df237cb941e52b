/**
 * Evidence of a split view, made and judged. It proves by signatures alone: who judges it needs the log's key and nothing of
 * us. Two checkpoints prove that the log signed two histories; a claim against a checkpoint proves that its signer or the
 * log did not tell the truth, and not which.
 */
import {
  fromBase64url,
  readJws,
  signedEnvelopeBytes,
  signingBytes,
  text,
  toBase64url,
  utf8,
  verifyBytes,
} from '@eenmaal/crypto';
import { readHeader, readObject, trustEvent } from '@eenmaal/envelope';
import {
  type Checkpoint,
  formatProofFile,
  LedgerError,
  makeLeaf,
  openCheckpoint,
  type VerifierKey,
  verifyProofFile,
} from '@eenmaal/ledger';
import {
  type Claim,
  EenmaalError,
  type EntryView,
  Event,
  Evidence,
  type KeyId,
  officer,
  type PartyId,
  type Position,
  parseJson,
  partner,
  person,
  STEWARD,
  type Statement,
} from '@eenmaal/model';
import type { Transport } from './transport.ts';

/** What a file proves; both roots as they stand signed, base64url. */
export type Proven = { kind: Evidence['kind']; origin: string; size: number; roots: [string, string] } & {
  /** Of a claim: whose key signed it, and where the log registered that key. */
  signer?: { party: PartyId; kid: KeyId; index: number; typ: Claim['typ'] };
};
export type EvidenceJudgement = { proves: true; proven: Proven } | { proves: false; why: string };

/** Who says it, and the entry in which the log registered its key. */
export type SignedClaim = { claim: Claim; registration: EntryView | undefined };

/** Judges the text of an evidence file with the log's key and nothing else. */
export function judgeEvidence(file: string, log: VerifierKey): EvidenceJudgement {
  try {
    const evidence = parseJson<Evidence>(Evidence, file);
    const proven = evidence.kind === 'claim' ? judgeClaim(evidence, log) : judgeTwo(evidence.checkpoints, log);
    return { proves: true, proven };
  } catch (error) {
    if (error instanceof LedgerError) return { proves: false, why: error.code };
    if (error instanceof EenmaalError) return { proves: false, why: error.detail ?? error.code };
    throw error;
  }
}

const open = (note: string, log: VerifierKey): Checkpoint =>
  openCheckpoint(utf8(note), { log, witnesses: [] }, verifyBytes);

const worthless = (why: string): never => {
  throw new EenmaalError('malformed', why);
};

function judgeTwo(notes: readonly string[], log: VerifierKey): Proven {
  const [a, b] = notes.map((note) => open(note, log)) as [Checkpoint, Checkpoint];
  if (a.size !== b.size) worthless('the checkpoints are of two sizes');
  const roots: [string, string] = [toBase64url(a.root), toBase64url(b.root)];
  if (roots[0] === roots[1]) worthless('the checkpoints have one root');
  return { kind: 'two-checkpoints', origin: a.origin, size: a.size, roots };
}

function judgeClaim(
  { claim, registration, checkpoint }: Extract<Evidence, { kind: 'claim' }>,
  log: VerifierKey,
): Proven {
  const { type, salt, event, proof } = registration;
  const leaf = makeLeaf(type, fromBase64url(salt), utf8(event));
  const { index } = verifyProofFile(utf8(proof), leaf, { log, witnesses: [] }, verifyBytes);
  const { party, kid, position, verify } = readClaim(claim);
  verify(keyIn(event, party));
  const signed = open(checkpoint, log);
  if (signed.size !== position.size) worthless('the checkpoint is of another size than was claimed');
  const roots: [string, string] = [position.root, toBase64url(signed.root)];
  if (roots[0] === roots[1]) worthless('what was claimed is what the log signed');
  const signer = { party, kid, index, typ: claim.typ };
  return { kind: 'claim', origin: signed.origin, size: signed.size, roots, signer };
}

/** Nothing of it may be believed before `verify` returned with the key that is this party's. */
function readClaim(claim: Claim): { party: PartyId; kid: KeyId; position: Position; verify(key: Uint8Array): void } {
  if (claim.typ === 'envelope') {
    const { sender, ledger } = readHeader(claim.header);
    const signed = signedEnvelopeBytes(utf8(claim.header), fromBase64url(claim.bodyHash));
    const { kid, verify } = readJws(claim.jws, 'eenmaal-envelope+jws', signed);
    return { party: sender, kid, position: ledger, verify };
  }
  const { payload, kid, verify } = readObject(
    claim.typ === 'statement' ? 'eenmaal-statement+jws' : 'eenmaal-open+jws',
    claim.jws,
  );
  return { party: payload.by, kid, position: payload.seen, verify };
}

/** How far the maker of a claim says it had seen the log. @throws `malformed` */
const positionOf = (claim: Claim): Position => readClaim(claim).position;

/** The key a logged statement registers for this party. */
function keyIn(event: string, party: PartyId): Uint8Array {
  const logged = parseJson<Event>(Event, event);
  const statement = logged.kind === 'statement' ? readObject('eenmaal-statement+jws', logged.jws).payload : null;
  if (!statement || registers(statement) !== party) return worthless('the entry registers no key of this party');
  if (statement.kind === 'region') return signingBytes({ signing: statement.steward });
  return 'keys' in statement && statement.keys ? signingBytes(statement.keys) : worthless('the entry holds no key');
}

/** Whose keys a statement registers. */
function registers(statement: Statement): PartyId | null {
  switch (statement.kind) {
    case 'region':
      return STEWARD;
    case 'partner':
      return partner(statement.partner);
    case 'officer':
      return officer(statement.officer);
    case 'person':
      return person(statement.person);
    case 'seat':
      return statement.seat;
    case 'new-keys':
      return statement.party;
    default:
      return null;
  }
}

/** Evidence that the log signed two roots of one size; null when these notes prove no such thing. */
export function twoCheckpoints(a: string, b: string, log: VerifierKey): Evidence | null {
  return ifProving({ format: 'eenmaal-evidence/v1', kind: 'two-checkpoints', checkpoints: [a, b] }, log);
}

/** What an entry's maker signed of how far it had seen the log; null where nobody signed such a thing. */
function claimIn(event: Event): Claim | null {
  if (event.kind === 'statement') return { typ: 'statement', jws: event.jws };
  if (event.kind === 'opening') return { typ: 'opening', jws: event.jws };
  if (event.kind !== 'message') return null;
  return { typ: 'envelope', header: event.header, jws: event.jws, bodyHash: event.bodyHash };
}

/** For an officer: evidence that the maker of an entry had seen another history than the log signs; null when there is none. */
export async function evidenceOfEntry(
  transport: Transport,
  index: number,
  newest: { signed: string; size: number },
  log: VerifierKey,
): Promise<Evidence | null> {
  const [entry] = (await transport.call({ op: 'log', from: index })).answer.entries;
  const claim = entry && 'event' in entry ? claimIn(parseJson<Event>(Event, entry.event)) : null;
  if (!claim || positionOf(claim).size > newest.size) return null;
  const registration = await registrationOf(transport, readClaim(claim).kid, index);
  return claimAgainst(transport, { claim, registration }, newest, log);
}

/** The last entry before `end` that registers this key. */
async function registrationOf(transport: Transport, kid: KeyId, end: number): Promise<EntryView | undefined> {
  let found: EntryView | undefined;
  for (let from = 0; from < end; ) {
    const { entries } = (await transport.call({ op: 'log', from })).answer;
    if (entries.length === 0) return found;
    for (const entry of entries) {
      const input = 'event' in entry && entry.index < end ? trustEvent(parseJson<Event>(Event, entry.event)) : null;
      if (input?.kind === 'statement' && input.kids?.signing === kid) found = entry as EntryView;
    }
    from += entries.length;
  }
  return found;
}

/** Evidence that a claim and the log's signed checkpoint of that size contradict each other; null when they do not. */
export async function claimAgainst(
  transport: Transport,
  { claim, registration }: SignedClaim,
  newest: { signed: string; size: number },
  log: VerifierKey,
): Promise<Evidence | null> {
  if (!registration || registration.index >= newest.size) return null;
  const { type, salt, event, index } = registration;
  const inclusion = await transport.call({ op: 'inclusion', index, size: newest.size });
  const hashes = inclusion.answer.proof.map(fromBase64url);
  const proof = text(formatProofFile({ index, proof: hashes, checkpoint: utf8(newest.signed) }));
  const { answer } = await transport.call({ op: 'checkpoint', from: 0, size: positionOf(claim).size });
  const { checkpoint } = answer;
  const evidence = { format: 'eenmaal-evidence/v1', kind: 'claim', claim } as const;
  return ifProving({ ...evidence, registration: { type, salt, event, proof }, checkpoint }, log);
}

const ifProving = (evidence: Evidence, log: VerifierKey): Evidence | null =>
  judgeEvidence(JSON.stringify(evidence), log).proves ? evidence : null;
