/** For tests only: what each is told, and the set-ups that tests of notices and clocks share. */
import type { Clock, Id, Notice, PartyId } from '@eenmaal/model';
import { clocksOf } from './clocks.ts';
import { clocksFor, noticesFor } from './notices.ts';
import {
  ALL_ANSWERS,
  CHILD8,
  CHILD14,
  CLINIC,
  DOSSIER,
  FATHER,
  file,
  GI,
  id,
  MOTHER,
  makeFamily,
  RAAD,
  SCHOOL,
  seat,
  seatAt,
  TEAM,
  type TestRegion,
  VT,
  weighing,
  YEAR,
} from './test-region.ts';

/** The compartments of `makeFamily`. */
export const M = id('about-mother');
export const F = id('about-father');
export const K8 = id('about-child8');
export const K14 = id('about-child14');

export const days = (number: number): number => number * 86_400_000;
const everybody = [MOTHER, FATHER, CHILD8, CHILD14, TEAM, CLINIC, SCHOOL, GI, VT, RAAD];

export const list = (region: TestRegion, party: PartyId): Notice[] =>
  noticesFor(region.state, party, DOSSIER, region.now);
export const codes = (region: TestRegion, party: PartyId) => list(region, party).map(({ code }) => code);
/** Who is told this, of everybody. */
export const toldOf = (region: TestRegion, code: string, about?: string) =>
  everybody.filter((party) => list(region, party).some((n) => n.code === code && (about ?? n.about) === n.about));
/** By which article somebody is told this. */
export const articleOf = (region: TestRegion, party: PartyId, code: string) =>
  list(region, party).find((one) => one.code === code)?.article;

/** The clock of this name in the dossier. */
export const clock = (region: TestRegion, name: string, about?: string): Clock | undefined =>
  clocksOf(region.state, DOSSIER, region.now).find((one) => one.id === name && (about ?? one.about) === one.about);
/** The names of the clocks somebody may know of. */
export const known = (region: TestRegion, party: PartyId): string[] =>
  clocksFor(region.state, party, DOSSIER, region.now).map((one) => one.id);

export function agree(region: TestRegion, parties: PartyId[], compartment: string, to: PartyId): void {
  for (const party of parties) region.grant(party, compartment, to, { until: region.now + 8 * YEAR });
}

/** A message in an organisation's own file; its id. */
export function filed(region: TestRegion, by: PartyId, about: string, more: Parameters<TestRegion['message']>[2] = {}) {
  const opened = file(by, about);
  region.must(by, opened);
  return region.message(by, opened.compartment as Id, more);
}

/** TEAM reports about the younger child to Veilig Thuis, all weighed. */
export function reported(more: Parameters<TestRegion['discloses']>[3] = {}) {
  const region = makeFamily();
  const item = filed(region, TEAM, 'child8');
  const act = region.must(TEAM, region.discloses(VT, 'L08', [item], { weighing: weighing(...ALL_ANSWERS), ...more }));
  return { region, act, item };
}

/** A professional of this organisation, for a year unless it says otherwise. */
export function takeSeat(region: TestRegion, name: string, more: Parameters<typeof seat>[1] = {}, of = TEAM): PartyId {
  const party = seatAt(of, name);
  region.must(of, seat(party, { from: region.now, until: region.now + YEAR, ...more }));
  return party;
}
