/**
 * What a family member does, in the words of one: parts of the story, tell, read, say yes, stop, see who read. Sits on the
 * same client package the browser uses; the keys are on this side only.
 */

import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { effectOf, type Participant, whoRead } from '@eenmaal/client';
import { decide } from '@eenmaal/consent';
import {
  EenmaalError,
  type Id,
  isPerson,
  nameOf,
  organisationOf,
  type PartyId,
  type Purpose,
  partner as partnerId,
} from '@eenmaal/model';
import { oneLine } from './printable.ts';
import { day, type Language, TEXTS, type Texts } from './texts.ts';

export type Member = { participant: Participant; dossier: Id; name: string; language: Language };
const MONTH = 30.44 * 86_400_000;

/** A part of the story (a compartment) as its reader knows it. */
export type Part = { id: Id; label: string; readers: string[] };

export function familyMember({ participant, dossier, name, language }: Member) {
  const texts: Texts = TEXTS[language];
  const nameOfParty = (party: PartyId): string => {
    if (party === participant.party) return texts.you;
    if (isPerson(party)) return texts.family;
    const organisation = organisationOf(party) ?? nameOf(party);
    return oneLine(participant.mirror.state.parties.get(partnerId(organisation))?.name ?? organisation);
  };
  /** An organisation once, whatever seats it has here: they have its name. */
  const others = (id: Id): string[] => {
    const parties = participant.preview(id).map(({ party }) => party);
    const byName = new Map(parties.map((party) => [organisationOf(party) ?? party, party]));
    return [...byName.values()].filter((party) => party !== participant.party).map(nameOfParty);
  };
  const list = (names: string[]): string => (names.length === 0 ? texts.nobodyElse : names.join(', '));

  /** What a part is called, where we have its key. */
  const labelOf = (id: Id): string | null => {
    const label = participant.keys.labelOf(id);
    return label === null ? null : oneLine(label);
  };
  const parts = (): Part[] =>
    (participant.mirror.state.dossiers.get(dossier)?.compartments ?? []).flatMap((id) => {
      const label = labelOf(id);
      return label === null ? [] : [{ id, label, readers: others(id) }];
    });
  const find = (wanted: string): Part => {
    const known = parts();
    const lower = wanted.toLowerCase();
    const found =
      known.find(({ id, label }) => id === wanted || label.toLowerCase() === lower) ??
      known.find(({ label }) => label.toLowerCase().startsWith(lower));
    if (!found) throw new EenmaalError('unknown-compartment', texts.noSuchPart(wanted));
    return found;
  };
  /** By id, or the start of its name. */
  const organisation = (wanted: string): { id: string; name: string } => {
    const known = [...participant.mirror.state.parties.values()].filter(({ party }) => party.startsWith('partner/'));
    const lower = wanted.toLowerCase();
    const found =
      known.find(({ party }) => party === partnerId(wanted)) ??
      known.find(({ name: called }) => called.toLowerCase().startsWith(lower));
    if (!found)
      throw new EenmaalError(
        'key-unregistered',
        texts.noSuchOrganisation(wanted, known.map((one) => one.name).join(', ')),
      );
    return { id: nameOf(found.party), name: oneLine(found.name) };
  };

  return {
    parts,
    find,
    nameOfParty,
    labelOf,
    organisation,
    sync: () => participant.sync().then(() => participant.mirror.refresh(dossier)),
    describe: (part: Part): string => `${part.label}: ${texts.canRead(list(part.readers))}`,
    preview: (part: Part): string => texts.willRead(list(part.readers)),

    async tell(part: Part, title: string, text: string, files: readonly string[] = []): Promise<string> {
      const attachments = files.map((path) => ({
        name: basename(path),
        type: 'application/octet-stream',
        open: () => createReadStream(path),
      }));
      const content = { title, text, author: { name, role: language === 'nl' ? 'gezin' : 'family' } };
      await participant.send({
        dossier,
        compartment: part.id,
        kind: 'fragment',
        purpose: 'support',
        content,
        attachments,
      });
      return texts.told(title);
    },

    async read(part: Part): Promise<{ title: string; text: string; by: string; at: number }[]> {
      const ids = participant.mirror.state.compartments.get(part.id)?.messages ?? [];
      const received = ids.length === 0 ? [] : await participant.receive(dossier, ids.slice(-100));
      const read = [];
      for (const message of received) {
        const { title, text, author } = await participant.open(message, message.header.purpose);
        read.push({ title, text, by: `${author.name}, ${author.role}`, at: message.at });
      }
      return read;
    },

    async grant(to: string, chosen: Part[], purpose: Purpose, months: number, history: boolean): Promise<string[]> {
      const { id, name: called } = organisation(to);
      const now = Date.now();
      const until = Math.round(now + months * MONTH);
      const text = { version: 'family-cli-1', language };
      await participant.grant(
        dossier,
        chosen.map((part) => part.id),
        { partner: id, purposes: [purpose], from: now - 60_000, until, history, text },
      );
      const said = texts.granted(called, chosen.map(({ label }) => label).join(', '), day(until, language), history);
      const stands = chosen.every(
        (part) =>
          decide(participant.mirror.state, { party: partnerId(id), compartment: part.id }, now).outcome === 'permit',
      );
      return stands ? [said] : [said, texts.waitsFor];
    },

    async stop(to: string, chosen: Part[]): Promise<string[]> {
      const { id, name: called } = organisation(to);
      const mine = chosen.length > 0 ? chosen : parts().filter((part) => saidYes(participant, part.id, id));
      if (mine.length === 0) return [texts.nothingStopped];
      const [receipt] = await participant.withdraw(
        dossier,
        mine.map((part) => part.id),
        id,
      );
      const at = receipt?.at ?? Date.now();
      const { read, stopped } = effectOf(
        whoRead(participant.mirror, dossier),
        partnerId(id),
        new Set(mine.map((part) => part.id)),
        at,
      );
      return [
        texts.stopped(called, day(at, language)),
        texts.stoppedBefore(stopped.length),
        texts.alreadyRead(read.length),
      ];
    },

    async refuse(to: string, chosen: Part[]): Promise<string> {
      const { id, name: called } = organisation(to);
      await participant.refuse(
        dossier,
        chosen.map((part) => part.id),
        id,
      );
      return texts.refused(called);
    },

    /** One line for each message: what, and who read it when. */
    who(titles: ReadonlyMap<Id, string> = new Map()): string[] {
      return whoRead(participant.mirror, dossier).map(({ envelope, compartment, sender, at, readers }) => {
        const what = titles.get(envelope) ?? labelOf(compartment) ?? '';
        const others = readers.filter(({ reader }) => reader !== participant.party && reader !== sender);
        const lines = others.map(({ reader, delivered, opened }) =>
          opened !== null
            ? texts.readOn(nameOfParty(reader), day(opened, language))
            : texts.gotOn(nameOfParty(reader), day(delivered ?? 0, language)),
        );
        return `${at === null ? '' : day(at, language)}  ${nameOfParty(sender)}: ${what}\n    ${lines.length > 0 ? lines.join('\n    ') : texts.byNobody}`;
      });
    },
  };
}
export type FamilyMember = ReturnType<typeof familyMember>;

const saidYes = ({ mirror, party }: Participant, compartment: Id, partner: string): boolean =>
  mirror.state.compartments
    .get(compartment)
    ?.says.some(
      (say) => say.partner === partner && say.by === nameOf(party) && say.grants.some(({ ended }) => !ended),
    ) ?? false;
