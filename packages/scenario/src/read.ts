/** A scenario file: YAML text to a checked scenario, or every problem in it with its line. */
import type { Law } from '@eenmaal/consent';
import { isMap, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { check } from './check.ts';
import { BadScenario, type Problem, unknown } from './fault.ts';
import { Head, LIMITS, type Scenario, type Step, stepOf, VERBS, type Verb, verbs } from './format.ts';

type Path = readonly PropertyKey[];

/** What to do about the mistakes that people who seldom write YAML make. */
const ADVICE: Record<string, string> = {
  TAB_AS_INDENT: 'Use spaces in the place of each tab',
  BLOCK_AS_IMPLICIT_KEY: 'Put a text that holds ": " between quotes',
  DUPLICATE_KEY: 'The same word stands twice here: keep one',
  BAD_INDENT: 'Close every { with } and every [ with ], and begin each step with two spaces and a dash',
  MISSING_CHAR: 'Close every { with }, every [ with ] and every quote',
};

/** @throws BadScenario naming every problem as `<file>:<line>: <what>` */
export function readScenario(file: string, text: string, law: Law): Scenario {
  if (text.length > LIMITS.bytes)
    throw new BadScenario(file, [{ line: 1, what: `larger than ${LIMITS.bytes} characters. Split it` }]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const broken: Problem[] = [];
  for (const { pos, message, code } of [...document.errors, ...document.warnings]) {
    const line = lineAt(pos[0]);
    // what follows on the same line comes of the first
    if (broken.some((known) => known.line === line)) continue;
    const advice = ADVICE[code] ? `. ${ADVICE[code]}` : '';
    broken.push({ line, what: `no valid YAML: ${message.split('\n')[0]?.replace(/ at line .*/, '')}${advice}` });
  }
  visit(document, {
    // an alias could make a small file a huge value
    Alias: (_, node) => {
      broken.push({ line: lineAt(node.range?.[0] ?? 0), what: 'an alias (*name) is not allowed. Write it out' });
    },
  });
  if (broken.length > 0) throw new BadScenario(file, broken);
  const lineOf = (path: Path) => lineAt(offsetOf(document.contents, path));
  const problems: Problem[] = [];
  const scenario = parseAll(document.toJS(), lineOf, problems);
  if (problems.length > 0 || !scenario) throw new BadScenario(file, problems);
  problems.push(...check(scenario, law, lineOf));
  if (problems.length > 0) throw new BadScenario(file, problems);
  return scenario;
}

function parseAll(raw: unknown, lineOf: (path: Path) => number, problems: Problem[]): Scenario | null {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    problems.push({ line: 1, what: 'no scenario. Write at least title, because, people, partners and steps' });
    return null;
  }
  const { steps: rawSteps, ...rawHead } = raw as { steps?: unknown };
  const head = parsed(Head, rawHead, [], ['steps'], lineOf, problems);
  const steps: Scenario['steps'] = [];
  if (!Array.isArray(rawSteps) || rawSteps.length === 0 || rawSteps.length > LIMITS.steps)
    problems.push({ line: lineOf(['steps']), what: `steps: a list of 1 to ${LIMITS.steps} steps is needed` });
  else
    for (const [index, rawStep] of rawSteps.entries()) {
      const step = parseStep(rawStep, index, lineOf, problems);
      if (step) steps.push(step);
    }
  if (!head) return null;
  const lines = new Map<string, number>();
  for (const key of ['people', 'custody', 'compartments'] as const)
    for (const name of Object.keys(head[key] ?? {})) lines.set(`${key}.${name}`, lineOf([key, name]));
  return { ...head, steps, lines };
}

function parseStep(raw: unknown, index: number, lineOf: (path: Path) => number, problems: Problem[]) {
  const path = ['steps', index];
  const keys = typeof raw === 'object' && raw !== null ? Object.keys(raw) : [];
  const found = keys.filter((key): key is Verb => verbs.includes(key as Verb));
  const [verb] = found;
  if (verb === undefined || found.length > 1) {
    const odd = keys.find((key) => !['decision', 'refused', 'because'].includes(key)) ?? '';
    const what =
      found.length > 1
        ? `has ${found.length} verbs (${found.join(', ')}). Make a step of each`
        : odd in VERBS.expect.shape
          ? `has no verb. "${odd}" is something to expect: write - expect: { ${odd}: ... }`
          : `has no verb. ${unknown('The verb', odd, verbs)}`;
    problems.push({ line: lineOf(path), what: `step ${index + 1} ${what}` });
    return null;
  }
  const step = parsed(stepOf(verb), raw, path, [], lineOf, problems) as Record<string, unknown> | null;
  if (!step) return null;
  const { decision, refused, because } = step;
  return { verb, fields: step[verb], decision, refused, because, line: lineOf(path) } as Step & { line: number };
}

function parsed<T>(
  schema: z.ZodType<T>,
  raw: unknown,
  path: Path,
  alsoKnown: readonly string[],
  lineOf: (path: Path) => number,
  problems: Problem[],
): T | null {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  for (const issue of result.error.issues) problems.push(...worded(issue, schema, path, alsoKnown, lineOf));
  return null;
}

function worded(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  path: Path,
  alsoKnown: readonly string[],
  lineOf: (path: Path) => number,
): Problem[] {
  const whole = [...path, ...issue.path];
  const place = issue.path.map(String).join('.') || 'this step';
  if (issue.code === 'unrecognized_keys') {
    const known = [...keysAt(schema, issue.path), ...(issue.path.length === 0 ? alsoKnown : [])];
    return issue.keys.map((key) => ({
      line: lineOf([...whole, key]),
      what: `${place}: ${unknown('The key', key, known)}`,
    }));
  }
  // of a choice the last form is told: a list, or the longer form
  if (issue.code === 'invalid_union') {
    const own = issue.message === 'Invalid input' ? issue.errors[0]?.[0] : undefined;
    const inner = issue.errors.flat().find((each) => each.path.length > 0) ?? own;
    if (inner) return worded({ ...inner, path: [...issue.path, ...inner.path] }, schema, path, alsoKnown, lineOf);
  }
  return [{ line: lineOf(whole), what: `${place}: ${hint(issue)}` }];
}

function hint(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `expected one of: ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => message).join('; ');
  if (issue.code === 'invalid_type') {
    const what = issue.message.replace('Invalid input: ', '');
    if (what.endsWith('undefined')) return `${what}: it is not there. Write it`;
    return `${what}. ${issue.expected === 'record' ? 'Write names with what they are, as { M: adult }' : 'Give it, in that form'}`;
  }
  return issue.message.replace('Invalid input: ', '');
}

/** The keys a map at this path may have. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  let here: unknown = schema;
  for (const key of path) here = innerOf(here, key);
  const found = unwrapped(here).flatMap((each) => Object.keys((each as { shape?: object }).shape ?? {}));
  return [...new Set(found)];
}

type Inner = {
  def?: { innerType?: unknown; options?: unknown[]; valueType?: unknown; element?: unknown };
  shape?: Record<string, unknown>;
};

function unwrapped(schema: unknown): unknown[] {
  const { def } = (schema ?? {}) as Inner;
  if (def?.innerType) return unwrapped(def.innerType);
  if (def?.options) return def.options.flatMap(unwrapped);
  return [schema];
}

function innerOf(schema: unknown, key: PropertyKey): unknown {
  for (const each of unwrapped(schema)) {
    const { shape, def } = (each ?? {}) as Inner;
    const found = shape?.[String(key)] ?? def?.valueType ?? def?.element;
    if (found) return found;
  }
  return undefined;
}

/** Where the innermost key or item on the way to `path` stands that the file has. */
function offsetOf(root: unknown, path: Path): number {
  let offset = 0;
  let here = root;
  for (const key of path) {
    const pair = isMap(here) ? here.items.find((item) => String(item.key) === String(key)) : undefined;
    const next = isSeq(here) ? here.items[Number(key)] : pair?.value;
    const start = ((pair ? pair.key : next) as { range?: readonly number[] | null } | null | undefined)?.range?.[0];
    if (start === undefined) break;
    offset = start;
    here = next;
  }
  return offset;
}
