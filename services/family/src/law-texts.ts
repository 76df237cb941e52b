/** What the family's command line says about the law: shared without consent, objections, rights. Dutch (B1) and English. */
import type { Language } from './texts.ts';

/** A right, as a family calls it. */
export const RIGHTS = {
  inzage: 'access',
  verbeteren: 'rectification',
  wissen: 'erasure',
  stilzetten: 'restriction',
  access: 'access',
  rectification: 'rectification',
  erasure: 'erasure',
  restriction: 'restriction',
} as const;

const NL = {
  parts: 'Uw verhaal',
  family: 'Uw gezin',
  seats: 'Wie u helpt',
  shared: 'Gedeeld zonder uw ja',
  orders: 'Wat de rechter besliste',
  asked: 'Wat u vroeg',
  terms: 'Wat er nog moet gebeuren',
  nothing: 'Niets.',
  noNews: 'Er is geen nieuws.',
  bands: {
    under12: 'een kind onder de 12',
    '12-15': 'een kind van 12 tot 16',
    '16-17': 'een jongere van 16 of 17',
    adult: 'een volwassene',
  },
  member: (number: number, who: string) => `${number}  ${who}`,
  withCustody: (who: string, over: string) => `${who}, met gezag over ${over}`,
  roles: {
    member: 'een hulpverlener',
    'stand-in': 'een vervanger',
    adviser: 'iemand die meedenkt, en leest vanaf die dag',
    chair: 'een voorzitter, die niet leest wat u vertelt',
  },
  seat: (place: number, organisation: string, role: string, from: string, until: string) =>
    `${place}  ${organisation}: ${role}. Van ${from} tot ${until}.`,
  disclosed: (place: number, when: string, from: string, count: number, what: string, to: string) =>
    `${place}  ${when}: ${from} deelde ${count === 1 ? '1 bericht' : `${count} berichten`} met ${to}. Uit: ${what}.`,
  law: (sentence: string, article: string) => `De wet: ${sentence} (${article})`,
  ownFile: 'het dossier van die organisatie',
  read: (when: string) => `Gelezen op ${when}.`,
  unread: 'Nog niet geopend.',
  order: (institution: string, from: string, until: string) =>
    `Ondertoezichtstelling. ${institution} voert die uit, van ${from} tot ${until}.`,
  rights: {
    access: 'inzage',
    rectification: 'verbeteren',
    erasure: 'wissen',
    restriction: 'stilzetten',
  },
  request: (place: number, when: string, right: string, organisation: string) =>
    `${place}  ${when}: ${right}, aan ${organisation}.`,
  answerDue: (when: string) => `Er komt antwoord, uiterlijk op ${when}.`,
  answerLate: (when: string) =>
    `Er had antwoord moeten zijn op ${when}. U kunt een klacht sturen. Een vertrouwenspersoon helpt u gratis.`,
  outcomes: { granted: 'Antwoord: ja.', partly: 'Antwoord: voor een deel.', refused: 'Antwoord: nee.' },
  ground: (sentence: string, article: string) => `Waarom: ${sentence} (${article})`,
  objectionOpen: 'Er is bezwaar gemaakt. De organisatie moet het nog wegen.',
  objectionStands: (when: string) =>
    `Een bezwaar is gewogen op ${when}. Het delen blijft. Bent u het er niet mee eens? Dan kunt u een klacht sturen.`,
  objectionEnds: (when: string) => `Een bezwaar is gewogen op ${when}. Het delen is gestopt.`,
  objected: 'Uw bezwaar is vastgelegd.',
  objectedAlready: 'Hiertegen is al bezwaar gemaakt. De organisatie moet het nog wegen.',
  weighedBy: (organisation: string, when: string) => `${organisation} moet uw bezwaar wegen, uiterlijk op ${when}.`,
  /** By what the rule of law says an objection does. */
  effects: {
    nothing: 'Het lezen stopt hier niet mee. De wet laat dat nu toe, ook als u bezwaar maakt.',
    weigh: 'Tot uw bezwaar is gewogen, kan niemand dit nog openen.',
    stops: 'Vanaf nu kan niemand dit nog openen.',
  },
  standInStops: 'Tot uw bezwaar is gewogen, kan deze vervanger niets van u openen.',
  seatGoesOn: 'Tot uw bezwaar is gewogen, kan deze persoon blijven lezen. Met "stop" trekt u uw toestemming in.',
  notUndone: (when: string) => `Het is al gelezen, op ${when}. Dat kunnen wij niet ongedaan maken.`,
  noSuchAct: (place: string) => `Nummer ${place} staat niet in uw overzicht. Kijk met "overzicht" wat er is.`,
  requested: (right: string, organisation: string) => `Uw vraag is verstuurd aan ${organisation}: ${right}.`,
  allowed: (member: number, part: string) =>
    `Gezinslid ${member} mag nu lezen wat in "${part}" staat, ook wat er al stond.`,
  disallowed: (member: number, part: string) =>
    `Gezinslid ${member} kan in "${part}" niets meer openen. Wat al gelezen is, kunnen wij niet ongedaan maken.`,
  noSuchMember: (number: string) => `Gezinslid ${number} is er niet. Kijk met "overzicht" wie er zijn.`,
  ownMade: (name: string) =>
    `"${name}" is van u alleen. Niemand anders in uw gezin leest het. Geeft u een organisatie toestemming, dan leest die het. Is er gevaar, dan mag die soms iets delen, ook zonder uw ja. U hoort dat dan.`,
  addressOn:
    'Uw adres is geheim. Wat als adres gemerkt is, kan niemand anders nog openen. Wij herkennen een adres niet zelf: zet het dus niet in een ander bericht.',
  addressOff: 'Uw adres is niet meer geheim.',
  about: (what: string) => `Gaat over: ${what}.`,
  seeNumber: (place: number) => `nummer ${place} in uw overzicht`,
  memberCalled: (number: number) => `gezinslid ${number}`,
  yesTo: (organisation: string, part: string) => `een ja aan ${organisation} voor ${part}`,
  article: (article: string) => `Wet: ${article}.`,
  term: (until: string, who: string, sentence: string, over: boolean) =>
    `${over ? `Te laat, het moest op ${until}` : `Uiterlijk ${until}`}, ${who}: ${sentence}`,
};

