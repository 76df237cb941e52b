/**
 * Every refusal is recorded, but nobody can fill the log by asking again: the same one once an hour. For whatever reason: were
 * another reason news, whoever asks every minute would see the log grow at the moment when somebody said no.
 */
import type { Instant } from '@eenmaal/model';

const HOUR = 3_600_000;
const REMEMBERED = 50_000;

export type RefusalLog = { isNews(what: string, at: Instant): boolean };

export function refusalLog(): RefusalLog {
  const last = new Map<string, Instant>();
  return {
    isNews(what, at) {
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
