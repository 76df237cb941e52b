/**
 * A log of a million entries in a real message server: how long a start takes and how much memory, and what a proof costs
 * then. Each start is a process of its own (growth-start.ts). `history.ts` says what the entries are.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  connect,
  findNatsServer,
  LEDGER_USER,
  newNkey,
  openStreams,
  serverConfig,
  startNatsServer,
} from '@eenmaal/broker';
import { emptyState, fold } from '@eenmaal/consent';
import { newIdentity, signBytes, toBase64url } from '@eenmaal/crypto';
import { readLaw } from '@eenmaal/host';
import {
  appendCommit,
  type CommitEntry,
  ED25519,
  encodeCommit,
  formatProofFile,
  hashTile,
  makeVerifierKey,
  parseTilePath,
  signCheckpoint,
  TileTree,
  Tree,
  verifyConsistency,
  verifyInclusion,
} from '@eenmaal/ledger';
import { Index, Journal, type Replayed, snapshotKeys, TileFiles, Vault, writeSnapshot } from '@eenmaal/service-ledger';
import type { Started, Told } from './growth-start.ts';
import { type Group, perSecond, quantile, race, random, repeat, type Settings, short, spread } from './harness.ts';
import { history, type Made } from './history.ts';

const run = promisify(execFile);
/** Megabytes that a start may have for its objects: what is not let go ends it. Node alone would take what there is. */
const HEAP = 256;
/** Entries in one act: as many as share a commit under load. */
const TOGETHER = 200;

