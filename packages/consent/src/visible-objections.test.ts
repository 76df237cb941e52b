/** What an objection shows: something to who made it and to who may read all of it, nothing of anything else. */
import type { PartyId } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { fold } from './fold.ts';
import { emptyState, type State } from './state.ts';
import { LAW } from './test-law.ts';
import { Noted, WEIGHED } from './test-noted.ts';
import {
  CHILD8,
  CHILD14,
  CLINIC,
  DOSSIER,
  endorse,
  FATHER,
  file,
  GI,
  id,
  inform,
  MOTHER,
  makeFamily,
  member,
  objection,
  personOf,
  SCHOOL,
  seat,
  seatAt,
  seatEnd,
  TEAM,
  VT,
  weigh,
} from './test-region.ts';
import { toldOf } from './test-told.ts';
import { sightOf } from './visible.ts';

const M = id('about-mother');
const ANN = seatAt(CLINIC, 'ann');
const AUNT = personOf('aunt');
const EVERYBODY = [MOTHER, FATHER, CHILD8, CHILD14, AUNT, TEAM, CLINIC, SCHOOL, GI, VT, ANN];

/** Which of these statements somebody is shown. */
const shown = ({ state, now }: { state: State; now: number }, party: PartyId, statements: string[]) =>
  statements.filter((statement) => sightOf(state, party, DOSSIER, now).statements.has(statement));

/** The clinic has a note about the younger child, that both parents may read about, and one about the mother alone. */
class TwoNotes extends Noted {
  readonly hers: string;
  constructor() {
    super(CLINIC, 'child8');
    this.must(CLINIC, file(CLINIC, 'mother'));
    this.hers = this.message(CLINIC, id('file-clinic-mother'));
  }
  showsHers = (...more: string[]) => this.must(CLINIC, this.discloses(VT, 'L08', [this.hers, ...more], WEIGHED));
}

describe('an objection to a disclosure', () => {
  it('of two notes is not for who may read one of them, and that a disclosure was made is', () => {
    const region = new TwoNotes();
    const act = region.showsHers(region.note);
    const objected = region.must(MOTHER, objection(act));
    const weighed = region.must(CLINIC, weigh(act, true));
    expect(shown(region, MOTHER, [act, objected, weighed])).toEqual([act, objected, weighed]);
    expect(shown(region, FATHER, [act, objected, weighed])).toEqual([act]);
  });

  it('shows its maker nothing of another disclosure, whoever objected to that one', () => {
    const region = new TwoNotes();
    const [ofChild, hers] = [region.shows(VT, 'L08'), region.showsHers()];
    const his = region.must(FATHER, objection(ofChild));
    const said = [hers, region.must(MOTHER, objection(hers)), region.must(CLINIC, weigh(hers, true))];
    expect(shown(region, FATHER, [ofChild, his, ...said])).toEqual([ofChild, his]);
    expect(shown(region, MOTHER, said)).toEqual(said);
    expect(toldOf(region, 'objection-weighed')).toEqual([MOTHER]);
  });

  it('leaves who made it, and may read nothing of it any more, that disclosure and not what was said of it', () => {
    const region = new TwoNotes();
    const act = region.shows(VT, 'L08', { inform: 'later' });
    const said = [region.endorsed(act), region.must(CLINIC, inform(act))];
    region.must(FATHER, objection(act));
    expect(shown(region, FATHER, [act, ...said])).toEqual([act, ...said]);
    region.custody('child8', 'mother');
    expect(shown(region, FATHER, [act, ...said])).toEqual([act]);
  });
});

it('an objection in the very millisecond in which a seat ends is no more another organisation’s to see than before', () => {
  const region = makeFamily();
  for (const to of [CLINIC, SCHOOL]) region.grant(MOTHER, M, to);
  const seated = region.must(CLINIC, seat(ANN));
  const ended = region.must(CLINIC, seatEnd(ANN, region.now + 1));
  region.now += 1;
  const objected = region.must(MOTHER, objection(seated));
  expect(shown(region, SCHOOL, [seated, ended, objected])).toEqual([seated, ended]);
  expect(shown(region, MOTHER, [objected])).toEqual([objected]);
});

describe('in a log of which a part is missing', () => {
  /** The same region, as somebody knows it who lacks these statements and messages. */
  const without = ({ entries, now }: Noted, ...missing: string[]) => {
    const state = emptyState(LAW);
    for (const { input, index, at } of entries) {
      const name = input.kind === 'statement' ? input.statement.id : input.kind === 'message' ? input.header.id : '';
      if (!missing.includes(name)) fold(state, input, index, at);
    }
    return { state, now };
  };

  it('what is said of a disclosure or a seat that is not there is shown to nobody', () => {
    const region = new Noted(CLINIC, 'child8');
    const act = region.shows(VT, 'L08', { inform: 'later' });
    const seated = region.must(CLINIC, seat(ANN));
    const said = [
      ...[region.must(ANN, endorse(act)), region.must(CLINIC, inform(act))],
      ...[act, seated].flatMap((about) => [
        region.must(MOTHER, objection(about)),
        region.must(CLINIC, weigh(about, true)),
      ]),
    ];
    expect(shown(region, MOTHER, said)).toEqual(said);
    for (const party of EVERYBODY) expect(shown(without(region, act, seated), party, said), party).toEqual([]);
  });

  it('a disclosure of a message that is not there is shown to nobody of the family', () => {
    const region = new Noted(CLINIC, 'child8');
    region.must(TEAM, member('aunt'));
    const act = region.shows(VT, 'L08');
    const who = (known: { state: State; now: number }) =>
      EVERYBODY.filter((party) => shown(known, party, [act]).length > 0);
    expect(who(region)).toEqual([MOTHER, FATHER, CLINIC, VT]);
    expect(who(without(region, region.note))).toEqual([CLINIC, VT]);
  });

  it('an objection to it is shown to who made it, and to no other of the family', () => {
    const region = new Noted(CLINIC, 'child8');
    region.must(TEAM, member('aunt'));
    const objected = region.must(FATHER, objection(region.shows(VT, 'L08')));
    const who = (known: { state: State; now: number }) =>
      EVERYBODY.filter((party) => shown(known, party, [objected]).length > 0);
    expect(who(region)).toEqual([MOTHER, FATHER, CLINIC]);
    expect(who(without(region, region.note))).toEqual([FATHER, CLINIC]);
  });
});
