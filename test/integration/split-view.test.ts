/**
 * What becomes of two histories once they are found: evidence that somebody checks who has the log's key and nothing of us,
 * an alarm, and a program that sends and opens nothing more until a person cleared it. The forks are real: a second ledger
 * with the same keys.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  formatLogKey,
  judgeEvidence,
  logKeyOf,
  newId,
  Participant,
  readLogKey,
  replay,
  type Transport,
} from '@eenmaal/client';
import { signObject } from '@eenmaal/envelope';
import { createLogger, splitViewGuard } from '@eenmaal/host';
import type { EenmaalError, Evidence, Id, Position } from '@eenmaal/model';
import { evidenceIn, evidenceReport } from '@eenmaal/service-audit';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fork, fork, write } from './guards-support.ts';
import { changed, codeOf, type Place, startWithFamily } from './support.ts';

let world: Awaited<ReturnType<typeof startWithFamily>>;
let other: Fork;
let place: Place;
/** How far the father had seen the log, and it signed, before it was split; and what the mother sent after that. */
let seen: { position: Position; signed: string };
let after: Id;
let dir: string;

type Told = { evidence: Evidence | null; error: EenmaalError };
type Extra = Partial<ConstructorParameters<typeof Participant>[0]>;
/** The father on a way of his own, and what his program was told of a split. */
async function father(transport: Transport, extra: Extra = {}): Promise<{ one: Participant; told: Told[] }> {
  const { family, chain } = world;
  const { region, law, clock, random } = chain;
  const told: Told[] = [];
  const onSplitView = (evidence: Evidence | null, error: EenmaalError): void => void told.push({ evidence, error });
  const identity = family.keys.father;
  const common = { party: family.father.party, identity, transport, region, law, clock, random };
  return { one: new Participant({ ...common, onSplitView, ...extra }), told };
}
const theirWay = () => other.transport(world.family.father.party, world.family.keys.father);

beforeAll(async () => {
  world = await startWithFamily({ seed: 'split view' });
  dir = await mkdtemp(join(tmpdir(), 'eenmaal-split-'));
  const { family, chain } = world;
  const { dossier, ids, mother } = family;
  place = { dossier, compartment: await mother.openCompartment(dossier, [ids.child8], 'School') };
  await mother.send(tale(dossier, place.compartment, 'Voor de splitsing'));
  other = await fork(chain);
  await mother.send(tale(dossier, place.compartment, 'Nog niets van de splitsing gezien'));
  await mother.sync();
  after = (await mother.send(tale(dossier, place.compartment, 'Na de splitsing'))).envelope;
  await family.father.sync();
  await family.father.grant(dossier, [place.compartment], terms('org-b', chain.clock()));
  const { position, signed } = family.father.checkpoints;
  seen = { position, signed };
  const elsewhere = (await father(await theirWay())).one;
  await elsewhere.sync();
  for (let i = 0; i < 6; i++) await elsewhere.send(tale(dossier, place.compartment, `Van vader, elders ${i}`));
}, 60_000);
afterAll(async () => {
  await other?.stop();
  await world?.chain.stop();
  await rm(dir, { recursive: true, force: true });
});

const logKey = () => logKeyOf(world.chain.region);
const judged = (evidence: unknown) => judgeEvidence(JSON.stringify(evidence), logKey());

/** The father is moved to the other history, with what he kept of the first. */
async function moved(): Promise<{ one: Participant; told: Told[]; evidence: Evidence }> {
  const { one, told } = await father(await theirWay(), seen);
  expect(await codeOf(one.sync())).toBe('split-view');
  return { one, told, evidence: told[0]?.evidence as Evidence };
}

/** The father only knows the other history, and is handed what his wife sent on the first. */
async function deceived(): Promise<{ told: Told[]; evidence: Evidence }> {
  const taken = await world.family.father.transport.call({ op: 'fetch', dossier: place.dossier, envelopes: [after] });
  const { one, told } = await father(changed(await theirWay(), 'fetch', () => taken));
  await one.sync();
  expect(await codeOf(one.receive(place.dossier))).toBe('split-view');
  return { told, evidence: told[0]?.evidence as Evidence };
}

