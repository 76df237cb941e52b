/**
 * The beat: on a fixed measure, and at once when something must not wait, the newest checkpoint goes to the witnesses, and the
 * newest one that enough of them confirmed is kept for whoever asks. When that one is too old nothing is opened any more
 * (`mustBeFresh`); what people say is always taken in. After a start nothing is confirmed yet.
 */

import { verifyBytes } from '@eenmaal/crypto';
import { type Judgement, judgeCheckpoint, type Policy, quorumTime } from '@eenmaal/ledger';
import { EenmaalError, type Instant } from '@eenmaal/model';
import type { Journal } from './journal.ts';
import { Publisher, type WitnessFailure } from './publish.ts';

export type WitnessOptions = {
  policy: Policy;
  /** Milliseconds between two checkpoints, while there is something new. */
  beatMs: number;
  /** Milliseconds each witness gets. */
  timeoutMs: number;
  /** Seconds: nothing is opened while the newest quorum is older. */
  maxStaleness: number;
  /** Told when a quorum is there again, or not any more. */
  onQuorum?(size: number | null, failures: readonly WitnessFailure[]): void;
  /** Told when a witness saw another history than this one, or a longer one. */
  onSplitView?(failure: WitnessFailure): void;
};

/** `time`: when the quorum was there, in milliseconds. */
export type Cosigned = { readonly signed: Uint8Array; readonly size: number; readonly time: Instant };

/** While nothing is new the same checkpoint is confirmed again well before it is too old. */
const REFRESH = 1 / 3;

export class Beat {
  readonly #journal: Journal;
  readonly #options: WitnessOptions;
  readonly #sign: (size: number) => Uint8Array;
  readonly #clock: () => Instant;
  readonly #publisher: Publisher;
  readonly #timer: NodeJS.Timeout;
  #cosigned: Cosigned | null = null;
  #running = false;
  #again = false;
  #had: boolean | null = null;
  readonly #alarmed = new Set<string>();

  /** @param sign the checkpoint of a size this journal reached */
  constructor(journal: Journal, sign: (size: number) => Uint8Array, clock: () => Instant, options: WitnessOptions) {
    this.#journal = journal;
    this.#options = options;
    this.#sign = sign;
    this.#clock = clock;
    const { policy, timeoutMs, maxStaleness } = options;
    this.#publisher = new Publisher({ policy, clock, timeoutMs, maxAge: maxStaleness });
    this.#timer = setInterval(() => this.#isDue() && this.now(), options.beatMs).unref();
    this.now();
  }

  /** The newest checkpoint that has a quorum; null while none has. */
  get cosigned(): Cosigned | null {
    return this.#cosigned;
  }

  /** Publishes without waiting for the measure; whoever calls does not wait either. One at a time, the newest next. */
  now(): void {
    if (this.#running) this.#again = true;
    else {
      this.#running = true;
      setImmediate(() => void this.#publish());
    }
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#again = false;
  }

  /** @throws `quorum-stale` when nobody but the ledger confirmed its log for too long */
  mustBeFresh(at: Instant): void {
    const oldest = at - this.#options.maxStaleness * 1000;
    if (!this.#cosigned) throw new EenmaalError('quorum-stale', 'no witness quorum since the start');
    if (this.#cosigned.time < oldest)
      throw new EenmaalError('quorum-stale', `since ${new Date(this.#cosigned.time).toISOString()}`);
  }

  #isDue(): boolean {
    if (this.#journal.dead) return false;
    const known = this.#cosigned;
    if (!known || this.#journal.size > known.size) return true;
    return this.#clock() - known.time > this.#options.maxStaleness * 1000 * REFRESH;
  }

  async #publish(): Promise<void> {
    try {
      const { tree, tiles } = this.#journal;
      const { size } = tree;
      // now: it grows while the witnesses are asked
      const partial = tiles && tree.partialTiles();
      const { quorum, checkpoint, failures } = await this.#publisher.publish(this.#sign(size), tree);
      for (const failure of failures) this.#alarm(failure);
      if (quorum) this.#keep(checkpoint, size);
      if (this.#had !== quorum) this.#options.onQuorum?.(quorum ? size : null, failures);
      this.#had = quorum;
      // a slow disk must not make the next one late
      if (quorum && partial) void tiles.publish(partial, checkpoint);
    } finally {
      this.#running = false;
      if (this.#again) {
        this.#again = false;
        this.now();
      }
    }
  }

  #keep(signed: Uint8Array, size: number): void {
    const { policy } = this.#options;
    const judged: Judgement = judgeCheckpoint(signed, policy, verifyBytes);
    const seconds = quorumTime(judged, policy);
    if (seconds !== undefined) this.#cosigned = { signed, size, time: seconds * 1000 };
  }

  /** Once for each witness and reason: it is for a person to look at, and does not pass. */
  #alarm(failure: WitnessFailure): void {
    const { witness, reason } = failure;
    const name = `${witness} ${reason}`;
    if ((reason !== 'inconsistent' && reason !== 'ahead') || this.#alarmed.has(name)) return;
    this.#alarmed.add(name);
    this.#options.onSplitView?.(failure);
  }
}
