/** Runs the published vectors in test/vectors/ledger through this package; verify.py there reads the same files. */
import { readFileSync } from 'node:fs';
import {
  concat,
  fromBase64,
  fromHex,
  sha256,
  signBytes,
  signingKeysFromSeed,
  toBase64,
  toHex,
  utf8,
  verifyBytes,
} from '@eenmaal/crypto';
import { describe, expect, it } from 'vitest';
import {
  formatAddCheckpoint,
  openSubmission,
  parseAddCheckpoint,
  readCosignature,
  readKnownSize,
} from './add-checkpoint.ts';
import { appendCommit, checkChain } from './chain.ts';
import { cosignCheckpoint, openCheckpoint, parseCheckpoint, signCheckpoint } from './checkpoint.ts';
import { decodeCommit, encodeCommit } from './commit.ts';
import { cosignatureTime } from './cosignature.ts';
import { openEntryBody } from './entry-body.ts';
import { LEDGER_ERRORS } from './errors.ts';
import { judgeCheckpoint } from './judgement.ts';
import { makeLeaf } from './leaf.ts';
import { ed25519Verifier, openNote } from './note.ts';
import { parsePolicy } from './policy.ts';
import { verifyConsistency, verifyInclusion } from './proof.ts';
import { formatProofFile, judgeProofFile, parseProofFile, verifyProofFile } from './proof-file.ts';
import { PuncturableKey } from './puncturable.ts';
import { entryBundle, hashTile, parseTilePath, readEntryBundle, type Tile, tilePath, tilesOf } from './tile.ts';
import { TileTree } from './tile-tree.ts';
import { Tree } from './tree.ts';
import { formatVkey, parseVkey } from './vkey.ts';

// biome-ignore lint/suspicious/noExplicitAny: vectors are plain JSON; the comparison with what we compute is the check
type Vector = any;
const load = (name: string): Vector =>
  JSON.parse(readFileSync(new URL(`../../../test/vectors/ledger/${name}`, import.meta.url), 'utf8'));
const hexes = (values: string[]) => values.map(fromHex);
const bytesOf = (text: string | undefined, hex: string) => (text === undefined ? fromHex(hex) : utf8(text));
const generatedEntry = (i: number) => {
  const index = new Uint8Array(8);
  new DataView(index.buffer).setBigUint64(0, BigInt(i));
  return Uint8Array.of(1, 1, ...sha256(index));
};
const treeOf = (entries: Uint8Array[]) => {
  const tree = new Tree();
  for (const entry of entries) tree.appendEntry(entry);
  return tree;
};

/** `check` runs a valid case with its own expectations; on an invalid one it must throw the named code. */
function runAll(file: string, part: string, check: (vector: Vector) => void | Promise<void>): void {
  const cases: Vector[] = load(file)[part];
  describe(`${file} ${part}`, () => {
    it('names only codes that exist', () => {
      for (const { error } of cases) if (error !== undefined) expect(LEDGER_ERRORS).toHaveProperty(error);
    });
    it.each(cases.map((vector) => [vector.name, vector]))('%s', async (_name, vector) => {
      const run = async () => check(vector);
      const refused = { name: 'LedgerError', code: vector.error };
      if (vector.error === undefined) await run();
      else await expect(run()).rejects.toThrow(expect.objectContaining(refused));
    });
  });
}

runAll('inclusion.json', 'cases', ({ leafHash, index, size, root, proof }) =>
  verifyInclusion({ leafHash: fromHex(leafHash), index, size, root: fromHex(root), proof: hexes(proof) }),
);

runAll('consistency.json', 'cases', ({ from, fromRoot, to, toRoot, proof }) =>
  verifyConsistency({ from, fromRoot: fromHex(fromRoot), to, toRoot: fromHex(toRoot), proof: hexes(proof) }),
);

runAll('vkeys.json', 'cases', ({ vkey, keyName, keyId, type, publicKey }) => {
  expect(parseVkey(vkey)).toEqual({ name: keyName, keyId, type, publicKey: fromHex(publicKey) });
  expect(formatVkey(parseVkey(vkey))).toBe(vkey);
});

runAll('notes.json', 'cases', ({ note, noteHex, vkeys, text, verified }) => {
  const keys = vkeys.map((vkey: string) => ed25519Verifier(parseVkey(vkey), verifyBytes));
  const opened = openNote(bytesOf(note, noteHex), keys);
  expect([opened.text, opened.signatures.map(({ name }) => name)]).toEqual([text, verified]);
});

runAll('checkpoints.json', 'bodies', ({ body, origin, size, root }) => {
  expect(parseCheckpoint(body)).toEqual({ origin, size, root: fromHex(root) });
});

runAll('checkpoints.json', 'signed', ({ note, log, witnesses, origin, size, root, cosignatures }) => {
  const opened = openCheckpoint(utf8(note), { log: parseVkey(log), witnesses: witnesses.map(parseVkey) }, verifyBytes);
  expect(opened).toEqual({ origin, size, root: fromHex(root), cosignatures });
});

