/** A person at a command line: keys from its folder, the last checkpoint it saw, one connection for one command. */
import { join as joinPath } from 'node:path';
import { type PartyId, Position, parseJson } from '@eenmaal/model';
import { readIfThere, readSecret, writeFileSafely } from './files.ts';
import { openKeystore } from './keystore.ts';
import { type Joined, join } from './participant.ts';

export type SeatSettings = {
  EENMAAL_STATE_DIR: string;
  EENMAAL_KEY_SECRET_FILE: string;
  EENMAAL_NATS_URL: string;
  EENMAAL_REGION_FILE: string;
};
/** `keep` writes down how far the ledger was seen: one that is turned back after that shows the next time. */
export type Seat = Joined & { keep(): Promise<void> };

/**
 * @param nkeySeed login at the message server where it is not the party's own: the account families share
 * @throws `keystore-locked`, `ledger-unreachable`, `malformed`
 */
export async function takeSeat(settings: SeatSettings, party: PartyId, nkeySeed?: string): Promise<Seat> {
  const dir = settings.EENMAAL_STATE_DIR;
  const { identity, nkey } = await openKeystore(dir, await readSecret(settings.EENMAAL_KEY_SECRET_FILE));
  const region = (await readIfThere(settings.EENMAAL_REGION_FILE)) ?? '';
  const seenFile = joinPath(dir, 'checkpoint.json');
  const seen = await readIfThere(seenFile);
  const position = seen === undefined ? {} : { position: parseJson(Position, seen) };
  const url = settings.EENMAAL_NATS_URL;
  const joined = await join({
    url,
    party,
    identity,
    nkeySeed: nkeySeed ?? nkey.seed,
    region,
    ...position,
  });
  const keep = () => writeFileSafely(seenFile, JSON.stringify(joined.participant.checkpoints.position));
  return { ...joined, keep };
}
