/** What the log says so far, in the shape the rule asks its questions in. Only `fold` changes it. */
import {
  type AttachmentRef,
  type Id,
  type Instant,
  type KeyId,
  type Mark,
  type OrganisationId,
  type PartyId,
  type Profile,
  type PublicKeys,
  Purpose,
  type RoleId,
  type RuleId,
  type StatementKind,
  type StatementOf,
  type Weighed,
} from '@eenmaal/model';
import type { Law, Rule } from './law.ts';
import type { Remembered } from './remembered.ts';

/** A registered party and its keys. */
export type PartyState = {
  party: PartyId;
  /** Who registered it: may replace its keys. */
  registrar: PartyId;
  name: string;
  attests: boolean;
  /** Of a partner or a seat: the organisation, and its tasks in the chain. */
  organisation: OrganisationId | null;
  roles: readonly RoleId[];
  /** Rules that might give it something nobody decided yet. */
  offered: readonly Rule[];
  /** All its tasks end when somebody turns 18. */
  youthOnly: boolean;
  /** The rule of secrecy its professionals are bound by. */
  secrecy: RuleId;
  /** Of a family member: who it is. */
  person: Id | null;
  seat: SeatState | null;
  /** The organisation ended or merged (succession). */
  ended: boolean;
  keys: PublicKeys | null;
  kid: KeyId | null;
  sealingKid: KeyId | null;
};

/** Who decides: a family member's id, or `partner/<id>` of the institution that is guardian. */
export type DeciderId = string;

export type PersonState = {
  id: Id;
  dossier: Id;
  turns12: Instant | null;
  turns16: Instant | null;
  turns18: Instant | null;
  /** Holders of custody who live, by the newest attestation; a guardian institution as `partner/<id>`. */
  custody: readonly DeciderId[];
  /** The newest attestation. */
  custodyStatement: Id | null;
  /** What that rests on: the attestation, and the death of a holder since; null while there is none. */
  custodyBasis: Id | null;
  /** Where in the log a holder of custody died: the survivor says again what it said before. */
  holderDied: number | null;
  partial: StatementOf<'custody'>['partial'];
  /** Who speaks instead, when this adult cannot judge; null: it can. Under 18 the holders of custody do. */
  representatives: readonly Id[] | null;
  capacityBasis: Id | null;
  /** Who spoke for it before, oldest first: what was owed to them then stays owed. */
  earlier: Earlier[];
  dead: boolean;
  secretAddress: boolean;
};

/** Who spoke for somebody until an entry of the log changed it. */
export type Earlier = Pick<PersonState, 'custody' | 'representatives' | 'holderDied'> & {
  index: number;
  until: Instant;
};

export type GrantState = {
  id: Id;
  compartment: Id;
  by: DeciderId;
  partner: OrganisationId;
  purposes: readonly Purpose[];
  /** The same, one bit each: a decision is about the purposes that all deciders share. */
  purposeBits: number;
  from: Instant;
  until: Instant;
  history: boolean;
  /** Where in the log it stands, and when that was. */
  index: number;
  at: Instant;
  /** How it ended, if it did. */
  ended: 'withdrawn' | 'refused' | null;
};

/** What one decider said about one partner in one compartment: grants that may still answer, or the last that was ended. */
export type Say = { partner: OrganisationId; by: DeciderId; grants: GrantState[]; refused: boolean };

export type MemberState = { kid: KeyId; scope: 'history' | 'epoch' };
/** `statements`: the epoch's own, and those that admitted members to it later. */
export type EpochState = { statements: Id[]; members: Map<PartyId, MemberState>; link: string | null };

