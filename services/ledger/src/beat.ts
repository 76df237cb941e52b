/**
 * The beat: on a fixed measure, and at once when something must not wait, the newest checkpoint goes to the witnesses, and the
 * newest one that enough of them confirmed is kept for whoever asks, over a restart too. When that one is too old nothing is
 * opened any more (`mustBeFresh`); what people say is always taken in. A witness that saw another history, or a longer one,
 * ends both: nothing is published or opened until a person looked and started the ledger again.
 */

import { writeFileSafely } from '@eenmaal/host';
import type { Policy } from '@eenmaal/ledger';
import { EenmaalError, type Instant } from '@eenmaal/model';
import { type Cosigned, cosignedIn, judge, type KeptSettings } from './cosigned.ts';
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
  /** Where the newest confirmed checkpoint lies; without, a restart begins with none. */
  kept?: KeptSettings;
  /** Told when a quorum is there again, or not any more. */
  onQuorum?(size: number | null, failures: readonly WitnessFailure[]): void;
  /** Told when a witness saw another history than this one, or a longer one: nothing is published or opened any more. */
  onSplitView?(failure: WitnessFailure): void;
};

/** While nothing is new the same checkpoint is confirmed again well before it is too old. */
const REFRESH = 1 / 3;

export class Beat {
  readonly #journal: Journal;
  readonly #options: WitnessOptions;
  readonly #sign: (size: number) => Uint8Array;
  readonly #clock: () => Instant;
  readonly #monotonic: () => number;
  readonly #publisher: Publisher;
  readonly #timer: NodeJS.Timeout;
  #cosigned: Cosigned | null;
  /** When its quorum was there, by the clock that is never set. */
  #since = 0;
  #stopped = false;
  #written: Promise<void> = Promise.resolve();
  #running = false;
  #again = false;
  #had: boolean | null = null;
  readonly #alarmed = new Set<string>();

  /**
   * @param sign the checkpoint of a size this journal reached
   * @param monotonic milliseconds that keep counting whatever the clock is set to
   * @param kept the newest confirmed one from before
   */
  constructor(
    journal: Journal,
    sign: (size: number) => Uint8Array,
    { clock, monotonic }: { clock(): Instant; monotonic(): number },
    options: WitnessOptions,
    kept: Cosigned | null,
  ) {
    this.#journal = journal;
    this.#options = options;
    this.#sign = sign;
    this.#clock = clock;
    this.#monotonic = monotonic;
    this.#cosigned = kept;
    this.#noteAge();
    const { policy, timeoutMs, maxStaleness } = options;
    const onFailure = (failure: WitnessFailure): void => this.#alarm(failure);
    this.#publisher = new Publisher({ policy, clock, timeoutMs, maxAge: maxStaleness, onFailure });
    this.#timer = setInterval(() => this.#isDue() && this.now(), options.beatMs).unref();
    this.now();
  }

  /** The newest checkpoint that has a quorum; null while none has. */
  get cosigned(): Cosigned | null {
    return this.#cosigned;
  }

  /** Publishes without waiting for the measure; whoever calls does not wait either. One at a time, the newest next. */
  now(): void {
    if (this.#stopped) return;
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

  /** @throws `quorum-stale` when nobody but the ledger confirmed its log for too long, or somebody saw another one */
  mustBeFresh(at: Instant): void {
    if (this.#stopped) throw new EenmaalError('quorum-stale', 'stopped: a witness saw another history of this log');
    const oldest = at - this.#options.maxStaleness * 1000;
    if (!this.#cosigned) throw new EenmaalError('quorum-stale', 'no witness quorum yet');
    // a clock that was set back must not keep it new
    if (this.#cosigned.time < oldest || this.#monotonic() - this.#since > this.#options.maxStaleness * 1000)
      throw new EenmaalError('quorum-stale', `since ${new Date(this.#cosigned.time).toISOString()}`);
  }

  #isDue(): boolean {
    if (this.#journal.dead) return false;
    const known = this.#cosigned;
    if (!known || this.#journal.size > known.size) return true;
    return this.#monotonic() - this.#since > this.#options.maxStaleness * 1000 * REFRESH;
  }

  async #publish(): Promise<void> {
    try {
      const { tree, tiles } = this.#journal;
      const { size } = tree;
      // now: it grows while the witnesses are asked
      const partial = tiles && tree.partialTiles();
      const { quorum, checkpoint, failures } = await this.#publisher.publish(this.#sign(size), tree);
      if (quorum) this.#keep(checkpoint);
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

  #keep(signed: Uint8Array): void {
    const { policy, kept } = this.#options;
    this.#cosigned = cosignedIn(judge(signed, policy, this.#clock()), signed, policy);
    this.#noteAge();
    if (!kept) return;
    // after one another, so that the newest stays; nobody waits: only the next start would begin with less
    this.#written = this.#written
      .then(() => writeFileSafely(kept.path, this.#cosigned?.signed ?? signed))
      .catch((error: NodeJS.ErrnoException) => kept.onUnusable(`${error.code}`));
  }

  #noteAge(): void {
    if (this.#cosigned) this.#since = this.#monotonic() - Math.max(0, this.#clock() - this.#cosigned.time);
  }

  /** Told once for each witness and reason: it is for a person to look at, and does not pass. */
  #alarm(failure: WitnessFailure): void {
    const { witness, reason, size = 0 } = failure;
    const name = `${witness} ${reason}`;
    // one that a later question overtook saw no more than there is
    const alarming = reason === 'inconsistent' || (reason === 'ahead' && size > this.#journal.size);
    if (!alarming || this.#alarmed.has(name)) return;
    this.#alarmed.add(name);
    this.#stopped = true;
    this.#options.onSplitView?.(failure);
  }
}
