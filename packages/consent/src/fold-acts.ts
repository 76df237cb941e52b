/** The part of `fold` that is about the law: persons and their custody, orders, disclosures, objections, rights. */
import {
  type Id,
  nameOf,
  type OrganisationId,
  organisationOf,
  partner,
  person,
  type Statement,
  type StatementOf,
} from '@eenmaal/model';
import { deciderOf, isMinor } from './authority.ts';
import { foldErase } from './fold-erasures.ts';
import type { Act, DossierState, FosterState, PersonState, State } from './state.ts';

type InDossier = Extract<Statement, { dossier: Id }>;
type Attestation = StatementOf<
  'custody' | 'capacity' | 'death' | 'secrecy' | 'foster' | 'order' | 'seat-end' | 'allow'
>;
type LawAct = StatementOf<
  | 'ask'
  | 'disclose'
  | 'endorse'
  | 'inform'
  | 'objection'
  | 'weigh'
  | 'request'
  | 'answer'
  | 'erase'
  | 'supersede'
  | 'dispute'
>;

/** One string for a person everywhere: maps then compare addresses, not letters. */
export const sameId = (state: State, who: string): string => state.persons.get(who)?.id ?? who;

/** Opens the dossier, and keeps what notices and clocks need of every act in it. */
export function foldAct(state: State, statement: InDossier, index: number): void {
  const { kind, id, by, dossier } = statement;
  if (kind === 'dossier')
    state.dossiers.set(dossier, {
      ...{ id: dossier, by, persons: [], compartments: [], seats: [], orders: new Map(), fosters: [] },
      ...{ organisations: new Set([nameOf(by)]), acts: [], gone: [] },
    });
  const known = state.dossiers.get(dossier);
  // keys say nothing to anybody but their readers
  if (!known || kind === 'epoch' || kind === 'admit') return;
  const [about, other] = concerns(statement);
  for (const compartment of known.compartments) state.compartments.get(compartment)?.remembered.forget();
  known.acts.push({ kind, id, index, at: state.at, by, partner: other, about });
  // a no gives an organisation nothing to do here: by what it may do it would hear that somebody spoke of it
  const active = [kind === 'refuse' ? null : other, organisationOf(by)];
  for (const organisation of active) if (organisation) known.organisations.add(organisation);
}

/** What an act is about, and the other organisation it concerns. */
function concerns(statement: InDossier): [about: Act['about'], partner: Act['partner']] {
  switch (statement.kind) {
    case 'person':
    case 'capacity':
    case 'death':
    case 'secrecy':
      return [statement.person, null];
    case 'custody':
      return [statement.child, statement.guardian];
    case 'foster':
      return [statement.child, statement.provider];
    case 'order':
      return [statement.order, statement.institution];
    case 'seat':
    case 'seat-end':
      return [statement.seat, null];
    case 'grant':
    case 'withdraw':
    case 'refuse':
      return [statement.compartment, statement.partner];
    case 'compartment':
    case 'allow':
      return [statement.compartment, null];
    case 'disclose':
      return [statement.id, organisationOf(statement.to)];
    case 'ask':
    case 'request':
      return [statement.id, statement.to];
    case 'endorse':
    case 'inform':
    case 'objection':
    case 'weigh':
      return [statement.act, null];
    case 'answer':
      return [statement.request, null];
    case 'erase':
      return [statement.request, null];
    case 'supersede':
      return [statement.old, null];
    case 'dispute':
      return [statement.item, null];
    default:
      return [null, null];
  }
}

