/** A person at a command line: keys from its folder, the last checkpoint it saw, whom it trusts; one connection for one command. */
import { join as joinPath } from 'node:path';
import { deriveKey } from '@eenmaal/crypto';
import { type PartyId, Position, parseJson } from '@eenmaal/model';
import { z } from 'zod';
import { readIfThere, readSecret, writeFileSafely } from './files.ts';
import { openKeystore } from './keystore.ts';
import { createLogger } from './log.ts';
import { type Joined, join } from './participant.ts';
import { splitViewGuard } from './split-view.ts';
import { readTrustFile, type TrustSettings } from './trust.ts';

export type SeatSettings = TrustSettings & {
  EENMAAL_STATE_DIR: string;
  EENMAAL_KEY_SECRET_FILE: string;
  EENMAAL_NATS_URL: string;
  EENMAAL_REGION_FILE: string;
};
/**
 * `keep` writes down how far the ledger was seen: one that is turned back after that shows the next time. `storeKey` seals
 * what the person's program keeps.
 */
export type Seat = Joined & { keep(): Promise<void>; storeKey: Uint8Array };

const Seen = Position.extend({ signed: z.string().max(1_000_000).optional() });

/**
 * @param nkeySeed login at the message server where it is not the party's own: the account families share
 * @throws `keystore-locked`, `ledger-unreachable`, `malformed`
 */
export async function takeSeat(settings: SeatSettings, party: PartyId, nkeySeed?: string): Promise<Seat> {
  const dir = settings.EENMAAL_STATE_DIR;
  const secret = await readSecret(settings.EENMAAL_KEY_SECRET_FILE);
  const { identity, nkey } = await openKeystore(dir, secret);
  const region = ((await readIfThere(settings.EENMAAL_REGION_FILE)) ?? '').trim();
  const trust = await readTrustFile(settings, region);
  const seenFile = joinPath(dir, 'checkpoint.json');
  const known = await readIfThere(seenFile);
  const seen = known === undefined ? undefined : parseJson<z.infer<typeof Seen>>(Seen, known);
  const url = settings.EENMAAL_NATS_URL;
  const joined = await join({
    url,
    party,
    identity,
    nkeySeed: nkeySeed ?? nkey.seed,
    region,
    ...(seen && { position: { size: seen.size, root: seen.root } }),
    ...(seen?.signed && { signed: seen.signed }),
    ...(trust && { trust }),
    ...(await splitViewGuard(dir, createLogger(party, 'error'))),
  });
  const { checkpoints } = joined.participant;
  const keep = () => writeFileSafely(seenFile, JSON.stringify({ ...checkpoints.position, signed: checkpoints.signed }));
  return { ...joined, keep, storeKey: deriveKey(secret, 'eenmaal/v1/kept-by-a-seat', []) };
}
