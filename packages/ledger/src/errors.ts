/**
 * Every way the ledger package can refuse: one error class with a closed union of stable codes.
 * Codes are part of the published format (FORMAT.md and the vectors name them), so never rename one.
 */

/** Code -> one sentence a person can act on. */
export const LEDGER_ERRORS = {
  'leaf-format': 'A leaf must be 34 bytes: version 0x01, a type from 1 to 255, and a 32-byte commitment.',
  'leaf-mismatch': 'The leaf does not commit to this salt and event.',
  'entry-body-format': 'The opened body of an entry is not salt, event length, event and an optional secret.',
  'key-tree-format': 'The bytes are not a version and key nodes in order, each at a place its depth allows.',
  'hash-format': 'A hash must be exactly 32 bytes.',
  'tree-range': 'The index or size asked for is not inside this tree.',
  'proof-index': 'The index or size a proof was asked to prove makes no sense.',
  'proof-length': 'The proof has more or fewer hashes than a proof for these sizes can have.',
  'proof-mismatch': 'The proof does not lead to the expected root.',
  'tile-path': 'The path is not that of a tile: tile/<level or entries>/<index>, with .p/<width> when it is partial.',
  'tile-format': 'The bytes are not exactly as many hashes, or entries with their lengths, as the tile is wide.',
  'tile-missing': 'A tile is not there that a tree of this size must have.',
  'tile-mismatch': 'A tile, or an entry in a bundle, is not the one whose hash is in the tree.',
  'vkey-format': 'A verifier key must be name+8 lowercase hex digits+canonical base64, with a valid name.',
  'vkey-type': 'The verifier key has a type or key length that is not supported here.',
  'vkey-key-id': 'The key id in the verifier key is not the hash of its name, type and public key.',
  'note-format': 'The bytes are not a well-formed signed note.',
  'note-too-large': 'The note has more bytes or signatures than are accepted.',
  'note-ambiguous-key': 'Two of the trusted keys have the same name and key id.',
  'note-bad-signature': 'A signature by a trusted key does not verify.',
  'note-unsigned': 'No trusted key signed this note.',
  'checkpoint-format': 'The text is not a checkpoint of exactly origin, size and root hash.',
  'checkpoint-origin': 'The checkpoint is of another log than the one asked for.',
  'checkpoint-unsigned': 'The log itself did not sign this checkpoint.',
  'cosignature-time': 'The time of a cosignature must be a whole number of seconds that is not negative.',
  'add-checkpoint-format': 'The bytes are not old size, at most 63 proof lines, an empty line and a signed checkpoint.',
  'add-checkpoint-old-size': 'The old size is larger than the checkpoint that was submitted.',
  'policy-format': 'A line of the policy file is not a log, witness, group or quorum as the format has them.',
  'policy-name': 'A name in the policy file is taken, reserved, not defined on a line before, or used twice.',
  'policy-key': 'Two logs, or two witnesses, in the policy file have the same public key.',
  'policy-quorum': 'The policy file must have exactly one quorum line.',
  'proof-file-format': 'The bytes are not a well-formed tlog-proof file.',
  'commit-format': 'The bytes are not a well-formed commit.',
  'commit-version': 'The commit has a version this program does not know.',
  'commit-digest': 'The commit was damaged: its digest does not match its bytes.',
  'ledger-gap': 'Entries are missing between what was read so far and this commit.',
  'ledger-repeat': 'This commit starts at an index that was already read.',
  'ledger-chain-broken': 'This commit was written on top of another history.',
  'ledger-time-backwards': 'This commit is older than the one before it.',
} as const;

export type LedgerErrorCode = keyof typeof LEDGER_ERRORS;

/** The only error this package throws on purpose. `detail` says where, never what a sealed body holds. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
  readonly code: LedgerErrorCode;

  constructor(code: LedgerErrorCode, detail?: string, options?: ErrorOptions) {
    const sentence = LEDGER_ERRORS[code];
    super(detail === undefined ? `${code}: ${sentence}` : `${code}: ${sentence} (${detail})`, options);
    this.code = code;
  }
}