/** Who somebody is and who speaks for it, from now on. */
export function foldAttestation(state: State, statement: Attestation, index: number): void {
  const dossier = state.dossiers.get(statement.dossier);
  switch (statement.kind) {
    case 'custody': {
      const child = state.persons.get(statement.child);
      const { holders, guardian, partial, id } = statement;
      const custody = guardian === null ? living(state, holders) : [partner(guardian)];
      // a death before it is not forgotten: what the survivor said is for the survivor to confirm
      if (!child) return;
      if (child.custodyStatement !== null) noteSpeakers(state, child, index);
      Object.assign(child, { custody, custodyStatement: id, custodyBasis: id, partial });
      return;
    }
    case 'capacity': {
      const { person: who, capable, representatives, id } = statement;
      const known = state.persons.get(who);
      if (!known) return;
      noteSpeakers(state, known, index);
      Object.assign(known, { representatives: capable ? null : living(state, representatives), capacityBasis: id });
      return;
    }
    case 'death':
      foldDeath(state, dossier, statement, index);
      return;
    case 'secrecy': {
      const known = state.persons.get(statement.person);
      if (known) known.secretAddress = statement.on;
      return;
    }
    case 'foster': {
      const { child, parent, provider, from, until, id } = statement;
      const same = (one: FosterState) => one.child === child && one.parent === parent && one.provider === provider;
      // a later word on the same placement: it lasts longer, or ended earlier
      if (dossier) dossier.fosters = dossier.fosters.filter((one) => !same(one) || one.until <= from);
      dossier?.fosters.push({ child, parent, provider, from, until, statement: id });
      return;
    }
    case 'order': {
      const { order, child, institution, from, until, id } = statement;
      dossier?.orders.set(order, { id: order, child, institution, from, until, statement: id });
      return;
    }
    case 'seat-end': {
      const seat = state.parties.get(statement.seat)?.seat;
      if (seat) seat.until = Math.min(seat.until, statement.until);
      return;
    }
    case 'allow':
      foldAllow(state, statement);
      return;
  }
}

/** Before it changes. */
function noteSpeakers(state: State, { custody, representatives, holderDied, earlier }: PersonState, index: number) {
  earlier.push({ custody, representatives, holderDied, index, until: state.at });
}

const living = (state: State, ids: readonly Id[]): Id[] =>
  ids.filter((id) => !state.persons.get(id)?.dead).map((id) => sameId(state, id));

/** Joint custody goes on with the survivor (BW 1:253f); what the dead decided alone is decided by nobody. */
function foldDeath(state: State, dossier: DossierState | undefined, death: StatementOf<'death'>, index: number): void {
  const dead = state.persons.get(death.person);
  const party = state.parties.get(person(death.person));
  if (dead) dead.dead = true;
  if (party) party.ended = true;
  for (const id of dossier?.persons ?? []) {
    const other = state.persons.get(id);
    if (!other) continue;
    const spoke = [...other.custody, ...(other.representatives ?? [])];
    if (spoke.includes(death.person)) noteSpeakers(state, other, index);
    if (other.custody.includes(death.person)) {
      const custody = other.custody.filter((holder) => holder !== death.person);
      Object.assign(other, { custody, custodyBasis: death.id, holderDied: index });
      // where the child lived with the dead stays secret until somebody says that it no longer is
      if (dead?.secretAddress) other.secretAddress = true;
    }
    if (other.representatives?.includes(death.person)) {
      const representatives = other.representatives.filter((who) => who !== death.person);
      Object.assign(other, { representatives, capacityBasis: death.id });
      if (!isMinor(other, state.at)) other.holderDied = index;
    }
  }
}

function foldAllow(state: State, { by, compartment, reader, on, id }: StatementOf<'allow'>): void {
  const allowed = state.compartments.get(compartment)?.allowed;
  const subject = sameId(state, nameOf(by));
  const readers = allowed?.get(subject) ?? new Map<Id, Id>();
  allowed?.set(subject, readers);
  if (on) readers.set(sameId(state, reader), id);
  else readers.delete(reader);
}

/**
 * The organisation and all its seats, from here on; every dossier it has to do with remembers it. Who follows it keeps the
 * dossiers it opened, as far as saying who is in them; it may read no more than the family agrees to anew.
 */
export function endOrganisation(state: State, statement: StatementOf<'succession'>, index: number): void {
  const { kind, id, by, partner: organisation, successor } = statement;
  for (const party of state.parties.values()) if (party.organisation === organisation) party.ended = true;
  for (const dossier of state.dossiers.values()) {
    if (!dossier.organisations.has(organisation)) continue;
    endGuardianship(state, dossier, organisation, index);
    dossier.acts.push({ kind, id, index, at: state.at, by, partner: organisation, about: null });
    if (successor === null) continue;
    passRequests(state, dossier, organisation, successor);
    if (dossier.by !== partner(organisation)) continue;
    dossier.by = partner(successor);
    dossier.organisations.add(successor);
  }
}

