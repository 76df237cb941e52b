/** Every sentence the family's command line says, in Dutch (B1) first and English second; both complete. */
import type { ErrorCode } from '@eenmaal/model';

export type Language = 'nl' | 'en';

export const day = (at: number, language: Language): string =>
  new Intl.DateTimeFormat(language === 'nl' ? 'nl-NL' : 'en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'Europe/Amsterdam',
  }).format(at);

/** The last day of a term that is over at `due`. */
export const lastDay = (due: number, language: Language): string =>
  new Intl.DateTimeFormat(language === 'nl' ? 'nl-NL' : 'en-GB', {
    dateStyle: 'long',
    timeZone: 'Europe/Amsterdam',
  }).format(due - 1);

const NL = {
  usage: `Gebruik: npm run family -- --as <wie> <opdracht>

  onderdelen                                         Wat heb ik verteld, en wie kan het lezen?
  vertel <onderdeel> --titel <titel> [--tekst <tekst>] [--bijlage <bestand>] [--ja]
                                                     Vertel iets. U ziet eerst wie het kan lezen.
  lees <onderdeel>                                   Lees wat er in een onderdeel staat.
  geef <organisatie> <onderdeel...> --doel <doel> [--maanden 6] [--ook-eerder]
                                                     Geef een organisatie toestemming.
  stop <organisatie> [<onderdeel...>]                Trek uw toestemming in.
  weiger <organisatie> <onderdeel...>                Zeg nee, ook voor later.
  wie                                                Wie heeft wat gelezen, en wanneer?
  overzicht                                          Wie helpt u, wat is er gedeeld, wat vroeg u?
  nieuws                                             Wat moet ik weten?
  bezwaar <nummer>                                   Zeg dat u het niet eens bent. Nummers staan in het overzicht.
  vraag <recht> <organisatie> [<onderdeel>] [--bericht <plaats>]
                                                     Gebruik een recht: inzage, verbeteren, wissen of stilzetten.
  laat-lezen <gezinslid> <onderdeel...>              Laat iemand uit uw gezin lezen wat over u gaat (vanaf 16 jaar).
  laat-niet-lezen <gezinslid> <onderdeel...>         Laat iemand uit uw gezin niet meer meelezen.
  eigen <naam>                                       Maak een onderdeel dat van u alleen is.
  geheim-adres aan|uit                               Houd uw adres geheim, of niet meer.
  bewijs                                             Waarvan kunt u een bewijs krijgen?
  bewijs <plaats> [--naast <eerder bewijs>]          Bewaar een bewijs. Anderen kunnen het zonder ons controleren.

Doelen: hulp, veiligheid, onderzoek, maatregel, behandeling, school.
Nederlands is de gewone taal; --lang en geeft Engels.`,
  nobodyElse: 'alleen u',
  canRead: (names: string) => `Dit kunnen lezen: ${names}.`,
  willRead: (names: string) => `Als u dit vertelt, kunnen dit lezen: ${names}.`,
  sure: 'Wilt u dit vertellen? (ja/nee) ',
  notTold: 'Er is niets verteld.',
  told: (title: string) => `Verteld: "${title}". U hoeft dit niet nog eens te vertellen.`,
  granted: (partner: string, what: string, until: string, history: boolean) =>
    `${partner} heeft uw toestemming voor ${what}, tot ${until}. ${history ? 'Ook voor wat u eerder vertelde.' : 'Alleen voor wat u vanaf nu vertelt.'}`,
  waitsFor: 'Nog niet iedereen die hierover beslist heeft ja gezegd. Tot die tijd kan deze organisatie niets lezen.',
  stopped: (partner: string, at: string) => `Gestopt. ${partner} kan vanaf ${at} niets meer openen.`,
  stoppedBefore: (count: number) =>
    `Niet meer te openen: ${count} ${count === 1 ? 'bericht dat' : 'berichten die'} nog niet gelezen ${count === 1 ? 'was' : 'waren'}.`,
  alreadyRead: (count: number) =>
    count === 0
      ? 'Er was nog niets gelezen.'
      : `Wel al gelezen: ${count} ${count === 1 ? 'bericht' : 'berichten'}. Dat kunnen wij niet ongedaan maken.`,
  refused: (partner: string) => `U zei nee. ${partner} kan hier niets lezen zolang u nee zegt.`,
  nothingStopped: 'Deze organisatie had geen toestemming van u.',
  readOn: (who: string, when: string) => `gelezen door ${who} op ${when}`,
  gotOn: (who: string, when: string) => `bezorgd bij ${who} op ${when}, niet geopend`,
  byNobody: 'nog door niemand anders gelezen',
  kinds: {
    grant: 'toestemming',
    withdraw: 'intrekking',
    refuse: 'weigering',
    disclose: 'gedeeld zonder toestemming',
    erase: 'opdracht om te wissen',
    erasure: 'bericht gewist',
    'dossier-erasure': 'dossier gewist',
    message: 'bericht',
    opening: 'bericht geopend',
    delivery: 'bericht bezorgd',
    refusal: 'verzoek tegengehouden',
    dossier: 'begin van uw dossier',
    person: 'wie er in uw gezin is',
    custody: 'wie het gezag heeft',
    capacity: 'wie voor iemand beslist',
    death: 'overlijden',
    secrecy: 'geheim adres',
    foster: 'pleeggezin',
    order: 'beslissing van de rechter',
    seat: 'iemand nieuw die helpt',
    'seat-end': 'iemand die stopt met helpen',
    allow: 'meelezen in uw gezin',
    compartment: 'nieuw onderdeel',
    epoch: 'nieuwe sleutel',
    admit: 'sleutel voor een lezer',
    'new-keys': 'nieuwe sleutels van iemand',
    ask: 'vraag tussen organisaties',
    endorse: 'een tweede hulpverlener is het eens',
    inform: 'wel of niet aan u verteld',
    objection: 'bezwaar',
    weigh: 'bezwaar gewogen',
    request: 'gebruik van een recht',
    answer: 'antwoord daarop',
    supersede: 'bericht verbeterd',
    dispute: 'bericht dat iemand betwist',
  } as Record<string, string>,
  entry: (index: number, at: string, kind: string) => `${index}  ${at}  ${kind}`,
  otherEntry: (kind: string) => `vastgelegd (${kind})`,
  receiptKept: (file: string, page: string) =>
    `Bewaard: ${file}. Geef het alleen aan wie het mag lezen.\nControleren kan met ${page}, ook zonder internet.`,
  receiptTrust: (trust: string) =>
    `Wie controleert, heeft deze sleutel nodig. Geef hem langs een andere weg:\n\n${trust}`,
  confirmed: (count: number, at: string, until: string, isNew: boolean) =>
    `${count} ${count === 1 ? 'getuige heeft' : 'getuigen hebben'} op ${at} bevestigd dat er maar één logboek is. ${isNew ? `Dit geldt tot ${until}.` : 'Dat is te lang geleden: vraag uw vaste contact waarom.'}`,
  unconfirmed: 'Nog geen getuigen hebben dit logboek bevestigd.',
  you: 'u',
  family: 'een gezinslid',
  noSuchPart: (part: string) => `Er is geen onderdeel "${part}". Kijk met "onderdelen" welke er zijn.`,
  noSuchOrganisation: (wanted: string, known: string) =>
    `Wij kennen geen organisatie "${wanted}". U kunt kiezen uit: ${known}.`,
  error: (code: ErrorCode) =>
    PROBLEMS_NL[code] ?? 'Dit lukt nu niet. Er is niets verloren. Probeer het later nog eens.',
};

