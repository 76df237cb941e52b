/**
 * Plays the story of story.yaml through a running region: every fragment, yes, look and stop goes through the real
 * services, and the tables show what those answered. Nothing is shown that was not asked and answered here and now.
 */
import { EenmaalError, type Id, type PartyId, partner as partnerId } from '@eenmaal/model';
import { type PartnerApi, partnerApi } from './partner-api.ts';
import { attestFamily, connectPeople, type Person } from './people.ts';
import type { LocalRegion } from './region.ts';
import { audit, lookBack } from './scene-check.ts';
import { shareOne } from './scene-share.ts';
import { stopOne } from './scene-stop.ts';
import { type Cell, dim, heading, paragraph, print, table } from './screen.ts';
import {
  type Language,
  labelOf,
  memberLabel,
  nameOfPartner,
  participantOf,
  purposeOf,
  type Stage,
  settled,
  tell,
} from './stage.ts';
import { deciders, lifeArea, type Story } from './story.ts';

/** Plays everything; resolves when the officer is done. */
export async function play(region: LocalRegion, story: Story, language: Language): Promise<void> {
  const stage = await openStage(region, story, language);
  try {
    await tellAll(stage);
    await sayYes(stage);
    await everybodyReads(stage);
    await addExpertise(stage);
    await stopOne(stage);
    await shareOne(stage);
    await lookBack(stage);
    await audit(stage);
  } finally {
    for (const member of stage.members.values()) await member.close();
  }
}

async function openStage(region: LocalRegion, story: Story, language: Language): Promise<Stage> {
  const say = (nl: string, en: string) => (language === 'nl' ? nl : en);
  const apis = new Map([...region.partners].map(([id, running]) => [id, partnerApi(running)]));
  const attestor = [...region.partners.keys()].find((id) => region.attestors.has(id));
  if (!attestor) throw new EenmaalError('partner-file-invalid', 'no organisation attests');
  const { dossier, people } = await attestFamily(region, apis.get(attestor) as PartnerApi, story);
  const members = await connectPeople(region, story, dossier, people, language);
  return { region, story, say, apis, dossier, people, members, places: new Map(), told: [] };
}

/** 1. The family tells, each part where it belongs; who can read it is known before it is told. */
async function tellAll(stage: Stage): Promise<void> {
  const { story, say, members, dossier, places } = stage;
  heading(say('1. Het gezin vertelt, één keer', '1. The family tells, once'));
  for (const { slug, label, subjects } of story.compartments) {
    const opener = deciders(story, slug).find((one) => members.has(one)) as string;
    const ids = subjects.map((subject) => (stage.people.get(subject) as Person).id);
    places.set(slug, await participantOf(stage, opener).openCompartment(dossier, ids, label));
  }
  for (const member of members.values()) await member.sync();
  const began = performance.now();
  let bytes = 0;
  for (const fragment of story.fragments.filter(({ moment }) => moment === undefined))
    bytes += await tell(stage, fragment);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const rows: Cell[][] = [
    [say('onderdeel', 'part'), say('verteld', 'told'), say('door', 'by'), say('nu te lezen door', 'readable now by')],
  ];
  for (const { slug, label } of story.compartments) {
    const here = stage.told.filter(({ compartment }) => compartment === slug);
    const readers = participantOf(stage, here[0]?.by ?? deciders(story, slug)[0] ?? '').preview(places.get(slug) as Id);
    const names = readers.map(({ party }) => familyName(stage, party)).join(', ');
    rows.push([
      label,
      String(here.length),
      [...new Set(here.map(({ by }) => memberLabel(stage, by)))].join(', '),
      names,
    ]);
  }
  table(rows);
  const first = story.fragments[0];
  if (first) paragraph(dim(`“${first.text.split(/\s+/).slice(0, 34).join(' ')} …” (${memberLabel(stage, first.by)})`));
  const size = (bytes / 1_048_576).toFixed(0);
  const areas = new Set(story.compartments.map(lifeArea)).size;
  paragraph(
    say(
      `${stage.told.length} fragmenten over ${areas} levensgebieden, met een tekening van ${size} MB, versleuteld verstuurd in ${seconds} s. Buiten het gezin kan nog niemand iets lezen.`,
      `${stage.told.length} fragments over ${areas} areas of life, with a drawing of ${size} MB, sent encrypted in ${seconds} s. Nobody outside the family can read anything yet.`,
    ),
  );
}

