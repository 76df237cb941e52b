/**
 * The scenario format: what a file may hold. A scenario is people, organisations and a list of steps; every step is one
 * verb. The published JSON Schema is made from these definitions, so their descriptions are the writer's help in an editor.
 */
import { Mark, MessageKind, NoticeCode, Profile, Purpose, ReasonCode, RoleId, RuleId, Weighed } from '@eenmaal/model';
import { z } from 'zod';
import { nearest } from './fault.ts';

export const LIMITS = { bytes: 262_144, steps: 300, people: 16, partners: 16, compartments: 32 } as const;

const Name = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,24}$/, 'expected a name: a letter, then at most 24 letters, digits and -')
  .meta({ description: 'A name you give, or one given before. Capitals count.' });
const When = z
  .string()
  .max(80)
  .meta({ description: 'Dutch time: 2026-11-21, 2026-11-21 14:00, + 3 days, K8 turns 12, K8 turns 12 - 1 minute' });
const Span = z.string().max(30).meta({ description: 'A length of time: 10 days, 6 months, 1 year' });
const Text = (max: number) => z.string().min(1).max(max);
const many = <T extends z.ZodType>(one: T, max = 32) => z.union([one, z.array(one).min(1).max(max)]);
const Because = Text(1000).meta({ description: 'The legal reason, with the article.' });
export const DecisionText = z
  .string()
  .regex(new RegExp(`^(permit (${codes('P')})|hold (${codes('H')})|deny (${codes('D')}))$`), {
    error: ({ input }) => {
      const meant = slipOf(String(input));
      const known = 'expected "permit P-...", "hold H-..." or "deny D-..." with a reason code that exists';
      return meant ? `${known}. Did you mean "${meant}"?` : `${known}. Leave it out when any permit will do`;
    },
  })
  .meta({ description: 'What the rule must answer, with its reason code: deny D-WITHDRAWN' });

/** The decision that was meant: its code alone, the wrong word before it, or a slip in the code. */
function slipOf(given: string): string | undefined {
  const words = { P: 'permit', H: 'hold', D: 'deny' };
  const code = nearest(given.split(' ').at(-1) ?? '', ReasonCode.options);
  return code && `${words[code[0] as keyof typeof words]} ${code}`;
}

function codes(letter: string): string {
  return ReasonCode.options.filter((code) => code.startsWith(`${letter}-`)).join('|');
}

const Person = z.union(
  [
    z.literal('adult'),
    z.strictObject({
      born: z.iso
        .date('expected a date, year first: 2018-03-02')
        .meta({ description: 'Birth date; never leaves the scenario' }),
    }),
  ],
  'expected adult, or a birth date: { born: 2018-03-02 }',
);
const Partner = z.strictObject({
  roles: many(RoleId, 8).meta({ description: 'Its tasks, as packages/consent/law/roles.yaml names them' }),
  attests: z.boolean().optional().meta({ description: 'May open dossiers. The first partner may, unless you say so' }),
});
const CustodyTerms = {
  holders: many(Name, 4).optional().meta({ description: 'Who holds custody (gezag) from now on' }),
  guardian: Name.optional().meta({ description: 'The institution that is guardian (voogd); then no holders' }),
  partial: z
    .strictObject({ by: Name, matters: many(z.enum(['school', 'medical', 'residence'])) })
    .optional()
    .meta({ description: 'Custody in part (BW 1:265e)' }),
};
const CompartmentTerms = {
  about: many(Name, 8).meta({ description: 'The persons it is about' }),
  by: Name.meta({ description: 'Who opens it' }),
  audience: z
    .enum(['family', 'own', 'file'])
    .optional()
    .meta({ description: "family (the default), own: a child's own view, file: an organisation's own file" }),
  label: Text(60).optional(),
};
const Purposes = many(Purpose, 6).optional().meta({ description: 'support when left out' });
const ForPurpose = Purpose.optional().meta({ description: 'support when left out' });
const Marks = many(Mark, 3).optional();
const Answers = many(Weighed, 10).optional().meta({ description: 'Which questions the written weighing answers' });
const Period = { from: When.optional(), until: When.optional(), for: Span.optional() };
const Said = { name: Name.optional() };
const By = { ...Said, by: Name };
/** `by` may be left out: the organisation that opened the dossier. */
const Attested = {
  ...Said,
  by: Name.optional().meta({ description: 'The one that opened the dossier, when left out' }),
};
const Say = { ...Said, by: many(Name, 8), to: many(Name, 16), in: many(Name, 16) };
const Question = { by: Name, in: Name.optional(), message: Name.optional(), purpose: Purpose.optional() };
const object = <S extends z.ZodRawShape>(shape: S, description: string) => z.strictObject(shape).meta({ description });

