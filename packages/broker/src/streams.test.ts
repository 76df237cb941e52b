/** Opening: made once, checked every time, and refused when the server or a stream is not fit to be trusted. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN, jsApi, startTestServer, type TestServer } from './fixture-server.ts';
import { checkServers } from './server-checks.ts';
import { openStreams } from './streams.ts';
import { LEDGER_USER } from './subjects.ts';

const open: TestServer[] = [];
afterEach(() => Promise.all(open.splice(0).map((server) => server.end())));
const refused = (code: string, detail: string) =>
  expect.objectContaining({ name: 'EenmaalError', code, detail: expect.stringContaining(detail) });

async function setUp(settings: Parameters<typeof startTestServer>[1] = {}) {
  const server = await startTestServer([], settings);
  open.push(server);
  const [nc, admin] = [await server.as(LEDGER_USER), await server.as(ADMIN)];
  const start = () => openStreams(nc, { monitorUrls: [server.monitorUrl] });
  return { server, nc, admin, start };
}

describe('opening', () => {
  it('makes four streams once and finds them again', async () => {
    const { start, admin } = await setUp();
    await start();
    const { streams } = await jsApi(admin, 'STREAM.NAMES');
    expect([...(streams as string[])].sort()).toEqual(['BODY', 'CHUNK', 'LEDGER', 'VAULT']);
    await start();
    await Promise.all([start(), start()]);
  });

  it('does not put an empty stream in the place of a lost one', async () => {
    for (const lost of ['LEDGER', 'VAULT', 'BODY', 'CHUNK']) {
      const { start, admin } = await setUp();
      const store = await start();
      await store.append(Uint8Array.of(1), 0, 'a');
      await store.vaultPut('main', Uint8Array.of(1));
      await jsApi(admin, `STREAM.DELETE.${lost}`);
      await expect(start()).rejects.toEqual(refused('ledger-damaged', lost));
    }
  });

  it('names the field of a stream that is not as it must be', async () => {
    const { start, admin } = await setUp();
    await start();
    const changes: [string, object, string][] = [
      ['LEDGER', { max_age: 3_600_000_000_000 }, 'max_age'],
      ['LEDGER', { max_age: 0, max_bytes: 1_000_000 }, 'max_bytes'],
      ['LEDGER', { max_bytes: -1, republish: { src: '>', dest: 'copy.>' } }, 'republish'],
      ['LEDGER', { republish: undefined, allow_direct: true }, 'allow_direct'],
      ['LEDGER', { allow_direct: false, subjects: ['led.0', 'led.1'] }, 'subjects'],
    ];
    for (const [stream, change, field] of changes) {
      const { config } = await jsApi(admin, `STREAM.INFO.${stream}`);
      const answer = await jsApi(admin, `STREAM.UPDATE.${stream}`, { ...config, ...change });
      expect(answer).not.toHaveProperty('error');
      await expect(start()).rejects.toEqual(refused('server-unsafe', field));
    }
  });

  it('notices a ledger that was made without protection', async () => {
    const { start, admin } = await setUp();
    await start();
    const { config } = await jsApi(admin, 'STREAM.INFO.LEDGER');
    await jsApi(admin, 'STREAM.DELETE.LEDGER');
    await jsApi(admin, 'STREAM.CREATE.LEDGER', { ...config, deny_delete: false });
    await expect(start()).rejects.toEqual(refused('server-unsafe', 'LEDGER: deny_delete'));
  });

  it('refuses a server that acknowledges before it syncs', async () => {
    const { start } = await setUp({
      change: (config) => {
        delete config.jetstream.sync_interval;
      },
    });
    await expect(start()).rejects.toEqual(refused('server-unsafe', 'sync_interval'));
  });
});

describe('the monitoring endpoint', () => {
  it('must answer, be healthy and say how it syncs', async () => {
    await expect(checkServers([], 0)).rejects.toEqual(refused('server-unsafe', 'no monitoring endpoint'));
    await expect(checkServers(['http://127.0.0.1:1'], 0)).rejects.toEqual(refused('server-unsafe', 'healthz'));
    const answers: Record<string, string> = { '/healthz': '{"status":"ok"}', '/varz': '{}' };
    const http = createServer((request, response) => response.end(answers[request.url ?? '']));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    await expect(checkServers([url], 0)).rejects.toEqual(refused('server-unsafe', 'varz'));
    answers['/varz'] = '{"jetstream":{"config":{"max_storage":5,"sync_always":true}}}';
    expect(await checkServers([url], 0)).toEqual({ maxStorage: 5 });
    http.close();
  });
});
