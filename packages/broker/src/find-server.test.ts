import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findNatsServer, type Surroundings } from './find-server.ts';
import { isNewEnough, parseVersion } from './find-server-version.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'find-server-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** A program that answers `--version` as a nats-server does. */
async function fakeServer(path: string, prints: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho "${prints}"\n`);
  await chmod(path, 0o755);
  return path;
}

const cached = () => join(home, 'eenmaal/nats-server/nats-server');

function find(env: Record<string, string>, sources: Surroundings['sources'] = {}) {
  return findNatsServer({ env: { XDG_CACHE_HOME: home, ...env }, sources });
}

/** A place to fetch from that serves this version. */
const serves = (version: string) => (dir: string) => fakeServer(join(dir, 'x/nats-server'), `nats-server: v${version}`);

describe('versions', () => {
  it.each([
    ['nats-server: v2.15.1\n', '2.15.1'],
    ['nats-server: v2.11.0-RC.1', '2.11.0-RC.1'],
    ['nginx version: 1.2.3', undefined],
    ['', undefined],
  ])('reads %j as %s', (printed, version) => expect(parseVersion(printed)).toBe(version));

  it.each([
    ['2.11.0', true],
    ['2.15.1', true],
    ['3.0.0', true],
    ['2.11.0-RC.1', true],
    ['2.10.29', false],
    ['2.9.9', false],
    ['1.99.0', false],
  ])('%s is new enough: %s', (version, enough) => expect(isNewEnough(version)).toBe(enough));
});

describe('findNatsServer looks in this order', () => {
  it('takes the one the operator named, before all others', async () => {
    const named = await fakeServer(join(home, 'named'), 'nats-server: v2.12.0');
    await fakeServer(join(home, 'bin/nats-server'), 'nats-server: v2.15.0');
    const found = await find({ NATS_SERVER: named, PATH: join(home, 'bin') });
    expect(found).toEqual({ path: named, version: '2.12.0', how: 'the NATS_SERVER variable' });
  });

  it('refuses a named one that does not run, instead of taking another', async () => {
    await fakeServer(join(home, 'bin/nats-server'), 'nats-server: v2.15.0');
    const search = find({ NATS_SERVER: join(home, 'absent'), PATH: join(home, 'bin') });
    await expect(search).rejects.toMatchObject({ code: 'nats-server-not-found' });
  });

  it('then PATH, whose folders need not exist', async () => {
    const path = await fakeServer(join(home, 'bin/nats-server'), 'nats-server: v2.11.0');
    await fakeServer(cached(), 'nats-server: v2.15.0');
    const found = await find({ PATH: `${join(home, 'absent')}:${join(home, 'bin')}` });
    expect(found).toEqual({ path, version: '2.11.0', how: 'PATH' });
  });

  it('then the copy fetched before, when the one on PATH is too old', async () => {
    await fakeServer(join(home, 'bin/nats-server'), 'nats-server: v2.10.0');
    const path = await fakeServer(cached(), 'nats-server: v2.15.0');
    expect(await find({ PATH: join(home, 'bin') })).toEqual({ path, version: '2.15.0', how: 'a copy fetched before' });
  });

  it('then fetches from the first place that serves one that is new enough, and keeps it', async () => {
    const broken = async (): Promise<string> => Promise.reject(new Error('no network'));
    const sources = { a: broken, b: serves('2.9.0'), c: serves('2.14.5'), d: serves('2.15.1') };
    expect(await find({ PATH: '' }, sources)).toEqual({ path: cached(), version: '2.14.5', how: 'c' });
    expect((await find({ PATH: '' })).how).toBe('a copy fetched before');
    expect(await readdir(dirname(cached()))).toEqual(['nats-server']);
  });

  it('fetches well when two runs do so at once', async () => {
    const sources = { a: serves('2.15.1') };
    const found = await Promise.all([1, 2, 3, 4].map(() => find({ PATH: '' }, sources)));
    expect(found.map(({ version }) => version)).toEqual(Array(4).fill('2.15.1'));
    expect(await readdir(dirname(cached()))).toEqual(['nats-server']);
  });

  it('names everything it tried and what to do when all fail', async () => {
    await fakeServer(join(home, 'bin/nats-server'), 'nats-server: v2.9.0');
    const search = find({ PATH: join(home, 'bin') }, { 'the moon': () => Promise.reject(new Error('too far')) });
    await expect(search).rejects.toMatchObject({
      code: 'nats-server-not-found',
      message: expect.stringMatching(/PATH: .*2\.9\.0, older than.*fetched before:.*the moon: too far.*NATS_SERVER/s),
    });
  });
});
