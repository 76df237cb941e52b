/** Tests only: a real message server with our configuration, a fresh store, and keys for everyone. */
import { randomFillSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { connect } from './connect.ts';
import { findNatsServer } from './find-server.ts';
import { type LocalServer, startNatsServer } from './local-server.ts';
import { newNkey } from './nkey.ts';
import { type ServerSettings, serverConfig } from './server-config.ts';
import { HUB, LEDGER_USER } from './subjects.ts';

export const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length));

/** The name of a user of HUB who may do everything: the attacker or operator with the server's own rights. */
export const ADMIN = 'admin';

export type TestServer = LocalServer & {
  as(name: string): Promise<NatsConnection>;
  /** Gives the running server a configuration with these accounts. */
  reload(accounts: readonly string[]): Promise<void>;
  end(): Promise<void>;
};

/** @param change bends the configuration, to try what must not work */
export async function startTestServer(
  accounts: readonly string[],
  // biome-ignore lint/suspicious/noExplicitAny: the configuration as parsed JSON
  { change, ...settings }: Partial<ServerSettings> & { change?: (config: any) => void } = {},
): Promise<TestServer> {
  const keys = new Map<string, ReturnType<typeof newNkey>>();
  const key = (name: string) => {
    const known = keys.get(name) ?? newNkey(random);
    keys.set(name, known);
    return known;
  };
  const configFor = (names: readonly string[]) => {
    const text = serverConfig({
      accounts: names.map((name) => ({ name, publicNkey: key(name).public })),
      hubPublicNkey: key(LEDGER_USER).public,
      syncAlways: true,
      ...settings,
    });
    const config = JSON.parse(text);
    config.accounts[HUB].users.push({ nkey: key(ADMIN).public });
    change?.(config);
    return JSON.stringify(config);
  };
  const dir = await mkdtemp(join(tmpdir(), 'eenmaal-broker-'));
  const { path } = await findNatsServer();
  const server = await startNatsServer({ serverPath: path, config: configFor(accounts), dir });
  const connections: NatsConnection[] = [];
  return Object.assign(Object.create(server) as LocalServer, {
    async as(name: string) {
      const nc = await connect({ url: server.url, nkeySeed: key(name).seed, name });
      connections.push(nc);
      return nc;
    },
    async reload(names: readonly string[]) {
      await writeFile(join(dir, 'nats.conf'), configFor(names));
      // Twice, see serverConfig: the first time a new account's services are not connected.
      for (let i = 0; i < 2; i++) {
        server.kill('SIGHUP');
        await sleep(300);
      }
    },
    async end() {
      await Promise.all(connections.map((nc) => nc.close().catch(() => {})));
      server.kill('SIGCONT');
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  });
}

/** What a JetStream API request answers, as is. */
// biome-ignore lint/suspicious/noExplicitAny: tests look at many different answers
export async function jsApi(nc: NatsConnection, api: string, body: object = {}): Promise<any> {
  return (await nc.request(`$JS.API.${api}`, JSON.stringify(body), { timeout: 2_000 })).json();
}
