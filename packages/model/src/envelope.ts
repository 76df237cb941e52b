/** The envelope's readable side (the header, signed) and the shape of what is sealed inside (the content). */
import { z } from 'zod';
import { Bytes, Count, Hash, Id, KeyId, PartyId, Position } from './ids.ts';
import { Purpose } from './signed-by.ts';

/** The one suite: X-Wing, keyed BLAKE2b, XChaCha20-Poly1305 with key commitment, Ed25519. There is no negotiation. */
export const SUITE = 'EM1';

export const LIMITS = {
  /** A sealed body, after padding. */
  body: 192 * 1024,
  header: 32 * 1024,
  statement: 256 * 1024,
  /** Plaintext bytes in one attachment chunk. */
  chunk: 128 * 1024,
  attachments: 16,
  /** 16 GiB an attachment. */
  chunks: 131_072,
  /** How far a sender's sequence may run ahead of, or lag behind, its highest. */
  sequenceWindow: 4096,
  /** Milliseconds that a number may lie ahead of the ledger's clock: numbers are moments, and clocks differ. */
  sequenceAhead: 86_400_000,
  /** Milliseconds between signing a request to open and its opening: an old one must not be played again. */
  openRequestAge: 600_000,
} as const;

export const MessageKind = z.enum(['fragment', 'expertise', 'reply', 'report', 'correction']);
export type MessageKind = z.infer<typeof MessageKind>;

/**
 * What the sender says a message holds that the law protects above every basis: who reported (`source`), somebody outside
 * the family (`third-person`), where somebody lives who keeps it secret (`address`).
 */
export const Mark = z.enum(['source', 'third-person', 'address']);
export type Mark = z.infer<typeof Mark>;

/** What the ledger may know of an attachment: how many chunks, and one hash over them all in order. */
export const AttachmentRef = z.strictObject({
  id: Id,
  chunks: z.number().int().min(1).max(LIMITS.chunks),
  hash: Hash,
});
export type AttachmentRef = z.infer<typeof AttachmentRef>;

export const Header = z.strictObject({
  suite: z.string().max(16),
  id: Id,
  dossier: Id,
  compartment: Id,
  epoch: Count,
  sender: PartyId,
  kid: KeyId,
  /** Rises with every message of this sender. */
  seq: Count,
  kind: MessageKind,
  purpose: Purpose,
  /** In the order of `Mark`, each once. */
  marks: z.array(Mark).max(3),
  /** Statements the sender relied on; empty for a family member writing in its own compartment. */
  basis: z.array(Id).max(32),
  ledger: Position,
  /** BLAKE2b-256 of the release secret. */
  secretHash: Hash,
  /** Bytes of the sealed body. */
  size: z.number().int().min(48).max(LIMITS.body),
  attachments: z.array(AttachmentRef).max(LIMITS.attachments),
});
export type Header = z.infer<typeof Header>;

/** Sealed inside: name, role and register number of a professional never show outside. */
export const Content = z.strictObject({
  title: z.string().min(1).max(200),
  text: z.string().max(120_000),
  author: z.strictObject({
    name: z.string().min(1).max(100),
    role: z.string().max(100),
    register: z.string().max(50).optional(),
  }),
  inReplyTo: Id.optional(),
  attachments: z
    .array(
      z.strictObject({
        id: Id,
        name: z.string().min(1).max(200),
        type: z.string().max(100),
        /** Bytes before encryption. */
        bytes: Count,
        /** One-time key of this attachment's stream. */
        key: Bytes(32, 32),
      }),
    )
    .max(LIMITS.attachments),
});
export type Content = z.infer<typeof Content>;

/** The signed request of a reader to open one message. The ledger logs it before it answers. */
export const OpenRequest = z.strictObject({
  v: z.literal(1),
  id: Id,
  by: PartyId,
  envelope: Id,
  purpose: Purpose,
  at: Count,
  seen: Position,
});
export type OpenRequest = z.infer<typeof OpenRequest>;

/** An envelope as it travels: exact header bytes, detached signature, sealed body. */
export type Envelope = { header: string; jws: string; body: Uint8Array };
