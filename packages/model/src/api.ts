/**
 * What a participant can ask the ledger service, and what it answers. Requests and answers travel sealed inside a
 * channel (packages/broker), so the broker sees neither. Bytes (bodies, chunks) ride beside the JSON, not in it.
 */
import { z } from 'zod';
import { EntryView, ErasedView } from './events.ts';
import { Count, Hash, HeaderText, Id, Instant, Jws, PartyId } from './ids.ts';
import { Clock, Notice } from './notices.ts';

export const Request = z.discriminatedUnion('op', [
  /** Signed statements, appended in order up to the first that is refused. */
  z.strictObject({ op: z.literal('state'), statements: z.array(Jws).min(1).max(32) }),
  /** One envelope; the sealed body is the attached bytes. */
  z.strictObject({ op: z.literal('submit'), header: HeaderText, jws: Jws, secret: Hash }),
  /** Which dossiers changed for me after this entry, or since the version I hold; of those I hold, which are no longer mine to see. */
  z.strictObject({
    op: z.literal('changes'),
    after: z.number().int().min(-1),
    held: z
      .array(z.strictObject({ dossier: Id, version: z.string().max(64) }))
      .max(100)
      .optional(),
  }),
  /** The entries of a dossier (or of the registry) that I may see, a page at a time. */
  z.strictObject({ op: z.literal('view'), dossier: Id.nullable(), after: z.number().int().min(-1) }),
  /** What I am told of a dossier (null: of consults without a name), and which terms of the law run that I may know of. */
  z.strictObject({ op: z.literal('notices'), dossier: Id.nullable() }),
  /** Hand over messages I may have: new ones, or named ones again. */
  z.strictObject({ op: z.literal('fetch'), dossier: Id, envelopes: z.array(Id).max(100).optional() }),
  /** Release the secret of one message: a signed OpenRequest. */
  z.strictObject({ op: z.literal('open'), jws: Jws }),
  z.strictObject({ op: z.literal('chunk'), envelope: Id, attachment: Id, chunk: Count }),
  /** Signed checkpoint, the newest or of this size, with a consistency proof from a size I saw. */
  z.strictObject({ op: z.literal('checkpoint'), from: Count, size: Count.optional() }),
  z.strictObject({ op: z.literal('inclusion'), index: Count, size: Count }),
  /** Officers only: the log in order, every event, no release secrets. */
  z.strictObject({ op: z.literal('log'), from: Count }),
]);
export type Request = z.infer<typeof Request>;
export type Op = Request['op'];

const Receipt = z.strictObject({ index: Count, size: Count, at: Instant });
export type Receipt = z.infer<typeof Receipt>;

/** One answer schema per op. */
export const ANSWERS = {
  state: z.strictObject({ receipts: z.array(Receipt), refused: z.string().max(40).nullable() }),
  submit: Receipt,
  /** `sequence`: the highest sequence number of mine the ledger has seen; -1: none. */
  changes: z.strictObject({
    dossiers: z.array(Id),
    gone: z.array(Id),
    upTo: z.number().int(),
    sequence: z.number().int(),
  }),
  view: z.strictObject({
    /** Changes when earlier entries became visible or ceased to be: start again from -1. */
    version: z.string().max(64),
    entries: z.array(EntryView),
    /** Chain links of epochs whose statements are not shown (they name former readers). */
    links: z.array(z.strictObject({ compartment: Id, epoch: Count, link: z.string().max(64) })),
    more: z.boolean(),
  }),
  /** Both oldest first. */
  notices: z.strictObject({ notices: z.array(Notice), clocks: z.array(Clock) }),
  fetch: z.strictObject({
    messages: z.array(z.strictObject({ header: z.string(), jws: z.string(), bytes: Count, index: Count, at: Instant })),
    more: z.boolean(),
  }),
  open: z.strictObject({ secret: Hash, index: Count, at: Instant }),
  chunk: z.strictObject({}),
  checkpoint: z.strictObject({
    checkpoint: z.string(),
    proof: z.array(Hash),
    /**
     * Beside the newest: the one that enough witnesses of the ledger's own policy confirmed last, and why the newest
     * continues it; null: none yet. Left out: the ledger asks no witnesses.
     */
    cosigned: z
      .strictObject({ checkpoint: z.string(), proof: z.array(Hash) })
      .nullable()
      .optional(),
  }),
  inclusion: z.strictObject({ proof: z.array(Hash) }),
  log: z.strictObject({
    entries: z.array(z.union([EntryView.extend({ leaf: z.string() }), ErasedView.extend({ leaf: z.string() })])),
    size: Count,
  }),
} as const;
export type Answer<O extends Op> = z.infer<(typeof ANSWERS)[O]>;

/** The first, unsealed frame of a channel: signed, carries an X-Wing encapsulation to the ledger's key. */
export const Hello = z.strictObject({
  v: z.literal(1),
  party: PartyId,
  kem: z.string().max(1600),
  at: Instant,
  nonce: Id,
});
export type Hello = z.infer<typeof Hello>;
