/**
 * The two gates' keeper: takes messages in, hands them over, releases their secrets. Each act is decided at the newest
 * position and durable in the log before anybody is answered, so a withdrawal that was acknowledged comes before
 * everything that is answered later.
 */
import { accountOf, type LedgerStore } from '@eenmaal/broker';
import { checkEnvelope, decide, type MessageState, type State } from '@eenmaal/consent';
import { equal, fromBase64url, hash256, toBase64url } from '@eenmaal/crypto';
import { readEnvelope, signingKeyOf, verifyOpenRequest } from '@eenmaal/envelope';
import {
  type Answer,
  type Decision,
  EenmaalError,
  type ErrorCode,
  type Header,
  type Id,
  type Instant,
  LIMITS,
  type OpenRequest,
  type PartyId,
  type Purpose,
  type Receipt,
} from '@eenmaal/model';
import { type Draft, isBodyOf } from './entries.ts';
import type { Journal } from './journal.ts';
import type { RefusalLog } from './refusals.ts';

/** Test-only: each breaks one promise on purpose, so that the tests that guard it can be seen to fail. Never configurable. */
export type UnsafeSwitches = {
  releaseCheck?: boolean;
  epochCheck?: boolean;
  keepKeys?: boolean;
  freshnessCheck?: boolean;
};

export type Services = {
  journal: Journal;
  store: LedgerStore;
  unsafe: UnsafeSwitches;
  refusals: RefusalLog;
  /** @throws `quorum-stale`: then nothing is handed over or released, whatever its basis */
  mustBeFresh(at: Instant): void;
};
type Submission = { header: string; jws: string; secret: string };

const FETCH_MESSAGES = 64;
const FETCH_BYTES = 700_000;
/** Header and signature, at most about this. */
const ENVELOPE_BYTES = 4_000;

/** Takes in one envelope. The order of checks is FORMAT.md's. The same envelope again gets its receipt again. */
export async function submit(
  { journal, store, unsafe, refusals }: Services,
  party: PartyId,
  sent: Submission,
  body: Uint8Array,
): Promise<Receipt> {
  const { header, bodyHash, signature } = readEnvelope({ header: sent.header, jws: sent.jws, body });
  if (header.sender !== party) throw new EenmaalError('party-mismatch');
  signature.verify(signingKeyOf(journal.state, header.kid, party));
  const secret = fromBase64url(sent.secret);
  if (!equal(hash256(secret), fromBase64url(header.secretHash))) throw new EenmaalError('secret-mismatch');
  journal.checkPosition(header.ledger);
  // a first look, to store no body in vain; what counts is decided below, in order
  if (looksWrong(journal.state, header)) {
    const known = await sentBefore(journal, header);
    if (known !== undefined) return repeated(journal, known, sent);
    const early = await journal.run((state, at, append) => admit(state, header, at, append, unsafe, refusals));
    if (early.refused) return refusedOrRepeated(journal, header.id, early.refused, sent);
  }
  await checkAttachments(store, header);
  const stored = await store.putBody(body);
  const logged = journal.run((state, at, append) => {
    const { refused, decision } = admit(state, header, at, append, unsafe, refusals);
    if (refused) return { refused, at };
    const event = {
      kind: 'message',
      at,
      header: sent.header,
      jws: sent.jws,
      bodyHash: toBase64url(bodyHash),
      stored,
      decision,
    } as const;
    const draft: Draft = { slot: header.dossier, event, input: { kind: 'message', event, header }, secret };
    return { refused: null, index: append(draft), at };
  });
  const late = await logged.catch(async (error: unknown) => {
    // the one failure after which it is certain that no entry will ever point at the body
    if (error instanceof EenmaalError && error.code === 'storage-full') await store.deleteBodies([stored]);
    throw error;
  });
  if (late.refused === null) return { index: late.index, size: journal.size, at: late.at };
  await store.deleteBodies([stored]);
  return refusedOrRepeated(journal, header.id, late.refused, sent);
}

function looksWrong(state: State, header: Header): boolean {
  const { sender: party, compartment, purpose } = header;
  const permitted = decide(state, { party, compartment, purpose }, state.at).outcome === 'permit';
  return !permitted || checkEnvelope(state, header, state.at) !== null;
}

/** Where it stands if its sender sent it before: that it was taken in stays true, whatever was taken back since. */
const sentBefore = (journal: Journal, { id, sender }: Header): Promise<number | undefined> =>
  journal.run((state) => {
    const message = state.messages.get(id);
    return message?.sender === sender ? message.index : undefined;
  });