const EN: typeof NL = {
  parts: 'Your story',
  family: 'Your family',
  seats: 'Who helps you',
  shared: 'Shared without your yes',
  orders: 'What the judge decided',
  asked: 'What you asked',
  terms: 'What must still happen',
  nothing: 'Nothing.',
  noNews: 'There is no news.',
  bands: {
    under12: 'a child under 12',
    '12-15': 'a child of 12 to 16',
    '16-17': 'a young person of 16 or 17',
    adult: 'an adult',
  },
  member: (number, who) => `${number}  ${who}`,
  withCustody: (who, over) => `${who}, with custody over ${over}`,
  roles: {
    member: 'a worker',
    'stand-in': 'a stand-in',
    adviser: 'somebody who thinks along, and reads from that day',
    chair: 'a chair, who does not read what you tell',
  },
  seat: (place, organisation, role, from, until) => `${place}  ${organisation}: ${role}. From ${from} until ${until}.`,
  disclosed: (place, when, from, count, what, to) =>
    `${place}  ${when}: ${from} shared ${count === 1 ? '1 message' : `${count} messages`} with ${to}. From: ${what}.`,
  law: (sentence, article) => `The law: ${sentence} (${article})`,
  ownFile: 'the file of that organisation',
  read: (when) => `Read on ${when}.`,
  unread: 'Not opened yet.',
  order: (institution, from, until) => `Supervision order. ${institution} carries it out, from ${from} until ${until}.`,
  rights: { access: 'access', rectification: 'rectification', erasure: 'erasure', restriction: 'restriction' },
  request: (place, when, right, organisation) => `${place}  ${when}: ${right}, to ${organisation}.`,
  answerDue: (when) => `There will be an answer, on ${when} at the latest.`,
  answerLate: (when) =>
    `There should have been an answer on ${when}. You can send a complaint. A confidential adviser helps you for free.`,
  outcomes: { granted: 'Answer: yes.', partly: 'Answer: in part.', refused: 'Answer: no.' },
  ground: (sentence, article) => `Why: ${sentence} (${article})`,
  objectionOpen: 'Somebody objected. The organisation still has to weigh it.',
  objectionStands: (when) =>
    `An objection was weighed on ${when}. The sharing stays. If you disagree, you can send a complaint.`,
  objectionEnds: (when) => `An objection was weighed on ${when}. The sharing stopped.`,
  objected: 'Your objection is recorded.',
  objectedAlready: 'Somebody objected to this already. The organisation still has to weigh it.',
  weighedBy: (organisation, when) => `${organisation} must weigh your objection, on ${when} at the latest.`,
  effects: {
    nothing: 'This does not stop the reading. The law allows it now, also when you object.',
    weigh: 'Until your objection is weighed, nobody can open this any more.',
    stops: 'From now on nobody can open this any more.',
  },
  standInStops: 'Until your objection is weighed, this stand-in can open nothing of yours.',
  seatGoesOn: 'Until your objection is weighed, this person can go on reading. With "stop" you withdraw your consent.',
  notUndone: (when) => `It was read already, on ${when}. That we cannot undo.`,
  noSuchAct: (place) => `Number ${place} is not in your overview. See with "overview" what there is.`,
  requested: (right, organisation) => `Your request was sent to ${organisation}: ${right}.`,
  allowed: (member, part) => `Family member ${member} may now read what is in "${part}", also what was there already.`,
  disallowed: (member, part) =>
    `Family member ${member} can open nothing in "${part}" any more. What was read already, we cannot undo.`,
  noSuchMember: (number) => `There is no family member ${number}. See with "overview" who there are.`,
  ownMade: (name) =>
    `"${name}" is yours alone. Nobody else in your family reads it. If you give an organisation consent, it reads it. When there is danger, it may sometimes share something, also without your yes. You will hear of that.`,
  addressOn:
    'Your address is secret. What is marked as an address nobody else can open any more. We do not recognise an address ourselves: so do not put it in another message.',
  addressOff: 'Your address is no longer secret.',
  about: (what) => `About: ${what}.`,
  seeNumber: (place) => `number ${place} in your overview`,
  memberCalled: (number) => `family member ${number}`,
  yesTo: (organisation, part) => `a yes to ${organisation} for ${part}`,
  article: (article) => `Law: ${article}.`,
  term: (until, who, sentence, over) =>
    `${over ? `Too late, it was due on ${until}` : `By ${until}`}, ${who}: ${sentence}`,
};

export const LAW_TEXTS: Record<Language, typeof NL> = { nl: NL, en: EN };
