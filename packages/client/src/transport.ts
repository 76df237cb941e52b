/** What a participant needs from the outside: a way to the ledger, a clock, randomness, a place for chunks. */
import type { Law } from '@eenmaal/consent';
import type { Identity, Random } from '@eenmaal/crypto';
import type { Answer, EenmaalError, Evidence, Id, Instant, PartyId, Position, Request } from '@eenmaal/model';
import type { Trust } from './trust.ts';

/** A sealed channel to the ledger service; `packages/broker` makes one. */
export type Transport = {
  call<R extends Request>(
    request: R,
    attached?: Uint8Array,
  ): Promise<{ answer: Answer<R['op']>; attached: Uint8Array }>;
};

export type ClientOptions = {
  party: PartyId;
  identity: Identity;
  transport: Transport;
  /** The region statement this participant was given with its keys: the root of all trust. */
  region: string;
  /** The law files the region works with: who the readers are follows from them. */
  law: Law;
  clock(): Instant;
  random: Random;
  /** Stores one sealed attachment chunk; resolves when it is durable. */
  upload?(attachment: Id, chunk: number, bytes: Uint8Array): Promise<void>;
  /** The last checkpoint seen, kept by the caller across restarts, so that a rolled-back ledger is noticed. */
  position?: Position;
  /** The same as the log signed it: evidence, should the log be turned back. */
  signed?: string;
  /** The witness policy this participant was given; without one nobody but the ledger vouches for its log. */
  trust?: Trust;
  /** Two histories were found before, and no officer cleared it yet. */
  stopped?: boolean;
  /** Told once two histories are found, before that is thrown: with what others can check, or null. */
  onSplitView?(evidence: Evidence | null, error: EenmaalError): void | Promise<void>;
  /** Test-only: leave the key as it is when a reader leaves, so that the test guarding P1 can be seen to fail. */
  unsafeSkipRotation?: boolean;
};
