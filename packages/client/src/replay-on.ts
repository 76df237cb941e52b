/**
 * The replay that goes on where it stopped: what was decided again so far is put away now and then, and the next run goes on
 * from there, once the newest checkpoint was proven to continue it. So a night costs what the day added, and a run that was
 * killed costs the part since it was last put away. In memory is what was touched since then: every dossier has a part of its
 * own, which is read when the rule first asks for anything of it. What was put away is believed because nobody else can have
 * made it (whoever keeps it seals it); anything wrong with it, and the replay begins anew and says why.
 */
import {
  countsIn,
  Directory,
  type Law,
  MAIN,
  namesIn,
  type Part,
  type PartSource,
  pack,
  pagesOf,
  partsOf,
} from '@eenmaal/consent';
import { fromBase64url, hash256, type Random, text, toBase64url, utf8 } from '@eenmaal/crypto';
import { Frontier, LedgerError } from '@eenmaal/ledger';
import { EenmaalError, type Id, type Position } from '@eenmaal/model';
import {
  beginReplay,
  endReplay,
  isBeginning,
  isKeptDamaged,
  type Replay,
  type ReplayResult,
  readPage,
} from './replay.ts';
import { Slots } from './replay-slots.ts';
import type { Transport } from './transport.ts';

/** Where a replay is put away, record by record; all of it or nothing. What is read is what was put away last. */
export type ReplayKeeper = {
  /** false: nothing was put away. @throws `not-readable` when it was damaged, or is not ours */
  open(): boolean;
  /** @throws `not-readable` */
  read(name: string): Uint8Array;
  /** A record of null stays as it lies there; one that is not named goes. */
  write(records: Iterable<readonly [name: string, content: Uint8Array | null]>): void;
};

/** `from`: where it went on. `anew`: why it began at 0 though something was put away. */
export type ContinuedReplay = ReplayResult & {
  from: number;
  anew: 'damaged' | 'other-region' | 'other-program' | null;
};

export type ReplayOnOptions = {
  transport: Transport;
  /** The newest checkpoint, whose signature the caller checked. */
  signed: Position;
  region: string;
  law: Law;
  keeper: ReplayKeeper;
  random: Random;
  /** Names the program that decides: another one may decide otherwise, so it begins anew. */
  program: string;
  /** Entries between two times that it is put away. */
  every?: number;
  progress?(done: number, size: number): void;
};

type Head = {
  v: 2;
  region: string;
  program: string;
  size: number;
  nodes: string[];
  result: ReplayResult;
  lost: [number, unknown][];
  unread: Id[];
  /** Of the directory. */
  seed: number;
  names: number;
  slots: readonly string[];
  counts: Counts;
};
/** By slot: how much of what its part holds; null: it has none. */
type Counts = (number[] | null)[];

/** A replay under way, and what of it can be read back. */
type Under = {
  all: Replay;
  directory: Directory;
  counts: Counts;
  anew: ContinuedReplay['anew'];
  /** Nothing is read back: all of it stays in memory. */
  whole: boolean;
};

const EVERY = 20_000;
/** The records beside the parts. */
const [HEAD, ENTRIES, PRINTS, PLACES] = ['head', 'entries', 'prints', 'places'];
const partOf = (slot: string): string => `part/${slot}`;

/** @throws `split-view` when the log is not the one that was replayed before, or does not have the signed root */
export async function replayOn(options: ReplayOnOptions): Promise<ContinuedReplay> {
  try {
    return await goOn(takeUp(options), options);
  } catch (error) {
    if (!isKeptDamaged(error)) throw error;
    // damaged while it ran, or a log so false that its parts do not fit each other: what holds everything needs none of them
    return goOn({ ...begun('damaged', options), whole: true }, options);
  }
}

async function goOn(under: Under, options: ReplayOnOptions): Promise<ContinuedReplay> {
  const { transport, signed, every = EVERY, progress } = options;
  const { all, anew } = under;
  const from = all.tree.size;
  if (
    from > 0 &&
    !(await isBeginning(transport, positionOf(all), { size: signed.size, root: fromBase64url(signed.root) }))
  )
    throw new EenmaalError('split-view', 'the log is not the one that was replayed before');
  let kept = from;
  while (all.tree.size < signed.size) {
    await readPage(all, transport, signed);
    progress?.(all.tree.size, signed.size);
    if (all.tree.size - kept < every) continue;
    putAway(under, options);
    kept = all.tree.size;
  }
  const result = endReplay(all, signed);
  if (all.tree.size > kept) putAway(under, options);
  return { ...result, from, anew };
}

const positionOf = ({ tree }: Replay): Position => ({ size: tree.size, root: toBase64url(tree.root()) });

function begun(anew: ContinuedReplay['anew'], { region, law, random }: ReplayOnOptions): Under {
  const directory = Directory.empty(new DataView(random(4).slice().buffer).getUint32(0));
  return { all: beginReplay(region, law), directory, counts: [], anew, whole: false };
}

