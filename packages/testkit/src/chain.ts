/**
 * A whole region on this machine for tests: a real nats-server with one account per participant, a real ledger service on
 * it, and participants connected over their own accounts and sealed channels. Nothing is faked but the people.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  accountOf,
  connect,
  findNatsServer,
  LEDGER_USER,
  type LedgerStore,
  type Nkey,
  newNkey,
  openChannel,
  openStreams,
  participantLink,
  serveRequests,
  serverConfig,
  startNatsServer,
  wake,
} from '@eenmaal/broker';
import { type ClientOptions, newId, Participant } from '@eenmaal/client';
import type { Law } from '@eenmaal/consent';
import { type Identity, newIdentity, type Random } from '@eenmaal/crypto';
import { signObject } from '@eenmaal/envelope';
import { readLaw } from '@eenmaal/host';
import { type EenmaalError, EMPTY_LOG, type Instant, officer, type PartyId, partner, STEWARD } from '@eenmaal/model';
import { seededRandom } from './random.ts';

/** What the ledger service's `startLedger` takes and gives; passed in, because this room may not import a service. */
export type StartLedger<S> = (options: {
  store: LedgerStore;
  identity: Identity;
  vaultKeys: VaultKeys;
  law: Law;
  region: string;
  clock(): Instant;
  monotonic(): number;
  random: Random;
  notify?(account: string): void;
  onFatal?(error: EenmaalError): void;
  onInternal?(error: unknown): void;
  unsafe?: Unsafe;
}) => Promise<S & { handle(account: string, frame: Uint8Array): Promise<Uint8Array> }>;

/** Where the ledger's vault key lies, as the ledger service has it. */
export type VaultKeys = { readonly keys: readonly Uint8Array[]; replace(keys: readonly Uint8Array[]): Promise<void> };
type Unsafe = { releaseCheck?: boolean; epochCheck?: boolean; keepKeys?: boolean; freshnessCheck?: boolean };

export type RegisteredPartner = { id: string; roles: string[]; attests: boolean };

export type ChainOptions<S> = {
  startLedger: StartLedger<S>;
  /** Organisations; with `:` its task in the chain (`org-a:gi`), otherwise a local team. The first one attests. */
  partners?: readonly (string | RegisteredPartner)[];
  officers?: readonly string[];
  seed?: string | number;
  clock?: () => Instant;
  profile?: 'strict' | 'statute';
  unsafe?: Unsafe;
  maxFileStore?: number;
  /** Sees every frame that crosses the wire, for tests that search it. */
  onFrame?(frame: Uint8Array): void;
};

