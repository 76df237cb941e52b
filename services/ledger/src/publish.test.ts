/** Publishing to witnesses that behave in every way a machine elsewhere can; test/integration does it with real ones. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signBytes, signingKeysFromSeed, utf8, verifyBytes } from '@eenmaal/crypto';
import {
  COSIGNATURE_V1,
  cosignatureLines,
  ED25519,
  formatVkey,
  hashLeaf,
  judgeCheckpoint,
  LedgerError,
  makeVerifierKey,
  openSubmission,
  parseAddCheckpoint,
  parsePolicy,
  signCheckpoint,
  Tree,
  verifyConsistency,
} from '@eenmaal/ledger';
import { afterEach, describe, expect, it } from 'vitest';
import { Publisher, type WitnessFailure } from './publish.ts';

const NOW = 1_767_225_600;
const keys = (seed: number, name: string, type: number) => {
  const { publicKey, secretKey } = signingKeysFromSeed(new Uint8Array(32).fill(seed));
  return { key: makeVerifierKey(name, type, publicKey), sign: (bytes: Uint8Array) => signBytes(secretKey, bytes) };
};
const log = keys(1, 'log.example/1', ED25519);
const treeOf = (size: number, word = 'true') => {
  const tree = new Tree();
  for (let i = 0; i < size; i++) tree.append(hashLeaf(utf8(`${word} ${i}`)));
  return tree;
};
const signed = (tree: Tree, size = tree.size) =>
  signCheckpoint({ origin: log.key.name, size, root: tree.root(size) }, log.key, log.sign);

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => void stop()));
async function listen(handle: (body: Buffer, answer: ServerResponse) => void): Promise<string> {
  const server = createServer(async (request: IncomingMessage, answer) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    if (request.method === 'POST' && request.url === '/add-checkpoint') handle(Buffer.concat(pieces), answer);
    else answer.writeHead(404).end();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

type Model = { vkey: string; url: string; asked: number[]; seen: { size: number; root: Uint8Array } };
/** A witness by the protocol, in memory. `behave` may answer in its place, and says true when it did. */
async function model(
  seed: number,
  {
    at = NOW,
    behave = () => false,
  }: { at?: number; behave?: (answer: ServerResponse, oldSize: number) => boolean } = {},
): Promise<Model> {
  const witness = keys(seed, `witness.example/${seed}`, COSIGNATURE_V1);
  const self: Model = { vkey: formatVkey(witness.key), url: '', asked: [], seen: { size: 0, root: treeOf(0).root() } };
  self.url = await listen((body, answer) => {
    const request = parseAddCheckpoint(body);
    self.asked.push(request.oldSize);
    if (behave(answer, request.oldSize)) return;
    const { size, root } = openSubmission(request, [log.key], verifyBytes);
    if (request.oldSize !== self.seen.size) {
      answer.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end(`${self.seen.size}\n`);
      return;
    }
    try {
      const from = { from: self.seen.size, fromRoot: self.seen.root };
      verifyConsistency({ ...from, to: size, toRoot: root, proof: request.proof });
    } catch (error) {
      answer.writeHead(error instanceof LedgerError ? 422 : 500).end();
      return;
    }
    self.seen = { size, root };
    answer.end(cosignatureLines(request.checkpoint, witness.key, witness.sign, at));
  });
  return self;
}

function policyOf(models: { vkey: string; url?: string }[], quorum: string) {
  const lines = models.map(({ vkey, url }, i) => `witness w${i} ${vkey} ${url ?? ''}`);
  const group = models.length
    ? `group all ${quorum} ${models.map((_, i) => `w${i}`).join(' ')}\nquorum all`
    : 'quorum none';
  return parsePolicy(utf8(`log ${formatVkey(log.key)}\n${lines.join('\n')}\n${group}\n`));
}
const publisher = (models: { vkey: string; url?: string }[], quorum = 'all', timeoutMs = 10_000) =>
  new Publisher({ policy: policyOf(models, quorum), clock: () => NOW * 1000, timeoutMs, maxAge: 300 });
const reasons = ({ failures }: { failures: readonly { witness: string; reason: string }[] }) =>
  Object.fromEntries(failures.map(({ witness, reason }) => [witness.split('/')[1], reason]));

