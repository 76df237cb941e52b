/** What a party is shown: which dossiers changed, the entries of one it may see, the log for an officer. */
import {
  clocksFor,
  decide,
  type ErasedDossier,
  type FoldInput,
  isSameSide,
  knowsDossier,
  maySee,
  noticesFor,
  ruleAt,
  type Sight,
  type State,
  sightOf,
} from '@eenmaal/consent';
import { hash256, toBase64url, toHex, utf8 } from '@eenmaal/crypto';
import { trustEvent } from '@eenmaal/envelope';
import {
  type Answer,
  EenmaalError,
  type EntryView,
  type Event,
  type Id,
  type Instant,
  isOfficer,
  isPerson,
  organisationOf,
  type PartyId,
  type Statement,
} from '@eenmaal/model';
import type { Entry } from './entries.ts';
import type { Journal } from './journal.ts';
import { MAIN } from './vault.ts';

/** JSON characters in one page; an answer frame holds a million bytes. */
const PAGE = 500_000;
const SCAN = 20_000;
const NOTICES = 500;

/** A dossier and how somebody last saw it. */
type Held = { dossier: Id; version: string };

/**
 * Dossiers in which `party` may see something new after entry `after`, and those it holds and now sees otherwise. One in which only
 * something happened that it is not shown is not named: else it would hear that, and when.
 */
export async function changes(
  journal: Journal,
  party: PartyId,
  after: number,
  held: readonly Held[],
): Promise<Answer<'changes'>> {
  const found = await journal.run((state, at) => {
    const { slots, upTo } = journal.index.touched(after, SCAN);
    for (const dossier of goneAfter(state, after)) slots.add(dossier);
    const gone = held.filter(({ dossier }) => !knowsDossier(state, party, dossier, at));
    const otherwise = held.filter(
      (one) => !gone.includes(one) && versionOf(state, party, one.dossier, at) !== one.version,
    );
    const changed = new Set(otherwise.map(({ dossier }) => dossier));
    const touched = [...slots].filter((slot) => !changed.has(slot) && knowsDossier(state, party, slot, at));
    const sequence = state.sequences.get(party)?.highest ?? -1;
    return { touched, changed, gone: gone.map(({ dossier }) => dossier), upTo, sequence };
  });
  const { touched, changed, ...rest } = found;
  for (const dossier of touched) if (await hasNews(journal, party, dossier, [after, rest.upTo])) changed.add(dossier);
  return { dossiers: [...changed], ...rest };
}

/** An entry, read. */
type Read = { event: Event; input: FoldInput };
type ReadEntry = (index: number) => Promise<Read | null>;

const entryReader =
  (journal: Journal): ReadEntry =>
  async (index) => {
    const entry = await journal.entryIfThere(index);
    return entry && { event: entry.event, input: trustEvent(entry.event) };
  };

/** Reads each entry once, for all who may have news in it. */
export function readOnce(journal: Journal): ReadEntry {
  const read = entryReader(journal);
  const known = new Map<number, ReturnType<ReadEntry>>();
  return (index) => {
    const entry = known.get(index) ?? read(index);
    known.set(index, entry);
    return entry;
  };
}

/** Whether `party`, which knows the dossier, may see one of its entries after `after` and up to `upTo`, or may have the message in it. */
export async function hasNews(
  journal: Journal,
  party: PartyId,
  dossier: Id,
  [after, upTo]: readonly [number, number],
  read = entryReader(journal),
): Promise<boolean> {
  const { state, index } = journal;
  if (erasuresOf(state, dossier, after).some((at) => at <= upTo)) return true;
  let sight: Sight | undefined;
  for (const at of index.entriesOf(dossier, after)) {
    if (at > upTo) return false;
    const entry = await read(at);
    if (!entry) continue;
    if (isOthers(state, party, entry.event)) continue;
    if (mayFetch(state, party, entry)) return true;
    sight ??= sightOf(state, party, dossier, state.at);
    if (shows(state, party, sight, entry)) return true;
  }
  return false;
}

/** A delivery, an opening or a refusal that is no organisation's to see but its reader's and its sender's: they are many. */
function isOthers({ messages }: State, party: PartyId, event: Event): boolean {
  if (!('envelope' in event) || isPerson(party)) return false;
  const reader = event.kind === 'refusal' ? null : event.reader;
  return reader !== party && !isSameSide(messages.get(event.envelope)?.sender ?? '', party);
}

/** Whether this is a message it may have now: of one from others an organisation is not shown the entry. */
function mayFetch(state: State, party: PartyId, { input }: Read): boolean {
  const message = input.kind === 'message' ? state.messages.get(input.header.id) : undefined;
  if (!message) return false;
  const { id, compartment } = message;
  return decide(state, { party, compartment, message: id }, state.at).outcome === 'permit';
}

/** Of what it sees of a dossier now. */
const versionOf = (state: State, party: PartyId, dossier: Id, at: Instant): string =>
  versionHash(sightOf(state, party, dossier, at));
const versionHash = ({ version }: Sight): string => toBase64url(hash256(utf8(version)));

/** Dossiers of which something was destroyed after an entry: that is said in no dossier, for it outlives them. */
export function goneAfter({ gone }: State, after: number): Set<Id> {
  const dossiers = new Set<Id>();
  for (let at = gone.length - 1; (gone[at]?.index ?? -1) > after; at--) dossiers.add(gone[at]?.dossier ?? '');
  return dossiers;
}

/** Where in the log it is said that something of this dossier was destroyed. */
const erasuresOf = (state: State, dossier: Id, after: number): number[] =>
  state.gone.filter((gone) => gone.dossier === dossier && gone.index > after).map(({ index }) => index);

