/** The law as data, checked when it is loaded: who must agree and who may read at each age, and the rules' articles. */
import { type Instant, type Profile, parse } from '@eenmaal/model';
import { z } from 'zod';
import data from './law.json' with { type: 'json' };

export const AGE_BANDS = ['under12', '12-15', '16-17', 'adult'] as const;
export type AgeBand = (typeof AGE_BANDS)[number];

const Role = z.enum(['self', 'custody']);
const ByBand = z.strictObject({
  under12: z.array(Role).min(1),
  '12-15': z.array(Role).min(1),
  '16-17': z.array(Role).min(1),
  adult: z.array(Role).min(1),
});
const Sentence = z.strictObject({ nl: z.string().min(1), en: z.string().min(1) });
const Rule = z.strictObject({
  id: z.string().regex(/^[A-Z0-9]{2,6}$/),
  article: z.string().min(1),
  lawVersion: z.iso.date(),
  validFrom: z.iso.date(),
  kind: z.enum(['duty', 'right', 'consent', 'prohibition']),
  family: Sentence,
  professional: Sentence,
});
const Law = z.strictObject({
  version: z.iso.date(),
  rules: z.array(Rule).refine((rules) => new Set(rules.map(({ id }) => id)).size === rules.length, 'a rule twice'),
  deciders: z.strictObject({ strict: ByBand, statute: ByBand }),
  readers: ByBand,
});
export type Law = z.infer<typeof Law>;

/** @throws `malformed` naming the place in the file */
export const loadLaw = (input: unknown): Law => parse(Law, input);

export const LAW = loadLaw(data);

/** `L01@2020-01-01`: a rule and the version of the text it was read from, as decisions record it. */
export function ruleReference(id: string): string {
  const rule = LAW.rules.find((candidate) => candidate.id === id);
  if (!rule) throw new Error(`law.json has no rule ${id}`);
  return `${rule.id}@${rule.lawVersion}`;
}

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

export const whoDecides = (profile: Profile, band: AgeBand): readonly ('self' | 'custody')[] =>
  LAW.deciders[profile][band];
export const whoReads = (band: AgeBand): readonly ('self' | 'custody')[] => LAW.readers[band];
