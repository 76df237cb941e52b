/** The family's command line and the law: what it shows of sharing without consent, what an objection does, rights, own parts. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Participant, Transport } from '@eenmaal/client';
import { encryptAtRest, type Identity, newIdentity, toBase64url, utf8 } from '@eenmaal/crypto';
import { systemRandom, writeFileSafely } from '@eenmaal/host';
import type { Id, PartyId, Weighed } from '@eenmaal/model';
import { asFamily, explain, OPTIONS, run } from '@eenmaal/service-family';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWithFamily } from './support.ts';

const SECRET = new Uint8Array(32).fill(5);
const MAIN = new URL('../../services/family/src/main.ts', import.meta.url).pathname;
const DAY = 86_400_000;
const REPORT: Weighed[] = ['motive', 'consent-sought', 'harm', 'conscience', 'subsidiarity', 'effectiveness'];
let world: Awaited<ReturnType<typeof startWithFamily>>;
let team: Participant;
let dossier: Id;
let safety: Id;
let told: Id;
let shared: { id: Id; index: number };
let standIn: PartyId;
const dirs: Record<string, string> = {};

beforeAll(async () => {
  world = await startWithFamily({ partners: ['org-a', 'vt:veilig-thuis', 'gi:gi'], seed: 'family law' });
  const { family, chain, attestor } = world;
  ({ dossier } = family);
  team = attestor;
  dirs.mother = await folder(family.ids.mother, family.keys.mother, 'Moeder');
  safety = await family.mother.openCompartment(dossier, [family.ids.child8], 'Veiligheid');
  for (const parent of [family.mother, family.father]) {
    await parent.sync();
    await parent.grant(dossier, [safety], terms('org-a', chain.clock()));
  }
  told = (await family.mother.send(tale(dossier, safety, 'Zondag'))).envelope;
  await team.sync();
  await discloses();
}, 60_000);
afterAll(async () => {
  await world?.chain.stop();
  for (const dir of Object.values(dirs)) await rm(dir, { recursive: true, force: true });
});

/** The team tells Veilig Thuis under the law; a stand-in of the team agreed. */
async function discloses(): Promise<void> {
  const { chain, family } = world;
  const period = { from: chain.clock() - 1000, until: chain.clock() + 30 * DAY };
  const member = `seat/org-a/${toBase64url(systemRandom(16))}`;
  standIn = `seat/org-a/${toBase64url(systemRandom(16))}`;
  const identity = newIdentity(systemRandom);
  const keys = newIdentity(systemRandom).public;
  await team.state(
    { kind: 'seat', dossier, seat: member, role: 'member', for: null, ...period, keys },
    { kind: 'seat', dossier, seat: standIn, role: 'stand-in', for: member, ...period, keys: identity.public },
    { kind: 'order', dossier, order: id(), child: family.ids.child8, institution: 'gi', ...period, proof: hash() },
  );
  const answers = [...REPORT, 'proportionality' as const, 'necessity' as const, 'meldcode' as const];
  const act = { dossier, to: 'partner/vt', rule: 'L08', purpose: 'safety', envelopes: [told], ask: null } as const;
  shared = await team.disclose({ ...act, weighing: { record: hash(), answers }, emergency: false, inform: 'now' });
  const device = await chain.participant(standIn, { identity });
  await device.sync();
  await device.state({ kind: 'endorse', dossier, act: shared.id });
}

const id = () => toBase64url(systemRandom(16));
const hash = () => toBase64url(systemRandom(32));

async function folder(person: Id, { seed }: Identity, name: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'eenmaal-family-'));
  const file = (called: string, text: string) => writeFileSafely(join(dir, called), text);
  const nkey = world.chain.nkeys.get('families')?.seed ?? '';
  const stored = { v: 1, seed: toBase64url(seed), storeKey: toBase64url(systemRandom(32)), nkey };
  await file('keys.jwe', await encryptAtRest(SECRET, utf8(JSON.stringify(stored))));
  await file('secret', toBase64url(SECRET));
  await file('families.nkey', nkey);
  await file('region.jws', world.chain.region);
  await file('person.json', JSON.stringify({ person, dossier, name }));
  return dir;
}

