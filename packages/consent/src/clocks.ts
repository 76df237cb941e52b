/** Clocks: which terms of the law run in a dossier, since when, until when, and whether they were met. */
import type { Clock, Id, Instant, PartyId } from '@eenmaal/model';
import type { Law } from './law.ts';
import type { State } from './state.ts';

/** When the second person must have looked at an emergency disclosure made at `at`: one working day later. */
export function reviewDue(_law: Law, at: Instant): Instant {
  return at;
}

/** Every term that runs or ran in a dossier, oldest first. */
export function clocksOf(_state: State, _dossier: Id, _now: Instant): Clock[] {
  return [];
}

/** Those that `party` may know of. */
export function clocksFor(_state: State, _party: PartyId, _dossier: Id, _now: Instant): Clock[] {
  return [];
}
