/**
 * Events: what one ledger entry says, and when (`at`: the ledger's clock, part of what the leaf commits to). A statement's event carries the signed statement; the others are the ledger's own
 * record of what it did and why. The event's JSON bytes are what the leaf commits to.
 */
import { z } from 'zod';
import { Count, Hash, Id, Instant, PartyId } from './ids.ts';
import { ReasonCode } from './reasons.ts';
import { Purpose } from './signed-by.ts';

/** The rule's answer, as it is logged. `basis`: statements it rests on; `rules`: law entries and versions used. */
export const Decision = z.strictObject({
  outcome: z.enum(['permit', 'hold', 'deny']),
  code: ReasonCode,
  basis: z.array(Id).max(256),
  rules: z.array(z.string().max(60)).max(32),
});
export type Decision = z.infer<typeof Decision>;

const Jws = z.string().max(400_000);

export const Event = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('statement'), at: Instant, jws: Jws }),
  z.strictObject({
    kind: z.literal('message'),
    at: Instant,
    header: z.string().max(40_000),
    jws: Jws,
    bodyHash: Hash,
    /** Where the sealed body lies in the body stream. */
    stored: Count,
    decision: Decision,
  }),
  z.strictObject({ kind: z.literal('delivery'), at: Instant, envelope: Id, reader: PartyId, decision: Decision }),
  z.strictObject({
    kind: z.literal('opening'),
    at: Instant,
    jws: Jws,
    envelope: Id,
    reader: PartyId,
    purpose: Purpose,
    decision: Decision,
  }),
  z.strictObject({
    kind: z.literal('refusal'),
    at: Instant,
    act: z.enum(['write', 'open']),
    envelope: Id,
    party: PartyId,
    purpose: Purpose,
    decision: Decision,
  }),
  /** A ledger service took over writing. */
  z.strictObject({ kind: z.literal('writer'), at: Instant, instance: Id }),
]);
export type Event = z.infer<typeof Event>;
export type EventKind = Event['kind'];
export type EventOf<K extends EventKind> = Extract<Event, { kind: K }>;

/** The type byte of a leaf. Withdrawals have their own, so that a fence can be counted without opening bodies. */
export const LEAF_TYPE = {
  statement: 1,
  withdraw: 2,
  erasure: 3,
  message: 4,
  delivery: 5,
  opening: 6,
  refusal: 7,
  writer: 8,
} as const;

/** An entry as a party that may see it gets it: enough to recompute the leaf. */
export const EntryView = z.strictObject({
  index: Count,
  at: Instant,
  type: z.number().int().min(1).max(255),
  salt: Hash,
  event: z.string().max(450_000),
});
export type EntryView = z.infer<typeof EntryView>;
