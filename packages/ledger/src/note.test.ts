import { signBytes, signingKeysFromSeed, utf8, verifyBytes } from '@eenmaal/crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSignatures, ed25519Signer, ed25519Verifier, formatNote, openNote, parseNote, signNote } from './note.ts';
import { COSIGNATURE_V1, ED25519, makeVerifierKey } from './vkey.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 1000 : 50 };
const keys = (seed: number, name: string) => {
  const { publicKey, secretKey } = signingKeysFromSeed(new Uint8Array(32).fill(seed));
  const key = makeVerifierKey(name, ED25519, publicKey);
  const sign = (bytes: Uint8Array) => signBytes(secretKey, bytes);
  return { key, signer: ed25519Signer(key, sign), verifier: ed25519Verifier(key, verifyBytes) };
};
const log = keys(1, 'log.example/a');
const other = keys(2, 'other.example/b');

describe('sign and open', () => {
  it('gives back the text and who signed', () => {
    const note = signNote('hello\n', [log.signer, other.signer]);
    const opened = openNote(note, [other.verifier, log.verifier]);
    expect(opened.text).toBe('hello\n');
    expect(opened.signatures.map(({ name }) => name)).toEqual(['log.example/a', 'other.example/b']);
  });

  it('keeps the earlier lines when a signature is added', () => {
    const first = signNote('hello\n', [log.signer]);
    const both = addSignatures(first, [other.signer]);
    expect(both.subarray(0, first.length)).toEqual(first);
    expect(both).toEqual(signNote('hello\n', [log.signer, other.signer]));
  });

  it('works for any text that has a UTF-8 form and no control characters', () => {
    const text = fc
      .string({ unit: 'binary', maxLength: 60 })
      .map((part) => `${[...part].filter((c) => c >= ' ').join('')}\n`);
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (lines) => {
        const whole = lines.join('');
        expect(openNote(signNote(whole, [log.signer]), [log.verifier]).text).toBe(whole);
      }),
      RUNS,
    );
  });

  it.each([
    ['no newline at the end', 'hello'],
    ['empty', ''],
    ['control character', 'a\u0007b\n'],
    ['carriage return', 'a\r\n'],
    ['half a surrogate pair', 'a\ud800\n'],
  ])('refuses to sign text with %s', (_name, text) => {
    expect(() => signNote(text, [log.signer])).toThrow(expect.objectContaining({ code: 'note-format' }));
  });

  it('refuses to write a note without or with too many signatures, or too large', () => {
    expect(() => signNote('a\n', [])).toThrow(expect.objectContaining({ code: 'note-format' }));
    const many = Array.from({ length: 101 }, () => log.signer);
    expect(() => signNote('a\n', many)).toThrow(expect.objectContaining({ code: 'note-too-large' }));
    const large = `${'a'.repeat(1_000_000)}\n`;
    expect(() => signNote(large, [log.signer])).toThrow(expect.objectContaining({ code: 'note-too-large' }));
    expect(() => parseNote(utf8(large))).toThrow(expect.objectContaining({ code: 'note-too-large' }));
  });

  it('refuses a cosigning key for plain notes', () => {
    const witness = makeVerifierKey('w', COSIGNATURE_V1, log.key.publicKey);
    expect(() => ed25519Verifier(witness, verifyBytes)).toThrow(expect.objectContaining({ code: 'vkey-type' }));
    expect(() => ed25519Signer(witness, (bytes) => bytes)).toThrow(expect.objectContaining({ code: 'vkey-type' }));
  });
});

describe('hostile bytes', () => {
  const note = signNote('eerste regel\ntweede regel\n', [log.signer, other.signer]);

  it('refuses or ignores any changed byte, and never opens to another text', () => {
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = note.slice();
        changed[at] = (changed[at] as number) ^ mask;
        try {
          const opened = openNote(changed, [log.verifier, other.verifier]);
          expect(opened.text).toBe('eerste regel\ntweede regel\n');
          expect(opened.signatures.length).toBeLessThan(2);
        } catch (error) {
          expect(error).toMatchObject({ name: 'LedgerError', code: expect.stringMatching(/^note-/) });
        }
      }),
      RUNS,
    );
  });

  it('has one spelling: what parses is written back byte for byte', () => {
    const line = fc.constantFrom(
      '',
      'text',
      '\u2014 a AAAAAAA=',
      '\u2014 a AAAAAAB=',
      '\u2014 a+b AAAAAAA=',
      '\u2014  a AAAAAAA=',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const bytes = utf8(`x\n${lines.join('\n')}\n`);
        try {
          expect(formatNote(parseNote(bytes))).toEqual(bytes);
        } catch (error) {
          expect(error).toMatchObject({ name: 'LedgerError' });
        }
      }),
      RUNS,
    );
  });
});
