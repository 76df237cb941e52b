/** Runs a short command to its end, without a shell. */
import { execFile } from 'node:child_process';

/** Answers what it printed; throws with what it complained about, its last lines, when it fails or takes too long. */
export function runCommand(command: string, args: string[], cwd?: string): Promise<string> {
  return new Promise((settle, reject) => {
    execFile(command, args, { cwd, timeout: 180_000, maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
      if (!error) return settle(stdout);
      if (error.code === 'ENOENT') return reject(new Error(`there is no ${command}`));
      const said = stderr.trim().split('\n').slice(-4).join('\n  ');
      reject(new Error(`\`${command} ${args[0] ?? ''}\` failed: ${said || error.message}`));
    });
  });
}
