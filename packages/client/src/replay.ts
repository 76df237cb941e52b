/**
 * The privacy officer's replay: the whole log again, with the same rule. Every signature, every authority, every decision
 * is made anew and compared with what the ledger service wrote; the tree is rebuilt and must end in the signed root.
 * No trust in the service that decided is needed (P7).
 */
import {
  checkEnvelope,
  checkStatement,
  decide,
  type FoldInput,
  foldPaged,
  type Law,
  MAIN,
  Pages,
  pagesOf,
  type State,
  slotOfStatement,
} from '@eenmaal/consent';
import { equal, fromBase64url, fromHex, toBase64url, utf8 } from '@eenmaal/crypto';
import { readObject, verifyEvent } from '@eenmaal/envelope';
import { Frontier, hashLeaf, makeLeaf, verifyConsistency } from '@eenmaal/ledger';
import {
  type Answer,
  type Decision,
  EenmaalError,
  Event,
  type EventOf,
  type Id,
  LEAF_TYPE,
  LIMITS,
  type Position,
  parseJson,
  type ReasonCode,
  type Statement,
} from '@eenmaal/model';
import { Slots } from './replay-slots.ts';
import type { Transport } from './transport.ts';

export type Difference = { index: number; what: string };
export type ReplayResult = {
  size: number;
  root: string;
  counts: Record<Event['kind'], number>;
  /** Entries that cannot be read any more, and of which a later one says that they were lawfully erased. */
  erased: number;
  /** Empty: what was delivered and opened is what the rule allows. */
  differences: Difference[];
};

type LoggedEntry = Answer<'log'>['entries'][number];
type ReadableEntry = Extract<LoggedEntry, { event: string }>;
type ErasedEntry = Exclude<LoggedEntry, ReadableEntry>;

/** What is under way: `lost`, entries that could not be read, until an erasure says why, by index. */
export type Replay = {
  /** Made by `Pages`: where somebody puts it away, what was not touched since is not in memory. */
  state: State;
  slots: Slots;
  tree: Frontier;
  /** The newest roots, by size: what most makers had seen. */
  roots: Map<number, string>;
  /** Older positions that makers of entries had seen, to be compared with the tree at the end of a page. */
  seen: { index: number; position: Position }[];
  result: ReplayResult;
  region: string;
  lost: Map<number, ErasedEntry>;
  /** Messages of which only their erasure tells. */
  unread: Set<Id>;
};

/**
 * Replays the log up to the given checkpoint. Reads page by page and keeps none of it: memory grows with what the rule must
 * know (people, consents, messages), not with what the log holds. `replayOn` does not keep that in memory either.
 * @param region the region statement this officer was given: entry 0 must be it
 * @param law the law files the region works with
 * @param progress called after each page
 * @throws `split-view` when the log does not have the signed root
 */
export async function replay(
  transport: Transport,
  signed: Position,
  region: string,
  law: Law,
  progress?: (done: number, size: number) => void,
): Promise<ReplayResult> {
  const all = beginReplay(region, law);
  while (all.tree.size < signed.size) {
    await readPage(all, transport, signed);
    progress?.(all.tree.size, signed.size);
  }
  return endReplay(all, signed);
}

/** How many of the newest roots are kept. */
const ROOTS = 8192;

export function beginReplay(region: string, law: Law): Replay {
  const result: ReplayResult = {
    ...{ size: 0, root: '', erased: 0, differences: [] },
    counts: {
      ...{ statement: 0, message: 0, delivery: 0, opening: 0, refusal: 0, writer: 0 },
      ...{ erasure: 0, 'dossier-erasure': 0 },
    },
  };
  return {
    ...{ state: new Pages(law).state, slots: new Slots(), tree: new Frontier(), roots: new Map(), seen: [] },
    ...{ result, region, lost: new Map(), unread: new Set() },
  };
}

/** The next page of the log, decided again. */
export async function readPage(all: Replay, transport: Transport, signed: Position): Promise<void> {
  const { answer } = await transport.call({ op: 'log', from: all.tree.size });
  if (answer.entries.length === 0) throw new EenmaalError('split-view', 'the log ends early');
  for (const entry of answer.entries) {
    if (all.tree.size === signed.size) break;
    if ('event' in entry) step(all, entry);
    else skip(all, entry);
  }
  await comparePositions(all, transport);
}

/**
 * What each maker had seen must be a beginning of the tree read so far. Where it is too long ago the ledger proves it, for
 * the tree is not kept; a proof it cannot give is a position of another history.
 */
async function comparePositions({ tree, seen, result }: Replay, transport: Transport): Promise<void> {
  const root = tree.root();
  const known = new Map<string, boolean>();
  for (const { index, position } of seen.splice(0)) {
    const name = `${position.size}/${position.root}`;
    const same = known.get(name) ?? (await isBeginning(transport, position, { size: tree.size, root }));
    known.set(name, same);
    if (!same) result.differences.push({ index, what: ANOTHER_HISTORY });
  }
  result.differences.sort((a, b) => a.index - b.index);
}

