/** Laws of padding; the table itself is in the vectors. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pad, paddedLength, unpad } from './padding.ts';

it('comes off as it went on', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), (content) => {
      const padded = pad(content);
      expect(padded.length).toBe(paddedLength(content.length + 1));
      expect(unpad(padded)).toEqual(content);
    }),
  );
});

it('never shortens, never costs more than 12 % above 256 bytes, and keeps the order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 257, max: 2 ** 31 }), (length) => {
      const padded = paddedLength(length);
      expect(padded).toBeGreaterThanOrEqual(length);
      expect(padded / length).toBeLessThan(1.12);
      expect(paddedLength(padded)).toBe(padded);
      expect(paddedLength(length - 1)).toBeLessThanOrEqual(padded);
    }),
  );
});

it('leaves few lengths: under 200 for every body there can be', () => {
  const lengths = new Set(Array.from({ length: 192 * 1024 }, (_, length) => paddedLength(length)));
  expect(lengths.size).toBeLessThan(200);
});
