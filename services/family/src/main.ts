/** The family's command line. A person's folder holds its keys and who it is; the portal will do the same in the browser. */
import { join as joinPath } from 'node:path';
import { parseArgs } from 'node:util';
import { KEY_SETTINGS, REGION_SETTINGS, readIfThere, readSettings, takeSeat } from '@eenmaal/host';
import { EenmaalError, Id, parseJson, person } from '@eenmaal/model';
import { z } from 'zod';
import { asFamily, explain, OPTIONS, run, type Values } from './commands.ts';
import { type Language, TEXTS } from './texts.ts';

const SETTINGS = {
  ...KEY_SETTINGS,
  ...REGION_SETTINGS,
  /** Login of the account that families share. */
  EENMAAL_NKEY_SEED_FILE: z.string().min(1),
};
const Profile = z.strictObject({ person: Id, dossier: Id, name: z.string().min(1).max(100) });

async function main(language: Language, command: string, words: string[], values: Values): Promise<void> {
  const settings = readSettings(SETTINGS, process.env);
  const profileFile = joinPath(settings.EENMAAL_STATE_DIR, 'person.json');
  const { name, dossier, person: id } = parseJson(Profile, (await readIfThere(profileFile)) ?? '', 'keystore-locked');
  const nkeySeed = ((await readIfThere(settings.EENMAAL_NKEY_SEED_FILE)) ?? '').trim();
  const { participant, transport, keep, close } = await takeSeat(settings, person(id), nkeySeed);
  try {
    const family = asFamily({ participant, dossier, name, language });
    await family.member.sync();
    await keep();
    const source = { participant, transport, dossier };
    for (const line of await run(family, source, command, words, values, language)) process.stdout.write(`${line}\n`);
  } finally {
    // what was just done too: a ledger turned back to before it shows the next time
    await keep().finally(close);
  }
}

/** @throws `malformed` for an option there is not, or one without its value */
function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options: OPTIONS });
  } catch (cause) {
    throw new EenmaalError('malformed', undefined, { cause });
  }
}

const asked = parseArgs({ allowPositionals: true, options: OPTIONS, strict: false });
const language: Language = asked.values.lang === 'en' ? 'en' : 'nl';
try {
  const { values, positionals } = readArguments();
  const [command = '', ...words] = positionals;
  if (command === '') process.stdout.write(`${TEXTS[language].usage}\n`);
  else await main(language, command, words, values);
} catch (error) {
  process.stderr.write(`${explain(error, language)}\n`);
  process.exitCode = 1;
}
