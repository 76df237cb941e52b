/** Bad input, form and size: what does not have the form, or is larger than the stated limit, is refused and leaves nothing. */
import { newId, type Participant } from '@eenmaal/client';
import { sign, utf8 } from '@eenmaal/crypto';
import { ERRORS, LIMITS } from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  craft,
  linkOf,
  type Place,
  raw,
  refuses,
  resigned,
  saysWhatToDo,
  startWithFamily,
  submitRaw,
} from './support.ts';

let world: Awaited<ReturnType<typeof startWithFamily>>;
let mother: Participant & { transport: Parameters<typeof raw>[0] };
let place: Place;

beforeAll(async () => {
  world = await startWithFamily({ seed: 'form' });
  mother = world.family.mother;
  const { dossier, ids } = world.family;
  place = { dossier, compartment: await mother.openCompartment(dossier, [ids.mother], 'Wonen') };
});
afterAll(() => world?.chain.stop());

const refused = (code: Parameters<typeof refuses>[1], act: Parameters<typeof refuses>[2]) =>
  refuses(world.chain, code, act);
const ask = (request: unknown, attached?: Uint8Array) => raw(mother.transport, request, attached);

/** A signed grant with something else in its payload: only the signature is right. */
function signedStatement(change: Record<string, unknown>, spell = JSON.stringify): string {
  const { chain, family } = world;
  const common = { v: 1, id: newId(chain.random), by: mother.party, at: chain.clock() };
  const grant = { kind: 'grant', ...place, ...terms('org-b', chain.clock()) };
  const payload = { ...common, seen: mother.checkpoints.position, ...grant, ...change };
  return sign(family.keys.mother.signing, 'eenmaal-statement+jws', utf8(spell(payload)));
}
const state = (...statements: string[]) => ask({ op: 'state', statements });
const crafted = () => craft(world.chain, mother, world.family.keys.mother, place);

/** Submits an envelope whose header is signed, but changed before that. */
function submitChanged(change: (header: Record<string, unknown>) => unknown) {
  const { envelope, header, secret } = crafted();
  const again = resigned(envelope, change({ ...header }), world.family.keys.mother.signing);
  return submitRaw(mother.transport, again, secret);
}

it('has a whole sentence that says what to do for every code there is', () => {
  for (const code of Object.keys(ERRORS)) saysWhatToDo(code);
});

describe('requests', () => {
  it.each([
    ['an unknown operation', { op: 'everything' }],
    ['an unknown field', { op: 'changes', after: -1, also: 'this' }],
    ['a text for a number', { op: 'changes', after: '0' }],
    ['a broken number', { op: 'checkpoint', from: 1.5 }],
    ['a negative count', { op: 'inclusion', index: -1, size: 1 }],
    ['a missing field', { op: 'view', dossier: null }],
    ['an id that is no id', { op: 'fetch', dossier: 'mother' }],
    ['an id in a second spelling', { op: 'fetch', dossier: 'AAAAAAAAAAAAAAAAAAAAAB' }],
    [
      'more ids than a request may name',
      { op: 'fetch', dossier: 'A'.repeat(22), envelopes: Array(101).fill('A'.repeat(22)) },
    ],
    ['no statements at all', { op: 'state', statements: [] }],
    ['more statements than fit in one request', { op: 'state', statements: Array(33).fill('a.b.c') }],
    ['something that is no object', [1, 2, 3]],
    ['nothing', null],
  ])('%s', (_, request) => refused('malformed', ask(request)));
});

describe('statements', () => {
  it.each<[string, Record<string, unknown>]>([
    ['an unknown field', { urgent: true }],
    ['an unknown kind', { kind: 'permit-everything' }],
    ['a purpose nobody knows', { purposes: ['curiosity'] }],
    ['an end that is a text', { until: 'tomorrow' }],
    ['another version', { v: 2 }],
    ['a field left out', { until: undefined }],
    ['an end before its begin', { until: 1 }],
  ])('%s', (_, change) => refused('malformed', () => state(signedStatement(change))));

  it('a second spelling of the same statement', () =>
    refused('malformed', () => state(signedStatement({}, (value) => JSON.stringify(value, null, 1)))));
  it('a member said twice', () =>
    refused('malformed', () => state(signedStatement({}, (value) => `{"v":1,${JSON.stringify(value).slice(1)}`))));
  it('text that is no JSON', () => refused('malformed', () => state(signedStatement({}, () => '{"v":1'))));
  it('something that is no signed object', () => refused('malformed', () => state('statement')));
});

