/** What the witness remembers: what becomes of it in a crash, on a damaged disk, and with two programs on one folder. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openKey, type Service } from './serve.ts';
import type { Settings } from './settings.ts';
import { type StateError, WitnessState } from './state.ts';
import { newWitness, post, start, TestLog } from './test-log.ts';

const log = new TestLog();
const tree = log.tree(40);
const running: Service[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
  await Promise.all(folders.splice(0).map((dir) => rm(dir, { recursive: true, force: true })));
});

async function fresh(): Promise<Settings> {
  const settings = await newWitness(log.key);
  folders.push(dirname(settings.stateDir));
  return settings;
}
async function serve(settings: Settings, onFatal?: (error: StateError) => void): Promise<Service> {
  const service = await start(settings, onFatal);
  running.push(service);
  return service;
}
/** A witness that cosigned `size`, stopped again; and where its state lies. */
async function cosigned(size: number): Promise<{ settings: Settings; file: string }> {
  const settings = await fresh();
  const service = await serve(settings);
  expect((await post(service.url, log.request(tree, 0, size))).status).toBe(200);
  await service.stop();
  const [name = ''] = (await readdir(settings.stateDir)).filter((one) => one.startsWith('witnessed'));
  return { settings, file: join(settings.stateDir, name) };
}
const refused = (code: string) => expect.objectContaining({ name: 'StateError', code });

describe('after a crash', () => {
  it('between storing and answering, the log hears the size and is answered when it asks with that', async () => {
    const settings = await fresh();
    // The state was written, and there the power went: nobody was answered.
    const { key } = await openKey(settings);
    const unanswered = await serve(settings);
    await post(unanswered.url, log.request(tree, 0, 9));
    await unanswered.stop();

    const { url } = await serve(settings);
    expect(await post(url, log.request(tree, 0, 9))).toMatchObject({ status: 409, text: '9\n' });
    expect((await post(url, log.request(tree, 9, 9))).status).toBe(200);
    expect((await post(url, log.request(log.tree(9, 'fork'), 9))).status).toBe(422);
    expect((await WitnessState.open(settings.stateDir, key)).seen(log.key.name).size).toBe(9);
  });

  it('before the new state got its name, the old one holds', async () => {
    const { settings, file } = await cosigned(7);
    await writeFile(`${join(settings.stateDir, 'witnessed.2')}.abc.part`, (await readFile(file)).subarray(0, 40));
    const { url } = await serve(settings);
    expect(await post(url, log.request(tree, 0, 20))).toMatchObject({ status: 409, text: '7\n' });
    expect((await post(url, log.request(tree, 7, 20))).status).toBe(200);
  });

  it('before the old state was taken away, the new one holds', async () => {
    const { settings, file } = await cosigned(7);
    await rename(file, join(settings.stateDir, 'witnessed.0'));
    const first = await serve(settings);
    expect((await post(first.url, log.request(tree, 7, 20))).status).toBe(200);
    await first.stop();
    const { settings: other, file: older } = await cosigned(7);
    await writeFile(join(settings.stateDir, 'witnessed.0'), await readFile(older));
    expect(other.stateDir).not.toBe(settings.stateDir);
    const { url } = await serve(settings);
    expect(await post(url, log.request(tree, 0, 40))).toMatchObject({ status: 409, text: '20\n' });
    expect(await readdir(settings.stateDir)).not.toContain('witnessed.0');
  });
});

