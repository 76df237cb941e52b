/** The store on a real server: appends that race, crash and repeat; a full disk; a ledger somebody has touched. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toBase64url, utf8 } from '@eenmaal/crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN, jsApi, random, startTestServer, type TestServer } from './fixture-server.ts';
import type { LedgerStore } from './ledger-store.ts';
import { participantLink } from './participant.ts';
import { openStreams } from './streams.ts';
import { LEDGER_USER } from './subjects.ts';

const ID = toBase64url(random(16));
const refused = (code: string) => expect.objectContaining({ name: 'EenmaalError', code });
const open: TestServer[] = [];
afterEach(() => Promise.all(open.splice(0).map((server) => server.end())));

type Setup = { server: TestServer; store: LedgerStore; again(signal?: AbortSignal): Promise<LedgerStore> };

async function setUp(settings: Parameters<typeof startTestServer>[1] = {}): Promise<Setup> {
  const server = await startTestServer(['wijkteam'], settings);
  open.push(server);
  const again = async (signal?: AbortSignal) =>
    openStreams(await server.as(LEDGER_USER), { monitorUrls: [server.monitorUrl], ...(signal && { signal }) });
  return { server, store: await again(), again };
}

const commit = (i: number): Uint8Array => utf8(`commit ${i} ${'x'.repeat(500)}`);
async function everything(store: LedgerStore, from = 1): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  await store.readAll(from, ({ bytes }) => void all.push(bytes));
  return all;
}
async function fill(store: LedgerStore, count: number, from = 0): Promise<void> {
  for (let i = from; i < from + count; i++) await store.append(commit(i + 1), i, `commit-${i + 1}`);
}

describe('append', () => {
  it('goes on from the first commit and reads back the same', async () => {
    const { store } = await setUp();
    expect(await everything(store)).toEqual([]);
    await fill(store, 600);
    expect(await everything(store)).toEqual(Array.from({ length: 600 }, (_, i) => commit(i + 1)));
    expect(await everything(store, 599)).toEqual([commit(599), commit(600)]);
    expect(await everything(store, 601)).toEqual([]);
    expect(await store.read(1)).toEqual(commit(1));
  });

  it('lets one of two writers win, and tells the other', async () => {
    const { store, again } = await setUp();
    const other = await again();
    await expect(Promise.all([store.append(commit(1), 0, 'a'), other.append(commit(2), 0, 'b')])).rejects.toEqual(
      refused('second-writer'),
    );
    await expect(store.append(commit(9), 0, 'c')).rejects.toEqual(refused('second-writer'));
    expect(await everything(store)).toHaveLength(1);
  });

  it('counts what is already there as stored, by its id or by its bytes', async () => {
    const { store } = await setUp();
    await fill(store, 2);
    expect(await store.append(commit(2), 1, 'commit-2')).toBe(2);
    expect(await store.append(commit(2), 1, 'id forgotten after two minutes')).toBe(2);
    await expect(store.append(commit(3), 2, 'commit-1')).rejects.toEqual(refused('second-writer'));
    expect(await everything(store)).toHaveLength(2);
  });

  it('notices a ledger that is shorter than what was written', async () => {
    const { store } = await setUp();
    await fill(store, 2);
    await expect(store.append(commit(8), 7, 'x')).rejects.toEqual(refused('ledger-damaged'));
    await expect(everything(store, 9)).rejects.toEqual(refused('ledger-damaged'));
  });

  it('loses and doubles nothing when the server is killed again and again', async () => {
    const { server, store } = await setUp();
    let acknowledged = 0;
    let stop = false;
    const writing = (async () => {
      while (!stop) {
        acknowledged = await store.append(commit(acknowledged + 1), acknowledged, `commit-${acknowledged + 1}`);
        await store.putBody(random(100));
      }
    })();
    for (let round = 0; round < 4; round++) {
      await new Promise((resolve) => setTimeout(resolve, 150 + 40 * round));
      server.kill('SIGKILL');
      await server.restart();
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    stop = true;
    await writing;
    expect(acknowledged).toBeGreaterThan(20);
    expect(await everything(store)).toEqual(Array.from({ length: acknowledged }, (_, i) => commit(i + 1)));
  }, 60_000);

  it('finishes after a lost acknowledgement: stored, the server frozen, then killed', async () => {
    const { server, store, again } = await setUp();
    await fill(store, 1);
    server.kill('SIGSTOP');
    const pending = store.append(commit(2), 1, 'commit-2');
    await new Promise((resolve) => setTimeout(resolve, 200));
    server.kill('SIGCONT'); // now it stores, and is killed in the same moment
    server.kill('SIGKILL');
    await server.restart();
    expect(await pending).toBe(2);
    expect(await everything(await again())).toEqual([commit(1), commit(2)]);
  }, 30_000);

  it('waits for a server that is away until it is told to stop', async () => {
    const { server, again } = await setUp();
    const control = new AbortController();
    const store = await again(control.signal);
    server.kill('SIGKILL');
    const pending = store.append(commit(1), 0, 'a');
    const body = store.putBody(commit(1));
    setTimeout(() => control.abort(), 300);
    await expect(pending).rejects.toEqual(refused('ledger-unreachable'));
    await expect(body).rejects.toEqual(refused('ledger-unreachable'));
    await server.restart();
  }, 30_000);

  it('refuses what is larger than the server takes', async () => {
    const { store } = await setUp({ maxPayload: 64 * 1024 });
    await expect(store.append(random(70_000), 0, 'a')).rejects.toEqual(refused('too-large'));
    await expect(store.putBody(random(70_000))).rejects.toEqual(refused('too-large'));
    expect(await store.append(commit(1), 0, 'b')).toBe(1);
  });
});

describe('a full store', () => {
  it('refuses, keeps what it has, and takes more when room was made', async () => {
    const { store } = await setUp({ maxFileStore: 4_000_000 });
    await fill(store, 1);
    const stored: number[] = [];
    const filling = async () => {
      for (;;) stored.push(await store.putBody(random(100_000)));
    };
    await expect(filling()).rejects.toEqual(refused('storage-full'));
    expect(stored.length).toBeGreaterThan(5);
    const size = 1_000_000;
    await expect(store.append(random(size), 1, 'big')).rejects.toEqual(refused('storage-full'));
    await store.deleteBodies(stored);
    expect(await store.append(commit(2), 1, 'commit-2')).toBe(2);
    expect(await everything(store)).toEqual([commit(1), commit(2)]);
  });

  it('of attachments leaves room for the ledger', async () => {
    const { server, store } = await setUp({ maxFileStore: 4_000_000 });
    const link = participantLink(await server.as('wijkteam'), 'wijkteam');
    const uploading = async () => {
      for (let i = 0; ; i++) await link.putChunk(ID, i, random(100_000));
    };
    await expect(uploading()).rejects.toEqual(refused('storage-full'));
    await fill(store, 3);
    await store.putBody(random(100_000));
    await store.vaultPut('main', random(100));
  });
});

describe('bodies, chunks and the vault', () => {
  it('keep bodies until they are deleted', async () => {
    const { store } = await setUp();
    const [one, two] = [await store.putBody(utf8('one')), await store.putBody(utf8('two'))];
    expect(await store.getBody(two)).toEqual(utf8('two'));
    await store.deleteBodies([one, one, 999]);
    expect(await store.getBody(one)).toBeUndefined();
    expect(await store.getBody(two)).toEqual(utf8('two'));
  });

  it('store many bodies at once, each at its own place', async () => {
    const { store } = await setUp();
    const seqs = await Promise.all(Array.from({ length: 300 }, (_, i) => store.putBody(utf8(`body ${i}`))));
    expect(new Set(seqs).size).toBe(300);
    expect(await Promise.all(seqs.map((seq) => store.getBody(seq)))).toEqual(seqs.map((_, i) => utf8(`body ${i}`)));
  });

  it('count and delete the chunks of one attachment of one account', async () => {
    const { server, store } = await setUp();
    const link = participantLink(await server.as('wijkteam'), 'wijkteam');
    const other = toBase64url(random(16));
    for (let i = 0; i < 5; i++) await link.putChunk(ID, i, Uint8Array.of(i));
    await link.putChunk(other, 0, Uint8Array.of(9));
    await expect(link.putChunk(ID, 2 ** 53, Uint8Array.of(1))).rejects.toEqual(refused('malformed'));
    expect(await store.countChunks('wijkteam', ID)).toBe(5);
    expect(await store.getChunk('wijkteam', ID, 4)).toEqual(Uint8Array.of(4));
    expect(await store.getChunk('wijkteam', ID, 5)).toBeUndefined();
    await store.deleteChunks('wijkteam', ID);
    expect(await store.countChunks('wijkteam', ID)).toBe(0);
    expect(await store.countChunks('wijkteam', other)).toBe(1);
  });

  it('keep the newest of each vault slot only', async () => {
    const { store, again } = await setUp();
    expect(await store.vaultAll()).toEqual(new Map());
    for (let i = 0; i < 3; i++) await store.vaultPut('main', Uint8Array.of(i));
    await store.vaultPut(ID, Uint8Array.of(7));
    await store.vaultPut('gone', Uint8Array.of(8));
    await store.vaultDelete('gone');
    expect(await (await again()).vaultAll()).toEqual(
      new Map([
        ['main', Uint8Array.of(2)],
        [ID, Uint8Array.of(7)],
      ]),
    );
  });

  it('take nothing more from who did not see that another slot was written', async () => {
    const { store, again } = await setUp();
    expect(await store.vaultSeq('table')).toBe(0);
    const first = await store.vaultPut('table', Uint8Array.of(1), { slot: 'table', seq: 0 });
    expect(await store.vaultSeq('table')).toBe(first);
    const fence = { slot: 'table', seq: first };
    await Promise.all([1, 2, 3].map((i) => store.vaultPut(`slot${i}`, Uint8Array.of(i), fence)));
    const taker = await again();
    const second = await taker.vaultPut('table', Uint8Array.of(2), fence);
    for (const slot of ['slot1', 'new', 'table'])
      await expect(store.vaultPut(slot, Uint8Array.of(9), fence)).rejects.toEqual(refused('second-writer'));
    await expect(store.vaultPut('table', Uint8Array.of(9), { slot: 'table', seq: 0 })).rejects.toEqual(
      refused('second-writer'),
    );
    // the very same once more is an acknowledgement that was lost
    expect(await taker.vaultPut('table', Uint8Array.of(2), fence)).toBe(second);
    expect([...(await taker.vaultAll()).values()].map(([byte]) => byte)).toEqual([1, 2, 3, 2]);
  });
});

describe('a touched ledger is not served', () => {
  const remake = async (server: TestServer, admin: Awaited<ReturnType<TestServer['as']>>, change: object) => {
    const { config } = await jsApi(admin, 'STREAM.INFO.LEDGER');
    await jsApi(admin, 'STREAM.DELETE.LEDGER');
    await jsApi(admin, 'STREAM.CREATE.LEDGER', { ...config, ...change });
    for (let i = 1; i <= 5; i++) await admin.request('led.0', commit(i));
    return server;
  };

  for (const seq of [1, 3, 5]) {
    it(`when commit ${seq} of 5 was deleted`, async () => {
      const { server, store } = await setUp();
      const admin = await server.as(ADMIN);
      await remake(server, admin, { deny_delete: false });
      expect(await everything(store)).toHaveLength(5);
      await jsApi(admin, 'STREAM.MSG.DELETE.LEDGER', { seq });
      await expect(everything(store)).rejects.toEqual(refused('ledger-damaged'));
      await expect(store.read(seq)).rejects.toEqual(refused('ledger-damaged'));
    });
  }

  it('when its history was pruned by a change of limits', async () => {
    const { server, store, again } = await setUp();
    await fill(store, 5);
    const admin = await server.as(ADMIN);
    const { config } = await jsApi(admin, 'STREAM.INFO.LEDGER');
    await jsApi(admin, 'STREAM.UPDATE.LEDGER', { ...config, max_msgs: 1, discard: 'old' });
    await expect(everything(store)).rejects.toEqual(refused('ledger-damaged'));
    await expect(again()).rejects.toEqual(refused('server-unsafe'));
  });

  // The server says nothing and serves what is left: half of the commits, as if there had never been more.
  for (const damage of ['flip', 'truncate'] as const) {
    it(`when a crash and a ${damage} in its file cost it its newer half`, async () => {
      const { server, store, again } = await setUp();
      await fill(store, 200);
      await new Promise((resolve) => setTimeout(resolve, 250));
      server.kill('SIGKILL');
      await server.exited;
      const folder = join(server.storeDir, 'jetstream', 'HUB', 'streams', 'LEDGER', 'msgs');
      const block = join(folder, (await readdir(folder)).find((name) => name.endsWith('.blk')) as string);
      const bytes = await readFile(block);
      const half = bytes.length >> 1;
      bytes[half] = (bytes[half] as number) ^ 1;
      await writeFile(block, damage === 'flip' ? bytes : bytes.subarray(0, half));
      await rm(join(folder, 'index.db'), { force: true });
      await server.restart();
      const damaged = await again();
      await expect(everything(damaged)).rejects.toEqual(refused('ledger-damaged'));
      await expect(damaged.append(commit(201), 200, 'commit-201')).rejects.toEqual(refused('ledger-damaged'));
    }, 60_000);
  }
});
