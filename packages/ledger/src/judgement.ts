/**
 * Is this checkpoint to be trusted? Judged by a policy: signed by one of its logs, cosigned by enough of its witnesses and,
 * where the caller asks, recently enough. Bytes that are no signed checkpoint of such a log are an error; too few witnesses
 * is a judgement, with its reason.
 */

import { type Cosignature, logKeysFor, openSigned, parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import type { Verify } from './note.ts';
import { meetsQuorum, type Policy, type PolicyWitness } from './policy.ts';

/** Clocks differ; a cosignature from further ahead than this is not from now, and would stay fresh for too long. */
const MAX_SECONDS_AHEAD = 60;

/** `now` and `maxAge` in seconds: a cosignature older than `maxAge` does not count. */
export type Freshness = { readonly now: number; readonly maxAge: number };
/** `witness` is the name in its key. `time` is there when it cosigned at all: the newest, in seconds since 1970. */
export type WitnessFinding = {
  readonly witness: string;
  readonly state: 'counts' | 'missing' | 'stale' | 'ahead';
  readonly time?: number;
};
/** `quorum-stale`: enough witnesses cosigned, but not enough of them within the time asked for. */
export type Judgement = {
  readonly checkpoint: SignedCheckpoint;
  /** Every witness of the policy, in its order. */
  readonly witnesses: readonly WitnessFinding[];
} & ({ readonly trusted: true } | { readonly trusted: false; readonly reason: 'quorum-missing' | 'quorum-stale' });

/**
 * Judge a signed checkpoint. With `quorum none` no cosignature is needed, and `freshness` has nothing to look at.
 * @throws in this order: `note-too-large`, `note-format`; `checkpoint-origin` when the policy has no such log;
 *   `note-bad-signature` for any known key, `note-unsigned`, `checkpoint-unsigned`; `checkpoint-format`
 */
export function judgeCheckpoint(signed: Uint8Array, policy: Policy, verify: Verify, freshness?: Freshness): Judgement {
  const logs = logKeysFor(
    signed,
    policy.logs.map(({ key }) => key),
  );
  const keys = policy.witnesses.map(({ key }) => key);
  const { text, cosignatures } = openSigned(signed, logs, keys, verify);
  const checkpoint = { ...parseCheckpoint(text), cosignatures };
  const witnesses = policy.witnesses.map((witness) => findingOf(witness, cosignatures, freshness));
  const meets = (...states: WitnessFinding['state'][]) =>
    meetsQuorum(
      policy,
      policy.witnesses
        .filter((_, i) => states.includes((witnesses[i] as WitnessFinding).state))
        .map(({ name }) => name),
    );
  if (meets('counts')) return { checkpoint, witnesses, trusted: true };
  const reason = meets('counts', 'stale', 'ahead') ? 'quorum-stale' : 'quorum-missing';
  return { checkpoint, witnesses, trusted: false, reason };
}

/**
 * When the newest quorum was there: the latest second at or after which enough of these witnesses cosigned. Undefined when
 * they are too few, or none is asked. One that was found ahead does not count: its word would stay fresh for too long.
 */
export function quorumTime({ witnesses }: Pick<Judgement, 'witnesses'>, policy: Policy): number | undefined {
  const times = policy.witnesses.map(({ name }, i) => {
    const { state, time = Number.NEGATIVE_INFINITY } = witnesses[i] ?? {};
    return { name, time: state === 'ahead' ? Number.NEGATIVE_INFINITY : time };
  });
  const enoughSince = (since: number): boolean =>
    meetsQuorum(
      policy,
      times.filter(({ time }) => time >= since).map(({ name }) => name),
    );
  return times
    .map(({ time }) => time)
    .filter((time) => time >= 0)
    .toSorted((a, b) => b - a)
    .find(enoughSince);
}

function findingOf({ key }: PolicyWitness, all: readonly Cosignature[], freshness?: Freshness): WitnessFinding {
  const own = all.filter(({ name, keyId }) => name === key.name && keyId === key.keyId);
  if (own.length === 0) return { witness: key.name, state: 'missing' };
  // A later cosignature says all the earlier one said; but one from the future must not hide one that counts.
  const findings = own.map(({ time }) => ({ witness: key.name, state: stateAt(time, freshness), time }));
  const rank = ['counts', 'stale', 'ahead'];
  return findings.toSorted(
    (a, b) => rank.indexOf(a.state) - rank.indexOf(b.state) || b.time - a.time,
  )[0] as WitnessFinding;
}

function stateAt(time: number, freshness?: Freshness): 'counts' | 'stale' | 'ahead' {
  if (freshness === undefined) return 'counts';
  if (time < freshness.now - freshness.maxAge) return 'stale';
  return time > freshness.now + MAX_SECONDS_AHEAD ? 'ahead' : 'counts';
}