/** A conflict may be with itself: sent twice at once, because the first answer was long in coming. */
async function refusedOrRepeated(journal: Journal, id: Id, refused: ErrorCode, sent: Submission): Promise<Receipt> {
  const conflict = refused === 'envelope-conflict';
  const known = conflict ? await journal.run((state) => state.messages.get(id)?.index) : undefined;
  if (known === undefined) throw new EenmaalError(refused);
  return repeated(journal, known, sent);
}

/** May this envelope be appended now? An existing compartment it may not write in leaves a refusal in the log. */
function admit(
  state: State,
  header: Header,
  at: Instant,
  append: (draft: Draft) => number,
  unsafe: UnsafeSwitches,
  refusals: RefusalLog,
): { refused: ErrorCode | null; decision: Decision } {
  const { compartment, purpose, sender } = header;
  const decision = decide(state, { party: sender, compartment, purpose }, at);
  if (decision.outcome !== 'permit') {
    const known = state.compartments.get(compartment)?.dossier === header.dossier;
    if (known && refusals.isNews(`write ${sender} ${compartment}`, decision.code, at))
      append(refusal('write', header.dossier, header.id, sender, purpose, decision, at));
    return { refused: 'no-basis', decision };
  }
  const refused = checkEnvelope(state, header, at);
  const ignored = unsafe.epochCheck && refused === 'stale-epoch';
  return { refused: ignored ? null : refused, decision };
}

function refusal(
  act: 'write' | 'open',
  slot: string,
  envelope: Id,
  party: PartyId,
  purpose: Purpose,
  decision: Decision,
  at: Instant,
): Draft {
  const event = { kind: 'refusal', at, act, envelope, party, purpose, decision } as const;
  return { slot, event, input: { kind: 'other', event } };
}

async function repeated(journal: Journal, index: number, sent: Submission): Promise<Receipt> {
  const { event, at } = await journal.entry(index);
  if (event.kind !== 'message' || event.header !== sent.header || event.jws !== sent.jws)
    throw new EenmaalError('envelope-conflict');
  return { index, size: journal.size, at };
}

async function checkAttachments(store: LedgerStore, { attachments, sender }: Header): Promise<void> {
  for (const { id, chunks } of attachments) {
    if ((await store.countChunks(accountOf(sender), id)) !== chunks) throw new EenmaalError('attachment-missing');
  }
}

/** Hands over messages: new ones of this dossier, or named ones again. Each is decided and logged before it leaves. */
export async function fetch(
  { journal, store, unsafe, mustBeFresh }: Services,
  party: PartyId,
  dossier: Id,
  named?: readonly Id[],
): Promise<{ answer: Answer<'fetch'>; attached: Uint8Array }> {
  const candidates = await journal.run((state, at) => handable(state, party, dossier, at, named, unsafe));
  const loaded = await Promise.all(onePage(candidates).map((message) => load(journal, store, message)));
  const handed = await journal.run((state, at, append) => {
    mustBeFresh(at);
    return loaded
      .filter((item) => item !== null)
      .filter(({ message }) => handOver(state, party, dossier, message, at, append, unsafe))
      .map((item) => ({ ...item, at }));
  });
  const messages = handed.map(({ header, jws, body, message, at }) => ({
    header,
    jws,
    bytes: body.length,
    index: message.index,
    at,
  }));
  return {
    answer: { messages, more: candidates.length > loaded.length },
    attached: join(handed.map(({ body }) => body)),
  };
}

/** As many as one answer holds, at least one. */
function onePage(candidates: readonly MessageState[]): MessageState[] {
  let bytes = 0;
  return candidates.slice(0, FETCH_MESSAGES).filter(({ size }, i) => {
    bytes += size + ENVELOPE_BYTES;
    return i === 0 || bytes <= FETCH_BYTES;
  });
}

async function load(journal: Journal, store: LedgerStore, message: MessageState) {
  const [body, entry] = await Promise.all([store.getBody(message.stored), journal.entryIfThere(message.index)]);
  // erased a moment ago
  if (message.erased) return null;
  if (!body || entry?.event.kind !== 'message') throw new EenmaalError('ledger-damaged', 'a message body is missing');
  if (!isBodyOf(entry.event, body)) throw new EenmaalError('ledger-damaged', 'a message body is not what it was');
  return { message, body, header: entry.event.header, jws: entry.event.jws };
}

function handable(
  state: State,
  party: PartyId,
  dossier: Id,
  at: Instant,
  named: readonly Id[] | undefined,
  unsafe: UnsafeSwitches,
): MessageState[] {
  const found: MessageState[] = [];
  const consider = (id: Id): void => {
    const message = state.messages.get(id);
    if (!message || state.compartments.get(message.compartment)?.dossier !== dossier) return;
    if (!named && (message.delivered.has(party) || message.sender === party)) return;
    if (mayHave(state, party, message, at, unsafe).outcome === 'permit') found.push(message);
  };
  if (named) for (const id of named) consider(id);
  else
    for (const compartment of state.dossiers.get(dossier)?.compartments ?? [])
      for (const id of state.compartments.get(compartment)?.messages ?? []) consider(id);
  return found;
}

