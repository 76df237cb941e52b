/** The configuration on a real server: who can reach what, and what a reload does to those who are connected. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toBase64url } from '@eenmaal/crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findNatsServer } from './find-server.ts';
import { ADMIN, jsApi, random, startTestServer, type TestServer } from './fixture-server.ts';
import { newNkey } from './nkey.ts';
import { participantLink, serveRequests, wake } from './participant.ts';
import { type ServerSettings, serverConfig } from './server-config.ts';
import { openStreams } from './streams.ts';
import { LEDGER_USER } from './subjects.ts';

const ID = toBase64url(random(16));
const settings = (): ServerSettings => ({
  accounts: [
    { name: 'wijkteam', publicNkey: newNkey(random).public },
    { name: 'families', publicNkey: newNkey(random).public },
  ],
  hubPublicNkey: newNkey(random).public,
  syncAlways: true,
});
const isRefused = (answer: Promise<unknown>) => expect(answer).rejects.toThrow(/permissions violation|no responders/i);

async function cannotHear(nc: NatsConnection, subject: string): Promise<void> {
  const error = await new Promise<Error | null>((resolve) => {
    nc.subscribe(subject, { callback: (problem) => resolve(problem) });
    nc.flush().then(() => setTimeout(() => resolve(null), 50), resolve);
  });
  expect(String(error?.message), subject).toMatch(/permissions violation/i);
}

describe('the text', () => {
  it('is one that nats-server takes, also with everything set', async () => {
    const { path } = await findNatsServer();
    const dir = await mkdtemp(join(tmpdir(), 'eenmaal-config-'));
    const full: ServerSettings = {
      ...settings(),
      storeDir: dir,
      listen: '127.0.0.1:4222',
      monitor: '127.0.0.1:8222',
      maxFileStore: 1e9,
      serverName: 'n1',
      cluster: { name: 'c', listen: '127.0.0.1:6222', routes: ['nats://127.0.0.1:6223'] },
    };
    for (const each of [settings(), full]) {
      await writeFile(join(dir, 'nats.conf'), serverConfig(each));
      await promisify(execFile)(path, ['-t', '-c', join(dir, 'nats.conf')]);
    }
    await rm(dir, { recursive: true });
  });

  it('is not made of names or keys that are wrong or used twice', () => {
    const good = settings();
    const [first] = good.accounts as [ServerSettings['accounts'][number]];
    const malformed = expect.objectContaining({ code: 'malformed' });
    for (const name of ['HUB', 'a b', '$SYS', 'families', LEDGER_USER]) {
      const more = { name, publicNkey: newNkey(random).public };
      expect(() => serverConfig({ ...good, accounts: [...good.accounts, more] })).toThrow(malformed);
    }
    for (const publicNkey of ['', 'UABC', first.publicNkey, newNkey(random).seed]) {
      expect(() => serverConfig({ ...good, accounts: [...good.accounts, { name: 'raad', publicNkey }] })).toThrow(
        malformed,
      );
    }
  });
});

describe('on a server', () => {
  let server: TestServer;
  let ledger: NatsConnection;
  let wijkteam: NatsConnection;
  let raad: NatsConnection;
  const heard: string[] = [];

  beforeAll(async () => {
    server = await startTestServer(['wijkteam', 'raad', 'families']);
    [ledger, wijkteam, raad] = (await Promise.all(
      [LEDGER_USER, 'wijkteam', 'raad'].map((name) => server.as(name)),
    )) as [NatsConnection, NatsConnection, NatsConnection];
    await openStreams(ledger, { monitorUrls: [server.monitorUrl] });
    serveRequests(ledger, async (account, frame) => {
      heard.push(account);
      return frame;
    });
    await ledger.flush();
  });
  afterAll(() => server.end());

  it('tells the ledger which account asks, whatever the asker does', async () => {
    heard.length = 0;
    const link = participantLink(wijkteam, 'wijkteam');
    expect(await link.request(Uint8Array.of(1, 2))).toEqual(Uint8Array.of(1, 2));
    await isRefused(wijkteam.request('rpc.raad', Uint8Array.of(1)));
    await isRefused(wijkteam.request('rpc.wijkteam', Uint8Array.of(1)));
    expect(heard).toEqual(['wijkteam']);
  });

  it('stores chunks under the sender only, once, and lets no participant read them', async () => {
    const link = participantLink(wijkteam, 'wijkteam');
    await Promise.all(Array.from({ length: 40 }, (_, i) => link.putChunk(ID, i, Uint8Array.of(i))));
    await link.putChunk(ID, 0, Uint8Array.of(0)); // sent again after a lost acknowledgement
    const other = participantLink(raad, 'raad');
    await other.putChunk(ID, 0, Uint8Array.of(99));
    const store = await openStreams(ledger, { monitorUrls: [server.monitorUrl] });
    expect(await store.countChunks('wijkteam', ID)).toBe(40);
    expect(await store.getChunk('wijkteam', ID, 0)).toEqual(Uint8Array.of(0));
    expect(await store.getChunk('raad', ID, 0)).toEqual(Uint8Array.of(99));
    const again = await wijkteam.request(`chunk.${ID}.1`, Uint8Array.of(77));
    expect(again.json()).toMatchObject({ error: { err_code: 10077 } });
    await isRefused(wijkteam.request(`chunk.raad.${ID}.1`, 'x'));
    await isRefused(wijkteam.request(`$JS.API.DIRECT.GET.CHUNK.chunk.raad.${ID}.0`, ''));
    await isRefused(wijkteam.request('$JS.API.STREAM.MSG.GET.CHUNK', JSON.stringify({ seq: 1 })));
    for (const subject of ['chunk.>', '>', 'chunk.*.*', '_INBOX.wijkteam.>', '_INBOX.>', 'rpc'])
      await cannotHear(raad, subject);
  });

  it('shuts JetStream to participants', async () => {
    for (const api of ['INFO', 'STREAM.NAMES', 'STREAM.CREATE.X', 'STREAM.INFO.LEDGER', 'CONSUMER.CREATE.LEDGER.x']) {
      await isRefused(jsApi(wijkteam, api));
    }
    for (const subject of ['led.0', 'body.0', 'vault.main']) await isRefused(wijkteam.request(subject, 'x'));
  });

  it('wakes the one that is meant', async () => {
    const [here, there] = [vi.fn(), vi.fn()];
    participantLink(wijkteam, 'wijkteam').onWake(here);
    participantLink(raad, 'raad').onWake(there);
    await Promise.all([wijkteam.flush(), raad.flush()]);
    wake(ledger, 'wijkteam');
    await vi.waitFor(() => expect(here).toHaveBeenCalledOnce());
    expect(there).not.toHaveBeenCalled();
    for (const subject of ['evt.wijkteam', 'evt.*', 'evt.>']) await cannotHear(raad, subject);
    await isRefused(raad.request('evt', 'x'));
  });

  it('lets even the ledger service not touch what is written', async () => {
    for (const api of [
      'STREAM.UPDATE',
      'STREAM.DELETE',
      'STREAM.PURGE',
      'STREAM.MSG.DELETE',
      'STREAM.RESTORE',
      'STREAM.SNAPSHOT',
    ]) {
      await isRefused(jsApi(ledger, `${api}.LEDGER`, { name: 'LEDGER', seq: 1, max_msgs: 1 }));
    }
    for (const subject of [`chunk.raad.${ID}.5`, 'rpc', 'rpc.raad', '$SYS.REQ.SERVER.PING'])
      await isRefused(ledger.request(subject, 'x'));
  });

  it('refuses to make the ledger stream again in another form', async () => {
    const admin = await server.as(ADMIN);
    const before = (await jsApi(admin, 'STREAM.INFO.LEDGER')).config;
    const again = await jsApi(ledger, 'STREAM.CREATE.LEDGER', { ...before, max_msgs: 1, discard: 'old' });
    expect(again).toMatchObject({ error: { err_code: 10058 } });
    expect((await jsApi(admin, 'STREAM.INFO.LEDGER')).config).toEqual(before);
    const other = { name: 'VAULT', subjects: ['led.*'] };
    expect(await jsApi(ledger, 'STREAM.CREATE.VAULT', other)).toMatchObject({ error: expect.anything() });
  });

  it('walls accounts off even when a user may do everything inside its own', async () => {
    const loose = await startTestServer(['wijkteam', 'raad'], {
      change: (config) => {
        delete config.accounts.wijkteam.users[0].permissions;
      },
    });
    try {
      const [hubSide, free, other] = [await loose.as(LEDGER_USER), await loose.as('wijkteam'), await loose.as('raad')];
      await openStreams(hubSide, { monitorUrls: [loose.monitorUrl] });
      const seen = vi.fn();
      serveRequests(hubSide, async (account, frame) => {
        seen(account);
        return frame;
      });
      await hubSide.flush();
      const overheard = vi.fn();
      free.subscribe('>', { callback: (_error, msg) => overheard(msg.subject) });
      await free.flush();
      await participantLink(other, 'raad').request(Uint8Array.of(1));
      wake(hubSide, 'raad');
      await participantLink(other, 'raad').putChunk(ID, 0, Uint8Array.of(1));
      for (const subject of ['rpc.raad', '$JS.API.INFO', '$JS.API.STREAM.INFO.CHUNK', `chunk.raad.${ID}.1`]) {
        // Silence, or the server's own "JetStream is not enabled for this account".
        const answer = await free.request(subject, '', { timeout: 300 }).catch(() => undefined);
        if (answer) expect(answer.json()).toMatchObject({ error: { err_code: 10039 } });
      }
      expect(seen.mock.calls).toEqual([['raad']]);
      const foreign = overheard.mock.calls
        .flat()
        .filter((subject: string) => !/^(_INBOX\.wijkteam\.|\$JS\.EVENT\.)/.test(subject));
      expect(foreign.sort()).toEqual(['$JS.API.INFO', '$JS.API.STREAM.INFO.CHUNK', `chunk.raad.${ID}.1`, 'rpc.raad']);
    } finally {
      await loose.end();
    }
  });

  it('takes a new organisation while running, and drops nobody', async () => {
    const lost = vi.fn();
    for (const nc of [ledger, wijkteam]) {
      void (async () => {
        for await (const { type } of nc.status()) if (type === 'disconnect') lost();
      })();
    }
    const store = await openStreams(ledger, { monitorUrls: [server.monitorUrl] });
    const before = await store.append(Uint8Array.of(1), 0, 'before');
    await expect(server.as('jeugdzorg')).rejects.toMatchObject({ code: 'ledger-unreachable' });
    await server.reload(['wijkteam', 'raad', 'families', 'jeugdzorg']);
    const fresh = participantLink(await server.as('jeugdzorg'), 'jeugdzorg');
    expect(await fresh.request(Uint8Array.of(5))).toEqual(Uint8Array.of(5));
    await fresh.putChunk(ID, 0, Uint8Array.of(1));
    expect(heard.at(-1)).toBe('jeugdzorg');
    const woken = vi.fn();
    fresh.onWake(woken);
    await vi.waitFor(() => {
      wake(ledger, 'jeugdzorg');
      expect(woken).toHaveBeenCalled();
    });
    expect(await participantLink(wijkteam, 'wijkteam').request(Uint8Array.of(6))).toEqual(Uint8Array.of(6));
    expect(await store.append(Uint8Array.of(2), before, 'after')).toBe(before + 1);
    expect(lost).not.toHaveBeenCalled();
  });

  it('refuses a stranger', async () => {
    await expect(server.as('stranger')).rejects.toMatchObject({ code: 'ledger-unreachable' });
  });
});
