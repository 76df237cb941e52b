/** The command: `main.ts [vkey | serve]`. The rest is in serve.ts. */
import { createLogger } from '@eenmaal/host';
import { formatVkey } from '@eenmaal/ledger';
import { EenmaalError } from '@eenmaal/model';
import { openKey, serveWitness } from './serve.ts';
import { readWitnessSettings } from './settings.ts';
import { StateError } from './state.ts';

const USAGE = 'Usage: node src/main.ts [vkey | serve]';

async function main([command = 'serve', ...rest]: string[]): Promise<void> {
  if (rest.length > 0 || (command !== 'vkey' && command !== 'serve')) {
    process.stderr.write(`${USAGE}\n`);
    process.exitCode = 2;
    return;
  }
  const settings = await readWitnessSettings(process.env);
  if (command === 'vkey') {
    process.stdout.write(`${formatVkey((await openKey(settings)).key)}\n`);
    return;
  }
  const log = createLogger(`witness ${settings.name}`, settings.logLevel);
  const onFatal = (error: StateError): void => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
    void service.stop();
  };
  const service = await serveWitness(settings, { clock: Date.now, log, onFatal });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void service.stop());
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof EenmaalError || error instanceof StateError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
