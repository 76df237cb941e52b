/**
 * Makes snapshots beside the work: a second process of this program reads what came since the last one, as a start would, and
 * writes the next. The one that serves never waits for it and shares no memory with it; it then lets go of what lies there.
 */
import { fileURLToPath } from 'node:url';
import { spawnTied, type TiedProcess } from '@eenmaal/broker';
import type { Journal } from './journal.ts';

export type KeeperOptions = {
  journal: Journal;
  /** Entries after which the next snapshot is due. */
  every: number;
  /** How often to look whether one is. */
  beatMs: number;
  /** Told when one could not be made; the next beat tries again. */
  onFailed(detail: string): void;
};

export class Keeper {
  readonly #options: KeeperOptions;
  readonly #timer: NodeJS.Timeout;
  #running: TiedProcess | null = null;
  #kept: number;

  constructor(options: KeeperOptions) {
    this.#options = options;
    const { begunAt } = options.journal.reached;
    this.#kept = begunAt > 0 ? (options.journal.index.firstOf(begunAt) ?? 0) : 0;
    this.#timer = setInterval(() => void this.#beat(), options.beatMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#running?.kill('SIGKILL');
  }

  async #beat(): Promise<void> {
    const { journal, every, onFailed } = this.#options;
    const { size } = journal;
    if (this.#running || journal.dead || size - this.#kept < every) return;
    const main = fileURLToPath(import.meta.resolve('./main.ts'));
    const args = [...process.execArgv, main, 'snapshot', String(journal.reached.seq)];
    try {
      this.#running = await spawnTied(process.execPath, args, {
        env: process.env,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      this.#running.child.stderr?.on('data', (piece: Buffer) => {
        said = `${said}${piece}`.slice(-2000);
      });
      const { code } = await this.#running.exited;
      if (code === 0) {
        this.#kept = size;
        journal.turn();
      } else if (code !== null) onFailed(said);
    } catch (error) {
      onFailed(String(error));
    } finally {
      this.#running = null;
    }
  }
}
