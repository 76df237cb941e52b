/** What all statements share: the words for keys and purposes, and the fields every signer fills in. */
import { z } from 'zod';
import { Bytes, Id, Instant, PartyId, Position } from './ids.ts';

/** Why a partner may use what it reads, or why a message was written. Data, not law: `packages/consent` gives them meaning. */
export const Purpose = z.enum(['support', 'safety', 'inquiry', 'measure', 'treatment', 'education']);
export type Purpose = z.infer<typeof Purpose>;

/** How the 12-15 rule and the two-parent rule are applied; see `packages/consent`. */
export const Profile = z.enum(['strict', 'statute']);
export type Profile = z.infer<typeof Profile>;

/** Public Ed25519 key (RFC 8037). */
export const SigningJwk = z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: Bytes(32, 32) });
/** Public X-Wing key (ML-KEM-768 + X25519) in the AKP form of RFC 9964; 1,216 bytes. */
export const SealingJwk = z.strictObject({ kty: z.literal('AKP'), alg: z.literal('X-Wing'), pub: Bytes(1216, 1216) });
export const PublicKeys = z.strictObject({ signing: SigningJwk, sealing: SealingJwk });
export type PublicKeys = z.infer<typeof PublicKeys>;

/** Every statement. */
export const signed = {
  v: z.literal(1),
  id: Id,
  by: PartyId,
  /** The signer's own clock; the ledger's clock is what counts. */
  at: Instant,
  /** How far the signer had seen the ledger. */
  seen: Position,
};
export const inDossier = { ...signed, dossier: Id };
export const inCompartment = { ...inDossier, compartment: Id };
