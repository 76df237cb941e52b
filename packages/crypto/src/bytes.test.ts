/** One spelling for bytes: what decodes, encodes to the same text; everything else is `malformed`. */
import { EenmaalError } from '@eenmaal/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equal, fromBase64, fromBase64url, text, toBase64, toBase64url, utf8, wipe } from './bytes.ts';

function refusalOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof EenmaalError) return error.code;
    throw error;
  }
  return undefined;
}

describe('base64', () => {
  it('comes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(fromBase64url(toBase64url(bytes))).toEqual(bytes);
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
        expect(toBase64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      }),
    );
  });
  it('has one spelling: noise is malformed or canonical', () => {
    const noise = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[A-Za-z0-9_=+/ -]{0,12}$/));
    fc.assert(
      fc.property(noise, (value) => {
        for (const [decode, encode] of [
          [fromBase64url, toBase64url],
          [fromBase64, toBase64],
        ] as const) {
          const code = refusalOf(() => expect(encode(decode(value))).toBe(value));
          expect(code === undefined || code === 'malformed').toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
  it.each(['YR', 'YQ=', 'YQ==', 'Y Q', 'YQ\n', 'a', '+/', 'é'])('url: refuses %j', (value) =>
    expect(refusalOf(() => fromBase64url(value))).toBe('malformed'),
  );
});

describe('text', () => {
  it('is UTF-8 and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        const code = refusalOf(() => expect(utf8(text(bytes))).toEqual(bytes));
        expect(code === undefined || code === 'malformed').toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
  it.each([
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x41]],
    ['an overlong form', [0xc0, 0x80]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a cut character', [0xe2, 0x82]],
  ])('refuses %s', (_, bytes) => expect(refusalOf(() => text(Uint8Array.from(bytes)))).toBe('malformed'));
});

it('compares whole arrays', () => {
  expect(equal(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(equal(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(equal(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
});

it('wipes', () => {
  const bytes = Uint8Array.of(1, 2);
  wipe(bytes);
  expect([...bytes]).toEqual([0, 0]);
});
