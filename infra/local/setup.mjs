/**
 * The first thing `npm start`, `npm test` and the rest run: `node setup.mjs <script.ts> [arguments]`.
 * Installs the packages when the lockfile changed since the last time, finds a Node that can run TypeScript, and runs
 * the script with it. Plain JavaScript without dependencies, because it must work before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PNPM = 'pnpm@12.21.0';
const NODE_NEEDED = 24;
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const modules = join(root, 'node_modules');

const [script, ...args] = process.argv.slice(2);
if (script === undefined) fail('No script was named.', 'Use one of the commands in package.json, such as `npm start`.');
installPackages();
if (!existsSync(join(root, script))) fail(`${script} does not exist in this version.`, '`npm run` lists the commands.');
run(findNode(), join(root, script), args);

function installPackages() {
  const marker = join(modules, '.eenmaal-installed');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;

  console.error('Installing packages (the first time takes up to a minute) ...');
  const done = spawnSync('npx', ['-y', PNPM, 'install', '--frozen-lockfile'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CI: 'true' }, // or it stops to ask whether it may replace an older node_modules
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (done.error)
    fail(`npx could not be started: ${done.error.message}`, 'Install Node with npm, version 20 or newer.');
  if (done.status !== 0) {
    const advice = `After a change to a package.json run: npx -y ${PNPM} install. Otherwise check the network.`;
    fail(`The packages could not be installed.\n${done.stdout}${done.stderr}`, advice);
  }
  writeFileSync(marker, wanted);
}

/** The running Node when it is new enough, otherwise the one that came as a package for this platform. */
function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= NODE_NEEDED) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  const packaged = join(modules, name, 'bin', 'node');
  if (existsSync(packaged)) return packaged;
  const found = `This is Node ${process.versions.node}; ${NODE_NEEDED} or newer is needed and no package ${name} is installed.`;
  return fail(found, `Install Node ${NODE_NEEDED} and run the same command with it.`);
}

function run(node, file, rest) {
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', file, ...rest], { stdio: 'inherit' });
  const forward = (signal) => child.kill(signal);
  // Ctrl-C in a terminal reaches the child already; a second SIGINT would make it stop in haste.
  process.on('SIGINT', (signal) => process.stdin.isTTY || forward(signal));
  process.on('SIGTERM', forward);
  child.on('error', (error) =>
    fail(`${node} could not be started: ${error.message}`, 'Remove node_modules and try again.'),
  );
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

/** @returns {never} */
function fail(what, advice) {
  console.error(`${what}\n${advice}`);
  process.exit(1);
}
