/**
 * Proof files (C2SP tlog-proof, extension `.tlog-proof`): what a family keeps to show, offline and for ever, that an
 * entry is in the log: the index, the inclusion proof and the signed checkpoint it leads to.
 */

import { concat, toBase64 } from '@eenmaal/crypto';
import { expectHash, isCount } from './bytes.ts';
import { type CheckpointKeys, openCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import { LedgerError } from './errors.ts';
import { type Judgement, judgeCheckpoint } from './judgement.ts';
import { MAX_NOTE_BYTES, parseNote, type Verify } from './note.ts';
import type { Policy } from './policy.ts';
import { MAX_PROOF_HASHES, verifyInclusion } from './proof.ts';
import { decodeBase64, decodeDecimal, decodeHash, decodeUtf8, encodeUtf8 } from './text.ts';
import { hashLeaf } from './tree-hash.ts';

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';
const MAX_FILE_BYTES = 2 * MAX_NOTE_BYTES;

export type ProofFile = {
  readonly index: number;
  readonly proof: readonly Uint8Array[];
  /** The signed note, byte for byte. */
  readonly checkpoint: Uint8Array;
  /** Anything; nobody signs it, so never believe it. */
  readonly extra?: Uint8Array;
};

/** @throws `proof-file-format`, `hash-format` and what `parseNote` throws */
export function formatProofFile({ index, proof, checkpoint, extra }: ProofFile): Uint8Array {
  if (!isCount(index)) throw new LedgerError('proof-file-format', `index ${index}`);
  if (proof.length > MAX_PROOF_HASHES) throw new LedgerError('proof-file-format', 'too many hashes');
  parseNote(checkpoint);
  const lines = [
    FIRST_LINE,
    ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]),
    `index ${index}`,
    ...proof.map((hash) => toBase64(expectHash(hash, 'proof hash'))),
    '',
    '',
  ];
  return concat(encodeUtf8(lines.join('\n')) as Uint8Array, checkpoint);
}

/** Read a proof file without believing it. @throws `proof-file-format` and what `parseNote` throws */
export function parseProofFile(file: Uint8Array): ProofFile {
  if (file.length > MAX_FILE_BYTES) throw new LedgerError('proof-file-format', `${file.length} bytes`);
  const text = decodeUtf8(file);
  if (text === undefined) throw new LedgerError('proof-file-format', 'not UTF-8');
  const split = text.indexOf('\n\n');
  if (split < 0) throw new LedgerError('proof-file-format', 'no checkpoint');
  const lines = text.slice(0, split).split('\n');
  if (lines.shift() !== FIRST_LINE) throw new LedgerError('proof-file-format', 'first line');
  const extra = lines[0]?.startsWith('extra ') ? decodeBase64((lines.shift() as string).slice(6)) : null;
  if (extra === undefined) throw new LedgerError('proof-file-format', 'extra line');
  const index = parseIndexLine(lines.shift());
  if (lines.length > MAX_PROOF_HASHES) throw new LedgerError('proof-file-format', 'too many hashes');
  const proof = lines.map((line) => {
    const hash = decodeHash(line);
    if (hash === undefined) throw new LedgerError('proof-file-format', 'hash line');
    return hash;
  });
  const checkpoint = encodeUtf8(text.slice(split + 2)) as Uint8Array;
  parseNote(checkpoint);
  return { index, proof, checkpoint, ...(extra === null ? {} : { extra }) };
}

/**
 * Check that the file proves `leaf` to be in the log, in this order: file, checkpoint and signatures, inclusion.
 * @param leaf the 34 bytes of the entry
 * @throws the codes of `parseProofFile`, `openCheckpoint` and `verifyInclusion`
 */
export function verifyProofFile(
  file: Uint8Array,
  leaf: Uint8Array,
  keys: CheckpointKeys,
  verify: Verify,
): { readonly index: number; readonly checkpoint: SignedCheckpoint } {
  const { index, proof, checkpoint: signed } = parseProofFile(file);
  const checkpoint = openCheckpoint(signed, keys, verify);
  verifyInclusion({ leafHash: hashLeaf(leaf), index, size: checkpoint.size, root: checkpoint.root, proof });
  return { index, checkpoint };
}

/**
 * The same for who keeps a policy file: proves the leaf to be in the log, and judges whether enough witnesses saw that log.
 * No age is asked for: what was witnessed once was witnessed, however long ago.
 * @throws the codes of `parseProofFile`, `judgeCheckpoint` and `verifyInclusion`
 */
export function judgeProofFile(
  file: Uint8Array,
  leaf: Uint8Array,
  policy: Policy,
  verify: Verify,
): { readonly index: number; readonly judgement: Judgement } {
  const { index, proof, checkpoint: signed } = parseProofFile(file);
  const judgement = judgeCheckpoint(signed, policy, verify);
  const { size, root } = judgement.checkpoint;
  verifyInclusion({ leafHash: hashLeaf(leaf), index, size, root, proof });
  return { index, judgement };
}

function parseIndexLine(line: string | undefined): number {
  const index = line?.startsWith('index ') ? decodeDecimal(line.slice(6)) : undefined;
  if (index === undefined) throw new LedgerError('proof-file-format', 'index line');
  return index;
}