function takeUp(options: ReplayOnOptions): Under {
  const { keeper } = options;
  try {
    if (!keeper.open()) return begun(null, options);
    const head = JSON.parse(text(keeper.read(HEAD))) as Head;
    if (head.region !== digest(options.region)) return begun('other-region', options);
    if (head.program !== programOf(options)) return begun('other-program', options);
    // what is longer than the log was put away from another one, or of a log that was turned back: the caller finds that out
    if (head.size > options.signed.size) return begun('other-region', options);
    return restored(head, options);
  } catch (error) {
    const damaged = error instanceof LedgerError || error instanceof SyntaxError || error instanceof TypeError;
    if (!damaged && !(error instanceof EenmaalError)) throw error;
    return begun('damaged', options);
  }
}

function restored(head: Head, { region, law, keeper }: ReplayOnOptions): Under {
  const { seed, names: count, slots, counts } = head;
  const [entries, prints, places] = [ENTRIES, PRINTS, PLACES].map((name) => numbers(keeper.read(name)));
  const all = beginReplay(region, law);
  all.slots = new Slots(slots, entries);
  all.tree = Frontier.restore(head.size, head.nodes.map(fromBase64url));
  Object.assign(all.result, head.result);
  for (const [index, entry] of head.lost) all.lost.set(index, entry as never);
  for (const id of head.unread) all.unread.add(id);
  const directory = new Directory({ seed, count, prints: prints as Numbers32, slots: places as Numbers32 });
  const under = { all, directory, counts, anew: null, whole: false };
  turn(under, keeper);
  pagesOf(all.state).touch(MAIN);
  if (all.state.size !== head.size) throw new EenmaalError('malformed', 'its parts do not fit');
  return under;
}

/** From here on what was put away is read when it is asked for, and is not in memory before. */
function turn({ all, directory, counts }: Under, keeper: ReplayKeeper): void {
  const slots = [...all.slots.names];
  const source: PartSource = {
    slots,
    directory,
    countsOf: (number) => counts[number] ?? null,
    read: (number) => readBack(() => JSON.parse(text(keeper.read(partOf(slots[number] as string)))) as Part),
  };
  pagesOf(all.state).turnTo(source, all.tree.size, all.slots);
}

function putAway(under: Under, options: ReplayOnOptions): void {
  const { all, directory, counts: before, whole } = under;
  const { state, slots } = all;
  const pages = pagesOf(state);
  const parts = partsOf(state, slots);
  for (const [slot, part] of parts) {
    const number = slots.numberFor(slot);
    // what belongs to no dossier is always in memory
    if (slot !== MAIN) for (const name of namesIn(part)) directory.add(name, number);
  }
  under.counts = slots.names.map((slot, number) => {
    if (!pages.isLoaded(slot)) return before[number] ?? null;
    const part = parts.get(slot);
    return part ? countsIn(part) : null;
  });
  readBack(() => options.keeper.write(recordsOf(under, parts, options)));
  if (!whole) turn(under, options.keeper);
}

function* recordsOf(
  { all, directory, counts }: Under,
  parts: ReadonlyMap<string, Part>,
  options: ReplayOnOptions,
): Generator<[string, Uint8Array | null]> {
  const { state, slots, tree, result, lost, unread } = all;
  const { seed, count, prints, slots: places } = directory.parts();
  const head: Head = {
    ...{ v: 2, region: digest(options.region), program: programOf(options) },
    ...{ size: tree.size, nodes: tree.nodes().map(toBase64url), result, lost: [...lost], unread: [...unread] },
    ...{ seed, names: count, slots: slots.names, counts },
  };
  yield [HEAD, utf8(JSON.stringify(head))];
  yield [ENTRIES, bytes(slots.entries)];
  yield [PRINTS, bytes(prints)];
  yield [PLACES, bytes(places)];
  const pages = pagesOf(state);
  for (const [number, slot] of slots.names.entries())
    if (counts[number]) yield [partOf(slot), pages.isLoaded(slot) ? utf8(JSON.stringify(parts.get(slot))) : null];
}

/** @throws `ledger-damaged` when what was put away is not that any more */
function readBack<T>(act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (!(cause instanceof EenmaalError)) throw cause;
    throw new EenmaalError('ledger-damaged', 'a replay that was put away', { cause });
  }
}

type Numbers32 = Uint32Array<ArrayBuffer>;
const bytes = ({ buffer, byteOffset, byteLength }: Uint32Array) => new Uint8Array(buffer, byteOffset, byteLength);
const numbers = (read: Uint8Array): Numbers32 => new Uint32Array(read.slice().buffer as ArrayBuffer);
const digest = (said: string): string => toBase64url(hash256(utf8(said)));
const programOf = ({ program, law }: ReplayOnOptions): string => digest(`${program} ${JSON.stringify(pack(law))}`);
