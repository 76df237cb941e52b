/**
 * The law as data: packages/consent/law, checked when it is loaded. Who must agree and who may read at each age, the rules
 * with the dates they are in force, the tasks, the terms and the sentences. decide() asks it a million times a second:
 * everything is precomputed here, and every question is a look-up.
 */
import type { Instant, NoticeCode, Profile, ReasonCode, RoleId, RuleId } from '@eenmaal/model';
import type { z } from 'zod';
import { type Holidays, midnight } from './civil-time.ts';
import { type LawFile, problem, readLawFile } from './law-file.ts';
import {
  type AgeBand,
  Catalogue,
  type Clock,
  Clocks,
  Deciders,
  MARK_RULES,
  Notices,
  type NoticeText,
  Reasons,
  type ReasonText,
  type Role,
  Roles,
  type RuleData,
} from './law-schema.ts';

export type { NoticeText, ReasonText, Role } from './law-schema.ts';
export { AGE_BANDS, type AgeBand, type Clock, type ClockEvent, MARK_RULES } from './law-schema.ts';

/** A rule with its dates as instants: in force from `begins`, and no longer at `ends` (Infinity: no end is known). */
export type Rule = Readonly<z.infer<typeof RuleData>> & {
  readonly begins: Instant;
  readonly ends: number;
  /** `L08@2015-01-01`: the rule and the version of the text it was read from, as decisions record it. */
  readonly reference: string;
};
type Decider = 'self' | 'custody';

export type Law = {
  /** When this set of rules was made up. */
  readonly version: string;
  /** Every version of every rule, also disabled ones, in the order of the file. */
  readonly rules: readonly Rule[];
  readonly rulesById: ReadonlyMap<RuleId, readonly Rule[]>;
  /** Enabled rules that are offered when somebody tries to read. */
  readonly offered: readonly Rule[];
  readonly deciders: Readonly<Record<Profile, Readonly<Record<AgeBand, readonly Decider[]>>>>;
  readonly readers: Readonly<Record<AgeBand, readonly Decider[]>>;
  readonly roles: ReadonlyMap<RoleId, Role>;
  readonly clocks: ReadonlyMap<string, Clock>;
  readonly holidays: Holidays;
  readonly reasons: ReadonlyMap<ReasonCode, ReasonText>;
  readonly notices: ReadonlyMap<NoticeCode, NoticeText>;
};

/** What the folder `law` must hold, and nothing else. */
export const LAW_FILES: readonly string[] = [
  'catalogue.yaml',
  'deciders.yaml',
  'roles.yaml',
  'clocks.yaml',
  'reasons.yaml',
  'notices.yaml',
];

/** Rules decide() names itself; without them nothing could be decided. */
const NAMED_RULES = ['L01', 'L03', 'L06', 'L08', 'L11', 'L21', 'L30', 'OWN', 'FILE', ...Object.values(MARK_RULES)];
/** The rule a report to Veilig Thuis is made under. */
export const REPORT_RULE: RuleId = 'L08';
/** Clocks the product runs by name. */
const NAMED_CLOCKS = ['emergency-review', 'inform-recheck'];

/**
 * The texts of the law files by name (`catalogue.yaml`) to the law.
 * @throws `law-invalid`: `<file>:<line>: <path>: <what>`
 */
export function parseLaw(files: Readonly<Record<string, string>>): Law {
  for (const name of Object.keys(files)) if (!LAW_FILES.includes(name)) throw problem(name, 1, [], 'unknown law file');
  const catalogue = read(files, 'catalogue.yaml', Catalogue);
  const deciders = read(files, 'deciders.yaml', Deciders);
  const roles = read(files, 'roles.yaml', Roles);
  const clocks = read(files, 'clocks.yaml', Clocks);
  const reasons = read(files, 'reasons.yaml', Reasons);
  const notices = read(files, 'notices.yaml', Notices);

  const rules = catalogue.data.rules.map(withInstants);
  const rulesById = Map.groupBy(rules, ({ id }) => id);
  checkRules(catalogue, rules, rulesById, new Set(Object.keys(roles.data.roles)));
  checkRoles(roles, rulesById);
  checkClocks(clocks, roles.data.roles);
  return {
    version: catalogue.data.version,
    rules,
    rulesById,
    offered: rules.filter(({ enabled, offered }) => enabled && offered),
    deciders: deciders.data.profiles,
    readers: deciders.data.readers,
    roles: new Map(Object.entries(roles.data.roles)),
    clocks: new Map(clocks.data.clocks.map((clock) => [clock.id, clock])),
    holidays: clocks.data.holidays,
    reasons: new Map(Object.entries(reasons.data.reasons) as [ReasonCode, ReasonText][]),
    notices: new Map(Object.entries(notices.data.notices) as [NoticeCode, NoticeText][]),
  };
}

function read<T>(files: Readonly<Record<string, string>>, name: string, schema: z.ZodType<T>): LawFile<T> {
  const text = files[name];
  if (text === undefined) throw problem(name, 1, [], 'missing law file');
  return readLawFile(name, text, schema);
}

