/**
 * The privacy officer's replay: the whole log again, with the same rule. Every signature, every authority, every decision
 * is made anew and compared with what the ledger service wrote; the tree is rebuilt and must end in the signed root.
 * No trust in the service that decided is needed (P7).
 */
import { checkEnvelope, checkStatement, decide, emptyState, type FoldInput, fold, type State } from '@eenmaal/consent';
import { equal, fromBase64url, fromHex, toBase64url, utf8 } from '@eenmaal/crypto';
import { verifyEvent } from '@eenmaal/envelope';
import { hashLeaf, makeLeaf, Tree } from '@eenmaal/ledger';
import { type Answer, type Decision, EenmaalError, Event, type Position, parseJson } from '@eenmaal/model';
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
 * @param progress called after each page
 * @throws `split-view` when the log does not have the signed root
 */
export async function replay(
  transport: Transport,
  signed: Position,
  progress?: (done: number, size: number) => void,
): Promise<ReplayResult> {
  const state = emptyState();
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
      step(state, tree, entry, result);
    }
    progress?.(tree.size, signed.size);
  }
  result.size = tree.size;
  result.root = toBase64url(tree.root());
  if (result.root !== signed.root) throw new EenmaalError('split-view', 'the log has another root than was signed');
  return result;
}

function step(state: State, tree: Tree, entry: LoggedEntry, result: ReplayResult): void {
  const { index, at, type, salt, event: json, leaf } = entry;
  const say = (what: string) => result.differences.push({ index, what });
  if (index !== tree.size) throw new EenmaalError('split-view', `entry ${tree.size} is missing`);
  const made = makeLeaf(type, fromBase64url(salt), utf8(json));
  if (!equal(made, fromHex(leaf))) say('the leaf does not fit its event');
  if (at < state.at) say('time runs backwards');
  const event = parseJson(Event, json);
  if (event.at !== at) say('the time shown is not the time logged');
  result.counts[event.kind]++;
  try {
    const input = verifyEvent(state, event);
    judge(state, input, event, at, say);
    fold(state, input, index, at);
  } catch (error) {
    say(error instanceof EenmaalError ? error.code : 'cannot be read');
  }
  tree.append(hashLeaf(fromHex(leaf)));
}

/** Decides again what was decided then. */
function judge(state: State, input: FoldInput, event: Event, at: number, say: (what: string) => void): void {
  if (input.kind === 'statement') {
    const refused = checkStatement(state, input.statement, at);
    if (refused) say(`statement should have been refused: ${refused}`);
    return;
  }
  if (input.kind === 'message') {
    const { compartment, sender, purpose } = input.header;
    compare(decide(state, { party: sender, compartment, purpose }, at), input.event.decision, true, say);
    const refused = checkEnvelope(state, input.header, at);
    if (refused) say(`message should have been refused: ${refused}`);
    return;
  }
  if (event.kind !== 'delivery' && event.kind !== 'opening') return;
  const message = state.messages.get(event.envelope);
  if (!message) {
    say('of a message that is not in the log');
    return;
  }
  const { compartment, index } = message;
  const purpose = event.kind === 'opening' ? { purpose: event.purpose } : {};
  compare(decide(state, { party: event.reader, compartment, index, ...purpose }, at), event.decision, true, say);
  if (event.kind === 'opening' && message.opened.has(event.reader)) say('opened twice in the log');
}

function compare(again: Decision, logged: Decision, permitted: boolean, say: (what: string) => void): void {
  if (permitted && again.outcome !== 'permit') say(`no standing basis: ${again.code}`);
  else if (JSON.stringify(again) !== JSON.stringify(logged)) say('the logged decision differs');
}