/** Verbs that become a statement in the ledger: they succeed, or the step says with which error they are refused. */
const STATEMENTS = {
  compartment: object({ name: Name, ...CompartmentTerms }, 'Opens a compartment (onderdeel): the unit of consent'),
  custody: object({ ...Attested, child: Name, ...CustodyTerms }, 'Who holds custody (gezag) from now on'),
  order: object(
    { ...Attested, name: Name, child: Name, to: Name, ...Period },
    'A supervision order (OTS) and who carries it out. The same name again changes its dates',
  ),
  foster: object(
    { ...Attested, child: Name, parent: Name, provider: Name, ...Period },
    'A foster placement (pleegzorg). The same child, parent and provider again changes its dates',
  ),
  death: object({ ...Attested, person: Name }, 'Somebody died'),
  capacity: object(
    { ...Attested, person: Name, capable: z.boolean(), representatives: many(Name, 4).optional() },
    'Whether somebody can judge (wilsbekwaam), and who speaks instead (curator, mentor)',
  ),
  'secret-address': object(
    { ...Attested, person: Name, on: z.boolean().optional() },
    'An address is secret from now on',
  ),
  seat: object(
    {
      ...{
        by: Name.optional(),
        name: Name,
        of: Name,
        'stands-in-for': Name.optional(),
        from: When.optional(),
        until: When.optional(),
      },
      role: z.enum(['member', 'stand-in', 'adviser', 'chair']).optional(),
    },
    "A professional's seat. It lasts a year when until is left out",
  ),
  'seat-end': object({ ...Said, by: Name.optional(), seat: Name, at: When.optional() }, 'A seat ends earlier'),
  grant: object(
    { ...Say, purpose: Purposes, history: z.boolean().optional(), ...Period },
    'A yes. A year long when neither until nor for is given; history: also what was told before (true when left out)',
  ),
  withdraw: object(Say, 'Takes back a yes'),
  refuse: object(Say, 'A standing no'),
  allow: object(
    { ...By, reader: Name, in: Name, on: z.boolean().optional() },
    'Somebody of 16 or older lets a family member read what is about it',
  ),
  ask: object(
    { ...By, to: Name, rule: RuleId, about: many(Name, 8), purpose: ForPurpose },
    'Asks another organisation for facts under a rule',
  ),
  disclose: object(
    {
      ...{
        ...By,
        to: Name,
        items: many(Name),
        rule: RuleId,
        purpose: ForPurpose,
        ask: Name.optional(),
        answers: Answers,
      },
      emergency: z.boolean().optional(),
      inform: z.enum(['before', 'now', 'later']).optional().meta({ description: 'now when left out' }),
    },
    'Shows single messages to somebody on a basis in law, without consent (verstrekking)',
  ),
  endorse: object({ ...By, act: Name }, 'The second person agrees with a disclosure (vier ogen)'),
  inform: object(
    { ...By, act: Name, told: z.boolean().optional() },
    'The family was told; told: false, it must wait on',
  ),
  object: object({ ...By, act: Name }, 'A family member objects (bezwaar) to a disclosure or a seat'),
  weigh: object({ ...By, act: Name, stands: z.boolean(), answers: Answers }, 'The organisation weighed an objection'),
  request: object(
    {
      ...{ ...By, to: Name, about: Name, items: many(Name, 64).optional() },
      right: z.enum(['access', 'rectification', 'erasure', 'restriction']),
    },
    'Somebody uses a right (AVG art. 15-18) towards one organisation',
  ),
  answer: object(
    { ...By, request: Name, outcome: z.enum(['granted', 'partly', 'refused']), ground: RuleId.optional() },
    'The organisation answers a request; a refusal names its ground',
  ),
  erase: object(
    { ...By, items: many(Name).optional(), whole: z.boolean().optional(), request: Name.optional(), ground: RuleId },
    'Keys of messages are destroyed; whole: true, by the one that opened it, of the whole dossier',
  ),
  supersede: object({ ...By, old: Name, new: Name }, 'A rectified message takes the place of an older one'),
  dispute: object({ ...By, item: Name, on: z.boolean().optional() }, 'Somebody disputes a message (AVG art. 18)'),
  succession: object({ ...Said, partner: Name, successor: Name.optional() }, 'An organisation ended or merged'),
} as const;

