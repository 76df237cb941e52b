/** For tests only: worlds in which every id says which act made it, and everything a party could compare of two of them. */
import { type Id, isPerson, nameOf, type PartyId, type Statement, type StatementInput } from '@eenmaal/model';
import { checkEnvelope, checkStatement } from './accept.ts';
import { decide } from './decide.ts';
import { explain, mayIShare } from './explain.ts';
import { clocksFor, noticesFor } from './notices.ts';
import { keyNeed, readersOf } from './readers.ts';
import * as t from './test-region.ts';
import { knowsDossier, sightOf } from './visible.ts';

const { CLINIC, DOSSIER, FOSTER, GI, id, MOTHER, SCHOOL, TEAM, VT } = t;
const DAY = 86_400_000;
const WEIGHED = { weighing: t.weighing(...t.ALL_ANSWERS) };
export const placeOf = (about: string): Id => id(`about-${about}`);
const fileOf = (by: PartyId, about: string): Id => id(`file-${nameOf(by)}-${about}`);

export type Step = readonly [name: string, by: PartyId, about: string, to: PartyId, nth: number];

type Made = { items: Id[]; acts: Id[] };

/** A region in which an id is made of the step that made it, whatever else was said before. */
export class World {
  readonly region = t.makeFamily();
  /** What there is to act on: of both worlds, and hidden. */
  readonly open: Made = { items: [], acts: [] };
  readonly secret: Made = { items: [], acts: [] };
  #step = '';
  #said = 0;
  #hidden = false;

