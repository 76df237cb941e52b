/** What points to a person in a question that should name nobody, and what an ordinary question may say. */
import { describe, expect, it } from 'vitest';
import { checkConsult, scanUnnamed } from './unnamed.ts';

/** `kind: text` of everything found, so that a table can show what was caught. */
const shown = (text: string, list: 'findings' | 'warnings') =>
  scanUnnamed(text)[list].map(({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`);

describe('blocks', () => {
  it.each<[string, string, ...string[]]>([
    // the three of scenario S22
    [
      'Sanne, geboren 1-2-2014, woont in de Kerkstraat 12.',
      'name: Sanne',
      'birth-date: 1-2-2014',
      'street: Kerkstraat 12',
    ],
    // names
    ['Het gaat om Jayvano, die vaak boos is.', 'name: Jayvano'],
    ['Zij heet Xanthe en is boos.', 'name: Xanthe'],
    ['Kevin slaat zijn zusje.', 'name: Kevin'],
    ['kevin slaat zijn zusje', 'name: kevin'],
    ['De zoon, KEVIN, is weg.', 'name: KEVIN'],
    ['Roos slaapt slecht.', 'name: Roos'],
    ['Mevrouw Van der Berg belt elke dag.', 'name: Berg'],
    ['Mevrouw de Vries-Bakker belt.', 'name: Vries-Bakker'],
    ['Dhr. Pietersen is vader.', 'name: Pietersen'],
    ['MEVROUW PIETERSEN belt.', 'name: PIETERSEN'],
    ['Fam. Oosterbaan vraagt hulp.', 'name: Oosterbaan'],
    ['De moeder J. Terpstra werkt niet.', 'name: Terpstra'],
    ['Naam: jayvano', 'name: jayvano'],
    ['De achternaam is terpstra.', 'name: terpstra'],
    ['Een jongen genaamd jayvano is weg.', 'name: jayvano'],
    ['Moeder zegt dat Jayvano liegt. Jayvano zegt van niet.', 'name: Jayvano', 'name: Jayvano'],
    ['Wij denken aan Kevins veiligheid.', 'name: Kevins'],
    ['Volgens burgemeester Pieterman niet.', 'name: Pieterman'],
    ['Burgemeester Pieterman belt.', 'name: Pieterman'],
    ['De vader, Delano de Brouwerij, belt.', 'name: Delano de Brouwerij'],
    ["Kevin's zusje is bang.", 'name: Kevin'],
    ['Jan-Willem is weg.', 'name: Jan-Willem'],
    ['Mohamed en Fatima zijn gescheiden.', 'name: Mohamed', 'name: Fatima'],
    ['The mother, Xanthe, called us.', 'name: Xanthe'],
    ['Mrs. Featherstone called.', 'name: Featherstone'],
    ['(Jayvano) is weg, en dus is Jayvano niet thuis.', 'name: Jayvano', 'name: Jayvano'],
    ['moeder heet shanaya', 'name: shanaya'],
    ['Kinderen: Jayvano, Shanaya', 'name: Jayvano', 'name: Shanaya'],
    // dates of birth
    ['kind 1-2-2014', 'birth-date: 1-2-2014'],
    ['een kind van 1-2-2014', 'birth-date: 1-2-2014'],
    ['kind 01/02/14', 'birth-date: 01/02/14'],
    ['kind 01.02.2014', 'birth-date: 01.02.2014'],
    ['kind 01.02.14', 'birth-date: 01.02.14'],
    ['kind 01 02 2014', 'birth-date: 01 02 2014'],
    ['kind 1 - 2 - 2014', 'birth-date: 1 - 2 - 2014'],
    ['kind 1 februari 2014', 'birth-date: 1 februari 2014'],
    ['kind 1 feb. 2014', 'birth-date: 1 feb. 2014'],
    ["kind 1 feb '14", "birth-date: 1 feb '14"],
    ['kind 1-feb-2014', 'birth-date: 1-feb-2014'],
    ['kind 2014-02-01', 'birth-date: 2014-02-01'],
    ['kind 20140201', 'birth-date: 20140201'],
    ['kind 01022014', 'birth-date: 01022014'],
    ['geboren op 1 februari', 'birth-date: 1 februari'],
    ['geboortedatum 010214', 'birth-date: 010214'],
    ['de 3e van maart 2015', 'birth-date: 3e van maart 2015'],
    ['geb. 1/2', 'birth-date: 1/2'],
    ['geboren in februari 2014', 'birth-date: februari 2014'],
    ['is op 3 maart 2015 jarig', 'birth-date: 3 maart 2015'],
    ['born February 1st, 2014', 'birth-date: February 1st, 2014'],
    ['child, 02/14/2014', 'birth-date: 02/14/2014'],
    ['kind ０１-０２-２０１４', 'birth-date: ０１-０２-２０１４'],
    ['kind 1\u200b-2-20\u200b14', 'birth-date: 1\u200b-2-20\u200b14'],
    ['kind 1‑2‑2014', 'birth-date: 1‑2‑2014'],
    // where they live
    ['woont kerkstraat 12', 'street: kerkstraat 12'],
    ['woont in de Kerkstraat', 'street: Kerkstraat'],
    ['woont beatrixlaan 3b', 'street: beatrixlaan 3'],
    ['aan de Oudegracht, nr. 5', 'street: Oudegracht, nr. 5'],
    ['op Wilhelminapark 7', 'street: Wilhelminapark 7'],
    ['in de Lindehof', 'street: Lindehof'],
    ['adres 1234 AB', 'postal-code: 1234 AB'],
    ['adres 1234ab', 'postal-code: 1234ab'],
    // numbers
    ['bsn 111222333', 'bsn: 111222333'],
    ['123.456.782 is het nummer', 'bsn: 123.456.782'],
    ['het is 10000007', 'number: 10000007'],
    ['het is 12345672', 'bsn: 12345672'],
    ['bel 06-12345678', 'phone: 06-12345678'],
    ['bel 06 12 34 56 78', 'phone: 06 12 34 56 78'],
    ['bel +31 6 12345678', 'phone: +31 6 12345678'],
    ['bel 020 123 45 67', 'phone: 020 123 45 67'],
    ['mail moeder@example.nl', 'email: moeder@example.nl'],
    ['op insta @boos_kind', 'email: @boos_kind'],
    ['zie https://example.nl/kind?x=1', 'url: https://example.nl/kind?x=1'],
    ['zie example.nl/kind', 'url: example.nl/kind'],
    ['op NL91 ABNA 0417 1643 00', 'iban: NL91 ABNA 0417 1643 00'],
    ['op nl91abna0417164300', 'iban: nl91abna0417164300'],
    ['auto met 12-ABC-3', 'licence-plate: 12-ABC-3'],
    ['kenteken ab-123-c', 'licence-plate: ab-123-c'],
    ['kenteken AB1234', 'number: kenteken AB1234'],
    ['dossier 20.1234', 'number: dossier 20.1234'],
    ['cliëntnummer: 48213', 'number: cliëntnummer: 48213'],
    ['zaak JB-2024-00123', 'number: zaak JB-2024-00123'],
    ['meldingsnummer 2024-88123', 'number: meldingsnummer 2024-88123'],
    ['kenmerk C20240012', 'number: kenmerk C20240012'],
    ['nummer 1234567', 'number: 1234567'],
  ])('%s', (text, ...expected) => {
    expect(shown(text, 'findings')).toEqual(expected);
    expect(checkConsult(text)).toEqual({ outcome: 'deny', code: 'D-IDENTIFIER-IN-UNNAMED', rule: 'L11' });
  });
});

describe('lets an ordinary question through', () => {
  it.each([
    '',
    'Een jongen van 8 jaar slaat zijn moeder. Wat kunnen wij doen?',
    'Moeder weigert contact met school. Vader is onbekend.',
    'Graag denken wij mee over de omgangsregeling na de scheiding.',
    'Is een VOTS hier passend, of een OTS? De GI twijfelt.',
    'Veilig Thuis vraagt om een naam. Moeten wij die geven?',
    'De Raad voor de Kinderbescherming doet onderzoek.',
    'Meisje K (14) heeft PTSS en ADHD; EMDR is gestart bij de GGZ.',
    'Mevrouw X en meneer Y zijn gescheiden.',
    'In 2024 is de ots gestopt en in 2025 GI opnieuw betrokken.',
    'Volgens artikel 7.3.11 Jeugdwet mag dat, en 7.3.4 zegt iets anders.',
    'Wmo 5.1.6 en BW 1:265b lid 2, AVG art. 6.',
    'Vader was 3 dagen weg. Onderweg 2 keer gebeld.',
    'Op het schoolplein 3 kinderen geslagen.',
    'Hij kreeg heet water over zich heen.',
    'Dat heet verwaarlozing.',
    'Zij belde 112 en later 0800-2000.',
    'Er is 250.000 euro schuld, dus € 1500 per maand.',
    'Van 10.30 tot 11.30 uur was niemand thuis.',
    'Het kind is 24/7 bij oma.',
    'Binnen 48 uur contact, dan 5 werkdagen, dan 10 weken.',
    'In februari begon het, vooral op maandag en met Kerst.',
    'Hij zit veel op Instagram, WhatsApp en Snapchat.',
    'De Huisarts en de Jeugdarts zijn het oneens; het Wijkteam ook.',
    'Het gezin woont in Almere.',
    'Moeder spreekt Nederlands en Engels.',
    "'s Avonds drinkt vader. ’s Nachts slaapt niemand.",
    'Hij zei: "Ik ga weg." Toen liep hij weg.',
    '1. Wat mogen wij delen?\n2. Met wie?\n- Moeten wij dit melden?',
    'Casus: Kind weigert school.\nDoel: Terug naar school.',
    'Moeder: Geen contact. Vader: Geeft aan dat het goed gaat. Het duurt 5-tot-12 weken.',
    'Aanleiding\nMoeder gooide heet water.',
    'Kan dit via de meldcode? Stap 4 of 5?',
    'IQ 70, LVB, MDFT of MST-CAN?',
    'Schooljaar 2024-2025, groep 5, DSM-5.',
    'De vader van het kind is ons bekend. Naam: onbekend.',
    'De naam is geheim.',
    'Met name de nachten zijn zwaar.',
    'Mogen we de VT-medewerker en de GI-medewerker samen uitnodigen?',
    'May we share this with the school? The mother refuses.',
    'A boy aged 8 hits his mother. What can we do?',
    'We meet on Monday. I think Child Protection should know.',
    'Er was gisteren ruzie thuis. Mogelijk speelt alcohol. Mevrouw geeft aan dat het beter gaat.',
    'Zorgen over mevrouw. Mogelijk verslaving.',
    'Kinderen zien geweld. Ouders ontkennen. Begeleiding stopt.',
    'Wil je meedenken? Ben benieuwd. Lot van het kind is onzeker.',
    'Wij overwegen ondertoezichtstelling ivm onveiligheid/verwaarlozing.',
    'NIET DOORSTUREN. GRAAG SNEL ANTWOORD.',
    'Vader blowt, moeder zegt niets; zusje (2) huilt.',
    'Hoeveel procent? 1 op de 3, 33,3%.',
    'Opa overleed in maart 2025, en sindsdien slaapt hij slecht.',
    'Kan Verlengde Jeugdhulp via Wlz of Wmo? Het Sociaal Team twijfelt over Ambulante Begeleiding.',
    'Wat is de rol van de Bijzondere Curator en van de Vertrouwenspersoon?',
    'Kindje is met 32 weken geboren en weegt 1800 gram.',
    'De machtiging JeugdzorgPlus loopt af; de TVcN-tolk komt.',
    'Beste collega, in het MDO bleek dat de SAVE-werker twijfelt. De POH-GGZ ook.',
    'De Zorgverzekeraar wijst naar de Jeugdhulpaanbieder en Leerlingenvervoer stopt.',
    'Er ligt een Beschikking over Beschermd Wonen. Wat zegt de Kinderombudsman?',
    'Jeugdhulp, Jeugdzorg en Gezinsbehandeling werken langs elkaar.',
  ])('%s', (text) => {
    expect(shown(text, 'findings')).toEqual([]);
    expect(checkConsult(text)).toEqual({ outcome: 'permit', code: 'P-UNNAMED-CONSULT', rule: 'L11' });
  });
});

describe('warns, and lets through', () => {
  it.each<[string, ...string[]]>([
    ['Kinderen van 3, 5 en 8 jaar.', 'ages: van 3, 5 en 8'],
    ['Een jongen van 8 jaar en een meisje van 11 jaar.', 'ages: 8 jaar', 'ages: 11 jaar'],
    ['Kinderen (3) en (5).', 'ages: (3)', 'ages: (5)'],
    ['K8 en M14 zien ruzie.', 'ages: K8', 'ages: M14'],
    ['Vader is burgemeester.', 'profession: burgemeester'],
    ['Het kind heeft taaislijmziekte.', 'illness: taaislijmziekte'],
    ['Het kind heeft het syndroom van Down.', 'illness: syndroom van'],
    ['Moeder is Syrische.', 'nationality: Syrische'],
    ['moeder is een eritrese vluchteling', 'nationality: eritrese', 'nationality: vluchteling'],
    ['Zij wonen in Swifterbant.', 'place: Swifterbant'],
    ['Zij wonen in Onbekendburen.', 'place: Onbekendburen'],
    ['Zij wonen in een klein dorp.', 'place: dorp'],
    ['Op 12 mei 2026 kwam de politie.', 'date: 12 mei 2026'],
    ['Het gebeurde op maandag 12-05-2026.', 'date: 12-05-2026'],
    ['De melding van 12-05-2026 is bekend.', 'date: 12-05-2026'],
    ['De zitting 3 december 2026 gaat door.', 'date: 3 december 2026'],
    ['Op 12 mei kwam de politie.', 'date: 12 mei'],
    ['De OTS loopt tot 1-11-2026.', 'date: 1-11-2026'],
    ['Het is een tweeling.', 'family: tweeling'],
    ['Een gezin met zeven kinderen.', 'family: zeven kinderen'],
    ['De zaak was in het nieuws.', 'news: in het nieuws'],
    ['Hij zit op de Regenboogschool.', 'name: Regenboogschool'],
    ['Hij heeft Gilles de la Tourette.', 'illness: Gilles de la Tourette'],
    ['Jayvano', 'name: Jayvano'],
    ['الطفل', 'name: الطفل'],

    ['Jayvano is weggelopen.', 'name: Jayvano'],
    ['Hoi Karin,\nwat vind jij?', 'name: Karin'],
    ['Wat vind jij?\n\nGroet,\nKarin Terpstra', 'name: Karin Terpstra'],
    ['Wij spraken mevrouw de boer.', 'name: boer'],
  ])('%s', (text, ...expected) => {
    expect(shown(text, 'warnings')).toEqual(expected);
    expect(checkConsult(text).outcome).toBe('permit');
  });

  it('not about one age alone', () => expect(shown('Een kind van 8 jaar.', 'warnings')).toEqual([]));
});

describe('positions', () => {
  it('say what and where, and never repeat the text', () => {
    for (const finding of scanUnnamed('Het gaat om Xanthe, 1-2-2014.').findings)
      expect(Object.keys(finding)).toEqual(['kind', 'start', 'end']);
  });
});