describe('two histories of one log', () => {
  it('leave two signed checkpoints of one size with whoever is moved: proof with the key of the log alone', async () => {
    const { told, evidence } = await moved();
    expect(told).toHaveLength(1);
    expect(evidence.kind).toBe('two-checkpoints');
    const answer = judgeEvidence(JSON.stringify(evidence), readLogKey(formatLogKey(world.chain.region)));
    expect(answer).toMatchObject({ proves: true, proven: { size: seen.position.size } });
    if (answer.proves) expect(new Set(answer.proven.roots).size).toBe(2);
  });

  it('leave what the sender signed against what the log signed with whoever receives a message from the other', async () => {
    const { told, evidence } = await deceived();
    expect(told).toHaveLength(1);
    const answer = judged(evidence);
    const { mother } = world.family;
    expect(answer).toMatchObject({
      proves: true,
      proven: { kind: 'claim', signer: { party: mother.party, typ: 'envelope' } },
    });
    const [said] = evidenceReport(answer, 'en');
    expect(said).toContain(`${mother.party} and the log ledger.test/region contradict each other`);
    expect(said).toContain('One of the two did not tell the truth');
  });

  it('stop sending, opening and giving consent, and never a withdrawal', async () => {
    const { one } = await moved();
    const { dossier, compartment } = place;
    expect(await codeOf(one.send(tale(dossier, compartment, 'Niet meer')))).toBe('split-view');
    expect(await codeOf(one.grant(dossier, [compartment], terms('org-b', world.chain.clock())))).toBe('split-view');
    const [received] = await world.family.father.receive(dossier, [after]);
    expect(await codeOf(one.open(received as never, 'support'))).toBe('split-view');
    const { one: before } = await father(world.family.father.transport, { stopped: true });
    await before.sync();
    expect(await codeOf(before.send(tale(dossier, compartment, 'Niet meer')))).toBe('split-view');
    expect(await codeOf(before.withdraw(dossier, [compartment], 'org-b'))).toBe('done');
  });

  it('are an alarm also where nothing signed proves them: a ledger that is shorter, or refuses to sign the old size', async () => {
    const shorter = changed(await theirWay(), 'checkpoint', () => {
      throw new (class extends Error {})('gone');
    });
    const { one, told } = await father(
      {
        call: async (request) =>
          request.op === 'checkpoint' && 'size' in request ? shorter.call(request) : (await theirWay()).call(request),
      } as Transport,
      seen,
    );
    expect(await codeOf(one.sync())).toBe('split-view');
    expect(told).toMatchObject([{ evidence: null, error: { code: 'split-view' } }]);
  });
});