  begin(step: string, hidden = false): void {
    this.#step = step;
    this.#said = 0;
    this.#hidden = hidden;
  }
  get made(): Made {
    return this.#hidden ? this.secret : this.open;
  }
  try(by: PartyId, input: StatementInput): Id | null {
    const named = id(`${this.#step}.${this.#said++}`);
    return this.region.try(by, Object.assign({ id: named }, input)) === null ? named : null;
  }
  /** A new key where one is needed, and a message. */
  write(by: PartyId, place: Id): void {
    if (keyNeed(this.region.state, place, this.region.now).rotate)
      this.region.rotate(by, place, this.#named() as object);
    // as its client numbers it: by the moment
    const seq = Math.max(this.region.now, (this.region.state.sequences.get(by)?.highest ?? -1) + 1);
    const header = this.region.header(by, place, { ...this.#named(), seq });
    if (this.region.state.compartments.has(place) && this.region.send(header) === null) this.made.items.push(header.id);
  }
  #named = () => ({ id: id(`${this.#step}.${this.#said++}`) });
}

export function play(world: World, [name, by, about, to, nth]: Step): void {
  const { region } = world;
  const { state, now } = region;
  const own = (ids: readonly Id[]): Id => ids[nth % Math.max(ids.length, 1)] ?? id('none');
  // in its own file, or where it may write
  const mine = [fileOf(by, about), placeOf(about)];
  const items = world.made.items.filter((one) => mine.includes(state.messages.get(one)?.compartment ?? ''));
  const item = own(items);
  const act = own(world.made.acts);
  const say = { dossier: DOSSIER, compartment: placeOf(about), partner: nameOf(to) };
  switch (name) {
    case 'yes': {
      const text = { version: '1', language: 'nl' as const };
      const more = { purposes: ['support' as const], from: now, until: now + t.YEAR, history: nth % 2 === 0, text };
      world.try(by, { kind: 'grant', ...say, ...more });
      return;
    }
    case 'no':
      world.try(by, { kind: nth % 2 === 0 ? 'refuse' : 'withdraw', ...say });
      return;
    case 'write':
      world.write(by, placeOf(about));
      return;
    case 'file':
      world.try(by, t.file(by, ...about.split('+')));
      world.write(by, fileOf(by, about));
      return;
    case 'share':
    case 'share-later': {
      const rule =
        { 'partner/vt': 'L08', 'partner/raad': 'L16', 'partner/gi': by === VT ? 'L10' : 'L06', 'partner/ret': 'L02' }[
          to
        ] ?? 'L25';
      const purpose = { L16: 'inquiry', L02: 'support' }[rule] ?? 'safety';
      const inform = name === 'share' && nth % 2 === 0 ? 'now' : 'later';
      const more = { ...WEIGHED, inform, emergency: nth % 3 === 0, purpose } as Parameters<typeof t.disclose>[3];
      const given = world.try(by, region.discloses(to, rule, [item], more));
      if (!given) return;
      world.made.acts.push(given);
      if (nth % 5 > 0) world.try(t.seatAt(by, 'one'), t.endorse(given));
      if (decide(state, { party: to, compartment: fileOf(by, about), message: item }, now).outcome !== 'permit') return;
      region.deliver(item, to);
      region.deliver(item, to, 'opening');
      return;
    }
    case 'seat': {
      const seated = world.try(
        by,
        t.seat(t.seatAt(by, nth % 2 === 0 ? 'one' : 'two'), { from: now, until: now + t.YEAR }),
      );
      if (seated) world.made.acts.push(seated);
      return;
    }
    case 'inform':
    case 'wait-on':
      // told, or for a reason not yet
      world.try(by, t.inform(act, name === 'inform' && nth % 2 === 0));
      return;
    case 'object':
      world.try(by, t.objection(act));
      return;
    case 'weigh':
      world.try(by, t.weigh(act, true));
      return;
    case 'ask':
      world.try(by, t.ask(to, nth % 2 === 0 ? 'L06' : 'L10', [about]));
      return;
    case 'request': {
      const asked = world.try(by, t.request(to, about, { right: nth % 2 === 0 ? 'access' : 'erasure' }));
      if (asked && nth % 3 > 0) world.try(to, t.answer(asked));
      return;
    }
    case 'erase':
      world.try(by, t.erase([item]));
      return;
    case 'supersede':
      world.try(by, t.supersede(item, items[(nth + 1) % Math.max(items.length, 1)] ?? item));
      return;
    case 'dispute':
      world.try(by, t.dispute(item, nth % 3 > 0));
      return;
    case 'capacity':
      world.try(by, nth % 3 === 0 ? t.capable(about) : t.incapable(about, 'aunt'));
      return;
    case 'secrecy':
      world.try(by, t.secrecy(about, nth % 3 > 0));
      return;
    case 'foster':
      world.try(by, t.foster(about, 'aunt', FOSTER, { from: now, until: now + nth * 10 * DAY + 1 }));
      return;
    case 'consult':
      world.try(by, t.consult(to, state.parties.get(to)?.sealingKid ?? ''));
      return;
    case 'order':
      world.try(TEAM, t.order(about, GI, { from: now, until: now + nth * 10 * DAY + 1 }));
      return;
    case 'custody':
      world.try(TEAM, t.custodyOf(about, nth % 3 === 0 ? ['mother'] : ['mother', 'father']));
      return;
    case 'wait':
      region.now += nth * DAY;
  }
}

/** Everything `party` could compare, of the persons, parts, items and acts there are in both worlds and of those that are hidden. */
export function observed({ region }: World, party: PartyId, guesses: Guesses) {
  const { state, now } = region;
  const sight = sightOf(state, party, DOSSIER, now);
  const nameAt = new Map([...state.statements].map(([statement, index]) => [index, statement]));
  const [compartments, items, places, gone] = JSON.parse(sight.version || '[[],[],[],0]');
  const shown = t.seenBy(region, party).map(({ input, at }) => {
    const { statement } = input as { statement?: Statement };
    return JSON.stringify([at, statement ? { ...statement, seen: null } : input], (key, value) =>
      key === 'ledger' ? null : value,
    );
  });
  const reads = guesses.places.filter((compartment) => decide(state, { party, compartment }, now).outcome === 'permit');
  const questions = guesses.places.flatMap((compartment) =>
    [undefined, ...guesses.items].map((message) => ({ party, compartment, ...(message && { message }) })),
  );
  const shares = guesses.places.map((compartment) => ({
    from: party,
    to: GI,
    compartment,
    marks: [],
    purpose: 'safety' as const,
  }));
  const header = (compartment: Id) => ({ ...region.header(party, compartment), id: id('probe') });
  return {
    shown,
    version: [compartments, items, places.map((index: number) => nameAt.get(index)), gone],
    persons: [...sight.persons],
    knows: knowsDossier(state, party, DOSSIER, now),
    notices: noticesFor(state, party, DOSSIER, now),
    clocks: clocksFor(state, party, DOSSIER, now),
    readers: reads.map((place) => [readersOf(state, place, now), keyNeed(state, place, now)]),
    explained: questions.map((question) => explain(state, question, now, { party })),
    shares: isPerson(party) ? [] : shares.map((share) => mayIShare(state, share, now, { party })),
    written: reads.map((place) => checkEnvelope(state, header(place), now)),
    refused: probes(party, guesses, region).map((input) => {
      const seen = { size: 1, root: t.hash('root') };
      const statement = { v: 1, id: id('probe'), by: party, at: now, seen, ...input } as Statement;
      return [JSON.stringify(input), checkStatement(state, statement, now)];
    }),
  };
}

export type Guesses = { places: readonly Id[]; items: readonly Id[]; acts: readonly Id[] };

/** Every act it could try, on whatever there is: also on what it can only guess. */
function probes(party: PartyId, { places, items, acts }: Guesses, region: t.TestRegion): StatementInput[] {
  const persons = ['mother', 'father', 'child8', 'child14', 'aunt'];
  const partners = [CLINIC, SCHOOL, VT, GI];
  const about = acts.flatMap((act) => [
    t.objection(act),
    t.weigh(act, true),
    t.endorse(act),
    t.inform(act),
    t.answer(act),
  ]);
  const ofItems = items.flatMap((item) => [
    ...[t.erase([item]), t.supersede(item, items[0] ?? item)],
    ...[region.discloses(VT, 'L08', [item], WEIGHED), region.discloses(MOTHER, 'OWN', [item], WEIGHED)],
  ]);
  // what is about somebody it may dispute unseen: of that an id would have to be guessed
  const disputes = items.filter((item) => !item.startsWith('secret')).map((item) => t.dispute(item));
  const ofPlaces = places.flatMap((compartment) => [
    ...partners.flatMap((to) =>
      (['refuse', 'withdraw'] as const).map((kind) => ({ kind, dossier: DOSSIER, compartment, partner: nameOf(to) })),
    ),
    t.allow(compartment, 'aunt'),
    {
      kind: 'epoch',
      dossier: DOSSIER,
      compartment,
      epoch: 0,
      commitment: t.hash('c'),
      link: null,
      label: 'l',
      wraps: [],
    },
    { kind: 'admit', dossier: DOSSIER, compartment, epoch: 0, wraps: [], links: [] },
  ]) as StatementInput[];
  const ofPersons = persons.flatMap((name) => [
    ...partners.map((to) => t.request(to, name)),
    ...[t.ask(VT, 'L10', [name]), t.secrecy(name), t.death(name), t.file(party, name), t.own(name)],
  ]);
  const opened = { kind: 'compartment', dossier: DOSSIER, compartment: id('probe'), audience: 'family' } as const;
  return [
    ...[...about, ...ofItems, ...disputes, ...ofPlaces, ...ofPersons],
    ...persons.map((name) => ({ ...opened, subjects: [id(name)] })),
    t.seat(t.seatAt(isPerson(party) ? TEAM : party, 'probe')),
    t.erase([], { whole: true }),
  ];
}
