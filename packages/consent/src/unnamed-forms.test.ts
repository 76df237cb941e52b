/** Every form in which an identifier is written, wherever in a sentence it stands; and numbers that are none. */
import { describe, expect, it } from 'vitest';
import { scanUnnamed } from './unnamed.ts';

const found = (text: string, list: 'findings' | 'warnings' = 'findings') =>
  scanUnnamed(text)[list].map(({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`);

describe('finds, and nothing else, at the end, before a word, a comma and in brackets', () => {
  const FORMS: Record<string, string[]> = {
    email: ['moeder@example.nl', 'a.b-7@mail.school.example.nl', 'kind@intern', 'kind@7.nl', '@boos_kind7'],
    iban: [
      ...[
        'NL91 ABNA 0417 1643 00',
        'NL91ABNA0417164300',
        'nl91 abna 0417 1643 00',
        'DE89 3704 0044 0532 0130 00',
        'DE89370400440532013000',
      ],
      ...['BE68 5390 0754 7034', 'FR14 2004 1010 0505 0001 3M02 606', 'NO93 8601 1117 947', 'NO9386011117947'],
    ],
    'birth-date': [
      ...['1-2-2014', '31-12-2014', '12-31-2014', '12/12/2014', '1 12 2014', '01.02.2014', '1. 2. 2014', '31.12.2014'],
      ...['1/2/14', '31-12-14', "1-2-'14", '01.02.14', '31.12.14', '2014-02-01', '2014-12-31', '2014/2/1', '2014 2 1'],
      ...['20140201', '20141231', '20141031', '20140115', '20140129', '31012014', '15122014', '29102014', '01112014'],
      ...[
        '1 februari 2014',
        '31 december 2014',
        'februari 1, 2014',
        '3e van maart 2015',
        '1 feb ’14',
        '1\u00a0feb\u00a02014',
      ],
    ],
    phone: [
      '06-12345678',
      '0612345678',
      '020 123 45 67',
      '+31612345678',
      '+31 6 12345678',
      '+1 202 5550143',
      '0031 20 1234567',
    ],
    bsn: [
      '111222333',
      '111.222.333',
      '111 222 333',
      '1112.22.333',
      '1112-22-333',
      '12345672',
      '12.345.672',
      '12 345 672',
    ],
    'licence-plate': ['12-ABC-3', 'AB-123-C', 'AB-12-CD', '1-ABC-23', '12-AB-34', 'ABC-12-D'],
    'postal-code': ['1234 AB', '1234AB', '1234ab', '2012 AB', '1234 GI'],
    number: ['1234567', '000000000', 'WZ482113', 'K-2024-00123', 'dossier 12024', 'zaak 20/1234', 'kenteken AB1234'],
    street: ['Kerkstraat 12', 'kerkstraat 12', 'Oudegracht, nr. 5', 'Wilhelminapark 7', 'Lindehof 3'],
  };
  const all = Object.entries(FORMS).flatMap(([kind, texts]) => texts.map((text): [string, string] => [kind, text]));
  it.each(all)('%s: %s', (kind, form) => {
    for (const sentence of [
      `het gaat om ${form}`,
      `het is ${form} geweest`,
      `het is ${form}, dus`,
      `kind (${form}) weg`,
    ])
      expect(found(sentence)).toEqual([`${kind}: ${form}`]);
  });
});

it.each([
  'http://example.nl/7',
  'https://example.nl',
  'www.example.nl',
  'kind.school.example.nl',
  'example.nl/kind?x=1',
])('finds an address up to where it ends: %s', (url) => {
  for (const sentence of [`het gaat om ${url}`, `zie ${url} daarvoor`])
    expect(found(sentence)).toEqual([`url: ${url}`]);
});

it.each([
  // service numbers are for everybody
  'Bel 0800-2000, 0900 1234 of 09001234 voor hulp.',
  // no day, no month
  'Het nummer 32-1-2014 of 13-13-2014 of 0-5-2014 of 5-0-2014 klopt niet.',
  'Hij is geb. 32/1 of 991301 zei hij.',
  'De code 010214 is oud.',
  'Artikel 7.3.11.2 en 07.03.11.2 en 07.03.112 zijn wet.',
  // amounts, and law after a year
  'Hij kreeg 1500mg en reed 2500KM.',
  'In 2024 VT en in 2025 OM gebeld.',
  'In 2014 is hij verhuisd.',
  // the shape of a plate and no plate
  'Van 5-tot-12 of van AB-CD-EF of 12-34-56 en 1-A-2.',
  'Groep4 en onderzoek2024 lopen.',
  // a street only with a number, or written as a name
  'Hij liep op straat en in de kerkstraat, of in de dorpsStraat.',
  // no day inside a word
  'De vitamine B12 mei niet meer.',
  // one age
  'Het kind (12) slaapt slecht.',
  'Onderweg 3 pauzes, op het schoolplein 2.',
  'In de dorpsstraat 3keer of de dorpsstraat 3 keer gevochten, op de laan 2x en 5 % vaker.',
  'In mei 2 keer gebeld, in jan 5 keer.',
  'Het zorgpad 3 loopt nog, via de luchtweg 2.',
])('finds nothing in: %s', (text) => {
  expect(found(text)).toEqual([]);
  expect(found(text, 'warnings')).toEqual([]);
});

describe('what may point to somebody is warned of', () => {
  it.each([
    ['d.d. 12-05-2026 belde zij', 'date: 12-05-2026'],
    ['dd 12-05-2026 belde zij', 'date: 12-05-2026'],
    ['dd. 12-05-2026 belde zij', 'date: 12-05-2026'],
    ['het gesprek: 12-05-2026 was goed', 'date: 12-05-2026'],
    ['de zitting van 12-05-2026 was goed', 'date: 12-05-2026'],
    [
      'Het kind is geboren in een heel andere stad dan waar het nu woont. Op 12-05-2026 kwam er hulp.',
      'date: 12-05-2026',
    ],
    ['Op 12-05-2026 kwam er hulp, want niemand was nog jarig.', 'date: 12-05-2026'],
    ['kinderen van 12, 10 en 8', 'ages: van 12, 10 en 8'],
    ['kinderen van 12, 3, 4, 5 en 8', 'ages: van 12, 3, 4, 5 en 8'],
    ['kinderen van 12,10 en 11', 'ages: van 12,10 en 11'],
    ['kinderen 12,10 en 8 jaar', 'ages: 12,10 en 8 jaar'],
    ['kinderen 8 & 10jaar', 'ages: 8 & 10jaar'],
    ['children 8 and 10 years old', 'ages: 8 and 10 years old'],
    ['a 12 year old and a 10-year-old', 'ages: 12 year old', 'ages: 10-year-old'],
    ['kinderen (12) en (10)', 'ages: (12)', 'ages: (10)'],
    ['kinderen (12,10 en 8)', 'ages: (12,10 en 8)'],
    ['een gezin met 5 kinderen', 'family: 5 kinderen'],
    ['een gezin met 12 kinderen', 'family: 12 kinderen'],
    ['het heeft prader-willi', 'illness: prader-willi'],
    ['het heeft prader willi', 'illness: prader willi'],
    ['het heeft een zeldzame ziekte', 'illness: zeldzame ziekte'],
    ['it has rett syndrome', 'illness: rett syndrome'],
  ])('%s', (text, ...expected) => expect(found(text, 'warnings')).toEqual(expected));

  it('and a full date that nothing says of is taken for a birthday', () => {
    expect(found('de melding van buren over 12-05-2026 is bekend')).toEqual(['birth-date: 12-05-2026']);
    expect(found('op 12-05-2026 is het kind jarig')).toEqual(['birth-date: 12-05-2026']);
    expect(found('geb. op 12/11 of 3/4')).toEqual(['birth-date: 12/11', 'birth-date: 3/4']);
  });
});

describe('whatever it is written with', () => {
  it.each([
    ['kind 1-2-2014\u0301 is weg', 'birth-date: 1-2-2014\u0301'],
    ['\u200bkevin slaapt', 'name: kevin'],
    ['kind 1\u20132\u20132014', 'birth-date: 1\u20132\u20132014'],
    ['kind 1\u22122\u22122014', 'birth-date: 1\u22122\u22122014'],
    ['mevrouw\u00a0Terpstra belt', 'name: Terpstra'],
    ['🙂 kevin slaapt', 'name: kevin'],
  ])('%j', (text, ...expected) => expect(found(text)).toEqual(expected));

  it('a sentence begins after a quote and a line, of whatever kind', () => {
    for (const text of [
      'Hij zei: \u201cWandelen helpt.\u201d',
      '\u00abWandelen helpt.\u00bb',
      'Ja.\u2028Wandelen helpt.',
      'Hij zei \u201cWandelen helpt.\u201d',
      'Hij zei \u2018Wandelen helpt.\u2019',
    ])
      expect(found(text)).toEqual([]);
  });
});

it('gives what it finds in the order of the text', () => {
  expect(found('Kevin, 1-2-2014, kerkstraat 12, moeder@example.nl en 06-12345678')).toEqual([
    ...[
      'name: Kevin',
      'birth-date: 1-2-2014',
      'street: kerkstraat 12',
      'email: moeder@example.nl',
      'phone: 06-12345678',
    ],
  ]);
});

it('takes a street for one, whatever is counted after it, and a park with a count for a name', () => {
  expect(found('woont kerkstraat 12 en belde 2 keer')).toEqual(['street: kerkstraat 12']);
  expect(found('woont in de KERKSTRAAT nu')).toEqual(['street: KERKSTRAAT']);
  expect(found('op Beatrixpark 7 keer gezien')).toEqual(['name: Beatrixpark']);
});

it('takes six digits for a birthday only near a word about birth', () => {
  expect(found('geboren 010214 te Utrecht')).toEqual(['birth-date: 010214']);
  expect(found('een kind van 12 jaar', 'warnings')).toEqual([]);
});

describe('finds what names somebody', () => {
  it.each([
    'bel 06-12 34 56 78',
    'bel 06-42-51 60 78',
    'het gaat om Jan, 5 jaar',
    'Sinds 2014 Bo en moeder',
    'de kinderen Jan-Eva-Max zijn thuis',
    'woont Achterbinnenhof 3',
    'op Zorgpadlaan 3',
  ])('in %j', (text) => expect(scanUnnamed(text).findings.length).toBeGreaterThan(0));

  it('and warns of ages', () => expect(found('onderweg 12 en 14 jaar', 'warnings').join()).toContain('14'));
});