/** Runs the program itself as this person would. */
function program(who: string, ...args: string[]): Promise<{ code: number | null; text: string }> {
  const dir = dirs[who] ?? '';
  const env = {
    ...{ EENMAAL_STATE_DIR: dir, EENMAAL_KEY_SECRET_FILE: join(dir, 'secret') },
    ...{ EENMAAL_NATS_URL: world.chain.server.url, EENMAAL_REGION_FILE: join(dir, 'region.jws') },
    EENMAAL_NKEY_SEED_FILE: join(dir, 'families.nkey'),
  };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
    env: { PATH: process.env.PATH, ...env },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (text += piece));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text }));
  });
}
/** The same without a process of its own: what the program does once it is connected. */
async function runs(who: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  const [command = '', ...words] = positionals;
  const language = values.lang === 'en' ? 'en' : 'nl';
  const { family } = world;
  const participant = family[who as 'mother' | 'father' | 'child14'] as Participant & { transport: Transport };
  const { transport } = participant;
  const connected = asFamily({ participant, dossier, name: who, language });
  await connected.member.sync();
  try {
    const source = { participant, transport, dossier };
    return { code: 0, text: (await run(connected, source, command, words, values, language)).join('\n') };
  } catch (error) {
    return { code: 1, text: explain(error, language) };
  }
}
const says = async (who: string, ...args: string[]): Promise<string> => {
  const { code, text } = await runs(who, ...args);
  expect([args.join(' '), code, text]).toEqual([args.join(' '), 0, text]);
  return text;
};

describe('what was shared without a yes', () => {
  it('shows in plain words, with the article, who got it, and whether it was read', async () => {
    const text = await says('mother', 'overzicht');
    expect(text).toMatch(
      /Gedeeld zonder uw ja\n {2}\d+ {2}.*: Organisation org-a deelde 1 bericht met Organisation vt\./,
    );
    expect(text).toContain('Uit: Veiligheid.');
    expect(text).toMatch(/De wet: Bij een ernstig vermoeden .* \(Wmo 2015 5\.2\.6\)/);
    expect(text).toContain('Nog niet geopend.');
    expect(text).toMatch(/Ondertoezichtstelling\. Organisation gi voert die uit/);
    expect(text).toMatch(/\d+ {2}Organisation org-a: een vervanger\./);
    expect(text).toMatch(/2 {2}een volwassene, met gezag over 3, 4/);
    const english = await says('mother', '--lang', 'en', 'overview');
    expect(english).toMatch(/Organisation org-a shared 1 message with Organisation vt/);
    expect(english).toContain('(Wmo 2015 5.2.6)');
  }, 30_000);

  it('names an organisation once among the readers, whatever seats it has', async () => {
    const readers = /kunnen lezen: (.*)\.$/m.exec(await says('mother', 'onderdelen'))?.[1]?.split(', ') ?? [];
    expect(readers.filter((name) => name === 'Organisation org-a')).toHaveLength(1);
  }, 30_000);

  it('is told in the sentences of the law, to a child in a child’s words', async () => {
    const text = await says('mother', 'nieuws');
    expect(text).toContain('Er is iets over u of uw kind gedeeld zonder uw ja.');
    expect(text).toContain(`Gaat over: nummer ${shared.index} in uw overzicht.`);
    expect(text).toContain('Wet: Wmo 2015 5.2.6.');
    expect(await says('child14', 'nieuws')).not.toContain('gedeeld zonder');
    expect(await says('child14', 'nieuws')).toContain('Er is iemand nieuw die jullie helpt.');
  }, 30_000);
});

describe('an objection', () => {
  it('says what it does not stop when the law allows the reading, and until when it is weighed', async () => {
    const text = await says('mother', 'bezwaar', String(shared.index));
    expect(text).toContain('Uw bezwaar is vastgelegd.');
    expect(text).toContain('Het lezen stopt hier niet mee.');
    expect(text).toMatch(/Organisation org-a moet uw bezwaar wegen, uiterlijk op \d+ \w+ \d{4}/);
    expect(await says('mother', 'bezwaar', String(shared.index))).toContain('al bezwaar gemaakt');
    const father = await says('father', 'overzicht');
    expect(father).toContain('Er is bezwaar gemaakt. De organisatie moet het nog wegen.');
    expect(father).toMatch(/Uiterlijk .*, Organisation org-a: De organisatie weegt uw bezwaar/);
    await team.sync();
    const weighing = { record: hash(), answers: ['motive' as const] };
    await team.state({ kind: 'weigh', dossier, act: shared.id, stands: true, weighing });
    expect(await says('mother', 'overzicht')).toMatch(/Een bezwaar is gewogen op .*\. Het delen blijft\./);
    expect(await says('mother', 'nieuws')).toContain('Een bezwaar is gewogen.');
  }, 40_000);

  it('says that a stand-in waits', async () => {
    const { seat } = world.chain.ledger.journal.state.parties.get(standIn) ?? {};
    const text = await says('mother', '--lang', 'en', 'object', String(seat?.index));
    expect(text).toContain('Until your objection is weighed, this stand-in can open nothing of yours.');
  }, 20_000);
});

