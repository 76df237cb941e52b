/** Sharing without consent, judged at every opening: the rule in force, who gives and gets, the evidence, the weighing. */
import { type PartyId, STEWARD, type StatementInput } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { reviewDue } from './clocks.ts';
import { decide } from './decide.ts';
import { fold } from './fold.ts';
import type { Rule } from './law.ts';
import { emptyState } from './state.ts';
import { LAW } from './test-law.ts';
import { Noted, WEIGHED } from './test-noted.ts';
import {
  ask,
  CHILD14,
  CITY,
  CLINIC,
  FATHER,
  GI,
  id,
  keysOf,
  MOTHER,
  makeFamily,
  objection,
  order,
  RAAD,
  SCHOOL,
  START,
  seat,
  seatAt,
  TEAM,
  VT,
  weigh,
  weighing,
  YEAR,
} from './test-region.ts';

describe('the institution that carries out an order', () => {
  const ordered = (...about: string[]) => {
    const region = new Noted(CLINIC, ...about);
    const made = region.must(TEAM, order('child8', GI, { from: START + 10, until: START + 20 }));
    return { region, made };
  };

  it('reads what was disclosed to it while the order lives, to the millisecond', () => {
    const { region, made } = ordered('child8');
    const shown = region.shows(GI, 'L06');
    expect([9, 10, 19, 20].map((at) => region.code(GI, {}, START + at))).toEqual([
      'D-NOT-YET',
      'P-LAW-OTS-REQUEST',
      'P-LAW-OTS-REQUEST',
      'D-EXPIRED',
    ]);
    expect(region.asks(GI, {}, START + 10)).toEqual({
      ...{ outcome: 'permit', code: 'P-LAW-OTS-REQUEST', basis: [shown, made], rules: ['L06@2015-01-01'] },
    });
    expect(region.asks(GI, {}, START + 20)).toMatchObject({ outcome: 'deny', basis: [], rules: ['L06@2015-01-01'] });
  });

  it('follows its new dates, and ends at eighteen whatever they say', () => {
    const { region } = ordered('child8');
    region.shows(GI, 'L06');
    region.must(TEAM, order('child8', GI, { from: START, until: START + YEAR }));
    expect(region.code(GI)).toBe('P-LAW-OTS-REQUEST');
    region.now = START + 9.5 * YEAR;
    region.must(TEAM, order('child8', GI, { from: START, until: START + 10.5 * YEAR }));
    expect(region.code(GI, {}, START + 10 * YEAR - 1)).toBe('P-LAW-OTS-REQUEST');
    expect(region.code(GI, {}, START + 10 * YEAR)).toBe('D-EXPIRED');
  });

  it('reads also about who has custody, and about nobody else', () => {
    for (const [about, code] of [
      ['mother', 'P-LAW-OTS-REQUEST'],
      ['child14', 'D-OTHER-ADULT'],
    ] as const) {
      const { region } = ordered(about);
      region.shows(GI, 'L06');
      expect(region.code(GI, {}, START + 10), about).toBe(code);
    }
    const { region } = ordered('mother', 'child8');
    region.shows(GI, 'L06');
    expect(region.code(GI, {}, START + 10)).toBe('P-LAW-OTS-REQUEST');
    region.custody('child8', 'father');
    expect(region.code(GI, {}, START + 10)).toBe('D-OTHER-ADULT');
  });

  it('reads only about the child where the law says only that', () => {
    const narrower = (rule: Rule): Rule => (rule.id === 'L06' ? { ...rule, about: 'child' } : rule);
    const rulesById = new Map([...LAW.rulesById].map(([rule, versions]) => [rule, versions.map(narrower)]));
    for (const [about, code] of [
      ['child8', 'P-LAW-OTS-REQUEST'],
      ['mother', 'D-OTHER-ADULT'],
    ] as const) {
      const { region } = ordered(about);
      region.shows(GI, 'L06');
      const state = emptyState({ ...LAW, rulesById, offered: LAW.offered.map(narrower) });
      for (const { input, index, at } of region.entries) fold(state, input, index, at);
      region.state = state;
      expect(region.code(GI, {}, START + 10), about).toBe(code);
    }
  });

  it('is that institution alone: no order, or another’s, is no basis', () => {
    const region = new Noted(CLINIC, 'child8');
    region.shows(GI, 'L06');
    expect(region.code(GI)).toBe('D-NO-AUTHORITY');
    region.must(TEAM, order('child14', GI));
    expect(region.code(GI)).toBe('D-OTHER-ADULT');
    region.must(TEAM, order('child8', GI, { order: id('ended'), from: START - 9, until: START }));
    expect(region.code(GI), 'what was is nearer than what never was').toBe('D-EXPIRED');
    region.shows(SCHOOL, 'L06');
    expect(region.code(SCHOOL)).toBe('D-NO-AUTHORITY');
  });

  it('needs, unasked, what the rule asks to record; asked, nothing: then it is a duty', () => {
    const { region } = ordered('child8');
    region.now = START + 10;
    const first = region.must(GI, ask(CLINIC, 'L06', ['child8']));
    region.shows(GI, 'L06', { weighing: null });
    expect(region.code(GI)).toBe('H-RIGHT-NEEDS-MOTIVE');
    region.shows(GI, 'L06', { weighing: weighing('motive') });
    expect(region.code(GI)).toBe('H-RIGHT-NEEDS-MOTIVE');
    const shown = region.shows(GI, 'L06', { weighing: null, ask: first });
    expect(region.asks(GI)).toMatchObject({ code: 'P-LAW-OTS-REQUEST', basis: [shown, expect.any(String), first] });
    expect(region.shows(GI, 'L06', { weighing: weighing('motive', 'necessity') })).toBeTruthy();
    expect(region.asks(GI).basis, 'the newest that permits').not.toContain(first);
  });

  it.each([
    ['of another organisation', GI, ask(SCHOOL, 'L06', ['child8'])],
    ['about others', GI, ask(CLINIC, 'L06', ['child14'])],
    ['under another rule', GI, ask(CLINIC, 'L16', ['child8'])],
    ['for another purpose', GI, ask(CLINIC, 'L06', ['child8'], { purpose: 'measure' })],
    ['by another organisation', TEAM, ask(CLINIC, 'L06', ['child8'])],
  ] as [string, PartyId, StatementInput][])('was not asked by a request %s', (_, by, asked) => {
    const { region } = ordered('child8');
    region.now = START + 10;
    region.shows(GI, 'L06', { weighing: null, ask: region.must(by, asked) });
    expect(region.code(GI)).toBe('H-RIGHT-NEEDS-MOTIVE');
  });
});

