/**
 * Where a scenario is played: the pure rule alone, or a real ledger service with real participants. The player is the same,
 * so both are asked the same questions.
 */
import type { State } from '@eenmaal/consent';
import type {
  Clock,
  Decision,
  ErrorCode,
  Id,
  Instant,
  Mark,
  MessageKind,
  Notice,
  OrganisationId,
  PartyId,
  PublicKeys,
  Purpose,
  StatementInput,
  StatementOf,
} from '@eenmaal/model';

/** What became of a statement. */
export type Said = { id: Id } | { refused: ErrorCode };
/** What became of a message that was sent. */
export type SendResult = { id: Id; decision: Decision } | { decision: Decision } | { refused: ErrorCode };
/** What the rule answered; `faults`: where the party that asked did not get exactly what that means. */
export type Answered = { decision: Decision; faults: string[] };
export type Outgoing = {
  compartment: Id;
  purpose: Purpose;
  kind: MessageKind;
  marks: Mark[];
  basis: Id[] | null;
  text: string;
};
export type Disclosure = Omit<StatementOf<'disclose'>, 'v' | 'id' | 'by' | 'at' | 'seen' | 'kind' | 'items'> & {
  items: Id[];
};
export type Audience = StatementOf<'compartment'>['audience'];
/** What one participant's verified copy holds. */
export type Seen = { compartments: ReadonlySet<Id>; messages: ReadonlySet<Id>; statements: ReadonlySet<Id> };

export type World = {
  /** What the ledger holds. */
  readonly state: State;
  readonly dossier: Id;
  now(): Instant;
  moveTo(at: Instant): void;
  newId(name: string): Id;
  /** 32 bytes that stand for a document outside the ledger. */
  hash(name: string): string;
  keysOf(party: PartyId): PublicKeys;
  say(by: PartyId, input: StatementInput): Promise<Said>;
  /** Opens it and makes its first key; the id is the compartment's. */
  openCompartment(by: PartyId, subjects: Id[], audience: Audience, label: string): Promise<Said>;
  disclose(by: PartyId, disclosure: Disclosure): Promise<Said>;
  consult(by: PartyId, to: OrganisationId, text: string, answers: Id | null): Promise<Said>;
  send(by: PartyId, outgoing: Outgoing): Promise<SendResult>;
  /** The same envelope once more; the id is the message's. */
  replay(by: PartyId, message: Id): Promise<Said>;
  deliver(reader: PartyId, message: Id): Promise<Answered>;
  open(reader: PartyId, message: Id, purpose: Purpose): Promise<Answered>;
  /** Messages that would be handed over now. */
  waiting(reader: PartyId): Promise<Id[]>;
  seenBy(party: PartyId): Promise<Seen>;
  toldTo(party: PartyId): Promise<{ notices: Notice[]; clocks: Clock[] }>;
  /** How many entries of each kind there are. */
  counts(): Promise<ReadonlyMap<string, number>>;
};
