/** The other acts of an organisation over its API: orders and who is who, an own file, asking, rights, seats, consults. */
import type { Participant } from '@eenmaal/client';
import { newIdentity, toBase64url } from '@eenmaal/crypto';
import { systemRandom } from '@eenmaal/host';
import { ERRORS, type Id } from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Organisation, startOrganisation } from './partner-support.ts';
import { startWithFamily } from './support.ts';

const DAY = 86_400_000;
let world: Awaited<ReturnType<typeof startWithFamily>>;
/** Opened the dossier, and attests. */
let team: Organisation;
let gi: Organisation;
let mother: Participant;
let dossier: Id;
let place: Id;
let told: Id;

beforeAll(async () => {
  world = await startWithFamily({ partners: ['org-a', 'gi:gi', 'org-c'] });
  const { family, chain } = world;
  ({ mother, dossier } = family);
  place = await mother.openCompartment(dossier, [family.ids.child8], 'School – kind');
  for (const parent of [mother, family.father]) {
    await parent.sync();
    await parent.grant(dossier, [place], terms('org-a', chain.clock(), { purposes: ['support'] }));
  }
  told = (await mother.send(tale(dossier, place, 'Rekenen'))).envelope;
  [team, gi] = await Promise.all([startOrganisation(chain, 'org-a'), startOrganisation(chain, 'gi')]);
  await vi.waitFor(async () => expect(await items(team)).toHaveLength(1), 10_000);
});
afterAll(async () => {
  await team?.stop();
  await gi?.stop();
  await world?.chain.stop();
});

const items = async (org: Organisation): Promise<{ id: Id; status: string }[]> =>
  (await org.api('GET', `/v1/items?dossier=${dossier}`)).body.items;
const post = (org: Organisation, path: string, body: unknown) =>
  org.api('POST', `/v1/dossiers/${dossier}/${path}`, body);
const made = async (org: Organisation, path: string, body: unknown) => {
  const answer = await post(org, path, body);
  expect([path, answer.status, answer.body.code]).toEqual([path, 201, undefined]);
  return answer.body;
};
const acts = async (org: Organisation) => (await org.api('GET', `/v1/dossiers/${dossier}/acts`)).body;
const notices = async (org: Organisation) => (await org.api('GET', `/v1/dossiers/${dossier}/notices`)).body;
const later = (days: number) => new Date(world.chain.clock() + days * DAY).toISOString();
const hash = () => toBase64url(systemRandom(32));
const id = () => toBase64url(systemRandom(16));
const send = async (org: Organisation, compartment: Id, title: string, more: object = {}) => {
  const message = { dossier, compartment, kind: 'report', purpose: 'support', title, text: `${title}.`, ...more };
  const { status, body } = await org.api('POST', '/v1/messages', message);
  return status === 201 ? (body.item as Id) : body.code;
};

describe('a supervision order', () => {
  it('makes a request for facts a duty; what is given is handed over, and ends with the order', async () => {
    const { child8 } = world.family.ids;
    const period = { from: later(-1), until: later(300) };
    const order = await made(team, 'orders', { child: child8, institution: 'gi', ...period, proof: hash() });
    await expect.poll(async () => (await gi.api('GET', '/v1/dossiers')).body.dossiers.length).toBe(1);
    const { act: ask } = await made(gi, 'asks', {
      ...{ to: 'org-a', rule: 'L06', about: [child8], purpose: 'measure', record: hash() },
    });
    await expect.poll(async () => (await acts(team)).asks).toMatchObject([{ act: ask, by: 'partner/gi', rule: 'L06' }]);
    expect((await notices(team)).notices).toContainEqual(expect.objectContaining({ code: 'facts-asked', about: ask }));

    const asked = { compartment: place, partner: 'gi', purpose: 'measure', rule: 'L06' };
    const advice = (await team.api('POST', '/v1/may-i-share', asked)).body;
    expect(advice.bases).toMatchObject([{ ask, records: [], secondPerson: false, reviewDue: null }]);
    const given = { to: 'partner/gi', rule: 'L06', purpose: 'measure', items: [told], ask, inform: 'now' };
    await made(team, 'disclosures', given);
    await expect.poll(async () => (await items(gi)).map(({ id }) => id), { timeout: 10_000 }).toEqual([told]);
    expect((await gi.api('POST', `/v1/items/${told}/open`, { purpose: 'measure' })).body.title).toBe('Rekenen');

    expect((await acts(team)).orders).toMatchObject([{ id: order.order, institution: 'gi', child: child8 }]);
    const ended = { ...period, order: order.order, until: new Date(world.chain.clock() - 1000).toISOString() };
    await made(team, 'orders', { child: child8, institution: 'gi', proof: hash(), ...ended });
    await expect
      .poll(async () => (await gi.api('GET', '/v1/items')).body.items[0].accessEnded, { timeout: 10_000 })
      .toBe(true);
    expect((await gi.api('POST', `/v1/items/${told}/open`, { purpose: 'measure' })).body.code).toBe('no-basis');
  }, 40_000);
});

