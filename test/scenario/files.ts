/** Scenario files on disk: found, read, and played in one world or the other. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Law } from '@eenmaal/consent';
import { BadScenario, type Failure, PureWorld, play, prologue, readScenario } from '@eenmaal/scenario';

const root = resolve(import.meta.dirname, '../..');
export const SCENARIOS = join(root, 'test/scenarios');
export const WRONG = join(root, 'test/scenarios-wrong');

/** What came of one file. `lines`: each failure as it is printed. */
export type Result = { file: string; steps: number; lines: string[] };

/** The files behind what was named: a file itself, or every `.yaml` in a folder. @throws Error when there is none */
export async function filesIn(named: string): Promise<string[]> {
  const path = resolve(named);
  const found = await stat(path).catch(() => null);
  if (!found) throw new Error(`${named}: there is no such file or folder`);
  if (found.isFile()) return [path];
  const names = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).sort();
  if (names.length === 0) throw new Error(`${named}: no .yaml file in this folder`);
  return names.map((name) => join(path, name));
}

/** Reads and plays one file. Never throws for what is wrong in it. */
export async function run(path: string, law: Law, live = false): Promise<Result> {
  const file = relative(process.cwd(), path);
  try {
    const scenario = readScenario(file, await readFile(path, 'utf8'), law);
    const steps = scenario.steps.length;
    const { partners, start } = prologue(scenario);
    if (!live) {
      const world = new PureWorld(law, scenario.profile ?? 'strict', partners, start);
      return { file, steps, lines: worded(file, await play(scenario, world)) };
    }
    // only now: the pure rule needs no ledger service
    const { startLiveWorld } = await import('./live.ts');
    const world = await startLiveWorld(scenario);
    try {
      return { file, steps, lines: worded(file, await play(scenario, world)) };
    } finally {
      await world.stop();
    }
  } catch (error) {
    if (error instanceof BadScenario) return { file, steps: 0, lines: [...error.problems] };
    return { file, steps: 0, lines: [`${file}: ${(error as Error).stack}`] };
  }
}

const worded = (file: string, failures: readonly Failure[]): string[] =>
  failures.map(({ line, step, verb, what }) => `${file}:${line}: step ${step} (${verb}): ${what}`);
