/**
 * One history: the participant remembers the newest checkpoint it saw and takes a newer one only with proof that it
 * continues it. A ledger that was rolled back, or shows different people different logs, is found here.
 */
import { fromBase64url, signingBytes, toBase64url, toHex, utf8, verifyBytes } from '@eenmaal/crypto';
import { readObject } from '@eenmaal/envelope';
import {
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
    const { size, root } = this.position;
    const { answer } = await this.#ask(size);
    const region = readObject('eenmaal-statement+jws', this.#region).payload;
    if (region.kind !== 'region') throw new EenmaalError('malformed', 'region statement');
    const log = makeVerifierKey(region.origin, ED25519, signingBytes(region.ledger));
    try {
      const newer = openCheckpoint(utf8(answer.checkpoint), { log, witnesses: [] }, verifyBytes);
      const proof = answer.proof.map(fromBase64url);
      if (size > 0)
        verifyConsistency({ from: size, fromRoot: fromBase64url(root), to: newer.size, toRoot: newer.root, proof });
      this.position = { size: newer.size, root: toBase64url(newer.root) };
      this.signed = answer.checkpoint;
    } catch (cause) {
      if (cause instanceof LedgerError) throw new EenmaalError('split-view', cause.code, { cause });
      throw cause;
    }
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
    if (answer.leaf !== toHex(leaf)) throw new EenmaalError('split-view', 'another leaf');
  }
}
