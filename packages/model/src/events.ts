/**
 * Events: what one ledger entry says, and when by the ledger's clock (`at`). A statement's event carries the signed statement;
 * the others are the ledger's own record of what it did and why. The event's JSON bytes are what the leaf commits to.
 */
import { z } from 'zod';
import { RuleId } from './acts.ts';
import { Count, Hash, HeaderText, Id, Instant, Jws, OrganisationId, PartyId } from './ids.ts';
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

/** Entries that one `dossier-erasure` names: with all their sequence numbers they fit in one event. */
export const ERASED_TOGETHER = 4_000;

/** What is still known of an erased message: where it stood, and that its id and number were used. */
export const ErasedMessage = z.strictObject({
  index: Count,
  envelope: Id,
  compartment: Id,
  sender: PartyId,
  seq: Count,
});
export type ErasedMessage = z.infer<typeof ErasedMessage>;

export const Event = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('statement'), at: Instant, jws: Jws }),
  z.strictObject({
    kind: z.literal('message'),
    at: Instant,
    header: HeaderText,
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
  /**
   * A message was erased: the key of its entry is destroyed, its leaf stays. The rest is what the rule must go on knowing.
   * `decidedBy`: an organisation; null: a family member. `statement`: the one that says why, where it may still be read.
   */
  z.strictObject({
    kind: z.literal('erasure'),
    at: Instant,
    dossier: Id,
    statement: Id,
    ground: RuleId,
    decidedBy: OrganisationId.nullable(),
    message: ErasedMessage,
  }),
  /**
   * A whole dossier was erased: every key of these entries is destroyed. One that was large takes several of these.
   * `sequences`: numbers used by organisations, so that no message of theirs is played again. `holders`: who had copies.
   */
  z.strictObject({
    kind: z.literal('dossier-erasure'),
    at: Instant,
    dossier: Id,
    statement: Id,
    ground: RuleId,
    decidedBy: OrganisationId,
    entries: z.array(Count).max(ERASED_TOGETHER),
    sequences: z.array(z.strictObject({ sender: PartyId, seq: Count })).max(ERASED_TOGETHER),
    holders: z.array(OrganisationId).max(1000),
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
  'dossier-erasure': 3,
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

/**
 * An entry whose key was destroyed, as an officer gets it: only its leaf is left. `by`: where the log says that it was erased;
 * `message`: what that entry says of it, or null when a whole dossier was.
 */
export const ErasedView = z.strictObject({
  index: Count,
  at: Instant,
  type: z.number().int().min(1).max(255),
  erased: z.strictObject({ by: Count, message: ErasedMessage.nullable() }),
});
export type ErasedView = z.infer<typeof ErasedView>;
