/**
 * What a party is told of what happened, and which legal terms run. A notice never holds content and never says who
 * refused, withdrew or was silent: a code, a moment and a name the reader knows already. The sentences are law data.
 */
import { z } from 'zod';
import { Id, Instant, PartyId } from './ids.ts';

export const NoticeCode = z.enum([
  // time passed
  'birthday-12',
  'birthday-16',
  'birthday-18',
  'seat-begins',
  'standin-begins',
  'seat-ended',
  'order-ended',
  'grant-ends-soon',
  'grant-ended',
  'review-due',
  'review-overdue',
  'recheck-due',
  // somebody acted
  'not-shared',
  'access-stopped',
  'subject-deceased',
  'custody-changed',
  'organisation-changed',
  'address-secret',
  'facts-asked',
  'disclosed',
  'second-person-wanted',
  'objection-made',
  'objection-weighed',
  'request-received',
  'request-answered',
  'consult-asked',
  'consult-answered',
  'message-replaced',
  'message-erased',
  'message-disputed',
]);
export type NoticeCode = z.infer<typeof NoticeCode>;

/** `L06@2015-01-01`: a rule and the version of its text. */
export const RuleReference = z.string().max(60);
/** The person, compartment, message, order, seat or act it is about: something the reader may know of. */
const About = z.string().max(100);

export const Notice = z.strictObject({
  at: Instant,
  code: NoticeCode,
  about: About,
  article: RuleReference.nullable(),
});
export type Notice = z.infer<typeof Notice>;

/** A term of the law that runs, or ran. `id`: which one (`law/clocks.yaml`); `who` must do something before `due`. */
export const Clock = z.strictObject({
  id: z.string().max(60),
  rule: z.string().max(200),
  about: Id,
  who: PartyId,
  started: Instant,
  due: Instant,
  over: z.boolean(),
  stoppedAt: Instant.nullable(),
});
export type Clock = z.infer<typeof Clock>;
