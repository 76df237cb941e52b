/**
 * The participant's keys to compartments, found in the wraps addressed to it. With history one wrap is opened, whatever
 * lies behind it: the newest, and from there straight back along the links.
 */
import type { Identity } from '@eenmaal/crypto';
import { type EpochRef, epochCommitment, epochKey, openHistory, openLabel, openWrap } from '@eenmaal/envelope';
import { EenmaalError, type Id, type PartyId } from '@eenmaal/model';
import type { Mirror } from './mirror.ts';

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

  /** Keys just made here need no unwrapping. */
  keep(ref: EpochRef, history: Uint8Array): void {
    const held = this.#held.get(ref.compartment) ?? new Map<number, EpochKeys>();
    this.#held.set(ref.compartment, held.set(ref.epoch, { epoch: epochKey(history, ref), history }));
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

  /** From the newest wrap with history back to the epoch asked for; else the wrap of that very epoch. */
  #find(ref: EpochRef, held: Map<number, EpochKeys>): void {
    const mine = this.#wraps(ref.compartment);
    const newest = mine.findLast(({ wrap, epoch }) => wrap.scope === 'history' && epoch >= ref.epoch);
    const found = newest ?? mine.findLast(({ epoch }) => epoch === ref.epoch);
    if (!found) return;
    const { wrap, epoch, by } = found;
    const at = { ...ref, epoch };
    const opened = held.get(epoch)?.history ?? openWrap(wrap, at, by, this.#identity.sealing.secretKey);
    if (!held.get(epoch)?.history) this.unwraps++;
    if (wrap.scope === 'epoch') {
      this.#hold(held, at, { epoch: opened, history: null });
      return;
    }
    const links = this.#mirror.linksOf(ref.dossier, ref.compartment);
    for (const [number, history] of openHistory(opened, at, links)) {
      const here = { ...ref, epoch: number };
      this.#hold(held, here, { epoch: epochKey(history, here), history });
    }
  }

  #wraps(compartment: Id) {
    return (this.#mirror.keyStatements.get(compartment) ?? []).flatMap(({ statement, kid }) =>
      statement.wraps
        .filter((wrap) => wrap.party === this.#party && wrap.kid === this.#identity.sealing.kid)
        .map((wrap) => ({ wrap, epoch: statement.epoch, by: kid })),
    );
  }

  /** A key that is not the one signed for everybody is no key. */
  #hold(held: Map<number, EpochKeys>, ref: EpochRef, keys: EpochKeys): void {
    const signed = (this.#mirror.keyStatements.get(ref.compartment) ?? []).find(
      ({ statement }) => statement.kind === 'epoch' && statement.epoch === ref.epoch,
    );
    if (signed?.statement.kind === 'epoch' && signed.statement.commitment !== epochCommitment(keys.epoch, ref))
      throw new EenmaalError('not-readable', 'another key than was signed for');
    held.set(ref.epoch, keys);
  }
}
