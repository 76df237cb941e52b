/** Real witnesses over HTTP for a chain, and a ledger that asks them. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { logKeyOf, readTrust, type Trust } from '@eenmaal/client';
import { createLogger } from '@eenmaal/host';
import { formatVkey } from '@eenmaal/ledger';
import { type LedgerOptions, type LedgerService, startLedger, type WitnessOptions } from '@eenmaal/service-ledger';
import { type Service, type Settings, serveWitness } from '@eenmaal/service-witness';
import type { ChainOptions } from '@eenmaal/testkit';

const run = (settings: Settings): Promise<Service> =>
  serveWitness(settings, { clock: Date.now, log: createLogger('witness', 'silent'), onFatal: () => {} });

/** Witnesses of one region, each with a folder of its own; stopped ones come back where they were. */
export async function startWitnesses(region: string, dir: string, names: readonly string[]) {
  const shared = {
    keySecret: new Uint8Array(32).fill(3),
    logs: [logKeyOf(region)],
    host: '127.0.0.1',
    logLevel: 'silent',
  };
  let settings = names.map((name) => ({ ...shared, port: 0, name: `witness.test/${name}`, stateDir: join(dir, name) }));
  let running = await Promise.all(settings.map(run));
  settings = settings.map((one, i) => ({ ...one, port: Number(new URL(running[i]?.url ?? '').port) }));
  const lines = running.map(({ vkey, url }, i) => `witness w${i} ${vkey} ${url}`);
  const all = names.map((_, i) => `w${i}`).join(' ');
  const text = `log ${formatVkey(logKeyOf(region))}\n${lines.join('\n')}\ngroup all all ${all}\nquorum all\n`;
  return {
    policyText: text,
    trust: (maxAge?: number): Trust => readTrust(text, region, maxAge),
    stop: async () => void (await Promise.all(running.map((one) => one.stop()))),
    async startAgain() {
      running = await Promise.all(settings.map(run));
    },
  };
}
export type Witnesses = Awaited<ReturnType<typeof startWitnesses>>;

/** For `start`: a ledger that asks two witnesses, which it starts. `withWitnesses().witnesses` is there once it runs. */
export function askingWitnesses(
  dir: string,
  options: Partial<WitnessOptions> = {},
  unsafe: LedgerOptions['unsafe'] = {},
) {
  const held: { witnesses?: Witnesses; services: LedgerService[] } = { services: [] };
  const startLedgerWithThem: ChainOptions<LedgerService>['startLedger'] = async (given) => {
    held.witnesses ??= await startWitnesses(given.region, dir, ['fg', 'getuige']);
    const { policy } = held.witnesses.trust();
    const witnesses = { policy, beatMs: 200, timeoutMs: 500, maxStaleness: 2, ...options };
    const service = await startLedger({ ...(given as LedgerOptions), witnesses, unsafe });
    held.services.push(service);
    return service;
  };
  return {
    startLedger: startLedgerWithThem,
    get witnesses(): Witnesses {
      if (!held.witnesses) throw new Error('not started');
      return held.witnesses;
    },
    async stop() {
      for (const service of held.services) service.stop();
      await held.witnesses?.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
