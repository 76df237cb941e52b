/** The family's command line. A person's folder holds its keys and who it is; the portal will do the same in the browser. */
import { join as joinPath } from 'node:path';
import { createInterface } from 'node:readline/promises';
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
import { EenmaalError, Id, Position, Purpose, parseJson, person } from '@eenmaal/model';
import { z } from 'zod';
import { type FamilyMember, familyMember } from './family.ts';
import { day, type Language, TEXTS } from './texts.ts';

const SETTINGS = {
  ...KEY_SETTINGS,
  ...REGION_SETTINGS,
  /** Login of the account that families share. */
  EENMAAL_NKEY_SEED_FILE: z.string().min(1),
};
const Profile = z.strictObject({ person: Id, dossier: Id, name: z.string().min(1).max(100) });

/** Dutch and English names of the same thing. */
const OPTIONS = {
  lang: { type: 'string', default: 'nl' },
  titel: { type: 'string' },
  title: { type: 'string' },
  tekst: { type: 'string' },
  text: { type: 'string' },
  bijlage: { type: 'string', multiple: true },
  attach: { type: 'string', multiple: true },
  doel: { type: 'string' },
  purpose: { type: 'string' },
  maanden: { type: 'string' },
  months: { type: 'string' },
  'ook-eerder': { type: 'boolean' },
  history: { type: 'boolean' },
  ja: { type: 'boolean' },
  yes: { type: 'boolean' },
} as const;

/** A part or an organisation that does not exist: the detail is a sentence for the family. */
const ASKED_WRONG = new Set(['unknown-compartment', 'key-unregistered']);

/** What a family calls a purpose. */
const PURPOSES: Record<string, Purpose> = {
  hulp: 'support',
  veiligheid: 'safety',
  onderzoek: 'inquiry',
  maatregel: 'measure',
  behandeling: 'treatment',
  school: 'education',
};

type Values = Partial<Record<keyof typeof OPTIONS, string | boolean | string[]>>;
const either = (values: Values, nl: keyof Values, en: keyof Values): string | undefined => {
  const value = values[nl] ?? values[en];
  return typeof value === 'string' ? value : undefined;
};

async function run(
  member: FamilyMember,
  command: string,
  words: string[],
  values: Values,
  language: Language,
): Promise<string[]> {
  const texts = TEXTS[language];
  const parts = () => words.slice(1).map((word) => member.find(word));
  switch (command) {
    case 'onderdelen':
    case 'parts':
      return member.parts().map(member.describe);
    case 'vertel':
    case 'tell':
      return tell(member, words, values, language);
    case 'lees':
    case 'read': {
      const told = await member.read(member.find(words[0] ?? ''));
      return told.map(({ title, text, by, at }) => `${title}\n  ${by}, ${day(at, language)}\n\n${text}\n`);
    }
    case 'geef':
    case 'grant': {
      const named = either(values, 'doel', 'purpose') ?? '';
      const purpose = Purpose.safeParse(PURPOSES[named] ?? named);
      const months = Number(either(values, 'maanden', 'months') ?? 6);
      if (!purpose.success || !(months > 0 && months <= 24) || words.length < 2) throw new EenmaalError('malformed');
      return member.grant(
        words[0] ?? '',
        parts(),
        purpose.data,
        months,
        Boolean(values['ook-eerder'] ?? values.history),
      );
    }
    case 'stop':
      return member.stop(words[0] ?? '', parts());
    case 'weiger':
    case 'refuse':
      return [await member.refuse(words[0] ?? '', parts())];
    case 'wie':
    case 'who':
      return member.who();
    default:
      return [texts.usage];
  }
}

async function tell(member: FamilyMember, words: string[], values: Values, language: Language): Promise<string[]> {
  const texts = TEXTS[language];
  const part = member.find(words[0] ?? '');
  const title = either(values, 'titel', 'title');
  if (!title) throw new EenmaalError('malformed');
  const text = either(values, 'tekst', 'text') ?? (await readAll(process.stdin));
  process.stdout.write(`${member.preview(part)}\n`);
  if (!(values.ja ?? values.yes)) {
    const prompt = createInterface({ input: process.stdin, output: process.stdout });
    const answer = await prompt.question(texts.sure).finally(() => prompt.close());
    if (!/^(ja|yes)$/i.test(answer.trim())) return [texts.notTold];
  }
  const files = values.bijlage ?? values.attach;
  return [await member.tell(part, title, text, Array.isArray(files) ? files : [])];
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  for await (const piece of stream) all += piece;
  return all;
}

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  const language: Language = values.lang === 'en' ? 'en' : 'nl';
  const [command = '', ...words] = positionals;
  if (command === '') {
    process.stdout.write(`${TEXTS[language].usage}\n`);
    return;
  }
  const settings = readSettings(SETTINGS, process.env);
  const dir = settings.EENMAAL_STATE_DIR;
  const profile = parseJson(Profile, (await readIfThere(joinPath(dir, 'person.json'))) ?? '', 'keystore-locked');
  const { identity } = await openKeystore(dir, await readSecret(settings.EENMAAL_KEY_SECRET_FILE));
  const region = (await readIfThere(settings.EENMAAL_REGION_FILE)) ?? '';
  const nkeySeed = ((await readIfThere(settings.EENMAAL_NKEY_SEED_FILE)) ?? '').trim();
  const url = settings.EENMAAL_NATS_URL;
  const seenFile = joinPath(dir, 'checkpoint.json');
  const seen = await readIfThere(seenFile);
  const position = seen === undefined ? {} : { position: parseJson(Position, seen) };
  const { participant, close } = await join({
    url,
    party: person(profile.person),
    identity,
    nkeySeed,
    region,
    ...position,
  });
  // a ledger that was turned back since shows the next time: to before what was done here, too
  const keep = () => writeFileSafely(seenFile, JSON.stringify(participant.checkpoints.position));
  try {
    const member = familyMember({ participant, dossier: profile.dossier, name: profile.name, language });
    await member.sync();
    await keep();
    for (const line of await run(member, command, words, values, language)) process.stdout.write(`${line}\n`);
  } catch (error) {
    if (!(error instanceof EenmaalError)) throw error;
    process.stderr.write(
      `${ASKED_WRONG.has(error.code) && error.detail ? error.detail : TEXTS[language].error(error.code)}\n`,
    );
    if (error.code === 'malformed') process.stderr.write(`\n${TEXTS[language].usage}\n`);
    process.exitCode = 1;
  } finally {
    await keep().finally(close);
  }
}

await main(process.argv.slice(2));
