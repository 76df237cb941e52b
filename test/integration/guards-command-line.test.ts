/** The family's command line keeps how far it saw the ledger: a ledger that was turned back since shows the next time. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encryptAtRest, toBase64url, utf8 } from '@eenmaal/crypto';
import { systemRandom, writeFileSafely } from '@eenmaal/host';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Fork, fork } from './guards-support.ts';
import { startWithFamily } from './support.ts';

const SECRET = new Uint8Array(32).fill(7);
const MAIN = new URL('../../services/family/src/main.ts', import.meta.url).pathname;
let world: Awaited<ReturnType<typeof startWithFamily>>;
let earlier: Fork;
let dir: string;

beforeAll(async () => {
  world = await startWithFamily({ seed: 'command line' });
  const { chain, family } = world;
  await family.mother.openCompartment(family.dossier, [family.ids.mother], 'Wonen');
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
  await earlier?.stop();
  await world?.chain.stop();
  if (dir) await rm(dir, { recursive: true, force: true });
});

/** Runs the program as she would, against this server. */
function run(url: string, ...args: string[]): Promise<{ code: number | null; text: string }> {
  const env = {
    ...{ EENMAAL_STATE_DIR: dir, EENMAAL_KEY_SECRET_FILE: join(dir, 'secret'), EENMAAL_NATS_URL: url },
    ...{ EENMAAL_REGION_FILE: join(dir, 'region.jws'), EENMAAL_NKEY_SEED_FILE: join(dir, 'families.nkey') },
  };
  const child = spawn(process.execPath, [MAIN, '--lang', 'en', ...args], { env: { PATH: process.env.PATH, ...env } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (text += piece));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text }));
  });
}
const kept = async () => JSON.parse(await readFile(join(dir, 'checkpoint.json'), 'utf8')).size;

it('keeps the position it saw, and what it did itself is part of that', async () => {
  const { chain } = world;
  expect(await run(chain.server.url, 'parts')).toMatchObject({ code: 0, text: expect.stringContaining('Wonen') });
  expect(await kept()).toBe(chain.ledger.journal.size);
  earlier = await fork(chain);
  const { size } = chain.ledger.journal;
  expect(await run(chain.server.url, 'refuse', 'org-c', 'Wonen')).toMatchObject({ code: 0 });
  expect(chain.ledger.journal.size).toBeGreaterThan(size);
  expect(await kept(), 'its own refusal too').toBeGreaterThan(size);
}, 30_000);

it('says that something is wrong when the ledger was turned back to before', async () => {
  const before = await kept();
  const { code, text } = await run(earlier.server.url, 'parts');
  expect(text).toContain('Something is wrong with the log.');
  expect(code).toBe(1);
  expect(await kept(), 'and forgets nothing').toBe(before);
}, 30_000);

it('goes on with the true one', async () => {
  expect(await run(world.chain.server.url, 'parts')).toMatchObject({ code: 0 });
}, 30_000);
