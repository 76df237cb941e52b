/** Trying something that may be refused. */
import { EenmaalError, type ErrorCode } from '@eenmaal/model';

/** What `act` gives, or null when it is refused with one of these codes. */
export function unlessRefused<T>(codes: readonly ErrorCode[], act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    if (error instanceof EenmaalError && codes.includes(error.code)) return null;
    throw error;
  }
}