/** The first partner attests; every partner and officer is registered when this resolves. */
export async function startChain<S>(options: ChainOptions<S>) {
  const {
    partners: named = ['org-a', 'org-b', 'org-c'],
    officers = ['fg'],
    seed = 'chain',
    clock = Date.now,
  } = options;
  const random = seededRandom(seed);
  const law = await readLaw();
  const registered = named.map((one, i): RegisteredPartner => {
    if (typeof one !== 'string') return one;
    const [id = one, role = 'local-team'] = one.split(':');
    return { id, roles: [role], attests: i === 0 };
  });
  const partners = registered.map(({ id }) => id);
  const dir = await mkdtemp(join(tmpdir(), 'eenmaal-'));
  const accounts = ['steward', 'families', ...partners, ...officers.map((id) => accountOf(officer(id)))];
  const nkeys = new Map<string, Nkey>(accounts.map((name) => [name, newNkey(random)]));
  const hub = newNkey(random);
  const config = serverConfig({
    accounts: [...nkeys].map(([name, nkey]) => ({ name, publicNkey: nkey.public })),
    hubPublicNkey: hub.public,
    syncAlways: true,
    ...(options.maxFileStore && { maxFileStore: options.maxFileStore }),
  });
  const { path } = await findNatsServer();
  const server = await startNatsServer({ serverPath: path, config, dir });
  const identities = new Map<PartyId, Identity>([[STEWARD, newIdentity(random)]]);
  const ledgerIdentity = newIdentity(random);
  const vaultKeys = memoryKeys(random(32));
  const region = regionStatement(random, identities.get(STEWARD) as Identity, ledgerIdentity, clock(), options.profile);

  const closers: (() => Promise<void>)[] = [];
  const startService = async () => {
    const nc = await connect({ url: server.url, nkeySeed: hub.seed, name: LEDGER_USER });
    const abort = new AbortController();
    const store = await openStreams(nc, { monitorUrls: [server.monitorUrl], signal: abort.signal });
    const fatal: EenmaalError[] = [];
    const service = await options.startLedger({
      ...{ store, identity: ledgerIdentity, vaultKeys, law, region, clock, random },
      monotonic: () => performance.now(),
      notify: (account) => wake(nc, account),
      onFatal: (error) => fatal.push(error),
      onInternal: (error) => console.error('ledger', error),
      ...(options.unsafe && { unsafe: options.unsafe }),
    });
    const requests = serveRequests(nc, (account, frame) => service.handle(account, frame));
    await nc.flush(); // or whoever asks at once finds nobody there
    const stop = async () => {
      abort.abort();
      await requests.stop();
      await nc.close();
    };
    closers.push(stop);
    return { ...service, store, fatal, stop, nc };
  };
  let ledger = await startService();

  /** A participant on its own connection; `extra` overrides what it is given. */
  const participant = async (party: PartyId, extra: Partial<ClientOptions> = {}) => {
    const account = accountOf(party);
    const identity = extra.identity ?? identityOf(party);
    const nc = await connect({ url: server.url, nkeySeed: (nkeys.get(account) as Nkey).seed, name: account });
    const link = participantLink(nc, account);
    const request = async (frame: Uint8Array) => {
      options.onFrame?.(frame);
      const answer = await link.request(frame);
      options.onFrame?.(answer);
      return answer;
    };
    const upload = (id: string, chunk: number, bytes: Uint8Array) => {
      options.onFrame?.(bytes);
      return link.putChunk(id, chunk, bytes);
    };
    const ledgerSealingKey = ledgerIdentity.sealing.publicKey;
    const transport = openChannel({ request, identity, party, ledgerSealingKey, clock, random });
    closers.push(() => nc.close());
    return Object.assign(
      new Participant({ party, identity, transport, region, law, clock, random, upload, ...extra }),
      {
        transport,
      },
    );
  };
  const identityOf = (party: PartyId): Identity => {
    const known = identities.get(party) ?? newIdentity(random);
    identities.set(party, known);
    return known;
  };

  const steward = await participant(STEWARD);
  await steward.sync();
  for (const { id, roles, attests } of registered) {
    const keys = identityOf(partner(id)).public;
    await steward.state({ kind: 'partner', partner: id, name: `Organisation ${id}`, attests, roles, keys });
  }
  for (const id of officers)
    await steward.state({ kind: 'officer', officer: id, name: id, keys: identityOf(officer(id)).public });

  return {
    ...{
      server,
      dir,
      random,
      clock,
      law,
      region,
      steward,
      identities,
      identityOf,
      participant,
      startService,
      nkeys,
      hub,
    },
    ...{ ledgerIdentity, vaultKeys },
    get ledger() {
      return ledger;
    },
    /** Stops the ledger service and starts another on the same store. */
    async restartLedger() {
      await ledger.stop();
      ledger = await startService();
      return ledger;
    },
    async stop() {
      for (const close of closers.reverse()) await close().catch(() => {});
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
export type Chain<S = unknown> = Awaited<ReturnType<typeof startChain<S>>>;

/** A vault key that lasts as long as the test; what `keys` held before a replacement stays whole for who kept it. */
function memoryKeys(key: Uint8Array): VaultKeys {
  const held = {
    keys: [key] as readonly Uint8Array[],
    async replace(keys: readonly Uint8Array[]) {
      held.keys = keys.map((one) => one.slice());
    },
  };
  return held;
}

/** Entry 0 of a region's log. */
export function regionStatement(
  random: Random,
  steward: Identity,
  ledger: Identity,
  at: Instant,
  profile: 'strict' | 'statute' = 'strict',
): string {
  const keys = { steward: steward.public.signing, ledger: ledger.public };
  return signObject(
    'eenmaal-statement+jws',
    {
      v: 1,
      id: newId(random),
      by: STEWARD,
      at,
      seen: EMPTY_LOG,
      kind: 'region',
      name: 'Test region',
      origin: 'ledger.test/region',
      profile,
      ...keys,
    },
    steward.signing,
  );
}