describe('envelopes', () => {
  it.each<[string, (header: Record<string, unknown>) => unknown]>([
    ['an unknown field', (header) => ({ ...header, priority: 'high' })],
    ['a text for the sequence', (header) => ({ ...header, seq: '1' })],
    ['a negative epoch', (header) => ({ ...header, epoch: -1 })],
    ['an unknown kind', (header) => ({ ...header, kind: 'rumour' })],
    ['a party that is none', (header) => ({ ...header, sender: 'mother' })],
    ['a field left out', ({ secretHash: _, ...header }) => header],
    ['members in another order', ({ id, ...header }) => ({ ...header, id })],
    ['a second spelling', (header) => JSON.stringify(header, null, 1)],
    ['the key id of another key', (header) => ({ ...header, kid: world.family.keys.father.signing.kid })],
  ])('%s', (_, change) => refused('malformed', () => submitChanged(change)));

  it('an unknown suite', async () => {
    await refused('unknown-suite', () => submitChanged((header) => ({ ...header, suite: 'EM2' })));
    // also when the rest looks nothing like what this suite has
    await refused('unknown-suite', () => submitChanged(() => '{"suite":"EM9","everything":"else"}'));
  });
  it('a body of another size than was signed', () =>
    refused('body-mismatch', () => {
      const { envelope, secret } = crafted();
      return submitRaw(mother.transport, { ...envelope, body: envelope.body.subarray(1) }, secret);
    }));
});

describe('limits', () => {
  const together = 600_000;
  it(`a statement over ${LIMITS.statement} bytes`, () =>
    refused('too-large', () => state(`${'a'.repeat(LIMITS.statement)}.b`)));
  it(`statements of one request over ${together} bytes`, () =>
    refused('too-large', () => state(...Array<string>(3).fill('a'.repeat(together / 3 + 1)))));
  it(`a header over ${LIMITS.header} bytes`, () =>
    refused('too-large', () => submitChanged((header) => JSON.stringify(header).padEnd(LIMITS.header + 1))));
  it(`a body over ${LIMITS.body} bytes`, () =>
    refused('too-large', () => {
      const { envelope, secret } = crafted();
      return submitRaw(mother.transport, { ...envelope, body: new Uint8Array(LIMITS.body + 1) }, secret);
    }));
  it('a request of a million bytes, before it is sent', () =>
    refused('too-large', () => ask({ op: 'changes', after: -1 }, new Uint8Array(1_000_000))));
  it('a frame of more than a million bytes, sent without the client', async () => {
    const answer = await linkOf(world.chain, mother.party, (link) => link.request(new Uint8Array(1_010_000)));
    expect(JSON.parse(new TextDecoder().decode(answer.subarray(1))).code).toBe('too-large');
  });
  it('a text that does not fit in a body', () =>
    refused('too-large', () => mother.send(tale(place.dossier, place.compartment, 'Lang', 'é'.repeat(110_000)))));
  it('a text longer than the form allows', () =>
    refused('malformed', () => mother.send(tale(place.dossier, place.compartment, 'Lang', 'e'.repeat(120_001)))));
  it('a compartment name over 127 bytes', () => {
    const { dossier, ids } = world.family;
    return refused('too-large', () => mother.openCompartment(dossier, [ids.mother], 'n'.repeat(128)));
  });
  it('more attachments than a message may have', () => {
    const one = { name: 'a', type: 'text/plain', open: () => [new Uint8Array(1)] };
    const attachments = Array(LIMITS.attachments + 1).fill(one);
    return refused('malformed', () => mother.send({ ...tale(place.dossier, place.compartment, 'Veel'), attachments }));
  });
});

it('still takes what is right, after all that', async () => {
  const { index } = await mother.send(tale(place.dossier, place.compartment, 'Goed'));
  expect((await world.chain.ledger.journal.entry(index)).event.kind).toBe('message');
});
