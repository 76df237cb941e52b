/** Durable ledger entries, one by one and in company, against what the disk itself can do with the same bytes. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  connect,
  findNatsServer,
  LEDGER_USER,
  newNkey,
  openStreams,
  serverConfig,
  startNatsServer,
} from '@eenmaal/broker';
import { newId } from '@eenmaal/client';
import { readLaw } from '@eenmaal/host';
import { partner } from '@eenmaal/model';
import { Journal } from '@eenmaal/service-ledger';
import { type Case, type Group, inFlight, perSecond, race, random, ratio, type Settings, short } from './harness.ts';

const MAIN = 'main';
export type Log = Awaited<ReturnType<typeof startLog>>;

/** A journal over a real server, and a file beside the server's store. */
export async function startLog() {
  const dir = await mkdtemp(join(tmpdir(), 'eenmaal-bench-'));
  const hub = newNkey(random);
  const config = serverConfig({ accounts: [], hubPublicNkey: hub.public, syncAlways: true });
  const server = await startNatsServer({ serverPath: (await findNatsServer()).path, config, dir });
  const nc = await connect({ url: server.url, nkeySeed: hub.seed, name: LEDGER_USER });
  const store = await openStreams(nc, { monitorUrls: [server.monitorUrl] });
  let commits = 0;
  let bytes = 0;
  const counting: typeof store = {
    ...store,
    append(commit, ...rest) {
      commits++;
      bytes += commit.length;
      return store.append(commit, ...rest);
    },
  };
  const [clock, monotonic] = [() => Date.now(), () => performance.now()];
  const journal = await Journal.open({
    store: counting,
    vaultKeys: { keys: [random(32)], replace: async () => {} },
    law: await readLaw(),
    clock,
    monotonic,
    random,
  });
  await journal.vault.ensure(MAIN);
  const file = openSync(join(dir, 'plain'), 'a');
  return {
    journal,
    file,
    counted: () => ({ commits, bytes, entries: journal.size }),
    async stop() {
      closeSync(file);
      await nc.close();
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const envelope = newId(random);

/** One act that logs a delivery, as the ledger service does it; resolves with its index when it is on disk. */
export const logOne = ({ journal }: Log): Promise<number> =>
  journal.run((_, at, append) => {
    const decision = {
      outcome: 'permit' as const,
      code: 'P-CONSENT-ALL' as const,
      basis: [envelope],
      rules: ['L01@1'],
    };
    const event = { kind: 'delivery' as const, at, envelope, reader: partner('org-b'), decision };
    return append({ slot: MAIN, event, input: { kind: 'other', event } });
  });

/** Appends `entries` of this size to a plain file, with one fdatasync for every `together`. */
export function appendPlain(file: number, entries: number, size: number, together: number): void {
  const batch = random(size * together);
  for (let i = 0; i < entries; i += together) {
    writeSync(file, batch);
    fdatasyncSync(file);
  }
}

export async function ledger({ quick }: Settings): Promise<Group> {
  const widths = [1, 16, 64, 256];
  const log = await startLog();
  await inFlight(512, 256, () => logOne(log));
  const { bytes, entries } = log.counted();
  const size = Math.round(bytes / entries);
  const shared = new Map<number, number>();
  const cases = widths.flatMap((width): Case[] => {
    const times = width === 1 ? 200 : width * 16;
    return [
      {
        name: `ledger ${width}`,
        times,
        async run() {
          const before = log.counted();
          await inFlight(times, width, () => logOne(log));
          const after = log.counted();
          shared.set(width, (after.entries - before.entries) / (after.commits - before.commits));
        },
      },
      { name: `disk ${width}`, times, run: () => appendPlain(log.file, times, size, width) },
    ];
  });
  const raced = await race(cases, quick ? 3 : 15, 1);
  await log.stop();
  return {
    title: 'ledger: durable entries, many acts at once sharing commits',
    header: [
      'acts at once',
      'ledger, entries/s',
      'entries in a commit',
      'disk: that many appends a fdatasync, entries/s',
    ],
    rows: widths.map((width) => [
      String(width),
      perSecond(raced.wall.get(`ledger ${width}`)),
      short(shared.get(width) ?? 0),
      perSecond(raced.wall.get(`disk ${width}`)),
    ]),
    claims: widths.map((width) => ({
      what: `ledger as a part of the disk, ${width} at once`,
      value: ratio(raced.wall, `ledger ${width}`, `disk ${width}`),
    })),
    notes: [
      `The journal of the ledger service, in this process, over a real nats-server with sync_interval always; an entry is ${size} bytes in the stream: hashed, sealed under its dossier's key, folded into the state and put into the tree. The disk writes as many bytes to a plain file on the same file system.`,
    ],
  };
}
