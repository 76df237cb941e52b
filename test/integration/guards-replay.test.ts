/**
 * The officer's replay against a ledger that writes what it likes into its log and signs it: every lie below is durable,
 * in the tree and under a true checkpoint, and is named by its place all the same.
 */
import { newId, type Participant, type Received, replay, type Sent, type Transport } from '@eenmaal/client';
import { hash256, toBase64url } from '@eenmaal/crypto';
import { signObject } from '@eenmaal/envelope';
import { type Decision, EMPTY_LOG, type Event, type EventOf, type Position, type StatementInput } from '@eenmaal/model';
import { fakeClock, tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsFrom, openRequest, write } from './guards-support.ts';
import { changed, codeOf, craft, type Place, start, startWithFamily, type TestChain } from './support.ts';

const MINUTE = 60_000;
const clock = fakeClock();
let world: Awaited<ReturnType<typeof startWithFamily>>;
let place: Place;
let reader: Participant & { transport: Transport };
let received: Received;
let sent: Sent;
/** A history nobody had: as long as ours was, with another root. */
let elsewhere: Position;

beforeAll(async () => {
  world = await startWithFamily({ seed: 'replay-guards', clock });
  const { family, chain } = world;
  const { dossier, ids, mother } = family;
  place = { dossier, compartment: await mother.openCompartment(dossier, [ids.mother], 'Wonen') };
  const purposes = ['support', 'safety'] as const;
  await mother.grant(dossier, [place.compartment], terms('org-b', clock(), { purposes: [...purposes] }));
  sent = await mother.send(tale(dossier, place.compartment, 'Een bericht'));
  reader = await chain.participant('partner/org-b');
  await reader.sync();
  [received] = (await reader.receive(dossier)) as [Received];
  elsewhere = { size: 5, root: EMPTY_LOG.root };
}, 60_000);
afterAll(() => world?.chain.stop());

const identity = () => world.chain.identityOf('partner/org-b');
/** A new officer reads everything up to the newest checkpoint, with the region statement it was given. */
async function officer(chain: TestChain = world.chain) {
  const one = await chain.participant('officer/fg');
  const position = await one.checkpoints.advance();
  return { one, position, result: await replay(one.transport, position, one.region, world.chain.law) };
}

/** What the officer says about an entry the ledger made up. */
async function saidOf(event: Event, slot: string = place.dossier): Promise<string[]> {
  const index = await write(world.chain, slot, event);
  const { result } = await officer();
  return result.differences.filter((difference) => difference.index === index).map(({ what }) => what);
}

async function openingNow(change: Parameters<typeof openRequest>[4] = {}): Promise<EventOf<'opening'>> {
  const { chain } = world;
  const jws = openRequest(chain, 'partner/org-b', identity(), sent.envelope, change);
  const about = { envelope: sent.envelope, reader: 'partner/org-b', purpose: change.purpose ?? 'support' } as const;
  const decision = await decided();
  return { kind: 'opening', at: chain.clock(), jws, ...about, decision };
}

/** The decision the ledger itself made about this reader. */
async function decided(): Promise<Decision> {
  const delivery = (await eventsFrom(world.chain, 0)).find(({ kind }) => kind === 'delivery');
  if (delivery?.kind !== 'delivery') throw new Error('nothing was delivered');
  return delivery.decision;
}

function statement(input: StatementInput, seen: Position): Event {
  const { chain, family } = world;
  const id = newId(chain.random);
  const common = { v: 1, id, by: family.mother.party, at: clock(), seen } as const;
  const jws = signObject('eenmaal-statement+jws', { ...common, ...input }, family.keys.mother.signing);
  return { kind: 'statement', at: clock(), jws };
}

describe('replay', () => {
  it('has nothing to say about an honest log, two purposes included', async () => {
    await reader.open(received, 'support');
    await reader.open(received, 'safety');
    const { result } = await officer();
    expect(result).toMatchObject({ differences: [], counts: { opening: 2 } });
  });

  it('names a second opening for the same purpose', async () => {
    expect(await saidOf(await openingNow())).toContain('opened twice in the log');
  });

  it('names an opening on a request that was signed too long ago', async () => {
    expect(await saidOf(await openingNow({ at: clock() - 11 * MINUTE }))).toContain('opened on an old request');
    expect(await saidOf(await openingNow({ at: clock() - 9 * MINUTE }))).not.toContain('opened on an old request');
    expect(await saidOf(await openingNow({ at: clock() + 11 * MINUTE }))).toContain('opened on an old request');
  });

  it('names a refusal of what was allowed, and of a message that is not there', async () => {
    const denied: Decision = { outcome: 'deny', code: 'D-WITHDRAWN', basis: [], rules: [] };
    const refusal = { kind: 'refusal', at: clock(), purpose: 'support', decision: denied, act: 'open' } as const;
    const about = { envelope: sent.envelope, party: 'partner/org-b' } as const;
    expect(await saidOf({ ...refusal, ...about })).toEqual(['refused although there was a basis']);
    expect(await saidOf({ ...refusal, ...about, party: 'partner/org-c' })).toEqual([]);
    const nowhere = newId(world.chain.random);
    expect(await saidOf({ ...refusal, ...about, envelope: nowhere })).toEqual(['of a message that is not in the log']);
  });

  it('names what was signed by somebody who had seen another history: statement, envelope, opening', async () => {
    const { family, chain } = world;
    const strange = 'its maker saw another history';
    const refuse = { kind: 'refuse', ...place, partner: 'org-c' } as const;
    expect(await saidOf(statement(refuse, elsewhere))).toEqual([strange]);
    expect(await saidOf(statement(refuse, { ...elsewhere, size: 1_000_000 }))).toEqual([strange]);
    expect(await saidOf(await openingNow({ seen: elsewhere }))).toContain(strange);
    await family.mother.sync();
    await family.mother.ensureKey(place.compartment);
    const logged = (await eventsFrom(chain, sent.index))[0] as EventOf<'message'>;
    for (const [ledger, said] of [
      [elsewhere, [strange]],
      [family.mother.checkpoints.position, []],
    ] as const) {
      const { envelope } = craft(chain, family.mother, family.keys.mother, place, { ledger });
      const { header, jws } = envelope;
      const bodyHash = toBase64url(hash256(envelope.body));
      expect(await saidOf({ ...logged, at: clock(), header, jws, bodyHash })).toEqual(said);
    }
  });
});

describe('a log of another region', () => {
  it('is refused though it is sound in itself, and everything in it is signed', async () => {
    const invented = await start({ seed: 'invented', clock });
    try {
      const { one, position, result } = await officer(invented);
      expect(result.differences, 'sound in itself').toEqual([]);
      expect(await codeOf(replay(one.transport, position, world.chain.region, world.chain.law))).toBe('split-view');
    } finally {
      await invented.stop();
    }
  });

  it('is refused also when entry 0 is shown as the true one: the rest does not follow from it', async () => {
    const invented = await start({ seed: 'invented too', clock });
    try {
      const theirs = await officer(invented);
      const { one } = await officer();
      const [first] = (await one.transport.call({ op: 'log', from: 0 })).answer.entries;
      const lying = changed(theirs.one.transport, 'log', ({ answer, attached }) => {
        const entries = answer.entries.map((entry) => (entry.index === 0 && first ? first : entry));
        return { answer: { ...answer, entries }, attached };
      });
      expect(await codeOf(replay(lying, theirs.position, world.chain.region, world.chain.law))).toBe('split-view');
    } finally {
      await invented.stop();
    }
  });
});
