/**
 * A whole region as real processes on this machine: nats-server, the ledger service, one partner service for every
 * organisation file. `npm start` tells its story in one; the crash tests kill pieces of one.
 */
import { once } from 'node:events';
import { mkdir, open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  accountOf,
  type Exit,
  findNatsServer,
  type LocalServer,
  type NatsServer,
  newNkey,
  serverConfig,
  spawnTied,
  startNatsServer,
  type TiedProcess,
} from '@eenmaal/broker';
import { toBase64url } from '@eenmaal/crypto';
import {
  ensureSecret,
  type Joined,
  join as joinLedger,
  type Keystore,
  openKeystore,
  readSecret,
  readTrustFile,
  systemRandom,
  writeFileSafely,
} from '@eenmaal/host';
import { EenmaalError, officer, type PartyId, type PublicKeys, partner, STEWARD } from '@eenmaal/model';
import { regionStatement } from './region-statement.ts';
import { startWitnesses } from './witnesses.ts';

const root = resolve(import.meta.dirname, '../..');
const PROGRAM = {
  ledger: join(root, 'services/ledger/src/main.ts'),
  partner: join(root, 'services/partner/src/main.ts'),
  witness: join(root, 'services/witness/src/main.ts'),
};
const READY_MS = 30_000;
/** Shorter than in a real region: nobody who looks at a story waits ten seconds. */
const CHECKPOINT_SECONDS = '1';

export type RegionOptions = {
  /** Holds everything: keys, stores, logs. Must be new or empty. */
  dir: string;
  name: string;
  partnerFiles: readonly string[];
  officers: readonly string[];
  /** Organisations that run something else than our program: registered, with keys and an account; the first attests. */
  guests?: readonly string[];
  /** Each starts a witness of that name; without any, nobody but the ledger vouches for its log. */
  witnesses?: readonly string[];
  logLevel?: string;
  /** Milliseconds a participant that joins here waits for an answer. */
  timeout?: number;
  /** Told when a wanted port was taken. */
  onPortMoved?(id: string, wanted: number, taken: number): void;
};

