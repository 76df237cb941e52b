/**
 * A ledger whose store is not what was written is not served: each way of damage, also by somebody who can write
 * well-formed commits, is found when the service starts, before it answers anybody.
 */
import type { LedgerStore, Stored } from '@eenmaal/broker';
import { type Commit, decodeCommit, encodeCommit } from '@eenmaal/ledger';
import { startLedger } from '@eenmaal/service-ledger';
import { regionStatement, seededRandom, tale } from '@eenmaal/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWithFamily } from './support.ts';

let world: Awaited<ReturnType<typeof startWithFamily>>;
let commits: Stored[];

beforeAll(async () => {
  world = await startWithFamily({ seed: 'damaged' });
  const { chain, family } = world;
  const place = await family.mother.openCompartment(family.dossier, [family.ids.mother], 'Gezondheid');
  for (const title of ['een', 'twee', 'drie']) await family.mother.send(tale(family.dossier, place, title));
  commits = [];
  await chain.ledger.store.readAll(1, (stored) => {
    commits.push(stored);
  });
});
afterAll(() => world?.chain.stop());

/** Starts a second service on a store that shows these commits. It must not get as far as its first append. */
function startOn(shown: readonly Stored[], more: Partial<LedgerStore> = {}, region = world.chain.region) {
  const { chain } = world;
  const store: LedgerStore = {
    ...chain.ledger.store,
    ...more,
    async readAll(from, onCommit) {
      for (const commit of shown.slice(from - 1)) await onCommit(commit);
      return shown.length;
    },
    append: () => Promise.reject(new Error('it served')),
  };
  const { clock, law, vaultKeys, ledgerIdentity: identity } = chain;
  return startLedger({
    ...{ store, identity, vaultKeys, law, region, clock, random: seededRandom('again') },
    monotonic: () => performance.now(),
  });
}

const rewrite = (at: number, change: (commit: Commit) => Commit): Stored[] =>
  commits.map((stored, i) =>
    i === at ? { ...stored, bytes: encodeCommit(change(decodeCommit(stored.bytes))) } : stored,
  );
const swapped = (a: number, b: number): Stored[] => {
  const copy = [...commits];
  [copy[a], copy[b]] = [copy[b] as Stored, copy[a] as Stored];
  return copy;
};
const flipped = (at: number): Stored[] =>
  commits.map((stored, i) =>
    i === at ? { ...stored, bytes: stored.bytes.with(80, (stored.bytes[80] ?? 0) ^ 1) } : stored,
  );

it('is the same ledger when nothing was changed: only then does it try to write', async () => {
  await expect(startOn(commits)).rejects.toMatchObject({ code: 'internal', cause: new Error('it served') });
});

it.each<[string, () => Stored[]]>([
  ['a flipped bit', () => flipped(5)],
  ['a flipped bit in the last commit', () => flipped(commits.length - 1)],
  ['a missing commit', () => commits.filter((_, i) => i !== 4)],
  ['two commits in another order', () => swapped(6, 7)],
  ['a commit twice', () => [...commits.slice(0, 6), commits[5] as Stored, ...commits.slice(6)]],
  [
    'a rewritten body',
    () => rewrite(5, (c) => ({ ...c, entries: c.entries.map((e) => ({ ...e, body: e.body.with(0, 1) })) })),
  ],
  [
    'a rewritten leaf',
    () => rewrite(5, (c) => ({ ...c, entries: c.entries.map((e) => ({ ...e, leaf: e.leaf.with(20, 1) })) })),
  ],
  ['a time that runs back', () => rewrite(5, (c) => ({ ...c, timeMs: 1 }))],
  ['another history before it', () => rewrite(5, (c) => ({ ...c, rootBefore: new Uint8Array(32) }))],
  [
    'an entry moved to another dossier',
    () => rewrite(commits.length - 1, (c) => ({ ...c, entries: c.entries.map((e) => ({ ...e, slot: 'main' })) })),
  ],
])('is not served after %s', async (_, damage) => {
  await expect(startOn(damage())).rejects.toMatchObject({ code: 'ledger-damaged' });
});

it('is not served without the key of a dossier', async () => {
  const vaultAll = async () => {
    const all = await world.chain.ledger.store.vaultAll();
    all.delete(world.family.dossier);
    return all;
  };
  await expect(startOn(commits, { vaultAll })).rejects.toMatchObject({ code: 'ledger-damaged' });
});

it('is not served as another region', async () => {
  const { chain } = world;
  const steward = chain.identityOf('steward');
  const other = regionStatement(seededRandom('other'), steward, chain.ledgerIdentity, chain.clock());
  await expect(startOn(commits, {}, other)).rejects.toMatchObject({ code: 'ledger-damaged' });
});

it('does not write an erasure that nobody decided, and goes on', async () => {
  const { chain, family } = world;
  const { journal } = chain.ledger;
  const [known] = journal.state.messages.values();
  if (!known) throw new Error('no message');
  const { index, id: envelope, compartment, sender } = known;
  const forged = journal.run((_, at, append) => {
    const said = { dossier: family.dossier, statement: envelope, ground: 'ERAS' as const, decidedBy: null };
    const event = { kind: 'erasure', at, ...said, message: { index, envelope, compartment, sender, seq: 1 } } as const;
    return append({ slot: 'main', event, input: { kind: 'other', event } });
  });
  await expect(forged).rejects.toMatchObject({ code: 'ledger-damaged', detail: 'an erasure that nobody decided' });
  expect([journal.erased.size, journal.state.messages.get(envelope)?.gone, journal.dead]).toEqual([0, null, null]);
  expect((await family.mother.send(tale(family.dossier, compartment, 'vier'))).index).toBeGreaterThan(index);
});