/** What is said of an entry whose maker signed a position that is not in this log. */
export const ANOTHER_HISTORY = 'its maker saw another history';

/** Proven by the ledger, and checked here. */
export async function isBeginning(
  transport: Transport,
  { size, root }: Position,
  to: { size: number; root: Uint8Array },
): Promise<boolean> {
  const { answer } = await transport.call({ op: 'checkpoint', from: size, size: to.size });
  const proof = answer.proof.map(fromBase64url);
  try {
    verifyConsistency({ from: size, fromRoot: fromBase64url(root), to: to.size, toRoot: to.root, proof });
    return true;
  } catch {
    return false;
  }
}

/** @throws `split-view` when the log read does not have the signed root */
export function endReplay({ tree, result, lost }: Replay, signed: Position): ReplayResult {
  const root = toBase64url(tree.root());
  if (root !== signed.root) throw new EenmaalError('split-view', 'the log has another root than was signed');
  const missing = Array.from(lost, ([index, { erased }]) => ({
    index,
    what: erased.by < signed.size ? 'missing: nothing says that it was erased' : 'erased later than this checkpoint',
  }));
  return { ...result, size: tree.size, root, differences: [...result.differences, ...missing] };
}

/** An entry that cannot be read: taken for what a later one must say of it. */
function skip(all: Replay, entry: ErasedEntry): void {
  const { state, tree, result, lost, unread } = all;
  const { index, at, type, leaf, erased } = entry;
  if (index !== tree.size) throw new EenmaalError('split-view', `entry ${tree.size} is missing`);
  const say = (what: string) => result.differences.push({ index, what });
  if (fromHex(leaf)[1] !== type) say('the leaf does not fit its type');
  if (at < state.at) say('time runs backwards');
  // the type is part of the leaf: nothing else can be passed off as an erased message
  if (erased.message && (type !== LEAF_TYPE.message || erased.message.index !== index))
    say('missing: it is no message');
  else lost.set(index, entry);
  if (erased.message && !state.messages.has(erased.message.envelope)) {
    unread.add(erased.message.envelope);
    foldPaged(state, MAIN, { kind: 'erased', message: erased.message }, index, at);
  } else Object.assign(state, { size: index + 1, at: Math.max(state.at, at) });
  grow(all, leaf, MAIN);
}

function step(all: Replay, entry: ReadableEntry): void {
  const { state, tree, result, region } = all;
  const { index, at, type, salt, event: json, leaf } = entry;
  const say = (what: string) => result.differences.push({ index, what });
  if (index !== tree.size) throw new EenmaalError('split-view', `entry ${tree.size} is missing`);
  const made = makeLeaf(type, fromBase64url(salt), utf8(json));
  if (!equal(made, fromHex(leaf))) say('the leaf does not fit its event');
  if (at < state.at) say('time runs backwards');
  const event = parseJson(Event, json);
  if (event.at !== at) say('the time shown is not the time logged');
  // a log of another region may be sound in itself: it is not the one this officer was given to watch
  if (index === 0 && (event.kind !== 'statement' || event.jws !== region))
    throw new EenmaalError('split-view', 'another region');
  result.counts[event.kind]++;
  let slot = MAIN;
  try {
    const input = verifyEvent(state, event);
    if (input.kind === 'statement') slot = slotOfStatement(state, input.statement);
    // what a false one names outside its dossier is forgotten too
    if (event.kind === 'dossier-erasure') for (const entry of event.entries) touch(all, entry);
    judge(all, input, index, at, say);
    const seen = positionIn(input, event);
    if (seen && seen.size > tree.size) say(ANOTHER_HISTORY);
    else if (seen && seen.size > 0) {
      const root = all.roots.get(seen.size);
      if (root === undefined) all.seen.push({ index, position: seen });
      else if (root !== seen.root) say(ANOTHER_HISTORY);
    }
    foldPaged(state, slot, input, index, at);
  } catch (error) {
    if (isKeptDamaged(error)) throw error;
    say(error instanceof EenmaalError ? error.code : 'cannot be read');
  }
  grow(all, leaf, slot);
}

const touch = ({ state, slots }: Replay, entry: number): void => pagesOf(state).touch(slots.slotOf(entry) ?? MAIN);

/** What was put away is not what it was: nothing that is said after it means anything. */
export const isKeptDamaged = (error: unknown): boolean =>
  error instanceof EenmaalError && error.code === 'ledger-damaged';

/** @param slot of a statement, where it belongs; of anything else nobody asks */
function grow({ tree, roots, slots }: Replay, leaf: string, slot: string): void {
  slots.add(slot);
  tree.append(hashLeaf(fromHex(leaf)));
  roots.set(tree.size, toBase64url(tree.root()));
  roots.delete(tree.size - ROOTS);
}