describe('with witnesses that do as they should', () => {
  it('the checkpoint has their cosignatures, and the policy trusts it', async () => {
    const models = [await model(2), await model(3), await model(4)];
    const tree = treeOf(9);
    const published = await publisher(models).publish(signed(tree), tree);
    expect(published).toMatchObject({ quorum: true, failures: [] });
    const judged = judgeCheckpoint(published.checkpoint, policyOf(models, 'all'), verifyBytes);
    expect([judged.trusted, judged.checkpoint.size]).toEqual([true, 9]);
  });

  it('each is asked from where it was, after one question too many at the very first', async () => {
    const models = [await model(2), await model(3)];
    const tree = treeOf(9);
    await publisher(models).publish(signed(tree, 4), tree);
    const restarted = publisher(models);
    for (const size of [6, 9, 9]) await restarted.publish(signed(tree, size), tree);
    for (const { asked } of models) expect(asked).toEqual([0, 0, 4, 6, 9]);
  });

  it('two calls at once both come to an end', async () => {
    const models = [await model(2), await model(3)];
    const tree = treeOf(30);
    const one = publisher(models);
    const both = await Promise.all([one.publish(signed(tree, 20), tree), one.publish(signed(tree, 30), tree)]);
    expect(both[1]).toMatchObject({ quorum: true });
    const later = await one.publish(signed(tree, 30), tree);
    expect(later).toMatchObject({ quorum: true, failures: [] });
  });

  it('quorum none waits for nobody', async () => {
    const tree = treeOf(3);
    const { vkey, url } = await model(2, { behave: () => true });
    for (const witness of ['', `witness w ${vkey} ${url}\n`]) {
      const policy = parsePolicy(utf8(`log ${formatVkey(log.key)}\n${witness}quorum none\n`));
      const one = new Publisher({ policy, clock: () => NOW * 1000, timeoutMs: 15_000, maxAge: 300 });
      const began = performance.now();
      expect(await one.publish(signed(tree), tree)).toMatchObject({ quorum: true, checkpoint: signed(tree) });
      expect(performance.now() - began).toBeLessThan(7500);
    }
  });
});

