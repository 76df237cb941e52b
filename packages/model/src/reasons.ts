/**
 * Reason codes of the consent rule: P permit, H hold, D deny. The exact code goes into the ledger; a partner hears only
 * whether there is a basis, never who refused (domain rule: a refusal must not be traceable to a person).
 */
import { z } from 'zod';

export const ReasonCode = z.enum([
  'P-OWN',
  'P-CONSENT-ALL',
  'H-CHILD-12-CONFIRM',
  'H-OTHER-PARENT-UNHEARD',
  'D-NO-GRANT',
  'D-REFUSED-PARENT',
  'D-REFUSED-CHILD',
  'D-SCOPE',
  'D-PURPOSE',
  'D-EXPIRED',
  'D-NOT-YET',
  'D-WITHDRAWN',
  'D-NO-AUTHORITY',
  'D-OTHER-ADULT',
  'D-BEFORE-GRANT',
  'D-UNKNOWN',
]);
export type ReasonCode = z.infer<typeof ReasonCode>;
