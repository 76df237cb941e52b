/**
 * Statements: the signed acts the ledger orders. A statement's payload is the JSON below, signed as a compact JWS with
 * typ `eenmaal-statement+jws` by the party named in `by`. Unknown keys are refused.
 */
import { z } from 'zod';
import {
  Allow,
  Ask,
  Capacity,
  Consult,
  Death,
  Disclose,
  Dispute,
  Endorse,
  Erase,
  Foster,
  Inform,
  Objection,
  Order,
  RightsAnswer,
  RightsRequest,
  Seat,
  SeatEnd,
  Secrecy,
  Succession,
  Supersede,
  Weigh,
} from './acts.ts';
import { Bytes, Count, Hash, Id, Instant, KeyId, OrganisationId, PartyId, RoleId } from './ids.ts';
import { inCompartment, inDossier, Profile, PublicKeys, Purpose, SigningJwk, signed } from './signed-by.ts';

/** One member's way in: X-Wing ciphertext and sealed key (see packages/envelope/FORMAT.md). `history` opens all before. */
export const Wrap = z.strictObject({
  party: PartyId,
  kid: KeyId,
  scope: z.enum(['history', 'epoch']),
  sealed: Bytes(1168, 1168),
});
export type Wrap = z.infer<typeof Wrap>;

export const Region = z.strictObject({
  ...signed,
  kind: z.literal('region'),
  name: z.string().min(1).max(100),
  origin: z.string().regex(/^[a-z0-9./-]{3,100}$/),
  profile: Profile,
  steward: SigningJwk,
  ledger: PublicKeys,
});
export const Partner = z.strictObject({
  ...signed,
  kind: z.literal('partner'),
  partner: OrganisationId,
  name: z.string().min(1).max(100),
  /** May open dossiers and attest who somebody is, their age boundaries and custody. */
  attests: z.boolean(),
  /** Its tasks in the chain, as the law files name them: `gi`, `veilig-thuis`, `school`. */
  roles: z.array(RoleId).min(1).max(8),
  keys: PublicKeys,
});
export const Officer = z.strictObject({
  ...signed,
  kind: z.literal('officer'),
  officer: OrganisationId,
  name: z.string().min(1).max(100),
  keys: PublicKeys,
});
/** Replaces a party's keys; by the party itself (with its old key) or by whoever registered it. */
export const NewKeys = z.strictObject({ ...signed, kind: z.literal('new-keys'), party: PartyId, keys: PublicKeys });
export const Dossier = z.strictObject({ ...inDossier, kind: z.literal('dossier') });
/** A family member. No name, no birth date: only the instants at which the law changes; null when passed already. */
export const Person = z.strictObject({
  ...inDossier,
  kind: z.literal('person'),
  person: Id,
  /** null for a child too young to act. */
  keys: PublicKeys.nullable(),
  turns12: Instant.nullable(),
  turns16: Instant.nullable(),
  turns18: Instant.nullable(),
});
/** Who holds custody (gezag) over a child from now on; the newest one counts. */
export const Custody = z.strictObject({
  ...inDossier,
  kind: z.literal('custody'),
  child: Id,
  holders: z.array(Id).max(4),
  /** The institution that is guardian (voogd); then nobody else holds custody. */
  guardian: OrganisationId.nullable(),
  /** Custody in part (BW 1:265e): matters an institution decides instead of the holders. Sharing is never one of them. */
  partial: z
    .strictObject({
      institution: OrganisationId,
      matters: z.array(z.enum(['school', 'medical', 'residence'])).min(1),
    })
    .nullable(),
});
/**
 * The unit of consent: about these persons, one category. The category's name is sealed in the epoch statements.
 * `audience`: `family`, whoever may read about all subjects; `own`, the maker alone (a child's own view); `file`, an
 * organisation's own file, from which single messages are disclosed.
 */
export const Compartment = z.strictObject({
  ...inCompartment,
  kind: z.literal('compartment'),
  subjects: z.array(Id).min(1).max(8),
  audience: z.enum(['family', 'own', 'file']),
});
export const Grant = z.strictObject({
  ...inCompartment,
  kind: z.literal('grant'),
  partner: OrganisationId,
  purposes: z.array(Purpose).min(1).max(6),
  from: Instant,
  until: Instant,
  /** true: also what was told before; false: from this grant on. */
  history: z.boolean(),
  /** Which text the person was shown, for the proof of informed consent (AVG art. 7(1)). */
  text: z.strictObject({ version: z.string().min(1).max(40), language: z.enum(['nl', 'en']) }),
});
/** Ends every earlier grant of this person to this partner for this compartment. */
export const Withdraw = z.strictObject({ ...inCompartment, kind: z.literal('withdraw'), partner: OrganisationId });
/** A standing no, until the same person grants again. */
export const Refuse = z.strictObject({ ...inCompartment, kind: z.literal('refuse'), partner: OrganisationId });
/** Opens the history key of one epoch from that of the next (packages/envelope/FORMAT.md). */
export const Link = Bytes(48, 48);
/** A new key for a compartment, wrapped for exactly those who may read now. */
export const Epoch = z.strictObject({
  ...inCompartment,
  kind: z.literal('epoch'),
  epoch: Count,
  /** Hash that fixes the epoch's key, signed for all, so that nobody can be wrapped another key than the others. */
  commitment: Hash,
  /** null in epoch 0, or when a member without history rotated: a member with history adds it later by `admit`. */
  link: Link.nullable(),
  /** The category's name, sealed for the members. */
  label: Bytes(40, 400),
  wraps: z.array(Wrap).min(1).max(64),
});
/** The current key wrapped for readers who join with history: one wrap opens everything agreed. */
export const Admit = z.strictObject({
  ...inCompartment,
  kind: z.literal('admit'),
  epoch: Count,
  wraps: z.array(Wrap).max(64),
  links: z.array(z.strictObject({ epoch: Count, link: Link })).max(64),
});

export const Statement = z.discriminatedUnion('kind', [
  Region,
  Partner,
  Officer,
  NewKeys,
  Dossier,
  Person,
  Custody,
  Compartment,
  Grant,
  Withdraw,
  Refuse,
  Epoch,
  Admit,
  Capacity,
  Death,
  Secrecy,
  Foster,
  Order,
  Seat,
  SeatEnd,
  Allow,
  Succession,
  Ask,
  Disclose,
  Endorse,
  Inform,
  Objection,
  Weigh,
  RightsRequest,
  RightsAnswer,
  Erase,
  Supersede,
  Dispute,
  Consult,
]);
export type Statement = z.infer<typeof Statement>;
export type StatementKind = Statement['kind'];
export type StatementOf<K extends StatementKind> = Extract<Statement, { kind: K }>;
/** What a caller gives; id, clock and position are filled in by the client. */
export type StatementInput = Statement extends infer S
  ? S extends Statement
    ? Omit<S, 'v' | 'id' | 'by' | 'at' | 'seen'>
    : never
  : never;
