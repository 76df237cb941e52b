/**
 * What consent said to an organisation in one compartment, until something could change it: a statement in the dossier (the
 * fold forgets it then), a birthday, or the beginning or end of a grant. A region of thousands of dossiers does not fit
 * in a processor's cache: going through all that was said for each question costs five times as much.
 */
import type { Instant, OrganisationId } from '@eenmaal/model';
import type { Consent } from './consents.ts';
import type { GrantState, PersonState } from './state.ts';

/** `from`, `until`: since and until when it holds, [from, until). In one object with what it answers: see above. */
type Answer = Consent & {
  organisation: OrganisationId;
  purposes: number;
  youthOnly: boolean;
  from: number;
  until: number;
  /** The one before it: a list takes two steps more to get to. */
  older: Answer | null;
};

/** Two purposes of a few organisations are asked again and again; more are simply worked out. */
const MAX = 16;

export class Remembered {
  // private, so that two states that say the same are equal whatever was asked of them
  #newest: Answer | null = null;
  #count = 0;

  find(organisation: OrganisationId, purposes: number, youthOnly: boolean, now: Instant): Consent | undefined {
    for (let known = this.#newest; known !== null; known = known.older)
      if (
        known.purposes === purposes &&
        known.organisation === organisation &&
        known.youthOnly === youthOnly &&
        known.from <= now &&
        now < known.until
      )
        return known;
    return undefined;
  }

  keep(answer: Omit<Answer, 'older'>): void {
    if (this.#count >= MAX) this.forget();
    this.#newest = { ...answer, older: this.#newest };
    this.#count++;
  }

  forget(): void {
    this.#newest = null;
    this.#count = 0;
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
