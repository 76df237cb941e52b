/** For tests only: every statement under the law in one line, as input for `try` and `must` of a TestRegion. */
import {
  type Id,
  type Instant,
  nameOf,
  organisationOf,
  type PartyId,
  type PublicKeys,
  person,
  type StatementInput,
  type StatementKind,
  type Weighed,
  Weighed as Weighings,
} from '@eenmaal/model';

type InputOf<K extends StatementKind> = Extract<StatementInput, { kind: K }>;
/** What a line may say otherwise. */
type More<K extends StatementKind> = Partial<InputOf<K>>;

const HOUR = 3_600_000;
export const YEAR = 365 * 24 * HOUR;
export const START: Instant = 50 * YEAR;

/** An id one can read in a failure. */
export const id = (name: string): Id => `${name.padEnd(21, '_')}A`;
export const hash = (name: string): string => `${name.padEnd(42, '_')}A`;
export const keysOf = (name: string): PublicKeys => ({
  signing: { kty: 'OKP', crv: 'Ed25519', x: `x-${name}` },
  sealing: { kty: 'AKP', alg: 'X-Wing', pub: `pub-${name}` },
});
export const DOSSIER = id('dossier');
/** All that a weighing can answer. */
export const ALL_ANSWERS: Weighed[] = [...Weighings.options];

const PERIOD = { from: START, until: START + YEAR };
const dossier = DOSSIER;

export const custodyOf = (child: string, holders: string[], more: More<'custody'> = {}): InputOf<'custody'> => ({
  ...{ kind: 'custody', dossier, child: id(child), holders: holders.map(id), guardian: null, partial: null },
  ...more,
});
/** Cannot judge (any more); these speak for it. */
export const incapable = (who: string, ...representatives: string[]): InputOf<'capacity'> => ({
  ...{ kind: 'capacity', dossier, person: id(who), capable: false, representatives: representatives.map(id) },
});
export const capable = (who: string): InputOf<'capacity'> => ({ ...incapable(who), capable: true });
export const death = (who: string): InputOf<'death'> => ({ kind: 'death', dossier, person: id(who) });
export const secrecy = (who: string, on = true): InputOf<'secrecy'> => ({
  ...{ kind: 'secrecy', dossier, person: id(who), on },
});
/** The child lives with this foster parent, guided by `provider`. */
export const foster = (child: string, parent: string, provider: PartyId, more: More<'foster'> = {}) =>
  ({
    ...{ kind: 'foster', dossier, child: id(child), parent: id(parent), provider: nameOf(provider), ...PERIOD },
    ...more,
  }) satisfies InputOf<'foster'>;
/** A supervision order; `order-` and the child's name. */
export const order = (child: string, institution: PartyId, more: More<'order'> = {}): InputOf<'order'> => ({
  ...{ kind: 'order', dossier, order: id(`order-${child}`), child: id(child), institution: nameOf(institution) },
  ...{ ...PERIOD, proof: hash('proof') },
  ...more,
});
/** A professional's place: `seatAt(CLINIC, 'ann')`. */
export const seatAt = (organisation: PartyId, name: string): PartyId =>
  `seat/${organisationOf(organisation)}/${id(name)}`;
export const seat = (party: PartyId, more: More<'seat'> = {}): InputOf<'seat'> => ({
  ...{ kind: 'seat', dossier, seat: party, role: 'member', for: null, ...PERIOD, keys: keysOf(party) },
  ...more,
});
export const seatEnd = (party: PartyId, until: Instant): InputOf<'seat-end'> => ({
  ...{ kind: 'seat-end', dossier, seat: party, until },
});
export const allow = (compartment: Id, reader: string, on = true): InputOf<'allow'> => ({
  ...{ kind: 'allow', dossier, compartment, reader: id(reader), on },
});
export const succession = (partner: PartyId, successor: PartyId | null = null): InputOf<'succession'> => ({
  ...{ kind: 'succession', partner: nameOf(partner), successor: successor && nameOf(successor) },
});
export const ask = (to: PartyId, rule: string, about: string[], more: More<'ask'> = {}): InputOf<'ask'> => ({
  ...{ kind: 'ask', dossier, to: nameOf(to), rule, about: about.map(id), purpose: 'safety', record: hash('question') },
  ...more,
});
export const weighing = (...answers: Weighed[]) => ({ record: hash('weighing'), answers });
/** `region.discloses` fills in the receiver's keys. */
export const disclose = (to: PartyId, rule: string, items: Id[], more: More<'disclose'> = {}): InputOf<'disclose'> => ({
  ...{ kind: 'disclose', dossier, to, rule, purpose: 'safety', ask: null, weighing: null, emergency: false },
  // two rules want the family to be told first
  ...{
    inform: rule === 'L04' || rule === 'L29' ? 'before' : 'now',
    items: items.map((envelope) => ({ envelope, kid: '', sealed: 'sealed' })),
  },
  ...more,
});
export const endorse = (act: Id): InputOf<'endorse'> => ({ kind: 'endorse', dossier, act });
export const inform = (act: Id, told = true): InputOf<'inform'> => ({
  ...{ kind: 'inform', dossier, act, told, record: hash('informed') },
});
export const objection = (act: Id): InputOf<'objection'> => ({ kind: 'objection', dossier, act });
export const weigh = (act: Id, stands: boolean): InputOf<'weigh'> => ({
  ...{ kind: 'weigh', dossier, act, stands, weighing: weighing('motive') },
});
export const request = (to: PartyId, about: string, more: More<'request'> = {}): InputOf<'request'> => ({
  ...{ kind: 'request', dossier, to: nameOf(to), right: 'access', about: id(about), items: [] },
  ...more,
});
export const answer = (to: Id, more: More<'answer'> = {}): InputOf<'answer'> => ({
  ...{ kind: 'answer', dossier, request: to, outcome: 'granted', ground: null },
  ...more,
});
export const erase = (items: Id[], more: More<'erase'> = {}): InputOf<'erase'> => ({
  ...{ kind: 'erase', dossier, items, whole: false, request: null, ground: 'ERAS' },
  ...more,
});
export const supersede = (old: Id, next: Id): InputOf<'supersede'> => ({ kind: 'supersede', dossier, old, new: next });
export const dispute = (item: Id, on = true): InputOf<'dispute'> => ({ kind: 'dispute', dossier, item, on });
export const consult = (to: PartyId, kid: string, more: More<'consult'> = {}): InputOf<'consult'> => ({
  ...{ kind: 'consult', to: nameOf(to), kid, sealed: 'sealed', answers: null },
  ...more,
});
/** An organisation's own file: `file-`, its name and whom it is about. */
export const file = (by: PartyId, ...about: string[]): InputOf<'compartment'> => ({
  ...{ kind: 'compartment', dossier, audience: 'file', subjects: about.map(id) },
  compartment: id(`file-${organisationOf(by)}-${about.join('-')}`),
});
/** A person's own view: `own-` and its name. */
export const own = (about: string): InputOf<'compartment'> => ({
  ...{ kind: 'compartment', dossier, audience: 'own', subjects: [id(about)], compartment: id(`own-${about}`) },
});
/** New keys of whom this names. */
export const newKeys = (party: PartyId, name: string): InputOf<'new-keys'> => ({
  ...{ kind: 'new-keys', party, keys: keysOf(name) },
});
/** Another family member, adult unless it says otherwise. */
export const member = (name: string, more: More<'person'> = {}): InputOf<'person'> => ({
  ...{ kind: 'person', dossier, person: id(name), keys: keysOf(name), turns12: null, turns16: null, turns18: null },
  ...more,
});
export const personOf = (name: string): PartyId => person(id(name));
