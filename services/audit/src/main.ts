/** The privacy officer's command line: `verify` and `replay`. Keeps the last checkpoint seen, so that a rollback shows. */
import { join as joinPath } from 'node:path';
import { parseArgs } from 'node:util';
import {
  join,
  KEY_SETTINGS,
  openKeystore,
  REGION_SETTINGS,
  readIfThere,
  readSecret,
  readSettings,
  writeFileSafely,
} from '@eenmaal/host';
import { EenmaalError, OrganisationId, officer, Position, parse, parseJson } from '@eenmaal/model';
import { z } from 'zod';
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
  const dir = settings.EENMAAL_STATE_DIR;
  const { identity, nkey } = await openKeystore(dir, await readSecret(settings.EENMAAL_KEY_SECRET_FILE));
  const region = (await readIfThere(settings.EENMAAL_REGION_FILE)) ?? '';
  const seenFile = joinPath(dir, 'checkpoint.json');
  const seen = await readIfThere(seenFile);
  const party = officer(parse(z.string(), settings.EENMAAL_OFFICER_ID));
  const position = seen === undefined ? {} : { position: parseJson(Position, seen) };
  const joined = await join({
    url: settings.EENMAAL_NATS_URL,
    party,
    identity,
    nkeySeed: nkey.seed,
    region,
    ...position,
  });
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
    await writeFileSafely(seenFile, JSON.stringify(participant.checkpoints.position));
  } catch (error) {
    if (!(error instanceof EenmaalError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  } finally {
    await joined.close();
  }
}

await main(process.argv.slice(2));
