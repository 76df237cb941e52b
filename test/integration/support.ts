/** What the integration tests share: refusals checked in one way, envelopes made by hand, a ledger that answers falsely. */
import { accountOf, connect, openChannel, type ParticipantLink, participantLink } from '@eenmaal/broker';
import { newId, Participant, type Transport } from '@eenmaal/client';
import {
  hash256,
  type Identity,
  type SigningKeys,
  signDetached,
  signedEnvelopeBytes,
  toBase64url,
  utf8,
} from '@eenmaal/crypto';
import { type Draft, sealMessage } from '@eenmaal/envelope';
import {
  type Answer,
  type Content,
  EenmaalError,
  type Envelope,
  ERRORS,
  type ErrorCode,
  type Header,
  type Id,
  type Op,
  type PartyId,
  type Request,
} from '@eenmaal/model';
import { Journal, type LedgerService, startLedger } from '@eenmaal/service-ledger';
import { type Chain, type ChainOptions, startChain, startFamily } from '@eenmaal/testkit';
import { jetstreamManager } from '@nats-io/jetstream';
import { expect } from 'vitest';

export type TestChain = Chain<LedgerService>;
/** Where a message goes. */
export type Place = { dossier: Id; compartment: Id };

export const start = (options: Partial<ChainOptions<LedgerService>> = {}): Promise<TestChain> =>
  startChain<LedgerService>({ startLedger, ...options });

/** A chain with the family of the testkit in it, attested by org-a. */
export async function startWithFamily(options: Partial<ChainOptions<LedgerService>> = {}) {
  const chain = await start(options);
  try {
    const attestor = await chain.participant('partner/org-a');
    return { chain, attestor, family: await startFamily(chain, attestor) };
  } catch (error) {
    await chain.stop();
    throw error;
  }
}

type Act = Promise<unknown> | (() => unknown);

/** The code an act is refused with; `done` when it was not, `crashed` when it failed with something else. */
export async function codeOf(act: Act): Promise<string> {
  const error = await failure(act);
  if (error === null) return 'done';
  return error instanceof EenmaalError ? error.code : `crashed: ${error}`;
}

export async function failure(act: Act): Promise<unknown> {
  try {
    await (typeof act === 'function' ? act() : act);
    return null;
  } catch (error) {
    return error;
  }
}

/** An order to the one who reads it, at the start of a sentence or of a part of one. */
const ORDER =
  /(?:^|[.;,:] (?:or |and |then )?)(?:Ask|Check|Choose|Compute|Correct|Fetch|Install|Make|Name|Open|Restore|Rotate|Send|Set|Sign|Stop|Take|Tell|Try|Update|Upload|Use|Wait)\b/i;

/** A refusal nobody knows what to do about is a dead end: every code is a whole sentence with something to do in it. */
export function saysWhatToDo(code: string): void {
  const sentence = ERRORS[code as ErrorCode];
  expect(sentence, `a sentence for ${code}`).toMatch(/^[A-Z].*\.$/);
  expect(sentence, `what to do about ${code}`).toMatch(ORDER);
}

/**
 * The act is refused with exactly this code, and nothing is left behind: the log grows by no more than the refusals that
 * are meant to be logged, and every stored body belongs to a logged message.
 */
export async function refuses(chain: TestChain, code: ErrorCode, act: Act, logged = 0): Promise<void> {
  const before = chain.ledger.journal.size;
  expect(await codeOf(act)).toBe(code);
  saysWhatToDo(code);
  expect(chain.ledger.journal.size - before, 'entries logged').toBe(logged);
  for (let index = before; index < chain.ledger.journal.size; index++)
    expect((await chain.ledger.journal.entry(index)).event.kind).toBe('refusal');
  await noOrphans(chain);
}

/** Every body in the store is the body of one message in the log, and every message that was not erased has its body. */
export async function noOrphans(chain: TestChain): Promise<void> {
  const jsm = await jetstreamManager(chain.ledger.nc, { checkAPI: false });
  const { messages } = (await jsm.streams.info('BODY')).state;
  const logged = [...chain.ledger.journal.state.messages.values()].filter(({ gone }) => gone === null);
  expect(messages, 'stored bodies').toBe(logged.length);
  expect(new Set(logged.map(({ stored }) => stored)).size).toBe(logged.length);
}

export const content = (title = 'Bericht'): Content => ({
  ...{ title, text: `${title}. `.repeat(20), attachments: [] },
  author: { name: 'Test', role: 'family' },
});

export const nextSeq = (chain: TestChain, party: PartyId): number =>
  (chain.ledger.journal.state.sequences.get(party)?.highest ?? -1) + 1;

