/**
 * A region in containers: `node infra/local/setup.mjs infra/local/compose.ts up`. Builds the image, lets every service
 * make its own keys inside its container, writes from the public halves who may speak on the message server, starts all
 * and registers the organisations and officers. Again, after a file came into infra/partners: adds that one, and nobody
 * loses a connection. Any other arguments (`down`, `ps`, `logs -f ledger`) go to docker compose with the right files.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { accountOf, newNkey, nkeySigner } from '@eenmaal/broker';
import { formatLogKey } from '@eenmaal/client';
import { readObject } from '@eenmaal/envelope';
import {
  type Joined,
  join,
  type Keystore,
  openKeystore,
  readIfThere,
  readSecret,
  systemRandom,
  writeFileSafely,
} from '@eenmaal/host';
import { EenmaalError, officer, type PublicKeys, partner, STEWARD, type StatementInput } from '@eenmaal/model';
import {
  checkRegion,
  type PartnerContainer,
  paths,
  prepareFiles,
  readPartners,
  root,
  serviceOf,
  WITNESSES,
  witnessOf,
  writePolicy,
  writePublic,
  writeServerConfig,
  writeWitnessedLogs,
} from './compose-files.ts';
import { regionStatement } from './region-statement.ts';

const READY_MS = 60_000;
type Enrolment = {
  id: string;
  name: string;
  attests: boolean;
  roles: string[];
  keys: PublicKeys;
  account: string;
  nkey: string;
};
type Officers = ReadonlyMap<string, Keystore>;

const compose = composeProgram();
const [command, ...rest] = process.argv.slice(2);
try {
  if (command === 'up') await up(rest);
  else process.exitCode = await run(process.argv.slice(2), 'inherit').then(({ code }) => code);
} catch (error) {
  if (!(error instanceof EenmaalError)) throw error;
  // Of what went wrong here the detail says it all; a refusal is said in its own words.
  console.error(error.code === 'internal' && error.detail ? error.detail : error.message);
  process.exitCode = 1;
}

async function up(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      region: { type: 'string', default: 'Merelland' },
      officer: { type: 'string', multiple: true, default: ['fg'] },
    },
  });
  const partners = await readPartners();
  await prepareFiles(partners);
  await must('build', 'ledger');

  const ledger = await enrol<{ keys: PublicKeys; nkey: string }>('ledger', ['services/ledger/src/main.ts', 'enrol']);
  const enrolled: Enrolment[] = [];
  const program = ['services/partner/src/main.ts', '--partner', '/partner.yaml', 'enrol'];
  for (const one of partners) enrolled.push(await enrol(serviceOf(one), program));

  const secret = await readSecret(paths.secret('steward.key'));
  const keystore = (party: string): Promise<Keystore> => openKeystore(paths.keys(party), secret);
  const steward = await keystore('steward');
  const officers: Officers = new Map(
    await Promise.all(values.officer.map(async (id) => [id, await keystore(`officer-${id}`)] as const)),
  );
  const region = await ensureRegion(values.region, steward, ledger.keys);
  await enrolWitnesses(region);
  const changed = await writeServerConfig(ledger.nkey, [
    { name: STEWARD, publicNkey: steward.nkey.public },
    { name: 'families', publicNkey: await familiesNkey() },
    ...[...officers].map(([id, { nkey }]) => ({ name: accountOf(officer(id)), publicNkey: nkey.public })),
    ...enrolled.map(({ account, nkey }) => ({ name: account, publicNkey: nkey })),
  ]);
  const running = (await output('ps', '--services', '--status', 'running')).split('\n').includes('nats');
  await must('up', '--detach', '--remove-orphans', 'nats', 'ledger', ...WITNESSES.map(witnessOf));
  if (changed && running) await reloadServer();

  await register(region, steward, officers, enrolled);
  await must('up', '--detach', '--remove-orphans');
  await Promise.all(partners.map(whenHealthy));
  report(partners);
}

/** Lets a service make its keys in its own volume, and answers the public ones. Asking again gives the same. */
async function enrol<T>(service: string, program: string[]): Promise<T> {
  return JSON.parse(await output('run', '--rm', '--no-deps', '-T', service, ...program)) as T;
}

/** Lets every witness make its key in its own volume, and writes whom to trust. */
async function enrolWitnesses(region: string): Promise<void> {
  const logLine = `log ${formatLogKey(region)}`;
  await writeWitnessedLogs(logLine);
  const vkeys = new Map<string, string>();
  for (const name of WITNESSES) {
    const service = ['run', '--rm', '--no-deps', '-T', witnessOf(name)];
    vkeys.set(name, (await output(...service, 'services/witness/src/main.ts', 'vkey')).trim());
  }
  await writePolicy(logLine, vkeys);
}

