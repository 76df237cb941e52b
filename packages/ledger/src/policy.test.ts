/** What the vectors cannot say: laws that hold for every policy and every set of witnesses. */
import { signingKeysFromSeed, utf8 } from '@eenmaal/crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { meetsQuorum, parsePolicy } from './policy.ts';
import { COSIGNATURE_V1, formatVkey, makeVerifierKey } from './vkey.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 1000 : 100 };
const vkeys = Array.from({ length: 8 }, (_, i) => {
  const { publicKey } = signingKeysFromSeed(new Uint8Array(32).fill(i + 1));
  return formatVkey(makeVerifierKey(`witness.example/${i}`, COSIGNATURE_V1, publicKey));
});
const witnesses = vkeys.map((vkey, i) => `witness w${i} ${vkey}`).join('\n');
const read = (lines: string) => parsePolicy(utf8(`${witnesses}\n${lines}\n`));
const names = vkeys.map((_, i) => `w${i}`);

it('k of n is met by any k and by no fewer', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.subarray(names), (k, cosigned) => {
      const policy = read(`group g ${k} ${names.join(' ')}\nquorum g`);
      expect(meetsQuorum(policy, cosigned)).toBe(cosigned.length >= k);
    }),
    RUNS,
  );
});

it('one witness more never takes a quorum away', () => {
  const policies = [
    'group a 2 w0 w1 w2\ngroup b any w3 w4\ngroup c all a b w5\nquorum c',
    'group a all w0 w1\ngroup b 2 a w2 w3\nquorum b',
    'quorum w4',
    'quorum none',
  ].map(read);
  fc.assert(
    fc.property(fc.constantFrom(...policies), fc.subarray(names), fc.constantFrom(...names), (policy, some, more) => {
      if (meetsQuorum(policy, some)) expect(meetsQuorum(policy, [...some, more])).toBe(true);
    }),
    RUNS,
  );
});

it('a name that is not in the file counts for nothing', () => {
  expect(meetsQuorum(read('quorum w0'), ['w9', 'none', ''])).toBe(false);
});

it('a chain of groups as long as the file allows is no trouble', () => {
  const chain = Array.from({ length: 20_000 }, (_, i) => `group g${i + 1} any g${i}`).join('\n');
  const policy = read(`group g0 any w0\n${chain}\nquorum g20000`);
  expect(meetsQuorum(policy, ['w0'])).toBe(true);
  expect(meetsQuorum(policy, ['w1'])).toBe(false);
});

it('names the line that is wrong, and refuses a file without end', () => {
  expect(() => parsePolicy(utf8('\n# fine\nquorum nobody\n'))).toThrow(/policy-name: .*\(line 3\)/);
  expect(() => parsePolicy(new Uint8Array(1_000_001).fill(0x20))).toThrow(
    expect.objectContaining({ code: 'policy-format' }),
  );
});

it('throws nothing but its own codes', () => {
  const item = fc.constantFrom(
    'log',
    'witness',
    'group',
    'quorum',
    'none',
    'any',
    'all',
    '2',
    'w0',
    'x',
    '#',
    ...vkeys,
  );
  const line = fc.array(item, { maxLength: 5 }).map((items) => items.join(' '));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.uint8Array({ maxLength: 5 }), (lines, tail) => {
      try {
        parsePolicy(Uint8Array.of(...utf8(lines.join('\n')), ...tail));
      } catch (error) {
        expect(error).toMatchObject({ name: 'LedgerError', code: expect.stringMatching(/^(policy|vkey)-/) });
      }
    }),
    RUNS,
  );
});
