/** A log and a witness that talk to each other without a network; the vectors hold the single cases. */
import { signBytes, signingKeysFromSeed, utf8, verifyBytes } from '@eenmaal/crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  cosignatureLines,
  formatAddCheckpoint,
  openSubmission,
  parseAddCheckpoint,
  readCosignature,
} from './add-checkpoint.ts';
import { openCheckpoint, signCheckpoint } from './checkpoint.ts';
import { judgeCheckpoint } from './judgement.ts';
import { makeLeaf } from './leaf.ts';
import { appendSignatures } from './note.ts';
import { parsePolicy } from './policy.ts';
import { verifyConsistency } from './proof.ts';
import { formatProofFile, judgeProofFile } from './proof-file.ts';
import { Tree } from './tree.ts';
import { hashLeaf } from './tree-hash.ts';
import { COSIGNATURE_V1, ED25519, formatVkey, makeVerifierKey } from './vkey.ts';

const RUNS = { numRuns: process.env.EENMAAL_LONG ? 1000 : 50 };
const coded = (code: string) => expect.objectContaining({ name: 'LedgerError', code });
const keys = (seed: number, name: string, type: number) => {
  const { publicKey, secretKey } = signingKeysFromSeed(new Uint8Array(32).fill(seed));
  return { key: makeVerifierKey(name, type, publicKey), sign: (bytes: Uint8Array) => signBytes(secretKey, bytes) };
};
const log = keys(1, 'log.example/1', ED25519);
const witness = keys(2, 'witness.example/1', COSIGNATURE_V1);
const leaves = Array.from({ length: 20 }, (_, i) => makeLeaf(1, new Uint8Array(32).fill(i), utf8(`event ${i}`)));
const tree = new Tree();
for (const leaf of leaves) tree.append(hashLeaf(leaf));
const signedAt = (size: number) =>
  signCheckpoint({ origin: log.key.name, size, root: tree.root(size) }, log.key, log.sign);

it('from the request to a proof file that a policy trusts', () => {
  const body = formatAddCheckpoint({ oldSize: 7, proof: tree.consistencyProof(7, 20), checkpoint: signedAt(20) });
  const request = parseAddCheckpoint(body);
  const { size, root } = openSubmission(request, [log.key], verifyBytes);
  verifyConsistency({ from: 7, fromRoot: tree.root(7), to: size, toRoot: root, proof: request.proof });
  const answer = cosignatureLines(request.checkpoint, witness.key, witness.sign, 1000);

  const { line, time } = readCosignature(signedAt(20), answer, witness.key, verifyBytes);
  const cosigned = appendSignatures(signedAt(20), [line]);
  expect(time).toBe(1000);
  expect(openCheckpoint(cosigned, { log: log.key, witnesses: [witness.key] }, verifyBytes).cosignatures).toHaveLength(
    1,
  );

  const policy = parsePolicy(utf8(`log ${formatVkey(log.key)}\nwitness w ${formatVkey(witness.key)}\nquorum w\n`));
  const file = (checkpoint: Uint8Array) => formatProofFile({ index: 3, proof: tree.inclusionProof(3), checkpoint });
  const leaf = leaves[3] as Uint8Array;
  expect(judgeProofFile(file(cosigned), leaf, policy, verifyBytes)).toMatchObject({ judgement: { trusted: true } });
  expect(judgeProofFile(file(signedAt(20)), leaf, policy, verifyBytes)).toMatchObject({
    judgement: { trusted: false, reason: 'quorum-missing' },
  });
  expect(() => judgeProofFile(file(cosigned), leaves[4] as Uint8Array, policy, verifyBytes)).toThrow(
    coded('proof-mismatch'),
  );
  expect(judgeCheckpoint(cosigned, policy, verifyBytes, { now: 1301, maxAge: 300 })).toMatchObject({
    trusted: false,
    reason: 'quorum-stale',
  });
});

it('no witness cosigns with a log key, and no cosignature is made at no time', () => {
  expect(() => cosignatureLines(signedAt(3), log.key, log.sign, 1)).toThrow(coded('vkey-type'));
  expect(() => cosignatureLines(signedAt(3), witness.key, witness.sign, -1)).toThrow(coded('cosignature-time'));
});

it.each([
  ['old size', { oldSize: -1 }, 'add-checkpoint-format'],
  ['number of hashes', { proof: Array.from({ length: 64 }, () => new Uint8Array(32)) }, 'add-checkpoint-format'],
  ['hash', { proof: [new Uint8Array(31)] }, 'hash-format'],
])('refuses to write a request with a bad %s', (_name, change, code) => {
  const request = { oldSize: 1, proof: [], checkpoint: signedAt(3) };
  expect(() => formatAddCheckpoint({ ...request, ...change })).toThrow(coded(code));
});

it('any changed byte is refused, or leaves the request as it was meant', () => {
  const good = formatAddCheckpoint({ oldSize: 7, proof: tree.consistencyProof(7, 20), checkpoint: signedAt(20) });
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const changed = good.slice();
      changed[at] = (changed[at] as number) ^ mask;
      try {
        const request = parseAddCheckpoint(changed);
        expect(formatAddCheckpoint(request)).toEqual(changed);
        const opened = openSubmission(request, [log.key], verifyBytes);
        expect(opened).toEqual({ origin: log.key.name, size: 20, root: tree.root(20) });
      } catch (error) {
        expect(error).toMatchObject({ name: 'LedgerError' });
      }
    }),
    RUNS,
  );
});