/** An empty log, and how to fill it. */
export async function startGrowth() {
  const dir = await mkdtemp(join(tmpdir(), 'eenmaal-growth-'));
  const hub = newNkey(random);
  const config = serverConfig({ accounts: [], hubPublicNkey: hub.public, syncAlways: true });
  const server = await startNatsServer({ serverPath: (await findNatsServer()).path, config, dir });
  const nc = await connect({ url: server.url, nkeySeed: hub.seed, name: LEDGER_USER });
  const store = await openStreams(nc, { monitorUrls: [server.monitorUrl] });
  const vaultKey = random(32);
  const path = join(dir, 'snapshot');
  let now = 0;
  const open = async () =>
    Journal.open({
      ...{ store, law: await readLaw(), random, clock: () => now, monotonic: () => 0 },
      vaultKeys: { keys: [vaultKey], replace: async () => {} },
      snapshot: { path },
    });
  const told: Told = {
    ...{ url: server.url, monitorUrl: server.monitorUrl, path, ask: [] },
    ...{ seed: hub.seed, vaultKey: toBase64url(vaultKey) },
  };
  return {
    dir,
    told,
    open,
    /** Appends these entries as acts of a service, `TOGETHER` at once; milliseconds it took. */
    async fill(journal: Journal, entries: Iterable<Made>): Promise<number> {
      const began = performance.now();
      let batch: Made[] = [];
      const flush = async () => {
        for (const { slot } of batch) await journal.vault.ensure(slot);
        now = batch.at(-1)?.at ?? now;
        const those = batch;
        batch = [];
        await journal.run((_, at, append) => {
          for (const { slot, event, input } of those) append({ slot, event: { ...event, at }, input });
        });
      };
      for (const made of entries) if (batch.push(made) >= TOGETHER) await flush();
      if (batch.length > 0) await flush();
      return performance.now() - began;
    },
    /**
     * The same many entries, of which only the newest commit will ever be read: leaves and bodies are noise, everything that
     * a snapshot keeps is real. For logs that would take an hour to seal.
     */
    async fillUnread(entries: Iterable<Made>): Promise<Replayed> {
      const vault = await Vault.open(store, { keys: [vaultKey], replace: async () => {} }, random);
      const tiles = new TileFiles(join(dir, 'tiles'));
      const tree = new Tree(tiles);
      const replayed = { state: emptyState(await readLaw()), tree, index: new Index(), seq: 0, timeMs: 0 };
      let batch: CommitEntry[] = [];
      const newSlots: Promise<void>[] = [];
      const flush = async () => {
        await Promise.all(newSlots.splice(0));
        const { index, timeMs } = replayed;
        const commit = { firstIndex: tree.size, timeMs, rootBefore: tree.root(), entries: batch };
        replayed.seq = await store.append(encodeCommit(commit), replayed.seq, toBase64url(random(16)));
        appendCommit(tree, timeMs, commit);
        index.add(replayed.seq, commit);
        batch = [];
      };
      let place = 0;
      for (const { slot, input, at } of entries) {
        if (!vault.has(slot)) newSlots.push(vault.ensure(slot));
        fold(replayed.state, input, place++, at);
        replayed.timeMs = at;
        const leaf = random(34);
        leaf.set([1, 1]);
        if (batch.push({ leaf, slot, body: random(16) }) >= 1000) await flush();
      }
      if (batch.length > 0) await flush();
      const { state } = replayed;
      await tiles.settled();
      writeSnapshot(replayed, null, { path, law: state.law, keys: snapshotKeys(vault), random });
      return replayed;
    },
    async start(more: Partial<Told> = {}): Promise<Started> {
      const file = join(dir, 'told.json');
      await writeFile(file, JSON.stringify({ ...told, ...more }));
      const args = [
        '--disable-warning=ExperimentalWarning',
        `--max-old-space-size=${HEAP}`,
        join(import.meta.dirname, 'growth-start.ts'),
        file,
      ];
      const { stdout } = await run(process.execPath, args);
      return JSON.parse(stdout) as Started;
    },
    async stop() {
      await nc.close();
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Proofs of leaf `i` of a tree: from memory, from its tiles, and checked. */
export function proofs(tree: Tree) {
  const { size } = tree;
  const root = tree.root();
  const tiles = new TileTree({ size, root }, async (path) => hashTile(tree, parseTilePath(path)));
  const any = () => new DataView(random(4).buffer).getUint32(0) % size;
  const inclusion = (index = any()) => ({
    leafHash: tree.leafHash(index),
    index,
    size,
    root,
    proof: tree.inclusionProof(index),
  });
  const consistency = (from = any()) => ({
    from,
    fromRoot: tree.root(from),
    to: size,
    toRoot: root,
    proof: tree.consistencyProof(from),
  });
  return { tiles, any, inclusion, consistency };
}

export async function growth({ quick }: Settings): Promise<Group> {
  const dossiers = quick ? 200 : 10_000;
  const rounds = quick ? 3 : 7;
  const growth = await startGrowth();
  const { state, tree } = await growth.fillUnread(history(dossiers, random, true));
  const { size } = tree;
  const known = [...state.dossiers.keys()];
  const bytes = (await stat(growth.told.path)).size;
  const starts: Started[] = [];
  for (let round = 0; round < rounds; round++) starts.push(await growth.start({ ask: known }));
  const proving = await measureProofs(tree, quick);
  await growth.stop();
  const replayed = await measureReplay(quick);
  const middle = (list: readonly Started[], of: (one: Started) => number) => short(quantile(list.map(of), 0.5));
  const row = (what: string, list: readonly Started[]) => [
    what,
    middle(list, ({ all }) => all / 1000),
    middle(list, ({ opening }) => opening / 1000),
    middle(list, ({ cpu }) => cpu / 1000),
    middle(list, ({ peak }) => peak),
    middle(list, ({ ready }) => ready),
  ];
  const count = size.toLocaleString('en');
  return {
    title: `growth: a log of ${count} entries of ${dossiers.toLocaleString('en')} dossiers`,
    header: ['start', 's, whole process', 's, of them opening', 's of processor time', 'MB at most', 'MB when ready'],
    rows: [
      row('from a snapshot of all', starts),
      row(`from nothing, ${replayed.size.toLocaleString('en')} entries`, [replayed.started]),
    ],
    claims: [
      {
        what: 'times a start from a snapshot of all fits into 2 s',
        value: spread(starts.map(({ all }) => 2000 / all)),
        cpu: spread(starts.map(({ cpu }) => 2000 / cpu)),
        goal: 1,
      },
      {
        what: 'times its memory at most fits into 300 MB',
        value: spread(starts.map(({ peak }) => 300 / peak)),
        goal: 1,
      },
    ],
    notes: [
      `Targets at 1,000,000 entries from a snapshot: under 2 s and under 300 MB. ${starts.every(({ begunAt }) => begunAt > 0) ? 'Every start began at the snapshot' : 'NOT every start began at the snapshot'}; the file has ${short(bytes / 2 ** 20)} MB, of which the start checks what it uses. A dossier is read, and checked, when it is first asked about, and let go again when much was read: ${middle(starts, ({ asked }) => asked)} ms each; after a question in each of all ${known.length.toLocaleString('en')} the process had ${middle(starts, ({ after }) => after)} MB at most (with ${HEAP} MB allowed for objects, \`--max-old-space-size\`; left to itself Node collects late).`,
      `Read from nothing at ${short(replayed.perSecond)} entries a second (one process, everything checked twice: leaf against body, chain against tree). An entry after the snapshot costs as much.`,
      `Proof that an entry is in: built from tiles in memory in ${proving.inclusion} µs, checked in ${proving.verify} µs, ${proving.hashes} hashes, ${proving.hashes * 32} bytes. That the log only grew: built in ${proving.consistency} µs, checked in ${proving.verifyConsistency} µs, ${proving.consistencyHashes} hashes. From tiles already fetched, checked on the way: ${proving.tile} µs; the same hashes. A receipt (proof file with its signed checkpoint): ${proving.receipt} bytes.`,
      `Append with proof: ${perSecond(replayed.appending)} a second, one by one, each durable and then proven to be in the newest tree. Durable entries a second at other widths, beside the disk's own fdatasync: group ledger.`,
    ],
  };
}

async function measureProofs(tree: Tree, quick: boolean) {
  const { tiles, any, inclusion, consistency } = proofs(tree);
  const [claims, steps] = [
    Array.from({ length: 64 }, () => inclusion()),
    Array.from({ length: 64 }, () => consistency()),
  ];
  const places = Array.from({ length: 64 }, any);
  for (const index of places) await tiles.inclusionProof(index);
  let turn = 0;
  const next = <T>(list: readonly T[]): T => list[turn++ % list.length] as T;
  const times = quick ? 50 : 500;
  const cases = {
    inclusion: () => tree.inclusionProof(next(places)),
    verify: () => verifyInclusion(next(claims)),
    consistency: () => tree.consistencyProof(next(places)),
    verifyConsistency: () => verifyConsistency(next(steps)),
    tile: () => tiles.inclusionProof(next(places)),
  };
  const raced = await race(
    Object.entries(cases).map(([name, act]) => ({ name, times, run: repeat(times, act) })),
    quick ? 3 : 15,
  );
  const micros = (name: keyof typeof cases) => short(quantile(raced.wall.get(name) ?? [], 0.5));
  const identity = newIdentity(random);
  const key = makeVerifierKey('region.example/log', ED25519, identity.signing.publicKey);
  const position = { origin: 'region.example/log', size: tree.size, root: tree.root() };
  const checkpoint = signCheckpoint(position, key, (text) => signBytes(identity.signing.secretKey, text));
  const { index, proof } = inclusion();
  return {
    ...{ inclusion: micros('inclusion'), verify: micros('verify'), consistency: micros('consistency') },
    ...{ verifyConsistency: micros('verifyConsistency'), tile: micros('tile') },
    hashes: proof.length,
    consistencyHashes: Math.round(
      quantile(
        steps.map((step) => step.proof.length),
        0.5,
      ),
    ),
    receipt: formatProofFile({ index, proof, checkpoint }).length,
  };
}

/** Microseconds for one entry, durable and proven, by round. */
async function measureAppend(journal: Journal, quick: boolean): Promise<number[]> {
  const times = quick ? 20 : 200;
  const one = async () => {
    const index = await journal.run((_state, at, append) => {
      const event = { kind: 'writer' as const, at, instance: toBase64url(random(16)) };
      return append({ slot: 'main', event, input: { kind: 'other', event } });
    });
    journal.tree.inclusionProof(index);
  };
  const raced = await race([{ name: 'append', times, run: repeat(times, one) }], quick ? 3 : 9, 1);
  return [...(raced.wall.get('append') ?? [])];
}

/** A start that reads everything, of a log small enough to wait for. */
async function measureReplay(quick: boolean) {
  const growth = await startGrowth();
  const journal = await growth.open();
  await growth.fill(journal, history(quick ? 100 : 500, random));
  const appending = await measureAppend(journal, quick);
  const starts: Started[] = [];
  for (let round = 0; round < 3; round++)
    starts.push(await growth.start({ path: join(growth.dir, 'none', 'snapshot') }));
  await growth.stop();
  const started = starts.sort((a, b) => a.all - b.all)[1] as Started;
  return { started, appending, size: started.size, perSecond: (started.size / started.opening) * 1000 };
}
