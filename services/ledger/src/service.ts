/**
 * The ledger service: one writer over one store. It takes over the store (or refuses to, when another serves it), then
 * answers every participant over its sealed channel. Before: the broker pinned who speaks. After: journal and log.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { accountOf, type Caller, type LedgerStore, serveChannels } from '@eenmaal/broker';
import { knowsDossier, type Law, signerOf } from '@eenmaal/consent';
import { type Identity, type Random, signBytes, text, toBase64url } from '@eenmaal/crypto';
import { signingKeyOf, verifyStatement } from '@eenmaal/envelope';
import { ED25519, makeVerifierKey, signCheckpoint } from '@eenmaal/ledger';
import { type Answer, EenmaalError, type Instant, partner, type Request } from '@eenmaal/model';
import { Beat, type WitnessOptions } from './beat.ts';
import type { SnapshotSettings } from './beginning.ts';
import { readCosigned } from './cosigned.ts';
import { Eraser } from './eraser.ts';
import { Journal } from './journal.ts';
import { chunk, fetch, open, type Services, submit, type UnsafeSwitches } from './messages.ts';
import { refusalLog } from './refusals.ts';
import { state } from './statements.ts';
import { MAIN, type VaultKeys } from './vault.ts';
import { changes, goneAfter, hasNews, log, notices, readOnce, view } from './views.ts';

export type LedgerOptions = {
  store: LedgerStore;
  identity: Identity;
  vaultKeys: VaultKeys;
  law: Law;
  /** The region statement, signed by the steward: becomes entry 0 of an empty log, and must be entry 0 of any other. */
  region: string;
  clock(): Instant;
  monotonic(): number;
  random: Random;
  /** Where snapshots lie; without, every start reads the whole log. */
  snapshot?: SnapshotSettings;
  /** Wakes participants of this account; carries nothing. */
  notify?(account: string): void;
  onFatal?(error: EenmaalError): void;
  onInternal?(error: unknown): void;
  /** Left out: no witness is asked, and nothing waits for one. */
  witnesses?: WitnessOptions;
  unsafe?: UnsafeSwitches;
};

export type LedgerService = {
  /** Handles one frame from an account and gives the frame to answer. */
  handle(account: string, frame: Uint8Array): Promise<Uint8Array>;
  journal: Journal;
  /** Asks no witness any more. */
  stop(): void;
};

/** Replays the store, takes it over with a writer entry, and serves. @throws `ledger-damaged`, `second-writer`, ... */
export async function startLedger(options: LedgerOptions): Promise<LedgerService> {
  const { store, identity, vaultKeys, law, clock, monotonic, random, snapshot, onFatal, unsafe = {} } = options;
  // whoever is not woken because the store cannot be read just now asks by itself after a while
  const onCommit = (first: number, count: number): void =>
    void (options.notify && wake(journal, first, count, options.notify).catch(() => {}));
  const journal: Journal = await Journal.open({
    store,
    vaultKeys,
    law,
    clock,
    monotonic,
    random,
    onCommit,
    ...(snapshot && { snapshot }),
    ...(onFatal && { onFatal }),
  });
  await journal.vault.ensure(MAIN);
  const { witnesses } = options;
  // before anything is written: a log that was turned back gets no entry more
  const kept = witnesses?.kept ? await readCosigned(witnesses.kept, witnesses.policy, journal, clock()) : null;
  await takeOver(journal, options);
  await journal.vault.takeOver();
  const beat = witnesses
    ? new Beat(journal, (size) => signed(journal, identity, size), { clock, monotonic }, witnesses, kept)
    : null;
  const mustBeFresh = (at: Instant): void => (unsafe.freshnessCheck ? undefined : beat?.mustBeFresh(at));
  const services: Services = { journal, store, unsafe, refusals: refusalLog(), mustBeFresh };
  const { keepKeys } = unsafe;
  const eraser = new Eraser({ journal, store, keepKeys, onFatal: (error) => journal.stop(error) });
  // what a crash left half-done is done before anything is answered
  await eraser.settled();
  const handle = serveChannels({
    keys: identity,
    authenticate(party, kid, account) {
      if (accountOf(party) !== account) throw new EenmaalError('party-mismatch');
      return signingKeyOf(journal.state, kid, party);
    },
    handle: (caller, request, attached) => answer(services, options, eraser, beat, caller, request, attached),
    clock,
    random,
    ...(options.onInternal && { onInternal: options.onInternal }),
  });
  return { handle, journal, stop: () => beat?.stop() };
}

/** Entry 0 is the region statement; then this instance says that it writes from here on. */
async function takeOver(journal: Journal, { region, identity, random }: LedgerOptions): Promise<void> {
  const statement = verifyStatement(journal.state, region);
  if (statement.kind !== 'region') throw new EenmaalError('malformed', 'region statement');
  if (statement.ledger.signing.x !== identity.public.signing.x)
    throw new EenmaalError('keystore-locked', 'the region names other ledger keys');
  if (journal.size === 0) await state(journal, statement.by, [region]);
  const first = await journal.entry(0);
  if (first.event.kind !== 'statement' || first.event.jws !== region)
    throw new EenmaalError('ledger-damaged', 'entry 0 is not this region');
  const instance = toBase64url(random(16));
  await journal.run((_, at, append) => {
    const event = { kind: 'writer', at, instance } as const;
    append({ slot: MAIN, event, input: { kind: 'other', event } });
  });
}

