/**
 * Clocks (termijnen): which terms of the law run in a dossier, since when, until when, and whether they were met. The terms
 * are data (law/clocks.yaml); here they are laid over what the ledger holds. Nothing ticks: the time is a parameter.
 */
import type { Clock, Id, Instant, OrganisationId } from '@eenmaal/model';
import { isPerson, organisationOf, partner } from '@eenmaal/model';
import { messageClocks } from './clocks-messages.ts';
import { informsOf, ownerOf, subjectsOf } from './knowledge.ts';
import { type ClockEvent, type Clock as LawClock, REPORT_RULE, referenceAt } from './law.ts';
import type { Act, DisclosureState, DossierState, State } from './state.ts';
import { dueOf } from './terms.ts';

export { recheckDue, reviewDue } from './terms.ts';

type Matters = readonly [Id, ...Id[]];
/** Something that starts, stops or postpones a clock. */
type Fact = {
  event: ClockEvent;
  /** The disclosure, request, order or seat it is about, first; the request a disclosure answers; the persons it is about. */
  matters: Matters;
  at: Instant;
  index: number;
  /** From when a term that starts here counts. */
  from: Instant;
  by: OrganisationId | null;
  /** Who must act when this starts a clock, and the other side. */
  answerable: OrganisationId | null;
  other: OrganisationId | null;
  /** The family must wait on: no end of a clock that the law lets be extended. */
  postpones: boolean;
};

/**
 * Every term that runs or ran in a dossier, oldest first. `knows`: whether an act may be known of. What may not neither starts
 * nor stops a term: that one stopped would tell it.
 */
export function clocksOf(state: State, dossier: Id, now: Instant, knows: (act: Id) => boolean = () => true): Clock[] {
  const known = state.dossiers.get(dossier);
  if (!known) return [];
  const acts = known.acts.filter(({ id }) => knows(id));
  const facts = acts.flatMap((act) => factsOf(state, known, act)).filter(({ at }) => at <= now);
  const clocks: Clock[] = [];
  for (const clock of state.law.clocks.values()) {
    for (const start of facts) {
      const ran = start.event === clock.starts ? run(state, clock, start, facts, now) : null;
      if (ran) clocks.push(ran);
    }
  }
  const others = [
    ...messageClocks(state, known, now, knows),
    ...grantEnds(state, known, now),
    ...orderEnds(state, known, now),
  ];
  return [...clocks, ...others].sort(
    (a, b) => a.started - b.started || (`${a.id} ${a.about}` < `${b.id} ${b.about}` ? -1 : 1),
  );
}

function run(state: State, clock: LawClock, start: Fact, facts: readonly Fact[], now: Instant): Clock | null {
  const who = whoseClock(state, clock, start);
  const [about] = start.matters;
  if (who === null || (clock.counts === 'after' && start.from > now)) return null;
  const later = facts.filter(
    ({ event, index, matters, by }) =>
      index > start.index &&
      clock.stops.includes(event) &&
      matters.some((matter) => start.matters.includes(matter)) &&
      // what an organisation must do is not done by another
      (by === who || event === 'order'),
  );
  const stop = later.find(({ postpones }) => !(postpones && clock.extend));
  const stoppedAt = stop?.at ?? null;
  const due = dueOf(state.law, clock, start.from, stop ? later.indexOf(stop) : later.length);
  const over = (stoppedAt ?? now) >= due;
  return { id: clock.id, rule: clock.article, about, who: partner(who), started: start.at, due, over, stoppedAt };
}

/** The one with the task, among the two sides; `organisation`: the one the start makes answerable. */
function whoseClock(state: State, { who }: LawClock, { answerable, other }: Fact): OrganisationId | null {
  if (who === 'organisation') return answerable;
  const hasTask = (id: OrganisationId | null) => id !== null && state.parties.get(partner(id))?.roles.includes(who);
  return [answerable, other].find(hasTask) ?? null;
}

