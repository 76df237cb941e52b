/** One law file: YAML text to a checked value, and refusals that name the line. */
import { EenmaalError } from '@eenmaal/model';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';

type Path = readonly PropertyKey[];
export type LawFile<T> = {
  readonly data: T;
  /** The refusal for what is wrong at this place in the file. */
  refuse(path: Path, what: string): EenmaalError;
};

/** More than any of the files needs, and little to read. */
const MAX_CHARACTERS = 400_000;

/** @throws `law-invalid`: `<file>:<line>: <path>: <what>` */
export function readLawFile<T>(name: string, text: string, schema: z.ZodType<T>): LawFile<T> {
  if (text.length > MAX_CHARACTERS) throw problem(name, 1, [], 'larger than a law file may be');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  for (const { pos, code, message } of [...document.errors, ...document.warnings])
    throw problem(name, lineAt(pos[0]), [], `no valid YAML: ${code}. ${ADVICE[code] ?? message.split(/ at line /)[0]}`);
  // an alias could make a small file a huge value, and nobody needs one here
  visit(document, {
    Alias: (_, node) => {
      throw problem(name, lineAt(node.range?.[0] ?? 0), [], 'an alias is not allowed');
    },
  });
  const refuse = (path: Path, what: string) => problem(name, lineAt(offsetOf(document.contents, path)), path, what);
  const result = schema.safeParse(document.toJS());
  if (result.success) return { data: result.data, refuse };
  const { issues } = result.error;
  const first = issues[0]!;
  // a key that is not known says more than the one that is then missing: it is mostly the same one, with a slip
  const odd = issues.find(({ code }) => code === 'unrecognized_keys');
  const issue = odd && String(odd.path) === String(first.path.slice(0, -1)) ? odd : first;
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  throw refuse(
    [...issue.path, ...unknown],
    unknown.length > 0 ? 'unknown key. Look how the entries above write it' : worded(issue.message),
  );
}

/** What to do about mistakes in the form of a file. */
const ADVICE: Record<string, string> = {
  TAB_AS_INDENT: 'Use spaces in the place of each tab',
  BLOCK_AS_IMPLICIT_KEY: 'Put a text that holds ": " between quotes',
  DUPLICATE_KEY: 'The same word stands twice here: keep one',
};

/** With what to write instead, where the message of the schema does not say it. */
function worded(message: string): string {
  if (message.endsWith('received undefined')) return `${message}: it is not there. Write it`;
  return message === 'Invalid ISO date' ? 'expected a date, year first: 2015-01-01' : message;
}

/** A refusal for a file as a whole is at its line 1. */
export const problem = (name: string, line: number, path: Path, what: string): EenmaalError =>
  new EenmaalError('law-invalid', `${name}:${line}: ${path.map(String).join('.') || 'file'}: ${what}`);

/** Where the innermost key or item on the way to `path` stands that the file has. */
function offsetOf(root: unknown, path: Path): number {
  let offset = 0;
  let here = root;
  for (const key of path) {
    const pair = isMap(here) ? here.items.find((item) => keyText(item.key) === String(key)) : undefined;
    const next = isSeq(here) ? here.items[Number(key)] : pair?.value;
    const start = startOf(pair ? pair.key : next);
    if (start === undefined) break;
    offset = start;
    here = next;
  }
  return offset;
}

const startOf = (node: unknown): number | undefined =>
  (node as { range?: readonly number[] | null } | null | undefined)?.range?.[0];
const keyText = (key: unknown): string => String(isScalar(key) ? key.value : key);
