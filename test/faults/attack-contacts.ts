/** Who meets a log that was tampered with, what they then say; and the same in builds in which one check is switched off. */
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { accountOf, type LedgerStore, openChannel } from '@eenmaal/broker';
import { Checkpoints, Participant, replay, type Transport } from '@eenmaal/client';
import type { Identity } from '@eenmaal/crypto';
import { type Answer, EenmaalError, type PartyId } from '@eenmaal/model';
import { type LedgerService, startLedger, type WitnessFailure } from '@eenmaal/service-ledger';
import { seededRandom } from '@eenmaal/testkit';
import { jetstream } from '@nats-io/jetstream';
import { changed, eventually, failure } from '../integration/support.ts';
import { startWitnesses } from '../integration/witness-support.ts';
import { policyOfStranger } from './attack-cosigners.ts';
import type { Copy, Kept, Served, World } from './attack-world.ts';
import { type Belief, inBuild } from './broken-builds.ts';

/** What is switched off. Beside what a build believes: */
export type Off =
  | Belief
  /** nobody remembers anything: not a participant, not a witness */
  | 'memory'
  /** any snapshot is taken */
  | 'snapshot'
  /** what lies below a snapshot is not compared when it is read */
  | 'tree'
  /** commits that the server cannot give are passed over */
  | 'holes'
  /** a stream that is missing is made again */
  | 'streams'
  /** what is in the log as erased is not destroyed */
  | 'keepKeys'
  /** witnesses as the ledger names them are believed */
  | 'policy'
  /** how old a cosignature is does not matter */
  | 'age'
  /** what a sender saw */
  | 'confirm';
const SWITCHES: readonly Off[] = [
  'memory',
  'snapshot',
  'tree',
  'holes',
  'streams',
  'keepKeys',
  'policy',
  'age',
  'confirm',
];

export type Contact =
  /** the ledger service itself, when it starts */
  | 'start'
  /** the same, of the snapshot: it is put aside, and the whole log read */
  | 'snapshot'
  /** the ledger service, when what was tampered with is asked for */
  | 'reading'
  /** a participant that was there before */
  | 'returning'
  /** somebody who is handed a message from the other history */
  | 'receiver'
  /** a reader that opens the newest message */
  | 'opening'
  /** the ledger service, of what the log says is erased: it destroys it again before it serves */
  | 'erased'
  /** the privacy officer's replay */
  | 'officer'
  /** the same by an officer who never saw this log before */
  | 'new officer'
  /** both witnesses, and with them the gate that opens nothing */
  | 'witnesses'
  /** a participant, of what witnesses confirmed */
  | 'confirmation';

/** Changes what the ledger answers about its newest checkpoint. */
export type Lie = (
  world: World,
  told: Answer<'checkpoint'>,
  truth: Transport,
) => Answer<'checkpoint'> | Promise<Answer<'checkpoint'>>;

export type Scene = { world: World; served: Served; copy: Copy; contact: Contact; lie?: Lie | undefined };
export const NOTHING = 'nothing noticed';

/** What is said by who should notice; `NOTHING` when the log was served as if nothing were wrong with it. */
export async function noticed(scene: Scene, off: readonly Off[] = []): Promise<string> {
  const beliefs = off.filter((one): one is Belief => !SWITCHES.includes(one));
  return inBuild(beliefs, async () => {
    const abort = new AbortController();
    const stops: (() => unknown)[] = [() => abort.abort()];
    try {
      return await meet(scene, off, abort.signal, stops);
    } catch (error) {
      return inWords(error);
    } finally {
      for (const stop of stops.reverse()) await stop();
    }
  });
}

const inWords = (error: unknown): string => {
  if (error instanceof EenmaalError) return error.detail ? `${error.code}: ${error.detail}` : error.code;
  return `crashed: ${error instanceof Error ? error.stack : error}`;
};
const nothingBut = (error: unknown): string => (error === null ? NOTHING : inWords(error));

/** Nobody draws what somebody drew before. */
let drawn = 0;
const newRandom = () => seededRandom(`contact ${drawn++}`);

type Running = LedgerService & { refused: string[]; store: LedgerStore };

