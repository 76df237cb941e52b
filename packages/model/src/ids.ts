/**
 * The names things have on the wire: random ids, organisation ids, key ids and the bounded numbers every other schema
 * is made of. Nothing here says anything about a person; ids are random, so knowing one teaches nothing.
 */
import { z } from 'zod';

/** 16 random bytes as unpadded base64url, in its one canonical spelling (RFC 4648 section 5). */
export const Id = z.string().regex(/^[A-Za-z0-9_-]{21}[AQgw]$/, 'expected 16 bytes as base64url');
export type Id = string;

/** An organisation's id, as its file in `infra/partners` gives it. */
export const OrganisationId = z.string().regex(/^[a-z][a-z0-9-]{1,30}$/, 'expected 2-31 of a-z, 0-9 and -');
export type OrganisationId = string;

/** A task in the chain, as the law files name it: `gi`, `veilig-thuis`, `school`. */
export const RoleId = z.string().regex(/^[a-z][a-z-]{1,30}$/, 'expected a role');
export type RoleId = string;

/**
 * Who acts: `person/<Id>` (a family member, a pseudonym that means something in one dossier only), `partner/<id>`,
 * `seat/<partner's id>/<Id>` (a professional's role in one dossier), `officer/<id>` (privacy officer), or the region's
 * `steward`, who registers organisations and nothing else.
 */
export const PartyId = z
  .string()
  .regex(
    /^(person\/[A-Za-z0-9_-]{21}[AQgw]|(partner|officer)\/[a-z][a-z0-9-]{1,30}|seat\/[a-z][a-z0-9-]{1,30}\/[A-Za-z0-9_-]{21}[AQgw]|steward)$/,
    'expected a party',
  );
export type PartyId = string;

const bytes32 = (what: string) => z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, `expected ${what}`);

/** JWK thumbprint (RFC 7638, SHA-256) of an Ed25519 key: the key's name everywhere. */
export const KeyId = bytes32('a JWK thumbprint');
export type KeyId = string;

/** 32 bytes (a hash, a root) as unpadded base64url. */
export const Hash = bytes32('32 bytes as base64url');
export type Hash = string;

/** `bytes` bytes as unpadded base64url, bounded. */
export const Bytes = (min: number, max: number) =>
  z
    .string()
    .min(Math.ceil((min * 4) / 3))
    .max(Math.ceil((max * 4) / 3))
    .regex(/^[A-Za-z0-9_-]*$/, 'expected base64url');

/**
 * A JWS, and an envelope's header, as text. Wider than `LIMITS` on purpose: whoever reads one says `too-large`, and not that
 * the form is wrong.
 */
export const Jws = z.string().max(400_000);
export const HeaderText = z.string().max(40_000);

/** Milliseconds since 1970 UTC. */
export const Instant = z.number().int().min(0).max(8_640_000_000_000_000);
export type Instant = number;

/** A count or position. */
export const Count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** How far the ledger reached for whoever says this: tree size, and the RFC 6962 root of that size. */
export const Position = z.strictObject({ size: Count, root: Hash });
export type Position = z.infer<typeof Position>;
/** Nothing was seen: the root of a tree without leaves is SHA-256 of nothing (RFC 9162 section 2.1.1). */
export const EMPTY_LOG: Position = { size: 0, root: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU' };

export const person = (id: Id): PartyId => `person/${id}`;
export const partner = (id: OrganisationId): PartyId => `partner/${id}`;
export const seat = (organisation: OrganisationId, id: Id): PartyId => `seat/${organisation}/${id}`;
export const officer = (id: OrganisationId): PartyId => `officer/${id}`;
export const STEWARD: PartyId = 'steward';
export const isPerson = (party: PartyId): boolean => party.startsWith('person/');
export const isPartner = (party: PartyId): boolean => party.startsWith('partner/');
export const isSeat = (party: PartyId): boolean => party.startsWith('seat/');
export const isOfficer = (party: PartyId): boolean => party.startsWith('officer/');
/** The part of a party's name after its kind. */
export const nameOf = (party: PartyId): string => party.slice(party.indexOf('/') + 1);
/** The organisation a partner or one of its seats belongs to; null for everybody else. */
export function organisationOf(party: PartyId): OrganisationId | null {
  if (isPartner(party)) return nameOf(party);
  return isSeat(party) ? (party.split('/')[1] ?? null) : null;
}
