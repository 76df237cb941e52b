import { signBytes, signingKeysFromSeed, verifyBytes } from '@eenmaal/crypto';
import { describe, expect, it } from 'vitest';
import { cosignCheckpoint, formatCheckpoint, openCheckpoint, parseCheckpoint, signCheckpoint } from './checkpoint.ts';
import { cosigner } from './cosignature.ts';
import { emptyRoot } from './tree-hash.ts';
import { COSIGNATURE_V1, ED25519, makeVerifierKey } from './vkey.ts';

const keys = (seed: number, name: string, type: number) => {
  const { publicKey, secretKey } = signingKeysFromSeed(new Uint8Array(32).fill(seed));
  return { key: makeVerifierKey(name, type, publicKey), sign: (bytes: Uint8Array) => signBytes(secretKey, bytes) };
};
const log = keys(1, 'log.example/1', ED25519);
const witness = keys(2, 'witness.example/1', COSIGNATURE_V1);
const checkpoint = { origin: 'log.example/1', size: 7, root: new Uint8Array(32).fill(7) };
const coded = (code: string) => expect.objectContaining({ code });

describe('body', () => {
  it('reads what it writes', () => {
    expect(parseCheckpoint(formatCheckpoint(checkpoint))).toEqual(checkpoint);
    const empty = { ...checkpoint, size: 0, root: emptyRoot() };
    expect(parseCheckpoint(formatCheckpoint(empty))).toEqual(empty);
  });

  it.each([
    ['origin with a newline', { origin: 'a\nb' }, 'checkpoint-format'],
    ['negative size', { size: -1 }, 'checkpoint-format'],
    ['size that is not whole', { size: 1.5 }, 'checkpoint-format'],
    ['size beyond exact numbers', { size: 2 ** 53 }, 'checkpoint-format'],
    ['short root', { root: new Uint8Array(31) }, 'hash-format'],
    ['empty log with another root', { size: 0 }, 'checkpoint-format'],
  ])('refuses to write: %s', (_name, change, code) => {
    expect(() => formatCheckpoint({ ...checkpoint, ...change })).toThrow(coded(code));
  });
});

describe('signed', () => {
  it('is opened with the log key and those witnesses that are known', () => {
    const signed = cosignCheckpoint(signCheckpoint(checkpoint, log.key, log.sign), witness.key, witness.sign, 1000);
    const opened = openCheckpoint(signed, { log: log.key, witnesses: [witness.key] }, verifyBytes);
    expect(opened).toEqual({
      ...checkpoint,
      cosignatures: [{ name: 'witness.example/1', keyId: witness.key.keyId, time: 1000 }],
    });
    expect(openCheckpoint(signed, { log: log.key, witnesses: [] }, verifyBytes).cosignatures).toEqual([]);
  });

  it('is not signed for another log, nor by a witness key', () => {
    expect(() => signCheckpoint({ ...checkpoint, origin: 'x' }, log.key, log.sign)).toThrow(coded('checkpoint-origin'));
    const asLog = { ...checkpoint, origin: witness.key.name };
    expect(() => signCheckpoint(asLog, witness.key, witness.sign)).toThrow(coded('vkey-type'));
  });

  it('trusts no checkpoint when the verifier says no', () => {
    const signed = signCheckpoint(checkpoint, log.key, log.sign);
    expect(() => openCheckpoint(signed, { log: log.key, witnesses: [] }, () => false)).toThrow(
      coded('note-bad-signature'),
    );
  });
});

it.each([-1, 1.5, Number.NaN, 2 ** 53])('no cosignature at time %s', (time) => {
  expect(() => cosigner(witness.key, witness.sign, time)).toThrow(coded('cosignature-time'));
});

it('no cosignature with a log key', () => {
  expect(() => cosigner(log.key, log.sign, 1)).toThrow(coded('vkey-type'));
});
