/** The law files: what is in them, which version counts when, and that whatever is wrong is refused by file and line. */
import { EenmaalError, type Profile, ReasonCode } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { AGE_BANDS, ageBand, LAW_FILES, MARK_RULES, offeredTo, parseLaw, ruleAt, whoDecides, whoReads } from './law.ts';
import { LAW, LAW_TEXTS } from './test-law.ts';

const NOW = Date.parse('2026-11-22T00:00:00Z');

describe('age bands', () => {
  const child = { turns12: 1000, turns16: 2000, turns18: 3000 };

  it.each([
    [0, 'under12'],
    [999, 'under12'],
    [1000, '12-15'],
    [1999, '12-15'],
    [2000, '16-17'],
    [2999, '16-17'],
    [3000, 'adult'],
    [Number.NaN, 'under12'],
  ])('at %d: %s', (now, band) => expect(ageBand(child, now)).toBe(band));

  it('take null as passed already', () => {
    expect(ageBand({ turns12: null, turns16: 2000, turns18: 3000 }, 0)).toBe('12-15');
    expect(ageBand({ turns12: null, turns16: null, turns18: 3000 }, 0)).toBe('16-17');
    expect(ageBand({ turns12: null, turns16: null, turns18: null }, 0)).toBe('adult');
  });
});

describe('the law', () => {
  it('says who decides and who reads at every age', () => {
    for (const band of AGE_BANDS)
      for (const profile of ['strict', 'statute'] as Profile[])
        expect(whoReads(LAW, band), `${profile} ${band}`).toEqual(
          expect.arrayContaining([...whoDecides(LAW, profile, band)]),
        );
    expect(whoDecides(LAW, 'strict', '12-15')).toEqual(['self', 'custody']);
    expect(whoDecides(LAW, 'statute', '12-15')).toEqual(['self']);
    expect(whoDecides(LAW, 'strict', '16-17')).toEqual(['self']);
  });

  it('holds L01 to L37 and the rules decisions name', () => {
    const numbered = Array.from({ length: 37 }, (_, index) => `L${String(index + 1).padStart(2, '0')}`);
    for (const id of [...numbered, 'OWN', 'FILE', ...Object.values(MARK_RULES)])
      expect(LAW.rulesById.has(id), id).toBe(true);
  });

  it('speaks both languages everywhere, and never the same sentence in both', () => {
    const said = [
      ...LAW.rules.flatMap(({ family, professional }) => [family, professional]),
      ...[...LAW.clocks.values()].map(({ sentence }) => sentence),
      ...[...LAW.reasons.values()].flatMap((text) => Object.values(text)),
    ];
    for (const { nl, en } of said) {
      expect(nl).toMatch(/^\S.*[.?!)]$/);
      expect(en).toMatch(/^\S.*[.?!)]$/);
      expect(nl).not.toBe(en);
    }
  });

  it('has sentences for every reason', () =>
    expect([...LAW.reasons.keys()].sort()).toEqual([...ReasonCode.options].sort()));

  it('never says who refused: the sentences about every kind of no are the same', () => {
    const said = (code: ReasonCode) => LAW.reasons.get(code);
    expect(said('D-REFUSED-CHILD')).toEqual(said('D-REFUSED-PARENT'));
    expect(said('D-REFUSED-SELF')).toEqual(said('D-REFUSED-PARENT'));
    for (const what of ['professional', 'change'] as const) {
      for (const code of ['D-REFUSED-PARENT', 'D-WITHDRAWN'] as const)
        expect(said(code)?.[what]).toEqual(said('D-NO-GRANT')?.[what]);
      expect(said('H-CHILD-12-CONFIRM')?.[what]).toEqual(said('H-OTHER-PARENT-UNHEARD')?.[what]);
    }
  });

  it('addresses a child as a child, and everybody else with respect', () => {
    for (const [code, { parent, child, professional }] of LAW.reasons) {
      expect(child.nl, code).not.toMatch(/\b(u|uw|uzelf)\b/i);
      for (const { nl } of [parent, professional]) expect(nl, code).not.toMatch(/\b(je|jij|jou|jouw)\b/i);
    }
  });

  it('lets nothing be disclosed under a prohibition, a consent or what is switched off', () => {
    for (const { id, kind, permits } of LAW.rules)
      if (kind === 'prohibition' || kind === 'consent') expect(permits, id).toBeNull();
    for (const id of ['L26', 'L36']) expect(ruleAt(LAW, id, NOW), id).toBeNull();
  });

  it('asks a second person and the six criteria for the right to speak to Veilig Thuis', () => {
    expect(ruleAt(LAW, 'L08', NOW)).toMatchObject({ secondPerson: true, emergency: true, permits: 'P-LAW-RIGHT' });
    expect(ruleAt(LAW, 'L08', NOW)?.records).toEqual(
      expect.arrayContaining(['motive', 'consent-sought', 'harm', 'conscience', 'subsidiarity', 'effectiveness']),
    );
  });

  it('lets nobody share without consent unless something is written down, or the person itself gets it', () => {
    for (const { id, permits, records, toward } of LAW.rules)
      if (permits !== null && !toward.every((to) => to === 'person:self')) expect(records, id).not.toEqual([]);
  });

  it('offers only what the region chose', () => {
    expect(LAW.offered.map(({ id }) => id)).toEqual(['L06', 'L08', 'L16', 'L17', 'L18']);
    expect(offeredTo(LAW, ['raad']).map(({ id }) => id)).toEqual(['L16', 'L17', 'L18']);
    expect(offeredTo(LAW, ['school'])).toEqual([]);
    const [forAll] = LAW.rulesById.get('L03') ?? [];
    const also = { ...LAW, offered: [...LAW.offered, forAll as (typeof LAW.offered)[number]] };
    expect(offeredTo(also, ['school']).map(({ id }) => id)).toEqual(['L03']);
    expect(offeredTo({ ...LAW, offered: LAW.rulesById.get('L10') ?? [] }, ['gi']).map(({ id }) => id)).toEqual(['L10']);
  });
});

