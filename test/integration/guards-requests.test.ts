/**
 * What a request to open is good for, and what it leaves in the log: ten minutes, one opening for each purpose, one refusal
 * an hour. The clock stands still until it is moved.
 */
import { newId, type Participant, type Received, type Transport } from '@eenmaal/client';
import { LIMITS } from '@eenmaal/model';
import { fakeClock, tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventsFrom, openRequest, over } from './guards-support.ts';
import { codeOf, craft, type Place, saysWhatToDo, startWithFamily, submitRaw, wronglySigned } from './support.ts';

const HOUR = 3_600_000;
const clock = fakeClock();
let world: Awaited<ReturnType<typeof startWithFamily>>;
let place: Place;
let reader: Participant & { transport: Transport };
let received: Received;
/** Where the log ended before each test. */
let before: number;

beforeAll(async () => {
  world = await startWithFamily({ seed: 'requests', clock });
  const { family, chain } = world;
  const { dossier, ids, mother } = family;
  place = { dossier, compartment: await mother.openCompartment(dossier, [ids.mother], 'Wonen') };
  await agree();
  await mother.send(tale(dossier, place.compartment, 'Een bericht'));
  reader = await chain.participant('partner/org-b');
  await reader.sync();
  [received] = (await reader.receive(dossier)) as [Received];
}, 60_000);
afterAll(() => world?.chain.stop());
beforeEach(() => {
  before = world.chain.ledger.journal.size;
});

const agree = () =>
  world.family.mother.grant(
    place.dossier,
    [place.compartment],
    terms('org-b', clock(), { purposes: ['support', 'safety'] }),
  );
const stop = () => world.family.mother.withdraw(place.dossier, [place.compartment], 'org-b');
const request = (change: Parameters<typeof openRequest>[4] = {}) =>
  openRequest(world.chain, 'partner/org-b', world.chain.identityOf('partner/org-b'), received.header.id, change);
const ask = (jws: string) => reader.transport.call({ op: 'open', jws });
const logged = async (kind: string) => (await eventsFrom(world.chain, before)).filter((event) => event.kind === kind);

describe('a request to open', () => {
  it('that was refused cannot be played again after a new yes, once it is old', async () => {
    await stop();
    const kept = request();
    expect(await codeOf(ask(kept))).toBe('no-basis');
    await agree();
    clock.advance(LIMITS.openRequestAge + 1);
    expect(await codeOf(ask(kept))).toBe('request-replayed');
    saysWhatToDo('request-replayed');
    expect(await logged('opening')).toEqual([]);
    expect(await codeOf(ask(request())), 'a fresh one opens').toBe('done');
    expect(await logged('opening')).toHaveLength(1);
  });

  it('holds for exactly as long as is written down, to either side', async () => {
    const { openRequestAge } = LIMITS;
    for (const off of [-openRequestAge - 1, openRequestAge + 1])
      expect(await codeOf(ask(request({ at: clock() + off }))), `${off} ms`).toBe('request-replayed');
    for (const off of [-openRequestAge, openRequestAge])
      expect(await codeOf(ask(request({ at: clock() + off }))), `${off} ms`).toBe('done');
  });

  it('that is old says the same of a message that may not be read as of one that may', async () => {
    const at = clock() - LIMITS.openRequestAge - 1;
    const may = await codeOf(ask(request({ at })));
    await stop();
    expect(await codeOf(ask(request({ at })))).toBe(may);
    await agree();
  });
});

describe('an opening', () => {
  it('is logged once for each purpose, however often it is asked', async () => {
    const { dossier, mother } = { ...place, ...world.family };
    await mother.sync();
    const { envelope } = await mother.send(tale(dossier, place.compartment, 'Nog een'));
    await reader.sync();
    const [message] = await reader.receive(dossier, [envelope]);
    if (!message) throw new Error('nothing was delivered');
    for (const purpose of ['support', 'support', 'safety', 'support', 'safety'] as const)
      expect((await reader.open(message, purpose)).title).toBe('Nog een');
    expect((await logged('opening')).map((event) => event.kind === 'opening' && event.purpose)).toEqual([
      'support',
      'safety',
    ]);
    expect(await codeOf(reader.open(message, 'inquiry')), 'a purpose nobody agreed to').toBe('no-basis');
  });
});

describe('a refusal', () => {
  it('is logged once an hour, however often it is asked for', async () => {
    clock.advance(HOUR); // past what the tests above left
    await stop();
    for (let i = 0; i < 20; i++) expect(await codeOf(ask(request()))).toBe('no-basis');
    expect(await logged('refusal')).toHaveLength(1);
    clock.advance(HOUR - 1);
    expect(await codeOf(ask(request()))).toBe('no-basis');
    expect(await logged('refusal')).toHaveLength(1);
    clock.advance(1);
    expect(await codeOf(ask(request()))).toBe('no-basis');
    expect(await logged('refusal')).toHaveLength(2);
  });

  it('is logged once for writing too, whatever is sent', async () => {
    const { chain } = world;
    for (let i = 0; i < 10; i++) {
      const { envelope, secret } = craft(chain, reader, chain.identityOf('partner/org-b'), place, { epoch: 0, seq: i });
      expect(await codeOf(submitRaw(reader.transport, envelope, secret))).toBe('no-basis');
    }
    expect(await logged('refusal')).toHaveLength(1);
  });

  it('for another reason is no news: the log would grow at the moment when somebody said no', async () => {
    const { size } = world.chain.ledger.journal;
    await world.family.mother.refuse(place.dossier, [place.compartment], 'org-b');
    expect(await codeOf(ask(request()))).toBe('no-basis');
    const { envelope, secret } = craft(world.chain, reader, world.chain.identityOf('partner/org-b'), place, {
      epoch: 0,
    });
    expect(await codeOf(submitRaw(reader.transport, envelope, secret))).toBe('no-basis');
    expect(world.chain.ledger.journal.size - size, 'her refusal alone').toBe(1);
  });
});

describe('a dossier', () => {
  const slots = async () => (await world.chain.ledger.store.vaultAll()).size;

  it('gets a key only when its statement is taken in: none without authority, none with a bad signature', async () => {
    const { chain } = world;
    const had = await slots();
    const tried = [newId(chain.random), newId(chain.random), newId(chain.random)];
    const state = (by: Participant, dossier = '') => by.state({ kind: 'dossier', dossier });
    expect(await codeOf(state(reader, tried[0]))).toBe('no-authority');
    expect(await codeOf(state(world.family.mother, tried[1]))).toBe('no-authority');
    const spoilt = changedRequest(world.attestor.transport);
    const attestor = over(chain, 'partner/org-a', chain.identityOf('partner/org-a'), spoilt);
    expect(await codeOf(state(attestor, tried[2]))).toBe('signature-invalid');
    expect(await codeOf(state(world.attestor, place.dossier)), 'that is there already').toBe('statement-conflict');
    expect(await slots()).toBe(had);
    expect(chain.ledger.journal.size).toBe(before);
    await state(world.attestor, tried[0]);
    expect(await slots(), 'an honest one').toBe(had + 1);
  });
});

/** Every statement on its way gets another signature. */
const changedRequest = (honest: Transport): Transport => ({
  call: (request, attached) =>
    honest.call(
      request.op === 'state' ? { ...request, statements: request.statements.map(wronglySigned) } : request,
      attached,
    ),
});
