/**
 * `npm run check`: everything that can be said about the code without running it. Types (three projects), format and
 * lint, dead code. `npm test` begins with it.
 */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** Name as printed, then the program under node_modules and its arguments. Warnings count as failures. */
const checks: Record<string, [program: string, ...args: string[]]> = {
  'types (node and tests)': ['typescript/bin/tsc', '-p', 'tsconfig.json'],
  'types (rings 0-2)': ['typescript/bin/tsc', '-p', 'tsconfig.pure.json'],
  'types (browser)': ['typescript/bin/tsc', '-p', 'tsconfig.browser.json'],
  'format and lint': ['@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '--max-diagnostics=50'],
  'dead code and dependencies': ['knip/bin/knip.js', '--no-progress', '--no-config-hints'],
};

/** Runs all checks at once, prints each verdict and the full output of those that fail. */
export async function runChecks(): Promise<boolean> {
  const verdicts = await Promise.all(Object.entries(checks).map(([name, command]) => runCheck(name, command)));
  return verdicts.every(Boolean);
}

async function runCheck(name: string, [program, ...args]: [string, ...string[]]): Promise<boolean> {
  const began = performance.now();
  const { code, output } = await new Promise<{ code: number | null; output: string }>((settle, reject) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', program), ...args], { cwd: root });
    let output = '';
    child.stdout.on('data', (part) => (output += part));
    child.stderr.on('data', (part) => (output += part));
    child.on('error', reject);
    child.on('close', (code) => settle({ code, output }));
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(code === 0 ? `  ok    ${name} (${seconds} s)` : `  FAIL  ${name} (${seconds} s)\n${output}`);
  return code === 0;
}

if (import.meta.main && !(await runChecks())) process.exitCode = 1;
