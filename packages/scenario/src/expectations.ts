/** The verb `expect`: what must be true at this moment, asked of the world. Each gives what was found wrong. */
import { explain, mayIShare, readersOf } from '@eenmaal/consent';
import type { Clock, Notice } from '@eenmaal/model';
import type { Fields } from './format.ts';
import { listed } from './format.ts';
import { type Maker, questionOf } from './statements.ts';
import { instantOf, written } from './times.ts';

/** Steps are milliseconds apart; whoever writes a file does not count those. */
const SECOND = 1000;

type Expected = Fields<'expect'>;
type Of<K extends keyof Expected> = NonNullable<Expected[K]>;

/** What is not as expected. `atStart`: entries of each kind before the first step. */
export async function expectations(
  maker: Maker,
  atStart: ReadonlyMap<string, number>,
  expected: Expected,
): Promise<string[]> {
  const wrong: string[] = [];
  if (expected.visible) wrong.push(...(await visible(maker, expected.visible.to, expected.visible.what, true)));
  if (expected.hidden) wrong.push(...(await visible(maker, expected.hidden.from, expected.hidden.what, false)));
  if (expected.readers) wrong.push(...readers(maker, expected.readers));
  if (expected.waiting) wrong.push(...(await waiting(maker, expected.waiting)));
  if (expected.notice) wrong.push(...(await notice(maker, expected.notice)));
  if (expected['no-notice']) wrong.push(...(await noNotice(maker, expected['no-notice'])));
  if (expected.term) wrong.push(...(await term(maker, expected.term)));
  if (expected['no-term']) wrong.push(...(await noTerm(maker, expected['no-term'])));
  if (expected.explains) wrong.push(...explained(maker, expected.explains));
  if (expected['may-share']) wrong.push(...mayShare(maker, expected['may-share']));
  if (expected.count) wrong.push(...(await counted(maker, atStart, expected.count)));
  return wrong;
}

async function visible({ world, cast }: Maker, who: string, what: string | string[], wanted: boolean) {
  const seen = await world.seenBy(cast.party(who));
  const all = new Set([...seen.compartments, ...seen.messages, ...seen.statements]);
  return listed(what)
    .filter((name) => cast.meanings(name).some((id) => all.has(id)) !== wanted)
    .map((name) => `expected ${name} to be ${wanted ? 'visible to' : 'hidden from'} ${who}, it is not`);
}

function readers({ world, cast }: Maker, { of, are }: Of<'readers'>) {
  const found = readersOf(world.state, cast.id(of), world.now()).map(({ party }) => cast.nameOf(party));
  return differs(`readers of ${of}`, are, found);
}

async function waiting({ world, cast }: Maker, { for: who, are }: Of<'waiting'>) {
  const found = (await world.waiting(cast.party(who))).map((id) => cast.nameOf(id));
  return differs(`messages waiting for ${who}`, are, found);
}

/** Two lists that should hold the same, in any order. */
export const differs = (what: string, wanted: readonly string[], found: readonly string[]): string[] => {
  const [a, b] = [wanted.toSorted().join(', ') || 'none', found.toSorted().join(', ') || 'none'];
  return a === b ? [] : [`expected ${what}: ${a}; got: ${b}`];
};

async function notices(
  { world, cast }: Maker,
  wanted: { to: string; code?: string | undefined; about?: string | undefined; article?: string | undefined },
) {
  const { notices: all } = await world.toldTo(cast.party(wanted.to));
  const about = wanted.about === undefined ? undefined : cast.meanings(wanted.about);
  const fits = (one: Notice) =>
    (wanted.code === undefined || one.code === wanted.code) &&
    (about === undefined || about.includes(one.about)) &&
    (wanted.article === undefined || (one.article?.includes(wanted.article) ?? false));
  return { found: all.filter(fits), all };
}

const toldWords = ({ cast }: Maker, all: readonly Notice[]): string =>
  all.map(({ code, about }) => `${code} (${cast.nameOf(about)})`).join(', ') || 'nothing';

async function notice(maker: Maker, wanted: Of<'notice'>) {
  const { found, all } = await notices(maker, wanted);
  const enough = wanted.times === undefined ? found.length > 0 : found.length === wanted.times;
  if (enough) return [];
  const times = wanted.times === undefined ? '' : ` ${wanted.times} times`;
  const about = wanted.about === undefined ? '' : ` (${wanted.about})`;
  return [`expected notice ${wanted.code}${about} to ${wanted.to}${times}; told: ${toldWords(maker, all)}`];
}