/** A true envelope, made by hand, so that one thing at a time can be wrong with it. */
export function craft(
  chain: TestChain,
  who: Participant,
  identity: Identity,
  place: Place,
  change: Partial<Draft> = {},
  inside: Content = content(),
): { envelope: Envelope; secret: Uint8Array; header: Header } {
  const { compartment } = place;
  const epoch = (who.mirror.state.compartments.get(compartment)?.epochs.length ?? 1) - 1;
  const key = who.keys.keysOf({ ...place, epoch }).epoch;
  const draft: Draft = {
    ...{ id: newId(chain.random), ...place, epoch, sender: who.party, seq: nextSeq(chain, who.party) },
    ...{
      kind: 'fragment',
      purpose: 'support',
      marks: [],
      basis: [],
      ledger: who.checkpoints.position,
      attachments: [],
    },
    ...change,
  };
  const { envelope, secret } = sealMessage(draft, inside, key, identity.signing, chain.random);
  return { envelope, secret, header: JSON.parse(envelope.header) as Header };
}

/** Signs other header bytes over the same body, as a sender that breaks the format on purpose would. */
export function resigned(envelope: Envelope, header: unknown, keys: SigningKeys): Envelope {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  const signed = signedEnvelopeBytes(utf8(text), hash256(envelope.body));
  return { header: text, jws: signDetached(keys, 'eenmaal-envelope+jws', signed), body: envelope.body };
}

/** Submits without the client's second attempts. */
export function submitRaw(transport: Transport, { header, jws, body }: Envelope, secret: Uint8Array) {
  return transport.call({ op: 'submit', header, jws, secret: toBase64url(secret) }, body);
}

/** Sends what no client would send. */
export const raw = (transport: Transport, request: unknown, attached?: Uint8Array) =>
  transport.call(request as Request, attached) as Promise<{ answer: unknown; attached: Uint8Array }>;

/** A transport on which some answers are changed: what a dishonest or damaged server could do. */
export function changed<O extends Op>(
  honest: Transport,
  op: O,
  change: (
    answered: { answer: Answer<O>; attached: Uint8Array },
    request: Extract<Request, { op: O }>,
  ) => { answer: Answer<O>; attached: Uint8Array } | Promise<{ answer: Answer<O>; attached: Uint8Array }>,
): Transport {
  return {
    async call(request, attached) {
      const answered = await honest.call(request, attached);
      if (request.op !== op) return answered;
      return (await change(answered as never, request as never)) as never;
    },
  };
}

/** A connection of this party's account, without a channel on it. */
export async function withLink<T>(chain: TestChain, account: string, use: (link: ParticipantLink) => Promise<T>) {
  const nkeySeed = (chain.nkeys.get(account) as { seed: string }).seed;
  const nc = await connect({ url: chain.server.url, nkeySeed, name: account });
  try {
    return await use(participantLink(nc, account));
  } finally {
    await nc.close();
  }
}

export const linkOf = <T>(chain: TestChain, party: PartyId, use: (link: ParticipantLink) => Promise<T>) =>
  withLink(chain, accountOf(party), use);

/** The same bytes with one bit turned. */
export function flipped(bytes: Uint8Array, at = Math.floor(bytes.length / 2)): Uint8Array {
  const out = bytes.slice();
  out[at] = (out[at] as number) ^ 1;
  return out;
}

/** A JWS whose signature is another one of the right form. */
export function wronglySigned(jws: string): string {
  const [head, body, signature = ''] = jws.split('.');
  const first = signature.startsWith('A') ? 'B' : 'A';
  return `${head}.${body}.${first}${signature.slice(1)}`;
}

/** Tries again until it succeeds: for what comes back by itself after an outage. */
export async function eventually<T>(act: () => Promise<T>, limit = 15_000): Promise<T> {
  for (const end = Date.now() + limit; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    try {
      return await act();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

/** A participant that waits no longer than `timeout` for an answer. `url`: through something in between. */
export async function impatient(chain: TestChain, party: PartyId, identity: Identity, timeout: number) {
  const account = accountOf(party);
  const nkeySeed = (chain.nkeys.get(account) as { seed: string }).seed;
  const nc = await connect({ url: chain.server.url, nkeySeed, name: account });
  const link = participantLink(nc, account);
  const { random, clock, law, region } = chain;
  const channel = { request: link.request, identity, party, clock, random, timeout };
  const transport = openChannel({ ...channel, ledgerSealingKey: chain.ledgerIdentity.sealing.publicKey });
  const participant = new Participant({
    party,
    identity,
    transport,
    region,
    law,
    clock,
    random,
    upload: link.putChunk,
  });
  return { participant, transport, close: () => nc.close() };
}

/** A fresh ledger service on the same store would come to exactly this state, tree and size. */
export async function sameAsReplay(chain: TestChain): Promise<void> {
  const { store, journal } = chain.ledger;
  const { clock, law, random, vaultKeys } = chain;
  const fresh = await Journal.open({ store, vaultKeys, law, clock, random, monotonic: () => performance.now() });
  expect(fresh.size).toBe(journal.size);
  expect(toBase64url(fresh.tree.root())).toBe(toBase64url(journal.tree.root()));
  expect(fresh.state).toEqual(journal.state);
}
