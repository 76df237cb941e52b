/**
 * Notices: what a party is told, computed from the state and the time alone, so that nothing is missed when every
 * service slept through a birthday. Free of content; never who refused, withdrew or was silent, and never of something
 * `sightOf` hides.
 */
import type { Id, Instant, Notice, PartyId } from '@eenmaal/model';
import type { State } from './state.ts';

/** Everything `party` is told about `dossier` up to `now`, oldest first. */
export function noticesFor(_state: State, _party: PartyId, _dossier: Id, _now: Instant): Notice[] {
  return [];
}
