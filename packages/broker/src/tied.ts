/**
 * Child processes that cannot outlive us. Node stops its children on a clean exit only; after a crash or `kill -9` they
 * would go on, holding ports and store files. So each child gets a watchdog: a shell reading from a pipe that only we
 * hold open. Whatever way we end, the kernel closes the pipe and the watchdog kills the child.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';

/** How a process ended: one of the two is set. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface TiedProcess {
  readonly pid: number;
  /** For its streams. */
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  /** Sends a signal; false when the process has ended already. */
  kill(signal?: NodeJS.Signals): boolean;
}

// Deaf to the signals of a terminal, or Ctrl-C would end the watchdog before the one it watches.
const WATCHDOG = 'trap "" HUP INT TERM; read -r pid; while read -r line; do :; done; kill -9 "-$pid"';

/**
 * Starts a program that dies with this process, however this process ends. It runs in its own process group, so Ctrl-C
 * reaches only us and we decide the order of stopping. Rejects when the program cannot be started.
 */
export async function spawnTied(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<TiedProcess> {
  const watchdog = spawn('/bin/sh', ['-c', WATCHDOG], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  watchdog.unref();
  const lifeline = watchdog.stdin as Socket;
  lifeline.unref();
  lifeline.on('error', () => {}); // the watchdog was killed because its child ended: nothing left to watch

  const child = spawn(command, args, { ...options, detached: true });
  if (child.pid !== undefined) lifeline.write(`${child.pid}\n`);
  const exited = new Promise<Exit>((settle) => child.once('exit', (code, signal) => settle({ code, signal })));
  const release = () => watchdog.kill('SIGKILL'); // at once, because the child's pid may be given to another process
  child.once('exit', release);
  child.once('error', release);
  await Promise.all([once(child, 'spawn'), once(watchdog, 'spawn')]).catch((error: unknown) => {
    child.kill('SIGKILL');
    release();
    throw error;
  });
  return { pid: child.pid as number, child, exited, kill: (signal = 'SIGTERM') => child.kill(signal) };
}
