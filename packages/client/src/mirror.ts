/**
 * The participant's copy of the part of the log it may see, verified entry by entry: every signature, and the authority
 * of everyone who says who may read. Who the readers are is then computed here, never asked (P6).
 */
import { checkStatement, emptyState, type FoldInput, fold, type Law, type State } from '@eenmaal/consent';
import { verifyEvent } from '@eenmaal/envelope';
import {
  EenmaalError,
  type EntryView,
  type ErasedMessage,
  type ErrorCode,
  Event,
  type EventOf,
  type Id,
  isSeat,
  type KeyId,
  LEAF_TYPE,
  organisationOf,
  type PartyId,
  parseJson,
  partner,
  type Statement,
  type StatementKind,
  type StatementOf,
} from '@eenmaal/model';
import type { Transport } from './transport.ts';
import { turns } from './turns.ts';

type Slice = { version: string; cursor: number; entries: EntryView[]; links: Map<Id, Map<number, string>> };
const REGISTRY = 'registry';
const HELD = 100;

/**
 * Statements that say who is who: their authority is judged here again. Grants need none of it, because the rule looks
 * only at what the deciders signed; epochs neither, because sealing compares their members with the readers computed here.
 */
const JUDGED: ReadonlySet<StatementKind> = new Set(['partner', 'officer', 'new-keys', 'dossier', 'person', 'custody']);
/** The same of statements that may name somebody, or rest on something, that is not shown to everybody who sees them. */
const JUDGED_IN_PART: ReadonlySet<StatementKind> = new Set([
  'capacity',
  'death',
  'foster',
  'order',
  'seat',
  'seat-end',
  'allow',
  'succession',
  'objection',
  'weigh',
]);

/** A statement and the key that signed it. */
export type Signed<K extends StatementKind> = { statement: StatementOf<K>; kid: KeyId };

const emptySlice = (): Slice => ({ version: '', cursor: -1, entries: [], links: new Map() });

export class Mirror {
  state: State;
  /** Epoch and admit statements by compartment, in log order. */
  keyStatements = new Map<Id, Signed<'epoch' | 'admit'>[]>();
  /** Disclosures by the messages they show, in log order. */
  disclosures = new Map<Id, Signed<'disclose'>[]>();
  /** In log order. */
  consults: Signed<'consult'>[] = [];
  /** My highest sequence number the ledger knows. */
  sequence = -1;
  readonly #transport: Transport;
  readonly #region: string;
  readonly #law: Law;
  readonly #slices = new Map<string, Slice>();
  readonly #verified = new Map<number, FoldInput>();
  readonly #times = new Map<number, number>();
  /** Dossiers that changed and are not read yet: kept when the ledger goes away half-way. */
  readonly #behind = new Set<Id>();
  /** Entries were read that are not in the state yet. */
  #unfolded = true;
  /** Two at once would read the same page twice. */
  readonly #inTurn = turns();
  #after = -1;
  #asked = 0;

  constructor(transport: Transport, region: string, law: Law) {
    this.#transport = transport;
    this.#region = region;
    this.#law = law;
    this.state = emptyState(law);
  }

