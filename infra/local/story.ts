/**
 * Reads the story `npm start` plays (story.yaml) and checks that it hangs together: every slug refers to something,
 * whoever tells or grants something may do so, and the withdrawal has something to stop. The player can trust it then.
 */
import { EenmaalError, Purpose, parse, RuleId } from '@eenmaal/model';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

const Slug = z.string().regex(/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/, 'expected 2-40 of a-z, 0-9 and -');
const Line = z.string().min(1).max(200);
const Text = z.string().min(1).max(4000);

/** `youth` is 12 or older and decides along; `child` is too young to tell, grant or hold keys here. */
const Member = z.strictObject({
  slug: Slug,
  role: z.enum(['parent', 'youth', 'child']),
  born: z.iso.date(),
  label: Line,
});
const Compartment = z.strictObject({
  slug: Slug,
  subjects: z.array(Slug).min(1).max(8),
  /** The life area and whom it is about: `School – Noor`. */
  label: z.string().regex(/^\S[^–]{0,40} – [^–]{1,40}$/, 'expected "<life area> – <person>"'),
});
/** The bytes are generated when the story is played; only their number is told here. */
const Attachment = z.strictObject({
  name: Line,
  type: z.string().regex(/^[a-z]+\/[a-z0-9.+-]+$/),
  bytes: z.number().int().min(1).max(104_857_600),
});
const Fragment = z.strictObject({
  id: Slug,
  /** Absent: told at the beginning. The others are told around the withdrawal; story.yaml says what each means. */
  moment: z.enum(['unopened', 'queued', 'after']).optional(),
  compartment: Slug,
  by: Slug,
  title: Line,
  text: Text,
  attachment: Attachment.optional(),
});
const Expertise = z.strictObject({
  partner: Slug,
  compartment: Slug,
  kind: z.enum(['expertise', 'report', 'reply']),
  title: Line,
  text: Text,
});
const Grant = z.strictObject({
  by: Slug,
  partner: Slug,
  compartments: z.array(Slug).min(1),
  purpose: Purpose,
  history: z.boolean(),
  months: z.number().int().min(1).max(24),
  why: Line,
});
const Share = z.strictObject({
  by: Slug,
  to: Slug,
  rule: RuleId,
  purpose: Purpose,
  compartment: Slug,
  title: Line,
  text: Text,
  weighing: Text,
  objection: z.strictObject({ by: Slug, why: Line, answer: Text }),
});
const Story = z.strictObject({
  region: Line,
  family: z.array(Member).min(1),
  custody: z.array(z.strictObject({ child: Slug, holders: z.array(Slug).min(1).max(4) })),
  compartments: z.array(Compartment).min(1),
  fragments: z.array(Fragment),
  expertise: z.array(Expertise).min(1),
  grants: z.array(Grant).min(1),
  withdraw: z.strictObject({ by: Slug, partner: Slug, why: Line }),
  share: Share,
});
export type Story = z.infer<typeof Story>;

/** Less than this does not show what the system is for. */
const LEAST = { fragments: 12, lifeAreas: 6, subjects: 3 };

/** The checked story; otherwise an error `malformed` that names the first wrong place: `fragments.tekening.by`. */
export function readStory(text: string): Story {
  const story = parse(Story, fromYaml(text));
  checkNames(story);
  checkCustody(story);
  checkCompartments(story);
  checkFragments(story);
  checkGrants(story);
  checkExpertise(story);
  checkWithdrawal(story);
  checkShare(story);
  checkSize(story);
  return story;
}

/** `School` of `School – Noor`. */
export function lifeArea(compartment: Story['compartments'][number]): string {
  return compartment.label.slice(0, compartment.label.indexOf(' – '));
}

/** Whose yes reading this compartment needs: adult subjects; for a child who has custody and, from 12, the child too. */
export function deciders(story: Story, compartment: string): string[] {
  const subjects = story.compartments.find(({ slug }) => slug === compartment)?.subjects ?? [];
  const asked = subjects.flatMap((subject) => {
    const role = roleOf(story, subject);
    if (role === 'parent') return [subject];
    return role === 'youth' ? [subject, ...holders(story, subject)] : holders(story, subject);
  });
  return [...new Set(asked)];
}

function fromYaml(text: string): unknown {
  try {
    return parseYaml(text);
  } catch (cause) {
    throw new EenmaalError('malformed', `story: ${cause instanceof Error ? cause.message.split('\n')[0] : 'no YAML'}`);
  }
}

function checkNames({ family, custody, compartments, fragments }: Story): void {
  unique('family', family, ({ slug }) => slug);
  unique('custody', custody, ({ child }) => child);
  unique('compartments', compartments, ({ slug }) => slug);
  unique('fragments', fragments, ({ id }) => id);
}