describe('who gives, who gets and what for', () => {
  it('are those of the rule', () => {
    const region = new Noted(CLINIC, 'child8');
    region.shows(CITY, 'L19');
    expect(region.code(CITY), 'a duty of the Board').toBe('D-NO-AUTHORITY');
    region.shows(SCHOOL, 'L08');
    expect(region.code(SCHOOL), 'a right towards Veilig Thuis').toBe('D-NO-AUTHORITY');
    region.endorsed(region.shows(SCHOOL, 'L25'));
    expect(region.code(SCHOOL), 'whoever it names').toBe('P-LAW-RIGHT');
  });

  it('is one purpose of the rule, and the reader’s own', () => {
    const region = new Noted(CLINIC, 'child8');
    region.endorsed(region.shows(SCHOOL, 'L25', { purpose: 'education' }));
    expect(region.code(SCHOOL)).toBe('D-PURPOSE');
    region.endorsed(region.shows(SCHOOL, 'L25', { purpose: 'safety' }));
    expect(region.code(SCHOOL)).toBe('P-LAW-RIGHT');
    expect(region.code(SCHOOL, { purpose: 'safety' })).toBe('P-LAW-RIGHT');
    expect(region.code(SCHOOL, { purpose: 'education' })).toBe('D-PURPOSE');
  });

  it('is the one it was disclosed to: no colleague, and no other message', () => {
    const region = new Noted(CLINIC, 'child8');
    region.must(TEAM, order('child8', GI));
    region.shows(GI, 'L06');
    const gina = seatAt(GI, 'gina');
    region.must(GI, seat(gina));
    expect(region.code(gina)).toBe('H-RIGHT-NEEDS-MOTIVE');
    region.shows(gina, 'L06');
    expect(region.code(gina)).toBe('P-LAW-OTS-REQUEST');
    const second = region.message(CLINIC, region.place);
    expect(region.code(GI, { message: second })).toBe('H-RIGHT-NEEDS-MOTIVE');
    expect(decide(region.state, { party: GI, compartment: region.place }, region.now).outcome).toBe('hold');
  });

  it('is a rule in force that permits something', () => {
    const region = new Noted(CITY, 'child8');
    region.shows(CLINIC, 'L36');
    expect(region.asks(CLINIC)).toMatchObject({ code: 'D-BASIS-DISABLED', rules: ['L36'], basis: [] });
    region.endorsed(region.shows(CLINIC, 'L09'));
    expect(region.code(CLINIC)).toBe('D-NO-AUTHORITY');
    region.endorsed(region.shows(TEAM, 'L15', { purpose: 'support' }));
    expect(region.code(TEAM), 'consent is the family’s to give').toBe('D-NO-AUTHORITY');
    region.shows(SCHOOL, 'L30');
    expect(region.code(SCHOOL, {}, START)).toBe('D-BASIS-DISABLED');
  });

  it('is never the newest alone: the best of all that was disclosed, a permit before a hold before a no', () => {
    const region = new Noted(CLINIC, 'child8');
    const good = region.shows(VT, 'L08');
    region.endorsed(good);
    region.shows(VT, 'L08');
    region.shows(VT, 'L17');
    expect(region.asks(VT)).toMatchObject({ code: 'P-LAW-RIGHT', rules: ['L08@2015-01-01'] });
    expect(region.asks(VT).basis[0]).toBe(good);
    const other = new Noted(CLINIC, 'child8');
    other.shows(VT, 'L08');
    other.shows(VT, 'L17');
    expect(other.code(VT)).toBe('H-SECOND-PERSON');
  });

  it('stands beside consent: whichever permits', () => {
    const region = new Noted(CLINIC, 'mother');
    const place = id('about-mother');
    region.grant(MOTHER, place, CLINIC);
    const told = region.message(MOTHER, place);
    region.must(TEAM, order('child8', GI));
    const about = { compartment: place, message: told };
    region.must(CLINIC, region.discloses(GI, 'L06', [told], WEIGHED));
    expect(region.code(GI, about)).toBe('P-LAW-OTS-REQUEST');
    region.say('refuse', MOTHER, place, GI);
    expect(region.code(GI, about), 'a refusal does not stop a duty').toBe('P-LAW-OTS-REQUEST');
    region.grant(MOTHER, place, GI, { until: START + 20 * YEAR });
    expect(region.code(GI, about, START + YEAR)).toBe('P-CONSENT-ALL');
  });
});

