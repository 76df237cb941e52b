/** Runs verify.py, the independent reading of the ledger's FORMAT.md, over the vectors in this folder. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('a second implementation agrees with every ledger vector', (context) => {
  const { error, status, stdout, stderr } = spawnSync('python3', ['-B', `${import.meta.dirname}/verify.py`], {
    encoding: 'utf8',
  });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') {
    console.warn('ledger vectors: python3 is not installed, so no second implementation checked them');
    context.skip('python3 is not installed');
  }
  expect(error).toBeUndefined();
  const [lastLine] = stdout.trimEnd().split('\n').slice(-1);
  console.info(`ledger vectors, verify.py: ${lastLine}`);
  expect(`${stdout}${stderr}`).toMatch(/^[1-9][0-9]* agree, 0 differ; .*\n$/);
  expect(status).toBe(0);
});
