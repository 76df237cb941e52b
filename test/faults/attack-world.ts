import './broken-builds.ts';
/**
 * A region that was stopped, copied, and is started again from what somebody made of the copy. One family, three
 * organisations, two witnesses, messages, openings, a withdrawal, two erasures; everything anybody kept of it is kept here too.
 */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, findNatsServer, LEDGER_USER, type LedgerStore, openStreams, startNatsServer } from '@eenmaal/broker';
import type { Transport } from '@eenmaal/client';
import { toBase64url } from '@eenmaal/crypto';
import { bundlesAdded, TILE_WIDTH, tilePath, tilesOf } from '@eenmaal/ledger';
import type { Position } from '@eenmaal/model';
import { Journal } from '@eenmaal/service-ledger';
import { tale, terms } from '@eenmaal/testkit';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { codeOf, eventually, startWithFamily, type TestChain } from '../integration/support.ts';
import { askingWitnesses } from '../integration/witness-support.ts';
import { shelvesOf } from './attack-hand.ts';
import { allOfVault } from './broken-builds.ts';

/** Everything of a ledger at one moment: what lies in its streams, its key file, and its snapshot. */
export type Copy = {
  commits: Uint8Array[];
  vault: Map<string, Uint8Array>;
  /** By place; what is not there was deleted. */
  bodies: Map<number, Uint8Array>;
  /** What the vault's stream says of how long the log was. */
  height: number;
  vaultKeys: Uint8Array[];
  snapshot: Uint8Array | null;
  /** The log's full tiles beside it, by path. */
  tiles: Map<string, Uint8Array>;
};
/** What somebody remembers of the log: where it was, and the signed checkpoint. */
export type Kept = { position: Position; signed: string };

export const copied = (copy: Copy): Copy => ({
  ...{ commits: [...copy.commits], vault: new Map(copy.vault), bodies: new Map(copy.bodies), height: copy.height },
  ...{ vaultKeys: copy.vaultKeys.map((key) => key.slice()), snapshot: copy.snapshot, tiles: new Map(copy.tiles) },
});

async function copyOf(store: LedgerStore, keys: readonly Uint8Array[]): Promise<Copy> {
  const copy: Copy = {
    ...{ commits: [], vault: await store.vaultAll(), bodies: new Map(), height: 0 },
    ...{ vaultKeys: keys.map((key) => key.slice()), snapshot: null, tiles: new Map() },
  };
  copy.height = await store.readAll(1, ({ bytes }) => void copy.commits.push(bytes));
  for (let seq = 1; seq <= BODIES; seq++) {
    const body = await store.getBody(seq);
    if (body) copy.bodies.set(seq, body);
  }
  return copy;
}
/** More than the messages told below. */
const BODIES = 12;

