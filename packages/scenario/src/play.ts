/** Plays a scenario in a world, step by step, and collects every expectation that was not met. */
import { checkConsult, decide, scanUnnamed } from '@eenmaal/consent';
import { type Decision, EenmaalError, ERRORS, partner } from '@eenmaal/model';
import { Cast, organisationId } from './cast.ts';
import { clockOf } from './check.ts';
import { differs, expectations } from './expectations.ts';
import { type Fields, listed, type Scenario, type Step } from './format.ts';
import { custodyOf, inDossier, type Maker, personOf, questionOf, type Signed, statementsOf } from './statements.ts';
import { instantOf } from './times.ts';
import type { Said, SendResult, World } from './world.ts';

/** An expectation that was not met. `step`: counted from 1; 0 is what stands before the steps. */
export type Failure = { line: number; step: number; verb: string; what: string };
/** The organisations a world must register: their ids, tasks, and whether they open dossiers. */
export type Registered = { id: string; roles: string[]; attests: boolean };

/** Before anything is played: who is registered, and when it begins. */
export function prologue(scenario: Scenario): { partners: Registered[]; start: number } {
  const partners = Object.entries(scenario.partners).map(([name, { roles, attests }], place) => ({
    ...{ id: organisationId(name), roles: [...listed(roles)], attests: attests ?? place === 0 },
  }));
  return { partners, start: clockOf(scenario).now };
}

type Playing = Maker & { atStart: ReadonlyMap<string, number> };
type Outcome = string[];

/** Every failure, in order; none when the scenario holds. */
export async function play(scenario: Scenario, world: World): Promise<Failure[]> {
  const failures: Failure[] = [];
  const began = await guarded(() => begin(scenario, world));
  if (typeof began === 'string') return [{ line: 1, step: 0, verb: 'start', what: began }];
  if ('refused' in began) {
    const { place, refused } = began;
    const what = `${place} was refused: ${refused}. Correct it, or say it in a step with "refused" when that is meant`;
    return [{ line: scenario.lines.get(place) ?? 1, step: 0, verb: 'start', what }];
  }
  // every step comes after the one before, also when the clock of the file stands still: so many milliseconds later
  for (const [index, step] of scenario.steps.entries()) {
    world.moveTo(began.clock.now + index);
    const found = await guarded(() => playStep(began, step));
    const whats = typeof found === 'string' ? [found] : found;
    const why = step.because === undefined ? '' : ` (${step.because})`;
    for (const what of whats)
      failures.push({ line: step.line, step: index + 1, verb: step.verb, what: `${what}${why}` });
  }
  return failures;
}

/** What a step threw, as a failure: one step that cannot be played does not hide the others. */
async function guarded<T>(act: () => Promise<T>): Promise<T | string> {
  try {
    return await act();
  } catch (error) {
    return error instanceof EenmaalError ? `was refused: ${error.message}` : `stopped: ${(error as Error).stack}`;
  }
}

/** Says everything that stands before the steps, up to the first that is refused. */
async function begin(scenario: Scenario, world: World): Promise<Playing | { place: string; refused: string }> {
  const cast = new Cast(world);
  for (const name of Object.keys(scenario.partners)) cast.addPartner(name);
  const first = Object.entries(scenario.partners).find(([, { attests }], place) => attests ?? place === 0);
  const opener = partner(organisationId(first?.[0] ?? Object.keys(scenario.partners)[0] ?? ''));
  const maker: Maker = { world, cast, opener, clock: clockOf(scenario), orders: new Map() };
  for (const [place, say] of head(maker, scenario)) {
    const said = await say();
    if ('refused' in said) return { place, refused: said.refused };
  }
  return { ...maker, atStart: await world.counts() };
}

/** Lazily, because a name must be in the cast before another speaks of it. */
function* head(maker: Maker, { people, custody, compartments }: Scenario): Iterable<[string, () => Promise<Said>]> {
  const { world, opener } = maker;
  const say = ({ by, input }: Signed) => world.say(by, input);
  yield ['partners', () => world.say(opener, { kind: 'dossier', ...inDossier(maker) })];
  for (const [name, person] of Object.entries(people))
    yield [`people.${name}`, () => say(personOf(maker, name, person))];
  for (const [child, terms] of Object.entries(custody ?? {})) {
    const holders = typeof terms === 'string' || Array.isArray(terms) ? { holders: terms } : terms;
    yield [`custody.${child}`, () => say(custodyOf(maker, child, holders))];
  }
  for (const [name, terms] of Object.entries(compartments ?? {}))
    yield [`compartments.${name}`, () => openCompartment(maker, { name, ...terms })];
}

async function playStep(playing: Playing, step: Step): Promise<Outcome> {
  const { world, cast, clock } = playing;
  switch (step.verb) {
    case 'clock':
      clock.now = instantOf(step.fields, clock);
      return [];
    case 'expect':
      return expectations(playing, playing.atStart, step.fields);
    case 'attempt':
      return compared(step.decision, decide(world.state, questionOf(playing, step.fields), world.now()));
    case 'send':
      return sent(step, await send(playing, step.fields));
    case 'consult':
      return consulted(step, await consult(playing, step.fields));
    case 'replay': {
      const { by, message } = step.fields;
      return stated(step, await world.replay(cast.party(by), cast.id(message)));
    }
    case 'deliver': {
      const { to, message } = step.fields;
      const { decision, faults } = await world.deliver(cast.party(to), cast.id(message));
      return [...compared(step.decision, decision), ...faults];
    }
    case 'open': {
      const { by, message, purpose = 'support' } = step.fields;
      const { decision, faults } = await world.open(cast.party(by), cast.id(message), purpose);
      return [...compared(step.decision, decision), ...faults];
    }
    default:
      return stated(step, await state(playing, step));
  }
}

