/** Scenes 7 and 8: the family looks who read what, and the privacy officer decides everything again. */
import { whoRead } from '@eenmaal/client';
import { EenmaalError, partner as partnerId } from '@eenmaal/model';
import { replayAll, report } from '@eenmaal/service-audit';
import { type Cell, dim, heading, paragraph, print, table } from './screen.ts';
import { type Language, memberLabel, participantOf, type Stage } from './stage.ts';
import { sayConfirmed } from './witnesses.ts';

/** 7. The family looks who read what. */
export async function lookBack(stage: Stage): Promise<void> {
  const { say, story, dossier } = stage;
  const { by } = story.withdraw;
  const viewer = participantOf(stage, by);
  heading(
    say(
      `7. Wat ${memberLabel(stage, by)} ziet: wie las wat?`,
      `7. What ${memberLabel(stage, by)} sees: who read what?`,
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
      `${seen} berichten in haar overzicht. Over een andere volwassene: ${hidden}. Die ziet zij niet, ook niet dat ze er zijn.`,
      `${seen} messages in her view. About another adult: ${hidden}. Those she does not see, nor that they exist.`,
    ),
  );
}

const clock = (at: number): string =>
  new Intl.DateTimeFormat('nl-NL', { timeStyle: 'medium', timeZone: 'Europe/Amsterdam' }).format(at);

/** 8. The privacy officer checks everything again, without trusting the ledger service. */
export async function audit({ region, say }: Stage): Promise<void> {
  heading(
    say(
      '8. De privacy officer controleert, zonder het logboek te vertrouwen',
      '8. The privacy officer checks, without trusting the ledger',
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
  await sayConfirmed(officer.participant, region.witnesses, say);
  await officer.close();
  if (result.differences.length > 0) throw new EenmaalError('internal', 'the replay differs');
}
