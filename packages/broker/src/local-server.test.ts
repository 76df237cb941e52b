import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findNatsServer } from './find-server.ts';
import { type LocalServer, type LocalServerOptions, startNatsServer } from './local-server.ts';

const CONFIG = 'jetstream { sync_interval: always }';

let serverPath: string;
let dir: string;
let started: LocalServer[];
beforeAll(async () => {
  serverPath = (await findNatsServer()).path;
}, 300_000);
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'local-server-'));
  started = [];
});
afterEach(async () => {
  await Promise.all(started.map((server) => server.stop()));
  await rm(dir, { recursive: true, force: true });
});

async function start(options: Partial<LocalServerOptions> = {}): Promise<LocalServer> {
  const server = await startNatsServer({ serverPath, config: CONFIG, dir, ...options });
  started.push(server);
  return server;
}

const answers = (url: string) => fetch(url).then(Boolean, () => false);

describe('a local nats-server', () => {
  it('serves clients and its monitor, on loopback', async () => {
    const server = await start();
    const general = (await (await fetch(`${server.monitorUrl}/varz`)).json()) as Record<string, unknown>;
    expect(general).toMatchObject({ host: '127.0.0.1', http_host: '127.0.0.1' });
    const client = await connect({ servers: server.url });
    await client.close();
  });

  it('keeps what it acknowledged, and its clients, over a crash', async () => {
    const server = await start();
    const client = await connect({ servers: server.url, reconnectTimeWait: 20, maxReconnectAttempts: -1 });
    await (await jetstreamManager(client)).streams.add({ name: 'kept', subjects: ['kept'] });
    await jetstream(client).publish('kept', 'a word');

    const before = { pid: server.pid, url: server.url };
    server.kill('SIGKILL');
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await server.restart();
    await expect.poll(() => client.rtt().then(Boolean, () => false)).toBe(true);
    expect(server.pid).not.toBe(before.pid);
    expect(server.url).toBe(before.url);

    const message = await (await jetstreamManager(client)).streams.getMessage('kept', { seq: 1 });
    expect(message?.string()).toBe('a word');
    await client.close();
  });

  it('restarts while it runs, and stops also when it hangs', async () => {
    const server = await start();
    await server.restart();
    server.kill('SIGSTOP');
    await server.stop();
    expect(await answers(server.monitorUrl)).toBe(false);
    await server.stop();
  });

  it('dies when the process that started it is killed', async () => {
    const code = `import { startNatsServer } from ${JSON.stringify(join(import.meta.dirname, 'local-server.ts'))};
      const [serverPath, dir] = ${JSON.stringify([serverPath, dir])};
      console.log((await startNatsServer({ serverPath, dir, config: '' })).monitorUrl);`;
    const args = ['--input-type=module-typescript', '-e', code];
    const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(parent.stdout, 'data');
    const monitorUrl = String(line).trim();
    expect(await answers(monitorUrl)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => answers(monitorUrl), { timeout: 3_000 }).toBe(false);
  });
});

describe('a local nats-server that cannot start', () => {
  it.each(['client', 'monitor'] as const)('names the %s port when it is taken', async (name) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const message = expect.stringContaining(String(port));
    await expect(start({ ports: { [name]: port } })).rejects.toMatchObject({ code: 'port-taken', message });
    other.close();
  });

  it('quotes its own complaint about a configuration', async () => {
    const message = expect.stringContaining('Parse error on line 1');
    await expect(start({ config: 'jetstream {' })).rejects.toMatchObject({ code: 'nats-server-failed', message });
  });

  it('says so when there is no such program', async () => {
    await expect(start({ serverPath: join(dir, 'absent') })).rejects.toMatchObject({ code: 'nats-server-failed' });
  });
});
