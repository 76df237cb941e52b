/**
 * The form of the six law files (packages/consent/law): what may stand where, and how much of it. Everything is closed:
 * a key that is not here is refused. What the files refer to in each other is checked in law.ts.
 */
import { type Mark, NoticeCode, Purpose, ReasonCode, RoleId, RuleId, Weighed } from '@eenmaal/model';
import { z } from 'zod';

/** Dutch at B1 level, and English. */
const Text = (max: number) => z.strictObject({ nl: z.string().min(1).max(max), en: z.string().min(1).max(max) });
const Note = z.string().min(1).max(600).optional();
const Article = z.string().min(1).max(200);

export const AGE_BANDS = ['under12', '12-15', '16-17', 'adult'] as const;
export type AgeBand = (typeof AGE_BANDS)[number];

export const RuleData = z.strictObject({
  id: RuleId,
  article: Article,
  /** The date of the text that was read. */
  lawVersion: z.iso.date(),
  /** In force from the beginning of this day, and until the beginning of that. */
  validFrom: z.iso.date(),
  validTo: z.iso.date().nullable(),
  /** false: a bill, or a text not sure enough to build on. */
  enabled: z.boolean(),
  kind: z.enum(['duty', 'right', 'consent', 'prohibition']),
  /** Tasks, or `any`. */
  from: z.array(RoleId).min(1).max(20),
  /** Tasks; `any`; `named`: whoever the disclosure names; or family members: the person it is about (or who speaks for it when
   * it cannot judge), who has custody over it, its foster parent, or any other family member in the dossier (`person:relative`). */
  toward: z
    .array(z.union([RoleId, z.enum(['person:self', 'person:custody', 'person:foster', 'person:relative'])]))
    .min(1)
    .max(20),
  /** Whose data: `child`, under 18; `child-and-custody`, also who has custody over it; `dead`, somebody who died. */
  about: z.enum(['any', 'under16', 'child', 'child-and-custody', 'dead']),
  /** What must stand in the ledger and be in force: a supervision order, a foster placement, a grant about the same person. */
  needs: z.enum(['none', 'order', 'foster', 'involved']),
  /** An `ask` under this rule makes it a duty: nothing is weighed. */
  onRequest: z.boolean(),
  purposes: z.array(Purpose).max(6),
  /** What a disclosure under this rule is permitted as; null: nothing is disclosed under it. */
  permits: ReasonCode.nullable(),
  /** An attempt to read is held for a weighing instead of denied. */
  offered: z.boolean(),
  /** What the weighing must answer. */
  records: z.array(Weighed).max(10),
  secondPerson: z.boolean(),
  /** In an emergency the second person may come after. */
  emergency: z.boolean(),
  /** When the family is told at the latest; `later-allowed`: later when telling would do serious harm, which two must see. */
  inform: z.enum(['before', 'now', 'later-allowed', 'none']),
  /** What a no to the receiver, or a yes taken back, does to it. */
  withdrawal: z.enum(['nothing', 'stops']),
  /** What an objection does to it. */
  objection: z.enum(['nothing', 'weigh', 'stops']),
  family: Text(400),
  professional: Text(600),
  note: Note,
});

export const Catalogue = z.strictObject({ version: z.iso.date(), rules: z.array(RuleData).min(1).max(200) });

const Decider = z.enum(['self', 'custody']);
const ByBand = z.strictObject({
  under12: z.array(Decider).min(1).max(2),
  '12-15': z.array(Decider).min(1).max(2),
  '16-17': z.array(Decider).min(1).max(2),
  adult: z.array(Decider).min(1).max(2),
});
export const Deciders = z.strictObject({
  profiles: z.strictObject({ strict: ByBand, statute: ByBand }),
  readers: ByBand,
});

