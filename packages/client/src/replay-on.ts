/**
 * The replay that goes on where it stopped: what was decided again so far is put away now and then, and the next run goes on
 * from there, once the newest checkpoint was proven to continue it. So a night costs what the day added, and a run that was
 * killed costs the part since it was last put away. What was put away is believed because nobody else can have made it
 * (whoever keeps it seals it); anything wrong with it, and the replay begins anew and says why.
 */
import { type Law, type Part, pack, partsOf, putPart } from '@eenmaal/consent';
import { fromBase64url, hash256, toBase64url, utf8 } from '@eenmaal/crypto';
import { Frontier, LedgerError } from '@eenmaal/ledger';
import { EenmaalError, type Id, type Position } from '@eenmaal/model';
import { beginReplay, endReplay, isBeginning, type Replay, type ReplayResult, readPage } from './replay.ts';
import type { Transport } from './transport.ts';

/** Where a replay is put away, record by record; all of it or nothing. */
export type ReplayKeeper = {
  /** What was put away last; null: nothing. @throws `not-readable` when it was damaged, or is not ours */
  load(): Promise<readonly string[] | null>;
  save(records: Iterable<string>): Promise<void>;
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
  /** Names the program that decides: another one may decide otherwise, so it begins anew. */
  program: string;
  /** Entries between two times that it is put away. */
  every?: number;
  progress?(done: number, size: number): void;
};

type Head = {
  v: 1;
  region: string;
  program: string;
  size: number;
  nodes: string[];
  result: ReplayResult;
  lost: [number, unknown][];
  unread: Id[];
};

const EVERY = 20_000;

/** @throws `split-view` when the log is not the one that was replayed before, or does not have the signed root */
export async function replayOn(options: ReplayOnOptions): Promise<ContinuedReplay> {
  const { transport, signed, keeper, every = EVERY, progress } = options;
  const { all, anew } = await takeUp(options);
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
    await keeper.save(recordsOf(all, options));
    kept = all.tree.size;
  }
  const result = endReplay(all, signed);
  if (all.tree.size > kept) await keeper.save(recordsOf(all, options));
  return { ...result, from, anew };
}

const positionOf = ({ tree }: Replay): Position => ({ size: tree.size, root: toBase64url(tree.root()) });

async function takeUp(options: ReplayOnOptions): Promise<{ all: Replay; anew: ContinuedReplay['anew'] }> {
  const begin = (anew: ContinuedReplay['anew']) => ({ all: beginReplay(options.region, options.law), anew });
  try {
    const records = await options.keeper.load();
    if (records === null) return begin(null);
    const [head, ...parts] = records.map((record) => JSON.parse(record) as unknown);
    const { region, program, size } = head as Head;
    if (region !== digest(options.region)) return begin('other-region');
    if (program !== programOf(options)) return begin('other-program');
    // what is longer than the log was put away from another one, or of a log that was turned back: the caller finds that out
    if (size > options.signed.size) return begin('other-region');
    return { all: restored(head as Head, parts as Part[], options), anew: null };
  } catch (error) {
    const damaged = error instanceof LedgerError || error instanceof SyntaxError || error instanceof TypeError;
    if (!damaged && !(error instanceof EenmaalError)) throw error;
    return begin('damaged');
  }
}

function restored(head: Head, parts: readonly Part[], { region, law }: ReplayOnOptions): Replay {
  const all = beginReplay(region, law);
  for (const part of parts) putPart(all.state, part);
  if (all.state.size !== head.size) throw new EenmaalError('malformed', 'its parts do not fit');
  all.tree = Frontier.restore(head.size, head.nodes.map(fromBase64url));
  Object.assign(all.result, head.result);
  for (const [index, entry] of head.lost) all.lost.set(index, entry as never);
  for (const id of head.unread) all.unread.add(id);
  return all;
}

function* recordsOf(all: Replay, options: ReplayOnOptions): Generator<string> {
  const { state, tree, result, lost, unread } = all;
  const head: Head = {
    ...{ v: 1, region: digest(options.region), program: programOf(options) },
    ...{ size: tree.size, nodes: tree.nodes().map(toBase64url), result, lost: [...lost], unread: [...unread] },
  };
  yield JSON.stringify(head);
  for (const part of partsOf(state, { slotOf: () => undefined }).values()) yield JSON.stringify(part);
}

const digest = (text: string): string => toBase64url(hash256(utf8(text)));
const programOf = ({ program, law }: ReplayOnOptions): string => digest(`${program} ${JSON.stringify(pack(law))}`);
