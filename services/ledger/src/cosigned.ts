/**
 * The newest checkpoint that enough witnesses confirmed, and the file it is kept in, so that a restart does not begin with
 * nothing. Of the file nothing is believed that is not signed, or not of this very log.
 */
import { utf8, verifyBytes } from '@eenmaal/crypto';
import { readIfThere } from '@eenmaal/host';
import { type Judgement, judgeCheckpoint, LedgerError, type Policy, quorumTime } from '@eenmaal/ledger';
import { EenmaalError, type Instant } from '@eenmaal/model';
import type { Journal } from './journal.ts';

/** `time`: when the quorum was there, in milliseconds. */
export type Cosigned = { readonly signed: Uint8Array; readonly size: number; readonly time: Instant };

export type KeptSettings = {
  path: string;
  /** Told why what was kept is not used, or could not be kept. */
  onUnusable(why: string): void;
};

/** Null when too few cosigned, those whose clock is ahead left out. */
export function cosignedIn(judged: Judgement, signed: Uint8Array, policy: Policy): Cosigned | null {
  const seconds = quorumTime(judged, policy);
  return seconds === undefined ? null : { signed, size: judged.checkpoint.size, time: seconds * 1000 };
}

/** However old: that matters when something is opened. @param now milliseconds @throws `LedgerError` */
export const judge = (signed: Uint8Array, policy: Policy, now: Instant): Judgement =>
  judgeCheckpoint(signed, policy, verifyBytes, { now: Math.floor(now / 1000), maxAge: Number.POSITIVE_INFINITY });

/**
 * What was kept, when it is genuine. One that the log signed and that is not in its history is not passed over: then the log
 * was turned back, or is another, and this file is what shows it.
 * @param now milliseconds
 * @throws `ledger-damaged`
 */
export async function readCosigned(
  { path, onUnusable }: KeptSettings,
  policy: Policy,
  { state, tree }: Pick<Journal, 'state' | 'tree'>,
  now: Instant,
): Promise<Cosigned | null> {
  const text = await readIfThere(path);
  if (text === undefined) return null;
  const signed = utf8(text);
  let judged: Judgement;
  try {
    judged = judge(signed, policy, now);
    if (tree.size > 0 && judged.checkpoint.origin !== state.origin) throw new LedgerError('checkpoint-origin');
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    onUnusable(error.code);
    return null;
  }
  const { size, root } = judged.checkpoint;
  if (!tree.hadRoot(size, root))
    throw new EenmaalError('ledger-damaged', `turned back, or another history: it signed ${size} entries in ${path}`);
  const cosigned = cosignedIn(judged, signed, policy);
  if (!cosigned) onUnusable('quorum-missing');
  return cosigned;
}
