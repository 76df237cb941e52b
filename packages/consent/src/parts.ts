/**
 * A consent state as parts: one for each dossier and one, `main`, for what belongs to none; each as JSON with Maps and Sets
 * spelled out. What several parts of a state share is written once and tied together again when it is read. What only its
 * entry says of a message is apart, so that it can be sealed under the key of that entry.
 */
import { EenmaalError, type Statement } from '@eenmaal/model';
import { UNKNOWN } from './fold-erasures.ts';
import { offeredTo } from './law.ts';
import { Remembered } from './remembered.ts';
import type { MessageState, State } from './state.ts';

/** The part of what belongs to no dossier. */
export const MAIN = 'main';
/** In which dossier an entry is, where that is kept: without it, what only that tells is in `main`. */
export type Index = { slotOf(entry: number): string | undefined };

/** The maps of a state that are divided over dossiers. Everything else is in `main`. */
export const PER_DOSSIER = [
  'dossiers',
  'persons',
  'compartments',
  'statements',
  'grants',
  'disclosures',
  'asks',
  'requests',
  'erasures',
  'messages',
  'parties',
  'keys',
  'sequences',
] as const satisfies (keyof State)[];
type Divided = (typeof PER_DOSSIER)[number];

/** What only its entry says of a message. */
const SECRET_FIELDS = ['purpose', 'marks', 'secretHash', 'stored', 'size', 'bodyHash', 'attachments'] as const;

export type Part = {
  maps: Partial<Record<Divided, [string, unknown][]>>;
  /** Of `main`: all that is divided over no dossiers. */
  rest: Record<string, unknown> | null;
  /** Of each message, in the order of `maps.messages`: where its entry is, and its secret fields; null: nothing is known. */
  secrets: { index: number; fields: unknown[] | null }[];
};

/** What a value says of where it belongs; each kind says one of them. */
type Value = { dossier?: string; compartment: string; party: string };

/** Divides what is in memory of a state. Nothing in the parts is shared with it that a later fold changes. */
export function partsOf(state: State, index: Index): Map<string, Part> {
  const parts = new Map<string, Part>([[MAIN, { maps: {}, rest: restOf(state), secrets: [] }]]);
  for (const name of PER_DOSSIER) {
    // what is in memory only: the others are as they were
    for (const [key, value] of Map.prototype.entries.call(state[name]) as MapIterator<[string, unknown]>) {
      const slot = slotOf(state, index, name, key, value) ?? MAIN;
      const part = parts.get(slot) ?? { maps: {}, rest: null, secrets: [] };
      parts.set(slot, part);
      const list = part.maps[name] ?? [];
      part.maps[name] = list;
      list.push([key, pack(lean(name, value))]);
      if (name === 'messages') part.secrets.push(secretsOf(value as MessageState));
    }
  }
  return parts;
}

/** Takes what is in memory of these dossiers out of it: nothing else in a state shares it. `putPart` brings it back. */
export function dropParts(state: State, index: Index, isDropped: (slot: string) => boolean): void {
  // all are found before one is taken out: a message is where its compartment is
  const found = PER_DOSSIER.flatMap((name) => {
    const held = Map.prototype.entries.call(state[name]) as MapIterator<[string, unknown]>;
    return [...held]
      .filter(([key, value]) => isDropped(slotOf(state, index, name, key, value) ?? MAIN))
      .map(([key, value]) => ({ name, key, value }));
  });
  for (const { name, key, value } of found) {
    Map.prototype.delete.call(state[name], key);
    if (name === 'keys') Set.prototype.delete.call(state.signingKeys, (value as ValueOf<'keys'>).x);
  }
}

/** In whose part a statement is; new keys of a family member or a seat belong to its dossier. */
export function slotOfStatement(state: State, statement: Statement): string {
  // what says that a dossier went must outlive it
  if (statement.kind === 'erase' && statement.whole) return MAIN;
  if ('dossier' in statement) return statement.dossier;
  if (statement.kind !== 'new-keys') return MAIN;
  const party = state.parties.get(statement.party);
  return party?.seat?.dossier ?? state.persons.get(party?.person ?? '')?.dossier ?? MAIN;
}

/** Looks in memory only: what a value in memory belongs to is there, and reading more would change what is gone through. */
const inMemory = <V>(map: Map<string, V>, key: string): V | undefined =>
  Map.prototype.get.call(map, key) as V | undefined;

function slotOf(state: State, index: Index, name: Divided, key: string, value: unknown): string | undefined {
  const { dossier, compartment, party } = value as Value;
  switch (name) {
    case 'dossiers':
      return key;
    case 'statements':
    case 'asks':
    case 'erasures':
      return index.slotOf(inMemory(state.statements, key) ?? Number.POSITIVE_INFINITY);
    case 'grants':
    case 'messages':
      return inMemory(state.compartments, compartment)?.dossier;
    case 'keys':
      return slotOfParty(state, party);
    case 'parties':
    case 'sequences':
      return slotOfParty(state, key);
    default:
      return dossier;
  }
}

function slotOfParty(state: State, party: string): string | undefined {
  const known = inMemory(state.parties, party);
  return known?.seat?.dossier ?? inMemory(state.persons, known?.person ?? '')?.dossier;
}