async function start(
  { world, served, copy }: Scene,
  off: readonly Off[],
  signal: AbortSignal,
  more: Partial<Parameters<typeof startLedger>[0]> = {},
): Promise<Running> {
  const { law, region, clock, ledgerIdentity: identity } = world.chain;
  if (off.includes('streams')) await makeMissing(served);
  const opened = await served.open(signal);
  const store = off.includes('holes') ? passingOver(opened, served) : opened;
  const path = join(served.dir, 'snapshot');
  const refused: string[] = [];
  if (copy.snapshot) await writeFile(path, copy.snapshot);
  for (const [name, bytes] of copy.tiles) {
    await mkdir(dirname(join(served.dir, 'tiles', name)), { recursive: true });
    await writeFile(join(served.dir, 'tiles', name), bytes);
  }
  const trustSnapshot = off.includes('snapshot');
  const snapshot = { path, onRefused: (why: string) => void refused.push(why), unsafe: { trustSnapshot } };
  const held = { keys: copy.vaultKeys.map((key) => key.slice()) as readonly Uint8Array[] };
  const vaultKeys = {
    get keys() {
      return held.keys;
    },
    async replace(keys: readonly Uint8Array[]) {
      held.keys = keys.map((key) => key.slice());
    },
  };
  const service = await startLedger({
    ...{ store, identity, vaultKeys, law, region, clock, random: newRandom(), snapshot },
    ...{ monotonic: () => performance.now(), unsafe: { keepKeys: off.includes('keepKeys') } },
    ...more,
  });
  // or they are written while their folder is taken away
  await service.journal.tiles?.settled();
  if (off.includes('tree')) believeStore(service, store);
  return { ...service, refused, store };
}

async function meet(scene: Scene, off: readonly Off[], signal: AbortSignal, stops: (() => unknown)[]): Promise<string> {
  const { world, contact } = scene;
  if (contact === 'witnesses') return askWitnesses(scene, off, signal, stops);
  const service = await start(scene, off, signal);
  const kept = (held: Kept): Kept | undefined => (off.includes('memory') ? undefined : held);
  const { held, family } = world;
  const mother = () =>
    participant(world, service, family.mother.party, family.keys.mother, kept(held.mother), scene.lie);
  switch (contact) {
    case 'start':
      return NOTHING;
    case 'snapshot':
      return service.refused[0] ?? NOTHING;
    case 'reading':
      return nothingBut(await failure(() => readEverything(world, service)));
    case 'returning':
      return nothingBut(await failure(() => mother().sync()));
    case 'opening':
      return nothingBut(await failure(() => openNewest(world, readerOf(world, service))));
    case 'erased':
      return world.erased.every((index) => service.journal.vault.keyOf(world.dossier, index) === null)
        ? 'erased again'
        : NOTHING;
    case 'officer':
      return officerSays(world, service, kept(held.officer));
    case 'new officer':
      return officerSays(world, service);
    case 'confirmation':
      return confirmation(world, service, off, scene.lie);
    case 'receiver':
      return receiverSays(world, service, off);
  }
}

function participant(
  world: World,
  { handle }: LedgerService,
  party: PartyId,
  identity: Identity,
  kept?: Kept,
  lie?: Lie,
  more: Partial<ConstructorParameters<typeof Participant>[0]> = {},
): Participant & { transport: Transport } {
  const { region, law, clock, ledgerIdentity } = world.chain;
  const random = newRandom();
  const request = (frame: Uint8Array) => handle(accountOf(party), frame);
  const ledgerSealingKey = ledgerIdentity.sealing.publicKey;
  const honest = openChannel({ request, identity, party, clock, random, ledgerSealingKey });
  const transport = lie
    ? changed(honest, 'checkpoint', async (told) => ({ ...told, answer: await lie(world, told.answer, honest) }))
    : honest;
  const options = { party, identity, transport, region, law, clock, random, ...kept, ...more };
  return Object.assign(new Participant(options), { transport });
}
const readerOf = (world: World, service: LedgerService, kept?: Kept) =>
  participant(world, service, 'partner/org-b', world.chain.identityOf('partner/org-b'), kept);

/** All that the ledger can be made to give: bodies of messages, and every entry. What is in the answers is not looked at. */
async function readEverything(world: World, service: LedgerService): Promise<void> {
  const { dossier, told } = world;
  await readerOf(world, service).transport.call({ op: 'fetch', dossier, envelopes: told });
  const officer = participant(world, service, 'officer/fg', world.chain.identityOf('officer/fg'));
  const { size } = service.journal;
  for (let from = 0; from < size; ) {
    const { entries } = (await officer.transport.call({ op: 'log', from })).answer;
    from += entries.length;
  }
}

async function openNewest({ dossier, told }: World, reader: Participant): Promise<void> {
  await reader.sync();
  const [newest] = await reader.receive(dossier, told.slice(-1));
  await reader.open(newest as NonNullable<typeof newest>, 'support');
}

async function officerSays(world: World, service: LedgerService, kept?: Kept): Promise<string> {
  const officer = participant(world, service, 'officer/fg', world.chain.identityOf('officer/fg'), kept);
  const { region, law } = world.chain;
  const { differences } = await replay(officer.transport, await officer.checkpoints.advance(), region, law);
  return differences.length === 0
    ? NOTHING
    : differences.map(({ index, what }) => `entry ${index}: ${what}`).join('; ');
}