/** What went wrong, for the problems a family can meet. */
const PROBLEMS_NL: Partial<Record<ErrorCode, string>> = {
  'ledger-unreachable':
    'Wij krijgen nu geen verbinding. Wij weten niet zeker of het gelukt is. Kijk het later na en probeer het dan nog eens.',
  'no-basis': 'Dit mag nu niet. U kunt navragen waarom bij uw vaste contact.',
  'no-authority': 'U beslist hier niet over. Vraag uw vaste contact wie dat wel doet.',
  'too-large': 'Uw tekst is te lang. Maak hem korter, of stuur hem als bijlage.',
  'storage-full': 'Er is nu geen ruimte. Er is niets opgeslagen. Probeer het later nog eens.',
  'keystore-locked': 'Uw sleutels gaan niet open. Controleer uw geheime bestand.',
  'quorum-stale':
    'Getuigen hebben dit nog niet bevestigd. Er is niets verloren. Wacht even en probeer het dan nog eens.',
  'split-view': 'Er klopt iets niet met het logboek. Stop en bel de privacy officer.',
  erased: 'Dit is gewist. Niemand kan het nog openen.',
  malformed: 'Wij begrijpen deze opdracht niet. Kijk hieronder hoe het moet.',
};

const EN: typeof NL = {
  usage: `Usage: npm run family -- --as <who> --lang en <command>

  parts                                              What have I told, and who can read it?
  tell <part> --title <title> [--text <text>] [--attach <file>] [--yes]
                                                     Tell something. You see first who can read it.
  read <part>                                        Read what is in a part.
  grant <organisation> <part...> --purpose <purpose> [--months 6] [--history]
                                                     Give an organisation consent.
  stop <organisation> [<part...>]                    Withdraw your consent.
  refuse <organisation> <part...>                    Say no, also for later.
  who                                                Who read what, and when?
  overview                                           Who helps you, what was shared, what did you ask?
  notices                                            What should I know?
  object <number>                                    Say that you disagree. Numbers are in the overview.
  ask-rights <right> <organisation> [<part>] [--message <place>]
                                                     Use a right: access, rectification, erasure or restriction.
  allow <family member> <part...>                    Let somebody in your family read what is about you (from 16 on).
  disallow <family member> <part...>                 Let somebody in your family no longer read along.
  own <name>                                         Make a part that is yours alone.
  secret-address on|off                              Keep your address secret, or no longer.
  receipt                                            What can you get a receipt of?
  receipt <place> [--beside <earlier receipt>]       Keep a receipt. Others can check it without us.

Purposes: support, safety, inquiry, measure, treatment, education.`,
  nobodyElse: 'only you',
  canRead: (names) => `Can be read by: ${names}.`,
  willRead: (names) => `If you tell this, it can be read by: ${names}.`,
  sure: 'Do you want to tell this? (yes/no) ',
  notTold: 'Nothing was told.',
  told: (title) => `Told: "${title}". You do not have to tell this again.`,
  granted: (partner, what, until, history) =>
    `${partner} has your consent for ${what}, until ${until}. ${history ? 'Also for what you told before.' : 'Only for what you tell from now on.'}`,
  waitsFor: 'Not everybody who decides about this has said yes yet. Until then this organisation can read nothing.',
  stopped: (partner, at) => `Stopped. From ${at} on ${partner} can open nothing any more.`,
  stoppedBefore: (count) => `Closed before it was read: ${count} message${count === 1 ? '' : 's'}.`,
  alreadyRead: (count) =>
    count === 0
      ? 'Nothing had been read yet.'
      : `Already read: ${count} message${count === 1 ? '' : 's'}. That we cannot undo.`,
  refused: (partner) => `You said no. ${partner} can read nothing here as long as you say no.`,
  nothingStopped: 'This organisation had no consent from you.',
  readOn: (who, when) => `read by ${who} on ${when}`,
  gotOn: (who, when) => `delivered to ${who} on ${when}, not opened`,
  byNobody: 'read by nobody else yet',
  kinds: {
    grant: 'consent',
    withdraw: 'withdrawal',
    refuse: 'refusal',
    disclose: 'shared without consent',
    erase: 'order to erase',
    erasure: 'message erased',
    'dossier-erasure': 'dossier erased',
    message: 'message',
    opening: 'message opened',
    delivery: 'message delivered',
    refusal: 'request stopped',
    dossier: 'beginning of your dossier',
    person: 'who is in your family',
    custody: 'who has custody',
    capacity: 'who decides for somebody',
    death: 'a death',
    secrecy: 'secret address',
    foster: 'foster family',
    order: "judge's decision",
    seat: 'somebody new who helps',
    'seat-end': 'somebody who stops helping',
    allow: 'reading along in your family',
    compartment: 'new part',
    epoch: 'new key',
    admit: 'key for a reader',
    'new-keys': 'new keys of somebody',
    ask: 'question between organisations',
    endorse: 'a second professional agrees',
    inform: 'whether you were told',
    objection: 'objection',
    weigh: 'objection weighed',
    request: 'use of a right',
    answer: 'answer to that',
    supersede: 'message corrected',
    dispute: 'message that somebody disputes',
  },
  entry: (index, at, kind) => `${index}  ${at}  ${kind}`,
  otherEntry: (kind) => `recorded (${kind})`,
  receiptKept: (file, page) =>
    `Kept: ${file}. Give it only to who may read it.\nIt can be checked with ${page}, also without internet.`,
  receiptTrust: (trust) => `Whoever checks needs this key. Give it by another way:\n\n${trust}`,
  confirmed: (count, at, until, isNew) =>
    `${count} witness${count === 1 ? '' : 'es'} confirmed on ${at} that there is only one log. ${isNew ? `This holds until ${until}.` : 'That is too long ago: ask your regular contact why.'}`,
  unconfirmed: 'No witnesses have confirmed this log yet.',
  you: 'you',
  family: 'a family member',
  noSuchPart: (part) => `There is no part "${part}". See with "parts" which there are.`,
  noSuchOrganisation: (wanted, known) => `We know no organisation "${wanted}". You can choose from: ${known}.`,
  error: (code) => PROBLEMS_EN[code] ?? 'This cannot be done now. Nothing was lost. Try again later.',
};

const PROBLEMS_EN: typeof PROBLEMS_NL = {
  'ledger-unreachable':
    'We have no connection now. We do not know for certain whether it worked. Look later, and then try again.',
  'no-basis': 'This is not allowed now. You can ask your regular contact why.',
  'no-authority': 'You do not decide about this. Ask your regular contact who does.',
  'too-large': 'Your text is too long. Make it shorter, or send it as an attachment.',
  'storage-full': 'There is no room now. Nothing was stored. Try again later.',
  'keystore-locked': 'Your keys do not open. Check your secret file.',
  'quorum-stale': 'Witnesses have not confirmed this yet. Nothing was lost. Wait a moment and then try again.',
  'split-view': 'Something is wrong with the log. Stop, and call the privacy officer.',
  erased: 'This was erased. Nobody can open it any more.',
  malformed: 'We do not understand this command. See below how it is done.',
};

export const TEXTS = { nl: NL, en: EN } as const;
export type Texts = typeof NL;
