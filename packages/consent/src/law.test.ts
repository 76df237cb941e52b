import { EenmaalError, type Profile } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import data from './law.json' with { type: 'json' };
import { AGE_BANDS, ageBand, LAW, loadLaw, ruleReference, whoDecides, whoReads } from './law.ts';

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

describe('the law file', () => {
  it('says who decides and who reads at every age', () => {
    for (const band of AGE_BANDS) {
      expect(whoReads(band).length).toBeGreaterThan(0);
      for (const profile of ['strict', 'statute'] as Profile[])
        expect(
          whoDecides(profile, band).every((role) => whoReads(band).includes(role)),
          band,
        ).toBe(true);
    }
    expect(whoDecides('strict', '12-15')).toEqual(['self', 'custody']);
    expect(whoDecides('statute', '12-15')).toEqual(['self']);
    expect(whoDecides('strict', '16-17')).toEqual(['self']);
  });

  it('names each rule once, with the version of its text', () => {
    expect(new Set(LAW.rules.map(({ id }) => id)).size).toBe(LAW.rules.length);
    expect(ruleReference('L01')).toMatch(/^L01@\d{4}-\d\d-\d\d$/);
    expect(() => ruleReference('L99')).toThrow('no rule L99');
  });

  it.each<[string, (law: typeof data) => unknown, string]>([
    ['an unknown key', (law) => ({ ...law, extra: 1 }), 'extra'],
    ['no version', ({ version: _, ...law }) => law, 'version'],
    ['a date that is none', (law) => ({ ...law, version: '2026-02-30' }), 'version'],
    ['a band without roles', (law) => ({ ...law, readers: { ...law.readers, adult: [] } }), 'readers.adult'],
    ['an unknown role', (law) => ({ ...law, readers: { ...law.readers, adult: ['all'] } }), 'readers.adult.0'],
    ['a missing profile', (law) => ({ ...law, deciders: { strict: law.deciders.strict } }), 'deciders.statute'],
    ['a rule without article', (law) => ({ ...law, rules: [{ ...law.rules[0], article: '' }] }), 'rules.0.article'],
    ['a rule twice', (law) => ({ ...law, rules: [...law.rules, law.rules[0]] }), 'rules'],
    ['no object', () => null, 'input'],
  ])('is refused with %s, naming the place', (_, spoil, place) => {
    expect(() => loadLaw(spoil(data))).toThrow(EenmaalError);
    expect(() => loadLaw(spoil(data))).toThrow(place);
  });
});
