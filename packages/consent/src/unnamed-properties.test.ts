/** Laws of the unnamed consult over generated texts: whatever is found lies where it stands, and no text takes long. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkConsult, scanUnnamed } from './unnamed.ts';

describe('positions', () => {
  const IDENTIFIERS = [
    'Xanthe Terpstra',
    '1-2-2014',
    '1 februari 2014',
    '1234 AB',
    '111222333',
    '06-12345678',
    'a.b@example.nl',
    'www.example.nl/x',
    'NL91ABNA0417164300',
    'Kerkstraat 12',
    '12-ABC-3',
    'C-2024-00123',
  ];
  const ordinary = fc.constantFrom('de moeder', 'het kind', 'gaat om', 'over', 'en', 'een vraag van', 'volgens de GI');
  const before = fc.array(ordinary, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(' '));
  const identifier = fc.constantFrom(...IDENTIFIERS);
  const covers = (text: string, start: number, end: number) =>
    scanUnnamed(text).findings.some((finding) => finding.start <= start && finding.end >= end);

  it('cover whatever identifier stands anywhere in a sentence', () =>
    fc.assert(
      fc.property(before, identifier, before, (left, found, right) => {
        const text = `${left} ${found} ${right}`;
        expect(covers(text, left.length + 1, left.length + 1 + found.length)).toBe(true);
      }),
    ));

  it('survive invisible characters, full width and decomposed accents', () =>
    fc.assert(
      fc.property(
        identifier,
        fc.constantFrom('\u200b', '\u00ad', '\u2060', '\ufeff', '\u0301'),
        fc.nat(),
        (found, mark, at) => {
          const cut = 1 + (at % (found.length - 1));
          const hidden = found.slice(0, cut) + mark + found.slice(cut);
          const wide = [...found]
            .map((c) => (/[\dA-Za-z]/.test(c) ? String.fromCodePoint(c.charCodeAt(0) + 0xfee0) : c))
            .join('');
          for (const spelling of [hidden, wide]) {
            const text = `🙂 de zaak van ${spelling} is bekend`;
            expect(covers(text, 15, 15 + spelling.length)).toBe(true);
          }
        },
      ),
    ));

  it('lie inside the text, in order, and the answer follows from them, whatever the text', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const { findings, warnings } = scanUnnamed(text);
        for (const list of [findings, warnings])
          list.forEach(({ start, end }, at) => {
            expect(start).toBeGreaterThanOrEqual(at === 0 ? 0 : list[at - 1]!.start);
            expect(end).toBeGreaterThan(start);
            expect(end).toBeLessThanOrEqual(text.length);
          });
        expect(checkConsult(text).outcome).toBe(findings.length === 0 ? 'permit' : 'deny');
        expect(scanUnnamed(text)).toEqual({ findings, warnings });
      }),
    ));

  it('taken out, leave a text that may go', () =>
    fc.assert(
      fc.property(fc.array(fc.oneof(before, identifier), { maxLength: 8 }), (parts) => {
        const text = parts.join(', ');
        const cleaned = scanUnnamed(text).findings.reduceRight(
          (left, { start, end }) => `${left.slice(0, start)}…${left.slice(end)}`,
          text,
        );
        expect(checkConsult(cleaned).outcome).toBe('permit');
      }),
    ));
});

describe('hostile text', () => {
  // twice what a consult may be: at this size a quadratic pattern takes minutes, not tenths of a second
  const SIZE = 40_000;
  it.each([
    'a',
    '1',
    '0',
    '0 ',
    '1-',
    '1/1/',
    '12 ',
    '3, ',
    'a.',
    'a-',
    'a@',
    '@a',
    'A ',
    'Aa ',
    'Aa-',
    'van ',
    'straat',
    'Kerkstraat ',
    'dossier ',
    'dossiernr',
    'casus-',
    'NL91ABNA',
    'A1B2',
    'jan ',
    'jan. 1, ',
    'www.',
    'http://',
    'a.nl/',
    '(',
    '"',
    '. "',
    '\n',
    '\u200b',
    '\u0301',
    'ﷺ',
    '\ud800',
    'Groet ',
    'Naam: ',
    'mevrouw de ',
    'Kevin ',
    '€',
    ' ',
  ])('%j over and over takes no time to speak of', (unit) => {
    const text = unit.repeat(Math.ceil(SIZE / unit.length)).slice(0, SIZE);
    const begin = performance.now();
    scanUnnamed(`${text}!`);
    expect(performance.now() - begin).toBeLessThan(3000);
  });

  it('of any mixture takes time in step with its length', () =>
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...'aA1 .-/@:0\n(é'), { minLength: 2, maxLength: 12 }), (units) => {
        const begin = performance.now();
        scanUnnamed(units.join('').repeat(SIZE / units.length));
        expect(performance.now() - begin).toBeLessThan(3000);
      }),
      { numRuns: 10 },
    ));
});
