/**
 * What a program does that finds two histories of the log: writes down what others can check, and a mark in its folder. While
 * the mark is there it sends and opens nothing; only a person takes it away, after a privacy officer looked.
 */
import { join } from 'node:path';
import type { ClientOptions } from '@eenmaal/client';
import { toHex } from '@eenmaal/crypto';
import type { Evidence } from '@eenmaal/model';
import { readIfThere, systemRandom, writeFileSafely } from './files.ts';
import type { Log } from './log.ts';

const MARK = 'split-view.json';

export type SplitViewGuard = Required<Pick<ClientOptions, 'stopped' | 'onSplitView'>>;

/** @param dir the program's own folder: the mark, and the evidence as `eenmaal-evidence-*.json` */
export async function splitViewGuard(dir: string, log: Log): Promise<SplitViewGuard> {
  const mark = join(dir, MARK);
  const stopped = (await readIfThere(mark)) !== undefined;
  if (stopped) log.error({ code: 'split-view', mark }, 'two histories were found before: nothing is sent or opened');
  return {
    stopped,
    async onSplitView(evidence, { detail }) {
      const at = new Date().toISOString();
      // each for itself: a full disk may take the small one
      const keep = <T>(written: Promise<T>) => written.catch((error: unknown) => void log.error({ error }, 'not kept'));
      const file = evidence && (await keep(writeEvidence(dir, evidence)));
      await keep(writeFileSafely(mark, `${JSON.stringify({ at, detail, evidence: file })}\n`));
      log.error(
        { code: 'split-view', detail, evidence: file, mark },
        'two histories of the log: nothing is sent or opened',
      );
    },
  };
}

/** Keeps evidence under a name of its own. @returns the file */
export async function writeEvidence(dir: string, evidence: Evidence): Promise<string> {
  const day = new Date().toISOString().slice(0, 10);
  const file = join(dir, `eenmaal-evidence-${day}-${toHex(systemRandom(4))}.json`);
  await writeFileSafely(file, `${JSON.stringify(evidence, null, 1)}\n`);
  return file;
}
