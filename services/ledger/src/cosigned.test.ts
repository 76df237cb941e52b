/** The newest confirmed checkpoint read back at a start: believed only when all that is signed in it holds, of this log. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signBytes, signingKeysFromSeed, utf8 } from '@eenmaal/crypto';
import {
  appendSignatures,
  COSIGNATURE_V1,
  cosignatureLines,
  ED25519,
  formatVkey,
  hashLeaf,
  makeVerifierKey,
  parsePolicy,
  parseSignatureLines,
  signCheckpoint,
  Tree,
} from '@eenmaal/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCosigned } from './cosigned.ts';

const NOW = 1_767_225_600;
const keys = (seed: number, name: string, type: number) => {
  const { publicKey, secretKey } = signingKeysFromSeed(new Uint8Array(32).fill(seed));
  return { key: makeVerifierKey(name, type, publicKey), sign: (bytes: Uint8Array) => signBytes(secretKey, bytes) };
};
const log = keys(1, 'log.example/1', ED25519);
const other = keys(2, 'log.example/2', ED25519);
const witnesses = [3, 4, 5].map((seed) => keys(seed, `witness.example/${seed}`, COSIGNATURE_V1));
const lines = witnesses.map(({ key }, i) => `witness w${i} ${formatVkey(key)}`).join('\n');
const logs = [log, other].map(({ key }) => `log ${formatVkey(key)}`).join('\n');
const policy = parsePolicy(utf8(`${logs}\n${lines}\ngroup two 2 w0 w1 w2\nquorum two\n`));
const treeOf = (size: number, word = 'true') => {
  const tree = new Tree();
  for (let i = 0; i < size; i++) tree.append(hashLeaf(utf8(`${word} ${i}`)));
  return tree;
};
/** Cosigned by the first witnesses, at these seconds. */
function cosigned(tree: Tree, times: readonly number[], by = log): Uint8Array {
  const signed = signCheckpoint({ origin: by.key.name, size: tree.size, root: tree.root() }, by.key, by.sign);
  const added = times.flatMap((time, i) => {
    const { key, sign } = witnesses[i] as (typeof witnesses)[number];
    return parseSignatureLines(cosignatureLines(signed, key, sign, time));
  });
  return appendSignatures(signed, added);
}

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'eenmaal-cosigned-'));
});
afterAll(() => rm(dir, { recursive: true }));

/** What a ledger with this tree takes from the file, and why not. */
async function readBack(file: Uint8Array | string | null, tree = treeOf(9), origin = log.key.name) {
  const path = join(dir, 'cosigned');
  await rm(path, { force: true });
  if (file !== null) await writeFile(path, file);
  const why: string[] = [];
  const kept = { path, onUnusable: (one: string) => void why.push(one) };
  return { read: await readCosigned(kept, policy, { state: { origin }, tree } as never, NOW * 1000), why };
}

describe('what witnesses confirmed before', () => {
  const genuine = cosigned(treeOf(7), [NOW - 20, NOW - 10]);

  it('is read back, with the time when there were enough of them', async () => {
    const { read, why } = await readBack(genuine);
    expect([read?.size, read?.time, why]).toEqual([7, (NOW - 20) * 1000, []]);
    expect(read?.signed).toEqual(genuine);
  });

  it('is nothing, and nothing is said, at the first start', async () => {
    expect(await readBack(null)).toEqual({ read: null, why: [] });
  });

  it.each([
    ['by too few', cosigned(treeOf(7), [NOW]), 'quorum-missing'],
    ['by one whose clock is ahead', cosigned(treeOf(7), [NOW, NOW + 100]), 'quorum-missing'],
    ['of another log', cosigned(treeOf(7), [NOW, NOW], other), 'checkpoint-origin'],
    ['signed by nobody', 'log.example/1\n7\n', 'note-format'],
    ['empty', '', 'note-format'],
  ])('is passed over when it is %s, with the reason', async (_, file, reason) => {
    expect(await readBack(file)).toEqual({ read: null, why: [reason] });
  });

  it('is never read as anything else with any bit flipped', async () => {
    for (let at = 0; at < genuine.length; at += 7) {
      const { read, why } = await readBack(genuine.with(at, (genuine[at] as number) ^ 1));
      expect([read, why.length], `byte ${at}`).toEqual([null, 1]);
    }
  });

  it.each([
    ['longer than the log is now', treeOf(6)],
    ['of another history', treeOf(9, 'other')],
    ['there and the log empty', new Tree()],
  ])('shows that the log was turned back when it is %s', async (_, tree) => {
    const origin = tree.size > 0 ? log.key.name : '';
    await expect(readBack(genuine, tree, origin)).rejects.toMatchObject({ code: 'ledger-damaged' });
    // also where the policy names other witnesses by now: the log's own signature says enough
    await expect(readBack(cosigned(treeOf(7), []), tree, origin)).rejects.toMatchObject({ code: 'ledger-damaged' });
  });
});