describe('who is who', () => {
  it('a guardian, part of custody, a foster parent, capacity, a secret address, a death', async () => {
    const { child8, child14, mother: parent, father } = world.family.ids;
    const partial = { institution: 'gi', matters: ['school'] };
    await made(team, 'custody', { child: child14, holders: [parent, father], partial });
    await made(team, 'custody', { child: child14, holders: [], guardian: 'gi' });
    const { persons } = (await team.api('GET', `/v1/dossiers/${dossier}`)).body;
    expect(persons.find((one: { id: Id }) => one.id === child14).custody).toEqual(['partner/gi']);
    await made(team, 'custody', { child: child14, holders: [parent, father] });
    const period = { from: later(0), until: later(100) };
    await made(team, 'fosters', { child: child8, parent: father, provider: 'org-c', ...period });
    await made(team, 'capacity', { person: father, capable: false, representatives: [parent] });
    await made(team, 'capacity', { person: father, capable: true, representatives: [] });
    await made(team, 'secrecy', { person: parent, on: true });
    await made(team, 'secrecy', { person: parent, on: false });
    const adult = { keys: newIdentity(systemRandom).public, turns12: null, turns16: null, turns18: null };
    const { person } = await made(team, 'persons', adult);
    await made(team, 'deaths', { person });
    expect((await post(team, 'deaths', { person })).body.code).toBe('statement-conflict');
  });

  it('is not for an organisation that does not attest', async () => {
    const { child8, mother: parent } = world.family.ids;
    const period = { from: later(0), until: later(100) };
    for (const [path, body] of [
      ['orders', { child: child8, institution: 'gi', ...period, proof: hash() }],
      ['fosters', { child: child8, parent, provider: 'gi', ...period }],
      ['capacity', { person: parent, capable: false, representatives: [] }],
      ['deaths', { person: parent }],
      ['secrecy', { person: parent, on: true }],
      ['custody', { child: child8, holders: [parent] }],
    ] as const) {
      const answer = await post(gi, path, body);
      expect([path, answer.status, answer.body.code]).toEqual([path, 403, 'no-authority']);
    }
  });
});

describe('an own file', () => {
  it('is read by the organisation alone, holds what is marked, and shares single messages', async () => {
    const { child8 } = world.family.ids;
    const { compartment } = await made(team, 'files', { subjects: [child8], label: 'Eigen dossier' });
    const shown = (await team.api('GET', `/v1/dossiers/${dossier}`)).body.compartments;
    const readers = shown.find((one: { id: Id }) => one.id === compartment).readers;
    expect(readers).toMatchObject([{ party: 'partner/org-a' }]);
    expect(await send(team, place, 'Met bron', { marks: ['source'] }), 'others read there').toBe('mark-too-wide');
    const marked = await send(team, compartment, 'Met bron', { marks: ['third-person', 'source'] });
    const note = await send(team, compartment, 'Gesprek met het kind');
    await mother.sync();
    expect(mother.mirror.state.compartments.has(compartment)).toBe(false);

    const share = { to: mother.party, rule: 'L04', purpose: 'support', inform: 'before' };
    const weighing = { record: hash(), answers: ['child-heard'] };
    expect((await post(team, 'disclosures', { ...share, items: [marked], weighing })).body.code).toBe('mark-too-wide');
    await made(team, 'disclosures', { ...share, items: [note], weighing });
    await mother.sync();
    const [received] = await mother.receive(dossier, [note]);
    expect((await mother.open(received as NonNullable<typeof received>, 'support')).title).toBe('Gesprek met het kind');
  });

  it('corrects what it wrote', async () => {
    const old = await send(team, place, 'Verslag met een fout');
    const fresh = await send(team, place, 'Verslag', { kind: 'correction' });
    await made(team, 'supersessions', { old, new: fresh });
    expect((await post(team, 'supersessions', { old: told, new: fresh })).body.code).toBe('no-authority');
    await mother.sync();
    await expect(mother.receive(dossier, [old]).then((all) => all.length)).resolves.toBe(0);
    const codes = (await mother.notices(dossier)).notices.map(({ code }) => code);
    expect(codes).toContain('message-replaced');
  });
});

