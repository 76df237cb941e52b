/**
 * The ledger service as a program that kills itself (SIGKILL) at one step of an erasure, named by KILL_AT; tests only. It is
 * wired as services/ledger/src/main.ts is, with a store and a key file that count.
 */
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { answerAlive, connect, LEDGER_USER, openStreams, serveRequests } from '@eenmaal/broker';
import { openKeystore, openVaultKeys, readIfThere, readLaw, readSecret, systemRandom } from '@eenmaal/host';
import { decodeCommit } from '@eenmaal/ledger';
import { LEAF_TYPE } from '@eenmaal/model';
import { startLedger } from '@eenmaal/service-ledger';

/** In the order in which an erasure goes through them. */
export const STEPS = [
  'statement appended',
  'erasure appended',
  'bodies deleted',
  'two vault keys in a file beside their place',
  'two vault keys in the file',
  'new shelf key stored, old vault key still there',
  'new shelf key stored',
  'half of the slots sealed again',
  'all slots sealed again',
  'old shelf key gone, old vault key still there',
  'new vault key in a file beside its place',
  'old vault key gone',
] as const;
export type Step = (typeof STEPS)[number];

/** Dossiers on the shelf in question. */
export const SHELF = 8;
const setting = (name: string): string => process.env[name] ?? '';
const dieAt = (step: Step): void => {
  if (setting('KILL_AT') === step) process.kill(process.pid, 'SIGKILL');
};

async function main(): Promise<void> {
  const dir = setting('EENMAAL_STATE_DIR');
  const secret = await readSecret(setting('EENMAAL_KEY_SECRET_FILE'));
  const { identity, nkey } = await openKeystore(dir, secret);
  const file = await openVaultKeys(dir, secret);
  const nc = await connect({ url: setting('EENMAAL_NATS_URL').split(','), nkeySeed: nkey.seed, name: LEDGER_USER });
  const real = await openStreams(nc, { monitorUrls: setting('EENMAAL_NATS_MONITORS').split(',') });
  const steps: Step[] = [
    ...(['two vault keys in the file', 'new shelf key stored', 'all slots sealed again'] as const),
    'old vault key gone',
  ];
  let [replaced, begun, sealed] = [0, 0, 0];
  const store: typeof real = {
    ...real,
    async append(bytes, seq, id) {
      const erases = decodeCommit(bytes).entries.some(({ leaf }) => leaf[1] === LEAF_TYPE.erasure);
      if (erases) dieAt('statement appended');
      const stored = await real.append(bytes, seq, id);
      if (erases) dieAt('erasure appended');
      return stored;
    },
    async deleteBodies(seqs) {
      await real.deleteBodies(seqs);
      dieAt('bodies deleted');
    },
    async vaultPut(slot, bytes, fence) {
      // those of the second half never leave
      const halfWay = replaced === 2 && setting('KILL_AT') === 'half of the slots sealed again';
      if (halfWay && slot !== 'shelves' && ++begun > SHELF / 2) return new Promise(() => {});
      const seq = await real.vaultPut(slot, bytes, fence);
      if (halfWay && ++sealed === SHELF / 2) dieAt('half of the slots sealed again');
      if (slot === 'shelves' && replaced === 1) dieAt('new shelf key stored, old vault key still there');
      if (slot === 'shelves' && replaced === 3) dieAt('old shelf key gone, old vault key still there');
      return seq;
    },
  };
  // the file with new vault keys is whole and synced, and has not its name yet
  const { rename } = files;
  files.rename = async (from, to) => {
    if (replaced === 0) dieAt('two vault keys in a file beside their place');
    if (replaced === 3) dieAt('new vault key in a file beside its place');
    await rename(from, to);
  };
  syncBuiltinESMExports();
  const vaultKeys: typeof file = {
    get keys() {
      return file.keys;
    },
    async replace(keys) {
      // two for each of two new vault keys
      await file.replace(keys);
      dieAt(steps[replaced++] as Step);
    },
  };
  const region = (await readIfThere(setting('EENMAAL_REGION_FILE')))?.trim() ?? '';
  const { handle } = await startLedger({
    ...{ store, identity, vaultKeys, law: await readLaw(), region, clock: Date.now, random: systemRandom },
    monotonic: () => performance.now(),
  });
  serveRequests(nc, handle);
  answerAlive(nc, () => true);
}

if (setting('KILL_AT')) await main();