describe('evidence', () => {
  it('proves nothing when anything in it is changed, swapped or true', async () => {
    const { evidence: two } = await moved();
    const { evidence: claim } = await deceived();
    if (two.kind !== 'two-checkpoints' || claim.kind !== 'claim') throw new Error('another kind');
    const [a, b] = two.checkpoints;
    const newest = world.family.father.checkpoints.signed;
    const { registration } = claim;
    const wrong: [string, unknown][] = [
      ['one root', { ...two, checkpoints: [a, a] }],
      ['two sizes', { ...two, checkpoints: [claim.checkpoint, b].map((note, i) => (i === 0 ? note : b)) }],
      ['a changed root', { ...two, checkpoints: [a, b.replace(/\n[A-Za-z0-9+/]{4}/, '\nAAAA')] }],
      ['another form', { ...two, more: 1 }],
      ['no JSON', 'x'],
      ['a checkpoint of another size', { ...claim, checkpoint: newest }],
      ['another body', { ...claim, claim: { ...claim.claim, bodyHash: registration.salt } }],
      [
        'another event',
        { ...claim, registration: { ...registration, event: registration.event.replace('"at":1', '"at":2') } },
      ],
      ['another salt', { ...claim, registration: { ...registration, salt: 'A'.repeat(43) } }],
      ['a claim that is true', { ...claim, checkpoint: await ofClaimedSize(claim) }],
    ];
    for (const [what, evidence] of wrong) expect(judged(evidence).proves, what).toBe(false);
    const strange = await startWithFamily({ seed: 'another log' });
    expect(judgeEvidence(JSON.stringify(two), logKeyOf(strange.chain.region)).proves, 'another log').toBe(false);
    await strange.chain.stop();
  });

  /** What the first history, which the sender saw, says of the same size. */
  async function ofClaimedSize(claim: Extract<Evidence, { kind: 'claim' }>): Promise<string> {
    const size = (judged(claim) as { proven: { size: number } }).proven.size;
    const { answer } = await world.family.father.transport.call({ op: 'checkpoint', from: 0, size });
    return answer.checkpoint;
  }

  it('is what the officer’s replay keeps of an entry whose maker had seen another history', async () => {
    const { chain, family } = world;
    const theirs = (await other.transport(family.father.party, family.keys.father)).call({ op: 'checkpoint', from: 0 });
    const [, size, root] = (await theirs).answer.checkpoint.split('\n');
    const stand = Math.min(Number(size), chain.ledger.journal.size);
    const { answer } = await (await theirWay()).call({ op: 'checkpoint', from: 0, size: stand });
    expect(root).toBeTruthy();
    const at = chain.clock();
    const position = { size: stand, root: toUrl(answer.checkpoint.split('\n')[2] ?? '') };
    const common = { v: 1, id: newId(chain.random), by: family.father.party, at, seen: position } as const;
    const refusal = { ...common, kind: 'refuse', ...place, partner: 'org-c' } as const;
    const jws = signObject('eenmaal-statement+jws', refusal, family.keys.father.signing);
    const index = await write(chain, place.dossier, { kind: 'statement', at, jws });
    const officer = await chain.participant('officer/fg');
    await officer.sync();
    const result = await replay(officer.transport, officer.checkpoints.position, officer.region, chain.law);
    expect(result.differences).toEqual([{ index, what: 'its maker saw another history' }]);
    const [evidence] = await evidenceIn(officer, officer.transport, result);
    const expected = { signer: { party: family.father.party, typ: 'statement' } };
    expect(judged(evidence)).toMatchObject({ proves: true, proven: expected });
  });
});

const toUrl = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=$/, '');

describe('a program', () => {
  it('keeps the evidence and a mark in its folder, and stays stopped until a person takes the mark away', async () => {
    const { told } = await moved();
    const { evidence, error } = told[0] as Told;
    const lines: string[] = [];
    const log = createLogger('test', 'error', { write: (line) => void lines.push(line) });
    const first = await splitViewGuard(dir, log);
    expect(first.stopped).toBe(false);
    await first.onSplitView(evidence, error);
    const [file, mark] = (await readdir(dir)).sort() as [string, string];
    expect([file, mark]).toEqual([expect.stringMatching(/^eenmaal-evidence-.*\.json$/), 'split-view.json']);
    expect(judged(JSON.parse(await readFile(join(dir, file), 'utf8'))).proves).toBe(true);
    expect(lines.join('')).toContain('"code":"split-view"');
    expect((await splitViewGuard(dir, log)).stopped).toBe(true);
    await rm(join(dir, mark));
    expect((await splitViewGuard(dir, log)).stopped).toBe(false);
  });

  it('of an officer says in words what a file proves, with the key of the log alone, and ends with 1 when it proves nothing', async () => {
    const [file] = (await readdir(dir)).filter((name) => name.startsWith('eenmaal-evidence'));
    const path = join(dir, file as string);
    const program = resolve(import.meta.dirname, '../../services/audit/src/main.ts');
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'evidence', ...args], {
        encoding: 'utf8',
        env: {},
      });
    const vkey = ['--vkey', formatLogKey(world.chain.region)];
    const dutch = run(path, ...vkey);
    expect(dutch.stdout).toContain('tekende twee geschiedenissen');
    expect(dutch.status).toBe(0);
    expect(run('--lang', 'en', path, ...vkey).stdout).toContain('signed two histories');
    const worthless = join(dir, 'worthless.json');
    const evidence = JSON.parse(await readFile(path, 'utf8')) as { checkpoints: string[] };
    await writeFile(
      worthless,
      JSON.stringify({ ...evidence, checkpoints: [evidence.checkpoints[0], evidence.checkpoints[0]] }),
    );
    const nothing = run(worthless, ...vkey);
    expect(nothing.stdout).toContain('bewijst niets');
    expect(nothing.status).toBe(1);
  });
});