/** Signs what the step says, up to the first that is refused. */
async function state(maker: Maker, step: StatementStep): Promise<Said> {
  const { cast, world } = maker;
  const named = async (name: string | undefined, act: Promise<Said>): Promise<Said> => {
    const said = await act;
    if ('id' in said) cast.addStatement(name, said.id);
    return said;
  };
  switch (step.verb) {
    case 'compartment':
      return openCompartment(maker, step.fields);
    case 'disclose':
      return named(step.fields.name, disclose(maker, step.fields));
    default: {
      let last: Said = { id: '' };
      for (const { by, input } of statementsOf(maker, step)) {
        last = await named(step.fields.name, world.say(by, input));
        if ('refused' in last) break;
      }
      return last;
    }
  }
}

type StatementStep = Exclude<
  Step,
  { verb: 'clock' | 'expect' | 'attempt' | 'send' | 'consult' | 'replay' | 'deliver' | 'open' }
>;

async function openCompartment({ cast, world }: Maker, fields: Fields<'compartment'>): Promise<Said> {
  const { name, about, by, audience = 'family', label = name } = fields;
  const said = await world.openCompartment(cast.party(by), cast.ids(listed(about)), audience, label);
  if ('id' in said) cast.addThing(name, said.id);
  return said;
}

function disclose(maker: Maker, fields: Fields<'disclose'>): Promise<Said> {
  const { world, cast } = maker;
  const { by, to, items, rule, purpose = 'support', ask, answers, emergency = false, inform = 'now' } = fields;
  const given = listed(answers);
  return world.disclose(cast.party(by), {
    ...{ dossier: world.dossier, to: cast.party(to), rule, purpose, items: cast.ids(listed(items)), emergency, inform },
    ask: ask === undefined ? null : cast.statement(ask),
    weighing: given.length === 0 ? null : { record: world.hash('weighing'), answers: [...given] },
  });
}

async function consult({ world, cast }: Maker, { by, to, text, answers, name }: Fields<'consult'>): Promise<Said> {
  const earlier = answers === undefined ? null : cast.statement(answers);
  const said = await world.consult(cast.party(by), cast.organisation(to), text, earlier);
  if ('id' in said) cast.addStatement(name, said.id);
  return said;
}

/** The scanner's answer, and that the client did accordingly. */
function consulted(step: Extract<Step, { verb: 'consult' }>, said: Said): Outcome {
  const { outcome, code } = checkConsult(step.fields.text);
  const blocked = 'refused' in said && said.refused === 'identifier-in-consult';
  if (blocked !== (outcome === 'deny'))
    return [`${code} was the answer, but ${blocked ? 'it was blocked' : 'it went out'}`];
  const { text, warns } = step.fields;
  const found = new Set(scanUnnamed(text).warnings.map(({ kind }) => kind));
  const wrong = warns === undefined ? [] : differs('warnings', warns, [...found]);
  if (step.decision === undefined) return [...wrong, ...stated(step, said)];
  return step.decision === `${outcome} ${code}`
    ? wrong
    : [...wrong, `expected ${step.decision}, got ${outcome} ${code}`];
}

async function send(maker: Maker, fields: Fields<'send'>): Promise<SendResult> {
  const { world, cast } = maker;
  const { name, by, in: place, purpose = 'support', kind = 'fragment', marks, basis, text } = fields;
  const result = await world.send(cast.party(by), {
    ...{ compartment: cast.id(place), purpose, kind, marks: [...listed(marks)] },
    basis: basis === undefined ? null : listed(basis).map((each) => cast.statement(each)),
    text: text ?? `${name ?? 'Bericht'} van ${by}`,
  });
  if (name !== undefined && 'id' in result) cast.addThing(name, result.id);
  return result;
}

/** Compares a decision with what was expected; permitted when nothing was said. */
function compared(expected: string | undefined, decision: Decision): Outcome {
  const got = `${decision.outcome} ${decision.code}`;
  const fine = expected === undefined ? decision.outcome === 'permit' : expected === got;
  return fine ? [] : [`expected ${expected ?? 'a permit'}, got ${got}`];
}

function stated({ refused }: Step, said: Said): Outcome {
  const got = 'refused' in said ? said.refused : undefined;
  if (got === refused) return [];
  if (refused === undefined && got !== undefined)
    return [`expected to be accepted, was refused: ${got}. ${ERRORS[got]} Or expect it: refused: ${got}`];
  return [`expected to be refused with ${refused}, ${got === undefined ? 'was accepted' : `was refused with ${got}`}`];
}

function sent(step: Step, result: SendResult): Outcome {
  if ('refused' in result)
    return step.decision === undefined
      ? stated(step, result)
      : [`expected ${step.decision}, was refused: ${result.refused}`];
  return step.refused === undefined ? compared(step.decision, result.decision) : stated(step, { id: '' });
}
