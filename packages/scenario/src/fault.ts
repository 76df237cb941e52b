/** What is wrong with a scenario file: each problem with its line, and what to write instead. Nothing was run. */

export type Problem = { line: number; what: string };

export class BadScenario extends Error {
  readonly problems: readonly string[];
  constructor(file: string, problems: readonly Problem[]) {
    const lines = problems.toSorted((a, b) => a.line - b.line).map(({ line, what }) => `${file}:${line}: ${what}`);
    super(lines.join('\n'));
    this.name = 'BadScenario';
    this.problems = lines;
  }
}

/** The known word that is nearest to `word`, when it is near enough to be a slip. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const close = known
    .map((each) => ({ each, distance: distance(word.toLowerCase(), each.toLowerCase()) }))
    .filter((found) => found.distance <= Math.floor((word.length + 1) / 3))
    .sort((a, b) => a.distance - b.distance);
  return close[0]?.each;
}

/** `"verlenen" is not known here. Did you mean "grant"? Write one of: grant, ...` */
export function unknown(what: string, word: string, known: readonly string[]): string {
  const slip = nearest(word, known);
  const meant = slip === undefined ? '' : ` Did you mean "${slip}"?`;
  return `${what} "${word}" is not known here.${meant} Write one of: ${known.join(', ') || '(there is none yet)'}`;
}

/** Levenshtein: how many letters differ. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
