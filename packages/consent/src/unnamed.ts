/**
 * The unnamed consult (anonieme consultatie, rule L11): finds what points to a person in a question that names nobody, in
 * the browser, before anything leaves. Findings block; rare facts that may still point to somebody warn. A scanner cannot
 * know every name, so a clean answer proves nothing: the sender stays responsible.
 * Every pattern here has bounded repeats, so that the time grows with the length of the text and no faster.
 */
import type { Decision } from '@eenmaal/model';
import { readNames } from './unnamed-names.ts';

/** Positions in the text as given (UTF-16 units, end exclusive); no message ever repeats the text itself. */
export type Finding = { kind: Kind; start: number; end: number };
type Kind =
  | ('name' | 'birth-date' | 'street' | 'postal-code' | 'bsn' | 'phone' | 'email' | 'url' | 'iban')
  | ('licence-plate' | 'number' | 'date' | 'place' | 'nationality' | 'profession' | 'illness' | 'ages')
  | ('family' | 'news');

/** May this text go out as an unnamed consult? */
export function checkConsult(text: string): Pick<Decision, 'outcome' | 'code'> & { rule: 'L11' } {
  return scanUnnamed(text).findings.length === 0
    ? { outcome: 'permit', code: 'P-UNNAMED-CONSULT', rule: 'L11' }
    : { outcome: 'deny', code: 'D-IDENTIFIER-IN-UNNAMED', rule: 'L11' };
}

/** What points to a person (`findings`: these block) and what might (`warnings`), each in order of position. */
export function scanUnnamed(text: string): { findings: Finding[]; warnings: Finding[] } {
  const { seen, starts, ends } = fold(text);
  const found: Found[] = [];
  let rest = seen;
  for (const [kind, pattern, judge] of FORMS) {
    const taken = [...rest.matchAll(pattern)]
      .map((match) => ({ kind, start: match.index, end: match.index + match[0].length, verdict: judge(match, rest) }))
      .filter(({ verdict }) => verdict !== 'no');
    found.push(...taken);
    rest = blank(rest, taken);
  }
  found.push(...readNames(rest), ...readAges(rest));
  const only = (wanted: Verdict): Finding[] =>
    found
      .filter(({ verdict }) => verdict === wanted)
      .sort((a, b) => a.start - b.start || a.end - b.end)
      .map(({ kind, start, end }) => ({ kind, start: starts[start]!, end: ends[end - 1]! }));
  return { findings: only('block'), warnings: only('warn').map(asWarning) };
}

/** 'skip': harmless, and to be left alone by the patterns that follow. */
type Verdict = 'block' | 'warn' | 'skip' | 'no';
type Found = Finding & { verdict: Verdict };

// a date that is not taken for a birthday is still a date on which something happened
const asWarning = (warning: Finding): Finding =>
  warning.kind === 'birth-date' ? { ...warning, kind: 'date' } : warning;

/**
 * The text as the patterns see it: accents and compatibility forms folded away, invisible characters dropped, one kind
 * of dash, quote and space; and for every unit its place in the original.
 */
function fold(original: string): { seen: string; starts: number[]; ends: number[] } {
  const starts: number[] = [];
  const ends: number[] = [];
  const seen: string[] = [];
  let at = 0;
  for (const point of original) {
    const shown = point < '\u0080' ? point : plain(point);
    for (let unit = 0; unit < shown.length; unit += 1) {
      starts.push(at);
      ends.push(at + point.length);
    }
    at += point.length;
    seen.push(shown);
    // what is dropped belongs to the character it hangs on
    if (shown === '' && ends.length > 0) ends[ends.length - 1] = at;
  }
  return { seen: seen.join(''), starts, ends };
}

