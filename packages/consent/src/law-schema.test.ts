/** The form of the law files at its edges: what is just allowed and what is just too much. */
import { describe, expect, it } from 'vitest';
import { AGE_BANDS, Clock, Clocks, Deciders, NoticeText, ReasonText, Role, RuleData } from './law-schema.ts';
import { LAW } from './test-law.ts';

const long = (length: number) => 'x'.repeat(length);
const both = (length: number) => ({ nl: long(length), en: long(length) });
const many = <T>(length: number, one: T): T[] => Array.from({ length }, () => one);
const [right] = LAW.rulesById.get('L08') ?? [];
const { begins: _, ends: __, reference: ___, ...rule } = right ?? ({} as never);
const [clock] = LAW.clocks.values();
const [reason] = LAW.reasons.values();
const [notice] = LAW.notices.values();
const [role] = LAW.roles.values();
const takes = (schema: { safeParse(value: unknown): { success: boolean } }, value: object, more: object) =>
  schema.safeParse({ ...value, ...more }).success;

describe('a rule', () => {
  it.each<[field: string, taken: unknown[], refused: unknown[]]>([
    ['article', [long(1), long(200)], ['', long(201)]],
    ['note', [undefined, long(1), long(600)], ['', long(601)]],
    ['family', [both(1), both(400)], [both(0), both(401), { nl: 'x' }, { ...both(1), fr: 'x' }]],
    ['professional', [both(600)], [both(601)]],
    ['from', [many(20, 'gi')], [[], many(21, 'gi')]],
    [
      'toward',
      [many(20, 'gi'), ['person:self', 'person:custody', 'person:foster', 'person:relative']],
      [[], many(21, 'gi')],
    ],
    ['purposes', [[], many(6, 'safety')], [many(7, 'safety'), ['fun']]],
    ['records', [[], many(10, 'motive')], [many(11, 'motive')]],
    ['kind', ['duty', 'right', 'consent', 'prohibition'], ['', 'wish']],
    ['about', ['any', 'under16', 'child', 'child-and-custody', 'dead'], ['', 'all']],
    ['needs', ['none', 'order', 'foster', 'involved'], ['', 'all']],
    ['inform', ['before', 'now', 'later-allowed', 'none'], ['', 'never']],
    ['withdrawal', ['nothing', 'stops'], ['', 'weigh']],
    ['objection', ['nothing', 'weigh', 'stops'], ['']],
    ['validTo', [null, '2030-01-01'], ['', '2030-02-30']],
    ['permits', [null], ['P-NONE']],
  ])('%s', (field, taken, refused) => {
    for (const value of taken) expect([value, takes(RuleData, rule, { [field]: value })]).toEqual([value, true]);
    for (const value of refused) expect([value, takes(RuleData, rule, { [field]: value })]).toEqual([value, false]);
  });
});

it.each(AGE_BANDS)('of who reads or decides %s there is one task or two', (band) => {
  const may = (tasks: string[]) => takes(Deciders.shape.readers, LAW.readers, { [band]: tasks });
  expect([['self'], ['custody'], ['self', 'custody']].map(may)).toEqual([true, true, true]);
  expect([[], ['judge'], ['self', 'custody', 'self']].map(may)).toEqual([false, false, false]);
});

describe('a clock', () => {
  const term = (amount: number, unit: string) => ({ amount, unit });
  it.each<[field: string, taken: unknown[], refused: unknown[]]>([
    ['id', ['abc', long(41), 'a-b'], ['ab', long(42), 'Abc', '1bc', 'ab_c', 'abc ']],
    ['term', ['hours', 'days', 'working-days', 'weeks', 'months', 'years'].map((unit) => term(1, unit)), [term(1, '')]],
    ['term', [term(100, 'days')], [term(0, 'days'), term(101, 'days'), term(1.5, 'days')]],
    ['counts', ['after', 'before'], ['']],
    ['extend', [null, { ...term(1, 'days'), repeated: true }], [term(1, 'days')]],
    ['stops', [many(4, 'answer')], [[], many(5, 'answer')]],
    [
      'starts',
      [
        ...[
          'message',
          'message:ret',
          'consult',
          'consult:ret',
          'ask',
          'disclose',
          'disclose:report',
          'endorse',
          'inform',
        ],
        ...['disclose:emergency', 'disclose:later', 'disclose:family', 'objection', 'weigh', 'order', 'order:until'],
        ...['request:access', 'request:rectification', 'request:erasure', 'request:restriction', 'answer', 'erase'],
      ],
      ['', 'request'],
    ],
    ['sentence', [both(400)], [both(401)]],
  ])('%s', (field, taken, refused) => {
    for (const value of taken)
      expect([value, takes(Clock, clock as object, { [field]: value })]).toEqual([value, true]);
    for (const value of refused)
      expect([value, takes(Clock, clock as object, { [field]: value })]).toEqual([value, false]);
  });

  it('skips holidays that are days', () => {
    const holidays = (more: object) =>
      takes(Clocks, { clocks: [clock] }, { holidays: { fixed: [], easter: [], declared: [], ...more } });
    for (const fixed of [['01-01', '12-31', '10-20', '09-30'], many(20, '05-05')])
      expect(holidays({ fixed })).toBe(true);
    for (const day of ['00-01', '13-01', '01-00', '01-32', '1-1', '01-011', 'x01-01'])
      expect([day, holidays({ fixed: [day] })]).toEqual([day, false]);
    for (const easter of [[-60, 60], many(20, 1)]) expect(holidays({ easter })).toBe(true);
    for (const easter of [[-61], [61], [1.5], many(21, 1)]) expect(holidays({ easter })).toBe(false);
    expect([holidays({ declared: many(20, '2030-01-01') }), holidays({ declared: many(21, '2030-01-01') })]).toEqual([
      true,
      false,
    ]);
    expect(holidays({ fixed: many(21, '05-05') })).toBe(false);
  });
});

it('sentences have room, and an end', () => {
  for (const [field, most] of Object.entries({ parent: 400, child: 300, professional: 500, change: 400 }))
    expect([most, most + 1].map((length) => takes(ReasonText, reason as object, { [field]: both(length) }))).toEqual([
      true,
      false,
    ]);
  for (const [field, most] of Object.entries({ family: 400, child: 300, professional: 400 })) {
    const lengths = [null, both(most), both(most + 1)];
    expect(lengths.map((value) => takes(NoticeText, notice as object, { [field]: value }))).toEqual([
      true,
      true,
      false,
    ]);
  }
  expect([80, 81].map((length) => takes(Role, role as object, { name: both(length) }))).toEqual([true, false]);
  expect(takes(Role, role as object, { secrecy: null })).toBe(true);
});
