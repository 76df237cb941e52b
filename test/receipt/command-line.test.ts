/** The family's command line keeps a receipt, and tells what is needed to check it; the page accepts it with just that. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encryptAtRest, toBase64url, utf8 } from '@eenmaal/crypto';
import { systemRandom, writeFileSafely } from '@eenmaal/host';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWithFamily } from '../integration/support.ts';
import { core } from './page-core.ts';

const SECRET = new Uint8Array(32).fill(7);
const MAIN = new URL('../../services/family/src/main.ts', import.meta.url).pathname;
let world: Awaited<ReturnType<typeof startWithFamily>>;
let dir: string;

beforeAll(async () => {
  world = await startWithFamily({ seed: 'receipt command line' });
  const { chain, family } = world;
  const compartment = await family.mother.openCompartment(family.dossier, [family.ids.mother], 'Wonen');
  await family.mother.refuse(family.dossier, [compartment], 'org-c');
  dir = await mkdtemp(join(tmpdir(), 'eenmaal-family-'));
  const file = (name: string, text: string) => writeFileSafely(join(dir, name), text);
  const stored = { v: 1, seed: toBase64url(family.keys.mother.seed), storeKey: toBase64url(systemRandom(32)) };
  const nkey = chain.nkeys.get('families')?.seed ?? '';
  await file('keys.jwe', await encryptAtRest(SECRET, utf8(JSON.stringify({ ...stored, nkey }))));
  await file('secret', toBase64url(SECRET));
  await file('families.nkey', nkey);
  await file('region.jws', chain.region);
  await file('person.json', JSON.stringify({ person: family.ids.mother, dossier: family.dossier, name: 'Moeder' }));
}, 60_000);
afterAll(async () => {
  await world?.chain.stop();
  if (dir) await rm(dir, { recursive: true, force: true });
});

/** Runs the program as she would, in her own folder. */
function run(...args: string[]): Promise<{ code: number | null; text: string }> {
  const env = {
    ...{ EENMAAL_STATE_DIR: dir, EENMAAL_KEY_SECRET_FILE: join(dir, 'secret') },
    ...{ EENMAAL_REGION_FILE: join(dir, 'region.jws'), EENMAAL_NKEY_SEED_FILE: join(dir, 'families.nkey') },
    ...{ EENMAAL_NATS_URL: world.chain.server.url, PATH: process.env.PATH },
  };
  const child = spawn(process.execPath, [MAIN, ...args], { env, cwd: dir });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (text += piece));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text }));
  });
}

it('lists what there is, keeps a receipt, and the page accepts it with the key that was shown', async () => {
  const { text: list } = await run('bewijs');
  const place = /^(\d+) .*weigering$/m.exec(list)?.[1] ?? '';
  const { code, text } = await run('bewijs', place);
  expect([code, text]).toEqual([0, expect.stringContaining('Bewaard: bewijs-')]);
  const file = join(dir, /Bewaard: (\S+)\. /.exec(text)?.[1] ?? '');
  const trust = text.slice(text.indexOf('\nlog ') + 1);
  const proof = core.checkReceipt(utf8(await readFile(file, 'utf8')), trust);
  expect(proof).toMatchObject({ kind: 'refuse', index: Number(place), signer: 'checked' });
  expect(await run('receipt', place, '--beside', file, '--lang', 'en')).toMatchObject({ code: 0 });
}, 30_000);

it('says so when there is no such place, earlier receipt or option', async () => {
  for (const args of [
    ['bewijs', '99999'],
    ['bewijs', 'x'],
    ['bewijs', '1', '--naast', join(dir, 'absent')],
    ['bewijs', '--wat'],
  ])
    expect(await run(...args)).toMatchObject({
      code: 1,
      text: expect.stringContaining('Wij begrijpen deze opdracht niet'),
    });
}, 30_000);