async function noNotice(maker: Maker, wanted: Of<'no-notice'>) {
  const { found } = await notices(maker, wanted);
  if (found.length === 0) return [];
  return [`expected no notice ${wanted.code ?? ''} to ${wanted.to}; told: ${toldWords(maker, found)}`];
}

async function terms({ world, cast, clock }: Maker, wanted: Of<'term'>) {
  const { clocks } = await world.toldTo(cast.party(wanted.to ?? 'officer'));
  const about = wanted.about === undefined ? undefined : cast.meanings(wanted.about);
  const due = wanted.due === undefined ? undefined : instantOf(wanted.due, clock);
  const fits = (one: Clock) =>
    one.id === wanted.id &&
    (about === undefined || about.includes(one.about)) &&
    (wanted.who === undefined || one.who === cast.party(wanted.who)) &&
    (due === undefined || Math.abs(one.due - due) < SECOND) &&
    (wanted.is === undefined || stateOf(one) === wanted.is);
  return { found: clocks.filter(fits), all: clocks.filter(({ id }) => id === wanted.id) };
}

const stateOf = ({ over, stoppedAt }: Clock) => (stoppedAt !== null ? 'stopped' : over ? 'over' : 'running');

async function term(maker: Maker, wanted: Of<'term'>) {
  const { found, all } = await terms(maker, wanted);
  if (found.length > 0) return [];
  const got = all.map((one) => `${stateOf(one)}, due ${written(one.due)}, of ${maker.cast.nameOf(one.who)}`).join('; ');
  const due = wanted.due === undefined ? '' : ` due ${written(instantOf(wanted.due, maker.clock))}`;
  return [`expected term ${wanted.id}${wanted.is ? ` ${wanted.is}` : ''}${due}; got: ${got || 'none'}`];
}

async function noTerm(maker: Maker, wanted: Of<'no-term'>) {
  const { found } = await terms(maker, { ...wanted, is: 'running' });
  return found.length === 0 ? [] : [`expected no term ${wanted.id}, it runs until ${written(found[0]?.due ?? 0)}`];
}

function explained(maker: Maker, { to, mentions, omits, 'ask-next': asked, ...question }: Of<'explains'>) {
  const { world, cast } = maker;
  const found = explain(world.state, questionOf(maker, question), world.now(), { party: cast.party(to) });
  const text = JSON.stringify(found);
  const wrong = [
    ...listed(mentions)
      .filter((word) => !text.includes(word))
      .map((word) => `expected the explanation to mention "${word}"`),
    ...listed(omits)
      .filter((word) => text.includes(word))
      .map((word) => `expected the explanation not to mention "${word}"`),
  ].map((what) => `${what}; it says ${found.outcome} ${found.code}: ${found.professional.en}`);
  if (!asked) return wrong;
  const open = found.says.filter(({ said }) => said !== 'yes').map(({ decider }) => cast.nameOf(decider));
  return [...wrong, ...differs('to ask next', asked, [...new Set(open)])];
}

function mayShare(
  { world, cast }: Maker,
  { from, to, in: place, purpose = 'support', marks, rule, is, bases }: Of<'may-share'>,
) {
  const parties = { from: cast.party(from), to: cast.party(to) };
  const question = {
    ...parties,
    compartment: cast.id(place),
    purpose,
    marks: [...listed(marks)],
    ...(rule && { rule }),
  };
  const { now, bases: offered } = mayIShare(world.state, question, world.now(), { party: parties.from });
  const got = `${now.outcome} ${now.code}`;
  const wrong = got === is ? [] : [`expected may-share ${is}, got ${got}`];
  return bases
    ? [
        ...wrong,
        ...differs(
          'bases offered',
          bases,
          // without the version of its text
          offered.map(({ rule: named }) => named.replace(/@.*/, '')),
        ),
      ]
    : wrong;
}

async function counted({ world }: Maker, atStart: ReadonlyMap<string, number>, wanted: Of<'count'>) {
  const now = await world.counts();
  return Object.entries(wanted).flatMap(([kind, times]) => {
    const found = (now.get(kind) ?? 0) - (atStart.get(kind) ?? 0);
    return found === times ? [] : [`expected ${times} ${kind} in the log since the start, got ${found}`];
  });
}
