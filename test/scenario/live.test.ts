/** The listed cases of section 6, for real: what is promised by the rule is what participants get. The rest: live.long.test.ts. */
import { basename } from 'node:path';
import { readLaw } from '@eenmaal/host';
import { describe, expect, it } from 'vitest';
import { filesIn, run, SCENARIOS } from './files.ts';

const law = await readLaw();
const listed = (await filesIn(SCENARIOS)).filter((path) => /^s\d\d-/.test(basename(path)));

describe('the listed cases, live', () => {
  it.each(listed.map((path) => [basename(path), path]))('%s', async (_, path) => {
    expect((await run(path, law, true)).lines).toEqual([]);
  });
});
