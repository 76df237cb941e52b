/** Runs the family's or the officer's command line against the region `npm start` left running. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { readIfThere } from '@eenmaal/host';

export const root = resolve(import.meta.dirname, '../..');
/** Where `npm start` keeps its region, and leaves word that it runs. */
export const STATE = join(root, '.state/region');

/** @param program path of a main.ts @param keys folder of the party's keys, under `.state/region/keys` */
export async function runAs(
  program: string,
  keys: string,
  args: readonly string[],
  more: Record<string, string> = {},
): Promise<void> {
  const running = await readIfThere(join(STATE, 'running.json'));
  if (running === undefined) {
    process.stderr.write('Er draait geen regio. Begin met: npm start\nNo region is running. Begin with: npm start\n');
    process.exitCode = 1;
    return;
  }
  const dir = join(STATE, 'keys', keys);
  if (!existsSync(dir)) {
    const known = readdirSync(dirname(dir)).join(', ');
    process.stderr.write(
      `Wie is ${basename(dir)}? Kies uit: ${known}\nWho is ${basename(dir)}? Choose from: ${known}\n`,
    );
    process.exitCode = 1;
    return;
  }
  runProgram(program, args, {
    EENMAAL_NATS_URL: (JSON.parse(running) as { url: string }).url,
    EENMAAL_STATE_DIR: dir,
    EENMAAL_KEY_SECRET_FILE: join(STATE, 'secret'),
    EENMAAL_REGION_FILE: join(STATE, 'region.jws'),
    EENMAAL_WITNESS_POLICY_FILE: join(STATE, 'policy.txt'),
    ...more,
  });
}

/** Runs one of our programs here, with these settings besides what is in the environment. */
export function runProgram(program: string, args: readonly string[], more: Record<string, string> = {}): void {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, program), ...args], {
    env: { ...process.env, ...more },
    stdio: 'inherit',
  });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
