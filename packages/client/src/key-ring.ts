/**
 * The participant's keys to compartments, found in the wraps addressed to it. With history one wrap is opened, whatever
 * lies behind it: the newest, and from there straight back along the links.
 */
import type { Identity } from '@eenmaal/crypto';
import { type EpochRef, epochCommitment, epochKey, openHistory, openLabel, openWrap } from '@eenmaal/envelope';
import { EenmaalError, type ErrorCode, type Id, type PartyId, type Wrap } from '@eenmaal/model';
import type { Mirror } from './mirror.ts';
import { unlessRefused } from './refused.ts';

/** `malformed`: base64url in a spelling that only the one who wrote it can have chosen. */
const NOISE: readonly ErrorCode[] = ['not-readable', 'malformed'];

/** Keys of one epoch: K_e, and H_e for a member with history. */
export type EpochKeys = { epoch: Uint8Array; history: Uint8Array | null };

export class KeyRing {
  /** Wraps opened so far. */
  unwraps = 0;
  readonly #mirror: Mirror;
  readonly #party: PartyId;
  readonly #identity: Identity;
  readonly #held = new Map<Id, Map<number, EpochKeys>>();

  constructor(mirror: Mirror, party: PartyId, identity: Identity) {
    this.#mirror = mirror;
    this.#party = party;
    this.#identity = identity;
  }

  /** Everything held now, as somebody who copied this participant's memory would have it. */
  snapshot(): ReadonlyMap<Id, ReadonlyMap<number, EpochKeys>> {
    return new Map([...this.#held].map(([id, epochs]) => [id, new Map(epochs)]));
  }

  /** Keys of one epoch. @throws `not-readable` when this participant was given none, or another key than the others */
  keysOf(ref: EpochRef): EpochKeys {
    const held = this.#held.get(ref.compartment) ?? new Map<number, EpochKeys>();
    this.#held.set(ref.compartment, held);
    if (!held.has(ref.epoch)) this.#find(ref, held);
    const keys = held.get(ref.epoch);
    if (!keys) throw new EenmaalError('not-readable', 'no key for this epoch');
    return keys;
  }

  /** What the compartment is called, for those who hold its key; null for others. */
  labelOf(compartment: Id): string | null {
    const known = (this.#mirror.keyStatements.get(compartment) ?? []).findLast(
      ({ statement }) => statement.kind === 'epoch',
    );
    if (known?.statement.kind !== 'epoch') return null;
    try {
      return openLabel(this.keysOf(known.statement).epoch, known.statement.label, known.statement);
    } catch {
      return null;
    }
  }

  /** From the newest wrap with history back to the epoch asked for; where a link is missing from the next older one. */
  #find(ref: EpochRef, held: Map<number, EpochKeys>): void {
    const mine = this.#wraps(ref.compartment).reverse();
    const history = mine.filter(({ wrap, epoch }) => wrap.scope === 'history' && epoch >= ref.epoch);
    const here = mine.filter(({ wrap, epoch }) => wrap.scope === 'epoch' && epoch === ref.epoch);
    const links = this.#mirror.linksOf(ref.dossier, ref.compartment);
    for (const { wrap, epoch, by } of [...history, ...here]) {
      if (held.has(ref.epoch)) return;
      const at = { ...ref, epoch };
      // noise that one member wrapped must not hide the past that an older wrap opens
      const opened = held.get(epoch)?.history ?? unlessRefused(NOISE, () => this.#unwrap(wrap, at, by));
      if (opened === null) continue;
      if (wrap.scope === 'epoch') this.#hold(held, at, { epoch: opened, history: null });
      else this.#holdHistory(held, at, openHistory(opened, at, links));
    }
  }

  #unwrap(wrap: Wrap, ref: EpochRef, by: string): Uint8Array {
    this.unwraps++;
    return openWrap(wrap, ref, by, this.#identity.sealing.secretKey);
  }

  #holdHistory(held: Map<number, EpochKeys>, ref: EpochRef, found: ReadonlyMap<number, Uint8Array>): void {
    for (const [epoch, history] of found) {
      const here = { ...ref, epoch };
      if (!this.#hold(held, here, { epoch: epochKey(history, here), history })) return;
    }
  }

  #wraps(compartment: Id) {
    return (this.#mirror.keyStatements.get(compartment) ?? []).flatMap(({ statement, kid }) =>
      statement.wraps
        .filter((wrap) => wrap.party === this.#party && wrap.kid === this.#identity.sealing.kid)
        .map((wrap) => ({ wrap, epoch: statement.epoch, by: kid })),
    );
  }

  /** A key that is not the one signed for everybody is no key; nothing that follows from it is. */
  #hold(held: Map<number, EpochKeys>, ref: EpochRef, keys: EpochKeys): boolean {
    const signed = (this.#mirror.keyStatements.get(ref.compartment) ?? []).find(
      ({ statement }) => statement.kind === 'epoch' && statement.epoch === ref.epoch,
    )?.statement;
    if (signed?.kind === 'epoch' && signed.commitment !== epochCommitment(keys.epoch, ref)) return false;
    held.set(ref.epoch, keys);
    return true;
  }
}
