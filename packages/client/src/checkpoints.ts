/**
 * One history: the participant remembers the newest checkpoint it saw and takes a newer one only with proof that it
 * continues it. A ledger that was rolled back, or shows different people different logs, is found here; what was signed of
 * that is kept as evidence, and from then on nothing is sent or opened.
 */
import { fromBase64url, toBase64url, utf8, verifyBytes } from '@eenmaal/crypto';
import {
  type Checkpoint,
  hashLeaf,
  judgeCheckpoint,
  LedgerError,
  openCheckpoint,
  quorumTime,
  type VerifierKey,
  verifyConsistency,
  verifyInclusion,
} from '@eenmaal/ledger';
import { type Answer, EenmaalError, EMPTY_LOG, type Evidence, type Instant, type Position } from '@eenmaal/model';
import { claimAgainst, type SignedClaim, twoCheckpoints } from './evidence.ts';
import type { ClientOptions } from './transport.ts';
import { logKeyOf } from './trust.ts';
import { turns } from './turns.ts';

/** The newest checkpoint that enough witnesses of the participant's own policy confirmed, who did, and until when that is new. */
export type Confirmed = Position & { signed: string; by: readonly string[]; at: Instant; until: Instant };
type Options = Pick<
  ClientOptions,
  'transport' | 'region' | 'position' | 'signed' | 'trust' | 'clock' | 'stopped' | 'onSplitView'
>;

export class Checkpoints {
  position: Position;
  /** The newest signed checkpoint, as text others can check. */
  signed: string;
  /** Null without a witness policy, and until enough witnesses confirmed something. */
  confirmed: Confirmed | null = null;
  readonly #options: Options;
  readonly #log: VerifierKey;
  /** Positions of others found to be part of this history. */
  readonly #compared = new Set<string>();
  /** Two at once could leave the older one behind as the newest. */
  readonly #inTurn = turns();
  #stopped: boolean;

  constructor(options: Options) {
    this.#options = options;
    this.#log = logKeyOf(options.region);
    this.position = options.position ?? EMPTY_LOG;
    this.signed = options.signed ?? '';
    this.#stopped = options.stopped ?? false;
  }

  /** The witness policy this participant was given, if any. */
  get trust(): ClientOptions['trust'] {
    return this.#options.trust;
  }

  /** Two histories were found, now or before: nothing may be sent or opened any more. @throws `split-view` */
  mustBeOne(): void {
    if (this.#stopped) throw new EenmaalError('split-view', 'found before: an officer must look at it');
  }

  /** Asks for the newest checkpoint. @throws `split-view` when it does not continue what was seen before */
  advance(): Promise<Position> {
    return this.#inTurn(() => this.#advance());
  }

  async #advance(): Promise<Position> {
    const seen = { ...this.position, signed: this.signed };
    const { answer } = await this.#ask(seen.size, seen);
    const newer = this.#open(answer.checkpoint);
    if (seen.size > 0) await this.#mustContinue(seen, newer, answer);
    await this.#takeConfirmed(answer, newer);
    this.position = { size: newer.size, root: toBase64url(newer.root) };
    this.signed = answer.checkpoint;
    return this.position;
  }

