/**
 * The privacy officer's command line: `verify`, `replay` and `evidence`. Keeps the last checkpoint seen, so that a rollback
 * shows.
 */
import { parseArgs } from 'node:util';
import { judgeEvidence, logKeyOf, readLogKey } from '@eenmaal/client';
import {
  KEY_SETTINGS,
  REGION_SETTINGS,
  readIfThere,
  readSettings,
  type Seat,
  takeSeat,
  writeEvidence,
} from '@eenmaal/host';
import { EenmaalError, OrganisationId, officer } from '@eenmaal/model';
import { evidenceIn, evidenceReport, replayAll, replaySince, report, startReport, verify } from './officer.ts';

const SETTINGS = {
  ...KEY_SETTINGS,
  ...REGION_SETTINGS,
  EENMAAL_OFFICER_ID: OrganisationId,
};
const USAGE = {
  nl: `Gebruik: npm run officer -- [--lang nl|en] verify | replay [--since last] | evidence <bestand> [--vkey <sleutel>]
  verify     nieuwste checkpoint, met bewijs dat het aansluit op wat u eerder zag
  replay     het hele logboek opnieuw beoordelen; --since last: verder waar de vorige keer stopte (elke nacht)
  evidence   wat een bestand bewijst over twee geschiedenissen, en door wiens handtekening; alleen de sleutel van het
             logboek is nodig`,
  en: `Usage: npm run officer -- [--lang nl|en] verify | replay [--since last] | evidence <file> [--vkey <key>]
  verify     newest checkpoint, with proof that it continues the last one seen
  replay     decide the whole log again and compare; --since last: go on where the last one stopped (every night)
  evidence   what a file proves of two histories, and by whose signature; needs the log's key and nothing else`,
};
const OPTIONS = {
  lang: { type: 'string', default: 'nl' },
  vkey: { type: 'string' },
  since: { type: 'string' },
} as const;

type Language = 'nl' | 'en';
const print = (lines: readonly string[]): boolean => process.stdout.write(`${lines.join('\n')}\n`);

/** @throws `malformed` for an option there is not, or a value it does not take */
function readArguments(args: string[]) {
  try {
    const found = parseArgs({ args, allowPositionals: true, options: OPTIONS });
    if ((found.values.since ?? 'last') === 'last') return found;
  } catch (cause) {
    throw new EenmaalError('malformed', (cause as Error).message, { cause });
  }
  throw new EenmaalError('malformed', '--since takes: last');
}

async function main(args: string[]): Promise<void> {
  const { values, positionals } = readArguments(args);
  const language = values.lang === 'en' ? 'en' : 'nl';
  const [command, file] = positionals;
  if (command === 'evidence' && file !== undefined) return judge(file, values.vkey, language);
  if (command !== 'verify' && command !== 'replay') {
    print([USAGE[language]]);
    return;
  }
  const settings = readSettings(SETTINGS, process.env);
  const seat = await takeSeat(settings, officer(settings.EENMAAL_OFFICER_ID));
  try {
    const { before, now, checkpoint } = await verify(seat.participant);
    const continues =
      language === 'nl'
        ? `Sluit aan op wat u eerder zag: ${before.size} -> ${now.size} regels.`
        : `Continues what you saw before: ${before.size} -> ${now.size} entries.`;
    print([checkpoint, continues]);
    if (command === 'replay') await decideAgain(seat, settings.EENMAAL_STATE_DIR, values.since === 'last', language);
    await seat.keep();
  } finally {
    await seat.close();
  }
}

async function decideAgain(
  { participant, transport, storeKey: key }: Seat,
  dir: string,
  goOn: boolean,
  language: Language,
): Promise<void> {
  const progress = (done: number, size: number) => process.stderr.write(`\r${done}/${size} `);
  const shown = process.stderr.isTTY ? progress : undefined;
  const continued = goOn ? await replaySince(participant, transport, { dir, key }, shown) : null;
  if (continued) print([startReport(continued, language)]);
  const result = continued ?? (await replayAll(participant, transport, shown));
  print(report(result, language));
  for (const evidence of await evidenceIn(participant, transport, result)) print([await writeEvidence(dir, evidence)]);
  if (result.differences.length > 0) process.exitCode = 2;
}

/** Ends with 1 when the file proves nothing. */
async function judge(file: string, vkey: string | undefined, language: Language): Promise<void> {
  const text = await readIfThere(file);
  if (text === undefined) throw new EenmaalError('malformed', `no file ${file}`);
  const judged = judgeEvidence(text, vkey === undefined ? await regionKey() : readLogKey(vkey));
  print(evidenceReport(judged, language));
  if (!judged.proves) process.exitCode = 1;
}

async function regionKey() {
  const { EENMAAL_REGION_FILE: file } = readSettings(
    { EENMAAL_REGION_FILE: REGION_SETTINGS.EENMAAL_REGION_FILE },
    process.env,
  );
  return logKeyOf(((await readIfThere(file)) ?? '').trim());
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof EenmaalError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