/** What a guardian that is no more agreed to is nobody's yes; who is guardian next is attested, and says it again. */
function endGuardianship(state: State, dossier: DossierState, organisation: OrganisationId, index: number): void {
  for (const id of dossier.persons) {
    const ward = state.persons.get(id);
    if (!ward?.custody.includes(partner(organisation))) continue;
    noteSpeakers(state, ward, index);
    ward.custody = [];
    for (const place of dossier.compartments) state.compartments.get(place)?.remembered.forget();
  }
}

/** A right that was used and not answered is the successor's to answer: it keeps the file now. */
function passRequests(state: State, dossier: DossierState, from: OrganisationId, to: OrganisationId): void {
  for (const act of dossier.acts) {
    const request = act.kind === 'request' && act.partner === from ? state.requests.get(act.id) : undefined;
    if (!request || request.answered) continue;
    request.to = to;
    act.partner = to;
    dossier.organisations.add(to);
  }
}

/** Asking, disclosing, objecting, weighing; rights used and answered. */
export function foldLawAct(state: State, statement: LawAct, index: number): void {
  switch (statement.kind) {
    case 'ask': {
      const { id, by, to, rule, about, purpose } = statement;
      state.asks.set(id, { id, by, to, rule, about, purpose });
      return;
    }
    case 'disclose':
      foldDisclosure(state, statement, index);
      return;
    case 'endorse': {
      const disclosure = state.disclosures.get(statement.act);
      if (disclosure) disclosure.endorsement = statement.id;
      return;
    }
    case 'inform': {
      const disclosure = state.disclosures.get(statement.act);
      if (disclosure && statement.told) disclosure.told = true;
      return;
    }
    case 'objection':
    case 'weigh':
      foldObjection(state, statement);
      return;
    case 'request': {
      const { id, dossier, to, by, right, about, items } = statement;
      state.requests.set(id, { dossier, to, by, right, about, items, answered: false, refused: false });
      return;
    }
    case 'answer': {
      const request = state.requests.get(statement.request);
      if (request) Object.assign(request, { answered: true, refused: statement.outcome === 'refused' });
      return;
    }
    default:
      foldItems(state, statement);
  }
}

function foldDisclosure(state: State, statement: StatementOf<'disclose'>, index: number): void {
  const { id, dossier, by, to, rule, purpose, items, ask, weighing, emergency, inform } = statement;
  const disclosure = {
    ...{ id, dossier, by, to, rule, purpose, ask, emergency, index, at: state.at },
    items: items.map(({ envelope }) => envelope),
    answers: weighing?.answers ?? [],
    ...{ endorsement: null, objection: null, ended: false, told: inform !== 'later', later: inform === 'later' },
  };
  state.disclosures.set(id, disclosure);
  for (const item of disclosure.items) state.messages.get(item)?.disclosures.push(disclosure);
}

function foldObjection(state: State, statement: StatementOf<'objection' | 'weigh'>): void {
  const disclosure = state.disclosures.get(statement.act);
  const seat = seatOf(state, statement.dossier, statement.act);
  const objection = statement.kind === 'objection' ? statement.id : null;
  if (disclosure) disclosure.objection = objection;
  if (seat) seat.objection = objection;
  if (statement.kind === 'objection' || statement.stands) return;
  if (disclosure) disclosure.ended = true;
  if (seat) seat.until = Math.min(seat.until, state.at);
}

/** The seat that this statement set up. */
export function seatOf(state: State, dossier: Id, statement: Id) {
  for (const party of state.dossiers.get(dossier)?.seats ?? []) {
    const seat = state.parties.get(party)?.seat;
    if (seat?.statement === statement) return seat;
  }
  return undefined;
}

function foldItems(state: State, statement: StatementOf<'erase' | 'supersede' | 'dispute'>): void {
  if (statement.kind === 'erase') {
    foldErase(state, statement);
    return;
  }
  const message = state.messages.get(statement.kind === 'supersede' ? statement.old : statement.item);
  if (!message) return;
  if (statement.kind === 'supersede') message.supersededBy = statement.new;
  else if (statement.on) message.disputedBy.add(deciderOf(statement.by));
  else message.disputedBy.delete(deciderOf(statement.by));
}
