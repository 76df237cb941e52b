import { copyFile, mkdir, mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemRandom, writeFileSafely } from './files.ts';
import { openVaultKeys } from './vault-key.ts';

const secret = systemRandom(32);
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'eenmaal-vault-key-'));
});
afterAll(() => rm(dir, { recursive: true }));

describe('the vault key file', () => {
  it('is made once, and opened by its secret only', async () => {
    const [one, other] = await Promise.all([openVaultKeys(dir, secret), openVaultKeys(dir, secret)]);
    expect(one.keys).toHaveLength(1);
    expect(other.keys).toEqual(one.keys);
    await expect(openVaultKeys(dir, systemRandom(32))).rejects.toMatchObject({ code: 'keystore-locked' });
  });

  it('holds after a replacement what it was given, and nothing of before', async () => {
    const file = await openVaultKeys(dir, secret);
    const [old] = file.keys as [Uint8Array];
    const before = await readFile(join(dir, 'vault.jwe'), 'utf8');
    const fresh = systemRandom(32);
    await file.replace([old, fresh]);
    expect((await openVaultKeys(dir, secret)).keys).toEqual([old, fresh]);
    await file.replace([fresh]);
    expect(file.keys).toEqual([fresh]);
    expect((await openVaultKeys(dir, secret)).keys).toEqual([fresh]);
    expect(await readdir(dir)).toEqual(['vault.jwe']);
    expect(await readFile(join(dir, 'vault.jwe'), 'utf8')).not.toBe(before);
  });

  it('is not replaced by a program that hung while another one replaced it', async () => {
    const [hung, taker] = [await openVaultKeys(dir, secret), await openVaultKeys(dir, secret)];
    const fresh = systemRandom(32);
    await taker.replace([fresh]);
    await expect(hung.replace([systemRandom(32)])).rejects.toMatchObject({ code: 'second-writer' });
    expect((await openVaultKeys(dir, secret)).keys).toEqual([fresh]);
    expect(await readdir(dir)).toEqual(['vault.jwe']);
  });

  it('takes along what a crash left beside it: that held the keys that are destroyed', async () => {
    const file = await openVaultKeys(dir, secret);
    const left = join(dir, 'vault.jwe.123.abcdefgh.part');
    await copyFile(join(dir, 'vault.jwe'), left);
    // whoever has it open sees that it is overwritten, too
    const held = await open(left);
    const before = await readFile(left);
    await file.replace([systemRandom(32)]);
    expect(await readdir(dir)).toEqual(['vault.jwe']);
    expect(await held.readFile()).not.toEqual(before);
    await held.close();
  });
});

describe('a file that cannot be put in its place', () => {
  it('is not left beside it', async () => {
    await mkdir(join(dir, 'taken'));
    await expect(writeFileSafely(join(dir, 'taken'), 'secret')).rejects.toMatchObject({ code: 'EISDIR' });
    expect((await readdir(dir)).toSorted()).toEqual(['taken', 'vault.jwe']);
  });
});
