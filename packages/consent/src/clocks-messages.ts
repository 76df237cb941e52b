/** Clocks that a message starts: how long a file is kept, when an expertise team makes contact, when it answers a consult. */
import type { Clock, Id, Instant, PartyId } from '@eenmaal/model';
import { organisationOf, partner } from '@eenmaal/model';
import { decide } from './decide.ts';
import type { Clock as LawClock } from './law.ts';
import type { CompartmentState, ConsultState, DossierState, MessageState, State } from './state.ts';
import { dueOf } from './terms.ts';

const clocksStarting = ({ law }: State, event: LawClock['starts']): LawClock[] =>
  [...law.clocks.values()].filter(({ starts }) => starts === event);

/** A clock of the law as it runs. */
const running = (
  { law }: State,
  clock: LawClock,
  { about, who, started }: Pick<Clock, 'about' | 'who' | 'started'>,
  stoppedAt: Instant | null,
  now: Instant,
): Clock => {
  const due = dueOf(law, clock, started, 0);
  return { id: clock.id, rule: clock.article, about, who, started, due, over: (stoppedAt ?? now) >= due, stoppedAt };
};

/** Those of one dossier; `knows`: whether an act that a reading rests on may be known of. */
export function messageClocks(
  state: State,
  dossier: DossierState,
  now: Instant,
  knows: (act: Id) => boolean = () => true,
): Clock[] {
  const places = dossier.compartments.flatMap((id) => state.compartments.get(id) ?? []);
  const keeping = clocksStarting(state, 'message').flatMap((clock) =>
    places.flatMap((place) => keepingOf(state, dossier, clock, place, now)),
  );
  const teams = [...dossier.organisations].map(partner).filter((party) => isTeam(state, party));
  const contact = clocksStarting(state, 'message:ret').flatMap((clock) =>
    places.flatMap((place) => teams.flatMap((team) => contactsOf(state, dossier, clock, place, team, now, knows))),
  );
  return [...keeping, ...contact];
}

const isTeam = ({ parties }: State, party: PartyId): boolean => parties.get(party)?.roles.includes('ret') ?? false;

/** From the newest message in an organisation's own file, until all of it is destroyed. */
function keepingOf(
  state: State,
  { acts }: DossierState,
  clock: LawClock,
  place: CompartmentState,
  now: Instant,
): Clock[] {
  const { id, by, audience, lastMessageAt: started, messages } = place;
  if (audience !== 'file' || messages.length === 0 || started > now) return [];
  const erased = messages.map((message) => state.messages.get(message)?.erased);
  const last = acts.findLast(({ id: act }) => erased.includes(act))?.at ?? null;
  const who = partner(organisationOf(by) ?? '');
  return [running(state, clock, { about: id, who, started }, erased.every(Boolean) ? last : null, now)];
}

/** From the first message a team may read until it writes there itself; what comes meanwhile starts no second one. */
function contactsOf(
  state: State,
  dossier: DossierState,
  clock: LawClock,
  { id: compartment, messages }: CompartmentState,
  team: PartyId,
  now: Instant,
  knows: (act: Id) => boolean,
): Clock[] {
  const clocks: Clock[] = [];
  let waiting: Pick<Clock, 'about' | 'who' | 'started'> | null = null;
  for (const message of messages.flatMap((id) => state.messages.get(id) ?? [])) {
    if (organisationOf(message.sender) === organisationOf(team)) {
      if (waiting) clocks.push(running(state, clock, waiting, message.at, now));
      waiting = null;
    } else if (!waiting) {
      const { outcome, basis } = decide(state, { party: team, compartment, message: message.id }, now);
      if (outcome !== 'permit' || basis.some((id) => state.disclosures.has(id) && !knows(id))) continue;
      waiting = { about: message.id, who: team, started: readableSince(state, dossier, message, basis) };
    }
  }
  if (waiting && waiting.started <= now) clocks.push(running(state, clock, waiting, null, now));
  return clocks;
}

/** Since all that its reading rests on was there. */
function readableSince(state: State, { acts }: DossierState, { at }: MessageState, basis: readonly Id[]): Instant {
  const since = basis.map((id) => {
    const grant = state.grants.get(id);
    return grant ? Math.max(grant.at, grant.from) : (acts.find((act) => act.id === id)?.at ?? at);
  });
  return Math.max(at, ...since);
}

/** Of questions without a name to an expertise team, until it answers each; in no dossier. Oldest first. */
export function consultClocks(state: State, now: Instant): Clock[] {
  const consults = [...state.consults.values()];
  const asked = consults.filter(({ to, answers, at }) => answers === null && at <= now && isTeam(state, partner(to)));
  const answerTo = ({ id, to }: ConsultState) =>
    consults.find(({ answers, by }) => answers === id && organisationOf(by) === to)?.at ?? null;
  return clocksStarting(state, 'consult:ret').flatMap((clock) =>
    asked.map((one) => {
      const what = { about: one.id, who: partner(one.to), started: one.at };
      return running(state, clock, what, answerTo(one), now);
    }),
  );
}