const familyName = (stage: Stage, party: PartyId): string => {
  for (const [slug, { device }] of stage.members)
    if (device.participant.party === party) return memberLabel(stage, slug);
  return nameOfPartner(stage, party.replace(/^partner\//, ''));
};

/** 2. Each yes, in the words of who gives it. */
async function sayYes(stage: Stage): Promise<void> {
  const { story, say, dossier, places } = stage;
  heading(say('2. Wie mag meelezen? Dat zegt het gezin', '2. Who may read along? The family says'));
  for (const { by, partner, compartments, purpose, history, months, why } of story.grants) {
    const now = Date.now();
    const terms = { partner, purposes: [purpose], from: now - 60_000, until: now + months * 30 * 86_400_000, history };
    const giver = participantOf(stage, by);
    await giver.sync();
    await giver.grant(
      dossier,
      compartments.map((slug) => places.get(slug) as Id),
      { ...terms, text: { version: 'story-1', language: 'nl' } },
    );
    const open = compartments.filter((slug) =>
      giver.preview(places.get(slug) as Id).some(({ party }) => party === partnerId(partner)),
    );
    const scope = history
      ? say('ook wat er eerder verteld is', 'what was told before too')
      : say('vanaf vandaag', 'from today on');
    const stands = `${open.length}/${compartments.length} ${say('open', 'open')}`;
    print(
      `  ${memberLabel(stage, by)} → ${nameOfPartner(stage, partner)}: ${scope}, ${months} ${say('maanden', 'months')} ${dim(`(${stands})`)}`,
    );
    paragraph(dim(`“${why}”`), 4);
  }
  paragraph(
    say(
      'Over Noor beslissen vader en moeder samen: pas na het tweede ja gaat een onderdeel open. Over Bram (14) beslist Bram mee.',
      'About Noor father and mother decide together: a part opens only at the second yes. About Bram (14) Bram decides too.',
    ),
  );
  for (const member of stage.members.values()) await member.sync();
}

/** 3. Everybody opens all it can; side by side. */
async function everybodyReads(stage: Stage): Promise<void> {
  const { story, say, apis, places } = stage;
  heading(say('3. Iedereen leest wat mag, en niet meer', '3. Everybody reads what is allowed, and no more'));
  const opened = new Map<string, Map<string, number>>();
  for (const [id, api] of apis) {
    await settled(stage, id);
    const counts = new Map<string, number>();
    for (const item of await api.items(stage.dossier, 'waiting')) {
      const { attachments } = await api.open(item.id, purposeOf(stage, id));
      for (const attachment of attachments)
        if ((await api.download(item.id, attachment.id)) !== attachment.bytes)
          throw new EenmaalError('attachment-damaged');
      const slug = [...places].find(([, place]) => place === item.compartment)?.[0] ?? '';
      counts.set(slug, (counts.get(slug) ?? 0) + 1);
    }
    opened.set(id, counts);
  }
  const rows: Cell[][] = [[say('onderdeel', 'part'), ...apis.keys()]];
  for (const { slug, label } of story.compartments)
    rows.push([label, ...[...apis.keys()].map((id) => cell(stage, id, slug, opened.get(id)?.get(slug) ?? 0))]);
  table(rows);
  paragraph(
    say(
      'Elke opening is eerst in het logboek gezet; pas daarna gaf het logboek de tweede helft van de sleutel.',
      'Every opening was put in the ledger first; only then did the ledger hand out the second half of the key.',
    ),
  );
}

function cell(stage: Stage, id: string, slug: string, count: number): Cell {
  const { say, story, places } = stage;
  const decider = deciders(story, slug).find((one) => stage.members.has(one)) as string;
  const may = participantOf(stage, decider)
    .preview(places.get(slug) as Id)
    .find(({ party }) => party === partnerId(id));
  if (count > 0) return { text: `${count} ${say('gelezen', 'read')}`, mark: 'good' };
  if (may) return { text: say('niets: pas vanaf nu', 'nothing: from now on'), mark: 'bad' };
  return { text: say('– geen toestemming', '– no consent'), mark: 'bad' };
}

/** 4. Organisations add what they know; nobody hands the family over. */
async function addExpertise(stage: Stage): Promise<void> {
  const { story, say, apis, dossier, places } = stage;
  heading(
    say(
      '4. Organisaties voegen kennis toe, zonder het gezin over te dragen',
      '4. Organisations add what they know, without handing the family over',
    ),
  );
  for (const { partner, compartment, kind, title, text } of story.expertise) {
    const api = apis.get(partner) as PartnerApi;
    await api.send({
      dossier,
      compartment: places.get(compartment) as Id,
      kind,
      purpose: purposeOf(stage, partner),
      title,
      text,
    });
    print(`  ${nameOfPartner(stage, partner)}: “${title}” ${dim(`(${labelOf(stage, compartment)})`)}`);
  }
  for (const member of stage.members.values()) await member.sync();
}
