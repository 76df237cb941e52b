import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EenmaalError, type Evidence } from '@eenmaal/model';
import { expect, it } from 'vitest';
import { createLogger } from './log.ts';
import { splitViewGuard } from './split-view.ts';

it('says that two histories were found also where neither evidence nor mark can be kept', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'eenmaal-split-'));
  const lines: string[] = [];
  const guard = await splitViewGuard(dir, createLogger('test', 'error', { write: (line) => void lines.push(line) }));
  await rm(dir, { recursive: true });
  await writeFile(dir, 'no folder any more');
  const evidence: Evidence = { format: 'eenmaal-evidence/v1', kind: 'two-checkpoints', checkpoints: ['a', 'b'] };
  await guard.onSplitView(evidence, new EenmaalError('split-view', 'two roots'));
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
    'not kept',
    'not kept',
    'two histories of the log: nothing is sent or opened',
  ]);
  await rm(dir);
});