describe('the second person', () => {
  it('must have looked along, unless in haste, and then by the end of the next working day', () => {
    const region = new Noted(CLINIC, 'child8');
    const calm = region.shows(VT, 'L08');
    expect(region.asks(VT)).toMatchObject({ outcome: 'hold', code: 'H-SECOND-PERSON', basis: [] });
    const second = region.endorsed(calm);
    expect(region.asks(VT)).toMatchObject({ code: 'P-LAW-RIGHT', basis: [calm, second] });
  });

  it('comes after an emergency, or what was open closes again', () => {
    const region = new Noted(CLINIC, 'child8');
    const shown = region.shows(VT, 'L08', { emergency: true });
    const due = reviewDue(LAW, START);
    expect(region.asks(VT, {}, due - 1)).toMatchObject({ code: 'P-LAW-RIGHT', basis: [shown] });
    expect(region.asks(VT, {}, due)).toMatchObject({ outcome: 'hold', code: 'H-REVIEW-OVERDUE' });
    region.endorsed(shown);
    expect(region.code(VT, {}, due)).toBe('P-LAW-RIGHT');
  });

  it('is waited for where the rule knows no emergency', () => {
    const region = new Noted(CITY, 'child8');
    region.shows(RAAD, 'L17', { emergency: true, purpose: 'inquiry' });
    expect(region.code(RAAD)).toBe('H-SECOND-PERSON');
  });
});