type Answered = { answer: unknown; attached?: Uint8Array };

async function answer(
  services: Services,
  { identity, notify }: LedgerOptions,
  eraser: Eraser,
  beat: Beat | null,
  caller: Caller,
  request: Request,
  attached: Uint8Array,
): Promise<Answered> {
  const { journal } = services;
  const { party } = caller;
  const signer = signerOf(journal.state, caller.kid);
  if (typeof signer === 'string') throw new EenmaalError(signer);
  // a withdrawal does not wait for the measure, and its acknowledgement not for the witnesses
  const lost = (account: string): void => {
    notify?.(account);
    beat?.now();
  };
  switch (request.op) {
    case 'state':
      return { answer: await state(journal, party, request.statements, lost, () => eraser.settled()) };
    case 'submit':
      return { answer: await submit(services, party, request, attached) };
    case 'changes':
      return { answer: await changes(journal, party, request.after, request.held ?? []) };
    case 'view':
      return { answer: await view(journal, party, request.dossier, request.after) };
    case 'notices':
      return { answer: await notices(journal, party, request.dossier) };
    case 'fetch':
      return fetch(services, party, request.dossier, request.envelopes);
    case 'open':
      return { answer: await open(services, party, request.jws) };
    case 'chunk':
      return {
        answer: {},
        attached: await chunk(services, party, request.envelope, request.attachment, request.chunk),
      };
    case 'checkpoint':
      return { answer: await checkpoint(journal, identity, beat, request) };
    case 'inclusion':
      return { answer: inclusion(journal, request.index, request.size) };
    case 'log':
      return { answer: await log(journal, party, request.from) };
  }
}

/** A size this log reached and its root, signed by the ledger (C2SP checkpoint). */
function signed({ state: { origin }, tree }: Journal, identity: Identity, size: number): Uint8Array {
  const key = makeVerifierKey(origin, ED25519, identity.signing.publicKey);
  const sign = (bytes: Uint8Array) => signBytes(identity.signing.secretKey, bytes);
  return signCheckpoint({ origin, size, root: tree.root(size) }, key, sign);
}

/** The newest durable checkpoint, or the one of `size`, with proof that it continues size `from`; and the confirmed one. */
function checkpoint(
  journal: Journal,
  identity: Identity,
  beat: Beat | null,
  { from, size: asked }: Extract<Request, { op: 'checkpoint' }>,
): Promise<Answer<'checkpoint'>> {
  return journal.run(() => {
    const { tree } = journal;
    const size = asked ?? tree.size;
    if (from > size || size > tree.size) throw new EenmaalError('position-unknown');
    const upTo = (earlier: number): string[] => tree.consistencyProof(earlier, size).map(toBase64url);
    const answer = { checkpoint: text(signed(journal, identity, size)), proof: upTo(from) };
    if (!beat || asked !== undefined) return answer;
    const { cosigned } = beat;
    return { ...answer, cosigned: cosigned && { checkpoint: text(cosigned.signed), proof: upTo(cosigned.size) } };
  });
}

/** For whoever has the leaf already: the answer says nothing about an entry, not even of what kind it is. */
function inclusion(journal: Journal, index: number, size: number): Answer<'inclusion'> {
  if (size > journal.size || index >= size) throw new EenmaalError('position-unknown');
  return { proof: journal.tree.inclusionProof(index, size).map(toBase64url) };
}

/**
 * Tells the accounts for which there is something new to see; not those who only know of the dossier: a wake-up would tell them
 * that something happened in it. All families share one account.
 */
async function wake(journal: Journal, first: number, count: number, notify: (account: string) => void): Promise<void> {
  const { state, index } = journal;
  const [after, upTo] = [first - 1, first + count - 1];
  // the answer to who wrote it goes first
  await nextTurn();
  const woken = new Set<string>();
  const read = readOnce(journal);
  const rouse = (account: string): void => {
    if (!woken.has(account)) notify(account);
    woken.add(account);
  };
  for (const dossier of [...index.touched(after, count).slots, ...goneAfter(state, after)]) {
    const gone = state.erasedDossiers.get(dossier);
    // nobody else knows of it: asking all parties there are would cost as much as the region is large, for every commit
    const concerned = state.dossiers.get(dossier)?.organisations ?? (gone && [...gone.holders, gone.decidedBy]);
    if (!concerned) continue;
    rouse('families');
    for (const party of [...concerned].map(partner)) {
      if (woken.has(accountOf(party)) || !knowsDossier(state, party, dossier, state.at)) continue;
      if (await hasNews(journal, party, dossier, [after, upTo], read)) rouse(accountOf(party));
    }
  }
}