const plain = (point: string): string =>
  point
    .normalize('NFKC')
    .normalize('NFD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .replace(/[\p{Pd}\u2212]/gu, '-')
    .replace(/[\u2018\u2019\u201b\u00b4]/g, "'")
    .replace(/[\u201c-\u201f\u00ab\u00bb]/g, '"')
    .replace(/[\u2028\u2029]/g, '\n')
    .replace(/\p{Zs}/gu, ' ')
    // one Arabic ligature unfolds to eighteen characters; no name or number needs more than a few
    .slice(0, 4);

/** What one pattern took, a later one does not find half of again. */
function blank(text: string, taken: readonly Found[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of taken) {
    parts.push(text.slice(from, start), '\0'.repeat(end - start));
    from = end;
  }
  return parts.join('') + text.slice(from);
}

type Match = RegExpExecArray;
const around = ({ index, 0: found }: Match, text: string, before: number, after: number): string =>
  text.slice(Math.max(0, index - before), index + found.length + after);
const justBefore = ({ index }: Match, text: string, units: number): string =>
  text.slice(Math.max(0, index - units), index);
const digitsOf = (text: string): string => text.replace(/\D/g, '');
const isYear = (digits: string): boolean => /^(?:19|20)\d\d$/.test(digits);

// ---- dates ----

const MONTH =
  '(?:jan(?:uari|uary)?|feb(?:ruari|ruary)?|maart|mrt|mar(?:ch)?|apr(?:il)?|mei|may|juni?|june|juli?|july|' +
  'aug(?:ustus|ust)?|sept?(?:ember)?|okt(?:ober)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const DAY = '(?:0?[1-9]|[12]\\d|3[01])(?:e|de|ste|st|nd|rd|th)?';
const GAP = '[ .,/-]{0,3}';
const DAY_MONTH = `(?:${DAY}(?: of| van)?${GAP}${MONTH}|${MONTH}${GAP}${DAY}(?!\\d))`;
const NOT_IN_WORD = '(?<![\\p{L}\\d])';
const LONG_DATE = `${NOT_IN_WORD}${DAY_MONTH}${GAP}(?:(?:19|20)\\d\\d|'?\\d\\d(?! ?(?:uur|jaar|u\\b|h\\b|[:.]\\d)))(?![\\p{L}\\d])`;
const BIRTH = /geb\.|gebdat|geboren|geboorte|ter wereld|jarig|verjaart|verjaardag|bevallen|\bborn\b|birth|\bdob\b/i;
const HAPPENED =
  /(?:\b(?:op|sinds|vanaf|tot|t\/m|en met|per|voor|na|d\.?d\.?|on|since|until|before|after)|incident|melding|zitting|gesprek|afspraak|overleg|mdo|aangifte|beschikking|uitspraak|huisbezoek|hearing)(?: van)?[: ]{1,3}(?:\p{L}{2,8}(?:dag|day),? )?$/iu;

const nearBirth = (match: Match, text: string): boolean => BIRTH.test(around(match, text, 40, 20));

/** A full date may be a birthday, unless the words just before it say that something happened then. */
const judgeDate = (match: Match, text: string): Verdict =>
  !nearBirth(match, text) && HAPPENED.test(justBefore(match, text, 30)) ? 'warn' : 'block';
const isDayAndMonth = ([, a, b]: Match): boolean =>
  Math.min(+a!, +b!) <= 12 && Math.max(+a!, +b!) <= 31 && +a! * +b! > 0;
const judgeNumericDate = (match: Match, text: string): Verdict =>
  isDayAndMonth(match) ? judgeDate(match, text) : 'no';

// ---- numbers ----

/** The eleven test (elfproef) of a citizen service number; the oldest have eight digits. */
function isBsn(digits: string): boolean {
  const padded = digits.padStart(9, '0');
  const sum = [...padded].reduce((total, digit, at) => total + Number(digit) * (at === 8 ? -1 : 9 - at), 0);
  return Number(padded) > 0 && sum % 11 === 0;
}
const NUMBERED =
  'dossier|zaak|melding|client|casus|case|kenmerk|registratie|polis|klant|leerling|patient|kenteken|referentie|reference|' +
  'file|bsn|burgerservice|paspoort|rekening';

/** Law and chain abbreviations that follow a year: "in 2024 GI gevraagd". */
const AFTER_YEAR = /^(?:GI|VT|OM|JB|JR|HB|PO|VO)$/;
const UNIT = /^(?:kg|km|ml|mg|cm|mm|gr|mb|gb)$/i;
function judgePostalCode([, digits, gap, letters]: Match): Verdict {
  if (UNIT.test(letters!) || (isYear(digits!) && AFTER_YEAR.test(letters!))) return 'no';
  // in lower case with a space it is rather a year and a word: "2014 is"
  return gap === '' || letters === letters!.toUpperCase() ? 'block' : 'no';
}
function judgePlate(match: Match, text: string): Verdict {
  const [plate] = match;
  const shape = plate.length === 8 && /\d/.test(plate) && /[a-z]/i.test(plate);
  // in lower case only where it is announced: "5-tot-12" has the shape too
  const meant = plate === plate.toUpperCase() || /kenteken|plate/i.test(justBefore(match, text, 16));
  return shape && meant ? 'block' : 'no';
}
/** A number that was announced as one: "dossier 20.1234". */
const judgeReference = ([, token]: Match): Verdict =>
  digitsOf(token!).length >= 4 && !isYear(token!) ? 'block' : 'no';
/** Letters with a long number in them, as file numbers have. */
const judgeCode = ([token]: Match): Verdict =>
  (token.match(/\d{4,}/g) ?? []).some((run) => !isYear(run)) ? 'block' : 'no';

// ---- streets ----

const STREET =
  'straat|straatje|str\\.|laan|laantje|weg|plein|kade|gracht|dreef|hof|singel|pad|plantsoen|steeg|boulevard|dijk';
const STREET_WITH_NUMBER = 'park|baan|veld|markt|hoek|akker|burg|horst|zoom|poort|brink|waard|erf|kamp|oord';
const HOUSE_NUMBER = ',? {0,2}(?:(?:nr|no)\\.? ?|nummer |huisnummer )?\\d{1,5}(?!\\d)';
const NO_STREET =
  /^(?:(?:onder|om|snel|uit|lucht|spoor|rijks|heen|terug|halver|urine|leer|hulpverlenings)weg|(?:voet|fiets|leer|zorg|levens)pad|(?:gerechts|kerk|binnen)hof|(?:school|speel|binnen|leer|dorps)plein|woonstraat|blokkade|barricade|oversteeg|overdreef|stadhuisplein)$/i;
const COUNTED =
  /^ ?(?:x\b|%|keer|maal|dag|week|weken|maand|jaar|jaren|uur|minu|kind|ander|jong|meis|mens|personen|km|meter|euro)/i;

/** A street with a number blocks; without one only when written as a name. "Schoolplein, 3 kinderen" is neither. */
function judgeStreet(match: Match, text: string): Verdict {
  const { 1: street, 2: number } = match;
  if (NO_STREET.test(street!)) return 'no';
  const after = text.slice(match.index + match[0].length);
  if (number !== undefined && !COUNTED.test(after)) return 'block';
  return /^\p{Lu}/u.test(street!) && new RegExp(`(?:${STREET})$`, 'i').test(street!) ? 'block' : 'no';
}

const block = (): Verdict => 'block';
const warn = (): Verdict => 'warn';
const street = (start: string, suffix: string, number: string, flags: string): RegExp =>
  new RegExp(`${NOT_IN_WORD}(${start}(?:${suffix}))(?!\\p{L})(${HOUSE_NUMBER})${number}`, flags);

/** In this order: what a longer form took is no longer there for a shorter one. */
const FORMS: readonly (readonly [Kind, RegExp, (match: Match, text: string) => Verdict])[] = [
  ['email', /[\p{L}\d._%+-]{1,64}@[\p{L}\d-]{1,63}(?:\.[\p{L}\d-]{1,63}){0,8}/gu, block],
  ['email', /(?<![\p{L}\d])@[\p{L}\d_.]{2,40}/gu, block],
  ['url', /(?:https?:\/\/|www\.)[^\s\0]{1,2048}/gi, block],
  [
    'url',
    /(?<![a-z\d.])(?:[a-z\d-]{1,63}\.){1,6}(?:nl|com|org|net|eu|be|de|info|io|gov)(?![a-z\d])(?:\/[^\s\0]{0,2048})?/gi,
    block,
  ],
  ['iban', /(?<![a-z\d])[a-z]{2}\d{2} ?[a-z]{4}(?: ?\d){10}(?!\d)/gi, block],
  // the Norwegian ones are the shortest there are
  [
    'iban',
    /(?<![A-Za-z\d])(?:NO\d\d(?: ?\d{4}){2} ?\d{3}|[A-Z]{2}\d\d(?: ?[A-Z\d]{4}){3,7}(?: ?[A-Z\d]{1,3})?)(?![A-Za-z\d])/g,
    block,
  ],
  ['birth-date', new RegExp(LONG_DATE, 'giu'), judgeDate],
  ['birth-date', /(?<![\d.])(\d{1,2}) ?[-/ ] ?(\d{1,2}) ?[-/ ] ?(?:19|20)\d\d(?!\d)/g, judgeNumericDate],
  ['birth-date', /(?<![\d.])(\d{1,2})\. ?(\d{1,2})\. ?(?:19|20)\d\d(?!\d)/g, judgeNumericDate],
  ['birth-date', /(?<![\d/-])(\d{1,2})[-/](\d{1,2})[-/]'?\d\d(?![\d/-])/g, judgeNumericDate],
  // with dots only two digits each: 7.3.11 is an article of law
  ['birth-date', /(?<![\d.])(\d\d)\.(\d\d)\.\d\d(?!\.?\d)/g, judgeNumericDate],
  ['birth-date', /(?<!\d)(?:19|20)\d\d ?[-/. ] ?(\d{1,2}) ?[-/. ] ?(\d{1,2})(?!\d)/g, judgeNumericDate],
  ['birth-date', /(?<!\d)(?:19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)/g, judgeDate],
  ['birth-date', /(?<!\d)(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(?:19|20)\d\d(?!\d)/g, judgeDate],
  [
    'birth-date',
    new RegExp(`${NOT_IN_WORD}(?:${DAY_MONTH}|${MONTH}${GAP}(?:19|20)\\d\\d)(?![\\p{L}\\d])`, 'giu'),
    // a month before a number is too often something else: "may 2", "jan 5"
    (match, text) => (nearBirth(match, text) ? 'block' : /^\d/.test(match[0]) ? 'warn' : 'no'),
  ],
  [
    'birth-date',
    /(?<![\d/-])(\d{1,2})[-/](\d{1,2})(?![\d/-])/g,
    (match, text) => (isDayAndMonth(match) && nearBirth(match, text) ? 'block' : 'no'),
  ],
  [
    'birth-date',
    /(?<!\d)(\d\d)(\d\d)\d\d(?!\d)/g,
    (match, text) => (isDayAndMonth(match) && nearBirth(match, text) ? 'block' : 'no'),
  ],
  // service numbers that anybody may call
  ['phone', /(?<!\d)0[89]00[- ]?\d{4}(?!\d)/g, () => 'skip'],
  ['phone', /(?<![\d+])(?:\+|00)[1-9]\d?(?:[ ().\-/]{0,3}\d){7,12}(?!\d)/g, block],
  ['phone', /(?<!\d)0(?:[ ().\-/]{0,2}\d){9}(?!\d)/g, block],
  [
    'bsn',
    /(?<![\d.-])(?:\d{8,9}|\d{3}([. -])\d{3}\1\d{3}|\d{4}([. -])\d{2}\2\d{3}|\d{2}([. -])\d{3}\3\d{3})(?![\d-])/g,
    ([found]) => (isBsn(digitsOf(found)) ? 'block' : 'no'),
  ],
  [
    'number',
    new RegExp(
      `(?:${NUMBERED})[a-z-]{0,16}[ .:#=]{0,3}(?:(?:nr|nummer|number|no|is)[ .:#=]{1,3})?([a-z\\d][a-z\\d./-]{2,24})`,
      'gi',
    ),
    judgeReference,
  ],
  [
    'licence-plate',
    /(?<![A-Za-z\d-])(?:[a-z]{1,3}|\d{1,3})-(?:[a-z]{1,3}|\d{1,3})-(?:[a-z]{1,3}|\d{1,3})(?![A-Za-z\d-])/gi,
    judgePlate,
  ],
  ['postal-code', /(?<![\p{L}\d.])([1-9]\d{3})( {0,2})([a-z]{2})(?![\p{L}\d])/giu, judgePostalCode],
  ['number', /(?<![\d€$.,])\d{7,30}(?!\d)/g, block],
  ['number', /(?<![\p{L}\d-])\p{L}[\p{L}\d/-]{4,30}(?![\p{L}\d])/gu, judgeCode],
  ['street', street('\\p{L}{3,30}', STREET, '?', 'giu'), judgeStreet],
  ['street', street('\\p{Lu}\\p{Ll}{2,30}', STREET_WITH_NUMBER, '', 'gu'), judgeStreet],
  // rare facts: after these "Duchenne" and "Tourette" are no names of people
  [
    'illness',
    /\b(?:taaislijmziekte|cystic fibrosis|duchenne|hemofilie|prader[- ]willi|huntington|gilles de la tourette|tourette|klinefelter|sikkelcel|leukemie|stofwisselingsziekte|dwerggroei|albinisme|schisis|spina bifida|foetaal alcohol|ziekte van|syndroom van|[a-z]{3,20} (?:disease|syndrome)|zeldzame (?:ziekte|aandoening)|rare (?:disease|condition)|transplantatie|doofblind)/gi,
    warn,
  ],
  [
    'profession',
    /\b(?:burgemeester|wethouder|raadslid|kamerlid|dominee|predikant|pastoor|imam|rabbijn|notaris|schooldirecteur|brandweercommandant|politiechef|piloot|profvoetballer|profsporter|topsporter|acteur|actrice|zanger|zangeres|presentator|presentatrice|influencer|youtuber|vlogger|bekende nederlander|mayor|vicar|alderman)\b/gi,
    warn,
  ],
  [
    'family',
    /\b(?:tweeling|drieling|vierling|twins|triplets|(?:vijf|zes|zeven|acht|negen|tien|elf|twaalf|[5-9]|1\d) kinderen)\b/gi,
    warn,
  ],
  ['place', /\b(?:dorp|dorpje|gehucht|buurtschap|eiland|woonwagen|woonwagenkamp|azc|village|island)\b/gi, warn],
  ['news', /\b(?:in het nieuws|in de krant|op tv|op televisie|viral|in the news|newspaper)\b/gi, warn],
];

const AGES =
  /\b\d{1,2}(?:(?:, ?| en | and | & )\d{1,2}){0,9}[ -]?(?:jaar|jr\b|jarig|maanden oud|years? old|year-old)|\b[KJMZD]\d{1,2}\b|\((?:\d{1,2}(?:, ?| en | and )){0,9}\d{1,2}\)|\bvan (?:\d{1,2}, ?){0,9}\d{1,2} en \d{1,2}\b/gi;

/** One age is ordinary; several together are a family that somebody knows. */
function readAges(text: string): Found[] {
  const ages = [...text.matchAll(AGES)];
  const count = ages.reduce((total, [found]) => total + found.match(/\d+/g)!.length, 0);
  if (count < 2) return [];
  return ages.map(({ index, 0: found }) => ({
    kind: 'ages',
    start: index,
    end: index + found.length,
    verdict: 'warn',
  }));
}
