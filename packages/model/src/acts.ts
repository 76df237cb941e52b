/**
 * Acts under the law other than consent: orders and seats with their dates, facts asked for and disclosed without consent,
 * objections and weighings, and the rights a person uses. Data, not law: `packages/consent` gives them meaning.
 * Nothing here holds content: a motive or a weighing stays in the organisation's own file, and its hash stands here.
 */
import { z } from 'zod';
import { Bytes, Hash, Id, Instant, KeyId, OrganisationId, PartyId } from './ids.ts';
import { inCompartment, inDossier, PublicKeys, Purpose, signed } from './signed-by.ts';

/** `L06`: a rule of the law catalogue (`packages/consent/law`). */
export const RuleId = z.string().regex(/^[A-Z]{1,4}[0-9]{0,2}$/, 'expected a rule id');
export type RuleId = z.infer<typeof RuleId>;

/**
 * What a written weighing answers: the motive, the six criteria (consent sought, harm, conscience, subsidiarity,
 * effectiveness, proportionality), why these items are necessary, that the child was heard, that the meldcode was followed.
 */
export const Weighed = z.enum([
  'motive',
  'consent-sought',
  'harm',
  'conscience',
  'subsidiarity',
  'effectiveness',
  'proportionality',
  'necessity',
  'child-heard',
  'meldcode',
]);
export type Weighed = z.infer<typeof Weighed>;
/** A weighing: which questions the written record answers, and the salted hash of that record. */
export const Weighing = z.strictObject({ record: Hash, answers: z.array(Weighed).max(10) });

/** Capacity (wilsbekwaamheid): who speaks for somebody who cannot judge. Under 18 the holders of custody, whoever is named. */
export const Capacity = z.strictObject({
  ...inDossier,
  kind: z.literal('capacity'),
  person: Id,
  capable: z.boolean(),
  representatives: z.array(Id).max(4),
});
export const Death = z.strictObject({ ...inDossier, kind: z.literal('death'), person: Id });
/** A secret address: items marked `address` about this person are for nobody else while it is on. */
export const Secrecy = z.strictObject({ ...inDossier, kind: z.literal('secrecy'), person: Id, on: z.boolean() });
/** A foster parent (pleegouder), and the foster-care provider (pleegzorgaanbieder) that guides the placement. */
export const Foster = z.strictObject({
  ...inDossier,
  kind: z.literal('foster'),
  child: Id,
  parent: Id,
  provider: OrganisationId,
  from: Instant,
  until: Instant,
});
/** A supervision order (ondertoezichtstelling), the institution that carries it out, and the hash of the court's decision.
 * A later statement with the same `order` replaces the dates: extension or early end. */
export const Order = z.strictObject({
  ...inDossier,
  kind: z.literal('order'),
  order: Id,
  child: Id,
  institution: OrganisationId,
  from: Instant,
  until: Instant,
  proof: Hash,
});
/** A professional's role in a dossier, with keys of its own. `for`: the seat it stands in for, or null. */
export const Seat = z.strictObject({
  ...inDossier,
  kind: z.literal('seat'),
  seat: PartyId,
  role: z.enum(['member', 'stand-in', 'adviser', 'chair']),
  for: PartyId.nullable(),
  from: Instant,
  until: Instant,
  keys: PublicKeys,
});
/** A seat ends earlier than it was to. */
export const SeatEnd = z.strictObject({ ...inDossier, kind: z.literal('seat-end'), seat: PartyId, until: Instant });
/** A person of 16 or older lets another family member read what is about it, or no longer. */
export const Allow = z.strictObject({ ...inCompartment, kind: z.literal('allow'), reader: Id, on: z.boolean() });
/** An organisation ended, merged or changed its task: consent given to it is not consent to what came after. */
export const Succession = z.strictObject({
  ...signed,
  kind: z.literal('succession'),
  partner: OrganisationId,
  successor: OrganisationId.nullable(),
});