  /** Brings the copy up to date; resolves with the dossiers that changed. @throws what a dishonest ledger would cause */
  sync(): Promise<Id[]> {
    return this.#inTurn(async () => {
      await this.#pull(null);
      for (let more = true; more; ) {
        const { answer } = await this.#transport.call({ op: 'changes', after: this.#after, held: this.#someHeld() });
        for (const dossier of [...answer.dossiers, ...answer.gone]) this.#behind.add(dossier);
        more = answer.upTo > this.#after;
        this.#after = Math.max(this.#after, answer.upTo);
        this.sequence = answer.sequence;
      }
      const changed = [...this.#behind];
      for (const dossier of changed) {
        await this.#pull(dossier);
        this.#behind.delete(dossier);
      }
      this.#rebuild();
      return changed;
    });
  }

  /** Dossiers held, to hear which are no longer ours, or not as we saw them; a hundred each time, in turn. */
  #someHeld(): { dossier: Id; version: string }[] {
    const held = [...this.#slices.keys()].filter((key) => key !== REGISTRY);
    this.#asked = this.#asked >= held.length ? 0 : this.#asked;
    const some = held.slice(this.#asked, this.#asked + HELD);
    this.#asked += some.length;
    return some.map((dossier) => ({ dossier, version: this.#slices.get(dossier)?.version ?? '' }));
  }

  /** One dossier again, also when the ledger did not say that it changed: time alone can end a grant. */
  refresh(dossier: Id): Promise<void> {
    return this.#inTurn(async () => {
      // who signed is in the registry: without it nothing in a dossier can be verified
      if (!this.#slices.has(REGISTRY)) await this.#pull(null);
      const known = this.#slices.has(dossier);
      if (!(await this.#pull(dossier)) && !known) throw new EenmaalError('unknown-dossier');
      this.#rebuild();
    });
  }

  /** Messages of a dossier that were handed to this party, as the log says, oldest first. */
  deliveredTo(party: PartyId, dossier: Id): Id[] {
    const found: Id[] = [];
    for (const { index } of this.#slices.get(dossier)?.entries ?? []) {
      const input = this.#verified.get(index);
      if (input?.kind !== 'other' || input.event.kind !== 'delivery' || input.event.reader !== party) continue;
      found.push(input.event.envelope);
    }
    return found;
  }

  /** A message's header as it was signed, where the log shows it to us. */
  headerOf(envelope: Id): string | undefined {
    const input = this.#verified.get(this.state.messages.get(envelope)?.index ?? -1);
    return input?.kind === 'message' ? input.event.header : undefined;
  }

  /** Where the log registered a signing key, as far as it is shown to us. */
  registrationOf(kid: KeyId): EntryView | undefined {
    for (const { entries } of this.#slices.values())
      for (const entry of entries) {
        const input = this.#verified.get(entry.index);
        if (input?.kind === 'statement' && input.kids?.signing === kid) return entry;
      }
    return undefined;
  }

  /** A statement as it was signed, where the log shows it to us. */
  statementOf(id: Id): Statement | undefined {
    const input = this.#verified.get(this.state.statements.get(id) ?? -1);
    return input?.kind === 'statement' ? input.statement : undefined;
  }

  /** What the log says of the erasure of a message, as it was shown to us, and of a whole dossier. */
  erasureOf(about: Id): { view: EntryView; event: EventOf<'erasure' | 'dossier-erasure'> } | undefined {
    const dossier = this.state.erasedDossiers.get(about);
    const index = dossier?.entries[0] ?? this.state.messages.get(about)?.gone ?? -1;
    const input = this.#verified.get(index);
    const event = input?.kind === 'other' ? input.event : null;
    if (event?.kind !== 'erasure' && event?.kind !== 'dossier-erasure') return undefined;
    const view = this.#slices.get(event.dossier)?.entries.find((entry) => entry.index === index);
    return view && { view, event };
  }

  /** When an entry was logged. */
  timeOf = (index: number): number | undefined => this.#times.get(index);

  /** Chain links of a compartment by epoch, also of epochs whose statements are not shown. */
  linksOf(dossier: Id, compartment: Id): Map<number, string> {
    const links = new Map(this.#slices.get(dossier)?.links.get(compartment));
    for (const [epoch, known] of (this.state.compartments.get(compartment)?.epochs ?? []).entries())
      if (known?.link) links.set(epoch, known.link);
    return links;
  }

  /** False when there is no such dossier for us (any more); what we had of it is dropped. */
  async #pull(dossier: Id | null): Promise<boolean> {
    const key = dossier ?? REGISTRY;
    let slice = this.#slices.get(key) ?? emptySlice();
    for (let more = true; more; ) {
      const answer = await this.#view(dossier, slice.cursor);
      if (!answer) {
        if (this.#slices.delete(key)) this.#unfolded = true;
        return false;
      }
      if (answer.version !== slice.version && slice.cursor >= 0) {
        slice = emptySlice();
        continue;
      }
      if (slice.cursor < 0 || answer.entries.length > 0) this.#unfolded = true;
      slice.version = answer.version;
      for (const { compartment, epoch, link } of answer.links) {
        const known = slice.links.get(compartment) ?? new Map<number, string>();
        slice.links.set(compartment, known.set(epoch, link));
      }
      slice.entries.push(...answer.entries);
      const last = answer.entries.at(-1);
      if (last) slice.cursor = last.index;
      more = answer.more && last !== undefined;
    }
    this.#slices.set(key, slice);
    return true;
  }

  async #view(dossier: Id | null, after: number) {
    try {
      return (await this.#transport.call({ op: 'view', dossier, after })).answer;
    } catch (error) {
      if (error instanceof EenmaalError && error.code === 'unknown-dossier') return null;
      throw error;
    }
  }

  /** All or nothing: what a dishonest ledger shows leaves the state as it was. */
  #rebuild(): void {
    if (!this.#unfolded) return;
    const { state, keyStatements, disclosures, consults } = this;
    try {
      this.#foldAll();
      this.#unfolded = false;
    } catch (error) {
      Object.assign(this, { state, keyStatements, disclosures, consults });
      throw error;
    }
  }

  #foldAll(): void {
    const shown = [...this.#slices.values()].flatMap((slice) => slice.entries).sort((a, b) => a.index - b.index);
    const entries = withErased(shown);
    // what is shown no more is kept no more
    const known = new Set(shown.map(({ index }) => index));
    for (const index of this.#verified.keys()) if (!known.has(index)) this.#verified.delete(index);
    this.state = emptyState(this.#law);
    this.keyStatements = new Map();
    this.disclosures = new Map();
    this.consults = [];
    for (const entry of entries) {
      if ('message' in entry) {
        fold(this.state, { kind: 'erased', message: entry.message }, entry.index, 0);
        continue;
      }
      const input = this.#verified.get(entry.index) ?? this.#verify(entry);
      this.#verified.set(entry.index, input);
      this.#times.set(entry.index, entry.at);
      fold(this.state, input, entry.index, entry.at);
      if (input.kind === 'statement') this.#keep(input.statement);
    }
  }

  #verify({ index, at, event }: EntryView): FoldInput {
    const parsed = parseJson(Event, event);
    if (index === 0 && (parsed.kind !== 'statement' || parsed.jws !== this.#region))
      throw new EenmaalError('split-view', 'another region');
    const input = verifyEvent(this.state, parsed);
    if (input.kind === 'statement' && index !== 0) this.#judge(input.statement, at);
    return input;
  }

  #judge(statement: Statement, at: number): void {
    const inPart = JUDGED_IN_PART.has(statement.kind);
    if (!inPart && !JUDGED.has(statement.kind)) return;
    const refused = checkStatement(this.state, statement, at);
    if (refused && !(inPart && restsOnUnseen(statement, refused)))
      throw new EenmaalError(refused, 'shown by the ledger');
  }

  #keep(statement: Statement): void {
    // verified a moment ago in this very order, so the signer's key now is the key it signed with
    const kid = this.state.parties.get(statement.by)?.kid ?? '';
    if (statement.kind === 'epoch' || statement.kind === 'admit')
      addTo(this.keyStatements, statement.compartment, { statement, kid });
    if (statement.kind === 'disclose')
      for (const { envelope } of statement.items) addTo(this.disclosures, envelope, { statement, kid });
    if (statement.kind === 'consult') this.consults.push({ statement, kid });
  }
}

/** An entry that is there no more, as its erasure names it. */
type Erased = { index: number; message: ErasedMessage };

/** In the places of erased messages what their erasures say of them: so that it still shows who had received them. */
function withErased(entries: readonly EntryView[]): (EntryView | Erased)[] {
  const there = new Set(entries.map(({ index }) => index));
  const erased = entries.flatMap(({ type, event }): Erased[] => {
    const parsed = type === LEAF_TYPE.erasure ? parseJson<Event>(Event, event) : null;
    if (parsed?.kind !== 'erasure' || there.has(parsed.message.index)) return [];
    return [{ index: parsed.message.index, message: parsed.message }];
  });
  return erased.length === 0 ? [...entries] : [...entries, ...erased].sort((a, b) => a.index - b.index);
}

/**
 * A refusal that is not about who may say it: a person it names is not shown to us, who had custody when it objected (of custody
 * an organisation is shown the newest word only), or how the organisation of a seat came to have something to do with this family.
 * The ledger asked it when it took the statement in; the officer asks again.
 */
function restsOnUnseen(statement: Statement, refused: ErrorCode): boolean {
  if (refused === 'statement-out-of-order') return true;
  if (statement.kind === 'objection') return refused === 'no-authority';
  if (statement.kind !== 'seat' && statement.kind !== 'seat-end') return false;
  return (
    refused === 'no-authority' &&
    isSeat(statement.seat) &&
    statement.by === partner(organisationOf(statement.seat) ?? '')
  );
}

function addTo<T>(lists: Map<Id, T[]>, id: Id, item: T): void {
  const list = lists.get(id) ?? [];
  lists.set(id, list);
  list.push(item);
}
