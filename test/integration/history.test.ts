/**
 * Joining late: with history one key wrap opens everything agreed, however much it is; from today on means nothing of
 * before, by key and by rule; and a rotation made by somebody without history costs a later reader not one wrap more.
 */
import type { Participant, Sent } from '@eenmaal/client';
import { readObject } from '@eenmaal/envelope';
import type { Statement, StatementOf } from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeOf, type Place, startWithFamily } from './support.ts';

const MESSAGES = 2_000;
const IN_FLIGHT = 128;

let world: Awaited<ReturnType<typeof startWithFamily>>;
let mother: Participant;
let place: Place;
const sent: Sent[] = [];

beforeAll(async () => {
  world = await startWithFamily({ seed: 'history', partners: ['org-a', 'org-b', 'org-c', 'org-d'] });
  mother = world.family.mother;
  const { dossier, ids } = world.family;
  place = { dossier, compartment: await mother.openCompartment(dossier, [ids.mother], 'Gezondheid') };
  for (let from = 0; from < MESSAGES; from += IN_FLIGHT) {
    const wave = Array.from({ length: Math.min(IN_FLIGHT, MESSAGES - from) }, (_, i) => send(`Bericht ${from + i}`));
    sent.push(...(await Promise.all(wave)));
  }
}, 60_000);
afterAll(() => world?.chain.stop());

const send = (title: string) => mother.send(tale(place.dossier, place.compartment, title, 'Kort verhaal.'));
const join = async (name: string) => {
  const partner = await world.chain.participant(`partner/${name}`);
  await partner.sync();
  return partner;
};
const grant = (to: string, history: boolean) =>
  mother.grant(place.dossier, [place.compartment], terms(to, world.chain.clock(), { history }));
const epochs = () => world.chain.ledger.journal.state.compartments.get(place.compartment)?.epochs ?? [];

/** Every statement about keys in the log after entry `from`. */
async function keyStatements(from: number): Promise<StatementOf<'admit' | 'epoch'>[]> {
  const { journal } = world.chain.ledger;
  const found: StatementOf<'admit' | 'epoch'>[] = [];
  for (let index = from; index < journal.size; index++) {
    const { event } = await journal.entry(index);
    if (event.kind !== 'statement') continue;
    const statement: Statement = readObject('eenmaal-statement+jws', event.jws).payload;
    if (statement.kind === 'admit' || statement.kind === 'epoch') found.push(statement);
  }
  return found;
}

async function titles(partner: Participant, envelopes: readonly string[]): Promise<string[]> {
  const received = await partner.receive(place.dossier, envelopes);
  const opened: string[] = [];
  for (const message of received) opened.push((await partner.open(message, 'support')).title);
  return opened.sort();
}
const pick = (...numbers: number[]) => numbers.map((number) => (sent[number] as Sent).envelope);

it(`after ${MESSAGES} messages, a partner with history gets all of them with exactly one wrap`, async () => {
  const before = world.chain.ledger.journal.size;
  await grant('org-b', true);
  const made = await keyStatements(before);
  expect(made.map(({ kind }) => kind)).toEqual(['admit']);
  expect(made.flatMap(({ wraps }) => wraps)).toHaveLength(1);
  const partner = await join('org-b');
  const wanted = pick(0, MESSAGES / 2, MESSAGES - 1);
  expect(await titles(partner, wanted)).toEqual(
    ['Bericht 0', `Bericht ${MESSAGES / 2}`, `Bericht ${MESSAGES - 1}`].sort(),
  );
  expect(partner.keys.unwraps).toBe(1);
  // these three were handed over already, the rest is waiting
  expect(await partner.receive(place.dossier)).toHaveLength(MESSAGES - wanted.length);
}, 30_000);

it('a partner from today on gets none of before, neither by rule nor by key, and everything after', async () => {
  await grant('org-c', false);
  const partner = await join('org-c');
  expect(await partner.receive(place.dossier)).toHaveLength(0);
  expect(await partner.receive(place.dossier, pick(0, MESSAGES - 1))).toHaveLength(0);
  const [old] = await (await join('org-b')).receive(place.dossier, pick(0));
  if (!old) throw new Error('the other partner has it');
  expect(await codeOf(partner.open(old, 'support')), 'no key').toBe('not-readable');
  const next = await send('Vanaf vandaag');
  expect(await titles(partner, [next.envelope])).toEqual(['Vanaf vandaag']);
  const held = [...partner.keys.snapshot().values()].flatMap((keys) => [...keys.values()]);
  expect(held.length).toBe(1);
  expect(held.every(({ history }) => history === null)).toBe(true);
  sent.push(next);
});

it('after a rotation by somebody without history, a later partner with history still needs one wrap', async () => {
  const { chain } = world;
  // the mother's client goes away right after her withdrawal: the next to write makes the key
  await mother.state({ kind: 'withdraw', ...place, partner: 'org-b' });
  const today = await join('org-c');
  const theirs = await today.send({ ...tale(place.dossier, place.compartment, 'Van org-c'), kind: 'report' });
  expect(epochs().at(-1)?.link, 'made without history').toBeNull();
  expect(theirs.epoch).toBe(epochs().length - 1);
  await mother.sync();
  const last = await send('Weer van moeder');
  const before = chain.ledger.journal.size;
  await grant('org-d', true);
  expect((await keyStatements(before)).flatMap(({ wraps }) => wraps)).toHaveLength(1);
  expect(
    epochs()
      .slice(1)
      .every(({ link }) => link !== null),
    'every link was made later',
  ).toBe(true);
  const later = await join('org-d');
  const wanted = [...pick(0, MESSAGES - 1, MESSAGES), theirs.envelope, last.envelope];
  expect(await titles(later, wanted)).toHaveLength(wanted.length);
  expect(later.keys.unwraps).toBe(1);
  // and the one from today on still cannot go back over those links
  const [old] = await later.receive(place.dossier, pick(0));
  if (!old) throw new Error('just opened');
  await today.sync();
  expect(await codeOf(today.open(old, 'support'))).toBe('not-readable');
});