/** Made once. Everything that is ever proved in this region hangs on it, so it is never made anew over an old one. */
async function ensureRegion(name: string, steward: Keystore, ledger: PublicKeys): Promise<string> {
  const found = (await readIfThere(paths.region))?.trim();
  if (found === undefined) {
    const made = regionStatement(name, steward, ledger);
    await writePublic(paths.region, made);
    return made;
  }
  const { payload } = readObject('eenmaal-statement+jws', found);
  if (payload.kind !== 'region') throw new EenmaalError('malformed', paths.region);
  checkRegion(payload, ledger, steward.identity.public.signing);
  return found;
}

async function familiesNkey(): Promise<string> {
  const seed = await readIfThere(paths.families);
  if (seed !== undefined) return nkeySigner(seed).public;
  const made = newNkey(systemRandom);
  await writeFileSafely(paths.families, `${made.seed}\n`);
  return made.public;
}

/** Twice, a second apart: the server connects a new account's services only at the second reload. */
async function reloadServer(): Promise<void> {
  await must('kill', '--signal', 'SIGHUP', 'nats');
  await sleep(1000);
  await must('kill', '--signal', 'SIGHUP', 'nats');
}

/** States who is who in the ledger, as far as it does not say so already. */
async function register(region: string, steward: Keystore, officers: Officers, enrolled: Enrolment[]): Promise<void> {
  const url = `nats://127.0.0.1:${process.env.EENMAAL_NATS_PORT || 4222}`;
  const { identity, nkey } = steward;
  const joined = await until('ledger', async (): Promise<Joined> => {
    const trying = await join({ url, party: STEWARD, identity, nkeySeed: nkey.seed, region });
    await trying.participant.sync().catch(async (error: unknown) => {
      await trying.close();
      throw error;
    });
    return trying;
  });
  try {
    const { parties } = joined.participant.mirror.state;
    const statements: StatementInput[] = [
      ...enrolled
        .filter(({ id }) => !parties.has(partner(id)))
        .map(
          ({ id, name, attests, roles, keys }) =>
            ({ kind: 'partner', partner: id, name, attests, roles, keys }) as const,
        ),
      ...[...officers]
        .filter(([id]) => !parties.has(officer(id)))
        .map(([id, { identity }]) => ({ kind: 'officer', officer: id, name: id, keys: identity.public }) as const),
    ];
    for (const statement of statements) await joined.participant.state(statement);
  } finally {
    await joined.close();
  }
}

async function whenHealthy(one: PartnerContainer): Promise<void> {
  await until(serviceOf(one), async () => {
    const answer = await fetch(`http://127.0.0.1:${one.port}/healthz`, { signal: AbortSignal.timeout(2000) });
    if (!answer.ok) throw new Error(`/healthz answered ${answer.status}`);
  });
}

function report(partners: readonly PartnerContainer[]): void {
  console.log('\nThe region is up. Every organisation has its own API; `/openapi.json` describes it.');
  for (const one of partners)
    console.log(
      `  http://127.0.0.1:${one.port}  ${one.id.padEnd(20)} token: ${paths.secret(`${serviceOf(one)}.token`)}`,
    );
  console.log('`compose.ts logs -f ledger` shows what happens, `compose.ts down` stops all and keeps all.');
}

/** Waits until something works; gives up with the end of the service's log. */
async function until<T>(service: string, works: () => Promise<T>): Promise<T> {
  for (const limit = Date.now() + READY_MS; ; await sleep(200)) {
    try {
      return await works();
    } catch (cause) {
      if (Date.now() < limit) continue;
      const log = await output('logs', '--tail', '15', service);
      throw new EenmaalError('internal', `${service} is not well after ${READY_MS / 1000} s\n${log}`, { cause });
    }
  }
}

/** Compose version 2, as a plugin of docker or on its own. */
function composeProgram(): [string, ...string[]] {
  for (const [program, ...args] of [['docker', 'compose'], ['docker-compose']] as const)
    if (spawnSync(program, [...args, 'version'], { stdio: 'ignore' }).status === 0) return [program, ...args];
  console.error('Docker Compose is needed: https://docs.docker.com/compose/install/');
  process.exit(1);
}

async function must(...args: string[]): Promise<void> {
  const { code } = await run(args, 'inherit');
  if (code !== 0) throw new EenmaalError('internal', `docker compose ${args[0]} ended with ${code}`);
}

async function output(...args: string[]): Promise<string> {
  const { code, text } = await run(args, 'pipe');
  if (code !== 0) throw new EenmaalError('internal', `docker compose ${args.join(' ')} ended with ${code}`);
  return text;
}

async function run(args: readonly string[], stdout: 'inherit' | 'pipe'): Promise<{ code: number; text: string }> {
  const files = [paths.compose, paths.partnerServices].filter((path) => existsSync(path));
  const [program, ...first] = compose;
  const child = spawn(program, [...first, ...files.flatMap((file) => ['--file', file]), ...args], {
    cwd: root,
    stdio: [stdout === 'inherit' ? 'inherit' : 'ignore', stdout, 'inherit'],
  });
  let text = '';
  child.stdout?.on('data', (data) => (text += data));
  return new Promise((settle, reject) => {
    child.on('error', reject);
    child.on('close', (code) => settle({ code: code ?? 1, text }));
  });
}
