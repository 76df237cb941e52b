/** Runs verify.py, the independent reading of the envelope's FORMAT.md, over the vectors in this folder. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

// plain Python takes seconds for the ciphers, more on a busy machine
it('a second implementation agrees with every envelope vector', { timeout: 120_000 }, (context) => {
  const { error, status, stdout, stderr } = spawnSync('python3', ['-B', `${import.meta.dirname}/verify.py`], {
    encoding: 'utf8',
  });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') {
    console.warn('envelope vectors: python3 is not installed, so no second implementation checked them');
    context.skip('python3 is not installed');
  }
  expect(error).toBeUndefined();
  const [lastLine] = stdout.trimEnd().split('\n').slice(-1);
  console.info(`envelope vectors, verify.py: ${lastLine}`);
  expect(`${stdout}${stderr}`).toMatch(/^[1-9][0-9]* agree, 0 differ\n$/);
  expect(status).toBe(0);
});
