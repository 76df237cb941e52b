/** What the log says so far, in the shape the rule asks its questions in. Only `fold` changes it. */
import {
  type AttachmentRef,
  type Id,
  type Instant,
  type KeyId,
  type OrganisationId,
  type PartyId,
  type Profile,
  type PublicKeys,
  Purpose,
} from '@eenmaal/model';

/** A registered party and its keys. */
export type PartyState = {
  party: PartyId;
  /** Who registered it: may replace its keys. */
  registrar: PartyId;
  name: string;
  attests: boolean;
  keys: PublicKeys | null;
  kid: KeyId | null;
  sealingKid: KeyId | null;
};

export type PersonState = {
  id: Id;
  dossier: Id;
  turns12: Instant | null;
  turns16: Instant | null;
  turns18: Instant | null;
  /** Holders of custody, by the newest attestation. */
  custody: readonly Id[];
  /** That attestation; null while there is none. */
  custodyStatement: Id | null;
};

export type GrantState = {
  id: Id;
  compartment: Id;
  by: Id;
  partner: OrganisationId;
  purposes: readonly Purpose[];
  /** The same, one bit each: a decision is about the purposes that all deciders share. */
  purposeBits: number;
  from: Instant;
  until: Instant;
  history: boolean;
  /** Where in the log it stands. */
  index: number;
  /** How it ended, if it did. */
  ended: 'withdrawn' | 'refused' | null;
};

/** What one person said about one partner in one compartment: grants that may still answer, or the last that was ended. */
export type Say = { grants: GrantState[]; refused: boolean };

export type MemberState = { kid: KeyId; scope: 'history' | 'epoch' };
/** `statements`: the epoch's own, and those that admitted members to it later. */
export type EpochState = { statements: Id[]; members: Map<PartyId, MemberState>; link: string | null };

export type CompartmentState = {
  id: Id;
  dossier: Id;
  subjects: readonly Id[];
  /** partner -> person -> what was said */
  says: Map<OrganisationId, Map<Id, Say>>;
  epochs: EpochState[];
  messages: Id[];
  /** Family members who wrote here. */
  writers: Set<Id>;
};

export type MessageState = {
  id: Id;
  index: number;
  compartment: Id;
  sender: PartyId;
  purpose: Purpose;
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
};

/** A sender's sequence numbers: the highest, and those seen within the window below it. */
export type SequenceState = { highest: number; seen: Set<number> };

export type DossierState = { id: Id; by: PartyId; persons: Id[]; compartments: Id[] };

export type State = {
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
  messages: Map<Id, MessageState>;
  sequences: Map<PartyId, SequenceState>;
  /** Entries folded so far. */
  size: number;
  /** Time of the newest entry. */
  at: Instant;
};

export const emptyState = (): State => ({
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

export const currentEpoch = (compartment: CompartmentState): EpochState | undefined => compartment.epochs.at(-1);