describe('destroying', () => {
  it('is for who wrote it, and not of what the law wants kept; the family hears it', async () => {
    const { compartment } = await made(team, 'files', { subjects: [world.family.ids.child8], label: 'Dossier' });
    const kept = await send(team, compartment, 'Aantekening');
    const report = await send(team, place, 'Verslag dat weg kan');
    expect((await post(gi, 'erasures', { items: [report], ground: 'ERAS' })).body.code).toBe('no-authority');
    expect((await post(team, 'erasures', { items: [kept], ground: 'ERAS' })).body.code).toBe('retention');
    const { act } = await made(team, 'erasures', { items: [report], ground: 'ERAS' });
    expect(act).toMatch(/^[A-Za-z0-9_-]{22}$/);
    await mother.sync();
    const heard = (await mother.notices(dossier)).notices.filter(({ code }) => code === 'message-erased');
    expect(heard).toMatchObject([{ about: report }]);
  });
});

describe('rights', () => {
  it('a request comes in with its term, and is answered, with a ground when it is refused', async () => {
    const about = world.family.ids.child8;
    const right = { kind: 'request' as const, dossier, to: 'org-a', about, items: [] };
    await mother.sync();
    const [access, change] = await mother.state({ ...right, right: 'access' }, { ...right, right: 'rectification' });
    await team.service.partner.sync();
    const { requests } = await acts(team);
    expect(requests).toMatchObject([
      { act: access?.id, right: 'access', by: mother.party, answered: false },
      { act: change?.id, right: 'rectification', answered: false },
    ]);
    const heard = await notices(team);
    expect(heard.notices).toContainEqual(
      expect.objectContaining({ code: 'request-received', text: { nl: expect.any(String), en: expect.any(String) } }),
    );
    expect(heard.clocks).toContainEqual(
      expect.objectContaining({
        id: 'access-answer',
        about: access?.id,
        who: 'partner/org-a',
        over: false,
        stoppedAt: null,
      }),
    );
    await made(team, 'answers', { request: access?.id, outcome: 'granted' });
    expect((await post(team, 'answers', { request: change?.id, outcome: 'refused' })).body.code).toBe('malformed');
    await made(team, 'answers', { request: change?.id, outcome: 'refused', ground: 'L21' });
    expect((await post(team, 'answers', { request: change?.id, outcome: 'granted' })).body.code).toBe(
      'statement-conflict',
    );
    expect((await acts(team)).requests.map(({ answered }: { answered: boolean }) => answered)).toEqual([true, true]);
    const { clocks } = await mother.notices(dossier);
    expect(clocks.find(({ about }) => about === access?.id)?.stoppedAt).toBeTypeOf('number');
  });

  it('reaches an organisation that sees nothing else of who asks', async () => {
    const { child14, ids } = world.family;
    await child14.sync();
    const right = { kind: 'request' as const, dossier, to: 'gi', right: 'access' as const, items: [] };
    const [asked] = await child14.state({ ...right, about: ids.child14 });
    await gi.service.partner.sync();
    expect((await acts(gi)).requests).toMatchObject([{ act: asked?.id, by: child14.party, about: ids.child14 }]);
    await made(gi, 'answers', { request: asked?.id, outcome: 'granted' });
  });
});