/** Decides again what was decided then. */
function judge(all: Replay, input: FoldInput, index: number, at: number, say: Say): void {
  const { state, unread } = all;
  if (input.kind === 'statement') {
    const refused = checkStatement(state, input.statement, at);
    if (refused && !isOfGone(all, input.statement)) say(`statement should have been refused: ${refused}`);
    return;
  }
  if (input.kind === 'message') {
    const { compartment, sender, purpose } = input.header;
    compare(decide(state, { party: sender, compartment, purpose }, at), input.event.decision, say);
    const refused = checkEnvelope(state, input.header, at);
    if (refused) say(`message should have been refused: ${refused}`);
    return;
  }
  if (input.kind === 'erased') return;
  const { event } = input;
  if (event.kind === 'erasure') judgeErasure(all, event, index, say);
  else if (event.kind === 'dossier-erasure') judgeWhole(all, event, index, say);
  else if (event.kind !== 'writer') judgeReading(state, unread, event, at, say);
}

/** That a whole dossier goes is said outside it, and of what was in it nothing can be read any more. */
const isOfGone = ({ state, lost }: Replay, statement: Statement): boolean =>
  statement.kind === 'erase' &&
  statement.whole &&
  !state.dossiers.has(statement.dossier) &&
  [...lost.values()].some(({ erased }) => erased.message === null);

/** Rests on a signed statement about this very message, and says of it what is known. */
function judgeErasure(
  { state, result, lost }: Replay,
  { message, statement, dossier }: EventOf<'erasure'>,
  index: number,
  say: Say,
): void {
  const gone = lost.get(message.index);
  const same = gone?.erased.by === index && JSON.stringify(gone.erased.message) === JSON.stringify(message);
  if (same) {
    lost.delete(message.index);
    result.erased++;
  } else if (gone?.erased.message) say('says another thing of an entry than is shown of it');
  const known = state.messages.get(message.envelope);
  // of a dossier that went as a whole since, nothing is left to compare with
  if (!known) {
    if (!gone) say('of a message that is not in the log');
    return;
  }
  const fits =
    known.index === message.index && known.compartment === message.compartment && known.sender === message.sender;
  if (!fits) say('of another message than it names');
  if (!state.erasures.get(statement)?.includes(message.envelope)) say('nobody decided to erase this message');
  if (state.compartments.get(message.compartment)?.dossier !== dossier) say('of a message in another dossier');
}

/** Rests on a signed statement by the partner that opened the dossier. */
function judgeWhole(
  { state, result, lost }: Replay,
  { entries, dossier, statement }: EventOf<'dossier-erasure'>,
  index: number,
  say: Say,
): void {
  const decided = state.erasingDossiers.get(dossier) ?? state.erasedDossiers.get(dossier)?.statement;
  if (decided !== statement) say('nobody decided to erase this dossier');
  for (const entry of entries) {
    if (lost.get(entry)?.erased.by !== index) continue;
    lost.delete(entry);
    result.erased++;
  }
}

type Say = (what: string) => void;
/** Refused for what a message holds: of an erased one nobody can say that any more. */
const BY_MARK: readonly ReasonCode[] = ['D-SOURCE-PROTECTED', 'D-THIRD-PERSON', 'D-ADDRESS-SECRET'];

/** Deliveries and openings had a basis; refusals had none. */
function judgeReading(
  state: State,
  unread: ReadonlySet<Id>,
  event: EventOf<'delivery' | 'opening' | 'refusal'>,
  at: number,
  say: Say,
): void {
  const party = event.kind === 'refusal' ? event.party : event.reader;
  const message = state.messages.get(event.envelope);
  if (!message) {
    if (event.kind !== 'refusal' || event.act === 'open') say('of a message that is not in the log');
    return;
  }
  const { compartment, id } = message;
  const purpose = event.kind === 'delivery' ? {} : { purpose: event.purpose };
  const again = decide(state, { party, compartment, message: id, ...purpose }, at);
  if (event.kind === 'refusal') {
    const unknown = unread.has(id) && BY_MARK.includes(event.decision.code);
    if (again.outcome === 'permit' && !unknown) say('refused although there was a basis');
    return;
  }
  compare(again, event.decision, say);
  if (event.kind !== 'opening') return;
  if (message.openedFor.has(`${event.reader} ${event.purpose}`)) say('opened twice in the log');
  const signedAt = readObject('eenmaal-open+jws', event.jws).payload.at;
  if (Math.abs(at - signedAt) > LIMITS.openRequestAge) say('opened on an old request');
}

/** How far the maker of a signed entry had seen the log. */
function positionIn(input: FoldInput, event: Event): Position | null {
  if (input.kind === 'statement') return input.statement.kind === 'region' ? null : input.statement.seen;
  if (input.kind === 'message') return input.header.ledger;
  return event.kind === 'opening' ? readObject('eenmaal-open+jws', event.jws).payload.seen : null;
}

function compare(again: Decision, logged: Decision, say: Say): void {
  if (again.outcome !== 'permit') say(`no standing basis: ${again.code}`);
  else if (JSON.stringify(again) !== JSON.stringify(logged)) say('the logged decision differs');
}
