/**
 * The commands of the family's command line, in Dutch and in English: what each word means, and what went wrong in a
 * family's own words. main.ts gives them somebody's keys and a connection.
 */
import { join as joinPath } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { readIfThere, writeFileSafely } from '@eenmaal/host';
import { EenmaalError, Purpose } from '@eenmaal/model';
import { type FamilyMember, familyMember, type Member } from './family.ts';
import { type FamilyLaw, familyLaw } from './law.ts';
import { type FamilyOverview, familyOverview } from './overview.ts';
import { oneLine, printable } from './printable.ts';
import { entriesOf, fetchReceipt, kindOf, type Source, trustText } from './receipt.ts';
import { day, type Language, TEXTS } from './texts.ts';

/** Dutch and English names of the same thing. */
export const OPTIONS = {
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
  naast: { type: 'string' },
  beside: { type: 'string' },
  bericht: { type: 'string', multiple: true },
  message: { type: 'string', multiple: true },
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

export type Values = Partial<Record<keyof typeof OPTIONS, string | boolean | string[]>>;
const either = (values: Values, nl: keyof Values, en: keyof Values): string | undefined => {
  const value = values[nl] ?? values[en];
  return typeof value === 'string' ? value : undefined;
};

/** Somebody of the family, connected. */
export type Family = { member: FamilyMember; law: FamilyLaw; seen: FamilyOverview };

export function asFamily(who: Member): Family {
  const member = familyMember(who);
  const seen = familyOverview(who, member);
  return { member, seen, law: familyLaw(who, member, seen) };
}

/** Does one command; answers with lines that a screen may show. @throws what `explain` puts in words */
export async function run(...given: Parameters<typeof does>): Promise<string[]> {
  return (await does(...given)).map(printable);
}

async function does(
  { member, law, seen }: Family,
  source: Source,
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
      return told.map(
        ({ title, text, by, at }) => `${oneLine(title)}\n  ${oneLine(by)}, ${day(at, language)}\n\n${text}\n`,
      );
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
      return [...member.who(), ...confirmation(source, language)];
    case 'overzicht':
    case 'overview':
      return [...(await seen.overview()), ...confirmation(source, language)];
    case 'nieuws':
    case 'notices':
      return seen.notices();
    case 'bezwaar':
    case 'object':
      return law.object(words[0] ?? '');
    case 'vraag':
    case 'ask-rights':
      return askRight(member, law, words, values);
    case 'laat-lezen':
    case 'allow':
      return law.allow(words[0] ?? '', parts(), true);
    case 'laat-niet-lezen':
    case 'disallow':
      return law.allow(words[0] ?? '', parts(), false);
    case 'eigen':
    case 'own':
      if (!words[0]) throw new EenmaalError('malformed');
      return law.own(words[0]);
    case 'geheim-adres':
    case 'secret-address':
      return law.secretAddress(isOn(words[0]));
    case 'bewijs':
    case 'receipt':
      return words[0] === undefined ? listEntries(source, language) : receipt(source, words[0], values, language);
    default:
      return [texts.usage];
  }
}

function askRight(member: FamilyMember, law: FamilyLaw, words: string[], values: Values): Promise<string[]> {
  const [right = '', to = '', part] = words;
  const messages = values.bericht ?? values.message;
  return law.askRight(
    right,
    to,
    part === undefined ? undefined : member.find(part),
    Array.isArray(messages) ? messages : [],
  );
}

function isOn(word: string | undefined): boolean {
  if (word === 'aan' || word === 'on') return true;
  if (word === 'uit' || word === 'off') return false;
  throw new EenmaalError('malformed');
}

/** How far witnesses confirmed the log, and until when that is new: where this person was given a witness policy. */
function confirmation({ participant: { checkpoints } }: Source, language: Language): string[] {
  if (!checkpoints.trust) return [];
  const { confirmed } = checkpoints;
  if (!confirmed) return [TEXTS[language].unconfirmed];
  const { by, at, until } = confirmed;
  return [TEXTS[language].confirmed(by.length, day(at, language), day(until, language), until > Date.now())];
}

/** What there is to get a receipt of, with its place in the log. */
async function listEntries(source: Source, language: Language): Promise<string[]> {
  const texts = TEXTS[language];
  return (await entriesOf(source)).map((entry) => {
    const kind = kindOf(entry);
    return texts.entry(entry.index, day(entry.at, language), texts.kinds[kind] ?? texts.otherEntry(kind));
  });
}

async function receipt(source: Source, place: string, values: Values, language: Language): Promise<string[]> {
  const texts = TEXTS[language];
  if (!/^[0-9]{1,15}$/.test(place)) throw new EenmaalError('malformed');
  const earlier = either(values, 'naast', 'beside');
  const beside = earlier === undefined ? undefined : ((await readIfThere(earlier)) ?? '');
  const made = await fetchReceipt(source, Number(place), beside);
  // with the size in its name: an earlier one shows an earlier log, and stays
  const { size } = source.participant.checkpoints.position;
  const file = `bewijs-${place}-van-${size}.eenmaal-receipt.json`;
  await writeFileSafely(file, made);
  const page = joinPath(import.meta.dirname, '../receipt/receipt.html');
  return [texts.receiptKept(file, page), texts.receiptTrust(trustText(source.participant))];
}

async function tell(member: FamilyMember, words: string[], values: Values, language: Language): Promise<string[]> {
  const texts = TEXTS[language];
  const part = member.find(words[0] ?? '');
  const title = either(values, 'titel', 'title');
  if (!title) throw new EenmaalError('malformed');
  const text = either(values, 'tekst', 'text') ?? (await readAll(process.stdin));
  process.stdout.write(`${printable(member.preview(part))}\n`);
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

/** What went wrong, in the family's own language. @throws what is no refusal */
export function explain(error: unknown, language: Language): string {
  if (!(error instanceof EenmaalError)) throw error;
  const { code, detail } = error;
  const said = ASKED_WRONG.has(code) && detail ? detail : TEXTS[language].error(code);
  return printable(code === 'malformed' ? `${said}\n\n${TEXTS[language].usage}` : said);
}