function checkCustody(story: Story): void {
  for (const { child, holders } of story.custody) {
    const role = roleOf(story, child);
    if (role === undefined) wrong(`custody.${child}.child`, 'nobody in the family is called that');
    if (role === 'parent') wrong(`custody.${child}.child`, 'is a parent, not a child');
    for (const holder of holders) {
      if (roleOf(story, holder) !== 'parent')
        wrong(`custody.${child}.holders`, `"${holder}" is no parent in the family`);
    }
  }
  for (const { slug, role } of story.family) {
    if (role !== 'parent' && holders(story, slug).length === 0) wrong(`custody.${slug}`, 'nobody has custody');
  }
}

function checkCompartments(story: Story): void {
  for (const { slug, subjects } of story.compartments) {
    for (const subject of subjects) {
      if (roleOf(story, subject) === undefined) wrong(`compartments.${slug}.subjects`, `nobody is called "${subject}"`);
    }
  }
}

function checkFragments(story: Story): void {
  for (const { id, by, compartment } of story.fragments) {
    checkMayDecide(story, `fragments.${id}`, by, compartment);
  }
}

function checkGrants(story: Story): void {
  for (const [index, { by, compartments }] of story.grants.entries()) {
    for (const compartment of compartments) checkMayDecide(story, `grants.${index}`, by, compartment);
  }
}

/** Telling and granting are for the same persons: whom it is about, or who has custody over whom it is about. */
function checkMayDecide(story: Story, place: string, by: string, compartment: string): void {
  const role = roleOf(story, by);
  if (role === undefined) wrong(`${place}.by`, `nobody is called "${by}"`);
  if (role === 'child') wrong(`${place}.by`, `"${by}" is too young to act`);
  if (!story.compartments.some(({ slug }) => slug === compartment)) {
    wrong(`${place}.compartment`, `there is no compartment "${compartment}"`);
  }
  if (!deciders(story, compartment).includes(by)) wrong(`${place}.by`, `"${by}" has no say in "${compartment}"`);
}

function checkExpertise(story: Story): void {
  for (const [index, { partner, compartment }] of story.expertise.entries()) {
    const granted = story.grants.some((grant) => grant.partner === partner && grant.compartments.includes(compartment));
    if (!granted) wrong(`expertise.${index}.compartment`, `nobody grants "${compartment}" to "${partner}"`);
  }
}

/** What is told around the withdrawal must be what the withdrawal is about, or the story shows nothing. */
function checkWithdrawal({ fragments, grants, withdraw }: Story): void {
  const ended = grants.filter(({ by, partner }) => by === withdraw.by && partner === withdraw.partner);
  if (ended.length === 0) wrong('withdraw', `"${withdraw.by}" granted nothing to "${withdraw.partner}"`);
  for (const moment of ['unopened', 'queued', 'after'] as const) {
    const [fragment, another] = fragments.filter((each) => each.moment === moment);
    if (fragment === undefined) wrong('fragments', `none has the moment "${moment}"`);
    if (another !== undefined) wrong(`fragments.${another.id}.moment`, `a second "${moment}"`);
    if (!ended.some(({ compartments }) => compartments.includes(fragment.compartment))) {
      wrong(`fragments.${fragment.id}.compartment`, 'the withdrawal does not reach it');
    }
  }
}

/** Shared with the organisation that was stopped, by one that reads on, and objected to by somebody it is about. */
function checkShare(story: Story): void {
  const { by, to, compartment, objection } = story.share;
  if (to !== story.withdraw.partner) wrong('share.to', `"${to}" was not stopped`);
  if (!story.grants.some((grant) => grant.partner === by && grant.compartments.includes(compartment)))
    wrong('share.compartment', `nobody grants "${compartment}" to "${by}"`);
  checkMayDecide(story, 'share.objection', objection.by, compartment);
}

function checkSize({ compartments, fragments }: Story): void {
  const told = compartments.filter(({ slug }) => fragments.some(({ compartment }) => compartment === slug));
  const found = {
    fragments: fragments.length,
    lifeAreas: new Set(told.map(lifeArea)).size,
    subjects: new Set(told.flatMap(({ subjects }) => subjects)).size,
  };
  for (const what of Object.keys(LEAST) as (keyof typeof LEAST)[]) {
    if (found[what] < LEAST[what]) wrong('fragments', `${found[what]} ${what}, at least ${LEAST[what]} are needed`);
  }
}

function roleOf({ family }: Story, slug: string) {
  return family.find((member) => member.slug === slug)?.role;
}

function holders({ custody }: Story, child: string): string[] {
  return custody.find((each) => each.child === child)?.holders ?? [];
}

function unique<T>(place: string, list: readonly T[], nameOf: (each: T) => string): void {
  const seen = new Set<string>();
  for (const name of list.map(nameOf)) {
    if (seen.has(name)) wrong(`${place}.${name}`, 'occurs twice');
    seen.add(name);
  }
}

function wrong(place: string, what: string): never {
  throw new EenmaalError('malformed', `${place}: ${what}`);
}
