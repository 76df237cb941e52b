/**
 * What consent said to an organisation in one compartment, until something could change it: a statement in the dossier (the
 * fold forgets it then), a birthday, or the beginning or end of a grant. A region of thousands of dossiers does not fit
 * in a processor's cache: going through all that was said for each question costs five times as much.
 */
import type { Instant, OrganisationId } from '@eenmaal/model';
import type { Consent } from './consents.ts';
import type { GrantState, PersonState } from './state.ts';

type Answer = {
  organisation: OrganisationId;
  purposes: number;
  youthOnly: boolean;
  /** Since and until when it holds: [from, until). */
  from: number;
  until: number;
  consent: Consent;
};

/** Two purposes of a few organisations are asked again and again; more are simply worked out. */
const MAX = 16;

export class Remembered {
  // private, so that two states that say the same are equal whatever was asked of them
  #answers: Answer[] = [];

  find(organisation: OrganisationId, purposes: number, youthOnly: boolean, now: Instant): Consent | undefined {
    for (const known of this.#answers)
      if (
        known.purposes === purposes &&
        known.from <= now &&
        now < known.until &&
        known.organisation === organisation &&
        known.youthOnly === youthOnly
      )
        return known.consent;
    return undefined;
  }

  keep(answer: Answer): void {
    if (this.#answers.length >= MAX) this.#answers = [];
    this.#answers.push(answer);
  }

  forget(): void {
    if (this.#answers.length > 0) this.#answers = [];
  }
}

/** The longest stretch around `now` in which nobody comes of an age and no grant begins or ends. */
export function stretch(
  people: readonly PersonState[],
  grants: readonly GrantState[],
  now: Instant,
): { from: number; until: number } {
  let from = Number.NEGATIVE_INFINITY;
  let until = Number.POSITIVE_INFINITY;
  const pass = (at: Instant | null): void => {
    if (at === null) return;
    if (at <= now) from = Math.max(from, at);
    else until = Math.min(until, at);
  };
  for (const { turns12, turns16, turns18 } of people) for (const at of [turns12, turns16, turns18]) pass(at);
  for (const grant of grants) for (const at of [grant.from, grant.until]) pass(at);
  return { from, until };
}