describe('the version in force', () => {
  const at = (instant: string) => ruleAt(LAW, 'FILE', Date.parse(instant))?.reference;

  it('changes at midnight in Amsterdam', () => {
    expect(at('2014-12-31T22:59:59.999Z')).toBeUndefined();
    expect(at('2014-12-31T23:00:00.000Z')).toBe('FILE@2015-01-01');
    expect(at('2019-12-31T22:59:59.999Z')).toBe('FILE@2015-01-01');
    expect(at('2019-12-31T23:00:00.000Z')).toBe('FILE@2020-01-01');
  });

  it('is the same whichever stands first in the file', () => {
    const [older, newer] = ['2015-01-01\n    validTo: 2020-01-01', '2020-01-01\n    validTo: null'] as const;
    const [others, versions] = splitAt(text('catalogue.yaml'), 'id: FILE');
    const turned = versions.replace(older, 'later').replace(newer, older).replace('later', newer);
    const { rulesById } = law({ 'catalogue.yaml': others + turned });
    expect(rulesById.get('FILE')?.map(({ validFrom }) => validFrom)).toEqual(['2020-01-01', '2015-01-01']);
  });

  // the clocks go forward on 29 March 2026 and back on 25 October 2026, after midnight
  it.each([
    ['2026-03-29', '2026-03-28T23:00:00Z'],
    ['2026-03-30', '2026-03-29T22:00:00Z'],
    ['2026-10-25', '2026-10-24T22:00:00Z'],
    ['2026-10-26', '2026-10-25T23:00:00Z'],
  ])('a rule from %s begins and ends to the millisecond', (date, instant) => {
    const starts = law({ 'catalogue.yaml': changed('L08', 'validFrom: 2015-01-01', `validFrom: ${date}`) });
    const stops = law({ 'catalogue.yaml': changed('L08', 'validTo: null', `validTo: ${date}`) });
    const midnight = Date.parse(instant);
    expect(ruleAt(starts, 'L08', midnight - 1)).toBeNull();
    expect(ruleAt(starts, 'L08', midnight)?.reference).toBe('L08@2015-01-01');
    expect(ruleAt(stops, 'L08', midnight - 1)?.id).toBe('L08');
    expect(ruleAt(stops, 'L08', midnight)).toBeNull();
  });

  it('is none for a disabled rule, an unknown rule and a moment that is no number', () => {
    const disabled = law({ 'catalogue.yaml': changed('L08', 'enabled: true', 'enabled: false') });
    expect(ruleAt(disabled, 'L08', NOW)).toBeNull();
    expect(disabled.offered.map(({ id }) => id)).not.toContain('L08');
    expect(ruleAt(LAW, 'L99', NOW)).toBeNull();
    expect(ruleAt(LAW, 'L08', Number.NaN)).toBeNull();
  });
});