runAll('proof-files.json', 'cases', ({ file, fileHex, leaf, log, witnesses, index, size, cosignatures, extra }) => {
  const bytes = bytesOf(file, fileHex);
  const keys = { log: parseVkey(log), witnesses: witnesses.map(parseVkey) };
  const found = verifyProofFile(bytes, fromHex(leaf), keys, verifyBytes);
  expect([found.index, found.checkpoint.size, found.checkpoint.cosignatures]).toEqual([index, size, cosignatures]);
  expect(parseProofFile(bytes).extra).toEqual(extra === undefined ? undefined : fromHex(extra));
  expect(formatProofFile(parseProofFile(bytes))).toEqual(bytes);
});

runAll('proof-files.json', 'judged', ({ file, leaf, policy, index, trusted, reason }) => {
  const found = judgeProofFile(utf8(file), fromHex(leaf), parsePolicy(utf8(policy)), verifyBytes);
  expect(found.index).toBe(index);
  expect(found.judgement).toMatchObject({ trusted, ...(reason && { reason }) });
});

runAll('commits.json', 'cases', ({ commit: hex, after, decoded, rootAfter }) => {
  const commit = decodeCommit(fromHex(hex));
  checkChain({ ...after, root: fromHex(after.root) }, commit);
  const { firstIndex, timeMs, rootBefore } = commit;
  const entries = commit.entries.map(({ leaf, slot, body }) => ({ leaf: toHex(leaf), slot, body: toHex(body) }));
  expect({ firstIndex, timeMs, rootBefore: toHex(rootBefore), entries }).toEqual(decoded);
  const tree = treeOf(Array.from({ length: firstIndex }, (_, i) => generatedEntry(i)));
  expect(toHex(appendCommit(tree, after.timeMs, commit).root)).toBe(rootAfter);
  expect(toHex(encodeCommit(commit))).toBe(hex);
});

runAll('entry-bodies.json', 'cases', ({ leaf, plaintext, salt, event, secret }) => {
  const body = openEntryBody(fromHex(leaf), fromHex(plaintext));
  const found = { salt: toHex(body.salt), event: toHex(body.event), secret: body.secret && toHex(body.secret) };
  expect(found).toEqual({ salt, event, secret });
});

runAll('policies.json', 'policies', ({ policy, policyHex, logs, witnesses, groups, quorum }) => {
  const found = parsePolicy(bytesOf(policy, policyHex));
  const withUrl = (list: unknown[], url: string | undefined) => (url === undefined ? list : [...list, url]);
  expect(found.logs.map(({ key, url }) => withUrl([formatVkey(key)], url))).toEqual(logs);
  expect(found.witnesses.map(({ name, key, url }) => withUrl([name, formatVkey(key)], url))).toEqual(witnesses);
  expect(found.groups.map(({ name, threshold, members }) => [name, threshold, members])).toEqual(groups);
  expect(found.quorum).toBe(quorum);
});

runAll('policies.json', 'judgements', ({ policy, checkpoint, freshness, size, trusted, reason, witnesses }) => {
  const judged = judgeCheckpoint(utf8(checkpoint), parsePolicy(utf8(policy)), verifyBytes, freshness);
  expect({ ...judged, checkpoint: judged.checkpoint.size }).toEqual({
    ...{ checkpoint: size, trusted, witnesses },
    ...(reason && { reason }),
  });
});

runAll('add-checkpoint.json', 'requests', ({ body, bodyHex, oldSize, proof, checkpoint }) => {
  const bytes = bytesOf(body, bodyHex);
  const request = parseAddCheckpoint(bytes);
  expect(request).toEqual({ oldSize, proof: hexes(proof), checkpoint: utf8(checkpoint) });
  expect(formatAddCheckpoint(request)).toEqual(bytes);
});

runAll('add-checkpoint.json', 'submissions', ({ body, logs, origin, size, root }) => {
  const opened = openSubmission(parseAddCheckpoint(utf8(body)), logs.map(parseVkey), verifyBytes);
  expect(opened).toEqual({ origin, size, root: fromHex(root) });
});

runAll('add-checkpoint.json', 'answers', ({ checkpoint, answer, witness, time }) => {
  const found = readCosignature(utf8(checkpoint), utf8(answer), parseVkey(witness), verifyBytes);
  expect(found.time).toBe(time);
});

it('add-checkpoint.json: the size in answer 409, the time in a cosignature', () => {
  const { sizes, times } = load('add-checkpoint.json');
  for (const { body, size } of sizes) expect([body, readKnownSize(utf8(body))]).toEqual([body, size ?? undefined]);
  for (const { base64, time } of times) expect(cosignatureTime(fromBase64(base64).subarray(4))).toBe(time ?? undefined);
});

