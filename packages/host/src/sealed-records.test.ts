import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemRandom } from './files.ts';
import { readSealedRecords, writeSealedRecords } from './sealed-records.ts';

const key = systemRandom(32);
const records = ['one', 'two', 'three'];
let dir: string;
let path: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'eenmaal-records-'));
  path = join(dir, 'kept.sealed');
});
afterAll(() => rm(dir, { recursive: true }));

describe('records a program puts away', () => {
  it('come back as they were, and there are none without a file', async () => {
    expect(await readSealedRecords(path, key)).toBeNull();
    await writeSealedRecords(path, key, records);
    expect(await readSealedRecords(path, key)).toEqual(records);
    await writeSealedRecords(path, key, ['only']);
    expect(await readSealedRecords(path, key)).toEqual(['only']);
    expect(await readdir(dir)).toEqual(['kept.sealed']);
  });

  it('do not come back changed, cut off, in another order, of two saves, or under another key', async () => {
    await writeSealedRecords(path, key, records);
    const file = await readFile(path);
    const refused = async (bytes: Uint8Array, what: string) => {
      await writeFile(path, bytes);
      await expect(readSealedRecords(path, key), what).rejects.toMatchObject({ code: 'not-readable' });
    };
    for (let at = 0; at < file.length; at += 5) {
      const changed = Buffer.from(file);
      changed[at] = (changed[at] as number) ^ 1;
      await refused(changed, `bit at ${at}`);
    }
    const end = (at: number): number => at + 4 + file.readUInt32BE(at);
    const [second, third] = [end(16), end(end(16))];
    await refused(file.subarray(0, third), 'the last one left out');
    await refused(file.subarray(0, third - 3), 'cut off');
    await refused(Buffer.concat([file.subarray(0, 16), file.subarray(second)]), 'the first one left out');
    await refused(file.subarray(0, 16), 'nothing left');
    await refused(Buffer.alloc(0), 'empty');
    await writeSealedRecords(path, key, records);
    const other = await readFile(path);
    await refused(Buffer.concat([file.subarray(0, second), other.subarray(second)]), 'of two saves');
    await writeFile(path, file);
    await expect(readSealedRecords(path, systemRandom(32))).rejects.toMatchObject({ code: 'not-readable' });
  });
});
