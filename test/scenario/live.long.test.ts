/** Every scenario for real, and every wrong one: a real ledger must not be kinder than the rule. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readLaw } from '@eenmaal/host';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { filesIn, run, SCENARIOS, WRONG } from './files.ts';

const law = await readLaw();
const named = async (folder: string) => (await filesIn(folder)).map((path) => [basename(path), path] as const);
const others = (await named(SCENARIOS)).filter(([name]) => !/^s\d\d-/.test(name));
const wrong = await named(WRONG);

describe('all scenarios, live', () => {
  it.each(others)('%s', async (_, path) => {
    expect((await run(path, law, true)).lines).toEqual([]);
  });

  it.each(wrong)('%s fails as it says', async (_, path) => {
    const reason = parse(/^fails: (.*)$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? '');
    const { lines } = await run(path, law, true);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(reason);
  });
});
