import { fromHex, hmacSha256, toHex, utf8 } from '@eenmaal/crypto';
import { expect, it } from 'vitest';
import { LedgerError } from './errors.ts';
import { checkLeaf, LEAF_BYTES, makeLeaf, parseLeaf } from './leaf.ts';

const salt = new Uint8Array(32).fill(0x10);
const event = utf8('{"act":"grant","case":"c1","org":"veilig-thuis"}');

it('is version, type and the keyed hash of label and event', () => {
  const leaf = makeLeaf(1, salt, event);
  expect(leaf).toHaveLength(LEAF_BYTES);
  expect(toHex(leaf)).toBe('0101f1517c0232445f8d1ee7ef1e8a905fa112a1fca269db6a92bfd811e2043d3861');
  const input = utf8('family-consent-ledger/commit/v1\0{"act":"grant","case":"c1","org":"veilig-thuis"}');
  expect(parseLeaf(leaf)).toEqual({ type: 1, commitment: hmacSha256(salt, input) });
});

it('says nothing without the salt: another salt gives an unrelated leaf', () => {
  expect(toHex(makeLeaf(1, new Uint8Array(32).fill(0x11), event))).not.toBe(toHex(makeLeaf(1, salt, event)));
});

it.each([0, 256, 1.5, -1, Number.NaN])('refuses type %s', (type) => {
  expect(() => makeLeaf(type, salt, event)).toThrow(expect.objectContaining({ code: 'leaf-format' }));
});

it('refuses a salt that is not 32 bytes', () => {
  expect(() => makeLeaf(1, salt.subarray(1), event)).toThrow(LedgerError);
});

it('tells an event from another', () => {
  const leaf = makeLeaf(1, salt, event);
  expect(() => checkLeaf(leaf, salt, event)).not.toThrow();
  expect(() => checkLeaf(leaf, salt, utf8('{}'))).toThrow(expect.objectContaining({ code: 'leaf-mismatch' }));
  expect(() => checkLeaf(fromHex('00'), salt, event)).toThrow(expect.objectContaining({ code: 'leaf-format' }));
});
