/**
 * The witness: cosigns a checkpoint only when it continues the one it cosigned last, and has that on disk before anybody
 * hears of it (C2SP tlog-witness; the checks and their order are in packages/ledger/FORMAT.md section 10). Two histories of
 * one log can therefore never both have its cosignature, and what the log signed of another one is kept. It sees sizes and
 * roots, never an entry, never anything of a person.
 */
import { equal, toHex, verifyBytes } from '@eenmaal/crypto';
import type { Log } from '@eenmaal/host';
import {
  type AddCheckpoint,
  appendSignatures,
  type Checkpoint,
  cosignatureLines,
  ed25519Verifier,
  formatNote,
  LedgerError,
  type LedgerErrorCode,
  openNote,
  openSubmission,
  parseAddCheckpoint,
  parseSignatureLines,
  SIZE_CONTENT_TYPE,
  type Sign,
  type VerifierKey,
  verifyConsistency,
} from '@eenmaal/ledger';
import type { WitnessState } from './state.ts';

export type WitnessOptions = {
  /** Its name and public key, type 0x04. */
  key: VerifierKey;
  sign: Sign;
  /** Whose checkpoints it looks at; several keys with one name are one log. */
  logs: readonly VerifierKey[];
  state: WitnessState;
  /** Milliseconds since 1970. */
  clock(): number;
  log: Log;
};

export type Answer = { readonly status: number; readonly type: string; readonly body: string };

const TEXT = 'text/plain; charset=utf-8';
/** What was wrong with the checkpoint itself, or with the way it was asked; anything else is this program's fault. */
const STATUS: Partial<Record<LedgerErrorCode, number>> = {
  'add-checkpoint-format': 400,
  'note-format': 400,
  'note-too-large': 400,
  'checkpoint-format': 400,
  'add-checkpoint-old-size': 400,
  'note-unsigned': 403,
  'note-bad-signature': 403,
  'checkpoint-unsigned': 403,
  'checkpoint-origin': 404,
  'proof-index': 422,
  'proof-length': 422,
  'proof-mismatch': 422,
};

export class Witness {
  readonly #options: WitnessOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  /** Answers one request. @throws what `WitnessState.store` throws: then nothing was cosigned */
  async addCheckpoint(body: Uint8Array): Promise<Answer> {
    const { logs, log } = this.#options;
    try {
      const request = parseAddCheckpoint(body);
      const checkpoint = openSubmission(request, logs, verifyBytes);
      return await this.#inTurn(() => this.#cosign(request, checkpoint));
    } catch (error) {
      const status = error instanceof LedgerError ? STATUS[error.code] : undefined;
      if (status === undefined) throw error;
      const { code } = error as LedgerError;
      log.debug({ status, code }, 'refused');
      return { status, type: TEXT, body: `${code}\n` };
    }
  }

  /** The rest needs what was seen, so it is for one request at a time: between the question and the new state comes nothing. */
  async #cosign(request: AddCheckpoint, checkpoint: Checkpoint): Promise<Answer> {
    const { key, sign, state, clock, log } = this.#options;
    const { origin, size, root } = checkpoint;
    const seen = state.seen(origin);
    // from whatever size it is asked: one size and two roots are two histories
    if (size === seen.size && !equal(root, seen.root)) await this.#keepAgainst(request, checkpoint);
    if (request.oldSize !== seen.size) return { status: 409, type: SIZE_CONTENT_TYPE, body: `${seen.size}\n` };
    await this.#mustContinue(request, seen, checkpoint);
    const lines = cosignatureLines(request.checkpoint, key, sign, Math.floor(clock() / 1000));
    // Asked again about the same checkpoint there is nothing new to keep, only a later time to state.
    if (size > seen.size) await state.store(checkpoint, this.#kept(request, origin, lines));
    log.info({ origin, from: seen.size, size, root: toHex(root) }, 'cosigned');
    return { status: 200, type: TEXT, body: Buffer.from(lines).toString('utf8') };
  }

  async #mustContinue(request: AddCheckpoint, seen: { size: number; root: Uint8Array }, to: Checkpoint): Promise<void> {
    try {
      const { proof } = request;
      verifyConsistency({ from: seen.size, fromRoot: seen.root, to: to.size, toRoot: to.root, proof });
    } catch (error) {
      if (to.size > seen.size) await this.#keepAgainst(request, to);
      throw error;
    }
  }

  /** What the log signed and cannot prove to continue its own past. It is refused also when it cannot be kept. */
  async #keepAgainst(request: AddCheckpoint, { origin, size, root }: Checkpoint): Promise<void> {
    const { state, log } = this.#options;
    const { root: seenRoot, size: seen } = state.seen(origin);
    const note = Buffer.from(this.#signedByLog(request, origin)).toString('utf8');
    const kept = await state
      .keepAgainst({ origin, size, root }, note)
      .catch((error: unknown) => void log.error({ error }));
    const found = { origin, seen, seenRoot: toHex(seenRoot), size, root: toHex(root), file: kept?.file };
    if (kept?.proves) log.error({ code: 'split-view', ...found }, 'the log signed two histories: keep this file');
    else log.warn(found, 'inconsistent: two histories, or a bad proof');
  }

  /** The checkpoint as it is kept: one signature of the log, and the own one. */
  #kept(request: AddCheckpoint, origin: string, lines: Uint8Array): string {
    const signed = this.#signedByLog(request, origin);
    return Buffer.from(appendSignatures(signed, parseSignatureLines(lines))).toString('utf8');
  }

  /** With one signature of the log; lines of others are not ours to keep. */
  #signedByLog(request: AddCheckpoint, origin: string): Uint8Array {
    const keys = this.#options.logs.filter(({ name }) => name === origin);
    const verifiers = keys.map((key) => ed25519Verifier(key, verifyBytes));
    const { text, signatures } = openNote(request.checkpoint, verifiers);
    return formatNote({ text, signatures: signatures.slice(0, 1) });
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(act);
    this.#last = mine.catch(() => {});
    return mine;
  }
}
