/** What the API gives about the law: an answer explained, acts, notices, terms. Every text in Dutch and in English. */
import type { Basis, Explanation } from '@eenmaal/consent';
import {
  Disclose,
  Id,
  Mark,
  OrganisationId,
  PartyId,
  Purpose,
  RightsRequest,
  RuleId,
  Seat,
  Weighed,
} from '@eenmaal/model';
import { z } from 'zod';
import type { actsOf, noticesOf } from '../law-overview.ts';
import type { Advice } from '../overview.ts';
import { Time, timeOrNull, toTime } from './shapes.ts';

const Both = z.object({ nl: z.string(), en: z.string() });
const Party = z.string().describe('person/<id>, partner/<id>, seat/<organisation>/<id>');

const ExplanationShape = z.object({
  outcome: z.enum(['permit', 'hold', 'deny']),
  code: z.string(),
  articles: z.array(
    z.object({ rule: z.string(), article: z.string(), lawVersion: z.string(), family: Both, professional: Both }),
  ),
  says: z
    .array(z.object({ decider: z.string(), as: z.string(), said: z.string() }))
    .describe('the yeses it rests on; nothing of what is missing'),
  duties: z.array(z.object({ duty: z.string(), who: z.array(Party), due: Time.nullable() })),
  parent: Both.describe('words for a parent'),
  child: Both.describe('words for a child of 12'),
  professional: Both,
  change: Both.describe('what would change the answer'),
});
const BasisShape = z.object({
  rule: z.string(),
  article: z.string(),
  kind: z.enum(['duty', 'right', 'consent', 'prohibition']),
  ask: Id.nullable().describe('the request that makes it a duty: nothing is weighed then'),
  records: z.array(Weighed).describe('what the written weighing must answer'),
  secondPerson: z.boolean(),
  reviewDue: Time.nullable().describe('in an emergency, until when the second person may come after'),
  inform: z.enum(['before', 'now', 'later-allowed', 'none']).describe('when the family is told'),
  recheckDue: Time.nullable().describe('when to look again, if telling must wait'),
  family: Both,
  professional: Both,
});
export const AskAdvice = z.strictObject({
  compartment: Id,
  partner: z.union([OrganisationId, PartyId]).describe("an organisation's id, or a party: person/<id>"),
  purpose: Purpose,
  marks: z.array(Mark).max(3).default([]).describe('what the message would hold'),
  rule: RuleId.optional().describe('only this rule'),
});
export const AdviceShape = z.object({
  mayShare: z.boolean(),
  youMayWrite: z.boolean(),
  partnerMayRead: z.boolean(),
  explanation: ExplanationShape,
  bases: z.array(BasisShape).describe('by which single messages can be shared without consent'),
});
export const adviceShape = ({ explanation, bases, ...answer }: Advice) => ({
  ...answer,
  explanation: explanationShape(explanation),
  bases: bases.map(basisShape),
});
const explanationShape = ({ duties, ...rest }: Explanation) => ({
  ...rest,
  duties: duties.map(({ due, ...duty }) => ({ ...duty, due: timeOrNull(due) })),
});
const basisShape = ({ records, reviewDue, recheckDue, ...rest }: Basis) => ({
  ...{ ...rest, records: [...records] },
  ...{ reviewDue: timeOrNull(reviewDue), recheckDue: timeOrNull(recheckDue) },
});

const period = { from: Time, until: Time };
export const ActsShape = z.object({
  asks: z.array(
    z.object({ act: Id, by: Party, to: OrganisationId, rule: RuleId, about: z.array(Id), purpose: Purpose }),
  ),
  disclosures: z.array(
    z.object({
      ...{ act: Id, at: Time, by: Party, to: Party, rule: RuleId, purpose: Purpose, items: z.array(Id) },
      ...{ ask: Id.nullable(), emergency: z.boolean(), inform: Disclose.shape.inform },
      endorsed: z.boolean().describe('a second person agreed'),
      objected: z.boolean().describe('somebody in the family objects, and it is not weighed yet'),
      ended: z.boolean().describe('a weighing ended it'),
      told: z.boolean().describe('the family may know of it'),
    }),
  ),
  requests: z.array(
    z.object({
      ...{ act: Id, by: Party, right: RightsRequest.shape.right, about: Id, items: z.array(Id) },
      answered: z.boolean(),
    }),
  ),
  seats: z.array(
    z.object({
      ...{ act: Id, seat: Party, role: Seat.shape.role, for: Party.nullable(), ...period, objected: z.boolean() },
    }),
  ),
  orders: z.array(z.object({ act: Id, id: Id, child: Id, institution: OrganisationId, ...period })),
});
export const actsShape = ({ disclosures, seats, orders, ...rest }: ReturnType<typeof actsOf>) => ({
  ...rest,
  disclosures: disclosures.map(({ at, ...given }) => ({ ...given, at: toTime(at) })),
  seats: seats.map(inTimes),
  orders: orders.map(inTimes),
});
const inTimes = <T extends { from: number; until: number }>({ from, until, ...rest }: T) => ({
  ...rest,
  ...{ from: toTime(from), until: toTime(until) },
});

export const NoticesShape = z.object({
  notices: z.array(
    z.object({ at: Time, code: z.string(), about: z.string(), article: z.string().nullable(), text: Both.nullable() }),
  ),
  clocks: z.array(
    z.object({
      id: z.string(),
      rule: z.string().describe('the article'),
      about: Id,
      who: Party.describe('who must do something before `due`'),
      ...{ started: Time, due: Time, over: z.boolean(), stoppedAt: Time.nullable(), text: Both.nullable() },
    }),
  ),
});
export const noticesShape = ({ notices, clocks }: Awaited<ReturnType<typeof noticesOf>>) => ({
  notices: notices.map(({ at, ...notice }) => ({ ...notice, at: toTime(at) })),
  clocks: clocks.map(({ started, due, stoppedAt, ...clock }) => ({
    ...{ ...clock, started: toTime(started), due: toTime(due), stoppedAt: timeOrNull(stoppedAt) },
  })),
});

export const ConsultShape = z.object({
  ...{ consult: Id, from: Party, to: OrganisationId, at: Time.nullable(), answers: Id.nullable() },
  text: z.string().nullable().describe('of those sealed for us; who asks keeps its own copy'),
});
