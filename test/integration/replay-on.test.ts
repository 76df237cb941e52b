/**
 * The nightly replay: goes on where it stopped, with the same result as one that began at the beginning; also after it was
 * killed, and not at all on what somebody else, or nobody, put away.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId, type ReplayKeeper, type ReplayOnOptions, replay, replayOn, type Transport } from '@eenmaal/client';
import { text, utf8 } from '@eenmaal/crypto';
import { signObject } from '@eenmaal/envelope';
import { SealedRecords, systemRandom } from '@eenmaal/host';
import { EMPTY_LOG } from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openRequest, write } from './guards-support.ts';
import { changed, codeOf, type Place, startWithFamily } from './support.ts';

const key = systemRandom(32);
let world: Awaited<ReturnType<typeof startWithFamily>>;
let place: Place;
let dir: string;
let path: string;
let round = 0;

beforeAll(async () => {
  world = await startWithFamily({ seed: 'replay on' });
  dir = await mkdtemp(join(tmpdir(), 'eenmaal-replay-'));
  const { family, chain } = world;
  const { dossier, ids, mother } = family;
  place = { dossier, compartment: await mother.openCompartment(dossier, [ids.mother], 'Wonen') };
  await mother.grant(dossier, [place.compartment], terms('org-b', chain.clock()));
  await aDay();
}, 60_000);
afterAll(async () => {
  await world?.chain.stop();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(() => {
  path = join(dir, `replay-${round++}`);
});

/** Things happen: told, delivered, opened, refused, taken back and given again. */
async function aDay(): Promise<void> {
  const { family, chain } = world;
  const { mother } = family;
  const reader = await chain.participant('partner/org-b');
  const stranger = await chain.participant('partner/org-c');
  for (let i = 0; i < 4; i++) await mother.send(tale(place.dossier, place.compartment, `Dag ${i}`));
  await reader.sync();
  await stranger.sync();
  for (const one of await reader.receive(place.dossier)) {
    await reader.open(one, 'support');
    const jws = openRequest(chain, 'partner/org-c', chain.identityOf('partner/org-c'), one.header.id);
    await codeOf(stranger.transport.call({ op: 'open', jws }));
  }
  await mother.withdraw(place.dossier, [place.compartment], 'org-b');
  await mother.grant(place.dossier, [place.compartment], terms('org-b', chain.clock()));
}

const keeper = (secret = key): ReplayKeeper => new SealedRecords(path, secret);

/** An officer's replay; pages of ten entries, put away after each. */
async function run(change: Partial<ReplayOnOptions> = {}, pages = Number.POSITIVE_INFINITY) {
  const { one, small } = await officer(pages);
  const signed = await one.checkpoints.advance();
  const { law, region } = world.chain;
  const common = {
    transport: small,
    signed,
    region,
    law,
    keeper: keeper(),
    random: systemRandom,
    program: 'one',
    every: 10,
  };
  return { signed, one, result: await replayOn({ ...common, ...change }) };
}

async function officer(pages: number) {
  const one = await world.chain.participant('officer/fg');
  let left = pages;
  const small: Transport = changed(one.transport, 'log', ({ answer, attached }) => {
    if (left-- <= 0) throw new Error('killed');
    return { answer: { ...answer, entries: answer.entries.slice(0, 10) }, attached };
  });
  return { one, small };
}

/** The same from the beginning. */
async function whole() {
  const one = await world.chain.participant('officer/fg');
  const signed = await one.checkpoints.advance();
  return replay(one.transport, signed, one.region, world.chain.law);
}

