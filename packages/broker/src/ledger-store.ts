/** What the ledger service may do with its streams: append, read back, keep bodies and wrapped keys. Nothing else can. */

/** One stored commit: the bytes `append` was given, and its stream sequence, which counts from 1 without gaps. */
export type Stored = { seq: number; bytes: Uint8Array };

/**
 * Every promise settles only when it is known what was stored. Where the server is gone, the call goes on trying until
 * it is back or the store's AbortSignal fires (then `ledger-unreachable`: whether it was stored is not known).
 */
export type LedgerStore = {
  /**
   * Appends one commit directly after `expectedSeq` (0: the ledger is empty), durably. A lost acknowledgement is found
   * out, never guessed at: the same bytes already stored there count as success.
   * @param msgId names this commit, for the server's own detection of repeats
   * @returns its sequence, `expectedSeq + 1`
   * @throws `second-writer` when another commit is there; `storage-full`, and then it is certainly not stored; `too-large`
   */
  append(bytes: Uint8Array, expectedSeq: number, msgId: string): Promise<number>;
  /** @throws `ledger-damaged` when there is no such commit */
  read(seq: number): Promise<Uint8Array>;
  /**
   * Hands over every commit from `fromSeq` (1 is the first) to the newest, in order, and answers the newest sequence
   * (0: the ledger is empty).
   * @throws `ledger-damaged` when one is missing
   */
  readAll(fromSeq: number, onCommit: (commit: Stored) => void | Promise<void>): Promise<number>;
  /** Stores a sealed body durably; the answer is where. @throws `storage-full`, `too-large` */
  putBody(bytes: Uint8Array): Promise<number>;
  /** undefined when it was deleted. */
  getBody(seq: number): Promise<Uint8Array | undefined>;
  /** Deletes bodies for good; those already gone are passed over. */
  deleteBodies(seqs: readonly number[]): Promise<void>;
  /** One uploaded chunk of an attachment, counted from 0; undefined when it was not uploaded. */
  getChunk(account: string, attachment: string, chunk: number): Promise<Uint8Array | undefined>;
  /** How many different chunks of this attachment were uploaded from this account. */
  countChunks(account: string, attachment: string): Promise<number>;
  /** Deletes every chunk of an attachment. */
  deleteChunks(account: string, attachment: string): Promise<void>;
  /** Replaces what a vault slot holds (a dossier id, or `main`), durably; the older value is gone from the stream. */
  vaultPut(slot: string, bytes: Uint8Array): Promise<void>;
  vaultDelete(slot: string): Promise<void>;
  vaultAll(): Promise<Map<string, Uint8Array>>;
};
