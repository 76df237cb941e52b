/**
 * Why: a decision in words that its reader may have. A partner never learns who refused, who was unheard, nor that
 * something of another adult exists; a family member sees what it may see anyway; an officer sees everything.
 */
import {
  type Decision,
  type Id,
  type Instant,
  isOfficer,
  isPerson,
  type Mark,
  organisationOf,
  type PartyId,
  type Purpose,
  person,
  type ReasonCode,
  type RuleId,
  type Weighed,
} from '@eenmaal/model';
import { decidersOf } from './authority.ts';
import { recheckDue, reviewDue } from './clocks.ts';
import { consentOf } from './consents.ts';
import { decide, type Question } from './decide.ts';
import { secondPersonFor } from './disclosure.ts';
import { decideFor, type Known, viewOf } from './explain-view.ts';
import { bareMessage } from './fold-erasures.ts';
import { isSameSide, subjectsOf } from './knowledge.ts';
import { type ReasonText, type Rule, referenceAt, ruleAt } from './law.ts';
import { Remembered } from './remembered.ts';
import type { CompartmentState, DeciderId, PersonState, State } from './state.ts';

export type Sentence = ReasonText['change'];
export type Audience = { party: PartyId };

/** Whose say is needed, as whom, and what it said. */
export type SayExplained = {
  decider: DeciderId;
  as: 'self' | 'custody' | 'guardian' | 'representative';
  said: 'yes' | 'no' | 'withdrawn' | 'expired' | 'not-yet' | 'something-else' | 'to-confirm' | 'nothing';
};
/** What comes with a decision. `who`: whose it is, or for `inform` whom to tell; `due`: by when, where there is a term. */
export type Duty = {
  duty: 'log' | 'strip-third-persons' | 'inform' | 'second-person' | 'review' | 'disputed-travels';
  who: PartyId[];
  due: Instant | null;
};
export type ArticleUsed = {
  rule: string;
  article: string;
  lawVersion: string;
  family: Sentence;
  professional: Sentence;
};

export type Explanation = ReasonText & {
  outcome: Decision['outcome'];
  code: ReasonCode;
  articles: ArticleUsed[];
  /** Empty for who may not know it. */
  says: SayExplained[];
  duties: Duty[];
};

/** A rule that lets one share without consent, once what it asks is done. */
export type Basis = {
  rule: string;
  article: string;
  kind: Rule['kind'];
  /** The request of the other side that makes it a duty: nothing is weighed then. */
  ask: Id | null;
  records: readonly Weighed[];
  secondPerson: boolean;
  /** In an emergency the second person may come after, until this moment. */
  reviewDue: Instant | null;
  inform: Rule['inform'];
  /** When telling would do harm: when to look again. */
  recheckDue: Instant | null;
  family: Sentence;
  professional: Sentence;
};
export type ShareQuestion = {
  from: PartyId;
  to: PartyId;
  compartment: Id;
  marks: readonly Mark[];
  purpose: Purpose;
  rule?: RuleId;
};
export type ShareAnswer = { now: Explanation; bases: Basis[] };

/** What an organisation hears as one and the same: ask the family. A hold and a no would tell who spoke. */
const ASK_THE_FAMILY: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'D-UNKNOWN',
  'D-NO-GRANT',
  'D-NO-AUTHORITY',
  'D-OTHER-ADULT',
  'D-REFUSED-PARENT',
  'D-REFUSED-CHILD',
  'D-REFUSED-SELF',
  'D-WITHDRAWN',
  'H-OTHER-PARENT-UNHEARD',
  'H-CHILD-WISH',
  'H-CHILD-12-CONFIRM',
  'H-SURVIVOR-CONFIRM',
]);

/** Explains one decision to one reader. */
export function explain(state: State, question: Question, now: Instant, audience: Audience): Explanation {
  const known = decideFor(state, question, now, audience.party);
  const decision = heard(state, known.decision, now, audience.party);
  const { outcome, code, rules } = decision;
  return {
    outcome,
    code,
    articles: rules.flatMap((reference) => articleOf(state, reference)),
    says: saysFor(known, question, now, audience.party),
    duties: outcome === 'deny' ? [] : dutiesOf(known, question, now, audience.party),
    ...textOf(state, code),
  };
}

type Heard = Pick<Decision, 'outcome' | 'code' | 'rules'>;