export type CompartmentState = {
  id: Id;
  dossier: Id;
  by: PartyId;
  audience: StatementOf<'compartment'>['audience'];
  subjects: readonly Id[];
  /** The subjects themselves, and one list of all that was said: a decision should touch little memory. */
  people: readonly PersonState[];
  says: Say[];
  remembered: Remembered;
  /** subject -> family members it lets read what is about it, each with the statement */
  allowed: Map<Id, Map<Id, Id>>;
  epochs: EpochState[];
  messages: Id[];
  /** Family members who wrote here. */
  writers: Set<Id>;
  /** When the newest message was taken in; 0: none was. */
  lastMessageAt: Instant;
};

export type MessageState = {
  id: Id;
  index: number;
  /** When it was taken in. */
  at: Instant;
  compartment: Id;
  sender: PartyId;
  purpose: Purpose;
  marks: readonly Mark[];
  secretHash: string;
  stored: number;
  /** Bytes of the sealed body. */
  size: number;
  bodyHash: string;
  attachments: readonly AttachmentRef[];
  delivered: Map<PartyId, number>;
  /** Where each reader first opened it. */
  opened: Map<PartyId, number>;
  /** `<reader> <purpose>`: each is logged once. */
  openedFor: Set<string>;
  /** Oldest first. */
  disclosures: DisclosureState[];
  /** The statement that erased it: closed from there on. */
  erased: Id | null;
  /** Where the log says that its key is destroyed; of its content, size and purpose nothing is known any more. */
  gone: number | null;
  /** The message that took its place. */
  supersededBy: Id | null;
  /** Subjects who dispute it (AVG art. 18). */
  disputedBy: Set<Id>;
};

export type SeatState = {
  seat: PartyId;
  dossier: Id;
  role: StatementOf<'seat'>['role'];
  for: PartyId | null;
  from: Instant;
  until: Instant;
  statement: Id;
  index: number;
  /** An objection that is not weighed yet. */
  objection: Id | null;
};

export type OrderState = {
  id: Id;
  child: Id;
  institution: OrganisationId;
  from: Instant;
  until: Instant;
  statement: Id;
};
export type FosterState = {
  child: Id;
  parent: Id;
  provider: OrganisationId;
  from: Instant;
  until: Instant;
  statement: Id;
};
export type AskState = {
  id: Id;
  by: PartyId;
  to: OrganisationId;
  rule: RuleId;
  about: readonly Id[];
  purpose: Purpose;
};

/** A question without a name, or an answer to one: in no dossier. */
export type ConsultState = { id: Id; index: number; at: Instant; by: PartyId; to: OrganisationId; answers: Id | null };

export type DisclosureState = {
  id: Id;
  dossier: Id;
  by: PartyId;
  to: PartyId;
  rule: RuleId;
  purpose: Purpose;
  items: readonly Id[];
  ask: Id | null;
  answers: readonly Weighed[];
  emergency: boolean;
  /** Telling the family was put off when it was made. */
  later: boolean;
  index: number;
  at: Instant;
  endorsement: Id | null;
  /** An objection that is not weighed yet. */
  objection: Id | null;
  /** A weighing decided that it ends. */
  ended: boolean;
  /** The family may know of it: from the start, or since it was told. */
  told: boolean;
};

/** An act as notices and clocks need it: what, when, by whom, about what. */
export type Act = {
  kind: StatementKind;
  id: Id;
  index: number;
  at: Instant;
  by: PartyId;
  /** The other organisation it concerns. */
  partner: OrganisationId | null;
  /** The person, compartment, order, seat or earlier act it is about, as its kind says. */
  about: string | null;
};

/** A sender's sequence numbers: the highest, and those seen within the window below it. */
export type SequenceState = { highest: number; seen: Set<number> };

export type DossierState = {
  id: Id;
  by: PartyId;
  persons: Id[];
  compartments: Id[];
  seats: PartyId[];
  orders: Map<Id, OrderState>;
  fosters: FosterState[];
  /** Organisations that have, or had, something to do here: only they may act in it. */
  organisations: Set<OrganisationId>;
  /** Everything said here but keys, in order. */
  acts: Act[];
  /** Messages whose keys are destroyed, in that order. */
  gone: Id[];
};

