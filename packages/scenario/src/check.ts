/** What a schema cannot see: names nobody gave, moments that do not exist, roles and rules the law does not know. */
import type { Law } from '@eenmaal/consent';
import { ERRORS, type Instant } from '@eenmaal/model';
import { type Problem, unknown } from './fault.ts';
import { listed, type Scenario, type Step } from './format.ts';
import { fits, givenBy, type Kind, OFFICES, type Use, usesOf, usesOfHead } from './names.ts';
import { type Around, after, instantOf, written } from './times.ts';

type Names = Map<string, Kind>;
type LineOf = (path: readonly PropertyKey[]) => number;

const START = '2026-11-21 09:00';

/** Every problem with a scenario whose form is right. */
export function check(scenario: Scenario, law: Law, lineOf: LineOf): Problem[] {
  const problems: Problem[] = [];
  const names: Names = new Map(OFFICES.map((name) => [name, 'office']));
  const give = (name: string, kind: Kind, path: PropertyKey[]): void => {
    // the same order again changes its dates
    if (names.has(name) && !(kind === 'order' && names.get(name) === 'order'))
      problems.push({ line: lineOf(path), what: `the name "${name}" is taken already. Choose another` });
    names.set(name, kind);
  };
  for (const kind of ['people', 'partners', 'compartments'] as const)
    for (const name of Object.keys(scenario[kind] ?? {}))
      give(name, ({ people: 'person', partners: 'partner', compartments: 'compartment' } as const)[kind], [kind, name]);
  const ids = new Set<string>();
  for (const name of Object.keys(scenario.partners)) {
    if (ids.has(name.toLowerCase()))
      problems.push({
        line: lineOf(['partners', name]),
        what: `partners: "${name}" differs from another by capitals only. Choose another`,
      });
    ids.add(name.toLowerCase());
  }
  if (Object.keys(scenario.partners).length === 0)
    problems.push({ line: lineOf(['partners']), what: 'partners: at least one is needed, to open the dossier' });
  for (const use of usesOfHead(scenario)) problems.push(...wrongUse(use, names, use.path, lineOf));
  problems.push(...wrongRoles(scenario, law, lineOf));
  problems.push(...checkSteps(scenario, law, names, give, lineOf));
  return problems;
}

function checkSteps(
  scenario: Scenario,
  law: Law,
  names: Names,
  give: (name: string, kind: Kind, path: PropertyKey[]) => void,
  lineOf: LineOf,
): Problem[] {
  const problems: Problem[] = [];
  const clock = clockOf(scenario, (what) => problems.push({ line: lineOf(['start']), what }));
  for (const [index, step] of scenario.steps.entries()) {
    const path = ['steps', index, step.verb];
    const wrong = (what: string, ...more: string[]) => problems.push({ line: lineOf([...path, ...more]), what });
    for (const use of usesOf(step)) problems.push(...wrongUse(use, names, [...path, ...use.path], lineOf));
    const given = givenBy(step);
    if (given) give(given.name, given.kind, [...path, 'name']);
    for (const what of [...wrongLaw(step, law), ...wrongForm(step)]) wrong(what);
    for (const [field, what] of wrongTimes(step, clock)) wrong(what, field);
  }
  return problems;
}

function wrongUse({ name, wanted }: Use, names: Names, path: PropertyKey[], lineOf: LineOf): Problem[] {
  const kind = names.get(name);
  if (kind !== undefined && fits(kind, wanted)) return [];
  const known = [...names].filter(([, each]) => fits(each, wanted)).map(([each]) => each);
  const what = wanted === 'anything' ? 'The name' : `The ${wanted.join(' or ')}`;
  return [
    {
      line: lineOf(path),
      what: `${path.slice(2).map(String).join('.') || String(path[0])}: ${unknown(what, name, known)}`,
    },
  ];
}

function* wrongRoles({ partners }: Scenario, law: Law, lineOf: LineOf): Iterable<Problem> {
  for (const [name, { roles }] of Object.entries(partners))
    for (const role of listed(roles))
      if (!law.roles.has(role))
        yield {
          line: lineOf(['partners', name, 'roles']),
          what: `roles: ${unknown('The role', role, [...law.roles.keys()])}`,
        };
}