describe('refuses to start', () => {
  it('when the state is gone but the key is not', async () => {
    const { settings, file } = await cosigned(7);
    await rm(file);
    await expect(start(settings)).rejects.toThrow(refused('state-lost'));
  });

  it('with any byte of the state changed, cut off or added', async () => {
    const { settings, file } = await cosigned(7);
    const good = await readFile(file);
    const { key } = await openKey(settings);
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] as number) ^ 1;
      await writeFile(file, bad);
      await expect(WitnessState.open(settings.stateDir, key), `byte ${at}`).rejects.toThrow(refused('state-damaged'));
    }
    for (const bad of [
      good.subarray(0, -1),
      good.subarray(0, good.length / 2),
      Buffer.alloc(0),
      Buffer.concat([good, good]),
    ]) {
      await writeFile(file, bad);
      await expect(start(settings)).rejects.toThrow(/state-damaged: .*witnessed\.1/);
    }
    await writeFile(file, good);
    await serve(settings);
  });

  it('with the state of another witness', async () => {
    const [mine, theirs] = [await cosigned(7), await cosigned(7)];
    await writeFile(mine.file, await readFile(theirs.file));
    await expect(start(mine.settings)).rejects.toThrow(refused('state-damaged'));
  });

  it('under another name with the same key: that would be another witness', async () => {
    const { settings } = await cosigned(7);
    await expect(start({ ...settings, name: 'witness.example/2' })).rejects.toThrow(refused('state-damaged'));
  });

  it('with a key secret that does not fit, a name that is no name, or a port that is taken', async () => {
    const { settings } = await cosigned(7);
    const wrong = { ...settings, keySecret: new Uint8Array(32) };
    await expect(start(wrong)).rejects.toThrow(expect.objectContaining({ code: 'keystore-locked' }));
    await expect(start({ ...settings, name: 'no name' })).rejects.toThrow(
      expect.objectContaining({ code: 'malformed' }),
    );
    const port = Number(new URL((await serve(settings)).url).port);
    const second = { ...(await fresh()), port };
    await expect(start(second)).rejects.toThrow(expect.objectContaining({ code: 'port-taken' }));
  });
});

describe('two programs on one folder', () => {
  it('never cosign two histories: the one that comes too late stops', async () => {
    for (let round = 0; round < 5; round++) {
      const settings = await fresh();
      const fatal: string[] = [];
      const first = await serve(settings, ({ code }) => fatal.push(code));
      expect((await post(first.url, log.request(tree, 0, 5))).status).toBe(200);
      const second = await serve(settings, ({ code }) => fatal.push(code));
      const [a, b] = [log.tree(10, 'a', 5), log.tree(11, 'b', 5)];
      const answers = await Promise.all([post(first.url, log.request(a, 5)), post(second.url, log.request(b, 5))]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 500]);
      expect(fatal).toEqual(['state-taken']);
      const late = answers[0]?.status === 500 ? first : second;
      expect((await post(late.url, log.request(tree, 5, 5))).status).toBe(500);
    }
  });

  it('also when the other went several steps further', async () => {
    const settings = await fresh();
    const [first, second] = [await serve(settings), await serve(settings)];
    for (const [from, to] of [
      [0, 5],
      [5, 9],
      [9, 12],
    ] as const)
      expect((await post(first.url, log.request(tree, from, to))).status).toBe(200);
    expect((await post(second.url, log.request(log.tree(30, 'fork'), 0))).status).toBe(500);
    expect((await readdir(settings.stateDir)).filter((name) => name.startsWith('witnessed'))).toEqual(['witnessed.3']);
    expect((await post(first.url, log.request(tree, 12, 40))).status).toBe(200);
  });
});

it('cosigns nothing that it could not keep, and goes on when it can again', async () => {
  const settings = await fresh();
  const { url } = await serve(settings);
  expect((await post(url, log.request(tree, 0, 5))).status).toBe(200);
  const away = `${settings.stateDir}-away`;
  await rename(settings.stateDir, away);
  const answer = await post(url, log.request(log.tree(9, 'a', 5), 5));
  expect(answer).toMatchObject({ status: 500, text: 'not cosigned\n' });
  await mkdir(join(away, 'x'));
  await rename(away, settings.stateDir);
  expect((await post(url, log.request(log.tree(9, 'b', 5), 5))).status).toBe(200);
});
