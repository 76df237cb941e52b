/** The words: their exact forms, and that outside input becomes a checked value or one of our codes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Content, Header, LIMITS } from './envelope.ts';
import { canonical, EenmaalError, ERRORS, type ErrorCode, parse, parseCanonical, parseJson } from './errors.ts';
import {
  Bytes,
  Count,
  Hash,
  Id,
  isOfficer,
  isPartner,
  isPerson,
  nameOf,
  officer,
  PartyId,
  partner,
  person,
} from './ids.ts';
import { PublicKeys } from './signed-by.ts';
import { Statement, Wrap } from './statements.ts';

const ok = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;
function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof EenmaalError) return error.code;
    throw error;
  }
  return undefined;
}

describe('ids', () => {
  const base64url = (length: number) =>
    fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes).toString('base64url'));
  it('are 16 bytes in their one spelling', () => {
    fc.assert(fc.property(base64url(16), (id) => void expect(ok(Id, id)).toBe(true)));
    fc.assert(fc.property(base64url(32), (hash) => void expect(ok(Hash, hash)).toBe(true)));
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{22}$/), (id) => {
        expect(ok(Id, id)).toBe(Buffer.from(id, 'base64url').toString('base64url') === id);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{43}$/), (hash) => {
        expect(ok(Hash, hash)).toBe(Buffer.from(hash, 'base64url').toString('base64url') === hash);
      }),
    );
  });
  it.each(['', 'A', `${'A'.repeat(22)}\n`, `${'A'.repeat(21)}=`, ` ${'A'.repeat(21)}`, 22])('are not %j', (id) =>
    expect(ok(Id, id)).toBe(false),
  );

  it.each(['steward', 'partner/ab', 'officer/a-1', person('A'.repeat(22)), partner('b-team'), officer('b-team')])(
    'name a party: %s',
    (party) => expect(ok(PartyId, party)).toBe(true),
  );
  it.each(['ledger', 'partner/', 'partner/A', 'partner/a', 'person/ab', 'steward/x', 'partner/ab\n', 'partner/a/b'])(
    'do not name a party: %j',
    (party) => expect(ok(PartyId, party)).toBe(false),
  );
  it('tell kinds of parties apart', () => {
    const kinds = [isPerson, isPartner, isOfficer].map((is) => [person('x'), partner('x'), officer('x')].map(is));
    expect(kinds).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, true],
    ]);
    expect(nameOf(partner('b-team'))).toBe('b-team');
  });
  it('count in whole numbers that every language has', () => {
    expect([0, 1, Number.MAX_SAFE_INTEGER].every((n) => ok(Count, n))).toBe(true);
    expect([-1, 0.5, 2 ** 53, Number.NaN, Infinity, '1', null].some((n) => ok(Count, n))).toBe(false);
  });
  it('bound bytes by their length', () => {
    expect(ok(Bytes(3, 4), 'AAAA')).toBe(true);
    expect([ok(Bytes(3, 4), 'AAA'), ok(Bytes(3, 4), 'AAAAAAA'), ok(Bytes(3, 4), 'AA+A')]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('parsing', () => {
  const Small = z.strictObject({ a: Count, b: z.string().optional() });
  it('names the place, never the value', () => {
    const secret = 'geheim';
    for (const input of [{ a: secret }, { a: 1, b: 2 }, { a: 1, [secret.slice(0, 0)]: secret }, secret]) {
      const refused = () => parse(Small, input);
      expect(codeOf(refused)).toBe('malformed');
      expect(refused).not.toThrow(secret);
    }
    expect(() => parse(Small, { a: 'x' }, 'partner-file-invalid')).toThrow('partner-file-invalid');
    expect(() => parse(Small, { a: 1, wrong: 1 })).toThrow('wrong');
  });
  it('throws nothing but our codes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), (text) => {
        for (const schema of [Header, Content, Statement, PublicKeys, Wrap]) {
          expect(codeOf(() => parseJson<unknown>(schema, text))).toBe('malformed');
          expect(codeOf(() => parseCanonical<unknown>(schema, text))).toBe('malformed');
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the one spelling', () => {
  const Pair = z.strictObject({ first: Count, second: z.string() });
  it('is what `canonical` writes, for every value', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.string({ unit: 'binary' }), (first, second) => {
        const text = canonical(Pair, { second, first });
        expect(text.startsWith('{"first":')).toBe(true);
        expect(parseCanonical(Pair, text)).toEqual({ first, second });
      }),
      { numRuns: 500 },
    );
  });
  it.each([
    ['white space', '{"first":1, "second":"a"}'],
    ['a line feed after it', '{"first":1,"second":"a"}\n'],
    ['another order', '{"second":"a","first":1}'],
    ['a duplicate', '{"first":1,"first":1,"second":"a"}'],
    ['an unknown member', '{"first":1,"second":"a","third":1}'],
    ['a prototype', '{"first":1,"second":"a","__proto__":{}}'],
    ['a fraction', '{"first":1.0,"second":"a"}'],
    ['an exponent', '{"first":1e0,"second":"a"}'],
    ['minus zero', '{"first":-0,"second":"a"}'],
    ['a needless escape', '{"first":1,"second":"\\u0061"}'],
    ['an escaped slash', '{"first":1,"second":"\\/"}'],
    ['a capital escape', '{"first":1,"second":"\\u001F"}'],
    ['a lone surrogate', '{"first":1,"second":"\\ud800"}'],
    ['a raw lone surrogate', '{"first":1,"second":"\ud800"}'],
    ['a lone surrogate after a backslash', '{"first":1,"second":"\\\\\\udfff"}'],
  ])('refuses %s', (_, text) => expect(codeOf(() => parseCanonical(Pair, text))).toBe('malformed'));
  it.each(['\u2028', '\u007f', 'é', '👶', '\\ud800', '\\\\ud800', '/', '\u0001', '"'])('takes %j', (second) => {
    const text = JSON.stringify({ first: 1, second });
    expect(parseCanonical(Pair, text)).toEqual({ first: 1, second });
  });
  it('does not depend on how zod compiles', () => {
    // where a page forbids eval (Content-Security-Policy), zod reads without compiled parsers
    z.config({ jitless: true });
    const Fresh = z.strictObject({ first: Count, second: z.string() });
    expect(canonical(Fresh, { second: 'a', first: 1 })).toBe('{"first":1,"second":"a"}');
    z.config({ jitless: false });
  });
  it('refuses to write a lone surrogate', () => {
    expect(codeOf(() => canonical(Pair, { first: 1, second: 'a\udc00' }))).toBe('malformed');
  });
});

describe('errors', () => {
  it('say what to do, in sentences, for every code', () => {
    for (const [code, sentence] of Object.entries(ERRORS)) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(sentence).toMatch(/^[A-Z].*\.$/s);
    }
  });
  it('carry code, detail and cause', () => {
    const cause = new Error('x');
    const error = new EenmaalError('malformed' satisfies ErrorCode, 'header', { cause });
    expect(error).toMatchObject({ name: 'EenmaalError', code: 'malformed', detail: 'header', cause });
    expect(error.message).toContain(ERRORS.malformed);
  });
});

it('limits are those of the format', () => {
  expect(LIMITS).toEqual({
    ...{ body: 196_608, header: 32_768, statement: 262_144, chunk: 131_072 },
    ...{ attachments: 16, chunks: 131_072, sequenceWindow: 4096, sequenceAhead: 86_400_000, openRequestAge: 600_000 },
  });
});