describe('a law file that is wrong', () => {
  /** What is wrong; the file; where to look from; what becomes what there; the refusal; and what stands on its line: from
   * there on, or with `^` at the beginning of a line of the file. */
  type Spoilt = [what: string, file: string, from: string, old: string, bad: string, refusal: string, line?: string];
  const RULES = 'catalogue.yaml';
  const spoilt: Spoilt[] = [
    ['no YAML', 'roles.yaml', '  gi:', 'true', '[true', 'file: no valid YAML', '    secrecy'],
    ['a key twice', 'roles.yaml', '  raad:', 'raad:', 'gi:', 'file: no valid YAML: DUPLICATE_KEY'],
    ['an alias', 'deciders.yaml', 'readers', '[self, custody]', '*a', 'file: an alias is not allowed'],
    ['an unknown key', RULES, 'version:', 'version:', 'extra: 1\nversion:', 'extra: unknown key'],
    ['two unknown keys', RULES, 'version:', 'version:', 'extra: 1\nmore: 1\nversion:', ' extra: unknown key', 'extra'],
    ['an unknown key deep down', RULES, 'id: L08', 'kind: right', 'kinds: x\n    kind: right', 'kinds: unknown key'],
    ['a missing key', RULES, 'id: L08', 'kind: right\n    ', '', 'kind: ', 'id: L08'],
    ['an empty text', RULES, 'id: L08', 'Wmo 2015 5.2.6', '', 'article: ', 'article: ""'],
    ['a date that is none', RULES, 'id: L08', 'lawVersion: 2015-01-01', 'lawVersion: 2015-02-30', 'lawVersion: '],
    ['an end before its beginning', RULES, 'id: L08', 'validTo: null', 'validTo: 2015-01-01', 'validTo: ends before'],
    ['a role that does not exist', RULES, 'id: L08', '[veilig-thuis]', '[gi, nobody]', 'toward.1: no such role'],
    ['a giver that is no role', RULES, 'id: L08', 'from: [any]', 'from: [named]', 'from.0: no such role'],
    ['a code that does not exist', RULES, 'id: L08', 'P-LAW-RIGHT', 'P-LAW', 'permits: '],
    ['a code of a hold', RULES, 'id: L08', 'P-LAW-RIGHT', 'H-OBJECTED', 'permits: no code of a permit'],
    [
      'a consent that permits',
      RULES,
      'id: L24',
      'permits: null',
      'permits: P-OWN',
      'permits: a prohibition or a consent',
    ],
    [
      'a prohibition that permits',
      RULES,
      'id: L13',
      'permits: null',
      'permits: P-OWN',
      'permits: a prohibition or a consent',
    ],
    ['a record that does not exist', RULES, 'id: L03', '[necessity]', '[hope]', 'records.0: '],
    ['a rule twice in one period', RULES, 'id: L09', 'id: L09', 'id: L08', 'id: L08 twice in one period'],
    ['versions that overlap', RULES, 'id: FILE', 'To: 2020-01-01', 'To: 2020-01-02', 'id: FILE twice', '- id: FILE\n'],
    ['a rule missing that decisions name', RULES, 'id: OWN', 'OWN', 'MINE', 'rules: rule OWN is missing', '^rules:'],
    ['a band without roles', 'deciders.yaml', 'statute', '17: [self]', '17: []', 'profiles.statute.16-17: '],
    ['a missing profile', 'deciders.yaml', 'statute:', 'statute:', 'letter:', 'profiles.letter: unknown key'],
    ['a secrecy that is no rule', 'roles.yaml', 'school:', 'L37', 'L99', 'roles.school.secrecy: no such rule'],
    ['a clock of nobody', 'clocks.yaml', 'id: order-longest', 'who: gi', 'who: nobody', 'who: no such role'],
    ['a clock twice', 'clocks.yaml', 'id: ret-consult', 'ret-consult', 'ret-contact', 'id: a clock twice'],
    ['a date the wrong way', 'catalogue.yaml', 'id: L02', '2015-01-01', '01-01-2015', 'expected a date, year first'],
    [
      'a key left out',
      'clocks.yaml',
      'id: ret-contact',
      'who: ret',
      '# ret',
      'it is not there. Write it',
      'ret-contact',
    ],
    ['a named clock missing', 'clocks.yaml', 'id: inform-re', 're', 'pre', 'clocks: clock inform-recheck', '^clocks:'],
    ['a start that does not exist', 'clocks.yaml', 'id: objection', 'starts: objection', 'starts: moon', 'starts: '],
    ['a holiday that is no day', 'clocks.yaml', 'holidays:', '05-05', '05-32', 'holidays.fixed.2: expected MM-DD'],
    ['a reason without sentences', 'reasons.yaml', '  D-UNKNOWN:', 'UNKNOWN', 'UNHEARD', 'reasons.D-UNHEARD: '],
    ['a sentence in one language', 'reasons.yaml', '  D-UNKNOWN:', 'en:', 'fr:', 'D-UNKNOWN.parent.fr: '],
  ];

  it.each(spoilt)('is refused by file and line: %s', (_, file, from, old, bad, refusal, line = bad) => {
    const start = text(file).indexOf(from);
    const spoiled = text(file).slice(0, start) + text(file).slice(start).replace(old, bad);
    expect(spoiled).not.toBe(text(file));
    const found = refusalOf({ [file]: spoiled });
    const place = line.startsWith('^') ? spoiled.search(new RegExp(line, 'm')) : spoiled.indexOf(line, start);
    expect(found).toMatch(`${file}:${spoiled.slice(0, place).split('\n').length}: `);
    expect(found).toContain(refusal);
  });

  it.each(['FILE', ...Object.values(MARK_RULES)])(
    'is refused without any version of a rule that is asked by name: %s',
    (rule) => {
      const others = text('catalogue.yaml').replaceAll(`id: ${rule}\n`, 'id: L98\n');
      expect(refusalOf({ 'catalogue.yaml': others })).toContain(`rule ${rule} is missing`);
    },
  );

  it('is refused when it is missing, unknown or far too large', () => {
    const { 'roles.yaml': _, ...without } = LAW_TEXTS;
    expect(refusalIn(() => parseLaw(without))).toBe('roles.yaml:1: file: missing law file');
    expect(refusalOf({ 'more.yaml': '' })).toBe('more.yaml:1: file: unknown law file');
    expect(refusalOf({ 'roles.yaml': '#'.repeat(1_000_000) })).toContain('roles.yaml:1: file: larger');
    expect(refusalOf({ 'roles.yaml': '' })).toContain('roles.yaml:1: file: ');
    expect(Object.keys(LAW_TEXTS).sort()).toEqual([...LAW_FILES].sort());
  });
});

const text = (file: string): string => LAW_TEXTS[file] ?? '';
const law = (files: Record<string, string>) => parseLaw({ ...LAW_TEXTS, ...files });

const splitAt = (whole: string, where: string): [string, string] => {
  const start = whole.indexOf(where);
  return [whole.slice(0, start), whole.slice(start)];
};
/** The catalogue with one thing changed in one rule. */
function changed(id: string, old: string, bad: string): string {
  const [others, rest] = splitAt(text('catalogue.yaml'), `id: ${id}`);
  return others + rest.replace(old, bad);
}

/** The place and the reason of a refusal; it must be one of a law file. */
function refusalIn(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    if (!(error instanceof EenmaalError)) throw error;
    expect(error.code).toBe('law-invalid');
    return error.detail ?? '';
  }
  throw new Error('not refused');
}
const refusalOf = (files: Record<string, string>): string => refusalIn(() => law(files));
