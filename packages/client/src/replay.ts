/**
 * The privacy officer's replay: the whole log again, with the same rule. Every signature, every authority, every decision
 * is made anew and compared with what the ledger service wrote; the tree is rebuilt and must end in the signed root.
 * No trust in the service that decided is needed (P7).
 */
import {
  checkEnvelope,
  checkStatement,
  decide,
  emptyState,
  type FoldInput,
  fold,
  type Law,
  type State,
} from '@eenmaal/consent';
import { equal, fromBase64url, fromHex, toBase64url, utf8 } from '@eenmaal/crypto';
import { readObject, verifyEvent } from '@eenmaal/envelope';
import { hashLeaf, makeLeaf, Tree } from '@eenmaal/ledger';
import {
  type Answer,
  type Decision,
  EenmaalError,
  Event,
  type EventOf,
  LIMITS,
  type Position,
  parseJson,
} from '@eenmaal/model';
import type { Transport } from './transport.ts';

export type Difference = { index: number; what: string };
export type ReplayResult = {
  size: number;
  root: string;
  counts: Record<Event['kind'], number>;
  /** Empty: what was delivered and opened is what the rule allows. */
  differences: Difference[];
};

type LoggedEntry = Answer<'log'>['entries'][number];

/**
 * Replays the log up to the given checkpoint. Reads page by page; memory grows with the number of people, not of entries.
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
  const state = emptyState(law);
  const tree = new Tree();
  const result: ReplayResult = {
    ...{ size: 0, root: '', differences: [] },
    counts: { statement: 0, message: 0, delivery: 0, opening: 0, refusal: 0, writer: 0 },
  };
  while (tree.size < signed.size) {
    const { answer } = await transport.call({ op: 'log', from: tree.size });
    if (answer.entries.length === 0) throw new EenmaalError('split-view', 'the log ends early');
    for (const entry of answer.entries) {
      if (tree.size === signed.size) break;
      step(state, tree, entry, result, region);
    }
    progress?.(tree.size, signed.size);
  }
  result.size = tree.size;
  result.root = toBase64url(tree.root());
  if (result.root !== signed.root) throw new EenmaalError('split-view', 'the log has another root than was signed');
  return result;
}

function step(state: State, tree: Tree, entry: LoggedEntry, result: ReplayResult, region: string): void {
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
  try {
    const input = verifyEvent(state, event);
    judge(state, input, at, say);
    const seen = positionIn(input, event);
    if (seen && seen.size > 0 && (seen.size > tree.size || toBase64url(tree.root(seen.size)) !== seen.root))
      say('its maker saw another history');
    fold(state, input, index, at);
  } catch (error) {
    say(error instanceof EenmaalError ? error.code : 'cannot be read');
  }
  tree.append(hashLeaf(fromHex(leaf)));
}

/** Decides again what was decided then. */
function judge(state: State, input: FoldInput, at: number, say: (what: string) => void): void {
  if (input.kind === 'statement') {
    const refused = checkStatement(state, input.statement, at);
    if (refused) say(`statement should have been refused: ${refused}`);
    return;
  }
  if (input.kind === 'message') {
    const { compartment, sender, purpose } = input.header;
    compare(decide(state, { party: sender, compartment, purpose }, at), input.event.decision, say);
    const refused = checkEnvelope(state, input.header, at);
    if (refused) say(`message should have been refused: ${refused}`);
    return;
  }
  if (input.kind === 'other' && input.event.kind !== 'writer') judgeReading(state, input.event, at, say);
}

/** Deliveries and openings had a basis; refusals had none. */
function judgeReading(
  state: State,
  event: EventOf<'delivery' | 'opening' | 'refusal'>,
  at: number,
  say: (what: string) => void,
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
    if (again.outcome === 'permit') say('refused although there was a basis');
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

function compare(again: Decision, logged: Decision, say: (what: string) => void): void {
  if (again.outcome !== 'permit') say(`no standing basis: ${again.code}`);
  else if (JSON.stringify(again) !== JSON.stringify(logged)) say('the logged decision differs');
}
