/** Scene 6: shared without a yes, the way it should be: weighed, seen by a second person, one message only, told, objected to. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openKeystore, readSecret } from '@eenmaal/host';
import { EenmaalError, type Id } from '@eenmaal/model';
import type { PartnerApi } from './partner-api.ts';
import type { Members } from './people.ts';
import { type Cell, dim, heading, paragraph, print, table } from './screen.ts';
import { memberLabel, nameOfPartner, participantOf, type Stage, settled } from './stage.ts';

const DAY = 86_400_000;

/** 6. One message to the organisation that was stopped a moment ago. */
export async function shareOne(stage: Stage): Promise<void> {
  const { story, say, apis, dossier, places } = stage;
  const { by, to, compartment, rule, purpose, title, text, weighing, objection } = story.share;
  const [giver, receiver] = [by, to].map((id) => apis.get(id) as PartnerApi) as [PartnerApi, PartnerApi];
  const place = places.get(compartment) as Id;
  const receiverName = nameOfPartner(stage, to);
  heading(say('6. Delen zonder ja, zoals het moet', '6. Sharing without a yes, the way it should be done'));

  const message = { dossier, compartment: place, kind: 'report', purpose: 'support', title, text } as const;
  const { item } = await giver.send(message);
  stage.told.push({ title, compartment, by, envelope: item });
  print(`  ${nameOfPartner(stage, by)}: “${title}”`);
  paragraph(dim(`“${text.split(/\s+/).slice(16, 66).join(' ')} …”`), 4);

  const { explanation, bases } = await giver.mayIShare({ compartment: place, partner: to, purpose, rule });
  const [basis] = bases;
  if (!basis) throw new EenmaalError('no-basis', rule);
  print(`  ${say('Mag ik dit delen?', 'May I share this?')}`);
  paragraph(dim(explanation.professional[say('nl', 'en') as 'nl']), 4);
  paragraph(dim(`${basis.rule}, ${basis.article}: ${basis.professional[say('nl', 'en') as 'nl']}`), 4);

  const { record } = await giver.record(weighing);
  const weighed = { record, answers: basis.records };
  const act = { to: `partner/${to}`, rule, purpose, items: [item], inform: 'before', weighing: weighed };
  const { act: shared } = await giver.disclose(dossier, act);
  await settled(stage, to);
  if (await has(receiver, dossier, item)) throw new EenmaalError('internal', 'shared before a second person agreed');
  const answered = say(`${basis.records.length} vragen`, `${basis.records.length} questions`);
  print(
    say(
      `  Opgeschreven: een antwoord op ${answered}. Dat blijft bij het wijkteam; in het logboek staat alleen ${record.slice(0, 12)}…`,
      `  Written down: an answer to ${answered}. It stays with the team; the ledger holds only ${record.slice(0, 12)}…`,
    ),
  );
  print(say(`  ${receiverName} krijgt nog niets.`, `  ${receiverName} gets nothing yet.`));
  await secondPerson(stage, by, shared);
  for (let tries = 0; !(await has(receiver, dossier, item)) && tries < 200; tries++) await sleep(50);
  const { title: opened } = await receiver.open(item, purpose);
  if (opened !== title) throw new EenmaalError('internal', 'another message was opened');
  print(
    say(
      `  Een collega las mee op een eigen toestel en is het eens. ${receiverName} opent dit ene bericht.`,
      `  A colleague looked along on an own device, and agrees. ${receiverName} opens this one message.`,
    ),
  );
  await showWhoSeesWhat(stage, item);
  await object(stage, giver, shared, objection);
}

/** A colleague on an own device, with a seat and keys of its own, agrees. */
async function secondPerson({ region, apis, dossier }: Stage, partner: string, act: Id): Promise<void> {
  const { identity } = await region.keystore(`seats/${partner}`);
  const now = Date.now();
  const period = { from: new Date(now).toISOString(), until: new Date(now + 30 * DAY).toISOString() };
  const { seat } = await (apis.get(partner) as PartnerApi).giveSeat(dossier, {
    role: 'member',
    ...period,
    keys: identity.public,
  });
  const { nkey } = await openKeystore(join(region.dir, 'partners', partner), await readSecret(region.secretFile));
  const { participant, close } = await region.joinAs(seat, identity, nkey.seed);
  await participant.sync();
  await participant.state({ kind: 'endorse', dossier, act });
  await close();
}

const has = async (api: PartnerApi, dossier: Id, item: Id): Promise<boolean> =>
  (await api.items(dossier)).some(({ id }) => id === item);

/** Asked of each: the message, anything else that may be opened there, and whether it knows that something was shared. */
async function showWhoSeesWhat(stage: Stage, item: Id): Promise<void> {
  const { story, say, apis, dossier } = stage;
  const yes = (is: boolean): Cell =>
    is ? { text: say('ja', 'yes'), mark: 'good' } : { text: say('nee', 'no'), mark: 'bad' };
  const rows: Cell[][] = [
    [
      '',
      say('dit bericht', 'this message'),
      say('verder nog te openen', 'else to open'),
      say('weet dat er is gedeeld', 'knows that it was shared'),
    ],
  ];
  for (const [slug, { device, seen, sync }] of stage.members) {
    await sync();
    const knows = seen.disclosures().length > 0;
    rows.push([memberLabel(stage, slug), yes(device.participant.mirror.state.messages.has(item)), '', yes(knows)]);
  }
  for (const [id, api] of apis) {
    if (id !== story.share.by) await settled(stage, id);
    const items = await api.items(dossier);
    const mine = items.find((one) => one.id === item);
    const waiting = items.filter(({ status }) => status === 'waiting').length;
    const knows = (await api.acts(dossier).catch(() => ({ disclosures: [] }))).disclosures.length > 0;
    rows.push([
      nameOfPartner(stage, id),
      yes(mine !== undefined && mine.status !== 'closed'),
      String(waiting),
      yes(knows),
    ]);
  }
  table(rows);
}

/** Somebody objects; the organisation hears it, weighs, and the family reads the outcome. */
async function object(
  stage: Stage,
  giver: PartnerApi,
  act: Id,
  { by, why, answer }: Stage['story']['share']['objection'],
): Promise<void> {
  const { say, dossier } = stage;
  const { law, seen, sync } = stage.members.get(by) as NonNullable<ReturnType<Members['get']>>;
  await sync();
  print(`  ${say('Wat', 'What')} ${memberLabel(stage, by)} ${say('ziet', 'sees')}:`);
  for (const line of seen.shared().join('\n').split('\n')) paragraph(line, 4);
  print(`  ${memberLabel(stage, by)} ${say('maakt bezwaar', 'objects')}:`);
  paragraph(dim(`“${why}”`), 4);
  const index = participantOf(stage, by).mirror.state.disclosures.get(act)?.index;
  for (const line of await law.object(String(index))) paragraph(line, 4);
  const heard = (await giver.notices(dossier)).notices.find(
    (one) => one.code === 'objection-made' && one.about === act,
  );
  print(`  ${nameOfPartner(stage, stage.story.share.by)} ${say('hoort', 'hears')}:`);
  paragraph(dim(heard?.text?.[say('nl', 'en') as 'nl'] ?? ''), 4);
  paragraph(dim(`“${answer}”`), 4);
  const { record } = await giver.record(answer);
  await giver.weigh(dossier, { act, stands: true, weighing: { record, answers: ['motive', 'proportionality'] } });
  await sync();
  paragraph(seen.shared().join('\n').split('\n').at(-1) ?? '', 4);
}
