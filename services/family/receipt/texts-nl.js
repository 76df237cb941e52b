/** Every sentence the page makes in Dutch, level B1. The same names stand in texts-en.js. */

const PURPOSES = {
  support: 'hulp',
  safety: 'veiligheid',
  inquiry: 'onderzoek',
  measure: 'maatregel',
  treatment: 'behandeling',
  education: 'school',
};
const purpose = (name) => PURPOSES[name] ?? name;
const messages = (count) => (count === 1 ? '1 bericht' : `${count} berichten`);

/** A name without its kind; long codes keep their beginning, so that two can be told apart. */
function who(party) {
  const [kind, name = '', code = ''] = party.split('/');
  if (kind === 'person') return `een gezinslid (code ${name.slice(0, 6)})`;
  if (kind === 'partner') return `organisatie ${name}`;
  if (kind === 'seat') return `een hulpverlener van organisatie ${name} (code ${code.slice(0, 6)})`;
  if (kind === 'officer') return `privacy-medewerker ${name}`;
  return party === 'steward' ? 'de beheerder van de regio' : `iemand (${party})`;
}
const first = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const readBefore = 'Dat niemand vóór die tijd las. Wat al gelezen was, blijft gelezen.';
const contentTrue = 'Dat de inhoud van het bericht waar is.';
const otherCopies = 'Dat er geen kopie meer is op een andere plaats.';

/** Per kind: its name, what it says (`day` makes a date of milliseconds), and what it does not prove. */
const KINDS = {
  grant: {
    name: 'Deze toestemming',
    says: (act, day) => [
      `${first(who(act.by))} zegt ja tegen organisatie ${act.partner}.`,
      `Waarvoor: ${act.purposes.map(purpose).join(', ')}.`,
      `De toestemming loopt van ${day(act.from)} tot ${day(act.until)}.`,
      act.history ? 'Ook voor wat eerder is verteld.' : 'Niet voor wat eerder is verteld.',
    ],
    open: ['Dat deze toestemming nu nog geldt. Misschien is zij later ingetrokken.', 'Dat iemand daarna iets las.'],
  },
  withdraw: {
    name: 'Deze intrekking',
    says: (act) => [`${first(who(act.by))} stopt de toestemming voor organisatie ${act.partner}.`],
    open: [readBefore, 'Dat de organisatie weggooit wat zij al las.'],
  },
  refuse: {
    name: 'Deze weigering',
    says: (act) => [`${first(who(act.by))} zegt nee tegen organisatie ${act.partner}.`],
    open: [readBefore, 'Dat de wet lezen niet toch toestaat.'],
  },
  disclose: {
    name: 'Dit delen zonder toestemming',
    says: (act) => [
      `${first(who(act.by))} deelt ${messages(act.items.length)} met ${who(act.to)}.`,
      `Waarvoor: ${purpose(act.purpose)}. Regel in de wet: ${act.rule}.`,
    ],
    open: ['Dat het delen mocht. Een rechter kan dat beoordelen.', contentTrue, 'Dat er niet meer is gedeeld.'],
  },
  erase: {
    name: 'Deze opdracht om te wissen',
    says: (act) => [
      `${first(who(act.by))} laat ${act.whole ? 'het hele dossier' : messages(act.items.length)} wissen.`,
      `Reden: regel ${act.ground}.`,
    ],
    open: ['Dat het wissen is gebeurd. Dat staat op een andere plaats in het logboek.', otherCopies, readBefore],
  },
  erasure: {
    name: 'Deze wissing',
    says: (act) => [
      `De sleutel van één bericht is vernietigd. Het stond op plaats ${act.message.index}.`,
      `Reden: regel ${act.ground}.`,
    ],
    open: [otherCopies, readBefore, 'Dat het wissen mocht.'],
  },
  'dossier-erasure': {
    name: 'Deze wissing van een dossier',
    says: (act) => [`De sleutels van ${act.entries.length} plaatsen zijn vernietigd.`, `Reden: regel ${act.ground}.`],
    open: [otherCopies, readBefore, 'Dat het wissen mocht.'],
  },
  opening: {
    name: 'Dit openen van een bericht',
    says: (act) => [
      `${first(who(act.reader))} kreeg de sleutel van één bericht.`,
      `Waarvoor: ${purpose(act.purpose)}.`,
    ],
    open: ['Dat een mens het bericht echt las.', contentTrue, 'Dat niemand anders het las.'],
  },
  delivery: {
    name: 'Deze bezorging',
    says: (act) => [`${first(who(act.reader))} kreeg één bericht, nog dicht.`],
    open: ['Dat het bericht is geopend of gelezen.', contentTrue],
  },
  refusal: {
    name: 'Dit tegengehouden verzoek',
    says: (act) => [
      `${first(who(act.party))} wilde een bericht ${act.act === 'open' ? 'openen' : 'sturen'}.`,
      'Het logboek hield dat tegen.',
    ],
    open: ['Dat het later niet alsnog is gelukt.', 'Dat niemand het op een andere manier hoorde.'],
  },
  message: {
    name: 'Dit bericht',
    says: (act) => [`${first(who(act.sender))} stuurde een bericht. Waarvoor: ${purpose(act.purpose)}.`],
    open: [contentTrue, 'Wat er in het bericht staat. Dat is niet te zien in dit bewijs.', 'Dat iemand het las.'],
  },
  statement: {
    name: 'Deze verklaring',
    says: (act) => [`${first(who(act.by))} legde iets vast. Soort: ${act.kind}.`],
    open: ['Dat de verklaring waar is.', 'Dat zij nu nog geldt.'],
  },
  writer: {
    name: 'Deze start van het logboek',
    says: () => ['Een programma begon met schrijven in het logboek.'],
    open: ['Dat dit programma alles goed deed.'],
  },
};