/** One of our programs as a child process. */
export type Service = {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): boolean;
  /** Stops it however it stands, and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  readonly logFile: string;
};
export type LocalPartner = { id: string; name: string; url: string; token: string; service: Service; keys: PublicKeys };
type Enrolment = { id: string; name: string; attests: boolean; roles: string[]; keys: PublicKeys; nkey: string };

/** Starts everything and registers every organisation and officer. */
export async function startRegion(options: RegionOptions) {
  const { dir, logLevel = 'info' } = options;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const natsServer: NatsServer = await findNatsServer();
  const secretFile = join(dir, 'secret');
  await ensureSecret(secretFile);
  const secret = await readSecret(secretFile);
  const keystore = (name: string): Promise<Keystore> => openKeystore(join(dir, 'keys', name), secret);
  const regionFile = join(dir, 'region.jws');
  const base = { EENMAAL_KEY_SECRET_FILE: secretFile, EENMAAL_REGION_FILE: regionFile, EENMAAL_LOG_LEVEL: logLevel };

  const ledgerEnv = { ...base, EENMAAL_STATE_DIR: join(dir, 'ledger') };
  const partnerEnv = (file: string) => ({ ...base, EENMAAL_STATE_DIR: join(dir, 'partners', idOf(file)) });
  const [ledger, ...partners] = (await Promise.all([
    ask(PROGRAM.ledger, ['enrol'], ledgerEnv),
    ...options.partnerFiles.map((file) => ask(PROGRAM.partner, ['--partner', file, 'enrol'], partnerEnv(file))),
  ])) as [{ keys: PublicKeys; nkey: string }, ...Enrolment[]];

  const steward = await keystore('steward');
  const families = newNkey(systemRandom);
  const officers = new Map<string, Keystore>();
  for (const id of options.officers) officers.set(id, await keystore(`officer-${id}`));
  const guests = new Map<string, Keystore>();
  for (const id of options.guests ?? []) guests.set(id, await keystore(`guest-${id}`));
  await writeFileSafely(regionFile, regionStatement(options.name, steward, ledger.keys));
  await writeFileSafely(join(dir, 'keys', 'families.nkey'), `${families.seed}\n`);
  const config = serverConfig({
    hubPublicNkey: ledger.nkey,
    syncAlways: true,
    accounts: [
      { name: STEWARD, publicNkey: steward.nkey.public },
      { name: 'families', publicNkey: families.public },
      ...[...officers].map(([id, { nkey }]) => ({ name: accountOf(officer(id)), publicNkey: nkey.public })),
      ...[...guests].map(([name, { nkey }]) => ({ name, publicNkey: nkey.public })),
      ...partners.map(({ id, nkey }) => ({ name: id, publicNkey: nkey })),
    ],
  });
  const region = (await readFile(regionFile, 'utf8')).trim();
  const [nats, { policyFile, services: witnesses }] = await Promise.all([
    startNatsServer({ serverPath: natsServer.path, config, dir: join(dir, 'nats') }),
    startWitnesses(
      options.witnesses ?? [],
      { dir, region, env: base },
      { start: (logFile, env) => startService(logFile, [PROGRAM.witness], env), ready: until, freePort },
    ),
  ]);
  const trust = await readTrustFile({ EENMAAL_WITNESS_POLICY_FILE: policyFile }, region);
  const policy: Record<string, string> = policyFile === undefined ? {} : { EENMAAL_WITNESS_POLICY_FILE: policyFile };
  const joined: Joined[] = [];
  const joinAs = async (party: PartyId, identity: Keystore['identity'], nkeySeed: string): Promise<Joined> => {
    const one = await joinLedger({
      ...{ url: nats.url, party, identity, nkeySeed, region },
      ...(trust && { trust }),
      ...(options.timeout && { timeout: options.timeout }),
    });
    joined.push(one);
    return one;
  };

  const joinWith = (party: PartyId, keys: Keystore | undefined): Promise<Joined> => {
    if (!keys) throw new EenmaalError('key-unregistered', party);
    return joinAs(party, keys.identity, keys.nkey.seed);
  };

  const serving = {
    ...{ ...ledgerEnv, ...policy, EENMAAL_NATS_URL: nats.url, EENMAAL_NATS_MONITORS: nats.monitorUrl },
    EENMAAL_CHECKPOINT_SECONDS: CHECKPOINT_SECONDS,
  };
  const ledgerService = await startService(join(dir, 'ledger.log'), [PROGRAM.ledger], serving);
  const asSteward = await joinAs(STEWARD, steward.identity, steward.nkey.seed);
  await until('the ledger service', ledgerService, () => asSteward.participant.sync());
  for (const { id, name, attests, roles, keys } of partners)
    await asSteward.participant.state({ kind: 'partner', partner: id, name, attests, roles, keys });
  for (const [i, [id, { identity }]] of [...guests].entries())
    await asSteward.participant.state({
      kind: 'partner',
      partner: id,
      name: id,
      attests: i === 0,
      roles: ['local-team'],
      keys: identity.public,
    });
  for (const [id, { identity }] of officers)
    await asSteward.participant.state({ kind: 'officer', officer: id, name: id, keys: identity.public });

  const running = await Promise.all(
    partners.map((enrolment, i) =>
      startPartner(
        options,
        options.partnerFiles[i] as string,
        enrolment,
        { ...partnerEnv(options.partnerFiles[i] as string), ...policy },
        nats,
      ),
    ),
  );
  return {
    ...{ nats, natsServer, dir, region, regionFile, secretFile, steward: asSteward, ledger: ledgerService },
    officers: options.officers,
    witnesses: options.witnesses ?? [],
    /** Organisations that may open dossiers. */
    attestors: new Set(partners.filter(({ attests }) => attests).map(({ id }) => id)),
    partners: new Map(running.map((one) => [one.id, one])),
    familiesNkeySeed: families.seed,
    keystore,
    joinAs,
    joinGuest: (id: string) => joinWith(partner(id), guests.get(id)),
    joinOfficer: (id: string) => joinWith(officer(id), officers.get(id)),
    /** One more ledger service on the same store. */
    anotherLedger: (name: string) => startService(join(dir, `${name}.log`), [PROGRAM.ledger], serving),
    /** Stops in the order in which nothing is missed: partners, ledger, server. */
    async stop(): Promise<void> {
      // an open connection would look for its server for ever
      await Promise.all(joined.map((one) => one.close()));
      await Promise.all(running.map(({ service }) => service.stop()));
      await ledgerService.stop();
      await Promise.all(witnesses.map((witness) => witness.stop()));
      await nats.stop();
    },
  };
}
export type LocalRegion = Awaited<ReturnType<typeof startRegion>>;

