/** That every benchmark does what it says: what was sealed opens, a fence holds, nothing is counted that did not happen. */
import { decide } from '@eenmaal/consent';
import { readLaw } from '@eenmaal/host';
import { describe, expect, it } from 'vitest';
import { cedarCalls, cedarPermits } from './cedar.ts';
import { lookUp, world } from './decide.ts';
import { fenceScene, grantAgain, mustBeRefused, withdraw } from './fence.ts';
import { proofs, startGrowth } from './growth.ts';
import { compare, quantile, race, random, short, table, verdict } from './harness.ts';
import { history, PER_DOSSIER } from './history.ts';
import { appendPlain, logOne, startLog } from './ledger.ts';
import { openIn, passOn, replaceKey, sealIn } from './megolm.ts';
import { addOurs, josePast, megolmPast, ourCompartment, removeOurs } from './membership.ts';
import { content } from './ours.ts';
import { stream, WRITES, walk } from './path.ts';
import { startScene } from './scene.ts';
import { sealers } from './seal.ts';

describe('the harness', () => {
  it('runs the cases in turning order and compares inside each round', async () => {
    const order: string[] = [];
    const cases = ['a', 'b', 'c'].map((name) => ({ name, times: 1, run: () => order.push(name) }));
    const raced = await race(cases, 3, 1);
    expect(order.join('')).toBe('abcabcbcacab');
    expect(raced.wall.get('a')).toHaveLength(3);
    const wall = new Map([
      ['ours', [1, 2, 4]],
      ['peer', [10, 40, 40]],
    ]);
    const claim = (goal: number) => compare('x', { wall, cpu: wall }, 'ours', 'peer', goal);
    expect(claim(1).value.middle).toBe(10);
    expect([5, 15, 30].map(claim).map(verdict)).toEqual(['met', 'on the line', 'missed']);
  });

  it('writes figures short', () => {
    expect([1234.5, 12.34, 1.26, 0.0456, Number.NaN].map(short)).toEqual(['1,235', '12.3', '1.3', '0.046', '-']);
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(table(['', 'x'], [['one', '10']])).toBe('|     |  x |\n| --- | -: |\n| one | 10 |');
  });
});

describe('sealing', () => {
  it('every peer opens what it sealed', async () => {
    for (const { peer } of await sealers()) {
      const sealed = await peer.seal(content);
      expect(await peer.open(sealed), peer.name).toEqual(content);
      expect(peer.size(sealed), peer.name).toBeGreaterThan(content.text.length);
    }
  });
});

describe('membership', () => {
  it('one wrap opens every epoch to ours, and a new epoch is one more', () => {
    const ours = ourCompartment(10);
    const [newcomer, ...stay] = ours.members;
    if (!newcomer) throw new Error('no members');
    expect(new Set(addOurs(ours, newcomer).keys.map(String)).size).toBe(10);
    const { keys } = removeOurs(ours, stay);
    expect(keys).toHaveLength(4);
    expect(new Set(keys.map(String)).size).toBe(1);
  });

  it('jose seals again, Megolm passes its keys on and replaces them', async () => {
    expect((await (await josePast(3))()).bytes).toBeGreaterThan(3 * content.text.length);
    const room = await megolmPast(1);
    const sealed = await sealIn(room.sender, content);
    const joining = await room.join('late');
    expect((await passOn(room.sender, joining)).keys).toBe(1);
    expect(await openIn(joining, room.sender, sealed)).toEqual(content);
    const [gone, ...stay] = room.others;
    if (!gone || !stay[0]) throw new Error('nobody there');
    await replaceKey(room, stay);
    const later = await sealIn(room.sender, content);
    expect(await openIn(stay[0], room.sender, later)).toEqual(content);
    await expect(openIn(gone, room.sender, later)).rejects.toThrow();
  });
});

describe('over a real server', () => {
  it('walks and streams messages to the end, with the writes it says', async () => {
    const scene = await startScene(1);
    const before = await scene.stored();
    const times = { send: [], receive: [], open: [], whole: [] };
    await walk(scene, 2, times);
    const after = await scene.stored();
    expect(after.bodies + after.commits - before.bodies - before.commits).toBe(2 * WRITES);
    await stream(scene, 10);
    expect((await scene.stored()).bodies - before.bodies).toBe(12);
    expect(times.whole).toHaveLength(2);
    await scene.stop();
  }, 60_000);

  it('fences, and opens again after a new yes', async () => {
    const scene = await fenceScene(4);
    await withdraw(scene);
    await mustBeRefused(scene);
    await grantAgain(scene);
    expect((await scene.reader.open(scene.unopened, 'support')).title).toBe(content.title);
    await expect(mustBeRefused(scene)).rejects.toThrow('opened');
    await scene.stop();
  }, 60_000);

  it('logs entries in order and shares commits', async () => {
    const log = await startLog();
    const indexes = await Promise.all(Array.from({ length: 20 }, () => logOne(log)));
    expect(indexes).toEqual([...indexes.keys()]);
    expect(log.counted()).toMatchObject({ entries: 20, commits: 1 });
    appendPlain(log.file, 4, 100, 2);
    await log.stop();
  }, 60_000);
});

describe('growth', () => {
  it('fills a log with what it says, starts from its snapshot in another process, and proves the same from tiles', async () => {
    const log = await startGrowth();
    const journal = await log.open();
    await log.fill(journal, history(3, random));
    expect(journal.state.dossiers.size).toBe(3);
    expect(journal.index.entriesOf([...journal.state.dossiers.keys()][0] ?? '', -1)).toHaveLength(PER_DOSSIER);
    await journal.keep();
    const begunAt = journal.reached.seq;
    await log.fill(journal, history(1, random));
    const ask = [...journal.state.dossiers.keys()];
    expect(await log.start({ ask })).toMatchObject({ size: journal.size, begunAt });
    const { tiles, any, consistency } = proofs(journal.tree);
    for (const index of Array.from({ length: 50 }, any)) {
      const fromTiles = await tiles.inclusionProof(index);
      expect(fromTiles.proof).toEqual(journal.tree.inclusionProof(index));
      expect(fromTiles.leafHash).toEqual(journal.tree.leafHash(index));
      const { from, fromRoot, proof } = consistency();
      expect(await tiles.consistencyProof(from, fromRoot)).toEqual(proof);
    }
    await log.stop();
  }, 120_000);
});

describe('the rule', () => {
  it('answers what the look-up answers', async () => {
    const { state, grants, questions } = world(await readLaw(), 10, 4, 200);
    const now = 1_790_000_000_000;
    const answers = questions.map((question) => decide(state, question, now).outcome === 'permit');
    expect(answers).toEqual(questions.map((question) => lookUp(grants, question, now) !== null));
    expect(new Set(answers).size).toBe(2);
    expect(cedarCalls(state, questions, now).map(cedarPermits)).toEqual(answers);
  });
});
