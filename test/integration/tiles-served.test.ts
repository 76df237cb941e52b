/**
 * The folder of tiles behind a plain static web server, read by strangers: a checkpoint that witnesses confirmed, every entry
 * under it, and proofs, with this project's reader of tiles and with another one in Python.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBase64url, toBase64url, verifyBytes } from '@eenmaal/crypto';
import { hashLeaf, judgeCheckpoint, TileTree, verifyInclusion } from '@eenmaal/ledger';
import { tale } from '@eenmaal/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startWithFamily } from './support.ts';
import { askingWitnesses } from './witness-support.ts';

const dir = mkdtempSync(join(tmpdir(), 'eenmaal-served-'));
const folder = join(dir, 'tiles');
const asking = askingWitnesses(join(dir, 'watched'), { beatMs: 50, maxStaleness: 3600 });
let world: Awaited<ReturnType<typeof startWithFamily>>;
let server: Server;
let url: string;
/** The first checkpoint that had some entries under it: what was served once stays readable. */
let early: Uint8Array;

/** As any web server does: the file of that path, or 404. */
function serve(root: string): Server {
  return createServer(({ url: path = '' }, answer) => {
    try {
      answer.end(readFileSync(join(root, path)));
    } catch {
      answer.writeHead(404).end();
    }
  }).listen(0, '127.0.0.1');
}
const fetched = async (path: string): Promise<Uint8Array | undefined> => {
  const answer = await fetch(`${url}/${path}`);
  return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : undefined;
};
const judged = (note: Uint8Array) => judgeCheckpoint(note, asking.witnesses.trust().policy, verifyBytes);
/** What is served as newest, once it is what the ledger reached. */
const newest = () =>
  eventually(async () => {
    const note = await fetched('checkpoint');
    if (!note || judged(note).checkpoint.size !== world.chain.ledger.journal.size) throw new Error('not served yet');
    return note;
  });
async function grow(entries: number): Promise<void> {
  const { journal } = world.chain.ledger;
  await journal.run((_, at, append) => {
    for (let i = 0; i < entries; i++) {
      const event = { kind: 'writer', at, instance: toBase64url(world.chain.random(16)) } as const;
      append({ slot: 'main', event, input: { kind: 'other', event } });
    }
  });
}
const python = (root: string) => {
  const policy = join(dir, 'policy');
  writeFileSync(policy, asking.witnesses.policyText);
  const program = join(import.meta.dirname, '../vectors/ledger/verify_tiles.py');
  return spawnSync('python3', ['-B', program, root, policy], { encoding: 'utf8' });
};

beforeAll(async () => {
  const snapshot = { path: join(dir, 'snapshot') };
  world = await startWithFamily({
    seed: 'served',
    startLedger: (given) => asking.startLedger({ ...given, snapshot } as typeof given),
  });
  server = serve(folder);
  await new Promise((listening) => server.once('listening', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { mother, dossier, ids } = world.family;
  const place = await mother.openCompartment(dossier, [ids.mother], 'Gezondheid');
  early = await newest();
  await grow(600);
  await newest();
  await mother.send(tale(dossier, place, 'een'));
  await newest();
}, 60_000);
afterAll(async () => {
  server?.close();
  await world?.chain.stop();
  await asking.stop();
  rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
});

it('is a log that a stranger verifies whole: a confirmed checkpoint, and every entry under it', async () => {
  const { journal } = world.chain.ledger;
  const { checkpoint, trusted } = judged(await newest());
  expect([trusted, checkpoint.size]).toEqual([true, journal.size]);
  let index = 0;
  for await (const leaf of new TileTree(checkpoint, fetched).allEntries())
    expect(leaf).toEqual((await journal.sealedEntry(index++)).entry.leaf);
  expect(index).toBeGreaterThan(600);
});

it('gives the same proofs as the ledger', async () => {
  const { checkpoint } = judged(await newest());
  const tiles = new TileTree(checkpoint, fetched);
  const { mother } = world.family;
  for (const index of [0, 255, 256, checkpoint.size - 1]) {
    const { leafHash, proof } = await tiles.inclusionProof(index);
    const { answer } = await mother.transport.call({ op: 'inclusion', index, size: checkpoint.size });
    expect(answer.proof).toEqual(proof.map(toBase64url));
    verifyInclusion({ leafHash, index, ...checkpoint, proof: answer.proof.map(fromBase64url) });
  }
});

it('still serves what an earlier checkpoint promised', async () => {
  const { checkpoint } = judged(early);
  const { checkpoint: now } = judged(await newest());
  expect(checkpoint.size).toBeLessThan(256);
  let index = 0;
  for await (const leaf of new TileTree(checkpoint, fetched).allEntries())
    expect(hashLeaf(leaf)).toEqual(world.chain.ledger.journal.tree.leafHash(index++));
  expect(index).toBe(checkpoint.size);
  await new TileTree(now, fetched).consistencyProof(checkpoint.size, checkpoint.root);
});

it('is read the same by another program, in another language', async (context) => {
  const { checkpoint } = judged(await newest());
  const { error, stdout, stderr, status } = python(folder);
  if (error && 'code' in error && error.code === 'ENOENT') context.skip('python3 is not installed');
  const root = Buffer.from(checkpoint.root).toString('base64');
  expect(`${stdout}${stderr}`).toMatch(`${checkpoint.size} entries, root ${root}; `);
  expect(status).toBe(0);
});

it.each<[string, string, (file: string, older: string) => void, RegExp]>([
  ['a hash tile changed', 'tile/0/001', (file) => flip(file), /^proof-mismatch$/],
  ['an entry changed', 'tile/entries/001', (file) => flip(file), /^(tile-mismatch|tile-format|proof-mismatch)$/],
  ['a tile taken away', 'tile/0/000', (file) => rmSync(file), /^tile-missing$/],
  ['a bundle cut', 'tile/entries/000', (file) => writeFileSync(file, readFileSync(file).subarray(36)), /^tile-format$/],
  [
    'a tile in the place of another',
    'tile/0/000',
    (file) => copyFileSync(file.replace(/0$/, '1'), file),
    /^proof-mismatch$/,
  ],
  ['a checkpoint changed', 'checkpoint', (file) => flip(file), /^(note|checkpoint|quorum)-/],
])('with %s is refused by name, by both', async (_, path, harm, says) => {
  const note = await newest();
  const copy = mkdtempSync(join(dir, 'copy-'));
  cpSync(folder, copy, { recursive: true });
  writeFileSync(join(copy, 'checkpoint'), note);
  harm(join(copy, path), folder);
  const read = async () => {
    const { checkpoint, trusted } = judged(readFileSync(join(copy, 'checkpoint')));
    if (!trusted) throw Object.assign(new Error(), { code: 'quorum-missing' });
    const fromDisk = async (one: string) => {
      try {
        return Uint8Array.from(readFileSync(join(copy, one)));
      } catch {
        return undefined;
      }
    };
    for await (const leaf of new TileTree(checkpoint, fromDisk).allEntries()) expect(leaf).toHaveLength(34);
  };
  await expect(read()).rejects.toMatchObject({ code: expect.stringMatching(says) });
  const { error, stdout, status } = python(copy);
  if (error) return;
  expect(stdout.trim()).toMatch(says);
  expect(status).toBe(1);
});

function flip(file: string): void {
  const bytes = readFileSync(file);
  // in the origin of a checkpoint, in the commitment of an entry, anywhere in a tile of hashes
  bytes[10] = (bytes[10] as number) ^ 1;
  writeFileSync(file, bytes);
}