const DAMAGED = 'Dit bestand is geen bewijs, of het is beschadigd. Vraag het bestand nog een keer.';
const TRUST = 'De sleutels kloppen niet. Kijk of u ze helemaal hebt geplakt. Vraag ze anders nog een keer.';
const OTHER_LOG = 'Dit bewijs is niet getekend door het logboek dat u vertrouwt. Kijk of u de goede sleutels hebt.';
const NOT_THERE =
  'Deze gebeurtenis staat niet op deze plaats in het logboek. Iemand veranderde iets, of het bestand is beschadigd.';
const STRANGE = 'Wat hier staat, is geen gebeurtenis zoals het logboek die maakt. Vertrouw dit bestand niet.';
const SIGNER = 'De handtekening onder deze gebeurtenis klopt niet. Vertrouw dit bestand niet.';

export const NL = {
  locale: 'nl-NL',
  title: 'Controleer een bewijs',
  kinds: KINDS,
  verdict: { proved: 'Bewezen', alone: 'Bewezen, maar zonder getuigen', refused: 'Niet bewezen' },
  headline: (name, at, index) => `${name} staat sinds ${at} uur op plaats ${index} in het logboek.`,
  confirmed: (count, all) => `${count} van ${all} ${all === 1 ? 'getuigen heeft' : 'getuigen hebben'} dat bevestigd.`,
  alone: 'Alleen het logboek zelf heeft dit getekend. U vroeg niet om getuigen.',
  notProved: 'Zo bewijst dit bestand niets.',
  notLooked: 'Het bewijs zelf is nog niet bekeken.',
  proved: {
    place: (name, index, size) => `${name} staat in het logboek, op plaats ${index}. Dat had toen ${size} plaatsen.`,
    unchanged: 'Aan deze gebeurtenis is daarna niets veranderd, geen letter.',
    time: (at) => `Het logboek schreef erbij: ${at} uur.`,
    latest: (at) => `Dit stond er uiterlijk op ${at} uur. Dat zeggen de getuigen die u vertrouwt.`,
    signer: 'Iemand tekende dit met de sleutel die in het bewijs zit.',
    grown: (size) => `Het logboek met ${size} plaatsen en dit logboek zijn één geschiedenis.`,
    same: 'Het andere bewijs komt uit precies hetzelfde logboek.',
    together: 'Het andere bewijs en dit bewijs zijn van één geschiedenis.',
  },
  open: {
    nothingElse: 'Dat er verder niets is. Een bewijs gaat over één plaats in het logboek.',
    clock: 'Dat het precies toen was. De tijd komt van de klok van het logboek.',
    fork: 'Dat iedereen hetzelfde logboek ziet. Daarvoor zijn getuigen nodig.',
    owner: 'Van wie die sleutel is. Dat staat op een andere plaats in het logboek.',
    signer: 'Wie dit ondertekende. De sleutel zit niet in dit bewijs.',
    apart: 'Dat het andere bewijs bij dezelfde geschiedenis hoort. Het bewijs daarvoor zit er niet bij.',
  },
  clockWarning: 'Let op: het logboek noemt een latere tijd dan de getuigen. De klok van het logboek liep niet goed.',
  steps: {
    file: 'Het bestand is een bewijs',
    keys: 'De sleutels zijn leesbaar',
    event: 'De gebeurtenis is leesbaar',
    signatures: 'De handtekeningen van logboek en getuigen kloppen',
    place: 'De gebeurtenis staat op deze plaats',
    witnesses: 'Er zijn genoeg getuigen',
    signer: 'De handtekening onder de gebeurtenis klopt',
    history: 'Het is één geschiedenis',
  },
  states: { good: 'goed', wrong: 'fout', left: 'niet bekeken', none: 'niet nodig' },
  facts: {
    file: 'Bestand',
    fileHash: 'SHA-256 van het bestand',
    checked: 'Gecontroleerd op',
    origin: 'Logboek',
    index: 'Plaats (tellen begint bij 0)',
    size: 'Plaatsen in het logboek',
    root: 'Wortel (SHA-256)',
    leaf: 'Blad',
    witness: (name) => `Getuige ${name}`,
    notConfirmed: 'niet bevestigd',
    event: 'Gebeurtenis, zoals vastgelegd',
    reason: 'Reden',
    other: 'Bij het andere bewijs',
    trust: 'Sleutels die u gaf',
  },
  hour: (at) => `${at} uur`,
  reasons: {
    'receipt-format': DAMAGED,
    'leaf-format': DAMAGED,
    'hash-format': DAMAGED,
    'proof-file-format': DAMAGED,
    'note-format': DAMAGED,
    'note-too-large': DAMAGED,
    'checkpoint-format': DAMAGED,
    'event-format': STRANGE,
    'event-type': STRANGE,
    'policy-format': TRUST,
    'policy-name': TRUST,
    'policy-key': TRUST,
    'policy-quorum': TRUST,
    'vkey-format': TRUST,
    'vkey-type': TRUST,
    'vkey-key-id': TRUST,
    'note-ambiguous-key': TRUST,
    'note-unsigned': OTHER_LOG,
    'checkpoint-unsigned': OTHER_LOG,
    'checkpoint-origin': OTHER_LOG,
    'note-bad-signature': 'Een handtekening van het logboek of een getuige klopt niet. Vertrouw dit bestand niet.',
    'proof-index': NOT_THERE,
    'proof-length': NOT_THERE,
    'proof-mismatch': NOT_THERE,
    'quorum-missing': 'Het logboek tekende, maar te weinig getuigen bevestigden dat. Vraag later een nieuw bewijs.',
    'signer-mismatch': SIGNER,
    'signature-invalid': SIGNER,
    'split-view':
      'Het logboek tekende twee verschillende geschiedenissen. Bewaar beide bestanden. Laat ze aan een privacy-medewerker zien.',
  },
  /** A proof that does not fit at this step is about another checkpoint, not about the event. */
  historyWrong: 'De twee logboeken lijken niet één geschiedenis. Bewaar de bestanden. Vraag een nieuw bewijs.',
  zone: 'Alle tijden zijn Nederlandse tijd.',
  headings: { proved: 'Dit is bewezen', open: 'Dit is niet bewezen', steps: 'Wat is gecontroleerd', facts: 'Gegevens' },
  print: 'Afdrukken',
  noFile: 'Kies eerst een bewijs.',
  noKeys: 'Plak eerst de sleutels van wie u vertrouwt.',
};
