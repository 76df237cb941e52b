/**
 * Evidence of a split view: what somebody else can check with the log's key alone. Two kinds only. A proof that fails is
 * none: nobody signed the failure.
 */
import { z } from 'zod';
import { Hash, HeaderText, Jws } from './ids.ts';

const Note = z.string().max(1_000_000);

/** Something signed that says how far its maker had seen the log. */
export const Claim = z.discriminatedUnion('typ', [
  z.strictObject({ typ: z.literal('envelope'), header: HeaderText, jws: Jws, bodyHash: Hash }),
  z.strictObject({ typ: z.literal('statement'), jws: Jws }),
  z.strictObject({ typ: z.literal('opening'), jws: Jws }),
]);
export type Claim = z.infer<typeof Claim>;

const FORMAT = 'eenmaal-evidence/v1';
export const Evidence = z.discriminatedUnion('kind', [
  /** Two checkpoints of one size with two roots, both signed by the log. */
  z.strictObject({ format: z.literal(FORMAT), kind: z.literal('two-checkpoints'), checkpoints: z.tuple([Note, Note]) }),
  /** A position somebody signed, and the log's checkpoint of that size with another root. */
  z.strictObject({
    format: z.literal(FORMAT),
    kind: z.literal('claim'),
    claim: Claim,
    /** The entry in which the log says whose the claim's key is; `proof`: its proof file (C2SP tlog-proof). */
    registration: z.strictObject({
      type: z.number().int().min(1).max(255),
      salt: Hash,
      event: z.string().max(450_000),
      proof: Note,
    }),
    checkpoint: Note,
  }),
]);
export type Evidence = z.infer<typeof Evidence>;