export async function makeWorld(seed: string) {
  const dir = await mkdtemp(join(tmpdir(), 'eenmaal-attacked-'));
  const watched = join(dir, 'watched');
  const asking = askingWitnesses(watched, { beatMs: 50, maxStaleness: 3600 });
  const all = await startWithFamily({ seed, startLedger: asking.startLedger });
  const { chain, family } = all;
  const { dossier, mother, father, ids } = family;
  const place = await mother.openCompartment(dossier, [ids.child8], 'School');
  for (const parent of [mother, father]) {
    await parent.sync();
    await parent.grant(dossier, [place], terms('org-b', chain.clock()));
    await parent.grant(dossier, [place], terms('org-c', chain.clock()));
  }
  const reader = await chain.participant('partner/org-b');
  const tell = async (title: string) => (await mother.send(tale(dossier, place, title))).envelope;
  await mother.sync();
  const told = [await tell('een'), await tell('twee'), await tell('drie')];
  await reader.sync();
  const received = await reader.receive(dossier);
  await eventually(async () => expectDone(await codeOf(reader.open(received[0] as never, 'support'))));
  await mother.erase(dossier, [told[1] as string], { ground: 'ERAS' });

  const { store, journal } = chain.ledger;
  const keysThen = chain.vaultKeys.keys.map((key) => key.slice());
  const snapshot = async (name: string) => {
    const { law, clock, random, vaultKeys } = chain;
    const path = join(dir, name);
    const time = { clock, monotonic: () => performance.now() };
    await (await Journal.open({ store, law, vaultKeys, random, ...time, snapshot: { path } })).keep();
    return readFile(path);
  };
  const older = { ...(await copyOf(store, keysThen)), snapshot: await snapshot('older'), checkpoint: '' };
  const olderCosigned = await eventually(async () => confirmed(chain.ledger.journal, mother.transport));
  older.checkpoint = (await mother.transport.call({ op: 'checkpoint', from: 0 })).answer.checkpoint;

  await mother.withdraw(dossier, [place], 'org-c');
  told.push(await tell('vier'));
  await journal.run((_, at, append) => {
    // enough for two full tiles
    for (let i = 0; i < 520; i++) {
      const event = { kind: 'writer', at, instance: toBase64url(chain.random(16)) } as const;
      append({ slot: 'main', event, input: { kind: 'other', event } });
    }
  });
  told.push(await tell('vijf'));
  const newest = await snapshot('newest');
  const paths = [...tilesOf(journal.size), ...bundlesAdded(0, journal.size)].filter(
    ({ width }) => width === TILE_WIDTH,
  );
  const tiles = new Map<string, Uint8Array>();
  for (const path of paths.map(tilePath)) tiles.set(path, Uint8Array.from(await readFile(join(dir, 'tiles', path))));
  told.push(await tell('zes'));
  await reader.sync();
  const later = await reader.receive(dossier);
  await reader.open(later[1] as never, 'support');
  await mother.erase(dossier, [told[3] as string], { ground: 'ERAS' });
  for (const title of ['zeven', 'acht', 'negen', 'tien']) told.push(await tell(title));

  await father.sync();
  const handed = await father.transport.call({ op: 'fetch', dossier, envelopes: told.slice(-1) });
  const officer = await chain.participant('officer/fg');
  const keep = async (who: typeof mother): Promise<Kept> => {
    await who.sync();
    return { position: who.checkpoints.position, signed: who.checkpoints.signed };
  };
  const held = {
    mother: await keep(mother),
    father: await keep(father),
    reader: await keep(reader),
    officer: await keep(officer as never),
  };
  await eventually(async () => confirmed(chain.ledger.journal, mother.transport));
  const now: Copy = { ...(await copyOf(store, chain.vaultKeys.keys)), snapshot: newest, tiles };
  allOfVault(
    [now, older].flatMap((copy) => [...copy.vaultKeys, ...shelvesOf(copy).flat()]),
    [...now.vault.keys()],
  );
  const state = journal.state;
  const policy = asking.witnesses.trust(60);
  await chain.ledger.stop();
  await chain.server.stop();
  const storeDir = join(dir, 'store');
  await cp(chain.server.storeDir, storeDir, { recursive: true });
  const config = await readFile(join(chain.dir, 'nats.conf'), 'utf8');
  await eventually(async () => asking.witnesses.stop());
  return {
    ...{ dir, chain, family, dossier, place, told, state, policy, config, storeDir, watched, olderCosigned },
    ...{
      older,
      now,
      held,
      handed,
      foreign: await foreignSnapshot(join(dir, 'foreign'), chain),
      erased: [...journal.erased.keys()],
    },
    async stop() {
      await chain.stop();
      await asking.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
export type World = Awaited<ReturnType<typeof makeWorld>>;

function expectDone(code: string): void {
  if (code !== 'done') throw new Error(code);
}

/** The newest checkpoint, once both witnesses confirmed it. */
async function confirmed(journal: Journal, transport: Transport): Promise<string> {
  const { cosigned } = (await transport.call({ op: 'checkpoint', from: 0 })).answer;
  if (cosigned?.checkpoint.split('\n')[1] !== String(journal.size)) throw new Error('not confirmed yet');
  return cosigned.checkpoint;
}

/** A snapshot of another region: an empty log, with a key of its own. */
async function foreignSnapshot(path: string, { law, clock, random }: Pick<TestChain, 'law' | 'clock' | 'random'>) {
  const none = {
    vaultAll: async () => new Map(),
    readAll: async () => 0,
    vaultSeq: async () => 0,
    vaultPut: async () => 0,
  };
  const vaultKeys = { keys: [random(32)], replace: async () => {} };
  const store = none as unknown as LedgerStore;
  const time = { clock, monotonic: () => performance.now() };
  const journal = await Journal.open({ store, law, random, vaultKeys, ...time, snapshot: { path } });
  await journal.vault.ensure('main');
  await journal.keep();
  return readFile(path);
}

/** A message server on a folder of its own. `fill` puts what is to be found there. */
export async function serveStore(world: World, from: Copy | ((storeDir: string) => Promise<void>)) {
  const dir = await mkdtemp(join(tmpdir(), 'eenmaal-copy-'));
  if (typeof from === 'function') {
    await cp(world.storeDir, join(dir, 'store'), { recursive: true });
    await from(join(dir, 'store', 'jetstream', 'HUB', 'streams'));
  }
  const server = await startNatsServer({ serverPath: (await findNatsServer()).path, config: world.config, dir });
  const nc = await connect({ url: server.url, nkeySeed: world.chain.hub.seed, name: LEDGER_USER });
  const open = (signal?: AbortSignal) =>
    openStreams(nc, { monitorUrls: [server.monitorUrl], ...(signal && { signal }) });
  if (typeof from !== 'function') await fill(from, await open(), nc);
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  return {
    ...{ dir, open, jsm, nc },
    async stop() {
      await nc.close();
      await server.stop();
      // a checkpoint may be on its way to its file
      await rm(dir, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
export type Served = Awaited<ReturnType<typeof serveStore>>;

/** As somebody who may write there: everything at the place it says it has. */
async function fill(copy: Copy, store: LedgerStore, nc: Served['nc']): Promise<void> {
  const js = jetstream(nc);
  const put = (subject: string, bytes: Uint8Array | string) => js.publish(subject, bytes);
  const bodies = Math.max(0, ...copy.bodies.keys());
  const places = Array.from({ length: bodies }, (_, i) => i + 1);
  await Promise.all([
    ...copy.commits.map((bytes) => put('led.0', bytes)),
    ...[...copy.vault].map(([slot, bytes]) => put(`vault.${slot}`, bytes)),
    ...places.map((seq) => put('body.0', copy.bodies.get(seq) ?? 'gone')),
    put('vault.$height', String(copy.height)),
  ]);
  await store.deleteBodies(places.filter((seq) => !copy.bodies.has(seq)));
}
