/**
 * The officer's nightly replay keeps in memory what was touched since it was last put away, and says exactly what one says
 * that holds everything: over several dossiers, erasures, an organisation that ended, and lies.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId, type ReplayOnOptions, type ReplayResult, replay, replayOn, type Transport } from '@eenmaal/client';
import { Pages, type State } from '@eenmaal/consent';
import { signObject } from '@eenmaal/envelope';
import { SealedRecords, systemRandom } from '@eenmaal/host';
import { EenmaalError, EMPTY_LOG, type Id, type Position, STEWARD } from '@eenmaal/model';
import { startFamily, tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openRequest, write } from './guards-support.ts';
import { changed, codeOf, startWithFamily } from './support.ts';

const key = systemRandom(32);
const PAGE = 4;
let world: Awaited<ReturnType<typeof startWithFamily>>;
let officer: Awaited<ReturnType<typeof world.chain.participant>>;
let signed: Position;
let whole: ReplayResult;
let dossiers: Id[];
let dir: string;
let path: string;
let round = 0;

beforeAll(async () => {
  world = await startWithFamily({ seed: 'replay in parts' });
  dir = await mkdtemp(join(tmpdir(), 'eenmaal-replay-parts-'));
  const { chain, attestor, family } = world;
  const families = [family, await startFamily(chain, attestor), await startFamily(chain, attestor)];
  dossiers = families.map(({ dossier }) => dossier);
  const places = [];
  for (const one of families) places.push(await aLife(one));
  const [first, second, third] = families as [typeof family, typeof family, typeof family];
  const told = await second.mother.send(tale(second.dossier, places[1] as Id, 'Wordt gewist'));
  await second.mother.erase(second.dossier, [told.envelope], { ground: 'ERAS' });
  await attestor.sync();
  await attestor.eraseDossier(third.dossier, { ground: 'KEEP' });
  const steward = await chain.participant(STEWARD);
  await steward.sync();
  await steward.state({ kind: 'succession', partner: 'org-c', successor: null });
  await lie(places[1] as Id);
  for (let i = 0; i < 12; i++) await first.mother.send(tale(first.dossier, places[0] as Id, `Later ${i}`));
  officer = await chain.participant('officer/fg');
  signed = await officer.checkpoints.advance();
  whole = await replay(officer.transport, signed, officer.region, chain.law);
}, 120_000);
afterAll(async () => {
  await world?.chain.stop();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(() => {
  path = join(dir, `replay-${round++}`);
});

/** Told, delivered, opened, refused and taken back. */
async function aLife({ mother, dossier, ids }: typeof world.family): Promise<Id> {
  const { chain } = world;
  const place = await mother.openCompartment(dossier, [ids.mother], 'Wonen');
  await mother.grant(dossier, [place], terms('org-b', chain.clock()));
  await mother.send(tale(dossier, place, 'Een bericht'));
  const reader = await chain.participant('partner/org-b');
  await reader.sync();
  for (const one of await reader.receive(dossier)) {
    await reader.open(one, 'support');
    const jws = openRequest(chain, 'partner/org-c', chain.identityOf('partner/org-c'), one.header.id);
    await codeOf((await chain.participant('partner/org-c')).transport.call({ op: 'open', jws }));
  }
  await mother.withdraw(dossier, [place], 'org-b');
  return place;
}

/** Said in the first dossier of a compartment in another one, by somebody who had seen another history. */
async function lie(compartment: Id): Promise<void> {
  const { chain, family } = world;
  const { dossier, mother, keys } = family;
  const common = { v: 1, id: newId(chain.random), by: mother.party, at: chain.clock() } as const;
  const seen = { size: 5, root: EMPTY_LOG.root };
  const refusal = { ...common, seen, kind: 'refuse', dossier, compartment, partner: 'org-b' } as const;
  const jws = signObject('eenmaal-statement+jws', refusal, keys.mother.signing);
  await write(chain, dossier, { kind: 'statement', at: chain.clock(), jws });
}

function options(change: Partial<ReplayOnOptions> = {}, pages = Number.POSITIVE_INFINITY): ReplayOnOptions {
  let left = pages;
  const transport: Transport = changed(officer.transport, 'log', ({ answer, attached }) => {
    if (left-- <= 0) throw new Error('killed');
    return { answer: { ...answer, entries: answer.entries.slice(0, PAGE) }, attached };
  });
  const { law, region } = world.chain;
  const keeper = new SealedRecords(path, key);
  return {
    ...{ transport, signed, region, law, keeper, random: systemRandom, program: 'one', every: PAGE },
    ...change,
  };
}

