/** The command: `main.ts --partner <file> [enrol | serve]`. The rest is in partner.ts. */
import { parseArgs } from 'node:util';
import { createLogger, systemRandom } from '@eenmaal/host';
import { EenmaalError } from '@eenmaal/model';
import { enrol } from './enrol.ts';
import { readPartnerFile } from './partner-file.ts';
import { serve } from './serve.ts';
import { readKeySettings, readServeSettings } from './settings.ts';

const USAGE = 'Usage: node src/main.ts --partner <file> [enrol | serve]';
const STOP_LIMIT_MS = 10_000;

async function main(): Promise<void> {
  const { file, command } = readArguments(process.argv.slice(2));
  const organisation = await readPartnerFile(file);
  if (command === 'enrol') {
    process.stdout.write(`${JSON.stringify(await enrol(organisation, await readKeySettings(process.env)))}\n`);
    return;
  }
  const settings = await readServeSettings(process.env);
  const log = createLogger(`partner ${organisation.id}`, settings.logLevel);
  const service = await serve(organisation, settings, { clock: Date.now, random: systemRandom, log });
  const stop = (): void => {
    // A download that never ends must not keep us; what it was given is cut short, and its client notices.
    setTimeout(() => process.exit(0), STOP_LIMIT_MS).unref();
    void service.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

function readArguments(args: string[]): { file: string; command: 'enrol' | 'serve' } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { partner: { type: 'string' } },
    });
    const [command = 'serve', ...rest] = positionals;
    if (values.partner && rest.length === 0 && (command === 'enrol' || command === 'serve'))
      return { file: values.partner, command };
  } catch {
    // said below
  }
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof EenmaalError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
