import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text, utf8 } from '@eenmaal/crypto';
import { EenmaalError } from '@eenmaal/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemRandom } from './files.ts';
import { SealedRecords } from './sealed-records.ts';

const key = systemRandom(32);
const NAMES = ['one', 'two', 'three'];
const records = NAMES.map((name) => [name, utf8(`what ${name} says`)] as const);
let dir: string;
let path: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'eenmaal-records-'));
  path = join(dir, 'kept.sealed');
});
afterAll(() => rm(dir, { recursive: true }));

function opened(secret = key): SealedRecords {
  const kept = new SealedRecords(path, secret);
  expect(kept.open()).toBe(true);
  return kept;
}
const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'done';
  } catch (error) {
    return error instanceof EenmaalError ? error.code : `crashed: ${error}`;
  }
};

describe('records a program puts away', () => {
  it('come back as they were, one by one, and there are none without a file', async () => {
    const kept = new SealedRecords(path, key);
    expect(kept.open()).toBe(false);
    expect(codeOf(() => kept.read('one'))).toBe('not-readable');
    kept.write(records);
    for (const one of [kept, opened()])
      expect(NAMES.map((name) => text(one.read(name)))).toEqual(records.map(([, said]) => text(said)));
    expect(codeOf(() => kept.read('four'))).toBe('not-readable');
    expect(await readdir(dir)).toEqual(['kept.sealed']);
  });

  it('stay as they lie there where nothing new is said of them, and go where they are not named', () => {
    const kept = opened();
    kept.write([
      ['two', null],
      ['one', utf8('new')],
    ]);
    for (const one of [kept, opened()]) {
      expect(['one', 'two'].map((name) => text(one.read(name)))).toEqual(['new', 'what two says']);
      expect(codeOf(() => one.read('three'))).toBe('not-readable');
    }
  });

  it('are all there or as they were before when one cannot be written', async () => {
    const kept = opened();
    const failing = function* () {
      yield ['one', utf8('half')] as const;
      throw new Error('no more');
    };
    expect(() => kept.write(failing())).toThrow('no more');
    for (const one of [kept, opened()]) expect(text(one.read('one'))).toBe('new');
    expect(await readdir(dir)).toEqual(['kept.sealed']);
  });

  it('do not come back changed, cut off, of two saves, or under another key', async () => {
    opened().write(records);
    const file = await readFile(path);
    const refused = async (bytes: Uint8Array, what: string) => {
      await writeFile(path, bytes);
      expect(
        codeOf(() => new SealedRecords(path, key).open()),
        what,
      ).toBe('not-readable');
    };
    for (let at = 0; at < file.length; at += 5) {
      const changed = Buffer.from(file);
      changed[at] = (changed[at] as number) ^ 1;
      await refused(changed, `bit at ${at}`);
    }
    await refused(file.subarray(0, -3), 'cut off');
    await refused(file.subarray(5), 'its beginning left out');
    await refused(Buffer.concat([Buffer.alloc(5), file]), 'more than it lists');
    await refused(Buffer.alloc(0), 'empty');
    await writeFile(path, file);
    opened().write(records);
    const other = await readFile(path);
    await refused(Buffer.concat([file.subarray(0, 60), other.subarray(60)]), 'of two saves');
    await writeFile(path, file);
    expect(codeOf(() => new SealedRecords(path, systemRandom(32)).open())).toBe('not-readable');
  });

  it('are not believed when they change while they are open', async () => {
    const kept = opened();
    const file = await readFile(path);
    file[3] = (file[3] as number) ^ 1;
    await writeFile(path, file);
    expect(codeOf(() => kept.read('one'))).toBe('not-readable');
    expect(
      codeOf(() => kept.write([['one', null]])),
      'nor copied',
    ).toBe('not-readable');
    expect(text(kept.read('two'))).toBe('what two says');
  });
});