describe('rights', () => {
  it('are asked with their term, and show their answer', async () => {
    const text = await says('mother', 'vraag', 'inzage', 'org-a');
    expect(text).toMatch(/Uw vraag is verstuurd aan Organisation org-a: inzage\.\nEr komt antwoord, uiterlijk op/);
    const { messages } = world.chain.ledger.journal.state;
    const place = String(messages.get(told)?.index);
    await says('mother', '--lang', 'en', 'ask-rights', 'erasure', 'org-a', 'Veiligheid', '--message', place);
    await team.sync();
    const [access, erasure] = [...world.chain.ledger.journal.state.requests.entries()];
    expect(erasure?.[1]).toMatchObject({ right: 'erasure', to: 'org-a' });
    await team.state(
      { kind: 'answer', dossier, request: access?.[0] ?? '', outcome: 'granted', ground: null },
      { kind: 'answer', dossier, request: erasure?.[0] ?? '', outcome: 'refused', ground: 'KEEP' },
    );
    const overview = await says('mother', 'overzicht');
    expect(overview).toMatch(/inzage, aan Organisation org-a\.\n +Antwoord: ja\./);
    expect(overview).toMatch(/wissen, aan Organisation org-a\.\n +Antwoord: nee\.\n +Waarom: /);
    expect(await says('father', 'overzicht'), 'hers alone').not.toContain('inzage, aan');
  }, 40_000);
});

describe('what is one’s own', () => {
  it('an own part is read by nobody else in the family, and says what it cannot promise', async () => {
    const text = await says('child14', 'eigen', 'Dagboek');
    expect(text).toContain('"Dagboek" is van u alleen.');
    expect(text).toContain('zonder uw ja');
    expect(await says('child14', 'vertel', 'Dagboek', '--titel', 'Dag', '--tekst', 'x', '--ja')).toContain('Verteld');
    expect(await says('child14', 'onderdelen')).toContain('Dagboek: Dit kunnen lezen: alleen u.');
    expect(await says('mother', 'onderdelen')).not.toContain('Dagboek');
  }, 40_000);

  it('an adult lets another read along, and no longer', async () => {
    const { mother } = world.family;
    await mother.sync();
    const own = await mother.openCompartment(dossier, [world.family.ids.mother], 'Wonen');
    await mother.send(tale(dossier, own, 'Thuis'));
    expect(await says('mother', 'laat-lezen', '2', 'Wonen')).toContain('Gezinslid 2 mag nu lezen wat in "Wonen" staat');
    expect(await says('father', 'lees', 'Wonen')).toContain('Thuis');
    expect(await says('mother', 'laat-niet-lezen', '2', 'Wonen')).toContain('niets meer openen');
    expect((await runs('father', 'lees', 'Wonen')).code).toBe(1);
  }, 40_000);

  it('an address is kept secret, and no longer', async () => {
    const secret = () => world.chain.ledger.journal.state.persons.get(world.family.ids.mother)?.secretAddress;
    expect(await says('mother', 'geheim-adres', 'aan')).toContain('Uw adres is geheim.');
    expect(secret()).toBe(true);
    expect(await says('mother', '--lang', 'en', 'secret-address', 'off')).toContain('no longer secret');
    expect(secret()).toBe(false);
  }, 20_000);
});

describe('what cannot be', () => {
  it.each([
    ['mother', ['bezwaar', '999999'], 'Nummer 999999 staat niet in uw overzicht.'],
    ['mother', ['bezwaar', 'x'], 'Nummer x staat niet in uw overzicht.'],
    ['mother', ['vraag', 'geluk', 'org-a'], 'Wij begrijpen deze opdracht niet.'],
    ['mother', ['vraag', 'inzage', 'nergens'], 'Wij kennen geen organisatie "nergens".'],
    ['mother', ['vraag', 'inzage', 'org-a', '--bericht', '1'], 'Nummer 1 staat niet in uw overzicht.'],
    ['mother', ['laat-lezen', '9', 'Veiligheid'], 'Gezinslid 9 is er niet.'],
    ['mother', ['laat-lezen', '1', 'Veiligheid'], 'Gezinslid 1 is er niet.'],
    ['mother', ['laat-lezen', '2'], 'Wij begrijpen deze opdracht niet.'],
    ['mother', ['laat-lezen', '4', 'Veiligheid'], 'U beslist hier niet over.'],
    ['mother', ['eigen'], 'Wij begrijpen deze opdracht niet.'],
    ['mother', ['geheim-adres', 'misschien'], 'Wij begrijpen deze opdracht niet.'],
  ])('%s: %j', async (who, args, sentence) => {
    const { size } = world.chain.ledger.journal;
    const { code, text } = await runs(who, ...args);
    expect(text).toContain(sentence);
    expect([code, world.chain.ledger.journal.size]).toEqual([1, size]);
  });
});

describe('the program itself', () => {
  it('does all this, and says what cannot be', async () => {
    const shown = await program('mother', 'overzicht');
    expect([shown.code, shown.text]).toEqual([0, expect.stringContaining('Gedeeld zonder uw ja')]);
    const news = await program('mother', '--lang', 'en', 'notices');
    expect([news.code, news.text]).toEqual([0, expect.stringContaining('was shared without your yes')]);
    expect(await program('mother', 'bezwaar', '999999')).toMatchObject({ code: 1 });
    expect((await program('mother')).text).toContain('geheim-adres aan|uit');
  }, 60_000);
});