/** Verbs the rule decides about: `decision` is what it must answer. */
const DECIDED = {
  send: object(
    {
      ...{
        ...By,
        in: Name,
        purpose: ForPurpose,
        kind: MessageKind.optional(),
        marks: Marks,
        text: Text(4000).optional(),
      },
      basis: many(Name).optional().meta({ description: 'Grants the sender names; those in force when left out' }),
    },
    'Writes a message. Permitted unless decision or refused says otherwise',
  ),
  consult: object(
    {
      ...{ ...By, to: Name, text: Text(4000), answers: Name.optional() },
      warns: z
        .array(Text(30))
        .max(20)
        .optional()
        .meta({ description: 'Exactly these kinds of rare facts are warned of' }),
    },
    'Advice without naming the family (anoniem consult); its text is looked through for names first',
  ),
  replay: object({ by: Name, message: Name }, 'The very same envelope is sent again; it is taken in once'),
  deliver: object({ to: Name, message: Name }, 'A message is fetched. Permitted unless decision says otherwise'),
  open: object(
    { by: Name, message: Name, purpose: ForPurpose },
    'A message is opened and read. Permitted unless decision says otherwise',
  ),
} as const;

const Visible = {
  visible: object({ to: Name, what: many(Name) }, 'This participant knows that these exist'),
  hidden: object({ from: Name, what: many(Name) }, 'This participant does not know that these exist'),
  readers: object({ of: Name, are: z.array(Name).max(32) }, 'Exactly these read what is told there from now on'),
  waiting: object({ for: Name, are: z.array(Name).max(64) }, 'Exactly these messages would be handed over now'),
};
const Told = {
  notice: object(
    {
      to: Name,
      code: NoticeCode,
      about: Name.optional(),
      article: Text(60).optional(),
      times: z.int().min(1, 'at least 1; that it was never told is no-notice').optional(),
    },
    'This participant was told this (melding)',
  ),
  'no-notice': object(
    { to: Name, code: NoticeCode.optional(), about: Name.optional() },
    'This participant was not told',
  ),
  term: object(
    {
      ...{ id: Text(60), to: Name.optional(), who: Name.optional(), about: Name.optional(), due: When.optional() },
      is: z.enum(['running', 'over', 'stopped']).optional(),
    },
    'A legal term runs (law/clocks.yaml). who: whose it is; to: this participant may know of it; due: its end',
  ),
  'no-term': object({ id: Text(60), to: Name.optional(), about: Name.optional() }, 'This term does not run'),
};
const Explained = {
  explains: object(
    {
      ...{ to: Name.meta({ description: 'Who asks why' }), ...Question },
      mentions: many(Text(200)).optional().meta({ description: 'Words that stand in it: an article, a rule' }),
      omits: many(Text(200)).optional().meta({ description: 'Words that do not stand in it' }),
      'ask-next': z.array(Name).max(16).optional().meta({ description: 'Exactly these have not said yes, as shown' }),
    },
    'The explanation of a decision, as this participant gets it',
  ),
  'may-share': object(
    {
      ...{ from: Name, to: Name, in: Name, purpose: ForPurpose, marks: Marks, rule: RuleId.optional() },
      ...{ is: DecisionText, bases: z.array(RuleId).max(40).optional() },
    },
    'May I share this? bases: exactly these rules are offered',
  ),
  count: z
    .record(z.string().max(30), z.int().min(0))
    .meta({ description: 'How many entries of each kind the log has since the first step: {consult: 1, message: 0}' }),
};
const OTHERS = {
  clock: When.meta({ description: 'Moves the clock, only forward' }),
  attempt: object(
    { ...Question, from: Name.optional(), marks: Marks },
    'Only asks the rule: may this one read? from: who would share it',
  ),
  expect: z
    .strictObject({ ...Visible, ...Told, ...Explained })
    .partial()
    .meta({ description: 'What must be true now' }),
} as const;