describe('with witnesses that do not', () => {
  const never = () => true;
  it('does not wait for a silent one once enough have answered', async () => {
    const models = [await model(2), await model(3), await model(4, { behave: never })];
    const began = performance.now();
    expect(await publisher(models, '2', 15_000).publish(signed(treeOf(5)), treeOf(5))).toMatchObject({ quorum: true });
    expect(performance.now() - began).toBeLessThan(7500);
  });

  it('gives up on a silent one after its time, and names it', async () => {
    const models = [await model(2), await model(3, { behave: never })];
    const published = await publisher(models, 'all', 1000).publish(signed(treeOf(5)), treeOf(5));
    expect(published).toMatchObject({ quorum: false, reason: 'quorum-missing' });
    expect(reasons(published)).toEqual({ 3: 'timeout' });
    expect(judgeCheckpoint(published.checkpoint, policyOf(models, 'any'), verifyBytes).trusted).toBe(true);
  });

  it('names one also when that is known only after it is done, and how far one is that is ahead', async () => {
    const late = (answer: ServerResponse) => {
      setTimeout(() => answer.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('6\n'), 300);
      return true;
    };
    const models = [await model(2), await model(3, { behave: late })];
    const policy = policyOf(models, 'any');
    const told = Promise.withResolvers<WitnessFailure>();
    const options = { policy, clock: () => NOW * 1000, timeoutMs: 2000, maxAge: 300, onFailure: told.resolve };
    const published = await new Publisher(options).publish(signed(treeOf(5)), treeOf(5));
    expect(published).toMatchObject({ quorum: true, failures: [] });
    expect(await told.promise).toMatchObject({ witness: 'witness.example/3', reason: 'ahead', size: 6 });
  });

  const say =
    (status: number, body: string, type = 'text/plain') =>
    (answer: ServerResponse) => {
      answer.writeHead(status, { 'content-type': type }).end(body);
      return true;
    };
  const trickle = (answer: ServerResponse) => {
    answer.writeHead(200).write('\u2014 ');
    return true;
  };
  const flood = (answer: ServerResponse) => {
    answer.writeHead(200).end('x'.repeat(70 * 1024));
    return true;
  };
  let turn = 0;
  const moving = (answer: ServerResponse) => say(409, `${(turn++ % 2) + 1}\n`, 'text/x.tlog.size')(answer);
  it.each([
    ['an error', say(500, ''), 'refused'],
    ['a log it does not know', say(404, ''), 'refused'],
    ['no signature it trusts', say(403, ''), 'refused'],
    ['a proof it does not believe', say(422, ''), 'inconsistent'],
    ['another root, in version 1.0.0', say(409, 'no'), 'inconsistent'],
    ['the size it was asked from', say(409, '0\n', 'text/x.tlog.size'), 'inconsistent'],
    ['a size that is no size', say(409, '05\n', 'text/x.tlog.size'), 'inconsistent'],
    ['a longer log', say(409, '6\n', 'text/x.tlog.size'), 'ahead'],
    ['a longer log, its type spelt otherwise', say(409, '6\n', 'Text/X.tlog.size; charset=utf-8'), 'ahead'],
    ['another size each time', moving, 'refused'],
    ['a page', say(200, '<html>\n'), 'bad-answer'],
    ['nothing', say(200, ''), 'bad-answer'],
    ['too much', flood, 'bad-answer'],
    ['half an answer', trickle, 'timeout'],
  ])('names one that answers with %s', async (_name, behave, reason) => {
    const models = [await model(2), await model(3, { behave })];
    const published = await publisher(models, 'all', 1500).publish(signed(treeOf(5)), treeOf(5));
    expect([published.quorum, reasons(published)]).toEqual([false, { 3: reason }]);
    expect(await publisher(models, 'any', 1500).publish(signed(treeOf(5)), treeOf(5))).toMatchObject({ quorum: true });
  });

  it('is led to no other address than the policy names, even where one would be answered', async () => {
    const real = await model(3);
    const led = await listen((_body, answer) =>
      answer.writeHead(307, { location: `${real.url}/add-checkpoint` }).end(),
    );
    const published = await publisher([{ vkey: real.vkey, url: led }]).publish(signed(treeOf(5)), treeOf(5));
    expect([reasons(published), real.asked]).toEqual([{ 3: 'unreachable' }, []]);
  });

  it('names one that is not there, one without URL, and one whose URL is none', async () => {
    const [a, b, c, d] = [await model(2), await model(3), await model(4), await model(5)];
    const models = [a, { ...b, url: 'http://127.0.0.1:1/' }, { vkey: c.vkey }, { ...d, url: 'nowhere' }];
    const published = await publisher(models).publish(signed(treeOf(5)), treeOf(5));
    expect(reasons(published)).toEqual({ 3: 'unreachable', 4: 'no-url', 5: 'unreachable' });
  });

  it('believes no cosignature that does not verify, or is of somebody else', async () => {
    const [a, b] = [await model(2), await model(3)];
    const crossed = [
      { vkey: a.vkey, url: b.url },
      { vkey: b.vkey, url: a.url },
    ];
    const published = await publisher(crossed).publish(signed(treeOf(5)), treeOf(5));
    expect(reasons(published)).toEqual({ 2: 'bad-answer', 3: 'bad-answer' });
    expect(published.checkpoint).toEqual(signed(treeOf(5)));
  });

  it('does not count one whose clock is wrong', async () => {
    const models = [await model(2, { at: NOW - 301 }), await model(3, { at: NOW + 61 }), await model(4)];
    const published = await publisher(models).publish(signed(treeOf(5)), treeOf(5));
    expect(published).toMatchObject({ quorum: false, reason: 'quorum-stale' });
    expect(reasons(published)).toEqual({ 2: 'wrong-time', 3: 'wrong-time' });
  });

  it('a log that was turned back, or changed its past, gets no quorum', async () => {
    const models = [await model(2), await model(3)];
    const [tree, other] = [treeOf(9), treeOf(12, 'other')];
    const one = publisher(models);
    expect(await one.publish(signed(tree), tree)).toMatchObject({ quorum: true });
    expect(reasons(await one.publish(signed(tree, 6), tree))).toEqual({ 2: 'ahead', 3: 'ahead' });
    expect(reasons(await one.publish(signed(other), other))).toEqual({ 2: 'inconsistent', 3: 'inconsistent' });
    expect(reasons(await one.publish(signed(other, 9), other))).toEqual({ 2: 'inconsistent', 3: 'inconsistent' });
    expect(await one.publish(signed(tree), tree)).toMatchObject({ quorum: true });
  });
});

it('asks nobody about what is no checkpoint of a log in the policy, or is larger than the tree', async () => {
  const one = await model(2);
  const stranger = keys(9, 'log.example/2', ED25519);
  const root = treeOf(5).root();
  const foreign = signCheckpoint({ origin: stranger.key.name, size: 5, root }, stranger.key, stranger.sign);
  await expect(publisher([one]).publish(foreign, treeOf(5))).rejects.toThrow(/checkpoint-origin/);
  await expect(publisher([one]).publish(signed(treeOf(5)), treeOf(4))).rejects.toThrow(/tree-range/);
  expect(one.asked).toEqual([]);
});
