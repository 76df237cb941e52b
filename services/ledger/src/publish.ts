/**
 * Publishing a checkpoint: ask every witness of the policy at once for its cosignature, and have the checkpoint when enough
 * of them gave one. A witness that fell behind says how far it is, and is asked again from there; one that is silent,
 * wrong or refuses costs nobody else any time, and is named with the reason. What a witness answers is believed only after
 * its signature was checked.
 */
import { verifyBytes } from '@eenmaal/crypto';
import {
  ADD_CHECKPOINT_PATH,
  appendSignatures,
  formatAddCheckpoint,
  type Judgement,
  judgeCheckpoint,
  LedgerError,
  type NoteSignature,
  type Policy,
  type PolicyWitness,
  readCosignature,
  readKnownSize,
  SIZE_CONTENT_TYPE,
  type Tree,
} from '@eenmaal/ledger';

export type PublisherOptions = {
  /** Its `log` line is this log's; its witnesses with a URL are asked. */
  policy: Policy;
  /** Milliseconds since 1970. */
  clock(): number;
  /** Milliseconds each witness gets, however often it has to be asked. */
  timeoutMs: number;
  /** Seconds: how far the time in a cosignature may lie back to count. */
  maxAge: number;
  /** Told of every failure when it is known, also when that is after `publish` has resolved. */
  onFailure?(failure: WitnessFailure): void;
};

/**
 * `inconsistent`: the witness saw another history of this log. `ahead`: it saw a longer one, of `size` entries. Both mean
 * that this log was turned back or that somebody else writes under its name, and are for a person to look at (but a call for
 * a larger size that overtook this one also gives `ahead`); the others pass by themselves.
 */
type FailureReason =
  | 'no-url'
  | 'unreachable'
  | 'timeout'
  | 'refused'
  | 'inconsistent'
  | 'ahead'
  | 'bad-answer'
  | 'wrong-time';
/** `witness`: the name in its key. */
export type WitnessFailure = {
  readonly witness: string;
  readonly reason: FailureReason;
  readonly detail: string;
  readonly size?: number;
};
/** `checkpoint` has every cosignature that came; `failures` is who had failed by then, so it may miss who was slow. */
export type Published = { readonly checkpoint: Uint8Array; readonly failures: readonly WitnessFailure[] } & (
  | { readonly quorum: true }
  | { readonly quorum: false; readonly reason: 'quorum-missing' | 'quorum-stale' }
);

const MAX_TRIES = 4;
const MAX_ANSWER_BYTES = 64 * 1024;