describe('a replay that goes on', () => {
  it('has the same result as a whole one when it was killed half-way, and every night after', async () => {
    const killed = await run({}, 3).catch((error: unknown) => (error as Error).message);
    expect(killed).toBe('killed');
    const { result } = await run();
    expect(result).toMatchObject({ from: 30, anew: null, differences: [] });
    expect(result).toMatchObject(await whole());
    await aDay();
    const next = await run();
    expect(next.result.from).toBe(result.size);
    expect(next.result).toMatchObject(await whole());
    expect(next.result.counts.refusal).toBeGreaterThan(0);
    const nothing = await run();
    expect(nothing.result).toMatchObject({ from: nothing.signed.size, size: next.result.size });
  });

  it('names a lie told after it went on, by the state it had kept, also a position of long ago', async () => {
    await run();
    const { chain, family } = world;
    const common = { v: 1, id: newId(chain.random), by: family.mother.party, at: chain.clock() } as const;
    const seen = { size: 5, root: EMPTY_LOG.root };
    const refusal = { ...common, seen, kind: 'refuse', ...place, partner: 'org-c' } as const;
    const jws = signObject('eenmaal-statement+jws', refusal, family.keys.mother.signing);
    const index = await write(chain, place.dossier, { kind: 'statement', at: chain.clock(), jws });
    const { result } = await run();
    expect(result.from).toBe(index);
    expect(result.differences).toEqual([{ index, what: 'its maker saw another history' }]);
    expect((await whole()).differences).toEqual(result.differences);
    expect((await run()).result.differences, 'kept for every night after').toEqual(result.differences);
  });

  it('begins anew, and says why, with a save that is damaged, under another key, of another region or program', async () => {
    await run();
    const file = await readFile(path);
    for (const [why, change] of [
      ['damaged', { keeper: keeper(systemRandom(32)) }],
      ['other-program', { program: 'two' }],
    ] as const) {
      await writeFile(path, file);
      const { result } = await run(change);
      expect([result.from, result.anew], why).toEqual([0, why]);
    }
    const bit = Buffer.from(file);
    bit[bit.length >> 1] = (bit[bit.length >> 1] as number) ^ 1;
    await writeFile(path, bit);
    expect((await run()).result).toMatchObject({ from: 0, anew: 'damaged' });
    const other = await startWithFamily({ seed: 'replay elsewhere' });
    const theirs = await other.chain.participant('officer/fg');
    const signed = await theirs.checkpoints.advance();
    const { law, region } = other.chain;
    const common = { transport: theirs.transport, signed, law, keeper: keeper(), program: 'one' };
    const result = await replayOn({ ...common, region, random: systemRandom });
    expect(result).toMatchObject({ from: 0, anew: 'other-region', differences: [] });
    await other.chain.stop();
  });
});

describe('an entry that was changed before the place where it goes on', () => {
  /** Shows another text of entry 20, with the leaf it always had. */
  const lying = async (honest: Transport) =>
    changed(honest, 'log', ({ answer, attached }) => {
      const entries = answer.entries.map((entry) =>
        entry.index === 20 && 'event' in entry ? { ...entry, event: entry.event.replace(/"at":1/, '"at":2') } : entry,
      );
      return { answer: { ...answer, entries }, attached };
    });

  it('is named when it was shown changed then, and stays named', async () => {
    const { one } = await officer(1);
    await run({ transport: await lying(one.transport) });
    const named = (await run()).result.differences.filter(({ index }) => index === 20).map(({ what }) => what);
    expect(named).toContain('the leaf does not fit its event');
  });

  it('is not looked at again: one shown changed only since then is found by a whole replay', async () => {
    await run();
    const { one } = await officer(1);
    const { result } = await run({ transport: await lying(one.transport) });
    expect(result.differences.some(({ index }) => index === 20)).toBe(false);
    const signed = await one.checkpoints.advance();
    const { differences } = await replay(await lying(one.transport), signed, one.region, world.chain.law);
    expect(differences.some(({ index }) => index === 20)).toBe(true);
  });

  it('stops it when its leaf was changed: the newest checkpoint does not continue where it stopped', async () => {
    await run();
    const records = new SealedRecords(path, key);
    records.open();
    const head = JSON.parse(text(records.read('head'))) as { nodes: string[]; slots: string[] };
    const [first, ...rest] = head.nodes as [string, ...string[]];
    const nodes = [`${first.startsWith('A') ? 'B' : 'A'}${first.slice(1)}`, ...rest];
    const others = ['entries', 'prints', 'places', ...head.slots.map((slot) => `part/${slot}`)];
    records.write([['head', utf8(JSON.stringify({ ...head, nodes }))], ...others.map((name) => [name, null] as const)]);
    expect(await codeOf(run())).toBe('split-view');
  });
});
