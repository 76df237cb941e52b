/** Scene 5: the mother stops one organisation. Really tried: what it was sent, what waited, what came after, every saved key. */
import { join } from 'node:path';
import { newId, type Received } from '@eenmaal/client';
import { fromBase64url, type Identity } from '@eenmaal/crypto';
import { itemKey, openMessage, signObject } from '@eenmaal/envelope';
import { type Joined, openKeystore, readSecret, systemRandom } from '@eenmaal/host';
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
    rows.push([
      `“${title}”`,
      was,
      { text: answer, mark: 'bad' },
      { text: await thief.tries(envelope, moment === 'after'), mark: 'bad' },
    ]);
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
  const { by } = stage.story.withdraw;
  const { identity } = await region.keystore(`people/${by}`);
  const owner = await region.joinAs(participantOf(stage, by).party, identity, region.familiesNkeySeed);
  return {
    close: () => Promise.all([joined.close(), owner.close()]),
    /**
     * Given even the ciphertext, tries the ledger and then every saved key, with the release secret that the ledger gives to the
     * family. What was sealed before needs that secret, which a thief of keys lacks; what was sealed after stays shut with it.
     */
    async tries(envelope: Id, after: boolean): Promise<string> {
      const [message] = await owner.participant.receive(dossier, [envelope]);
      if (!message) throw new EenmaalError('internal', 'the message is gone');
      await refusal(() => participant.open(message, purposeOf(stage, partner)), say);
      const secret = await secretOf(owner, identity, message);
      const helped = saved.filter(({ epoch }) => opens(message, epoch, secret)).length;
      if (after && helped > 0) throw new EenmaalError('internal', 'a saved key opened a withdrawn message');
      return helped > 0
        ? say(
            `${saved.length} geprobeerd: het geheim van het logboek ontbreekt`,
            `${saved.length} tried: the ledger’s secret is missing`,
          )
        : say(
            `${saved.length} geprobeerd, ook met dat geheim: 0 openen`,
            `${saved.length} tried, with that secret too: 0 open`,
          );
    },
  };
}

function opens({ envelope }: Received, epoch: Uint8Array, secret: Uint8Array): boolean {
  try {
    openMessage(envelope, itemKey(epoch, envelope.header), secret);
    return true;
  } catch {
    return false;
  }
}

/** What the ledger gives to somebody in the family, who may open it. */
async function secretOf({ participant, transport }: Joined, { signing }: Identity, { header }: Received) {
  const request = {
    ...{ v: 1 as const, id: newId(systemRandom), by: participant.party, envelope: header.id, purpose: header.purpose },
    ...{ at: Date.now(), seen: participant.checkpoints.position },
  };
  const { answer } = await transport.call({ op: 'open', jws: signObject('eenmaal-open+jws', request, signing) });
  return fromBase64url(answer.secret);
}