export class Publisher {
  readonly #options: PublisherOptions;
  /** How far each witness was when it last said so; a wrong guess costs one more question. */
  readonly #known = new Map<string, number>();

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /**
   * Resolves as soon as the quorum is there, or when every witness has answered or had its time. Those still being asked
   * then are left to finish, so that they keep up. Calls may overlap.
   * @param tree of at least the checkpoint's size: proves to each witness that nothing was changed
   * @throws `LedgerError` when `signed` is no checkpoint by a log of the policy, or the tree is smaller than it says
   */
  async publish(signed: Uint8Array, tree: Pick<Tree, 'consistencyProof'>): Promise<Published> {
    let checkpoint = signed;
    const failures: WitnessFailure[] = [];
    const { size } = this.#judge(signed).checkpoint;
    tree.consistencyProof(size, size);
    return new Promise((resolve) => {
      const settle = (final: boolean): void => {
        const judged = this.#judge(checkpoint);
        if (judged.trusted) resolve({ quorum: true, checkpoint, failures: [...failures] });
        else if (final) resolve({ quorum: false, reason: judged.reason, checkpoint, failures: [...failures] });
      };
      const asked = this.#options.policy.witnesses.map(async (witness, i) => {
        try {
          const line = await this.#ask(witness, signed, size, tree);
          // only now: others may have added theirs in the meantime
          checkpoint = appendSignatures(checkpoint, [line]);
          this.#checkTime(checkpoint, i);
          settle(false);
        } catch (error) {
          const failure = failureOf(witness, error);
          failures.push(failure);
          this.#options.onFailure?.(failure);
        }
      });
      settle(false);
      void Promise.all(asked).then(() => settle(true));
    });
  }

  #judge(checkpoint: Uint8Array): Judgement {
    const freshness = { now: Math.floor(this.#options.clock() / 1000), maxAge: this.#options.maxAge };
    return judgeCheckpoint(checkpoint, this.#options.policy, verifyBytes, freshness);
  }

  async #ask(
    { key, url }: PolicyWitness,
    signed: Uint8Array,
    size: number,
    tree: Pick<Tree, 'consistencyProof'>,
  ): Promise<NoteSignature> {
    if (url === undefined) throw new Failed('no-url', 'the policy has no URL for it');
    const signal = AbortSignal.timeout(this.#options.timeoutMs);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const oldSize = this.#known.get(url) ?? 0;
      // not remembered: a witness that begins anew starts at 0 again
      if (oldSize > size && this.#known.delete(url))
        throw new Failed('ahead', `it saw ${oldSize}, this is ${size}`, oldSize);
      const proof = tree.consistencyProof(oldSize, size);
      const answer = await post(url, formatAddCheckpoint({ oldSize, proof, checkpoint: signed }), signal);
      if (answer.status === 200) {
        const { line } = readCosignature(signed, answer.body, key, verifyBytes);
        this.#known.set(url, size);
        return line;
      }
      this.#known.set(url, sizeIn(answer, oldSize));
    }
    throw new Failed('refused', 'it kept naming another size');
  }

  /** @param i which witness of the policy */
  #checkTime(checkpoint: Uint8Array, i: number): void {
    const finding = this.#judge(checkpoint).witnesses[i];
    if (finding?.state !== 'counts') throw new Failed('wrong-time', `${finding?.time}`);
  }
}

/** The size a witness wants to be asked from. @throws `Failed` when that is not what it says */
function sizeIn({ status, type, body }: Answer, oldSize: number): number {
  // a proxy may add a charset: that must not look like another history, which stops the region
  const isSize = type?.split(';')[0]?.trim().toLowerCase() === SIZE_CONTENT_TYPE;
  const size = status === 409 && isSize ? readKnownSize(body) : undefined;
  if (size !== undefined && size !== oldSize) return size;
  // version 1.0.0 of the protocol answers 409 for another root of the same size
  throw new Failed(status === 422 || status === 409 ? 'inconsistent' : 'refused', `${status}`);
}

class Failed extends Error {
  readonly failure: Omit<WitnessFailure, 'witness'>;
  constructor(reason: FailureReason, detail: string, size?: number) {
    super(detail);
    this.failure = { reason, detail, ...(size !== undefined && { size }) };
  }
}

function failureOf({ key }: PolicyWitness, error: unknown): WitnessFailure {
  const witness = key.name;
  if (error instanceof Failed) return { witness, ...error.failure };
  if (error instanceof LedgerError) return { witness, reason: 'bad-answer', detail: error.code };
  const { name, cause } = error as Error;
  if (name === 'TimeoutError') return { witness, reason: 'timeout', detail: 'no answer in time' };
  return { witness, reason: 'unreachable', detail: String((cause as NodeJS.ErrnoException | undefined)?.code ?? name) };
}

type Answer = { readonly status: number; readonly type: string | null; readonly body: Uint8Array };

async function post(prefix: string, body: Uint8Array, signal: AbortSignal): Promise<Answer> {
  const url = `${prefix.replace(/\/$/, '')}/${ADD_CHECKPOINT_PATH}`;
  const answer = await fetch(url, { method: 'POST', body: Buffer.from(body), redirect: 'error', signal });
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of answer.body ?? []) {
    length += piece.length;
    if (length > MAX_ANSWER_BYTES) throw new Failed('bad-answer', 'too large');
    pieces.push(piece);
  }
  return { status: answer.status, type: answer.headers.get('content-type'), body: Buffer.concat(pieces) };
}