describe('seats', () => {
  it('a stand-in reads while its seat runs, waits under an objection until that is weighed, and ends', async () => {
    const seat = (more: object) => ({
      ...{ role: 'member', from: later(0), until: later(30), keys: newIdentity(systemRandom).public, ...more },
    });
    const member = await made(team, 'seats', seat({}));
    const identity = newIdentity(systemRandom);
    const standIn = { role: 'stand-in', for: member.seat, keys: identity.public };
    const { seat: party, act } = await made(team, 'seats', seat(standIn));
    expect(party).toMatch(/^seat\/org-a\//);
    const device = await world.chain.participant(party, { identity });
    await device.sync();
    const read = async () => {
      const [message] = await device.receive(dossier, [told]);
      return message ? (await device.open(message, 'support')).title : 'nothing';
    };
    expect(await read()).toBe('Rekenen');
    await mother.sync();
    await mother.state({ kind: 'objection', dossier, act });
    expect(await read()).toBe('nothing');
    await team.service.partner.sync();
    const shown = async () => (await acts(team)).seats.find((one: { seat: string }) => one.seat === party);
    expect(await shown()).toMatchObject({ role: 'stand-in', for: member.seat, objected: true });
    await made(team, 'weighings', { act, stands: true, weighing: { record: hash(), answers: ['motive'] } });
    expect(await read()).toBe('Rekenen');
    const ended = new Date(world.chain.clock()).toISOString();
    await made(team, `seats/${party.split('/')[2]}/end`, { until: ended });
    await expect(read().catch(({ code }) => code)).resolves.not.toBe('Rekenen');
    expect((await shown()).until).toBe(ended);
  });
});

describe('a consult without a name', () => {
  it('is asked, answered, and names nobody', async () => {
    const text = 'Een kind van acht wil niet meer naar school. Wat kunnen wij doen?';
    const asked = await team.api('POST', '/v1/consults', { to: 'gi', text });
    expect(asked.status).toBe(201);
    const list = async (org: Organisation) => (await org.api('GET', '/v1/consults')).body.consults;
    await gi.service.partner.sync(); // nobody is woken for what is in no dossier
    expect((await list(gi)).map((one: { text: string }) => one.text)).toEqual([text]);
    const answer = { to: 'org-a', text: 'Praat eerst met het kind zelf.', answers: asked.body.act };
    expect((await gi.api('POST', '/v1/consults', answer)).status).toBe(201);
    await team.service.partner.sync();
    expect(await list(team)).toMatchObject([
      { consult: asked.body.act, from: 'partner/org-a', text: null },
      { from: 'partner/gi', answers: asked.body.act, text: answer.text },
    ]);
    const named = await team.api('POST', '/v1/consults', { to: 'gi', text: 'Bel mij op 06-12345678 over het gezin.' });
    expect([named.status, named.body.code]).toEqual([422, 'identifier-in-consult']);
    expect(named.body.detail).toMatch(/^[a-z-]+(, [a-z-]+)*$/);
    expect(JSON.stringify(named.body) + team.lines.join('')).not.toContain('12345678');
  });
});

describe('every route refuses', () => {
  const D = () => `/v1/dossiers/${dossier}`;
  const share = { to: 'partner/gi', rule: 'L08', purpose: 'safety', inform: 'now' };
  const seat = () => ({ role: 'member', keys: newIdentity(systemRandom).public, from: later(0), until: later(1) });
  const weighing = () => ({ record: hash(), answers: ['motive'] });
  const bad: [string, string, () => unknown, number, string, RegExp?][] = [
    ['an unknown key', '/asks', () => ({ colour: 1 }), 400, 'malformed'],
    ['no body', '/disclosures', () => undefined, 400, 'malformed'],
    ['no items', '/disclosures', () => ({ ...share, items: [] }), 400, 'malformed', /items/],
    ['a rule that is none', '/disclosures', () => ({ ...share, rule: 'x', items: [told] }), 400, 'malformed', /rule/],
    ['a rule nobody knows', '/disclosures', () => ({ ...share, rule: 'L99', items: [told] }), 400, 'malformed'],
    ['a message nobody sent', '/disclosures', () => ({ ...share, items: [id()] }), 404, 'unknown-envelope'],
    ['a stranger', '/disclosures', () => ({ ...share, to: `person/${id()}`, items: [told] }), 503, 'key-unregistered'],
    [
      'an answer that is no criterion',
      '/weighings',
      () => ({ act: id(), stands: true, weighing: { record: hash(), answers: ['mood'] } }),
      400,
      'malformed',
      /answers/,
    ],
    ['weighing nothing', '/weighings', () => ({ act: id(), stands: true, weighing: weighing() }), 403, 'no-authority'],
    ['a hash that is none', '/informs', () => ({ act: id(), told: true, record: 'abc' }), 400, 'malformed', /record/],
    ['telling of nothing', '/informs', () => ({ act: id(), told: true, record: hash() }), 403, 'no-authority'],
    ['agreeing with nothing', '/endorsements', () => ({ act: id() }), 403, 'no-authority'],
    ['an answer to nothing', '/answers', () => ({ request: id(), outcome: 'granted' }), 403, 'no-authority'],
    ['an unknown outcome', '/answers', () => ({ request: id(), outcome: 'maybe' }), 400, 'malformed', /outcome/],
    [
      'asking oneself',
      '/asks',
      () => ({ to: 'org-a', rule: 'L06', about: [world.family.ids.child8], purpose: 'measure', record: hash() }),
      400,
      'malformed',
    ],
    [
      'asking about nobody',
      '/asks',
      () => ({ to: 'gi', rule: 'L06', about: [id()], purpose: 'measure', record: hash() }),
      409,
      'statement-out-of-order',
    ],
    ['a file about nobody', '/files', () => ({ subjects: [], label: 'x' }), 400, 'malformed', /subjects/],
    ['a file about a stranger', '/files', () => ({ subjects: [id()], label: 'x' }), 403, 'no-authority'],
    ['a correction of what is not ours', '/supersessions', () => ({ old: told, new: told }), 403, 'no-authority'],
    ['destroying without a ground', '/erasures', () => ({ items: [told] }), 400, 'malformed', /ground/],
    ['a seat that ends before it begins', '/seats', () => ({ ...seat(), until: later(-1) }), 400, 'malformed'],
    ['a time that is none', '/seats', () => ({ ...seat(), until: 'tomorrow' }), 400, 'malformed', /until/],
    ['a stand-in for nobody', '/seats', () => ({ ...seat(), role: 'stand-in' }), 400, 'malformed'],
    ['the end of no seat', `/seats/${'A'.repeat(22)}/end`, () => ({ until: later(0) }), 409, 'statement-out-of-order'],
    [
      'an order that ends before it begins',
      '/orders',
      () => ({ child: world.family.ids.child8, institution: 'gi', from: later(1), until: later(0), proof: hash() }),
      400,
      'malformed',
    ],
    [
      'custody by a guardian and by holders',
      '/custody',
      () => ({ child: world.family.ids.child8, holders: [world.family.ids.mother], guardian: 'gi' }),
      400,
      'malformed',
    ],
  ];
  it.each(bad)('%s', async (_, path, body, status, code, detail) => {
    const answer = await team.api('POST', `${D()}${path}`, body());
    expect([answer.status, answer.body.code, answer.body.message]).toEqual([
      status,
      code,
      ERRORS[code as keyof typeof ERRORS],
    ]);
    expect(answer.body.detail ?? '').toMatch(detail ?? /^/);
  });

  const elsewhere: [string, string, () => string, (() => unknown) | undefined, number, string][] = [
    ['a dossier nobody knows', 'GET', () => `/v1/dossiers/${id()}/acts`, undefined, 404, 'unknown-dossier'],
    ['its notices', 'GET', () => `/v1/dossiers/${id()}/notices`, undefined, 404, 'unknown-dossier'],
    ['an act in it', 'POST', () => `/v1/dossiers/${id()}/endorsements`, () => ({ act: id() }), 404, 'unknown-dossier'],
    ['an empty record', 'POST', () => '/v1/records', () => ({ text: '' }), 400, 'malformed'],
    [
      'a consult with nobody',
      'POST',
      () => '/v1/consults',
      () => ({ to: 'nobody', text: 'Wat nu?' }),
      503,
      'key-unregistered',
    ],
    [
      'a question about no compartment',
      'POST',
      () => '/v1/may-i-share',
      () => ({ compartment: id(), partner: 'gi', purpose: 'safety' }),
      404,
      'unknown-compartment',
    ],
    [
      'a question about no party',
      'POST',
      () => '/v1/may-i-share',
      () => ({ compartment: place, partner: 'No One', purpose: 'safety' }),
      400,
      'malformed',
    ],
  ];
  it.each(elsewhere)('%s', async (_, method, path, body, status, code) => {
    const answer = await team.api(method, path(), body?.());
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });
});
