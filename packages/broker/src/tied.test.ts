import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { spawnTied } from './tied.ts';

/** Also false for a zombie: where nobody collects it, a dead process keeps its number. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function endsSoon(pid: number): Promise<boolean> {
  for (let waited = 0; waited < 3_000; waited += 20) {
    if (!isRunning(pid)) return true;
    await sleep(20);
  }
  return false;
}

/** A process of its own that starts a tied `sleep` and prints the sleep's pid. */
async function startParent(then: string): Promise<{ parent: ReturnType<typeof spawn>; childPid: number }> {
  const code = `import { spawnTied } from ${JSON.stringify(join(import.meta.dirname, 'tied.ts'))};
    const { pid } = await spawnTied('sleep', ['60'], { stdio: 'ignore' });
    console.log(pid); ${then}`;
  const args = ['--input-type=module-typescript', '-e', code];
  const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(parent.stdout, 'data');
  return { parent, childPid: Number(line) };
}

describe('a tied process', () => {
  it('dies when its parent is killed', async () => {
    const { parent, childPid } = await startParent('');
    expect(isRunning(childPid)).toBe(true);
    parent.kill('SIGKILL');
    expect(await endsSoon(childPid)).toBe(true);
  });

  it('dies when its parent is killed, also while it is stopped itself', async () => {
    const { parent, childPid } = await startParent('');
    process.kill(childPid, 'SIGSTOP');
    parent.kill('SIGKILL');
    expect(await endsSoon(childPid)).toBe(true);
  });

  it('dies when its parent simply exits', async () => {
    const { childPid } = await startParent('process.exit(0)');
    expect(await endsSoon(childPid)).toBe(true);
  });

  it('ends by itself with its own exit code, and takes no signal after that', async () => {
    const tied = await spawnTied('/bin/sh', ['-c', 'exit 7']);
    expect(await tied.exited).toEqual({ code: 7, signal: null });
    expect(tied.kill()).toBe(false);
  });

  it('reports a program that does not exist', async () => {
    await expect(spawnTied('/no/such/program', [])).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