/** A participant with a witness policy of its own: what it takes for confirmed, and until when. */
async function confirmation(world: World, service: LedgerService, off: readonly Off[], lie?: Lie): Promise<string> {
  const { party } = world.family.mother;
  const policy = off.includes('policy') ? policyOfStranger(world.chain.region) : world.policy.policy;
  const trust = { ...world.policy, policy, maxAge: off.includes('age') ? 1e9 : 1 };
  const who = participant(world, service, party, world.family.keys.mother, world.held.mother, lie, { trust });
  await who.checkpoints.advance();
  const { confirmed } = who.checkpoints;
  if (!confirmed) return 'quorum-missing';
  return confirmed.until < world.chain.clock() ? 'quorum-stale' : NOTHING;
}
/** The father lives on this history; the ledger hands him what the mother sent on the true one. */
async function receiverSays(world: World, service: LedgerService, off: readonly Off[]): Promise<string> {
  const { father } = world.family;
  const { transport } = participant(world, service, father.party, world.family.keys.father);
  const lying = changed(transport, 'fetch', () => world.handed);
  const { region, law, clock, random } = world.chain;
  const options = { party: father.party, identity: world.family.keys.father, region, law, clock, random };
  const who = new Participant({ ...options, transport: lying });
  await who.sync();
  const { confirm } = Checkpoints.prototype;
  if (off.includes('confirm')) Checkpoints.prototype.confirm = async () => {};
  try {
    return nothingBut(await failure(() => who.receive(world.dossier, [world.told.at(-1) as string])));
  } finally {
    Checkpoints.prototype.confirm = confirm;
  }
}

async function askWitnesses(scene: Scene, off: readonly Off[], signal: AbortSignal, stops: (() => unknown)[]) {
  const { world, served } = scene;
  const dir = await mkdtemp(join(served.dir, 'watched-'));
  // a witness that forgets begins anew, or where somebody put it back to
  if (!off.includes('memory')) await cp(world.watched, dir, { recursive: true });
  const witnesses = await startWitnesses(world.chain.region, dir, ['fg', 'getuige']);
  stops.push(() => witnesses.stop());
  const alarms: WitnessFailure[] = [];
  let quorum = false;
  const service = await start(scene, off, signal, {
    witnesses: {
      ...{ policy: witnesses.trust().policy, beatMs: 3_600_000, timeoutMs: 2000, maxStaleness: 3600 },
      onSplitView: (alarm) => void alarms.push(alarm),
      onQuorum(size) {
        quorum = size !== null;
      },
    },
  });
  stops.push(() => service.stop());
  await eventually(async () => {
    if (!quorum && alarms.length < 2) throw new Error('nobody answered');
  });
  const { dossier, told } = world;
  const opened = await failure(() =>
    readerOf(world, service).transport.call({ op: 'fetch', dossier, envelopes: told }),
  );
  const said = alarms.map(({ reason }) => reason);
  return said.length === 0 && opened === null ? NOTHING : `${said.join(' and ')}, so ${inWords(opened)}`;
}

/** A broken build that makes what is missing as if it had never been. */
async function makeMissing({ jsm }: Served): Promise<void> {
  const vault = (await jsm.streams.info('VAULT')).config;
  const { created: _, ...config } = vault as typeof vault & { created?: unknown };
  const ledger = { name: 'LEDGER', subjects: ['led.0'], deny_delete: true, deny_purge: true, max_msgs_per_subject: -1 };
  await jsm.streams.add({ ...config, ...ledger, discard: 'new' } as never);
}

/** A broken build's store: takes what the server still has for all there was, and writes wherever that ends. */
function passingOver(store: LedgerStore, { jsm, nc }: Served): LedgerStore {
  return {
    ...store,
    async append(bytes, expected) {
      await jetstream(nc).publish('led.0', bytes);
      return expected + 1;
    },
    async readAll(from, onCommit) {
      const { last_seq } = (await jsm.streams.info('LEDGER')).state;
      for (let seq = from; seq <= last_seq; seq++) {
        const found = await jsm.streams.getMessage('LEDGER', { seq }).catch(() => null);
        if (found) await onCommit({ seq, bytes: Uint8Array.from(found.data) });
      }
      return last_seq;
    },
  };
}

/** A broken build's journal: gives what lies in the store, whatever the tree says. */
function believeStore({ journal }: LedgerService, store: LedgerStore): void {
  journal.sealedEntry = async (index) => {
    const { commit, offset } = await journal.index.locate(index, (seq) => store.read(seq));
    return { entry: commit.entries[offset] as never, at: commit.timeMs };
  };
}
