/** What a family member does under the law beside consent: object, use a right, let another read along, an own part. */
import { type DisclosureState, ruleAt } from '@eenmaal/consent';
import { EenmaalError, nameOf } from '@eenmaal/model';
import type { FamilyMember, Member, Part } from './family.ts';
import { LAW_TEXTS, RIGHTS } from './law-texts.ts';
import type { FamilyOverview } from './overview.ts';
import { day, lastDay } from './texts.ts';

const PLACE = /^[0-9]{1,15}$/;

export function familyLaw({ participant, dossier, language }: Member, member: FamilyMember, seen: FamilyOverview) {
  const texts = LAW_TEXTS[language];
  const { mirror, party } = participant;
  const self = nameOf(party);
  // looked up each time: a sync makes a new state
  const state = () => mirror.state;
  const known = () => state().dossiers.get(dossier);
  const when = (at: number): string => day(at, language);
  const refresh = (): Promise<void> => mirror.refresh(dossier);

  /** A disclosure or a seat, by its place in the log, as the overview shows it. */
  function actAt(place: string) {
    const index = PLACE.test(place) ? Number(place) : -1;
    const disclosure = seen.disclosures().find((given) => given.index === index);
    const seat = known()
      ?.seats.flatMap((id) => state().parties.get(id)?.seat ?? [])
      .find((one) => one.index === index);
    if (!disclosure && !seat) throw new EenmaalError('unknown-compartment', texts.noSuchAct(place));
    return { disclosure, seat };
  }

  /** What an objection does and does not stop, now that it is made. */
  function effectOf(disclosure: DisclosureState | undefined, standsIn: boolean): string[] {
    if (!disclosure) return [standsIn ? texts.standInStops : texts.seatGoesOn];
    const rule = ruleAt(state().law, disclosure.rule, Date.now());
    const opened = seen.firstRead(disclosure);
    return [texts.effects[rule?.objection ?? 'nothing'], ...(opened === null ? [] : [texts.notUndone(when(opened))])];
  }

  return {
    async object(place: string): Promise<string[]> {
      const { disclosure, seat } = actAt(place);
      const act = disclosure?.id ?? seat?.statement ?? '';
      if ((disclosure ?? seat)?.objection) return [texts.objectedAlready];
      await participant.state({ kind: 'objection', dossier, act });
      await refresh();
      const { clocks } = await participant.notices(dossier);
      const clock = clocks.findLast(
        ({ id, about, stoppedAt }) => id === 'objection-weigh' && about === act && !stoppedAt,
      );
      const term = clock ? [texts.weighedBy(member.nameOfParty(clock.who), lastDay(clock.due, language))] : [];
      return [texts.objected, ...effectOf(disclosure, seat?.role === 'stand-in'), ...term];
    },

    /** About oneself, or about those a part is about. `places`: of messages in the log. */
    async askRight(word: string, to: string, part: Part | undefined, places: readonly string[]): Promise<string[]> {
      const right = Object.hasOwn(RIGHTS, word) ? RIGHTS[word as keyof typeof RIGHTS] : undefined;
      if (right === undefined || !places.every((place) => PLACE.test(place))) throw new EenmaalError('malformed');
      const { id, name } = member.organisation(to);
      const messages = [...state().messages.values()];
      const items = places.map((place) => {
        const message = messages.find(({ index }) => index === Number(place));
        if (!message) throw new EenmaalError('unknown-compartment', texts.noSuchAct(place));
        return message.id;
      });
      const subjects = part ? (state().compartments.get(part.id)?.subjects ?? []) : [self];
      const request = { kind: 'request' as const, dossier, to: id, right, items };
      const said = await participant.state(...subjects.map((about) => ({ ...request, about })));
      await refresh();
      const { clocks } = await participant.notices(dossier);
      const [first] = said;
      return [texts.requested(texts.rights[right], name), ...seen.answerLines(first?.id ?? '', clocks)];
    },

    /** Lets a family member read what is about oneself, or no longer; the keys follow. */
    async allow(number: string, parts: readonly Part[], on: boolean): Promise<string[]> {
      const reader = known()?.persons[Number(number) - 1];
      if (reader === undefined || reader === self)
        throw new EenmaalError('unknown-compartment', texts.noSuchMember(number));
      if (parts.length === 0) throw new EenmaalError('malformed');
      const allow = { kind: 'allow' as const, dossier, reader, on };
      await participant.state(...parts.map(({ id }) => ({ ...allow, compartment: id })));
      await refresh();
      for (const { id } of parts) await participant.ensureKey(id);
      const say = on ? texts.allowed : texts.disallowed;
      return parts.map(({ label }) => say(seen.numberOf(reader), label));
    },

    async own(name: string): Promise<string[]> {
      await participant.openCompartment(dossier, [self], name, 'own');
      return [texts.ownMade(name)];
    },

    async secretAddress(on: boolean): Promise<string[]> {
      await participant.state({ kind: 'secrecy', dossier, person: self, on });
      return [on ? texts.addressOn : texts.addressOff];
    },
  };
}
export type FamilyLaw = ReturnType<typeof familyLaw>;
