/** The witnesses of a region on this machine: each its own program with its own folder and key, and the policy that names them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatLogKey, type Participant } from '@eenmaal/client';
import { writeFileSafely } from '@eenmaal/host';
import { EenmaalError } from '@eenmaal/model';
import type { Service } from './region.ts';
import { print } from './screen.ts';

export type Witnesses = {
  /** Undefined without witnesses: then nobody but the ledger vouches for its log. */
  policyFile: string | undefined;
  services: readonly Service[];
};
type Launch = {
  start(logFile: string, env: Record<string, string>): Promise<Service>;
  ready<T>(what: string, service: Service, look: () => Promise<T>): Promise<T>;
  freePort(wanted: number): Promise<number>;
};

/** From here on, when they are free. */
const PORT = 4290;

/** Starts one for each name; each must have confirmed whatever is believed. */
export async function startWitnesses(
  names: readonly string[],
  { dir, region, env }: { dir: string; region: string; env: Record<string, string> },
  { start, ready, freePort }: Launch,
): Promise<Witnesses> {
  if (names.length === 0) return { policyFile: undefined, services: [] };
  const logLine = `log ${formatLogKey(region)}\n`;
  const logsFile = join(dir, 'witnessed-logs.txt');
  await writeFileSafely(logsFile, `${logLine}quorum none\n`);
  const running = await Promise.all(
    names.map(async (name, i) => {
      const logFile = join(dir, `witness-${name}.log`);
      const service = await start(logFile, {
        ...env,
        EENMAAL_STATE_DIR: join(dir, 'witnesses', name),
        EENMAAL_WITNESS_NAME: `${name}.example/witness`,
        EENMAAL_WITNESS_LOGS_FILE: logsFile,
        EENMAAL_HTTP_PORT: String(await freePort(PORT + i)),
        EENMAAL_LOG_LEVEL: 'info',
      });
      const line = await ready(`witness ${name}`, service, async () => servingLine(await readFile(logFile, 'utf8')));
      return { service, line: `witness ${name} ${line.vkey} ${line.url}\n` };
    }),
  );
  const policyFile = join(dir, 'policy.txt');
  const quorum = `group everybody all ${names.join(' ')}\nquorum everybody\n`;
  await writeFileSafely(policyFile, `${logLine}${running.map(({ line }) => line).join('')}${quorum}`);
  return { policyFile, services: running.map(({ service }) => service) };
}

/** What a witness says of itself once it serves. */
function servingLine(log: string): { url: string; vkey: string } {
  const line = log.split('\n').find((one) => one.includes('"msg":"serving"'));
  if (line === undefined) throw new Error('not serving yet');
  return JSON.parse(line) as { url: string; vkey: string };
}

/** Longer than the ledger's beat and what a witness takes. */
const CONFIRMED_MS = 10_000;

/** The witnesses of this region put their name under what the officer just decided again; by the officer's own policy. */
export async function sayConfirmed(
  { checkpoints }: Participant,
  witnesses: readonly string[],
  say: (nl: string, en: string) => string,
): Promise<void> {
  const { size } = checkpoints.position;
  for (const limit = Date.now() + CONFIRMED_MS; (checkpoints.confirmed?.size ?? 0) < size; await sleep(100)) {
    if (Date.now() > limit) throw new EenmaalError('quorum-stale');
    await checkpoints.advance();
  }
  const by = checkpoints.confirmed?.by.length;
  const names = witnesses.join(', ');
  print(
    say(
      `  ${by} van ${witnesses.length} getuigen (${names}) bevestigden dezelfde geschiedenis: er is maar één logboek.`,
      `  ${by} of ${witnesses.length} witnesses (${names}) have confirmed the same history: there is only one log.`,
    ),
  );
}