describe('an objection', () => {
  it('stops, until it is weighed, what the rule says must be weighed', () => {
    const region = new Noted(VT, 'child14');
    const shown = region.shows(GI, 'L10');
    region.endorsed(shown);
    expect(region.code(GI)).toBe('P-LAW-RIGHT');
    region.must(MOTHER, objection(shown));
    expect(region.asks(GI)).toMatchObject({ outcome: 'hold', code: 'H-OBJECTED' });
    region.must(VT, weigh(shown, true));
    expect(region.code(GI)).toBe('P-LAW-RIGHT');
    region.must(CHILD14, objection(shown));
    expect(region.code(GI), 'a new objection').toBe('H-OBJECTED');
    region.must(VT, weigh(shown, false));
    expect(region.code(GI)).toBe('D-OBJECTED');
    region.endorsed(region.shows(GI, 'L10'));
    expect(region.code(GI), 'decided anew').toBe('P-LAW-RIGHT');
  });

  it('stops for good where the rule says so, and nothing where it says nothing', () => {
    const research = 'partner/research';
    const region = new Noted(CLINIC, 'mother');
    const keys = keysOf('research');
    region.must(STEWARD, {
      kind: 'partner',
      partner: 'research',
      name: 'R',
      attests: false,
      roles: ['research'],
      keys,
    });
    const shown = region.shows(research, 'L29', { purpose: 'inquiry' });
    region.endorsed(shown);
    expect(region.code(research)).toBe('P-LAW-RIGHT');
    region.must(MOTHER, objection(shown));
    expect(region.code(research)).toBe('D-OBJECTED');
    const safety = region.shows(VT, 'L08');
    region.endorsed(safety);
    region.must(MOTHER, objection(safety));
    expect(region.code(VT)).toBe('P-LAW-RIGHT');
    region.must(CLINIC, weigh(safety, false));
    expect(region.code(VT), 'its giver ended it; to share anew asks a new decision').toBe('H-RIGHT-NEEDS-MOTIVE');
  });
});

describe('who is already involved', () => {
  const involved = () => {
    const region = new Noted(TEAM, 'mother');
    region.shows(CLINIC, 'L03');
    return region;
  };

  it('is so by a yes of the family about the same person', () => {
    const region = involved();
    expect(region.asks(CLINIC)).toMatchObject({ outcome: 'deny', code: 'D-NO-GRANT' });
    region.grant(FATHER, id('about-father'), CLINIC);
    expect(region.code(CLINIC), 'about somebody else').toBe('D-NO-GRANT');
    const grant = region.grant(MOTHER, id('about-mother'), CLINIC);
    expect(region.asks(CLINIC)).toMatchObject({ code: 'P-DIRECTLY-INVOLVED', basis: [expect.any(String), grant] });
    region.say('withdraw', MOTHER, id('about-mother'), CLINIC);
    expect(region.code(CLINIC)).toBe('D-NO-GRANT');
  });

  it('is not so for the reader’s purpose when the yes is for another', () => {
    const region = new Noted(TEAM, 'mother');
    region.shows(CLINIC, 'L03', { purpose: 'treatment' });
    region.grant(MOTHER, id('about-mother'), CLINIC);
    expect(region.code(CLINIC)).toBe('P-DIRECTLY-INVOLVED');
    expect(region.code(CLINIC, { purpose: 'treatment' })).toBe('D-NO-GRANT');
  });

  it.each(['refuse', 'withdraw'] as const)('is stopped by a standing no about this (%s)', (kind) => {
    const region = makeFamily();
    const [place, other] = [region.compartment(MOTHER, 'mother', 'child8'), id('about-mother')];
    region.custody('child8', 'mother');
    for (const [where, to] of [
      [place, TEAM],
      [place, CLINIC],
      [other, CLINIC],
    ] as const)
      region.grant(MOTHER, where, to);
    const told = region.message(MOTHER, place);
    region.must(TEAM, region.discloses(CLINIC, 'L03', [told], { ...WEIGHED, purpose: 'support' }));
    expect(region.say(kind, MOTHER, place, CLINIC)).toBeNull();
    const found = decide(region.state, { party: CLINIC, compartment: place, message: told }, region.now);
    expect(found.code).toBe(kind === 'refuse' ? 'D-REFUSED-SELF' : 'D-WITHDRAWN');
  });
});