/** A task in the chain. */
export const Role = z.strictObject({
  name: Text(80),
  /** Its task ends when the young person is 18. */
  youthOnly: z.boolean(),
  /** The rule that binds it to secrecy; null: none of its own, so it may only read what was agreed. */
  secrecy: RuleId.nullable(),
  /** false: what it knows goes by another way, so no rule for `any` is for it. */
  discloses: z.literal(false).optional(),
  note: Note,
});
export type Role = z.infer<typeof Role>;
export const Roles = z.strictObject({ roles: z.record(RoleId, Role) });

/** Hours run on; days and longer end at the end of a day in Amsterdam; working days skip weekends and holidays. */
const Term = z.strictObject({
  amount: z.number().int().min(1).max(100),
  unit: z.enum(['hours', 'days', 'working-days', 'weeks', 'months', 'years']),
});
/**
 * What starts or stops a clock: a kind of statement, narrowed after the colon.
 * `message`: a message of the one whose clock it is. `message:ret`: one that a rapid expertise team may read.
 * `consult:ret`: a consult to such a team. `disclose:report`: to Veilig Thuis under L08. `disclose:emergency`: before a
 * second person agreed. `disclose:later`: the family is not told yet. `disclose:family`: to one of the family.
 * `order:until`: the moment the order ends.
 * `request:…`: a right that is used.
 */
export const ClockEvent = z.enum([
  'message',
  'message:ret',
  'consult',
  'consult:ret',
  'ask',
  'disclose',
  'disclose:report',
  'disclose:emergency',
  'disclose:later',
  'disclose:family',
  'endorse',
  'inform',
  'objection',
  'weigh',
  'order',
  'order:until',
  'request:access',
  'request:rectification',
  'request:erasure',
  'request:restriction',
  'answer',
  'erase',
]);
export type ClockEvent = z.infer<typeof ClockEvent>;

export const Clock = z.strictObject({
  id: z.string().regex(/^[a-z][a-z-]{2,40}$/, 'expected 3-41 of a-z and -'),
  /** Where the term is written; or that it is ours. */
  article: Article,
  term: Term,
  /** `before`: the clock ends this long before the moment it starts from. */
  counts: z.enum(['after', 'before']),
  /** How much longer when a reason is given; `repeated`: more than once. */
  extend: z.strictObject({ ...Term.shape, repeated: z.boolean() }).nullable(),
  starts: ClockEvent,
  /** Any of these, about the same act, request or matter. */
  stops: z.array(ClockEvent).min(1).max(4),
  /** Whose clock: a task, or `organisation`: whoever the start makes answerable. */
  who: RoleId,
  sentence: Text(400),
});
export type Clock = z.infer<typeof Clock>;

/** Public holidays, in the form civil-time.ts counts with. */
const Holidays = z.strictObject({
  fixed: z.array(z.string().regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'expected MM-DD')).max(20),
  easter: z.array(z.number().int().min(-60).max(60)).max(20),
  declared: z.array(z.iso.date()).max(20),
});
export const Clocks = z.strictObject({ clocks: z.array(Clock).min(1).max(60), holidays: Holidays });

/** What a reason means to whom hears it, and what would change the answer. None of them says who refused. */
export const ReasonText = z.strictObject({
  parent: Text(400),
  child: Text(300),
  professional: Text(500),
  change: Text(400),
});
export type ReasonText = z.infer<typeof ReasonText>;
export const Reasons = z.strictObject({ reasons: z.record(ReasonCode, ReasonText) });

/** A notice in words: for an adult of the family, a child from 12, a professional; null: those are never told. */
export const NoticeText = z.strictObject({
  family: Text(400).nullable(),
  child: Text(300).nullable(),
  professional: Text(400).nullable(),
});
export type NoticeText = z.infer<typeof NoticeText>;
export const Notices = z.strictObject({ notices: z.record(NoticeCode, NoticeText) });

/** The prohibition that each mark on a message stands for. */
export const MARK_RULES = { source: 'L13', 'third-person': 'PRIV', address: 'ADDR' } as const satisfies Record<
  Mark,
  RuleId
>;
