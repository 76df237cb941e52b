/** THE LOG: leaves, tree, tiles, proofs, notes, checkpoints, witnesses, policies, proof files, commits. FORMAT.md says what the bytes are. */

export {
  ADD_CHECKPOINT_PATH,
  type AddCheckpoint,
  cosignatureLines,
  formatAddCheckpoint,
  openSubmission,
  parseAddCheckpoint,
  readCosignature,
  readKnownSize,
  SIZE_CONTENT_TYPE,
} from './add-checkpoint.ts';
export { appendCommit, type ChainState, checkChain, genesis } from './chain.ts';
export {
  type Checkpoint,
  type CheckpointKeys,
  type Cosignature,
  cosignCheckpoint,
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  type SignedCheckpoint,
  signCheckpoint,
} from './checkpoint.ts';
export {
  type Commit,
  type CommitEntry,
  commitSize,
  decodeCommit,
  encodeCommit,
  entrySize,
  MAX_COMMIT_BYTES,
  MAX_COMMIT_ENTRIES,
} from './commit.ts';
export { cosignatureTime, cosignatureVerifier, cosigner } from './cosignature.ts';
export { decodeEntryBody, type EntryBody, encodeEntryBody, openEntryBody, SECRET_BYTES } from './entry-body.ts';
export { LEDGER_ERRORS, LedgerError, type LedgerErrorCode } from './errors.ts';
export { Frontier } from './frontier.ts';
export { type Freshness, type Judgement, judgeCheckpoint, quorumTime, type WitnessFinding } from './judgement.ts';
export { checkLeaf, LEAF_BYTES, type Leaf, makeLeaf, parseLeaf, SALT_BYTES } from './leaf.ts';
export {
  addSignatures,
  appendSignatures,
  ed25519Signer,
  ed25519Verifier,
  formatNote,
  type Note,
  type NoteSignature,
  type NoteSigner,
  type NoteVerifier,
  openNote,
  parseNote,
  parseSignatureLines,
  type Sign,
  signNote,
  type Verify,
} from './note.ts';
export {
  meetsQuorum,
  type Policy,
  type PolicyGroup,
  type PolicyLog,
  type PolicyWitness,
  parsePolicy,
} from './policy.ts';
export { type ConsistencyClaim, type InclusionClaim, verifyConsistency, verifyInclusion } from './proof.ts';
export { formatProofFile, judgeProofFile, type ProofFile, parseProofFile, verifyProofFile } from './proof-file.ts';
export { KEY_TREE_DEPTH, MAX_KEY_NODES, PuncturableKey } from './puncturable.ts';
export {
  bundlesAdded,
  entryBundle,
  hashTile,
  parseTilePath,
  readEntryBundle,
  readHashTile,
  TILE_WIDTH,
  type Tile,
  tilePath,
  tilesAdded,
  tilesOf,
} from './tile.ts';
export { type FetchTile, TileTree } from './tile-tree.ts';
export { type TileStore, Tree } from './tree.ts';
export { emptyRoot, hashChildren, hashLeaf } from './tree-hash.ts';
export {
  COSIGNATURE_V1,
  ED25519,
  formatVkey,
  type KeyType,
  makeVerifierKey,
  parseVkey,
  type VerifierKey,
} from './vkey.ts';
