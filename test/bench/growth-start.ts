/** One start of a ledger's journal in a process of its own, for growth.ts: says how long it took and how much memory. */
import { existsSync, readFileSync } from 'node:fs';
import { connect, LEDGER_USER, openStreams } from '@eenmaal/broker';
import { fromBase64url } from '@eenmaal/crypto';
import { readLaw } from '@eenmaal/host';
import { Journal } from '@eenmaal/service-ledger';
import { random } from './harness.ts';

export type Told = { url: string; monitorUrl: string; seed: string; vaultKey: string; path: string; ask: string[] };
export type Started = {
  /** Milliseconds from the start of the process, and of them those after all modules were loaded. */
  all: number;
  opening: number;
  /** Processor time of all of it, which neighbours on the machine do not change much. */
  cpu: number;
  /** Megabytes: at the peak, and when it is ready. */
  peak: number;
  ready: number;
  size: number;
  begunAt: number;
  /** Milliseconds for a question in each of the dossiers asked about, and the most megabytes until then. */
  asked: number;
  after: number;
};

const told = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as Told;
const loaded = performance.now();
const nc = await connect({ url: told.url, nkeySeed: told.seed, name: LEDGER_USER });
const store = await openStreams(nc, { monitorUrls: [told.monitorUrl] });
const journal = await Journal.open({
  ...{ store, law: await readLaw(), random, clock: Date.now, monotonic: () => performance.now() },
  vaultKeys: { keys: [fromBase64url(told.vaultKey)], replace: async () => {} },
  snapshot: { path: told.path, onRefused: (why) => console.error(why) },
});
/** Where the system says it, only what this program used: `maxRSS` begins at what its parent had. */
function peakBytes(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const [, own] = /^VmHWM:\s*(\d+) kB$/m.exec(status) ?? [];
  return Number(own ?? process.resourceUsage().maxRSS) * 1024;
}
const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);
const ready = performance.now();
const { user, system } = process.cpuUsage();
const started = {
  ...{
    all: ready,
    opening: ready - loaded,
    cpu: (user + system) / 1000,
    size: journal.size,
    begunAt: journal.reached.begunAt,
  },
  ...{ peak: megabytes(peakBytes()), ready: megabytes(process.memoryUsage.rss()) },
};
const began = performance.now();
for (const dossier of told.ask)
  if (!(await journal.run((state) => state.dossiers.has(dossier)))) throw new Error('a dossier is not there');
const asked = (performance.now() - began) / Math.max(1, told.ask.length);
console.log(JSON.stringify({ ...started, asked, after: megabytes(peakBytes()) } satisfies Started));
await nc.close();
