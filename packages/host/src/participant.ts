/** Connects a party that runs on a machine (an organisation's service, the command line) to its ledger. */
import { accountOf, connect, openChannel, type ParticipantLink, participantLink } from '@eenmaal/broker';
import { type ClientOptions, Participant, type Transport } from '@eenmaal/client';
import { type Identity, sealingBytes } from '@eenmaal/crypto';
import { readObject } from '@eenmaal/envelope';
import { EenmaalError, type PartyId } from '@eenmaal/model';
import { systemRandom } from './files.ts';
import { readLaw } from './law.ts';

export type Joined = { participant: Participant; transport: Transport; link: ParticipantLink; close(): Promise<void> };
export type JoinOptions = Pick<ClientOptions, 'position' | 'signed' | 'trust' | 'stopped' | 'onSplitView'> & {
  url: string;
  party: PartyId;
  identity: Identity;
  /** Login at the message server: of the organisation, or of the account families share. */
  nkeySeed: string;
  region: string;
  /** Milliseconds to wait for each answer. */
  timeout?: number;
};

/** @throws `ledger-unreachable` when the message server does not answer */
export async function join({ url, party, identity, nkeySeed, region, timeout, ...kept }: JoinOptions): Promise<Joined> {
  const statement = readObject('eenmaal-statement+jws', region.trim()).payload;
  if (statement.kind !== 'region') throw new EenmaalError('malformed', 'region statement');
  const account = accountOf(party);
  const nc = await connect({ url: url.split(','), nkeySeed, name: account });
  const link = participantLink(nc, account);
  const shared = { identity, party, clock: Date.now, random: systemRandom };
  const transport = openChannel({
    ...shared,
    request: link.request,
    ledgerSealingKey: sealingBytes(statement.ledger),
    ...(timeout && { timeout }),
  });
  const upload = link.putChunk;
  const participant = new Participant({
    ...shared,
    transport,
    upload,
    law: await readLaw(),
    region: region.trim(),
    ...kept,
  });
  return { participant, transport, link, close: () => nc.close() };
}
