/** Which version a nats-server is, and whether that is new enough. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runCommand } from './find-server-run.ts';

/** Older ones lack features the streams rely on. Newer is better: 2.15 syncs a replicated write to disk only once. */
export const MINIMUM_VERSION = '2.11.0';

/** Asks the program itself; throws when it does not run or is something else. */
export async function readVersion(path: string): Promise<string> {
  const version = parseVersion(await runCommand(path, ['--version']));
  if (version === undefined) throw new Error(`${path} does not answer like a nats-server`);
  return version;
}

/** From what `nats-server --version` prints: "nats-server: v2.15.1". */
export function parseVersion(printed: string): string | undefined {
  return /^nats-server: v(\d+\.\d+\.\d+\S*)\s*$/m.exec(printed)?.[1];
}

export function isNewEnough(version: string): boolean {
  const [have, need] = [numbers(version), numbers(MINIMUM_VERSION)];
  for (const [index, wanted] of need.entries()) {
    const difference = (have[index] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true; // equal numbers; a pre-release such as 2.11.0-RC.1 is taken as its release
}

function numbers(version: string): number[] {
  return version.split(/[-+]/, 1)[0]?.split('.').map(Number) ?? [];
}

/** The program's place on a PATH, which may name folders that do not exist. */
export function findOnPath(path: string): string {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const candidate = join(folder, 'nats-server');
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // not here: the next folder
    }
  }
  throw new Error('no nats-server there');
}
