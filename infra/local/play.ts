/**
 * Plays the story of story.yaml through a running region: every fragment, yes, look and stop goes through the real
 * services, and the tables show what those answered. Nothing is shown that was not asked and answered here and now.
 */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Participant, whoRead } from '@eenmaal/client';
import { openMessage } from '@eenmaal/envelope';
import { openKeystore, readSecret } from '@eenmaal/host';
import { EenmaalError, type Id, type PartyId, partner as partnerId } from '@eenmaal/model';
import { replayAll, report } from '@eenmaal/service-audit';
import { drawing } from './drawing.ts';
import { type PartnerApi, partnerApi } from './partner-api.ts';
import { attestFamily, connectPeople, type Members, type Person } from './people.ts';
import type { LocalRegion } from './region.ts';
import { type Cell, dim, heading, paragraph, print, table } from './screen.ts';
import { deciders, lifeArea, type Story } from './story.ts';

export type Language = 'nl' | 'en';
type Told = { title: string; compartment: string; by: string; envelope: Id };

/** Plays everything; resolves when the officer is done. */
export async function play(region: LocalRegion, story: Story, language: Language): Promise<void> {
  const stage = await openStage(region, story, language);
  try {
    await tellAll(stage);
    await sayYes(stage);
    await everybodyReads(stage);
    await addExpertise(stage);
    await stopOne(stage);
    await lookBack(stage);
    await audit(stage);
  } finally {
    for (const member of stage.members.values()) await member.close();
  }
}

