/** The receipt page reads every published vector of the ledger that a receipt can hold, and refuses with the named code. */
import { readFileSync } from 'node:fs';
import { fromHex, toHex, utf8 } from '@eenmaal/crypto';
import { describe, expect, it } from 'vitest';
import { core, refusal } from './page-core.ts';

// biome-ignore lint/suspicious/noExplicitAny: vectors are plain JSON; the comparison with what we compute is the check
type Vector = any;
const load = (name: string): Vector =>
  JSON.parse(readFileSync(new URL(`../vectors/ledger/${name}`, import.meta.url), 'utf8'));
const hexes = (values: string[]) => values.map(fromHex);
const bytesOf = (text: string | undefined, hex: string) => (text === undefined ? fromHex(hex) : utf8(text));
const times = (cosignatures: ReturnType<typeof core.openCheckpoint>['cosignatures']) =>
  cosignatures.map(({ key, time }) => ({ name: key.name, keyId: key.id, time }));

function runAll(file: string, part: string, check: (vector: Vector) => void): void {
  const cases: Vector[] = load(file)[part];
  describe(`${file} ${part}`, () => {
    it.each(cases.map((vector) => [vector.name, vector]))('%s', (_name, vector) => {
      if (vector.error === undefined) check(vector);
      else expect(refusal(() => check(vector))).toBe(vector.error);
    });
  });
}

runAll('inclusion.json', 'cases', ({ leafHash, index, size, root, proof }) =>
  core.checkInclusion(fromHex(leafHash), index, size, fromHex(root), hexes(proof)),
);

runAll('consistency.json', 'cases', ({ from, fromRoot, to, toRoot, proof }) =>
  core.checkConsistency(from, fromHex(fromRoot), to, fromHex(toRoot), hexes(proof)),
);

runAll('vkeys.json', 'cases', ({ vkey, keyName, keyId, type, publicKey }) => {
  expect(core.parseVkey(vkey)).toEqual({ name: keyName, id: keyId, type, publicKey: fromHex(publicKey) });
});

runAll('notes.json', 'cases', ({ note, noteHex, vkeys, text, verified }) => {
  const opened = core.openNote(bytesOf(note, noteHex), vkeys.map(core.parseVkey));
  expect([opened.text, opened.verified.map(({ key }) => key.name)]).toEqual([text, verified]);
});

runAll('checkpoints.json', 'bodies', ({ body, origin, size, root }) => {
  expect(core.parseCheckpoint(body)).toEqual({ origin, size, root: fromHex(root) });
});

runAll('checkpoints.json', 'signed', ({ note, log, witnesses, origin, size, root, cosignatures }) => {
  const opened = core.openCheckpoint(utf8(note), [core.parseVkey(log)], witnesses.map(core.parseVkey));
  expect({ ...opened, cosignatures: times(opened.cosignatures) }).toEqual({
    ...{ origin, size, cosignatures },
    root: fromHex(root),
  });
});

runAll('proof-files.json', 'cases', ({ file, fileHex, leaf, log, witnesses, index, size, cosignatures, extra }) => {
  const found = core.parseProofFile(bytesOf(file, fileHex));
  const checkpoint = core.openCheckpoint(found.checkpoint, [core.parseVkey(log)], witnesses.map(core.parseVkey));
  core.checkInclusion(core.leafHash(fromHex(leaf)), found.index, checkpoint.size, checkpoint.root, found.proof);
  expect([found.index, checkpoint.size, times(checkpoint.cosignatures)]).toEqual([index, size, cosignatures]);
  expect(found.extra && toHex(found.extra)).toBe(extra);
});

runAll('policies.json', 'policies', ({ policy, policyHex, logs, witnesses, groups, quorum }) => {
  const found = core.parsePolicy(bytesOf(policy, policyHex));
  const named = [...found.names];
  const vkeys = (all: string[][], at: number) => all.map((one) => core.parseVkey(one[at] as string));
  expect([found.logs, found.witnesses, found.quorum]).toEqual([vkeys(logs, 0), vkeys(witnesses, 1), quorum]);
  expect(named.filter(([, { witness }]) => witness).map(([name]) => name)).toEqual(
    witnesses.map(([name]: string[]) => name),
  );
  const shown = named.filter(([, { parts }]) => parts).map(([name, { least, parts }]) => [name, least, parts]);
  expect(shown).toEqual(groups);
});

// a receipt is for ever, so the page asks for no freshness: those cases are read as if none was asked for
runAll('policies.json', 'judgements', ({ policy, checkpoint, freshness, size, trusted, reason, witnesses }) => {
  const trust = core.parsePolicy(utf8(policy));
  const opened = core.openByPolicy(utf8(checkpoint), trust);
  const keys = opened.cosignatures.map(({ key }) => key);
  expect(opened.size).toBe(size);
  expect(core.reachesQuorum(trust, keys)).toBe(trusted || (freshness !== undefined && reason === 'quorum-stale'));
  const states = witnesses.map(({ witness, state }: Vector) => [witness, state !== 'missing']);
  expect(trust.witnesses.map((key) => [key.name, keys.includes(key)])).toEqual(states);
});

describe('entry-bodies.json', () => {
  // a receipt holds salt and event apart, not the body the ledger seals: only whether the leaf comes out can be checked
  const cases: Vector[] = load('entry-bodies.json').cases;
  const readable = cases.filter(({ error }) => error === undefined || error === 'leaf-mismatch');
  it.each(readable.map((vector) => [vector.name, vector]))('%s', (_name, { leaf, plaintext, error }) => {
    const body = fromHex(plaintext);
    const length = new DataView(body.buffer, body.byteOffset).getUint32(32);
    const made = core.makeLeaf(fromHex(leaf)[1] ?? 0, body.slice(0, 32), body.slice(36, 36 + length));
    expect(toHex(made) === leaf).toBe(error === undefined);
  });
});

it('worked-example.json, from its events to its proofs', () => {
  const { log, witness, entries, roots, checkpoint, inclusion, consistency, proofFile } = load('worked-example.json');
  const leaves = entries.map((entry: Vector) => core.makeLeaf(entry.type, fromHex(entry.salt), utf8(entry.event)));
  expect(leaves.map(toHex)).toEqual(entries.map((entry: Vector) => entry.leaf));
  const decode = (text: string) => core.base64(text, 'x');
  const opened = core.openCheckpoint(utf8(checkpoint), [core.parseVkey(log.vkey)], [core.parseVkey(witness.vkey)]);
  expect([opened.size, opened.root, opened.cosignatures[0]?.time]).toEqual([3, decode(roots[3]), witness.time]);
  const { index, size, proof } = inclusion;
  core.checkInclusion(core.leafHash(leaves[index]), index, size, opened.root, proof.map(decode));
  expect(core.parseProofFile(utf8(proofFile)).proof).toEqual(proof.map(decode));
  const { from, to, proof: grown } = consistency;
  core.checkConsistency(from, decode(roots[from]), to, decode(roots[to]), grown.map(decode));
});
