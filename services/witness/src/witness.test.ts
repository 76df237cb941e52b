/** The witness as a log meets it: over HTTP, one real folder, no shortcuts. */
import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { utf8, verifyBytes } from '@eenmaal/crypto';
import { formatAddCheckpoint, parseVkey, readCosignature } from '@eenmaal/ledger';
import { afterEach, describe, expect, it } from 'vitest';
import type { Service } from './serve.ts';
import type { Settings } from './settings.ts';
import { NOW, newWitness, post, start, TestLog } from './test-log.ts';

const log = new TestLog();
const tree = log.tree(40);
const running: Service[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
  await Promise.all(folders.splice(0).map((dir) => rm(dir, { recursive: true, force: true })));
});

async function serve(settings: Settings): Promise<Service> {
  folders.push(dirname(settings.stateDir));
  const service = await start(settings);
  running.push(service);
  return service;
}
const witness = async (...logs: TestLog[]) => serve(await newWitness(...logs.map(({ key }) => key)));
const evidenceIn = ({ stateDir }: Settings) =>
  readdirSync(stateDir)
    .filter((name) => name.startsWith('eenmaal-'))
    .map((name) => ({
      proves: name.startsWith('eenmaal-evidence-'),
      checkpoints: JSON.parse(readFileSync(join(stateDir, name), 'utf8')).checkpoints as [string, string],
    }));
const sizeOf = (note: string) => Number(note.split('\n')[1]);
const kept = ({ stateDir }: Settings) => readdirSync(stateDir).filter((name) => name.startsWith('witnessed'));

const { sequences } = JSON.parse(
  readFileSync(new URL('../../../test/vectors/ledger/add-checkpoint.json', import.meta.url), 'utf8'),
);
type Step = { name: string; body: string; status: number; size?: number };
describe.each(sequences as { name: string; logs: string[]; steps: Step[] }[])('vectors: $name', ({ logs, steps }) => {
  it('is answered step by step, and each time also after a new start', async () => {
    const settings = await newWitness(...logs.map(parseVkey));
    let service = await serve(settings);
    for (const [i, { name, body, status, size }] of steps.entries()) {
      const answer = await post(service.url, body);
      expect([name, answer.status]).toEqual([name, status]);
      if (size !== undefined) expect([answer.text, answer.type]).toEqual([`${size}\n`, 'text/x.tlog.size']);
      else expect(answer.type).not.toBe('text/x.tlog.size');
      if (status === 200) {
        const signed = utf8(body.slice(body.indexOf('\n\n') + 2));
        expect(readCosignature(signed, utf8(answer.text), parseVkey(service.vkey), verifyBytes).time).toBe(NOW);
      } else expect(answer.text).not.toContain('\u2014');
      if (i % 3 === 2) {
        await service.stop();
        service = await serve(settings);
      }
    }
    expect(kept(settings)).toHaveLength(1);
  });
});

describe('what is cosigned', () => {
  it('is one signature line by its own key and nothing else', async () => {
    const { url, vkey } = await witness(log);
    const answer = await post(url, log.request(tree, 0, 7));
    expect(answer).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8' });
    expect(answer.text).toMatch(/^\u2014 witness\.example\/1 [A-Za-z0-9+/]{102}==\n$/);
    expect(readCosignature(log.signed(tree, 7), utf8(answer.text), parseVkey(vkey), verifyBytes).time).toBe(NOW);
  });

  it('counts for each log by itself', async () => {
    const other = new TestLog('log.example/2', 2);
    const { url } = await witness(log, other);
    expect((await post(url, log.request(tree, 0, 7))).status).toBe(200);
    expect((await post(url, other.request(other.tree(9, 'other'), 0))).status).toBe(200);
    expect(await post(url, log.request(tree, 0, 20))).toMatchObject({ status: 409, text: '7\n' });
    expect(await post(url, other.request(other.tree(9, 'other'), 0))).toMatchObject({ status: 409, text: '9\n' });
  });

  it('is not a log signed with a key of another name, nor one signed by another key of its name', async () => {
    const { url } = await witness(log);
    const [renamed, stolen] = [new TestLog('log.example/2', 1), new TestLog('log.example/1', 2)];
    expect((await post(url, renamed.request(tree, 0, 7))).status).toBe(404);
    expect((await post(url, stolen.request(tree, 0, 7))).status).toBe(403);
    expect((await post(url, log.request(tree, 0, 7))).status).toBe(200);
  });

  it('may be asked under any content type, as the protocol names none', async () => {
    const { url } = await witness(log);
    for (const type of [
      'text/plain',
      'application/octet-stream',
      'application/x-www-form-urlencoded',
      'application/json',
    ]) {
      const body = Buffer.from(log.request(tree, 0, 7));
      const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body, headers: { 'content-type': type } });
      expect([200, 409]).toContain(answer.status);
    }
  });
});