/** Without what is written elsewhere, or follows from it. */
function lean(name: Divided, value: unknown): unknown {
  switch (name) {
    case 'parties': {
      const { offered: _, ...party } = value as ValueOf<'parties'>;
      return party;
    }
    case 'compartments': {
      const { remembered: _, people: __, says, ...compartment } = value as ValueOf<'compartments'>;
      return {
        ...compartment,
        says: says.map(({ grants, ...say }) => ({ ...say, grants: grants.map(({ id }) => id) })),
      };
    }
    case 'messages': {
      const message = {
        ...(value as MessageState),
        disclosures: (value as MessageState).disclosures.map(({ id }) => id),
      };
      for (const field of SECRET_FIELDS) delete (message as Partial<typeof message>)[field];
      return message;
    }
    default:
      return value;
  }
}
type ValueOf<N extends Divided> = State[N] extends Map<string, infer V> ? V : never;

const secretsOf = (message: MessageState) => ({
  index: message.index,
  fields: message.gone === null ? SECRET_FIELDS.map((field) => message[field]) : null,
});

/** Comes back with the keys, each with its own. */
const WITH_KEYS = 'signingKeys' satisfies keyof State;

function restOf(state: State): Record<string, unknown> {
  const rest: Record<string, unknown> = {};
  const elsewhere = new Set<string>(['law', WITH_KEYS, ...PER_DOSSIER]);
  for (const [name, value] of Object.entries(state)) if (!elsewhere.has(name)) rest[name] = pack(value);
  return rest;
}

/** Puts a part into a state, tied together as the fold would have left it. */
export function putPart(state: State, { maps, rest, secrets }: Part): void {
  const names = new Map<string, string>();
  // snapshots made before it was left out name it, without any
  for (const [name, value] of Object.entries(rest ?? {}))
    if (name !== WITH_KEYS) Object.assign(state, { [name]: unpack(value, names) });
  for (const name of PER_DOSSIER) {
    for (const [place, [key, packed]] of (maps[name] ?? []).entries()) {
      const value = unpack(packed, names);
      if (name === 'messages') fillMessage(state, value as MessageState, secrets[place]?.fields ?? null);
      else if (name === 'parties') fillParty(state, value as ValueOf<'parties'>);
      else if (name === 'keys') state.signingKeys.add((value as ValueOf<'keys'>).x);
      Map.prototype.set.call(state[name], oneOf(names, key), value);
    }
  }
  for (const [key] of maps.compartments ?? []) fillCompartment(state, key);
}

function fillParty(state: State, party: ValueOf<'parties'>): void {
  party.offered = offeredTo(state.law, party.roles);
}

function fillMessage(state: State, message: MessageState, fields: unknown[] | null): void {
  Object.assign(message, UNKNOWN, fields && Object.fromEntries(SECRET_FIELDS.map((field, i) => [field, fields[i]])));
  message.disclosures = (message.disclosures as unknown as string[]).map((id) => must(state.disclosures.get(id)));
}

function fillCompartment(state: State, key: string): void {
  const compartment = must(state.compartments.get(key));
  compartment.remembered = new Remembered();
  compartment.people = compartment.subjects.flatMap((subject) => state.persons.get(subject) ?? []);
  for (const say of compartment.says)
    say.grants = (say.grants as unknown as string[]).map((id) => must(state.grants.get(id)));
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new EenmaalError('ledger-damaged', 'a snapshot names what it does not hold');
  return value;
}

/** To JSON values. */
export function pack(value: unknown): unknown {
  if (value instanceof Map) return { $map: [...value].map(([key, held]) => [key, pack(held)]) };
  if (value instanceof Set) return { $set: [...value] };
  if (Array.isArray(value)) return value.map(pack);
  if (value === null || typeof value !== 'object') return value;
  const packed: Record<string, unknown> = {};
  for (const [name, held] of Object.entries(value)) packed[name] = pack(held);
  return packed;
}

/** And back. The same name is one string everywhere in a part: maps then compare addresses, not letters. */
function unpack(value: unknown, names: Map<string, string>): unknown {
  if (typeof value === 'string') return oneOf(names, value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = unpack(value[i], names);
    return value;
  }
  const held = value as { $map?: [string, unknown][]; $set?: string[] } & Record<string, unknown>;
  if (held.$map) return new Map(held.$map.map(([key, one]) => [oneOf(names, key), unpack(one, names)]));
  if (held.$set) return new Set(held.$set.map((one) => oneOf(names, one)));
  for (const name in held) held[name] = unpack(held[name], names);
  return held;
}

function oneOf(names: Map<string, string>, name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  names.set(name, name);
  return name;
}

/** The names by which anything in a part can be asked for. */
export function namesIn({ maps }: Part): string[] {
  const names = PER_DOSSIER.flatMap((name) => (maps[name] ?? []).map(([key]) => key));
  const keys = (maps.keys ?? []).map(([, value]) => (value as ValueOf<'keys'>).x);
  return [...names, ...keys];
}

export const countsIn = ({ maps }: Part): number[] => PER_DOSSIER.map((name) => maps[name]?.length ?? 0);
