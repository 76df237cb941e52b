/** The stage the story is played on: the running region, the people, and what every scene needs of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Participant } from '@eenmaal/client';
import { EenmaalError, type Id } from '@eenmaal/model';
import { drawing } from './drawing.ts';
import type { PartnerApi } from './partner-api.ts';
import type { Members, Person } from './people.ts';
import type { LocalRegion } from './region.ts';
import type { Story } from './story.ts';

export type Language = 'nl' | 'en';
export type Told = { title: string; compartment: string; by: string; envelope: Id };

export type Stage = {
  region: LocalRegion;
  story: Story;
  say(nl: string, en: string): string;
  apis: Map<string, PartnerApi>;
  dossier: Id;
  people: ReadonlyMap<string, Person>;
  members: Members;
  /** slug -> id */
  places: Map<string, Id>;
  told: Told[];
};

export const participantOf = (stage: Stage, slug: string): Participant => {
  const member = stage.members.get(slug);
  if (!member) throw new EenmaalError('internal', `nobody is called ${slug}`);
  return member.device.participant;
};
export const nameOfPartner = ({ region }: Stage, id: string): string => region.partners.get(id)?.name ?? id;
export const labelOf = ({ story }: Stage, slug: string): string =>
  story.compartments.find((one) => one.slug === slug)?.label ?? slug;
/** Of somebody in the family, or of an organisation that wrote something. */
export const memberLabel = (stage: Stage, slug: string): string =>
  stage.story.family.find((one) => one.slug === slug)?.label ?? nameOfPartner(stage, slug);

/** Tells one fragment through its teller's device; returns the bytes of its attachment. */
export async function tell(
  stage: Stage,
  { title, text, by, compartment, attachment }: Story['fragments'][number],
): Promise<number> {
  const attachments = attachment
    ? [{ name: attachment.name, type: attachment.type, open: () => drawing(attachment.bytes) }]
    : [];
  const content = { title, text, author: { name: memberLabel(stage, by), role: 'gezin' } };
  const place = stage.places.get(compartment) as Id;
  const outgoing = {
    dossier: stage.dossier,
    compartment: place,
    kind: 'fragment',
    purpose: 'support',
    content,
    attachments,
  } as const;
  const sent = await participantOf(stage, by).send(outgoing);
  stage.told.push({ title, compartment, by, envelope: sent.envelope });
  return attachment?.bytes ?? 0;
}

/** Waits until an organisation's program holds as many messages as it may have. */
export async function settled(stage: Stage, partner: string): Promise<void> {
  const api = stage.apis.get(partner) as PartnerApi;
  for (let before = -1, calm = 0, tries = 0; calm < 4 && tries < 200; tries++) {
    const { length } = await api.items(stage.dossier);
    calm = length === before ? calm + 1 : 0;
    before = length;
    await sleep(50);
  }
}

export const purposeOf = ({ story }: Stage, partner: string) =>
  story.grants.find((grant) => grant.partner === partner)?.purpose ?? 'support';