async function startPartner(
  options: RegionOptions,
  file: string,
  { id, name, keys }: Enrolment,
  env: Record<string, string>,
  nats: LocalServer,
): Promise<LocalPartner> {
  const token = toBase64url(systemRandom(32));
  const tokenFile = join(env.EENMAAL_STATE_DIR as string, 'api.token');
  await writeFileSafely(tokenFile, `${token}\n`);
  const wanted = portIn(await readFile(file, 'utf8'));
  const port = await freePort(wanted);
  if (port !== wanted) options.onPortMoved?.(id, wanted, port);
  const service = await startService(join(options.dir, `${id}.log`), [PROGRAM.partner, '--partner', file, 'serve'], {
    ...env,
    EENMAAL_NATS_URL: nats.url,
    EENMAAL_API_TOKEN_FILE: tokenFile,
    EENMAAL_HTTP_PORT: String(port),
  });
  const url = `http://127.0.0.1:${port}`;
  await until(name, service, async () => {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2000) });
    if (!answer.ok) throw new Error(`/healthz ${answer.status}`);
  });
  return { id, name, url, token, service, keys };
}

const idOf = (file: string): string => file.replace(/^.*\//, '').replace(/\.ya?ml$/, '');
const portIn = (yaml: string): number => Number(/^port:\s*(\d+)/m.exec(yaml)?.[1] ?? 0);

const nodeArguments = ['--disable-warning=ExperimentalWarning'];

/** Runs a program that prints one line of JSON. */
async function ask(program: string, args: string[], env: Record<string, string>): Promise<unknown> {
  const { child } = await spawnTied(process.execPath, [...nodeArguments, program, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let problem = '';
  child.stdout?.on('data', (data) => (out += data));
  child.stderr?.on('data', (data) => (problem += data));
  // not its exit: what it printed may still be on its way then
  const [code] = await once(child, 'close');
  if (code !== 0) throw new EenmaalError('internal', `${program} ${args.join(' ')}: ${problem.trim()}`);
  return JSON.parse(out);
}

async function startService(logFile: string, args: string[], env: Record<string, string>): Promise<Service> {
  const launch = async (): Promise<TiedProcess> => {
    const log = await open(logFile, 'a');
    const options = { env: { ...process.env, ...env }, stdio: ['ignore', log.fd, log.fd] as ('ignore' | number)[] };
    return spawnTied(process.execPath, [...nodeArguments, ...args], options).finally(() => log.close());
  };
  let running = await launch();
  const stop = async (): Promise<void> => {
    running.kill('SIGTERM');
    running.kill('SIGCONT');
    const inHaste = setTimeout(() => running.kill('SIGKILL'), 5000);
    await running.exited;
    clearTimeout(inHaste);
  };
  return {
    logFile,
    get pid() {
      return running.pid;
    },
    get exited() {
      return running.exited;
    },
    kill: (signal) => running.kill(signal),
    stop,
    async restart() {
      await stop();
      running = await launch();
    },
  };
}

/** Waits until something works; gives up at once when its process ended, quoting its log. */
async function until<T>(what: string, service: Service, works: () => Promise<T>): Promise<T> {
  let ended = false;
  void service.exited.then(() => (ended = true));
  for (const limit = Date.now() + READY_MS; ; await sleep(50)) {
    try {
      return await works();
    } catch (cause) {
      if (!ended && Date.now() < limit) continue;
      const log = (await readFile(service.logFile, 'utf8')).split('\n').slice(-15).join('\n');
      throw new EenmaalError('internal', `${what} did not start\n${log}`, { cause });
    }
  }
}

/** The wanted port when it is free, else one the system picks. */
async function freePort(wanted: number): Promise<number> {
  const tryPort = (port: number) =>
    new Promise<number>((resolvePort, reject) => {
      const probe = createServer().once('error', reject);
      probe.listen(port, '127.0.0.1', () => {
        const { port: got } = probe.address() as { port: number };
        probe.close(() => resolvePort(got));
      });
    });
  return tryPort(wanted).catch(() => tryPort(0));
}
