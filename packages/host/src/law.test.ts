import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLaw } from './law.ts';

const SHIPPED = dirname(createRequire(import.meta.url).resolve('@eenmaal/consent/law/catalogue.yaml'));

describe('the law on disk', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'law-'));
    await cp(SHIPPED, dir, { recursive: true });
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('is read from the package, or from a folder', async () => {
    const law = await readLaw();
    expect(law.rulesById.has('L08')).toBe(true);
    expect(await readLaw(dir)).toEqual(law);
  });

  it('is refused by file and line when a key is wrong', async () => {
    const path = join(dir, 'roles.yaml');
    const text = await readFile(path, 'utf8');
    await writeFile(path, `${text}  \n  night-watch:\n    youthOnly: perhaps\n`);
    const line = text.split('\n').length + 1;
    await expect(readLaw(dir)).rejects.toMatchObject({
      code: 'law-invalid',
      detail: expect.stringMatching(`^roles.yaml:${line}: roles.night-watch`),
    });
  });

  it('is refused with a file too many, a file too few, or none at all', async () => {
    await writeFile(join(dir, 'catalogue.yml'), '');
    await expect(readLaw(dir)).rejects.toMatchObject({
      code: 'law-invalid',
      detail: expect.stringContaining('catalogue.yml:1'),
    });
    await rm(join(dir, 'catalogue.yml'));
    await rm(join(dir, 'clocks.yaml'));
    await expect(readLaw(dir)).rejects.toMatchObject({
      code: 'law-invalid',
      detail: expect.stringContaining('clocks.yaml:1'),
    });
    await expect(readLaw(join(dir, 'absent'))).rejects.toThrow('ENOENT');
  });
});