const refused = z
  .string()
  .regex(/^[a-z-]{3,40}$/)
  .optional()
  .meta({ description: 'The error code this step must be refused with (packages/model/src/errors.ts)' });
const because = Because.optional();
const decision = DecisionText.optional();

export const VERBS = { ...STATEMENTS, ...DECIDED, ...OTHERS } as const;
export type Verb = keyof typeof VERBS;
export type StatementVerb = keyof typeof STATEMENTS;
export type Fields<V extends Verb> = z.infer<(typeof VERBS)[V]>;

/** What may stand beside a verb in its step. */
const beside = (verb: Verb) => {
  if (verb === 'attempt') return { decision: DecisionText, because };
  if (verb === 'send' || verb === 'consult') return { decision, refused, because };
  if (verb === 'replay') return { refused, because };
  if (verb in DECIDED) return { decision, because };
  return verb in STATEMENTS ? { refused, because } : { because };
};
/** The form of a step with this verb. */
export const stepOf = (verb: Verb) => z.strictObject({ [verb]: VERBS[verb], ...beside(verb) });

export type Step = { [V in Verb]: { verb: V; fields: Fields<V> } }[Verb] & {
  decision: string | undefined;
  refused: string | undefined;
  because: string | undefined;
};
export const verbs = Object.keys(VERBS) as Verb[];

/** Everything but the steps. */
export const Head = z.strictObject({
  title: Text(200).meta({ description: 'What this case is about, in one line' }),
  case: Text(40).optional().meta({ description: 'The case it belongs to: S01' }),
  because: Because,
  unsure: Text(2000).optional().meta({ description: 'What the law leaves open, what was chosen here, and why' }),
  fails: Text(200).optional().meta({ description: 'For a file that is wrong on purpose: words of the failure' }),
  profile: Profile.optional().meta({ description: 'How 12 to 15 is read. strict when left out' }),
  start: When.optional().meta({ description: '2026-11-21 09:00 when left out' }),
  people: z
    .record(Name, Person)
    .refine((people) => Object.keys(people).length <= LIMITS.people, `at most ${LIMITS.people} people`)
    .meta({ description: 'The family. adult, or a birth date' }),
  partners: z
    .record(Name, Partner)
    .refine((partners) => Object.keys(partners).length <= LIMITS.partners, `at most ${LIMITS.partners} partners`)
    .meta({ description: 'The organisations. The first opens the dossier' }),
  custody: z
    .record(Name, z.union([many(Name, 4), z.strictObject(CustodyTerms)]))
    .optional()
    .meta({ description: 'Who holds custody (gezag) over a child at the start' }),
  compartments: z
    .record(Name, z.strictObject(CompartmentTerms))
    .refine((all) => Object.keys(all).length <= LIMITS.compartments, `at most ${LIMITS.compartments} compartments`)
    .optional()
    .meta({ description: 'What there is at the start' }),
});
export type Head = z.infer<typeof Head>;

/** A checked file. `lines`: where what stands before the steps stands (`custody.K8`). */
export type Scenario = Head & { steps: (Step & { line: number })[]; lines: ReadonlyMap<string, number> };

/** The published form of the whole file. */
export const jsonSchema = (): unknown => {
  const steps = z
    .array(z.union(verbs.map(stepOf)))
    .min(1)
    .max(LIMITS.steps);
  const schema = z.toJSONSchema(z.strictObject({ ...Head.shape, steps }), { io: 'input', reused: 'ref' });
  return { ...schema, title: 'Scenario: people, organisations, what happens, and what must be decided' };
};

/** One or more, always as a list. */
export const listed = <T>(one: T | readonly T[] | undefined): readonly T[] => {
  if (one === undefined) return [];
  return Array.isArray(one) ? (one as readonly T[]) : [one as T];
};