describe('what is refused', () => {
  it('a body that is too large, before it is read to its end', async () => {
    const { url } = await witness(log);
    expect((await post(url, new Uint8Array(65 * 1024))).status).toBe(413);
    const stream = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(16 * 1024)),
    });
    const endless = fetch(`${url}/add-checkpoint`, { method: 'POST', body: stream, duplex: 'half' } as RequestInit);
    await expect(endless.then(({ status }) => status).catch(() => 413)).resolves.toBe(413);
    expect((await post(url, log.request(tree, 0, 7))).status).toBe(200);
  });

  it('no body, another method, another path', async () => {
    const { url } = await witness(log);
    expect((await post(url, '')).status).toBe(400);
    expect((await fetch(`${url}/add-checkpoint`)).status).toBe(404);
    expect((await fetch(`${url}/`, { method: 'POST', body: 'x' })).status).toBe(404);
  });

  it('a proof with a hash too many, too few, swapped or of another tree', async () => {
    const { url } = await witness(log);
    await post(url, log.request(tree, 0, 7));
    const proof = tree.consistencyProof(7, 20);
    const [first, second, ...rest] = proof as [Uint8Array, Uint8Array, ...Uint8Array[]];
    const wrong = [proof.slice(1), [...proof, first], [second, first, ...rest], tree.consistencyProof(6, 20), []];
    for (const bad of wrong) expect((await post(url, log.request(tree, 7, 20, bad))).status).toBe(422);
    expect((await post(url, log.request(tree, 7, 20))).status).toBe(200);
  });

  it('leaves what is remembered as it was', async () => {
    const settings = await newWitness(log.key);
    const { url } = await serve(settings);
    await post(url, log.request(tree, 0, 7));
    const before = kept(settings);
    await post(url, log.request(tree, 7, 20, []));
    await post(url, log.request(tree, 0, 20));
    await post(url, 'old 7\n');
    expect(kept(settings)).toEqual(before);
  });
});

describe('what the log signed of another history', () => {
  it.each([0, 7, 20])('is kept with what was cosigned, when asked from size %i, and the first stays', async (from) => {
    const settings = await newWitness(log.key);
    const { url } = await serve(settings);
    await post(url, log.request(tree, 0, 20));
    const [fork, another] = [log.tree(20, 'fork', 10), log.tree(20, 'another', 10)];
    expect((await post(url, log.request(fork, from))).status).toBe(from === 20 ? 422 : 409);
    await post(url, log.request(another, from));
    const [evidence, ...more] = evidenceIn(settings);
    expect([evidence?.proves, more]).toEqual([true, []]);
    const [cosigned = '', refused] = evidence?.checkpoints ?? [];
    expect(cosigned.startsWith(Buffer.from(log.signed(tree, 20)).toString())).toBe(true);
    expect(refused).toBe(Buffer.from(log.signed(fork)).toString());
  });

  it('of another size is kept as what proves nothing, the newest only', async () => {
    const settings = await newWitness(log.key);
    const { url } = await serve(settings);
    await post(url, log.request(tree, 0, 20));
    for (const size of [30, 33])
      expect((await post(url, log.request(log.tree(size, 'fork', 10), 20))).status).toBe(422);
    const [lead, ...more] = evidenceIn(settings);
    expect([lead?.proves, lead?.checkpoints.map(sizeOf), more]).toEqual([false, [20, 33], []]);
  });

  it('is nothing while all it signs is one history, or is not signed by it', async () => {
    const settings = await newWitness(log.key);
    const { url } = await serve(settings);
    const thief = new TestLog(log.key.name, 2);
    for (const size of [7, 20, 20, 40]) await post(url, log.request(tree, 0, size));
    await post(url, log.request(tree, 7, 20));
    await post(url, log.request(tree, 20, 40));
    await post(url, thief.request(thief.tree(7, 'fork'), 7));
    await serve({ ...settings, port: 0 });
    expect(evidenceIn(settings)).toEqual([]);
  });
});

describe('two at once', () => {
  it('of two forks at most one is cosigned, whichever comes first', async () => {
    for (let round = 0; round < 10; round++) {
      const { url } = await witness(log);
      expect((await post(url, log.request(tree, 0, 5))).status).toBe(200);
      const forks = ['a', 'b', 'c', 'd'].map((fork, i) => log.tree(10 + (i % 2), fork, 5));
      const answers = await Promise.all(forks.map((fork) => post(url, log.request(fork, 5))));
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
    }
  });

  it('never goes back to the smaller of two', async () => {
    const { url } = await witness(log);
    const sizes = [7, 20, 11, 40, 3, 33];
    const answers = await Promise.all(sizes.map((size) => post(url, log.request(tree, 0, size))));
    const cosigned = sizes.filter((_, i) => answers[i]?.status === 200);
    expect(cosigned).toHaveLength(1);
    expect((await post(url, log.request(tree, 0, 39))).text).toBe(`${cosigned[0]}\n`);
  });

  it('the same request twice is cosigned twice or once, never refused as a fork', async () => {
    const { url } = await witness(log);
    await post(url, log.request(tree, 0, 5));
    const again = formatAddCheckpoint({ oldSize: 5, proof: [], checkpoint: log.signed(tree, 5) });
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(url, again)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });
});
