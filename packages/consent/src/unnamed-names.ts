/**
 * Names of people and places in the words of an unnamed consult. A capital in the middle of a sentence is a name unless
 * the word is an ordinary one; at the start of a sentence, and in lower case, only what is known to be a name is.
 */
import * as lists from './unnamed-words.ts';

type Kind = 'name' | 'place' | 'nationality';
type NameFound = { kind: Kind; start: number; end: number; verdict: 'block' | 'warn' };
type Judged = Pick<NameFound, 'kind' | 'verdict'> | undefined;

const NAME: Judged = { kind: 'name', verdict: 'block' };
const PERHAPS: Judged = { kind: 'name', verdict: 'warn' };
const PLACE: Judged = { kind: 'place', verdict: 'warn' };
const NATIONALITY: Judged = { kind: 'nationality', verdict: 'warn' };

/** `text`: folded, and with what other patterns took blanked out. */
export function readNames(text: string): NameFound[] {
  const read = wordsOf(text);
  const signature = signatureOf(read);
  const lower = new Set(read.filter(({ form }) => form === 'lower').map(({ key }) => key));
  const judged = read.map((word, at) => judge(word, read[at - 1], read[at - 2], read[at + 1], at >= signature, lower));
  const named = new Set(read.filter((_, at) => judged[at] === NAME).map(({ key }) => key));
  const found = read.flatMap(({ key, form, start, end }, at): NameFound[] => {
    // who is named inside one sentence is also meant at the start of another
    const verdict = named.has(key) && form !== 'lower' ? NAME : judged[at];
    return verdict ? [{ ...verdict, start, end }] : [];
  });
  return joined(found, text);
}

type Word = {
  key: string;
  form: 'lower' | 'title' | 'capitals';
  start: number;
  end: number;
  /** Begins a sentence or a line, where a capital says nothing. */
  opens: boolean;
  /** What stands between this word and the one before, and the character after. */
  gap: string;
  after: string;
};

const keyOf = (word: Word | undefined): string => word?.key ?? '';

function wordsOf(text: string): Word[] {
  const read: Word[] = [];
  for (const { 0: word, index } of text.matchAll(/\p{L}+/gu)) {
    const before = read.at(-1);
    const gap = text.slice(before?.end ?? 0, index);
    const end = index + word.length;
    read.push({
      key: word.toLowerCase(),
      form: formOf(word),
      start: index,
      end,
      opens: opensAfter(before, gap),
      gap,
      after: text.charAt(end),
    });
  }
  return read;
}

/** Two capitals in front make an abbreviation, also with a Dutch ending: GGZ, TVcN, OTSen. */
const formOf = (word: string): Word['form'] => {
  if (!/^\p{Lu}/u.test(word)) return 'lower';
  return /^\p{Lu}(?!\p{Lu})/u.test(word) ? 'title' : 'capitals';
};

