/** Runs verify_keys.py, the independent reading of section 12 of the ledger's FORMAT.md, over key-trees.json. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('a second implementation agrees with every key tree', (context) => {
  const program = `${import.meta.dirname}/verify_keys.py`;
  const { error, status, stdout, stderr } = spawnSync('python3', ['-B', program], { encoding: 'utf8' });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') context.skip('python3 is not installed');
  expect(`${stdout}${stderr}`).toMatch(/^[1-9][0-9]* agree, 0 differ; key trees\n$/);
  expect(status).toBe(0);
});
