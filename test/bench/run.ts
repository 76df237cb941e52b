/** `npm run bench [-- --quick] [-- <group>]`: measures, prints, and after a full run of all groups writes RESULTS.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findNatsServer } from '@eenmaal/broker';
import { decideGroup } from './decide.ts';
import { fence } from './fence.ts';
import { growth } from './growth.ts';
import { type Group, ranged, type Settings, table, verdict } from './harness.ts';
import { ledger } from './ledger.ts';
import { membership } from './membership.ts';
import { path } from './path.ts';
import { seal } from './seal.ts';

const GROUPS: Record<string, (settings: Settings) => Promise<Group>> = {
  seal,
  membership,
  path,
  fence,
  ledger,
  growth,
  decide: decideGroup,
};
const LIBRARIES = [
  'libsodium-wrappers',
  'jose',
  'age-encryption',
  '@matrix-org/matrix-sdk-crypto-wasm',
  '@nats-io/jetstream',
];

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !(name in GROUPS));
if (unknown.length > 0) {
  console.error(`There is no group ${unknown.join(', ')}. Groups: ${Object.keys(GROUPS).join(', ')}.`);
  process.exit(2);
}
const chosen = positionals.length > 0 ? positionals : Object.keys(GROUPS);
const started = new Date();
const loads = [loadavg()[0] ?? 0];
const parts: string[] = [];
for (const name of chosen) {
  const part = section(await (GROUPS[name] as (typeof GROUPS)[string])(values));
  console.log(part);
  parts.push(part);
  loads.push(loadavg()[0] ?? 0);
}
parts.unshift(await heading());
console.log(parts[0]);
const complete = positionals.length === 0 && !values.quick;
if (complete) writeFileSync(join(import.meta.dirname, 'RESULTS.md'), `${parts.join('\n')}`);
console.log(complete ? 'Written to test/bench/RESULTS.md.' : 'Not written down: only a full run of all groups is.');
process.exit(0); // the Megolm machines keep timers

function section({ title, header, rows, claims, notes }: Group): string {
  const ratios = claims.map((claim) => [
    claim.what,
    claim.goal === undefined ? '-' : `at least ${claim.goal}`,
    ranged(claim.value),
    claim.cpu ? ranged(claim.cpu) : '-',
    verdict(claim),
  ]);
  const figures = table(['ratio', 'goal', 'by the clock', 'by processor time', ''], ratios);
  return [`## ${title}`, table(header, rows), figures, ...notes.map((note) => `- ${note}`), ''].join('\n\n');
}

/** What was measured on what. */
async function heading(): Promise<string> {
  const lock = readFileSync(join(import.meta.dirname, '../../pnpm-lock.yaml'), 'utf8');
  const versions = LIBRARIES.map(
    (name) => `${name} ${new RegExp(`^  '?${name}@([0-9.]+)`, 'm').exec(lock)?.[1] ?? '?'}`,
  );
  const { version } = await findNatsServer();
  return [
    '# What it costs',
    'Written by `npm run bench`. Figures of one run on one machine; only the ratios mean something elsewhere. Every case ' +
      'of a group runs in every round, in turning order; a figure is the median of the rounds, a ratio is taken inside each ' +
      'round first. In brackets the middle half of the rounds. "By processor time" counts what this process used, with its ' +
      'helper threads, which neighbours on the machine disturb less; goals are judged by it where it is given.',
    `${started.toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ` +
      `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}, nats-server ${version}, ${versions.join(', ')}. ` +
      `Load average during the run ${Math.min(...loads).toFixed(1)}-${Math.max(...loads).toFixed(1)}: what is above 1 or 2 is neighbours.`,
    '',
  ].join('\n\n');
}