/** What one act means to the clocks; messages are in clocks-messages.ts. */
function factsOf(state: State, dossier: DossierState, act: Act): Fact[] {
  const { id, at, index, partner: other } = act;
  const about = act.about ?? '';
  const own = organisationOf(act.by);
  const fact = (event: ClockEvent, more: Partial<Fact> = {}): Fact => ({
    ...{ event, matters: [about], at, index, from: at, by: own },
    ...{ answerable: own, other, postpones: false },
    ...more,
  });
  switch (act.kind) {
    case 'ask':
      return [
        fact('ask', { ...{ answerable: other, other: own }, matters: [id, ...(state.asks.get(id)?.about ?? [])] }),
      ];
    case 'request': {
      const right = state.requests.get(id)?.right;
      return right ? [fact(`request:${right}`, { answerable: other, other: own })] : [];
    }
    case 'disclose': {
      const disclosure = state.disclosures.get(id);
      return disclosure ? eventsOf(state, dossier, disclosure).map(([event, matters]) => fact(event, { matters })) : [];
    }
    case 'inform': {
      const disclosure = state.disclosures.get(about);
      // who received a report only puts off its own telling
      return [fact('inform', { postpones: !disclosure?.told || informsOf(dossier, disclosure).at(-1) !== act })];
    }
    case 'objection':
      return [fact('objection', { answerable: organisationOf(ownerOf(state, dossier, about)) })];
    case 'order': {
      const order = dossier.orders.get(about);
      // a later statement about the same order replaced its end
      if (order?.statement !== id) return [fact('order', { answerable: other })];
      // the first counts from the day it takes effect, an extension from the day it was said
      const isExtension = dossier.acts.some((before) => before.about === about && before.index < index);
      const from = isExtension ? at : order.from;
      return [
        fact('order', { answerable: other, from }),
        fact('order:until', { answerable: other, from: order.until }),
      ];
    }
    case 'answer':
      // what was refused need not be carried out
      return [fact('answer'), ...(state.requests.get(about)?.refused ? [fact('erase')] : [])];
    case 'endorse':
    case 'weigh':
    case 'erase':
      return [fact(act.kind)];
    default:
      return [];
  }
}

/** A report to Veilig Thuis is about persons: whatever it does about them next answers it. */
function eventsOf(state: State, dossier: DossierState, disclosure: DisclosureState): [ClockEvent, Matters][] {
  const { id, to, ask, rule, emergency, told } = disclosure;
  const about: Matters = [id, ...subjectsOf(state, disclosure)];
  const events: [ClockEvent, Matters][] = [['disclose', ask === null ? about : [...about, ask]]];
  if (isPerson(to)) events.push(['disclose:family', about]);
  if (rule === REPORT_RULE) events.push(['disclose:report', about]);
  if (emergency) events.push(['disclose:emergency', [id]]);
  if (!told || informsOf(dossier, disclosure).length > 0) events.push(['disclose:later', [id]]);
  return events;
}

/** Consent ends by itself; a withdrawal ends it before. */
function grantEnds(state: State, { acts }: DossierState, now: Instant): Clock[] {
  const clocks: Clock[] = [];
  for (const { id, by, about, partner: to, index } of acts) {
    const grant = state.grants.get(id);
    if (!grant) continue;
    const ended = acts.find(
      (act) =>
        act.index > index &&
        (act.kind === 'withdraw' || act.kind === 'refuse') &&
        act.by === by &&
        act.about === about &&
        act.partner === to,
    );
    const stoppedAt = ended && ended.at < grant.until ? ended.at : null;
    clocks.push({
      ...{ id: 'grant-end', rule: referenceAt(state.law, 'L01', now), about: id, who: partner(grant.partner) },
      ...{ started: grant.from, due: grant.until, over: now >= (stoppedAt ?? grant.until), stoppedAt },
    });
  }
  return clocks;
}

const orderEnds = (state: State, { orders }: DossierState, now: Instant): Clock[] =>
  [...orders.values()].map(({ id, institution, from, until }) => ({
    ...{ id: 'order-end', rule: referenceAt(state.law, 'L06', now), about: id, who: partner(institution) },
    ...{ started: from, due: until, over: now >= until, stoppedAt: null },
  }));