/** One page of the entries of a dossier (null: the registry) that `party` may see now. */
export async function view(
  journal: Journal,
  party: PartyId,
  dossier: Id | null,
  after: number,
): Promise<Answer<'view'>> {
  const slot = dossier ?? MAIN;
  const { sight, indexes, links } = await journal.run((state, at) => {
    if (dossier !== null && !knowsDossier(state, party, dossier, at)) throw new EenmaalError('unknown-dossier');
    const seen = dossier === null ? null : sightOf(state, party, dossier, at);
    const indexes = journal.index.entriesOf(slot, after);
    if (dossier !== null) indexes.push(...erasuresOf(state, dossier, after));
    indexes.sort((a, b) => a - b);
    return { sight: seen, indexes, links: seen ? linksOf(state, seen) : [] };
  });
  const entries: EntryView[] = [];
  let size = 0;
  let more = false;
  for (const index of indexes) {
    if (size > PAGE) {
      more = true;
      break;
    }
    const entry = await journal.entryIfThere(index);
    if (!entry) continue;
    const { event } = entry;
    if (!shows(journal.state, party, sight, { event, input: trustEvent(event) })) continue;
    const shown = toView(index, entry);
    entries.push(shown);
    size += shown.event.length + 200;
  }
  const version = sight === null ? 'registry' : versionHash(sight);
  return { version, entries, links: after < 0 ? links : [], more };
}

function shows(state: State, party: PartyId, sight: Sight | null, { event, input }: Read): boolean {
  const statement = input.kind === 'statement' ? input.statement : null;
  if (sight === null) return statement !== null && isForAll(party, statement);
  if (event.kind === 'dossier-erasure') return knowsDossier(state, party, event.dossier, state.at);
  const envelope = 'envelope' in event ? event.envelope : input.kind === 'message' ? input.header.id : '';
  return maySee(sight, event, statement, state.messages.get(envelope) ?? null);
}

/** A consult is between two organisations, and that a dossier goes is its keeper's: the rest of the registry is for all. */
function isForAll(party: PartyId, statement: Statement): boolean {
  if (statement.kind === 'erase') return isSameSide(statement.by, party);
  return statement.kind !== 'consult' || isSameSide(statement.by, party) || organisationOf(party) === statement.to;
}

/** Chain links of the compartments in sight; they open nothing without a key. */
function linksOf(state: State, sight: Sight): Answer<'view'>['links'] {
  const links: Answer<'view'>['links'] = [];
  for (const compartment of sight.compartments) {
    for (const [epoch, { link }] of (state.compartments.get(compartment)?.epochs ?? []).entries()) {
      if (link !== null) links.push({ compartment, epoch, link });
    }
  }
  return links;
}

const toView = (index: number, { at, type, salt, json }: Entry & { at: number }): EntryView => ({
  index,
  at,
  type,
  salt: toBase64url(salt),
  event: json,
});

/** What a party should hear of a dossier or of consults, newest last, and which terms run: computed now, whoever slept. */
export function notices(journal: Journal, party: PartyId, dossier: Id | null): Promise<Answer<'notices'>> {
  return journal.run((state, at) => {
    if (dossier === null)
      return {
        notices: noticesFor(state, party, null, at).slice(-NOTICES),
        clocks: clocksFor(state, party, null, at).slice(-NOTICES),
      };
    const erased = state.erasedDossiers.get(dossier);
    if (erased && knowsDossier(state, party, dossier, at))
      return { notices: [noticeOf(state, dossier, erased)], clocks: [] };
    if (!state.dossiers.has(dossier)) throw new EenmaalError('unknown-dossier');
    const told = noticesFor(state, party, dossier, at).slice(-NOTICES);
    const clocks = clocksFor(state, party, dossier, at).slice(-NOTICES);
    // who lost everything still hears that it ended; whoever was never there hears nothing, as of a dossier that is not
    if (told.length + clocks.length === 0 && !knowsDossier(state, party, dossier, at))
      throw new EenmaalError('unknown-dossier');
    return { notices: told, clocks };
  });
}

/** To who kept a dossier, or held copies out of it: that it is gone, and on what ground. */
const noticeOf = ({ law }: State, about: Id, { at, ground }: ErasedDossier): Answer<'notices'>['notices'][number] => ({
  ...{ at, code: 'message-erased', about, article: ruleAt(law, ground, at)?.reference ?? ground },
});

/** The whole log in order, for officers: every event, never a release secret. */
export async function log(journal: Journal, party: PartyId, from: number): Promise<Answer<'log'>> {
  if (!isOfficer(party)) throw new EenmaalError('no-authority');
  const size = await journal.run(() => journal.size);
  const entries: Answer<'log'>['entries'] = [];
  let bytes = 0;
  for (let index = from; index < size && bytes < PAGE; index++) {
    const erased = journal.erased.get(index);
    const entry = erased ? null : await journal.entryIfThere(index);
    if (entry) entries.push({ ...toView(index, entry), leaf: toHex(entry.leaf) });
    else entries.push(await erasedView(journal, index));
    bytes += (entry?.json.length ?? 0) + 300;
  }
  return { entries, size };
}

/** What is left of an erased entry: its leaf, and where the log says why. */
async function erasedView(journal: Journal, index: number): Promise<Answer<'log'>['entries'][number]> {
  const { entry, at } = await journal.sealedEntry(index);
  const covering = journal.erased.get(index);
  if (!covering) throw new EenmaalError('ledger-damaged', 'an entry cannot be read');
  const { by, message } = covering;
  return { index, at, type: entry.leaf[1] ?? 0, leaf: toHex(entry.leaf), erased: { by, message } };
}
