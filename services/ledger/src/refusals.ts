/**
 * Every refusal is recorded, but nobody can fill the log by asking again: the same one once an hour. Another reason is news only
 * where the asker sees its cause itself: else whoever asks every minute would see the log grow when somebody said no.
 */
import type { Instant, ReasonCode } from '@eenmaal/model';

const HOUR = 3_600_000;
const REMEMBERED = 50_000;

/** Of a disclosure to it: what the giver did, or has not done yet. */
const SEEN: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['H-SECOND-PERSON', 'H-REVIEW-OVERDUE']);

export type RefusalLog = { isNews(asked: string, code: ReasonCode, at: Instant): boolean };

export function refusalLog(): RefusalLog {
  const last = new Map<string, Instant>();
  return {
    isNews(asked, code, at) {
      const what = SEEN.has(code) ? `${asked} ${code}` : asked;
      const before = last.get(what);
      if (before !== undefined && at - before < HOUR) return false;
      last.delete(what);
      last.set(what, at);
      const oldest = last.keys().next();
      if (last.size > REMEMBERED && !oldest.done) last.delete(oldest.value);
      return true;
    },
  };
}
