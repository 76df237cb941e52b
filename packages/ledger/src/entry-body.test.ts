import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeEntryBody, type EntryBody, encodeEntryBody, MAX_EVENT_BYTES, openEntryBody } from './entry-body.ts';
import { makeLeaf } from './leaf.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 1000 : 100 };
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const body: fc.Arbitrary<EntryBody> = fc.record(
  { salt: bytes32, event: fc.uint8Array({ minLength: 1, maxLength: 200 }), secret: bytes32 },
  { requiredKeys: ['salt', 'event'] },
);
const coded = (code: string) => expect.objectContaining({ code });

it('opens what it encodes', () => {
  fc.assert(
    fc.property(body, fc.integer({ min: 1, max: 255 }), (value, type) => {
      expect(openEntryBody(makeLeaf(type, value.salt, value.event), encodeEntryBody(value))).toEqual(value);
    }),
    RUNS,
  );
});

it('refuses any changed bit in salt, length or event, and never throws another error', () => {
  fc.assert(
    fc.property(body, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, mask) => {
      const bytes = encodeEntryBody(value);
      const covered = 36 + value.event.length;
      bytes[at % covered] = (bytes[at % covered] as number) ^ mask;
      const leaf = makeLeaf(1, value.salt, value.event);
      expect(() => openEntryBody(leaf, bytes)).toThrow(
        expect.objectContaining({
          name: 'LedgerError',
          code: expect.stringMatching(/^(entry-body-format|leaf-mismatch)$/),
        }),
      );
    }),
    RUNS,
  );
});

it('reads any bytes or refuses them with its code', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
      try {
        expect(encodeEntryBody(decodeEntryBody(bytes))).toEqual(bytes);
      } catch (error) {
        expect(error).toMatchObject({ name: 'LedgerError', code: 'entry-body-format' });
      }
    }),
    RUNS,
  );
});

it.each([
  ['short salt', { salt: new Uint8Array(31) }],
  ['empty event', { event: new Uint8Array(0) }],
  ['event above the limit', { event: new Uint8Array(MAX_EVENT_BYTES + 1) }],
  ['short secret', { secret: new Uint8Array(31) }],
  ['empty secret', { secret: new Uint8Array(0) }],
])('refuses to write: %s', (_name, change) => {
  const value = { salt: new Uint8Array(32), event: Uint8Array.of(1) };
  expect(() => encodeEntryBody({ ...value, ...change })).toThrow(coded('entry-body-format'));
});
