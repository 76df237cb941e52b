/**
 * Makes keys for others: a new epoch when somebody may no longer read or joins from today, one wrap for somebody who
 * joins with history. For whom is computed from signed statements here, at this moment, and compared by the ledger.
 */
import { type CompartmentState, currentEpoch, keyHoldersOf, keyNeed, type State } from '@eenmaal/consent';
import { type Identity, type Random, sealingBytes } from '@eenmaal/crypto';
import {
  type EpochRef,
  epochCommitment,
  epochKey,
  newHistoryKey,
  sealLabel,
  sealLink,
  sealWrap,
} from '@eenmaal/envelope';
import { EenmaalError, type Id, type Instant, type PartyId, type StatementInput, type Wrap } from '@eenmaal/model';
import type { EpochKeys, KeyRing } from './key-ring.ts';
import { unlessRefused } from './refused.ts';

type Maker = { party: PartyId; identity: Identity; random: Random; ring: KeyRing };

/**
 * What must be signed so that exactly those who may read can; null when all is well. `label` names a new compartment.
 * @throws `unknown-compartment`; `no-basis` when the maker is no reader; `key-unregistered` when a reader has no keys
 */
export function keyStatement(state: State, maker: Maker, id: Id, now: Instant, label?: string): StatementInput | null {
  const compartment = state.compartments.get(id);
  if (!compartment) throw new EenmaalError('unknown-compartment');
  const need = keyNeed(state, id, now);
  const { dossier, epochs } = compartment;
  const mine = epochs.length === 0 ? null : keysIn(maker, { dossier, compartment: id, epoch: epochs.length - 1 });
  const missing = missingLinks(compartment);
  if (need.rotate || (missing.length > 0 && mine?.history && madeWithoutHistory(compartment)))
    return newEpoch(state, maker, compartment, now, label);
  if (!mine?.history || (need.admit.length === 0 && missing.length === 0)) return null;
  return admit(state, maker, compartment, need.admit, missing, mine.history);
}

function newEpoch(
  state: State,
  maker: Maker,
  compartment: CompartmentState,
  now: Instant,
  label?: string,
): StatementInput {
  const { party, ring, random } = maker;
  const { id, dossier, epochs } = compartment;
  const ref = { dossier, compartment: id, epoch: epochs.length };
  const before = currentEpoch(compartment);
  const name = label ?? ring.labelOf(id);
  if (name === null || (before && !before.members.has(party)))
    throw new EenmaalError('no-basis', 'not a reader of this compartment');
  const history = newHistoryKey(random);
  const key = epochKey(history, ref);
  const previous = before ? ring.keysOf({ ...ref, epoch: ref.epoch - 1 }).history : null;
  const wraps = keyHoldersOf(state, id, now).map((reader) =>
    wrapFor(state, maker, ref, reader.party, reader.scope, reader.scope === 'history' ? history : key),
  );
  return {
    kind: 'epoch',
    ...ref,
    commitment: epochCommitment(key, ref),
    link: previous ? sealLink(history, previous, ref) : null,
    label: sealLabel(key, name, ref),
    wraps,
  };
}

function admit(
  state: State,
  maker: Maker,
  compartment: CompartmentState,
  parties: PartyId[],
  missing: number[],
  history: Uint8Array,
): StatementInput {
  const { id, dossier, epochs } = compartment;
  const ref = { dossier, compartment: id, epoch: epochs.length - 1 };
  const wraps = parties.map((party) => wrapFor(state, maker, ref, party, 'history', history));
  const links = missing.flatMap((epoch) => {
    const previous = keysIn(maker, { ...ref, epoch: epoch - 1 })?.history;
    return previous ? [{ epoch, link: sealLink(history, previous, { ...ref, epoch }) }] : [];
  });
  return { kind: 'admit', ...ref, wraps, links };
}

function wrapFor(
  state: State,
  { identity, random }: Maker,
  ref: EpochRef,
  party: PartyId,
  scope: 'history' | 'epoch',
  key: Uint8Array,
): Wrap {
  const registered = state.parties.get(party);
  if (!registered?.keys || !registered.sealingKid) throw new EenmaalError('key-unregistered');
  const to = { party, kid: registered.sealingKid, scope, by: identity.signing.kid };
  return sealWrap(key, ref, to, sealingBytes(registered.keys), random);
}

/** Epochs made by a member without history, whose past is not linked yet. */
const missingLinks = ({ epochs }: CompartmentState): number[] =>
  [...epochs.keys()].filter((epoch) => epoch > 0 && epochs[epoch] !== undefined && epochs[epoch].link === null);

/** Whoever made the current epoch knows its H; a link under it would open the past to somebody without history. */
const madeWithoutHistory = (compartment: CompartmentState): boolean =>
  compartment.epochs.length > 1 && currentEpoch(compartment)?.link === null;

/** The maker's own keys of an epoch; null when it has none. */
const keysIn = ({ ring }: Maker, ref: EpochRef): EpochKeys | null =>
  unlessRefused(['not-readable'], () => ring.keysOf(ref));
