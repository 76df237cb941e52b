/** The invented family's devices on this machine: keys of each person, attested by the local team, ready to tell. */
import { join } from 'node:path';
import { boundariesOf } from '@eenmaal/consent';
import { writeFileSafely } from '@eenmaal/host';
import { type Id, person } from '@eenmaal/model';
import {
  asFamily,
  type Family,
  type Member as FamilyDevice,
  type FamilyMember,
  type Language,
} from '@eenmaal/service-family';
import type { PartnerApi } from './partner-api.ts';
import type { LocalRegion } from './region.ts';
import type { Story } from './story.ts';

export type Person = { slug: string; label: string; id: Id };

/** When the law changes for somebody, as the API takes it. */
const boundaries = (born: string) => {
  const { turns12, turns16, turns18 } = boundariesOf(born, Date.now());
  const [at12, at16, at18] = [turns12, turns16, turns18].map((at) => (at === null ? null : new Date(at).toISOString()));
  return { turns12: at12, turns16: at16, turns18: at18 };
};

/** The attesting organisation opens the dossier and says who is who; the keys come from the people's own devices. */
export async function attestFamily(region: LocalRegion, attestor: PartnerApi, story: Story) {
  const { dossier } = await attestor.openDossier();
  const people = new Map<string, Person>();
  for (const { slug, label, role, born } of story.family) {
    const keys = role === 'child' ? null : (await region.keystore(`people/${slug}`)).identity.public;
    const { person: id } = await attestor.attestPerson(dossier, { keys, ...boundaries(born) });
    people.set(slug, { slug, label, id });
  }
  const idOf = (slug: string): Id => (people.get(slug) as Person).id;
  for (const { child, holders } of story.custody)
    await attestor.attestCustody(dossier, { child: idOf(child), holders: holders.map(idOf) });
  return { dossier, people };
}

/** Connects everybody who has keys; their folders are what `npm run family -- --as <slug>` uses afterwards. */
export async function connectPeople(
  region: LocalRegion,
  story: Story,
  dossier: Id,
  people: Map<string, Person>,
  language: Language,
) {
  const members = new Map<string, FamilyMember & Family & { device: FamilyDevice; close(): Promise<void> }>();
  for (const { slug, role, label } of story.family) {
    const { id } = people.get(slug) as Person;
    if (role === 'child') continue;
    const { identity } = await region.keystore(`people/${slug}`);
    const joined = await region.joinAs(person(id), identity, region.familiesNkeySeed);
    const profile = { person: id, dossier, name: label };
    await writeFileSafely(join(region.dir, 'keys', 'people', slug, 'person.json'), JSON.stringify(profile));
    const device: FamilyDevice = { participant: joined.participant, dossier, name: label, language };
    const family = asFamily(device);
    await family.member.sync();
    members.set(slug, { ...family.member, ...family, device, close: joined.close });
  }
  return members;
}
export type Members = Awaited<ReturnType<typeof connectPeople>>;