runAll('tiles.json', 'paths', ({ path, level, index, width }) => {
  expect(parseTilePath(path)).toEqual({ level, index, width });
  expect(tilePath({ level, index, width })).toBe(path);
});

runAll('tiles.json', 'bundles', ({ width, bytes, entries }) => {
  expect(readEntryBundle(width, fromHex(bytes)).map(toHex)).toEqual(entries);
  expect(toHex(entryBundle(hexes(entries)))).toBe(bytes);
});

runAll(
  'tiles.json',
  'proofs',
  async ({ size, root, files, index, leafHash, from, fromRoot, bundle, entries, proof }) => {
    const tiles = new TileTree({ size, root: fromHex(root) }, async (path) => files[path] && fromHex(files[path]));
    if (bundle !== undefined) {
      expect((await tiles.entries(bundle)).map(toHex)).toEqual(entries);
    } else if (from === undefined) {
      const found = await tiles.inclusionProof(index);
      expect([toHex(found.leafHash), found.proof.map(toHex)]).toEqual([leafHash, proof]);
    } else {
      expect((await tiles.consistencyProof(from, fromHex(fromRoot))).map(toHex)).toEqual(proof);
    }
  },
);

it('tiles.json: which tiles there are, what is in them, and a tree of others', () => {
  const { sizes, hashTiles, foreignRoot } = load('tiles.json');
  for (const { size, full, partial } of sizes) {
    const tiles = tilesOf(size);
    const isFull = ({ width }: Tile) => width === 256;
    expect(tiles.filter((tile) => !isFull(tile)).map(tilePath)).toEqual(partial);
    const levels = Object.values(Object.groupBy(tiles.filter(isFull), ({ level }) => level));
    expect(levels.map((row) => row?.length)).toEqual(full);
  }
  const tree = treeOf(Array.from({ length: hashTiles.size }, (_, i) => generatedEntry(i)));
  for (const { path, sha256: digest } of hashTiles.tiles)
    expect(toHex(sha256(hashTile(tree, parseTilePath(path))))).toBe(digest);
  const others = Array.from({ length: foreignRoot.size }, (_, i) =>
    concat(Uint8Array.of(0, 0, 0, 1), utf8(`entry-${i}-${'x'.repeat(i % 37)}`)),
  );
  expect(toHex(treeOf(others).root())).toBe(foreignRoot.root);
});

runAll('key-trees.json', 'cases', ({ root, destroyed = [], tree, keys = [] }) => {
  const read = PuncturableKey.decode(fromHex(tree));
  const made = root === undefined ? read : PuncturableKey.whole(fromHex(root));
  made.puncture(destroyed);
  expect(toHex(made.encode())).toBe(tree);
  for (const { index, key } of keys) {
    const found = [read, made].map((one) => one.keyOf(index));
    expect(found.map((one) => one && toHex(one))).toEqual([key, key]);
  }
});

it('roots.json', () => {
  const { generated, certificateTransparency: foreign } = load('roots.json');
  const ours = treeOf(Array.from({ length: 257 }, (_, i) => generatedEntry(i)));
  for (const { size, root } of generated) expect(toHex(ours.root(size))).toBe(root);
  const theirs = treeOf(hexes(foreign.entries));
  for (const { size, root } of foreign.roots) expect(toHex(theirs.root(size))).toBe(root);
});

it('worked-example.json is made again, byte for byte', () => {
  const { log, witness, entries, roots, checkpoint, inclusion, consistency, proofFile } = load('worked-example.json');
  const signer = (seed: string) => {
    const { secretKey } = signingKeysFromSeed(fromHex(seed));
    return (bytes: Uint8Array) => signBytes(secretKey, bytes);
  };
  const leaves = entries.map((entry: Vector) => makeLeaf(entry.type, fromHex(entry.salt), utf8(entry.event)));
  expect(leaves.map(toHex)).toEqual(entries.map((entry: Vector) => entry.leaf));
  const tree = treeOf(leaves);
  expect(entries.map((_: Vector, i: number) => toBase64(tree.leafHash(i)))).toEqual(
    entries.map((e: Vector) => e.leafHash),
  );
  expect(roots.map((_: Vector, size: number) => toBase64(tree.root(size)))).toEqual(roots);
  const key = parseVkey(log.vkey);
  const signed = signCheckpoint({ origin: key.name, size: 3, root: fromBase64(roots[3]) }, key, signer(log.seed));
  const cosigned = cosignCheckpoint(signed, parseVkey(witness.vkey), signer(witness.seed), witness.time);
  expect(cosigned).toEqual(utf8(checkpoint));
  const proof = tree.inclusionProof(inclusion.index, inclusion.size);
  expect(proof.map(toBase64)).toEqual(inclusion.proof);
  expect(tree.consistencyProof(consistency.from, consistency.to).map(toBase64)).toEqual(consistency.proof);
  expect(formatProofFile({ index: inclusion.index, proof, checkpoint: cosigned })).toEqual(utf8(proofFile));
});
