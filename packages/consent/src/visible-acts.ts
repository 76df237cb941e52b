/**
 * Who is shown a disclosure, what was said of it afterwards, and objections to it or to a seat. Each adult hears of its own
 * part; nobody hears that somebody else is in it, or objected.
 */
import { type Id, isPerson, nameOf, organisationOf, type PartyId, partner, person } from '@eenmaal/model';
import { readsAll } from './authority.ts';
import { decide } from './decide.ts';
import { seatOf } from './fold-acts.ts';
import { isSameSide } from './knowledge.ts';
import type { Act, DeciderId, DisclosureState, DossierState, State } from './state.ts';
import type { Sight } from './visible.ts';

/** Who hears in the family: a member, or for its ward the institution that is guardian; it stands in for nobody else. */
export function speakerOf(party: PartyId): DeciderId | null {
  if (isPerson(party)) return nameOf(party);
  const organisation = organisationOf(party);
  return organisation && partner(organisation);
}

/** Whether an act about a disclosure may be seen: disclosing, endorsing, telling, objecting, weighing. */
export function seesDisclosure(state: State, party: PartyId, known: DossierState, act: Act, now: number): boolean {
  const disclosure = state.disclosures.get(act.about ?? '');
  if (!disclosure) return false;
  // that the receiver of a report puts off its own telling is for nobody else
  if (act.kind === 'inform' && !isSameSide(disclosure.by, act.by)) return isSameSide(act.by, party);
  if (isSameSide(disclosure.by, party)) return true;
  // without the second person's word the receiver would judge otherwise than the ledger does
  if (isSameSide(disclosure.to, party) && (act.kind === 'disclose' || act.kind === 'endorse')) return true;
  const who = speakerOf(party);
  if (who === null || !disclosure.told) return false;
  const readsEvery = () =>
    placesOf(state, disclosure).every((subjects) => subjects.length > 0 && readsAll(state, subjects, who, now));
  if (act.kind === 'objection' || act.kind === 'weigh') return isObjector(known, act, party) || readsEvery();
  // who objected knows of it already, also when it may not read about the child any more
  const objected = ({ kind, about, by }: Act) => kind === 'objection' && about === act.about && by === party;
  return hears(state, known, disclosure, who, now) || (act.kind === 'disclose' && known.acts.some(objected));
}

/**
 * An objection to a seat is for its organisation, and for those in the family who know that the objector has to do with it: from
 * anybody else's it would show that another adult has. That a weighing ended the seat is for whoever knows the seat: not that, nor
 * by whom, it was objected to.
 */
export function seesSeatObjection(
  state: State,
  party: PartyId,
  known: DossierState,
  act: Act,
  seesSeatsOf: (seat: PartyId, along?: PartyId) => boolean,
): boolean {
  const seat = seatOf(state, known.id, act.about ?? '');
  if (!seat) return false;
  if (isSameSide(seat.seat, party) || isObjector(known, act, party)) return true;
  if (act.kind === 'weigh' && seat.until === act.at && seesSeatsOf(seat.seat)) return true;
  return isPerson(party) && objectorsOf(known, act).some((by) => seesSeatsOf(seat.seat, by));
}

/** What of this sight another of the family may know too, and by which both know of an organisation. */
export function bothKnow(state: State, sight: Sight, known: DossierState, other: PartyId, now: number): Sight {
  const reads = (compartment: Id) => decide(state, { party: other, compartment }, now).outcome === 'permit';
  const who = speakerOf(other) ?? '';
  const sees = (act: Act) =>
    act.kind === 'order' ? readsChild(state, known, act, who, now) : seesDisclosure(state, other, known, act, now);
  const acts = known.acts.filter((act) => sight.statements.has(act.id) && sees(act));
  const statements = new Set(acts.map(({ id }) => id));
  return { ...sight, compartments: new Set([...sight.compartments].filter(reads)), statements };
}

/** Whether this is one's own objection, or the weighing of it. */
export const isObjector = (known: DossierState, act: Act, party: PartyId): boolean =>
  objectorsOf(known, act).includes(party);

/** Whose objection this is, or whose it weighs. */
function objectorsOf({ acts }: DossierState, act: Act): PartyId[] {
  if (act.kind === 'objection') return [act.by];
  const earlier = acts.filter(({ about, index }) => about === act.about && index < act.index);
  const weighed = earlier.findLast(({ kind }) => kind === 'weigh')?.index ?? -1;
  return earlier.filter(({ kind, index }) => kind === 'objection' && index > weighed).map(({ by }) => by);
}

const placesOf = (state: State, { items }: DisclosureState): (readonly Id[])[] =>
  items.map((item) => state.compartments.get(state.messages.get(item)?.compartment ?? '')?.subjects ?? []);

/** Whether one of the items is this family member's to hear of. */
function hears(state: State, known: DossierState, disclosure: DisclosureState, who: DeciderId, now: number): boolean {
  return placesOf(state, disclosure).some((subjects) => hearsOf(state, known, subjects, who, now));
}

/**
 * Who may read it all hears of it, and everybody of its own part. For a child who cannot be told speaks whoever decides for
 * it: one who may read all of it when there is one, for what else is in it may be that parent's own; otherwise all.
 */
function hearsOf(
  state: State,
  { persons }: DossierState,
  subjects: readonly Id[],
  who: DeciderId,
  now: number,
): boolean {
  if (subjects.length === 0) return false;
  const all = (one: DeciderId) => readsAll(state, subjects, one, now);
  if (all(who)) return true;
  const lives = (one: Id) => state.parties.get(person(one))?.ended === false;
  return subjects.some((subject) => {
    const speaksFor = (one: DeciderId) => readsAll(state, [subject], one, now);
    if (!speaksFor(who)) return false;
    return subject === who || !persons.some((one) => lives(one) && speaksFor(one) && all(one));
  });
}

/** Whether a family member reads about the child an order or a placement is about, or is its foster parent. */
export function readsChild(state: State, known: DossierState, act: Act, person: Id, now: number): boolean {
  const child = act.kind === 'order' ? known.orders.get(act.about ?? '')?.child : act.about;
  const fostered = known.fosters.some(({ statement, parent }) => statement === act.id && parent === person);
  return fostered || (child != null && readsAll(state, [child], person, now));
}