function heard(state: State, decision: Decision, now: Instant, reader: PartyId): Heard {
  if (isPerson(reader) || isOfficer(reader) || !ASK_THE_FAMILY.has(decision.code)) return decision;
  return { outcome: 'deny', code: 'D-NO-GRANT', rules: [referenceAt(state.law, 'L01', now)] };
}

function articleOf({ law }: State, reference: string): ArticleUsed[] {
  const rule = law.rules.find((candidate) => candidate.reference === reference);
  if (!rule) return [];
  const { article, lawVersion, family, professional } = rule;
  return [{ rule: reference, article, lawVersion, family, professional }];
}

/** @throws when the law has no text for a reason; `parseLaw` refuses such a law */
function textOf({ law }: State, code: ReasonCode): ReasonText {
  const text = law.reasons.get(code);
  if (!text) throw new Error(`the law has no text for ${code}`);
  return text;
}

/** Every say that counts, for who may see it; an organisation sees the yeses its reading rests on, never what is missing. */
function saysFor({ state, decision }: Known, question: Question, now: Instant, reader: PartyId): SayExplained[] {
  const place = state.compartments.get(question.compartment);
  const party = state.parties.get(question.party);
  if (!place || !party?.organisation || place.audience === 'file') return [];
  const partner = !isPerson(reader) && !isOfficer(reader);
  if (partner && !decision.basis.some((id) => state.grants.has(id))) return [];
  const index = state.messages.get(question.message ?? '')?.index ?? question.index;
  const said = (subject: PersonState, decider: DeciderId): SayExplained['said'] => {
    const says = place.says.filter(({ by }) => by === decider);
    const alone = { ...place, subjects: [subject.id], people: [subject], says, remembered: new Remembered() };
    const { outcome, code } = consentOf(state, alone, party, question, index, now);
    return outcome === 'permit' ? 'yes' : (SAID[code] ?? 'nothing');
  };
  const all = place.people.flatMap((subject) =>
    decidersOf(state, subject, now, place.audience).map((decider) => ({
      ...{ decider, as: roleOf(state, subject, decider), said: said(subject, decider) },
    })),
  );
  return all.filter(({ said }) => !partner || said === 'yes');
}

/** What consent says of one decider alone: others unheard means that this one agreed. */
const SAID: Partial<Record<ReasonCode, SayExplained['said']>> = {
  'H-OTHER-PARENT-UNHEARD': 'yes',
  'H-CHILD-12-CONFIRM': 'yes',
  'H-SURVIVOR-CONFIRM': 'to-confirm',
  'D-REFUSED-PARENT': 'no',
  'D-REFUSED-CHILD': 'no',
  'D-REFUSED-SELF': 'no',
  'D-WITHDRAWN': 'withdrawn',
  'D-EXPIRED': 'expired',
  'D-NOT-YET': 'not-yet',
  'D-PURPOSE': 'something-else',
  'D-BEFORE-GRANT': 'something-else',
};

function roleOf(state: State, subject: PersonState, decider: DeciderId): SayExplained['as'] {
  if (decider === subject.id) return 'self';
  if (!state.persons.has(decider)) return 'guardian';
  return subject.custody.includes(decider) ? 'custody' : 'representative';
}

/** What must be done by whoever shares, reads or disclosed; a postponed telling only for the organisation that postponed. */
function dutiesOf({ state, decision }: Known, question: Question, now: Instant, reader: PartyId): Duty[] {
  const message = state.messages.get(question.message ?? '');
  const given = message?.disclosures.findLast(({ to, id }) => to === question.party && covers(decision, id));
  const duties: Duty[] = [];
  const add = (duty: Duty['duty'], who: PartyId[], due: Instant | null = null) => duties.push({ duty, who, due });
  if (decision.outcome === 'permit') {
    add('log', [question.party]);
    const sender = message?.sender ?? question.from;
    if (sender && !isPerson(sender) && !isSameSide(sender, question.party)) add('strip-third-persons', [sender]);
    const until = endOf(state, decision, question);
    if (until !== null) add('review', [question.party], until);
  }
  const rule = given && ruleAt(state.law, given.rule, now);
  if (rule && !given.endorsement && secondPersonFor(rule, given, rule.onRequest && given.ask !== null))
    add('second-person', [given.by], given.emergency ? reviewDue(state.law, given.at) : null);
  if (given && !given.told && (isOfficer(reader) || isSameSide(reader, given.by)))
    add('inform', toTell(state, subjectsOf(state, given), now), recheckDue(state.law, given.at, 0));
  if (message && message.disputedBy.size > 0) add('disputed-travels', [question.party]);
  return duties;
}

