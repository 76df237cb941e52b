import { randomFillSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex } from '@eenmaal/crypto';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { enrol } from './enrol.ts';
import { createFile } from './files.ts';
import { openKeystore } from './keystore.ts';
import { parsePartnerFile } from './partner-file.ts';

const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length));
const dirs: string[] = [];
let stateDir = '';
beforeEach(async () => {
  stateDir = join(await mkdtemp(join(tmpdir(), 'eenmaal-partner-')), 'state');
  dirs.push(join(stateDir, '..'));
});
afterAll(() => Promise.all(dirs.map((dir) => rm(dir, { recursive: true, force: true }))));
const settings = (byte = 1) => ({
  stateDir,
  keySecret: new Uint8Array(32).fill(byte),
  nkeySeedFile: join(stateDir, 'nats.nkey'),
});

describe('the key store', () => {
  it('makes keys once, and finds them again', async () => {
    const first = await openKeystore(settings(), random);
    const again = await openKeystore(settings(), random);
    expect(again.identity.seed).toEqual(first.identity.seed);
    expect(again.storeKey).toEqual(first.storeKey);
    expect(again.nkey).toEqual(first.nkey);
  });

  it('lets nobody else read, and holds no key in the clear', async () => {
    const { identity, storeKey } = await openKeystore(settings(), random);
    expect((await stat(stateDir)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(stateDir)) {
      expect((await stat(join(stateDir, name))).mode & 0o777).toBe(0o600);
      const bytes = await readFile(join(stateDir, name));
      for (const key of [identity.seed.subarray(0, 32), identity.seed.subarray(32), storeKey]) {
        expect(bytes.includes(Buffer.from(key))).toBe(false);
        expect(bytes.includes(toHex(key))).toBe(false);
        expect(bytes.includes(Buffer.from(key).toString('base64url'))).toBe(false);
      }
    }
  });

  it('is locked for another secret, and leaves the files as they are', async () => {
    await openKeystore(settings(), random);
    const before = await readFile(join(stateDir, 'identity.jwe'), 'utf8');
    await expect(openKeystore(settings(2), random)).rejects.toMatchObject({ code: 'keystore-locked' });
    expect(await readFile(join(stateDir, 'identity.jwe'), 'utf8')).toBe(before);
  });

  it.each(['identity.jwe', 'store-key.jwe', 'nats.nkey'])('is locked when %s was damaged', async (name) => {
    await openKeystore(settings(), random);
    await writeFile(join(stateDir, name), 'x');
    await expect(openKeystore(settings(), random)).rejects.toMatchObject({ code: 'keystore-locked' });
  });

  it('does not replace a lost store key under an identity that was used', async () => {
    await openKeystore(settings(), random);
    await rm(join(stateDir, 'store-key.jwe'));
    await expect(openKeystore(settings(), random)).rejects.toMatchObject({ code: 'keystore-locked' });
  });

  it('survives a crash half-way: a temporary file is not a key', async () => {
    await openKeystore(settings(), random);
    await rm(join(stateDir, 'identity.jwe'));
    await writeFile(join(stateDir, 'identity.jwe.1.new'), 'half');
    await openKeystore(settings(), random);
    expect((await readdir(stateDir)).filter((name) => name.endsWith('.new'))).toEqual(['identity.jwe.1.new']);
  });

  it('makes one identity when two start at once', async () => {
    const [one, two] = await Promise.all([openKeystore(settings(), random), openKeystore(settings(), random)]);
    expect(one.identity.seed).toEqual(two.identity.seed);
    expect(one.storeKey).toEqual(two.storeKey);
  });
});

describe('enrolling', () => {
  it('says the same twice, and nothing secret', async () => {
    const file = parsePartnerFile(
      'id: org-a\nname: A\ntask: x\ntaskEn: x\nattests: true\npurposes: [support]\nport: 1\nprofessional: { name: P, role: r, register: s }\n',
      'x',
    );
    const enrolment = await enrol(file, settings(), random);
    expect(await enrol(file, settings(), random)).toEqual(enrolment);
    expect(enrolment).toMatchObject({ id: 'org-a', attests: true, account: 'org-a' });
    expect(enrolment.nkey).toMatch(/^U[A-Z2-7]+$/);
    expect(Object.keys(enrolment.keys.sealing)).toEqual(['kty', 'alg', 'pub']);
  });
});

describe('a new file', () => {
  it('never replaces another', async () => {
    await openKeystore(settings(), random);
    expect(await createFile(join(stateDir, 'x'), 'one')).toBe(true);
    expect(await createFile(join(stateDir, 'x'), 'two')).toBe(false);
    expect(await readFile(join(stateDir, 'x'), 'utf8')).toBe('one');
  });
});