/** Dossiers in memory now. */
const held = (state: State): Id[] => dossiers.filter((id) => Map.prototype.has.call(state.dossiers, id));

describe('a replay of which each dossier is put away apart', () => {
  it('has something to say here', () => {
    expect(whole.erased).toBeGreaterThan(5);
    expect(whole.counts.refusal).toBeGreaterThan(0);
    expect(whole.differences.map(({ what }) => what)).toContain('its maker saw another history');
  });

  it.each([1, 7, 40, 10_000])(
    'says what one says that holds everything, put away after every %i entries',
    async (every) => {
      expect(await replayOn(options({ every }))).toEqual({ ...whole, from: 0, anew: null });
    },
  );

  it('says that also when it was killed after each time that it was put away', async () => {
    let result = null;
    for (let from = 0; result === null; from += PAGE) {
      result = await replayOn(options({}, 1)).catch((error: Error) => {
        expect(error.message).toBe('killed');
        return null;
      });
      if (result) expect(result).toEqual({ ...whole, from, anew: null });
    }
  });

  it('holds in memory only what was touched since it was put away', async () => {
    const turns = vi.spyOn(Pages.prototype, 'turnTo');
    try {
      const seen: Id[][] = [];
      const progress = () => {
        const pages = turns.mock.contexts.at(-1) as Pages | undefined;
        if (pages) seen.push(held(pages.state));
      };
      await replayOn(options({ progress }));
      expect(seen.at(-1), 'its last pages are of the first dossier').toEqual([dossiers[0]]);
      const { state } = turns.mock.contexts.at(-1) as Pages;
      expect(held(state), 'all of it was put away').toEqual([]);
      expect(state.dossiers.has(dossiers[1] as Id)).toBe(true);
      expect(held(state)).toEqual([dossiers[1]]);
    } finally {
      turns.mockRestore();
    }
  });

  it('begins anew, and says why, when a part is not what was put away, also when that happens while it runs', async () => {
    await replayOn(options({}, 12)).catch(() => {});
    const file = await readFile(path);
    const bit = Buffer.from(file);
    bit[bit.length >> 1] = (bit[bit.length >> 1] as number) ^ 1;
    await writeFile(path, bit);
    expect(await replayOn(options())).toEqual({ ...whole, from: 0, anew: 'damaged' });
    for (const Keeper of [Spoilt, Unreadable]) {
      await rm(path);
      const keeper = new Keeper(path, key);
      // what is left is told in the first dossier: its part is read to judge that
      const progress = (done: number) => {
        keeper.spoil ||= done > signed.size - 9 && !keeper.wasAsked;
      };
      expect(await replayOn(options({ keeper, progress })), Keeper.name).toEqual({
        ...whole,
        from: 0,
        anew: 'damaged',
      });
      expect(keeper.wasAsked).toBe(true);
    }
    expect(await replayOn(options())).toEqual({ ...whole, from: signed.size, anew: null });
  });

  it('goes on from one that began anew', async () => {
    await replayOn(options({ program: 'another' }, 12)).catch(() => {});
    expect(await replayOn(options())).toEqual({ ...whole, from: 0, anew: 'other-program' });
    expect(await replayOn(options())).toEqual({ ...whole, from: signed.size, anew: null });
  });
});

/** Its file is spoilt in one place when it is next written. */
class Spoilt extends SealedRecords {
  spoil = false;
  wasAsked = false;
  override write(records: Parameters<SealedRecords['write']>[0]): void {
    const list = [...records];
    const part = this.spoil && list.find(([name, content]) => content === null && name.startsWith('part/'))?.[0];
    if (this.spoil) this.wasAsked = true;
    this.spoil = false;
    super.write(list.filter(([name]) => name !== part));
  }
}

/** No part of its file can be read any more: the rule asks for one while it judges an entry. */
class Unreadable extends SealedRecords {
  spoil = false;
  wasAsked = false;
  override read(name: string): Uint8Array {
    if (!this.spoil) return super.read(name);
    this.wasAsked = true;
    throw new EenmaalError('not-readable', name);
  }
}