const covers = ({ outcome, basis }: Decision, id: Id): boolean => outcome === 'hold' || basis[0] === id;

/** Those it is about, and who speaks for them. */
const toTell = (state: State, subjects: readonly Id[], now: Instant): PartyId[] => {
  const persons = subjects.flatMap((id) => {
    const subject = state.persons.get(id);
    return subject ? [id, ...decidersOf(state, subject, now)] : [];
  });
  return [...new Set(persons.map((id) => (state.persons.has(id) ? person(id) : id)))];
};

/** When the first of what it rests on ends by itself. */
function endOf(state: State, { basis }: Decision, question: Question): Instant | null {
  const dossier = state.dossiers.get(state.compartments.get(question.compartment)?.dossier ?? '');
  const seat = state.parties.get(question.party)?.seat;
  const dated = [...(dossier?.orders.values() ?? []), ...(dossier?.fosters ?? []), ...(seat ? [seat] : [])];
  const ends = basis.flatMap((id) => {
    const until = state.grants.get(id)?.until ?? dated.find(({ statement }) => statement === id)?.until;
    return until === undefined ? [] : [until];
  });
  return ends.length === 0 ? null : Math.min(...ends);
}

/**
 * "May I share this?" (mag ik dit delen?), answered before anything is sent: what holds now, and every rule by which it could
 * be shared without consent, with what it asks. A rule is a possibility when `decide` would permit it with all of that done.
 */
export function mayIShare(state: State, asked: ShareQuestion, now: Instant, audience: Audience): ShareAnswer {
  const { from, to, compartment, marks, purpose } = asked;
  const question: Question = { party: to, compartment, purpose, from, marks };
  const answer = explain(state, question, now, audience);
  const officer = isOfficer(audience.party);
  const view = officer ? state : viewOf(state, question, now, audience.party);
  const place = view.compartments.get(compartment);
  if (!place || !(officer || isSameSide(audience.party, from))) return { now: answer, bases: [] };
  const bases = view.law.rules
    .filter((rule) => (asked.rule ?? rule.id) === rule.id && ruleAt(view.law, rule.id, now) === rule)
    .filter((rule) => wouldPermit(view, asked, place, rule, now))
    .map((rule) => basisOf(view, asked, place, rule, now));
  return { now: answer, bases };
}

/** Stands for the message and the disclosure that are not there yet; no id has this form. */
const IMAGINED = 'imagined';

function wouldPermit(state: State, asked: ShareQuestion, place: CompartmentState, rule: Rule, now: Instant): boolean {
  const { from, to, marks, purpose } = asked;
  const disclosure = {
    ...{ id: IMAGINED, dossier: place.dossier, by: from, to, rule: rule.id, purpose, items: [IMAGINED], ask: null },
    ...{ answers: rule.records, emergency: false, index: state.size, at: now, endorsement: IMAGINED },
    ...{ objection: null, ended: false, told: true, later: false },
  };
  const bare = bareMessage({ id: IMAGINED, index: state.size, at: now, compartment: place.id, sender: from });
  const messages = new Map([[IMAGINED, { ...bare, purpose, marks, disclosures: [disclosure] }]]);
  const question = { party: to, compartment: place.id, message: IMAGINED, purpose };
  return decide({ ...state, messages }, question, now).basis[0] === IMAGINED;
}

function basisOf(state: State, asked: ShareQuestion, place: CompartmentState, rule: Rule, now: Instant): Basis {
  const { article, kind, secondPerson, emergency, inform, family, professional, reference } = rule;
  const ask = rule.onRequest ? requestFor(state, asked, place, rule.id) : null;
  const weighed = ask === null;
  const second = weighed && secondPerson;
  return {
    ...{ rule: reference, article, kind, ask, inform, family, professional },
    records: weighed ? rule.records : [],
    secondPerson: second,
    reviewDue: second && emergency ? reviewDue(state.law, now) : null,
    recheckDue: inform === 'later-allowed' ? recheckDue(state.law, now, 0) : null,
  };
}

/** A question of the other side, under this rule, about everybody it is about. */
function requestFor(
  state: State,
  { from, to, purpose }: ShareQuestion,
  place: CompartmentState,
  rule: RuleId,
): Id | null {
  for (const ask of state.asks.values())
    if (
      ask.rule === rule &&
      ask.purpose === purpose &&
      ask.to === organisationOf(from) &&
      isSameSide(ask.by, to) &&
      place.subjects.every((id) => ask.about.includes(id))
    )
      return ask.id;
  return null;
}