const withInstants = (rule: z.infer<typeof RuleData>): Rule => ({
  ...rule,
  begins: midnight(rule.validFrom),
  ends: rule.validTo === null ? Number.POSITIVE_INFINITY : midnight(rule.validTo),
  reference: `${rule.id}@${rule.lawVersion}`,
});

function checkRules(
  { refuse }: LawFile<unknown>,
  rules: readonly Rule[],
  byId: ReadonlyMap<RuleId, readonly Rule[]>,
  roles: ReadonlySet<string>,
): void {
  for (const [index, rule] of rules.entries()) {
    const at = (...path: PropertyKey[]) => ['rules', index, ...path];
    if (rule.ends <= rule.begins) throw refuse(at('validTo'), 'ends before it begins');
    const earlier = rules.slice(0, index).find((other) => other.id === rule.id && overlap(other, rule));
    if (earlier) throw refuse(at('id'), `${rule.id} twice in one period`);
    for (const side of ['from', 'toward'] as const) {
      const free = side === 'from' ? ['any'] : ['any', 'named'];
      const unknown = rule[side].findIndex((to) => !to.startsWith('person:') && !free.includes(to) && !roles.has(to));
      if (unknown >= 0) throw refuse(at(side, unknown), `no such role in roles.yaml: ${rule[side][unknown]}`);
    }
    if (rule.permits !== null && !rule.permits.startsWith('P-')) throw refuse(at('permits'), 'no code of a permit');
    if (rule.permits !== null && (rule.kind === 'prohibition' || rule.kind === 'consent'))
      throw refuse(at('permits'), 'a prohibition or a consent permits no disclosure');
  }
  const missing = NAMED_RULES.find((id) => !byId.has(id));
  if (missing) throw refuse(['rules'], `rule ${missing} is missing`);
}

const overlap = (one: Rule, other: Rule): boolean => one.begins < other.ends && other.begins < one.ends;

function checkRoles({ data, refuse }: LawFile<z.infer<typeof Roles>>, rules: ReadonlyMap<RuleId, unknown>): void {
  for (const [id, { secrecy }] of Object.entries(data.roles))
    if (secrecy !== null && !rules.has(secrecy))
      throw refuse(['roles', id, 'secrecy'], 'no such rule in catalogue.yaml');
}

function checkClocks({ data, refuse }: LawFile<z.infer<typeof Clocks>>, roles: Readonly<Record<string, Role>>): void {
  for (const [index, { id, who }] of data.clocks.entries()) {
    if (data.clocks.findIndex((other) => other.id === id) < index)
      throw refuse(['clocks', index, 'id'], 'a clock twice');
    if (who !== 'organisation' && !Object.hasOwn(roles, who))
      throw refuse(['clocks', index, 'who'], 'no such role in roles.yaml');
  }
  const missing = NAMED_CLOCKS.find((id) => !data.clocks.some((clock) => clock.id === id));
  if (missing) throw refuse(['clocks'], `clock ${missing} is missing`);
}

/** The version of a rule in force at `now`; null when there is none, or it is disabled. */
export function ruleAt(law: Law, id: RuleId, now: Instant): Rule | null {
  for (const rule of law.rulesById.get(id) ?? []) if (inForce(rule, now)) return rule;
  return null;
}

/** The rule in force at `now` as decisions record it (`L08@2015-01-01`); its bare name when there is none. */
export const referenceAt = (law: Law, id: string, now: Instant): string => ruleAt(law, id, now)?.reference ?? id;

/** A moment that is no number is in no period. */
export const inForce = (rule: Rule, now: Instant): boolean => rule.enabled && now >= rule.begins && now < rule.ends;

/** Those that might give something to an organisation with these tasks. */
export const offeredTo = (law: Law, roles: readonly RoleId[]): Rule[] =>
  law.offered.filter(({ toward }) => toward.some((to) => to === 'any' || roles.includes(to as RoleId)));

/** Which instants in a person's life change the law; null: passed before the attestation. */
export type AgeBoundaries = { turns12: Instant | null; turns16: Instant | null; turns18: Instant | null };

/** The band at `now`: a boundary acts at its very millisecond. */
export function ageBand(person: AgeBoundaries, now: Instant): AgeBand {
  if (isBefore(now, person.turns12)) return 'under12';
  if (isBefore(now, person.turns16)) return '12-15';
  if (isBefore(now, person.turns18)) return '16-17';
  return 'adult';
}

// written as "not at or after", so that a moment that is no number counts as the youngest band
const isBefore = (now: Instant, boundary: Instant | null): boolean => boundary !== null && !(now >= boundary);

export const whoDecides = (law: Law, profile: Profile, band: AgeBand): readonly Decider[] =>
  law.deciders[profile][band];
export const whoReads = (law: Law, band: AgeBand): readonly Decider[] => law.readers[band];
