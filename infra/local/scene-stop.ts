/** Scene 5: the mother stops one organisation. Really tried: what it was sent, what waited, what came after, every saved key. */
import { join } from 'node:path';
import { itemKey, openMessage } from '@eenmaal/envelope';
import { openKeystore, readSecret } from '@eenmaal/host';
import { EenmaalError, type Id, partner as partnerId } from '@eenmaal/model';
import type { PartnerApi } from './partner-api.ts';
import type { Members } from './people.ts';
import { type Cell, dim, heading, paragraph, print, table } from './screen.ts';
import { memberLabel, nameOfPartner, participantOf, purposeOf, type Stage, settled, type Told, tell } from './stage.ts';
import type { Story } from './story.ts';

/** 5. A withdrawal, with one message delivered but unopened, one queued, and one told afterwards. */
export async function stopOne(stage: Stage): Promise<void> {
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
    [say('bericht', 'message'), say('stond', 'was'), name, say('met alle bewaarde sleutels', 'with every saved key')],
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
  const ids = stage.told.map(({ envelope }) => envelope).slice(-100);
  for (const { header } of await participant.receive(dossier, ids)) participant.keys.keysOf(header);
  const saved = [...participant.keys.snapshot().values()].flatMap((epochs) => [...epochs.values()]);
  const owner = participantOf(stage, stage.story.withdraw.by);
  return {
    close: joined.close,
    /** Given even the ciphertext, tries the ledger and then every saved key. */
    async tries(envelope: Id): Promise<string> {
      const [message] = await owner.receive(dossier, [envelope]);
      if (!message) throw new EenmaalError('internal', 'the message is gone');
      await refusal(() => participant.open(message, purposeOf(stage, partner)), say);
      const opened = saved.filter(({ epoch }) => {
        try {
          openMessage(message.envelope, itemKey(epoch, message.envelope.header), new Uint8Array(32));
          return true;
        } catch {
          return false;
        }
      });
      if (opened.length > 0) throw new EenmaalError('internal', 'a saved key opened a withdrawn message');
      return say(`${saved.length} geprobeerd, 0 openen`, `${saved.length} tried, 0 open`);
    },
  };
}