/** A dossier of which every key is destroyed. `entries`: where the log says so; `holders`: organisations that had copies. */
export type ErasedDossier = {
  statement: Id;
  ground: RuleId;
  decidedBy: OrganisationId;
  at: Instant;
  holders: readonly OrganisationId[];
  entries: number[];
};

/** A right that was used: by whom towards whom, about whom and which messages (none: all), and what became of it. */
export type RequestState = {
  dossier: Id;
  to: OrganisationId;
  by: PartyId;
  right: StatementOf<'request'>['right'];
  about: Id;
  items: readonly Id[];
  answered: boolean;
  refused: boolean;
};

export type State = {
  /** The law files the region works with; the same for everybody who decides. */
  law: Law;
  profile: Profile;
  origin: string;
  steward: KeyId | null;
  ledger: PublicKeys | null;
  parties: Map<PartyId, PartyState>;
  /** Every key ever registered: whose it is, and whether it was replaced. */
  keys: Map<KeyId, { party: PartyId; x: string; retired: boolean }>;
  /** The same keys by their public part: none can be registered twice, or a name could be taken over. */
  signingKeys: Set<string>;
  dossiers: Map<Id, DossierState>;
  persons: Map<Id, PersonState>;
  compartments: Map<Id, CompartmentState>;
  /** Every statement's log index, by id. */
  statements: Map<Id, number>;
  grants: Map<Id, GrantState>;
  disclosures: Map<Id, DisclosureState>;
  asks: Map<Id, AskState>;
  requests: Map<Id, RequestState>;
  consults: Map<Id, ConsultState>;
  /** What each erasure erased. */
  erasures: Map<Id, readonly Id[]>;
  /** Erased messages, and dossiers with the statement, whose keys the log does not say are destroyed. */
  erasing: Set<Id>;
  erasingDossiers: Map<Id, Id>;
  erasedDossiers: Map<Id, ErasedDossier>;
  /** Entries that say that keys are destroyed, in order. */
  gone: { index: number; dossier: Id }[];
  messages: Map<Id, MessageState>;
  sequences: Map<PartyId, SequenceState>;
  /** Entries folded so far. */
  size: number;
  /** Time of the newest entry. */
  at: Instant;
};

/** A state before any entry. */
export const emptyState = (law: Law): State => ({
  law,
  profile: 'strict',
  origin: '',
  steward: null,
  ledger: null,
  parties: new Map(),
  keys: new Map(),
  signingKeys: new Set(),
  dossiers: new Map(),
  persons: new Map(),
  compartments: new Map(),
  statements: new Map(),
  grants: new Map(),
  disclosures: new Map(),
  asks: new Map(),
  requests: new Map(),
  consults: new Map(),
  erasures: new Map(),
  erasing: new Set(),
  erasingDossiers: new Map(),
  erasedDossiers: new Map(),
  gone: [],
  messages: new Map(),
  sequences: new Map(),
  size: 0,
  at: 0,
});

const BITS = new Map<string, number>(Purpose.options.map((purpose, place) => [purpose, 1 << place]));
export const ALL_PURPOSES = (1 << Purpose.options.length) - 1;

/** A set of purposes as bits; one that is unknown has none. */
export const bitsOf = (purposes: readonly Purpose[]): number =>
  purposes.reduce((bits, purpose) => bits | (BITS.get(purpose) ?? 0), 0);

/** What was said about this partner. */
export const saysTo = ({ says }: CompartmentState, to: OrganisationId): Say[] =>
  says.filter(({ partner }) => partner === to);
/** What this decider said about this partner. */
export const sayOf = ({ says }: CompartmentState, to: OrganisationId, by: DeciderId): Say | undefined =>
  says.find((say) => say.partner === to && say.by === by);

export const currentEpoch = (compartment: CompartmentState): EpochState | undefined => compartment.epochs.at(-1);