type Stage = {
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

const participantOf = (stage: Stage, slug: string): Participant => {
  const member = stage.members.get(slug);
  if (!member) throw new EenmaalError('internal', `nobody is called ${slug}`);
  return member.device.participant;
};
const nameOfPartner = ({ region }: Stage, id: string): string => region.partners.get(id)?.name ?? id;
const labelOf = ({ story }: Stage, slug: string): string =>
  story.compartments.find((one) => one.slug === slug)?.label ?? slug;
const memberLabel = ({ story }: Stage, slug: string): string =>
  story.family.find((one) => one.slug === slug)?.label ?? slug;

async function openStage(region: LocalRegion, story: Story, language: Language): Promise<Stage> {
  const say = (nl: string, en: string) => (language === 'nl' ? nl : en);
  const apis = new Map([...region.partners].map(([id, running]) => [id, partnerApi(running)]));
  const attestor = [...region.partners.keys()].find((id) => region.attestors.has(id));
  if (!attestor) throw new EenmaalError('partner-file-invalid', 'no organisation attests');
  const { dossier, people } = await attestFamily(region, apis.get(attestor) as PartnerApi, story);
  const members = await connectPeople(region, story, dossier, people);
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

/** Returns the bytes of its attachment. */
async function tell(
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

/** Waits until an organisation's program holds as many messages as it may have. */
async function settled(stage: Stage, partner: string): Promise<void> {
  const api = stage.apis.get(partner) as PartnerApi;
  for (let before = -1, calm = 0, tries = 0; calm < 4 && tries < 200; tries++) {
    const { length } = await api.items(stage.dossier);
    calm = length === before ? calm + 1 : 0;
    before = length;
    await sleep(50);
  }
}

const purposeOf = ({ story }: Stage, partner: string) =>
  story.grants.find((grant) => grant.partner === partner)?.purpose ?? 'support';

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
  const rows: Cell[][] = [[say('onderdeel', 'part'), ...[...apis.keys()].map((id) => id)]];
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

/** 5. A withdrawal, with one message delivered but unopened, one queued, and one told afterwards. */
async function stopOne(stage: Stage): Promise<void> {
  const { story, say, apis, region, dossier, members } = stage;
  const { by, partner, why } = story.withdraw;
  const name = nameOfPartner(stage, partner);
  const member = members.get(by) as NonNullable<ReturnType<Members['get']>>;
  const service = region.partners.get(partner)?.service;
  const late = (moment: string) =>
    story.fragments.find((fragment) => fragment.moment === moment) as Story['fragments'][number];
  heading(say(`5. ${memberLabel(stage, by)} stopt ${name}`, `5. ${memberLabel(stage, by)} stops ${name}`));
  paragraph(dim(`“${why}”`));

  await tell(stage, late('unopened'));
  await settled(stage, partner);
  const thief = await saveEverything(stage, partner);
  service?.kill('SIGSTOP'); // its computer is off: what is told now waits
  await tell(stage, late('queued'));
  await member.sync();
  for (const line of await member.stop(partner, [])) print(`  ${line}`);
  await tell(stage, late('after'));
  service?.kill('SIGCONT');

  const api = apis.get(partner) as PartnerApi;
  await settled(stage, partner);
  const items = await api.items(dossier);
  const rows: Cell[][] = [
    [
      say('bericht', 'message'),
      say('stond', 'was'),
      `${name}`,
      say('met alle bewaarde sleutels', 'with every saved key'),
    ],
  ];
  for (const [moment, was] of [
    ['unopened', say('bezorgd, niet gelezen', 'delivered, not read')],
    ['queued', say('klaar om te bezorgen', 'queued')],
    ['after', say('daarna verteld', 'told afterwards')],
  ] as const) {
    const { title } = late(moment);
    const { envelope } = stage.told.find((one) => one.title === title) as Told;
    const item = items.find(({ id }) => id === envelope);
    const answer = item
      ? await refusal(() => api.open(item.id, purposeOf(stage, partner)), say)
      : say('krijgt het niet meer', 'does not get it');
    rows.push([`“${title}”`, was, { text: answer, mark: 'bad' }, { text: await thief.tries(envelope), mark: 'bad' }]);
  }
  table(rows);
  await thief.close();
}

async function refusal(act: () => Promise<unknown>, say: Stage['say']): Promise<string> {
  try {
    await act();
    throw new EenmaalError('internal', 'a withdrawn message was opened');
  } catch (error) {
    if (!(error instanceof EenmaalError) || error.code === 'internal') throw error;
    return error.code === 'no-basis' ? say('geweigerd: geen grond meer', 'refused: no basis any more') : error.code;
  }
}

/** Somebody at the organisation who copies its keys, and everything it was sent, before the withdrawal. */
async function saveEverything(stage: Stage, partner: string) {
  const { region, dossier, say } = stage;
  const keys = await openKeystore(join(region.dir, 'partners', partner), await readSecret(region.secretFile));
  const joined = await region.joinAs(partnerId(partner), keys.identity, keys.nkey.seed);
  const { participant } = joined;
  await participant.sync();
  const ids = [...stage.told.map(({ envelope }) => envelope)].slice(-100);
  for (const { header } of await participant.receive(dossier, ids)) participant.keys.keysOf(header);
  const saved = [...participant.keys.snapshot().values()].flatMap((epochs) => [...epochs.values()]);
  const owner = participantOf(stage, stage.story.withdraw.by);
  return {
    close: joined.close,
    /** Given even the ciphertext, tries the ledger and then every saved key. */
    async tries(envelope: Id): Promise<string> {
      const [message] = await owner.receive(dossier, [envelope]);
      if (!message) throw new EenmaalError('internal', 'the message is gone');
      const asked = await refusal(() => participant.open(message, purposeOf(stage, partner)), say).catch(
        (error: unknown) => {
          if (error instanceof EenmaalError && error.code === 'unknown-dossier') return '';
          throw error;
        },
      );
      const opened = saved.filter(({ epoch }) => {
        try {
          openMessage(message.envelope, epoch, new Uint8Array(32));
          return true;
        } catch {
          return false;
        }
      });
      if (opened.length > 0) throw new EenmaalError('internal', 'a saved key opened a withdrawn message');
      return say(`${saved.length} geprobeerd, 0 openen${asked ? '' : ''}`, `${saved.length} tried, 0 open`);
    },
  };
}

/** 6. The family looks who read what. */
async function lookBack(stage: Stage): Promise<void> {
  const { say, story, dossier } = stage;
  const { by } = story.withdraw;
  const viewer = participantOf(stage, by);
  heading(
    say(
      `6. Wat ${memberLabel(stage, by)} ziet: wie las wat?`,
      `6. What ${memberLabel(stage, by)} sees: who read what?`,
    ),
  );
  await viewer.sync();
  await viewer.mirror.refresh(dossier);
  const trails = whoRead(viewer.mirror, dossier);
  const organisations = [...stage.apis.keys()];
  const rows: Cell[][] = [[say('bericht', 'message'), ...organisations]];
  for (const { title, envelope, by: teller } of stage.told.slice(-9)) {
    const trail = trails.find((one) => one.envelope === envelope);
    if (!trail) continue; // another adult's: she does not even see that it exists
    const looks = organisations.map((id): Cell => {
      const look = trail.readers.find(({ reader }) => reader === partnerId(id));
      if (look?.opened) return { text: `${say('gelezen', 'read')} ${clock(look.opened)}`, mark: 'good' };
      return look?.delivered ? say('bezorgd', 'delivered') : '–';
    });
    rows.push([`“${title}” ${dim(memberLabel(stage, teller))}`, ...looks]);
  }
  table(rows);
  const seen = trails.length;
  const hidden = stage.told.length + story.expertise.length - seen;
  paragraph(
    say(
      `${seen} berichten in haar overzicht. ${hidden} gaan over een andere volwassene: die ziet zij niet, ook niet dat ze er zijn.`,
      `${seen} messages in her view. ${hidden} are about another adult; she does not see them, nor that they exist.`,
    ),
  );
}

const clock = (at: number): string =>
  new Intl.DateTimeFormat('nl-NL', { timeStyle: 'medium', timeZone: 'Europe/Amsterdam' }).format(at);

/** 7. The privacy officer checks everything again, without trusting the ledger service. */
async function audit({ region, say }: Stage): Promise<void> {
  heading(
    say(
      '7. De privacy officer controleert, zonder het logboek te vertrouwen',
      '7. The privacy officer checks, without trusting the ledger',
    ),
  );
  const [id] = region.officers;
  const officer = await region.joinOfficer(id as string);
  await officer.participant.sync();
  const began = performance.now();
  const result = await replayAll(officer.participant, officer.transport);
  const ms = Math.round(performance.now() - began);
  for (const line of report(result, say('nl', 'en') as Language)) print(`  ${line}`);
  paragraph(
    dim(
      say(
        `${ms} ms; wortel ${result.root.slice(0, 16)}…, getekend door het logboek. Van de inhoud zag de officer niets.`,
        `${ms} ms; root ${result.root.slice(0, 16)}…, signed by the ledger. Of the content the officer saw nothing.`,
      ),
    ),
  );
  await officer.close();
  if (result.differences.length > 0) throw new EenmaalError('internal', 'the replay differs');
}
