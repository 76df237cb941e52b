/** What the guards share: a second ledger with the same beginning, and a ledger that writes what it likes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  accountOf,
  connect,
  findNatsServer,
  LEDGER_USER,
  openChannel,
  openStreams,
  participantLink,
  serveRequests,
  serverConfig,
  startNatsServer,
} from '@eenmaal/broker';
import { newId, Participant, type Transport } from '@eenmaal/client';
import type { Identity } from '@eenmaal/crypto';
import { signObject, trustEvent } from '@eenmaal/envelope';
import { EMPTY_LOG, type Event, type Id, type OpenRequest, type PartyId, type Position } from '@eenmaal/model';
import { startLedger } from '@eenmaal/service-ledger';
import type { TestChain } from './support.ts';

/**
 * A second ledger service with the same keys on a server of its own, whose log begins as the chain's is now: from here
 * on each has its own history, which is what a ledger does that shows two people two logs.
 */
export async function fork(chain: TestChain) {
  const dir = await mkdtemp(join(tmpdir(), 'eenmaal-fork-'));
  const accounts = [...chain.nkeys].map(([name, nkey]) => ({ name, publicNkey: nkey.public }));
  const config = serverConfig({ accounts, hubPublicNkey: chain.hub.public, syncAlways: true });
  const server = await startNatsServer({ serverPath: (await findNatsServer()).path, config, dir });
  const nc = await connect({ url: server.url, nkeySeed: chain.hub.seed, name: LEDGER_USER });
  const abort = new AbortController();
  const store = await openStreams(nc, { monitorUrls: [server.monitorUrl], signal: abort.signal });
  const { store: from, journal } = chain.ledger;
  for (const [slot, bytes] of await from.vaultAll()) await store.vaultPut(slot, bytes);
  for (const { stored } of [...journal.state.messages.values()].sort((a, b) => a.stored - b.stored)) {
    const body = await from.getBody(stored);
    if (!body || (await store.putBody(body)) !== stored) throw new Error('the bodies do not lie as they lay');
  }
  await from.readAll(1, async ({ seq, bytes }) => void (await store.append(bytes, seq - 1, `copy-${seq}`)));
  const { clock, random, law, region, vaultKeys, ledgerIdentity } = chain;
  const common = { clock, random, law, region, vaultKeys, identity: ledgerIdentity };
  const ledger = await startLedger({ ...common, store, monotonic: () => performance.now() });
  const requests = serveRequests(nc, (account, frame) => ledger.handle(account, frame));
  await nc.flush();
  const closers: (() => Promise<void>)[] = [];

  /** The way of this party to the second ledger. */
  const transport = async (party: PartyId, identity: Identity): Promise<Transport> => {
    const account = accountOf(party);
    const nkeySeed = chain.nkeys.get(account)?.seed ?? '';
    const link = await connect({ url: server.url, nkeySeed, name: account });
    closers.push(() => link.close());
    const { request } = participantLink(link, account);
    return openChannel({ request, identity, party, clock, random, ledgerSealingKey: ledgerIdentity.sealing.publicKey });
  };
  return {
    ...{ server, ledger, transport },
    async stop() {
      for (const close of closers) await close();
      abort.abort();
      await requests.stop();
      await nc.close();
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
export type Fork = Awaited<ReturnType<typeof fork>>;

/** The same person or organisation with another way to the ledger, starting from nothing, or from `position`. */
export function over(
  chain: TestChain,
  party: PartyId,
  identity: Identity,
  transport: Transport,
  position?: Position,
): Participant & { transport: Transport } {
  const { region, law, clock, random } = chain;
  const options = { party, identity, transport, region, law, clock, random, ...(position && { position }) };
  return Object.assign(new Participant(options), { transport });
}

/** The ledger writes this into its log, whatever the rule says; signed and durable as everything else there. */
export function write(chain: TestChain, slot: string, event: Event): Promise<number> {
  const input = trustEvent(event);
  return chain.ledger.journal.run((_, at, append) => append({ slot, event: { ...event, at }, input }));
}

/** A reader's signed request to open, without the client around it. */
export function openRequest(
  chain: TestChain,
  by: PartyId,
  identity: Identity,
  envelope: Id,
  change: Partial<OpenRequest> = {},
): string {
  const common = { v: 1, id: newId(chain.random), by, envelope, purpose: 'support', at: chain.clock() } as const;
  return signObject('eenmaal-open+jws', { ...common, seen: EMPTY_LOG, ...change }, identity.signing);
}

/** Every event in the log after entry `from`. */
export async function eventsFrom(chain: TestChain, from: number): Promise<Event[]> {
  const { journal } = chain.ledger;
  const events: Event[] = [];
  for (let index = from; index < journal.size; index++) events.push((await journal.entry(index)).event);
  return events;
}
