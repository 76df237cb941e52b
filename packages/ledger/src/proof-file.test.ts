import { signBytes, signingKeysFromSeed, utf8, verifyBytes } from '@eenmaal/crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { signCheckpoint } from './checkpoint.ts';
import { makeLeaf } from './leaf.ts';
import { formatProofFile, parseProofFile, verifyProofFile } from './proof-file.ts';
import { Tree } from './tree.ts';
import { hashLeaf } from './tree-hash.ts';
import { ED25519, makeVerifierKey } from './vkey.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 1000 : 50 };
const { publicKey, secretKey } = signingKeysFromSeed(new Uint8Array(32).fill(1));
const log = makeVerifierKey('log.example/1', ED25519, publicKey);
const leaves = Array.from({ length: 20 }, (_, i) => makeLeaf(1, new Uint8Array(32).fill(i), utf8(`event ${i}`)));
const tree = new Tree();
for (const leaf of leaves) tree.append(hashLeaf(leaf));
const checkpoint = signCheckpoint({ origin: log.name, size: 20, root: tree.root() }, log, (bytes) =>
  signBytes(secretKey, bytes),
);
const fileOf = (index: number) => formatProofFile({ index, proof: tree.inclusionProof(index), checkpoint });
const keys = { log, witnesses: [] };

it('proves every leaf and no other', () => {
  for (const [index, leaf] of leaves.entries()) {
    expect(verifyProofFile(fileOf(index), leaf, keys, verifyBytes).index).toBe(index);
    const other = leaves[(index + 1) % 20] as Uint8Array;
    expect(() => verifyProofFile(fileOf(index), other, keys, verifyBytes)).toThrow(
      expect.objectContaining({ code: 'proof-mismatch' }),
    );
  }
});

it('reads what it writes', () => {
  const file = { index: 3, proof: tree.inclusionProof(3), checkpoint, extra: Uint8Array.of(1, 2, 3) };
  expect(parseProofFile(formatProofFile(file))).toEqual(file);
});

it('refuses any changed byte', () => {
  const file = fileOf(13);
  fc.assert(
    fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const changed = file.slice();
      changed[at] = (changed[at] as number) ^ mask;
      expect(() => verifyProofFile(changed, leaves[13] as Uint8Array, keys, verifyBytes)).toThrow(
        expect.objectContaining({ name: 'LedgerError' }),
      );
    }),
    RUNS,
  );
});

it.each([
  ['index', { index: -1 }, 'proof-file-format'],
  ['number of hashes', { proof: Array.from({ length: 65 }, () => new Uint8Array(32)) }, 'proof-file-format'],
  ['hash', { proof: [new Uint8Array(3)] }, 'hash-format'],
  ['checkpoint', { checkpoint: utf8('x\n') }, 'note-format'],
])('refuses to write a bad %s', (_name, change, code) => {
  const file = { index: 3, proof: tree.inclusionProof(3), checkpoint };
  expect(() => formatProofFile({ ...file, ...change })).toThrow(expect.objectContaining({ code }));
});
