/** The privacy officer's command line: `verify` and `replay`. Keeps the last checkpoint seen, so that a rollback shows. */
import { parseArgs } from 'node:util';
import { KEY_SETTINGS, REGION_SETTINGS, readSettings, takeSeat } from '@eenmaal/host';
import { EenmaalError, OrganisationId, officer } from '@eenmaal/model';
import { replayAll, report, verify } from './officer.ts';

const SETTINGS = {
  ...KEY_SETTINGS,
  ...REGION_SETTINGS,
  EENMAAL_OFFICER_ID: OrganisationId,
};
const USAGE = `Usage: npm run officer -- [--lang nl|en] verify | replay
  verify   newest checkpoint, with proof that it continues the last one seen
  replay   decide the whole log again and compare`;

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { lang: { type: 'string', default: 'nl' } },
  });
  const language = values.lang === 'en' ? 'en' : 'nl';
  const [command] = positionals;
  if (command !== 'verify' && command !== 'replay') {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const settings = readSettings(SETTINGS, process.env);
  const joined = await takeSeat(settings, officer(settings.EENMAAL_OFFICER_ID));
  try {
    const { participant, transport } = joined;
    const { before, now, checkpoint } = await verify(participant);
    process.stdout.write(
      `${checkpoint}\n${language === 'nl' ? `Sluit aan op wat u eerder zag: ${before.size} -> ${now.size} regels.` : `Continues what you saw before: ${before.size} -> ${now.size} entries.`}\n`,
    );
    if (command === 'replay') {
      const progress = (done: number, size: number) => process.stderr.write(`\r${done}/${size} `);
      const result = await replayAll(participant, transport, process.stderr.isTTY ? progress : undefined);
      process.stdout.write(`${report(result, language).join('\n')}\n`);
      if (result.differences.length > 0) process.exitCode = 2;
    }
    await joined.keep();
  } finally {
    await joined.close();
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof EenmaalError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