const mayHave = (
  state: State,
  party: PartyId,
  message: MessageState,
  at: Instant,
  unsafe: UnsafeSwitches,
  purpose?: Purpose,
): Decision => {
  const { compartment, id } = message;
  const decision = decide(state, { party, compartment, message: id, ...(purpose && { purpose }) }, at);
  return unsafe.releaseCheck ? { ...decision, outcome: 'permit' } : decision;
};

function handOver(
  state: State,
  party: PartyId,
  slot: string,
  message: MessageState,
  at: Instant,
  append: (draft: Draft) => number,
  unsafe: UnsafeSwitches,
): boolean {
  const decision = mayHave(state, party, message, at, unsafe);
  if (decision.outcome !== 'permit') return false;
  if (state.messages.get(message.id)?.delivered.has(party)) return true;
  const event = { kind: 'delivery', at, envelope: message.id, reader: party, decision } as const;
  append({ slot, event, input: { kind: 'other', event } });
  return true;
}

/**
 * Releases one message's secret: decide, log, and only when the log is on disk, answer. Asking again after a lost answer
 * decides again but leaves one opening for each purpose in the log.
 * @throws `quorum-stale`; `no-basis` whether the message does not exist or may not be read
 */
export async function open(
  { journal, unsafe, refusals, mustBeFresh }: Services,
  party: PartyId,
  jws: string,
): Promise<Answer<'open'>> {
  const request = verifyOpenRequest(journal.state, jws);
  if (request.by !== party) throw new EenmaalError('party-mismatch');
  journal.checkPosition(request.seen);
  const message = await durable(journal, request.envelope);
  if (!message) throw new EenmaalError('no-basis');
  const entry = await journal.entryIfThere(message.index);
  const outcome = await journal.run((state, at, append) => {
    mustBeFresh(at);
    return release(state, request, jws, at, append, unsafe, refusals);
  });
  if (outcome === null) throw new EenmaalError('no-basis');
  const { secret } = entry ?? {};
  if (!secret) throw new EenmaalError(message.erased ? 'erased' : 'ledger-damaged', 'a release secret is missing');
  return { secret: toBase64url(secret), ...outcome };
}

/** A message that is on disk; one on its way there is waited for. */
function durable(journal: Journal, id: Id): Promise<MessageState | undefined> | MessageState {
  const message = journal.state.messages.get(id);
  return message && message.index < journal.size ? message : journal.run((state) => state.messages.get(id));
}

function release(
  state: State,
  request: OpenRequest,
  jws: string,
  at: Instant,
  append: (draft: Draft) => number,
  unsafe: UnsafeSwitches,
  refusals: RefusalLog,
): { index: number; at: Instant } | null {
  const { envelope, purpose, by: reader } = request;
  // one that was refused, or kept by somebody on the way, must not open anything later
  if (Math.abs(at - request.at) > LIMITS.openRequestAge)
    throw new EenmaalError('request-replayed', 'signed too long ago');
  const message = state.messages.get(envelope);
  const slot = message && state.compartments.get(message.compartment)?.dossier;
  if (!message || !slot) return null;
  const decision = mayHave(state, reader, message, at, unsafe, purpose);
  if (decision.outcome !== 'permit') {
    if (refusals.isNews(`open ${reader} ${envelope}`, decision.code, at))
      append(refusal('open', slot, envelope, reader, purpose, decision, at));
    return null;
  }
  const before = message.opened.get(reader);
  if (before !== undefined && message.openedFor.has(`${reader} ${purpose}`)) return { index: before, at };
  const event = { kind: 'opening', at, jws, envelope, reader, purpose, decision } as const;
  return { index: append({ slot, event, input: { kind: 'other', event } }), at };
}

/** One chunk of an attachment, for whoever may read its message now and has opened or written it. */
export async function chunk(
  { journal, store, mustBeFresh }: Services,
  party: PartyId,
  envelope: Id,
  attachment: Id,
  number: number,
): Promise<Uint8Array> {
  const sender = await journal.run((state, at) => {
    mustBeFresh(at);
    const message = state.messages.get(envelope);
    const known = message?.attachments.some(({ id }) => id === attachment);
    if (!message || !known || (!message.opened.has(party) && message.sender !== party))
      throw new EenmaalError('no-basis');
    const { compartment } = message;
    if (decide(state, { party, compartment, message: envelope }, at).outcome !== 'permit')
      throw new EenmaalError('no-basis');
    return message.sender;
  });
  const bytes = await store.getChunk(accountOf(sender), attachment, number);
  if (!bytes) throw new EenmaalError('attachment-missing');
  return bytes;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}
