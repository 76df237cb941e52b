/**
 * What a family member sees under the law beside consent: who helps, what was shared without a yes and on which article, what
 * a judge decided, what was asked and when the answer is due. Nothing here says who refused.
 */
import { whoRead } from '@eenmaal/client';
import { ageBand, type DisclosureState, ruleAt } from '@eenmaal/consent';
import { type Clock, type Id, isPartner, isSeat, type Notice, nameOf, partner, type StatementOf } from '@eenmaal/model';
import type { FamilyMember, Member } from './family.ts';
import { LAW_TEXTS } from './law-texts.ts';
import { day, lastDay } from './texts.ts';

export function familyOverview({ participant, dossier, language }: Member, member: FamilyMember) {
  const texts = LAW_TEXTS[language];
  const { mirror, party } = participant;
  const self = nameOf(party);
  // looked up each time: a sync makes a new state
  const state = () => mirror.state;
  const known = () => state().dossiers.get(dossier);
  const when = (at: number): string => day(at, language);
  const numberOf = (id: Id): number => (known()?.persons.indexOf(id) ?? -1) + 1;
  const section = (title: string, lines: readonly string[]): string[] => [
    title,
    ...(lines.length === 0 ? [`  ${texts.nothing}`] : lines.map((line) => `  ${line.replaceAll('\n', '\n     ')}`)),
    '',
  ];

  const members = (): string[] =>
    (known()?.persons ?? []).flatMap((id) => {
      const about = state().persons.get(id);
      if (!about || about.dead) return [];
      const over = (known()?.persons ?? []).filter((child) => state().persons.get(child)?.custody.includes(id));
      const who = id === self ? member.nameOfParty(party) : texts.bands[ageBand(about, Date.now())];
      const named = over.map((child) => String(numberOf(child))).join(', ');
      return texts.member(numberOf(id), over.length === 0 ? who : texts.withCustody(who, named));
    });

  const seats = (): string[] =>
    (known()?.seats ?? []).flatMap((id) => {
      const { seat } = state().parties.get(id) ?? {};
      if (!seat || seat.until <= Date.now()) return [];
      const line = texts.seat(
        seat.index,
        member.nameOfParty(id),
        texts.roles[seat.role],
        when(seat.from),
        when(seat.until),
      );
      return [line, ...objectionLines(seat.statement, seat.objection, false)].join('\n');
    });

  const orders = (): string[] =>
    [...(known()?.orders.values() ?? [])].map(({ institution, from, until }) =>
      texts.order(member.nameOfParty(partner(institution)), when(from), when(until)),
    );

  const disclosures = (): DisclosureState[] =>
    (known()?.acts ?? []).flatMap(({ id, kind }) => (kind === 'disclose' ? (state().disclosures.get(id) ?? []) : []));

  const shared = (): string[] =>
    disclosures().map((given) => {
      const { index, at, by, to, items } = given;
      const from = member.nameOfParty(by);
      const what = [...new Set(items.map(labelOfMessage))].map((label) => label ?? texts.ownFile).join(', ');
      const line = texts.disclosed(index, when(at), from, items.length, what, member.nameOfParty(to));
      return [
        line,
        ...lawOf(given),
        ...readLines(given),
        ...objectionLines(given.id, given.objection, given.ended),
      ].join('\n');
    });

  const labelOfMessage = (id: Id): string | null => {
    const compartment = state().messages.get(id)?.compartment;
    return compartment === undefined ? null : member.labelOf(compartment);
  };

  const lawOf = ({ rule, at }: DisclosureState): string[] => {
    const found = ruleAt(state().law, rule, at);
    return found ? [texts.law(found.family[language], found.article)] : [];
  };

  /** When the one it was shared with first opened it; null: not yet, or it is not ours to see. */
  const firstRead = ({ to, items }: DisclosureState): number | null => {
    const looks = whoRead(mirror, dossier)
      .filter(({ envelope }) => items.includes(envelope))
      .flatMap(({ readers }) => readers.filter(({ reader }) => reader === to).flatMap(({ opened }) => opened ?? []));
    return looks.length === 0 ? null : Math.min(...looks);
  };
  const readLines = (given: DisclosureState): string[] => {
    const opened = firstRead(given);
    if (opened !== null) return [texts.read(when(opened))];
    return given.items.some((id) => state().messages.has(id)) ? [texts.unread] : [];
  };

  function objectionLines(act: Id, open: Id | null, ended: boolean): string[] {
    if (open !== null) return [texts.objectionOpen];
    const weighed = known()?.acts.findLast(({ kind, about }) => kind === 'weigh' && about === act);
    if (!weighed) return [];
    return [ended ? texts.objectionEnds(when(weighed.at)) : texts.objectionStands(when(weighed.at))];
  }

  const requests = (clocks: readonly Clock[]): string[] =>
    (known()?.acts ?? []).flatMap(({ kind, id, index, at, by, partner: to }) => {
      const right = kind === 'request' && by === party ? state().requests.get(id)?.right : undefined;
      if (right === undefined || to === null) return [];
      const line = texts.request(index, when(at), texts.rights[right], member.nameOfParty(partner(to)));
      return [line, ...answerLines(id, clocks)].join('\n');
    });

  function answerLines(request: Id, clocks: readonly Clock[]): string[] {
    const answered = known()?.acts.find(({ kind, about }) => kind === 'answer' && about === request);
    const statement = answered && (mirror.statementOf(answered.id) as StatementOf<'answer'> | undefined);
    if (statement) {
      const ground = statement.ground === null ? null : ruleAt(state().law, statement.ground, answered.at);
      const why = ground ? [texts.ground(ground.family[language], ground.article)] : [];
      return [texts.outcomes[statement.outcome], ...why];
    }
    const clock = clocks.find(({ about, id }) => about === request && id.endsWith('-answer'));
    return clock
      ? [clock.over ? texts.answerLate(lastDay(clock.due, language)) : texts.answerDue(lastDay(clock.due, language))]
      : [];
  }

  /** Terms that run and that somebody must do something in; the end of a yes shows with the parts. */
  const terms = (clocks: readonly Clock[]): string[] =>
    clocks.flatMap(({ id, due, over, who, stoppedAt }) => {
      const sentence = stoppedAt === null ? state().law.clocks.get(id)?.sentence : undefined;
      return sentence ? [texts.term(lastDay(due, language), member.nameOfParty(who), sentence[language], over)] : [];
    });

  /** What a notice is about, in words: the ids in it say nothing to a family. */
  function aboutOf({ about }: Notice): string | null {
    if (isPartner(about) || isSeat(about)) return member.nameOfParty(about);
    if (state().compartments.has(about)) return member.labelOf(about);
    if (state().messages.has(about)) return labelOfMessage(about);
    if (state().persons.has(about))
      return about === self ? member.nameOfParty(party) : texts.memberCalled(numberOf(about));
    const grant = state().grants.get(about);
    const part = grant && member.labelOf(grant.compartment);
    if (grant && part) return texts.yesTo(member.nameOfParty(partner(grant.partner)), part);
    const place = state().statements.get(about);
    return place === undefined ? null : texts.seeNumber(place);
  }

  const noticeOf = (notice: Notice): string[] => {
    const { law } = state();
    const about = state().persons.get(self);
    const young = about !== undefined && ageBand(about, Date.now()) !== 'adult';
    const found = law.notices.get(notice.code);
    const sentence = (young ? found?.child : found?.family) ?? found?.family;
    if (!sentence) return [];
    const what = aboutOf(notice);
    const article = law.rules.find(({ reference }) => reference === notice.article)?.article;
    return [
      `${when(notice.at)}  ${sentence[language]}`,
      ...(what === null ? [] : [`  ${texts.about(what)}`]),
      ...(article === undefined ? [] : [`  ${texts.article(article)}`]),
    ];
  };

  return {
    disclosures,
    shared,
    firstRead,
    numberOf,
    answerLines,

    async overview(): Promise<string[]> {
      const { clocks } = await participant.notices(dossier);
      return [
        ...section(texts.parts, member.parts().map(member.describe)),
        ...section(texts.family, members()),
        ...section(texts.seats, seats()),
        ...section(texts.shared, shared()),
        ...section(texts.orders, orders()),
        ...section(texts.asked, requests(clocks)),
        ...section(texts.terms, terms(clocks)),
      ];
    },

    async notices(): Promise<string[]> {
      const { notices } = await participant.notices(dossier);
      const lines = notices.flatMap(noticeOf);
      return lines.length === 0 ? [texts.noNews] : lines;
    },
  };
}
export type FamilyOverview = ReturnType<typeof familyOverview>;
