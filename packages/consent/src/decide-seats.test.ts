import { describe, expect, it } from 'vitest';
import { decide, type Question } from './decide.ts';
import {
  CLINIC,
  erase,
  FATHER,
  file,
  id,
  MOTHER,
  makeFamily,
  member,
  objection,
  own,
  personOf,
  START,
  seat,
  seatAt,
  seatEnd,
  TEAM,
  type TestRegion,
  weigh,
  YEAR,
} from './test-region.ts';

const M = id('about-mother');
const K8 = id('about-child8');
const ANN = seatAt(CLINIC, 'ann');
const CAS = seatAt(CLINIC, 'cas');
const DEE = seatAt(CLINIC, 'dee');
const LONG = { until: START + 20 * YEAR };

const ask = (region: TestRegion, party: string, compartment: string, more: Partial<Question> = {}, now = region.now) =>
  decide(region.state, { party, compartment, ...more }, now);
const code = (...asked: Parameters<typeof ask>) => ask(...asked).code;

describe('a seat', () => {
  function seated(more: Parameters<typeof seat>[1] = {}) {
    const region = makeFamily();
    const grant = region.grant(MOTHER, M, CLINIC, LONG);
    const before = region.message(MOTHER, M);
    const statement = region.must(CLINIC, seat(ANN, { from: START + 5, until: START + 9, ...more }));
    return { region, grant, before, statement };
  }

  it('reads on its organisation’s consent, for its own time, and rests on both', () => {
    const { region, grant, before, statement } = seated();
    expect([4, 5, 8, 9].map((at) => code(region, ANN, M, {}, START + at))).toEqual([
      ...['D-NOT-YET', 'P-CONSENT-ALL', 'P-CONSENT-ALL', 'D-SEAT-ENDED'],
    ]);
    const permit = { outcome: 'permit', code: 'P-CONSENT-ALL', basis: [grant, statement], rules: ['L01@2015-01-01'] };
    expect(ask(region, ANN, M, { message: before }, START + 5)).toEqual(permit);
    expect(code(region, ANN, K8, {}, START + 5)).toBe('D-NO-GRANT');
    region.must(CLINIC, seatEnd(ANN, START + 7));
    expect(code(region, ANN, M, {}, START + 7)).toBe('D-SEAT-ENDED');
    region.say('withdraw', MOTHER, M, CLINIC);
    expect(code(region, ANN, M, {}, START + 5)).toBe('D-WITHDRAWN');
  });

  it('reads nothing that was erased or replaced either', () => {
    const { region, before } = seated();
    region.must(MOTHER, erase([before]));
    expect(code(region, ANN, M, { message: before }, START + 5)).toBe('D-ERASED');
  });

  it('as adviser reads from its start on, as chair nothing', () => {
    const { region, before } = seated({ role: 'adviser' });
    region.now = START + 5;
    const after = region.message(MOTHER, M);
    expect(code(region, ANN, M, { message: before })).toBe('D-SCOPE');
    expect(code(region, ANN, M, { index: -1 })).toBe('D-SCOPE');
    expect([{ message: after }, {}].map((more) => code(region, ANN, M, more))).toEqual([
      'P-CONSENT-ALL',
      'P-CONSENT-ALL',
    ]);
    const own = region.state.parties.get(ANN)?.seat?.index;
    expect(code(region, ANN, M, { index: own as number })).toBe('P-CONSENT-ALL');
    expect(code(region, ANN, M, { index: (own as number) - 1 })).toBe('D-SCOPE');
    const chaired = seated({ role: 'chair' });
    expect(code(chaired.region, ANN, M, {}, START + 5)).toBe('D-SCOPE');
  });

  it('as stand-in says so, and waits while somebody objects', () => {
    const { region, grant, before } = seated();
    const more = { role: 'stand-in', for: ANN, from: START + 5, until: START + 9 } as const;
    const stand = region.must(CLINIC, seat(CAS, more));
    region.now = START + 5;
    expect(ask(region, CAS, M, { message: before })).toEqual({
      ...{ outcome: 'permit', code: 'P-STANDIN', basis: [grant, stand], rules: ['L01@2015-01-01', 'L03@2015-01-01'] },
    });
    region.must(MOTHER, objection(stand));
    expect(ask(region, CAS, M)).toEqual({
      ...{ outcome: 'hold', code: 'H-OBJECTED', basis: [], rules: ['L03@2015-01-01'] },
    });
    expect(code(region, ANN, M), 'whom it stands in for reads on').toBe('P-CONSENT-ALL');
    region.must(CLINIC, weigh(stand, true));
    expect(code(region, CAS, M)).toBe('P-STANDIN');
    region.must(FATHER, objection(stand));
    region.must(CLINIC, weigh(stand, false));
    expect(code(region, CAS, M)).toBe('D-SEAT-ENDED');
    expect(region.state.parties.get(CAS)?.seat?.until).toBe(START + 5);
  });

  it('as stand-in for an adviser or a chair does no more than they do, and from its own start', () => {
    const more = { role: 'stand-in', for: ANN, from: START + 5, until: START + 9 } as const;
    for (const role of ['adviser', 'chair'] as const) {
      const { region, before } = seated({ role });
      const between = region.message(MOTHER, M);
      region.must(CLINIC, seat(CAS, more));
      region.must(CLINIC, seat(DEE, { ...more, for: CAS }));
      const after = region.message(MOTHER, M);
      region.now = START + 5;
      const open = role === 'chair' ? 'D-SCOPE' : 'P-STANDIN';
      for (const stand of [CAS, DEE])
        expect([before, between, after].map((message) => code(region, stand, M, { message }))).toEqual([
          ...['D-SCOPE', 'D-SCOPE', open],
        ]);
    }
  });

  it('as member is objected to as well, and reads on until that is weighed', () => {
    const { region, statement } = seated();
    region.now = START + 5;
    region.must(MOTHER, objection(statement));
    expect(code(region, ANN, M)).toBe('P-CONSENT-ALL');
    region.must(CLINIC, weigh(statement, false));
    expect(code(region, ANN, M)).toBe('D-SEAT-ENDED');
  });

  it('is a place in one dossier: in another it reads nothing, whatever its organisation may read there', () => {
    const { region } = seated();
    const other = id('other-dossier');
    region.must(TEAM, { kind: 'dossier', dossier: other });
    region.must(TEAM, member('neighbour', { dossier: other }));
    region.must(personOf('neighbour'), { ...own('neighbour'), dossier: other, audience: 'family' });
    region.must(personOf('neighbour'), {
      ...{ kind: 'grant', dossier: other, compartment: id('own-neighbour'), partner: 'clinic', purposes: ['support'] },
      ...{ from: START, until: START + YEAR, history: true, text: { version: '1', language: 'nl' } },
    });
    region.must(CLINIC, { ...file(CLINIC, 'neighbour'), dossier: other });
    region.now = START + 5;
    for (const place of ['own-neighbour', 'file-clinic-neighbour'].map(id)) {
      expect(ask(region, CLINIC, place).outcome).toBe('permit');
      expect(code(region, ANN, place)).toBe('D-NO-AUTHORITY');
    }
  });
});