/** What another pattern took stands in the gap as `\0`: a word after it continues the sentence. */
function opensAfter(before: Word | undefined, gap: string): boolean {
  const tail = gap.slice(gap.lastIndexOf('\0') + 1);
  if (tail.includes('\n') || / ["']$/.test(tail)) return true;
  if (tail === gap) {
    if (!before) return true;
    if (gap.startsWith('.') && (before.end - before.start === 1 || lists.SHORTENED.has(before.key))) return false;
  }
  return /[.!?:…]["')\]]{0,3}\s/.test(tail);
}

/** A signature names the one who asks. Where it begins, or past the end. */
function signatureOf(read: readonly Word[]): number {
  const at = read.findLastIndex(({ key }) => lists.SIGN_OFF.has(key));
  return at >= 0 && read.length - at <= 8 ? at : read.length;
}

function judge(
  word: Word,
  before: Word | undefined,
  earlier: Word | undefined,
  next: Word | undefined,
  inSignature: boolean,
  lower: ReadonlySet<string>,
): Judged {
  const { key, form, opens } = word;
  if (key.length === 1) return undefined;
  // a script without capitals cannot be read here
  if (/^\p{Lo}/u.test(key)) return PERHAPS;
  if (lists.NATIONALITY.test(key)) return NATIONALITY;
  if (form === 'title' && !ordinary(key) && (inSignature || isGreeted(word, before))) return PERHAPS;
  if (isKnownName(word)) return NAME;
  if (ordinary(key)) return undefined;
  const link = lists.PARTICLES.has(keyOf(before)) ? earlier : before;
  if (isLabelled(word, before, earlier)) return NAME;
  if (form === 'lower') return link !== before && lists.TITLES.has(keyOf(link)) ? PERHAPS : undefined;
  if (!opens && lists.TITLES.has(keyOf(link)) && (form === 'title' || key.length > 3)) return NAME;
  if (form === 'capitals') return undefined;
  if (lists.PLACES.has(key)) return PLACE;
  if (opens && afterPerson(word, before)) return /^[,\n]?$/.test(word.after) ? NAME : PERHAPS;
  if (opens) return (actsAsPerson(key, next) && !lower.has(key)) || standsAlone(word) ? PERHAPS : undefined;
  if (lists.BEFORE_PLACE.has(keyOf(before)) && word.gap === ' ') return PLACE;
  return isThing(word, before, earlier) ? PERHAPS : NAME;
}

const actsAsPerson = (key: string, next: Word | undefined): boolean =>
  next?.gap === ' ' && lists.VERBS.has(next.key) && !lists.NOUN_ENDING.test(key);

/** "Kinderen: Jayvano, ..." */
const afterPerson = ({ gap }: Word, before: Word | undefined): boolean =>
  lists.PEOPLE.has(keyOf(before)) && /^ ?: ?$/.test(gap);

const standsAlone = ({ key, gap, after }: Word): boolean =>
  (gap === '' || gap.includes('\n')) && /^\n?$/.test(after) && !lists.NOUN_ENDING.test(key);

/** "De Zorgverzekeraar", "een Beschikking": people are named without an article, and few names are that long. */
const isThing = ({ key, gap }: Word, before: Word | undefined, earlier: Word | undefined): boolean =>
  key.length > 13 || (lists.ARTICLES.has(keyOf(before)) && gap === ' ' && earlier?.form !== 'title');

const isKnownName = ({ key, form }: Word): boolean => {
  if (lists.NAMES.has(key)) return true;
  if (form === 'lower') return false;
  const owner = key.endsWith('s') ? key.slice(0, -1) : key;
  return (
    lists.NAMES.has(owner) || (form === 'title' && (lists.NAMES_AND_WORDS.has(key) || lists.NAMES_AND_WORDS.has(owner)))
  );
};

/** "Hoi Karin," greets the one who is asked for advice. */
const isGreeted = ({ after, gap }: Word, before: Word | undefined): boolean =>
  before?.opens === true && lists.GREETINGS.has(before.key) && gap === ' ' && /^[,!\n]?$/.test(after);

/** What may stand between a label and its name: a colon, spaces, an opening quote or bracket. */
const BEFORE_NAME = /^\)?[ \t]{0,3}[:=]?[ \t]{0,3}["'(]?$/;

/** "Naam: sanne", "genaamd 'jayvano'", "achternaam is pietersen". */
const isLabelled = ({ gap }: Word, before: Word | undefined, earlier: Word | undefined): boolean => {
  if (!before || !BEFORE_NAME.test(gap)) return false;
  if (lists.LABELS.has(before.key)) return /[:=]/.test(gap);
  if (lists.CALLED.has(before.key)) return true;
  if (/^heet(?:te)?$/.test(before.key)) return lists.PEOPLE.has(keyOf(earlier));
  return lists.LABELS.has(keyOf(earlier)) && (before.key === 'is' || before.key === 'luidt');
};

const ordinary = (key: string): boolean =>
  lists.ORDINARY.has(key) || lists.ORDINARY.has(key.replace(/(?:s|en|e)$/, '')) || lists.ORDINARY_ENDING.test(key);

/** First name, particles and surname are one finding. */
function joined(found: readonly NameFound[], text: string): NameFound[] {
  const result: NameFound[] = [];
  for (const each of found) {
    const last = result.at(-1);
    const joins =
      last?.kind === 'name' &&
      each.kind === 'name' &&
      last.verdict === each.verdict &&
      /^[ '.-]{1,2}(?:(?:van|de|der|den|ten|ter|het|t|el|al|ben|bin) ){0,3}$/.test(text.slice(last.end, each.start));
    if (last && joins) last.end = each.end;
    else result.push({ ...each });
  }
  return result;
}