function* wrongLaw({ verb, fields, refused }: Step, law: Law): Iterable<string> {
  const rules = [...law.rulesById.keys()];
  const { rule, ground } = (typeof fields === 'string' ? {} : fields) as { rule?: string; ground?: string };
  const more = verb === 'expect' ? fields['may-share'] : undefined;
  for (const named of [rule, ground, more?.rule, ...(more?.bases ?? [])].filter((one) => one !== undefined))
    if (!law.rulesById.has(named)) yield unknown('The rule', named, rules);
  // the ends of grants and orders are terms too, though no article sets their length
  const terms = [...law.clocks.keys(), 'grant-end', 'order-end'];
  if (verb === 'expect')
    for (const term of [fields.term?.id, fields['no-term']?.id])
      if (term !== undefined && !terms.includes(term)) yield unknown('The term', term, terms);
  if (refused !== undefined && !(refused in ERRORS)) yield unknown('The error code', refused, Object.keys(ERRORS));
}

function* wrongForm({ verb, fields, decision, refused }: Step): Iterable<string> {
  const questions = [verb === 'attempt' ? fields : null, verb === 'expect' ? fields.explains : null];
  for (const question of questions)
    if (question && (question.in === undefined) === (question.message === undefined))
      yield 'give either in (a compartment) or message, and not both';
  if (verb === 'expect' && Object.keys(fields).length === 0) yield 'expect: say what must be true';
  if (decision !== undefined && refused !== undefined) yield 'give either decision or refused, and not both';
  if (verb === 'erase' && (fields.items === undefined) !== (fields.whole ?? false))
    yield 'erase: give either items, or whole: true';
  if (verb === 'custody' && fields.holders === undefined && fields.guardian === undefined)
    yield 'custody: give holders, or guardian';
  if (refused === undefined) yield* wouldBeMalformed({ verb, fields } as Step);
}

/** What the ledger would call malformed without saying what is wrong with it. */
function* wouldBeMalformed({ verb, fields }: Step): Iterable<string> {
  if (verb === 'custody' && fields.holders !== undefined && fields.guardian !== undefined)
    yield 'custody: give either holders or guardian, and not both';
  if (verb === 'seat' && (fields.role === 'stand-in') !== (fields['stands-in-for'] !== undefined))
    yield 'seat: role: stand-in and stands-in-for belong together. Give both, or neither';
  if (verb === 'capacity' && fields.capable && fields.representatives !== undefined)
    yield 'capacity: nobody speaks for who is capable. Leave representatives out';
}

/** The clock as the steps move it, before anything is run. */
type Clock = Around & { now: Instant };

/** A clock at the scenario's start, that knows birth dates. */
export function clockOf({ people, start }: Scenario, wrong: (what: string) => void = () => {}): Clock {
  const birthDateOf = (name: string) => {
    const one = people[name];
    return one === undefined || one === 'adult' ? undefined : one.born;
  };
  const clock: Clock = { now: instantOf(START, { now: 0, birthDateOf }), birthDateOf };
  try {
    if (start !== undefined) clock.now = instantOf(start, clock);
  } catch (error) {
    wrong(`start: ${(error as Error).message}`);
  }
  return clock;
}

function* wrongTimes({ verb, fields, refused }: Step, clock: Clock): Iterable<[field: string, what: string]> {
  try {
    if (verb === 'clock') {
      const next = instantOf(fields, clock);
      if (next < clock.now) yield ['', `the clock only moves forward: it is ${written(clock.now)} already`];
      clock.now = Math.max(clock.now, next);
      return;
    }
    if (verb === 'expect') {
      if (fields.term?.due !== undefined) instantOf(fields.term.due, clock);
      return;
    }
    for (const field of ['from', 'until', 'at'] as const) {
      const text = verb === 'attempt' ? undefined : (fields as Record<string, unknown>)[field];
      if (typeof text === 'string') instantOf(text, clock);
    }
    const span = (fields as { for?: string }).for;
    if (span !== undefined) after(clock.now, span);
    if (refused === undefined && endsBefore(verb, fields, clock))
      yield ['until', 'until lies before it begins (from; now when left out). Write a later moment'];
    if (span !== undefined && 'until' in fields && fields.until !== undefined)
      yield ['', 'give either until or for, and not both'];
  } catch (error) {
    yield ['', (error as Error).message];
  }
}

/** Of an order or a placement that is spoken of again `from` may lie in the past. */
function endsBefore(verb: string, fields: object, clock: Clock): boolean {
  const { from, until } = fields as { from?: string; until?: string };
  if (verb === 'attempt' || typeof until !== 'string') return false;
  if (from === undefined && (verb === 'order' || verb === 'foster')) return false;
  return instantOf(until, clock) <= (from === undefined ? clock.now : instantOf(from, clock));
}
