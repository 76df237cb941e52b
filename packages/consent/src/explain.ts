/**
 * Why: a decision in words that its reader may have. A partner never learns who refused, who was unheard, nor that
 * something of another adult exists; a family member sees what it may see anyway; an officer sees everything.
 */
import type { Decision, Id, Instant, Mark, PartyId, Purpose, ReasonCode, RuleId, Weighed } from '@eenmaal/model';
import type { Question } from './decide.ts';
import type { State } from './state.ts';

export type Sentence = { readonly nl: string; readonly en: string };
export type Audience = { party: PartyId };

/** Whose say is needed, as whom, and what it said. */
export type SayExplained = {
  decider: string;
  as: 'self' | 'custody' | 'guardian' | 'representative';
  said: 'yes' | 'no' | 'withdrawn' | 'expired' | 'not-yet' | 'other-purpose' | 'nothing';
};
/** What comes with a decision that lets somebody read. `due`: by when, when the law sets a term. */
export type Duty = {
  duty: 'inform' | 'strip-third-persons' | 'log' | 'review' | 'disputed-travels';
  who: PartyId[];
  due: Instant | null;
};
export type ArticleUsed = { rule: string; article: string; lawVersion: string; text: Sentence };

export type Explanation = {
  outcome: Decision['outcome'];
  code: ReasonCode;
  articles: ArticleUsed[];
  /** Empty for who may not know it. */
  says: SayExplained[];
  duties: Duty[];
  /** What would change the answer. */
  change: Sentence;
  parent: Sentence;
  child: Sentence;
  professional: Sentence;
};

/** A rule that would let one share without consent, and what it asks. */
export type Basis = {
  rule: string;
  article: string;
  kind: 'duty' | 'right';
  records: Weighed[];
  secondPerson: boolean;
  emergency: boolean;
  inform: 'before' | 'now' | 'later-allowed' | 'none';
  /** Only when the other side asks for it. */
  onRequest: boolean;
  words: { family: Sentence; professional: Sentence };
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

/** Explains one decision to one reader. */
export function explain(_state: State, _question: Question, _now: Instant, _audience: Audience): Explanation {
  throw new Error('not written yet');
}

/** "May I share this?", answered before anything is sent. */
export function mayIShare(_state: State, _question: ShareQuestion, _now: Instant, _audience: Audience): ShareAnswer {
  throw new Error('not written yet');
}
