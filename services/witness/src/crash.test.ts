/** The program itself, killed with no warning while it works; and what its command line says. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { utf8, verifyBytes } from '@eenmaal/crypto';
import { parseVkey, readCosignature } from '@eenmaal/ledger';
import { afterEach, expect, it } from 'vitest';
import type { Settings } from './settings.ts';
import { newWitness, post, TestLog } from './test-log.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const log = new TestLog();
const ROUNDS = process.env.EENMAAL_LONG ? 8 : 3;
const tree = log.tree(400);
const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => void child.kill('SIGKILL')));

const environment = ({ stateDir, name }: Settings) => ({
  ...process.env,
  EENMAAL_STATE_DIR: stateDir,
  EENMAAL_KEY_SECRET_FILE: join(dirname(stateDir), 'secret'),
  EENMAAL_WITNESS_NAME: name,
  EENMAAL_WITNESS_LOGS_FILE: join(dirname(stateDir), 'logs'),
  EENMAAL_HTTP_PORT: '0',
});
const run = (settings: Settings, ...args: string[]) =>
  spawnSync(process.execPath, [MAIN, ...args], { env: environment(settings), encoding: 'utf8' });

async function launch(settings: Settings): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [MAIN], { env: environment(settings), stdio: ['ignore', 'ignore', 'pipe'] });
  children.push(child);
  let said = '';
  for await (const piece of child.stderr as AsyncIterable<Buffer>) {
    said += piece;
    const url = /"url":"(http:[^"]+)"/.exec(said)?.[1];
    if (url) {
      child.stderr?.resume();
      return { child, url };
    }
  }
  throw new Error(said);
}
const generation = ({ stateDir }: Settings) => readdirSync(stateDir).find((name) => /^witnessed\.\d+$/.test(name));

it('killed at any moment, it never cosigns a second history and always goes on', async () => {
  const settings = await newWitness(log.key);
  const vkey = parseVkey(run(settings, 'vkey').stdout.trim());
  let cosigned = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    const { child, url } = await launch(settings);
    // Kill as soon as the new state appears: mostly before the answer is out, sometimes just after.
    const before = generation(settings);
    const size = round * 50;
    const told = await post(url, log.request(tree, 0, size));
    const known = told.status === 409 ? Number(told.text) : 0;
    expect(known).toBeGreaterThanOrEqual(cosigned);
    const asked = post(url, log.request(tree, known, size)).catch(() => undefined);
    while (generation(settings) === before && child.exitCode === null) await wait(0);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const answer = await asked;
    if (answer?.status === 200) {
      readCosignature(log.signed(tree, size), utf8(answer.text), vkey, verifyBytes);
      cosigned = size;
    }

    const again = await launch(settings);
    const now = Number((await post(again.url, log.request(tree, 0, 400))).text || 0);
    expect([known, size]).toContain(now);
    if (answer?.status === 200) expect(now).toBe(size);
    expect((await post(again.url, log.request(log.tree(size, 'fork'), now, size))).status).not.toBe(200);
    again.child.kill('SIGKILL');
    await once(again.child, 'exit');
    cosigned = Math.max(cosigned, now);
  }
  await rm(dirname(settings.stateDir), { recursive: true });
}, 60_000);

it('stops on a signal, and says on the command line what is wrong', async () => {
  const settings = await newWitness(log.key);
  const { child, url } = await launch(settings);
  expect((await post(url, log.request(tree, 0, 5))).status).toBe(200);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);

  expect(run(settings, 'nonsense')).toMatchObject({ status: 2, stderr: expect.stringContaining('Usage') });
  const noName = spawnSync(process.execPath, [MAIN], {
    env: { ...environment(settings), EENMAAL_WITNESS_NAME: '' },
    encoding: 'utf8',
  });
  expect(noName).toMatchObject({ status: 1, stderr: expect.stringContaining('EENMAAL_WITNESS_NAME is missing') });
  await rm(join(settings.stateDir, generation(settings) as string));
  expect(run(settings)).toMatchObject({ status: 1, stderr: expect.stringMatching(/^state-lost: .*new key/) });
  await rm(dirname(settings.stateDir), { recursive: true });
}, 60_000);