/** A request for facts under a rule; the question itself goes to the other side sealed, its hash stands here. */
export const Ask = z.strictObject({
  ...inDossier,
  kind: z.literal('ask'),
  to: OrganisationId,
  rule: RuleId,
  about: z.array(Id).min(1).max(8),
  purpose: Purpose,
  record: Hash,
});
/** One message's item key, sealed for the recipient (packages/envelope/FORMAT.md). */
export const Disclosed = z.strictObject({
  envelope: Id,
  kid: KeyId,
  sealed: Bytes(1168, 1168),
});
/** Single messages shown to somebody on a basis in law. `ask`: the request it answers. `emergency`: the second person comes after. */
export const Disclose = z.strictObject({
  ...inDossier,
  kind: z.literal('disclose'),
  to: PartyId,
  rule: RuleId,
  purpose: Purpose,
  items: z.array(Disclosed).min(1).max(32),
  ask: Id.nullable(),
  weighing: Weighing.nullable(),
  emergency: z.boolean(),
  /** When the family is told: `before`, `now` (by this entry), or `later`, because telling would do serious harm. */
  inform: z.enum(['before', 'now', 'later']),
});
/** The second person (vier ogen): another professional of the same organisation agrees with a disclosure. */
export const Endorse = z.strictObject({ ...inDossier, kind: z.literal('endorse'), act: Id });
/** The family was told of a disclosure that had to wait, or it must wait on (`told` false) after a re-check. */
export const Inform = z.strictObject({
  ...inDossier,
  kind: z.literal('inform'),
  act: Id,
  told: z.boolean(),
  record: Hash,
});
/** A family member objects to a disclosure or a seat. */
export const Objection = z.strictObject({ ...inDossier, kind: z.literal('objection'), act: Id });
/** The organisation weighed an objection: the act stands, or ends. */
export const Weigh = z.strictObject({
  ...inDossier,
  kind: z.literal('weigh'),
  act: Id,
  stands: z.boolean(),
  weighing: Weighing,
});

/** A person uses a right towards one organisation: about itself, or a child it decides for. */
export const RightsRequest = z.strictObject({
  ...inDossier,
  kind: z.literal('request'),
  to: OrganisationId,
  right: z.enum(['access', 'rectification', 'erasure', 'restriction']),
  about: Id,
  items: z.array(Id).max(64),
});
/** The organisation answers; a refusal, also in part, names its ground. */
export const RightsAnswer = z.strictObject({
  ...inDossier,
  kind: z.literal('answer'),
  request: Id,
  outcome: z.enum(['granted', 'partly', 'refused']),
  ground: RuleId.nullable(),
});
/**
 * What is destroyed, so that no copy opens any more: on a request, or because the period of keeping is over. Single messages,
 * or, by the partner that opened it, the whole dossier (then without items).
 */
export const Erase = z.strictObject({
  ...inDossier,
  kind: z.literal('erase'),
  items: z.array(Id).max(64),
  whole: z.boolean(),
  request: Id.nullable(),
  ground: RuleId,
});
/** A rectified message takes the place of an earlier one of the same sender. */
export const Supersede = z.strictObject({ ...inDossier, kind: z.literal('supersede'), old: Id, new: Id });
/** A restriction (AVG art. 18): this person disputes a message; the flag travels with it. */
export const Dispute = z.strictObject({ ...inDossier, kind: z.literal('dispute'), item: Id, on: z.boolean() });

/** Advice without naming the family (anoniem consult): in no dossier; sealed for the one asked. Its size is a bucket's. */
export const Consult = z.strictObject({
  ...signed,
  kind: z.literal('consult'),
  to: OrganisationId,
  kid: KeyId,
  /** X-Wing ciphertext and sealed text. */
  sealed: Bytes(1_168, 20_000),
  /** The consult this answers. */
  answers: Id.nullable(),
});
