/**
 * One history: the participant remembers the newest checkpoint it saw and takes a newer one only with proof that it
 * continues it. A ledger that was rolled back, or shows different people different logs, is found here.
 */
import { fromBase64url, signingBytes, toBase64url, utf8, verifyBytes } from '@eenmaal/crypto';
import { readObject } from '@eenmaal/envelope';
import {
  type Checkpoint,
  ED25519,
  hashLeaf,
  LedgerError,
  makeVerifierKey,
  openCheckpoint,
  verifyConsistency,
  verifyInclusion,
} from '@eenmaal/ledger';
import { EenmaalError, type Position } from '@eenmaal/model';
import type { Transport } from './transport.ts';
import { turns } from './turns.ts';

const EMPTY: Position = { size: 0, root: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU' };

export class Checkpoints {
  position: Position;
  /** The newest signed checkpoint, as text others can check. */
  signed = '';
  readonly #transport: Transport;
  readonly #region: string;
  /** Positions of others found to be part of this history. */
  readonly #confirmed = new Set<string>();
  /** Two at once could leave the older one behind as the newest. */
  readonly #inTurn = turns();

  constructor(transport: Transport, region: string, position: Position = EMPTY) {
    this.#transport = transport;
    this.#region = region;
    this.position = position;
  }

  /** Asks for the newest checkpoint. @throws `split-view` when it does not continue what was seen before */
  advance(): Promise<Position> {
    return this.#inTurn(() => this.#advance());
  }

  async #advance(): Promise<Position> {
    const { answer } = await this.#ask(this.position.size);
    const newer = this.#open(answer.checkpoint);
    if (this.position.size > 0) this.#mustContinue(this.position, newer, answer.proof);
    this.position = { size: newer.size, root: toBase64url(newer.root) };
    this.signed = answer.checkpoint;
    return this.position;
  }

  async #ask(from: number) {
    try {
      return await this.#transport.call({ op: 'checkpoint', from });
    } catch (error) {
      // a ledger that is shorter than what was seen before lost something
      if (error instanceof EenmaalError && error.code === 'position-unknown')
        throw new EenmaalError('split-view', 'the ledger is shorter than before');
      throw error;
    }
  }

  /**
   * Checks that a position somebody else saw (the sender of a message) belongs to the history seen here.
   * @throws `split-view` when the ledger showed two people two histories
   */
  async confirm(position: Position): Promise<void> {
    const name = `${position.size}/${position.root}`;
    if (position.size === 0 || this.#confirmed.has(name)) return;
    for (let tries = 0; tries < 20; tries++) {
      const { size, root } = await this.advance();
      const { answer } = await this.#ask(position.size);
      const newest = this.#open(answer.checkpoint);
      if (newest.size !== size) continue; // it grew in between: both must be about one size
      if (toBase64url(newest.root) !== root) throw new EenmaalError('split-view', 'two roots of one size');
      this.#mustContinue(position, newest, answer.proof);
      if (this.#confirmed.size > 10_000) this.#confirmed.clear();
      this.#confirmed.add(name);
      return;
    }
    throw new EenmaalError('ledger-unreachable', 'the ledger grows too fast to compare');
  }

  #open(checkpoint: string): Checkpoint {
    const region = readObject('eenmaal-statement+jws', this.#region).payload;
    if (region.kind !== 'region') throw new EenmaalError('malformed', 'region statement');
    const log = makeVerifierKey(region.origin, ED25519, signingBytes(region.ledger));
    return splitView(() => openCheckpoint(utf8(checkpoint), { log, witnesses: [] }, verifyBytes));
  }

  #mustContinue({ size, root }: Position, newer: Checkpoint, proof: readonly string[]): void {
    const claim = { from: size, fromRoot: fromBase64url(root), to: newer.size, toRoot: newer.root };
    splitView(() => verifyConsistency({ ...claim, proof: proof.map(fromBase64url) }));
  }

  /** Checks that entry `index` with this leaf is in the log at the position seen. @throws `split-view` */
  async verifyIncluded(index: number, leaf: Uint8Array): Promise<void> {
    const { size, root } = this.position;
    const { answer } = await this.#transport.call({ op: 'inclusion', index, size });
    try {
      const proof = answer.proof.map(fromBase64url);
      verifyInclusion({ index, size, root: fromBase64url(root), leafHash: hashLeaf(leaf), proof });
    } catch (cause) {
      throw new EenmaalError('split-view', 'not in the log', { cause });
    }
  }
}

/** Whatever is wrong with a proof or a checkpoint means one thing to a participant: two histories. */
function splitView<T>(check: () => T): T {
  try {
    return check();
  } catch (cause) {
    if (cause instanceof LedgerError) throw new EenmaalError('split-view', cause.code, { cause });
    throw cause;
  }
}
