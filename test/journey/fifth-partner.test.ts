/** A fifth organisation is one file: no code knows it, and it takes part. Over the real programs and their HTTP APIs. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { partnerApi } from '@eenmaal/local/partner-api';
import { type LocalRegion, startRegion } from '@eenmaal/local/region';
import { type Id, person } from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';

const FILE = `id: expertise-punt
name: Expertisepunt
task: Wij denken mee over één vraag.
taskEn: We think along about one question.
attests: false
roles: [ret]
purposes: [support]
port: 4180
professional: { name: Test Persoon, role: gedragswetenschapper, register: SKJ 000-demo }
`;

let region: LocalRegion;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'eenmaal-fifth-'));
  const folder = join(import.meta.dirname, '../../infra/partners');
  const four = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).map((name) => join(folder, name));
  const fifth = join(dir, 'expertise-punt.yaml');
  await writeFile(fifth, FILE);
  region = await startRegion({ dir: join(dir, 'region'), name: 'Vijf', partnerFiles: [...four, fifth], officers: [] });
}, 90_000);
afterAll(async () => {
  await region?.stop();
  await rm(dir, { recursive: true, force: true });
});

it('a fifth organisation takes part after adding one file', async () => {
  expect(region.partners.size).toBeGreaterThanOrEqual(5);
  const [attestor] = region.attestors;
  const api = partnerApi(region.partners.get(attestor as string) as never);
  const { identity } = await region.keystore('people/mother');
  const { dossier } = await api.openDossier();
  const adult = { turns12: null, turns16: null, turns18: null };
  const { person: id } = await api.attestPerson(dossier, { keys: identity.public, ...adult });
  const { participant: mother, close } = await region.joinAs(person(id), identity, region.familiesNkeySeed);
  await mother.sync();
  const place = await mother.openCompartment(dossier, [id], 'Gezondheid');
  await mother.send(tale(dossier, place, 'Eén vraag'));
  await mother.grant(dossier, [place], terms('expertise-punt', Date.now()));

  const fifth = partnerApi(region.partners.get('expertise-punt') as never);
  const [item] = await delivered(() => fifth.items(dossier, 'waiting'));
  expect((await fifth.open(item?.id as Id, 'support')).title).toBe('Eén vraag');
  await fifth.send({
    dossier,
    compartment: place,
    kind: 'expertise',
    purpose: 'support',
    title: 'Advies',
    text: 'Zo zou ik het doen.',
  });
  const [answer] = await delivered(() => mother.receive(dossier));
  expect((await mother.open(answer as never, 'support')).author.role).toBe('gedragswetenschapper');
  await close();
}, 60_000);

/** Delivery wakes the program by itself; it is there within moments. */
async function delivered<T>(look: () => Promise<T[]>): Promise<T[]> {
  for (let tries = 0; ; tries++) {
    const found = await look();
    if (found.length > 0 || tries > 100) return found;
    await sleep(50);
  }
}
