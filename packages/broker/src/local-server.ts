/**
 * Runs a real nats-server on this machine: for `npm start`, and for tests that stop, crash and restart one. It listens on
 * loopback only, keeps its ports over a restart so that clients find it again, and dies with the process that started it.
 */
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalServerError } from './local-server-error.ts';
import { type Exit, spawnTied, type TiedProcess } from './tied.ts';

export interface ServerPorts {
  client: number;
  monitor: number;
}

export interface LocalServerOptions {
  /** From `findNatsServer`. */
  serverPath: string;
  /** A nats-server configuration without listen addresses and store folder, which are given here. */
  config: string;
  /** Holds the configuration, the log and the store. A store already there is used again. */
  dir: string;
  /** Free ones are taken where none is given. */
  ports?: Partial<ServerPorts>;
}

export interface LocalServer {
  readonly url: string;
  readonly monitorUrl: string;
  /** Of the server itself, not of a wrapper. It changes with `restart`, and so does `exited`. */
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly storeDir: string;
  readonly logFile: string;
  /** Sends a signal and does not wait: SIGKILL for a crash, SIGSTOP and SIGCONT for a hang. */
  kill(signal: NodeJS.Signals): boolean;
  /** Stops it when it still runs, and starts it on the same ports and store. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;

/** Starts a server and answers when it is healthy. Throws `port-taken` or `nats-server-failed`, with the log's end. */
export async function startNatsServer({ serverPath, config, dir, ports }: LocalServerOptions): Promise<LocalServer> {
  const [configFile, logFile, storeDir] = [join(dir, 'nats.conf'), join(dir, 'nats.log'), join(dir, 'store')];
  await mkdir(storeDir, { recursive: true });
  await writeFile(configFile, config);

  const launch = async (wanted: Partial<ServerPorts>): Promise<{ tied: TiedProcess; ports: ServerPorts }> => {
    await removePortFiles(dir);
    const args = ['-c', configFile, '-a', '127.0.0.1', '-sd', storeDir, '--ports_file_dir', dir];
    args.push('-p', String(wanted.client ?? -1), '-m', String(wanted.monitor ?? -1));
    const log = await open(logFile, 'a');
    const logStart = (await log.stat()).size;
    let tied: TiedProcess | undefined;
    try {
      tied = await spawnTied(serverPath, args, { stdio: ['ignore', log.fd, log.fd] });
      return { tied, ports: await whenHealthy(tied, dir) };
    } catch (error) {
      tied?.kill('SIGKILL');
      throw explain(error as Error, (await readFile(logFile)).subarray(logStart).toString());
    } finally {
      await log.close();
    }
  };

  let running = await launch(ports ?? {});
  const fixed = running.ports;
  const stop = () => stopProcess(running.tied);
  return {
    url: `nats://127.0.0.1:${fixed.client}`,
    monitorUrl: `http://127.0.0.1:${fixed.monitor}`,
    storeDir,
    logFile,
    get pid() {
      return running.tied.pid;
    },
    get exited() {
      return running.tied.exited;
    },
    kill: (signal) => running.tied.kill(signal),
    stop,
    restart: async () => {
      await stop();
      running = await launch(fixed);
    },
  };
}

/** Waits for the file in which the server names its ports, then for its own word that its store is ready. */
async function whenHealthy(tied: TiedProcess, dir: string): Promise<ServerPorts> {
  let ended: Exit | undefined;
  void tied.exited.then((exit) => {
    ended = exit;
  });
  let ports: ServerPorts | undefined;
  for (const limit = Date.now() + START_LIMIT_MS; Date.now() < limit; await sleep(10)) {
    if (ended) throw new Error(`nats-server stopped at once (${ended.signal ?? `exit code ${ended.code}`})`);
    ports ??= await readPorts(dir, tied.pid);
    if (ports && (await isHealthy(ports.monitor))) return ports;
  }
  throw new Error(`nats-server was not healthy within ${START_LIMIT_MS / 1000} s`);
}

async function readPorts(dir: string, pid: number): Promise<ServerPorts | undefined> {
  try {
    const urls = JSON.parse(await readFile(join(dir, `nats-server_${pid}.ports`), 'utf8')) as Record<string, string[]>;
    const port = (name: string) => (urls[name]?.[0] === undefined ? undefined : Number(new URL(urls[name][0]).port));
    const [client, monitor] = [port('nats'), port('monitoring')];
    return client && monitor ? { client, monitor } : undefined;
  } catch {
    return undefined; // not there yet, or only half of it
  }
}

async function isHealthy(monitorPort: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${monitorPort}/healthz`, { signal: AbortSignal.timeout(1_000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

/** A killed server leaves its file behind, and its process id may come back one day. */
async function removePortFiles(dir: string): Promise<void> {
  const stale = (await readdir(dir)).filter((name) => name.endsWith('.ports'));
  await Promise.all(stale.map((name) => rm(join(dir, name), { force: true })));
}

async function stopProcess(tied: TiedProcess): Promise<void> {
  tied.kill('SIGTERM');
  tied.kill('SIGCONT'); // one that a test has stopped cannot hear the first
  const inHaste = setTimeout(() => tied.kill('SIGKILL'), STOP_LIMIT_MS);
  await tied.exited;
  clearTimeout(inHaste);
}

/** The reason is in the server's own words, so they are quoted; a taken port has a code of its own. */
function explain(error: Error, log: string): LocalServerError {
  const taken = /listen tcp \S*:(\d+): bind: address already in use/.exec(log)?.[1];
  const tail = log.trim().split('\n').slice(-8).join('\n  ');
  if (taken === undefined)
    return new LocalServerError('nats-server-failed', `${error.message}. Its log ends:\n  ${tail}`);
  return new LocalServerError('port-taken', `Port ${taken} on 127.0.0.1 is in use by another program.`);
}