  async #ask(from: number, seen?: Position & { signed: string }) {
    try {
      return await this.#options.transport.call({ op: 'checkpoint', from });
    } catch (error) {
      // a ledger that is shorter than what was seen before lost something
      if (error instanceof EenmaalError && error.code === 'position-unknown')
        return this.#split('the ledger is shorter than before', () => this.#against(seen));
      throw error;
    }
  }

  /** What witnesses confirmed is judged by this participant's own policy; the ledger's choice of witnesses counts for nothing. */
  async #takeConfirmed({ cosigned, checkpoint }: Answer<'checkpoint'>, newest: Checkpoint): Promise<void> {
    const { trust, clock } = this.#options;
    if (!trust || !cosigned) return;
    const freshness = { now: Math.floor(clock() / 1000), maxAge: trust.maxAge };
    const signed = utf8(cosigned.checkpoint);
    const judged = splitView(() => judgeCheckpoint(signed, trust.policy, verifyBytes, freshness));
    const { size, root } = judged.checkpoint;
    const shown = { size, root: toBase64url(root), signed: cosigned.checkpoint };
    await this.#mustContinue(shown, newest, { checkpoint, proof: cosigned.proof });
    const at = quorumTime(judged, trust.policy);
    if (at === undefined || (this.confirmed && this.confirmed.at > at * 1000)) return;
    const by = judged.witnesses.filter(({ state }) => state === 'counts' || state === 'stale');
    this.confirmed = {
      ...shown,
      by: by.map(({ witness }) => witness),
      at: at * 1000,
      until: (at + trust.maxAge) * 1000,
    };
  }

  /**
   * Checks that a position somebody else saw (the sender of a message) belongs to the history seen here.
   * @param claim who says so, signed: evidence, should it not
   * @throws `split-view` when the ledger showed two people two histories
   */
  async confirm(position: Position, claim?: () => SignedClaim): Promise<void> {
    const name = `${position.size}/${position.root}`;
    if (position.size === 0 || this.#compared.has(name)) return;
    for (let tries = 0; tries < 20; tries++) {
      const { size, root } = await this.advance();
      const ours = { size, root, signed: this.signed };
      const { answer } = await this.#ask(position.size);
      const newest = this.#open(answer.checkpoint);
      if (newest.size !== size) continue; // it grew in between: both must be about one size
      if (toBase64url(newest.root) !== root)
        await this.#split('two roots of one size', () => this.#against(ours, answer.checkpoint));
      try {
        continues(position, newest, answer.proof);
      } catch (error) {
        await this.#split((error as EenmaalError).detail, () =>
          claim ? claimAgainst(this.#options.transport, claim(), ours, this.#log) : null,
        );
      }
      if (this.#compared.size > 10_000) this.#compared.clear();
      this.#compared.add(name);
      return;
    }
    throw new EenmaalError('ledger-unreachable', 'the ledger grows too fast to compare');
  }

  #open(checkpoint: string): Checkpoint {
    return splitView(() => openCheckpoint(utf8(checkpoint), { log: this.#log, witnesses: [] }, verifyBytes));
  }

  async #mustContinue(
    seen: Position & { signed: string },
    newer: Checkpoint,
    { checkpoint, proof }: { checkpoint: string; proof: readonly string[] },
  ): Promise<void> {
    try {
      continues(seen, newer, proof);
    } catch (error) {
      const sameSize = newer.size === seen.size ? checkpoint : undefined;
      await this.#split((error as EenmaalError).detail, () => this.#against(seen, sameSize));
    }
  }

  /** What the log signs now of the size it signed then. That a proof fails is no evidence: nobody signed the failure. */
  async #against(seen?: Position & { signed: string }, theirs?: string): Promise<Evidence | null> {
    if (!seen || seen.signed === '') return null;
    const { transport } = this.#options;
    const other = theirs ?? (await transport.call({ op: 'checkpoint', from: 0, size: seen.size })).answer.checkpoint;
    return twoCheckpoints(seen.signed, other, this.#log);
  }

  /** Stops sending and opening, keeps what can be proved, and says so. @throws `split-view` */
  async #split(detail: string | undefined, collect: () => Evidence | null | Promise<Evidence | null>): Promise<never> {
    this.#stopped = true;
    const error = new EenmaalError('split-view', detail);
    // without evidence too: the alarm does not wait for what a ledger that lies may refuse to give
    const evidence = await Promise.resolve(collect()).catch(() => null);
    try {
      await this.#options.onSplitView?.(evidence, error);
    } catch {
      // who cannot keep it, on a full disk, hears of two histories all the same, and not of the disk
    }
    throw error;
  }

  /** Checks that entry `index` with this leaf is in the log at the position seen. @throws `split-view` */
  async verifyIncluded(index: number, leaf: Uint8Array): Promise<void> {
    const { size, root } = this.position;
    const { answer } = await this.#options.transport.call({ op: 'inclusion', index, size });
    try {
      const proof = answer.proof.map(fromBase64url);
      verifyInclusion({ index, size, root: fromBase64url(root), leafHash: hashLeaf(leaf), proof });
    } catch (cause) {
      throw new EenmaalError('split-view', 'not in the log', { cause });
    }
  }
}

/** @throws `split-view` */
function continues({ size, root }: Position, newer: Checkpoint, proof: readonly string[]): void {
  const claim = { from: size, fromRoot: fromBase64url(root), to: newer.size, toRoot: newer.root };
  splitView(() => verifyConsistency({ ...claim, proof: proof.map(fromBase64url) }));
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
