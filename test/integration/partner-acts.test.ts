/** Acts under the law over an organisation's API: sharing without consent and what comes with it, on the real chain. */
import { createHash } from 'node:crypto';
import type { Participant } from '@eenmaal/client';
import { fromBase64url, newIdentity } from '@eenmaal/crypto';
import { systemRandom } from '@eenmaal/host';
import type { Id } from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Organisation, startOrganisation, TOKEN } from './partner-support.ts';
import { startWithFamily } from './support.ts';

const DAY = 86_400_000;
let world: Awaited<ReturnType<typeof startWithFamily>>;
let team: Organisation;
let vt: Organisation;
let mother: Participant;
let father: Participant;
let dossier: Id;
/** About the child of 8; the team reads there. */
let safety: Id;
let told: Id;

beforeAll(async () => {
  world = await startWithFamily({ partners: ['org-a', 'team', 'vt:veilig-thuis', 'gi:gi', 'other'] });
  const { family, chain } = world;
  ({ mother, father, dossier } = family);
  safety = await agreed('Veiligheid – kind');
  told = (await mother.send(tale(dossier, safety, 'Zondag'))).envelope;
  await mother.send(tale(dossier, safety, 'Maandag'));
  [team, vt] = await Promise.all([startOrganisation(chain, 'team'), startOrganisation(chain, 'vt')]);
  await vi.waitFor(async () => expect(await items(team)).toHaveLength(2), 10_000);
});
afterAll(async () => {
  await team?.stop();
  await vt?.stop();
  await world?.chain.stop();
});

/** A part about the child of 8 that the team reads with both parents' yes. */
async function agreed(label: string): Promise<Id> {
  const { ids } = world.family;
  const compartment = await mother.openCompartment(dossier, [ids.child8], label);
  for (const parent of [mother, father]) {
    await parent.sync();
    await parent.grant(dossier, [compartment], terms('team', world.chain.clock(), { purposes: ['support', 'safety'] }));
  }
  return compartment;
}
const items = async (org: Organisation): Promise<{ id: Id; status: string }[]> =>
  (await org.api('GET', `/v1/items?dossier=${dossier}`)).body.items;
const post = (org: Organisation, path: string, body: unknown) =>
  org.api('POST', `/v1/dossiers/${dossier}/${path}`, body);
const acts = async (org: Organisation) => (await org.api('GET', `/v1/dossiers/${dossier}/acts`)).body;
const notices = async (org: Organisation) => (await org.api('GET', `/v1/dossiers/${dossier}/notices`)).body;
const open = async (org: Organisation, item: Id, purpose = 'safety') => {
  const { status, body } = await org.api('POST', `/v1/items/${item}/open`, { purpose });
  return status === 200 ? body.title : body.code;
};
const later = (days: number) => new Date(world.chain.clock() + days * DAY).toISOString();
const CRITERIA = ['motive', 'consent-sought', 'harm', 'conscience', 'subsidiarity', 'effectiveness', 'proportionality'];
const REPORT = [...CRITERIA, 'necessity', 'meldcode'];
const report = (record: string, more: object = {}) => ({
  ...{ to: 'partner/vt', rule: 'L08', purpose: 'safety', items: [told], inform: 'now' },
  ...{ weighing: { record, answers: REPORT }, ...more },
});
const record = async (text = 'Ik zag en hoorde dit zelf.') => (await team.api('POST', '/v1/records', { text })).body;

/** A professional's own device, on the organisation's account, with a seat that begins now. */
async function takeSeat(org: Organisation, more: object = {}): Promise<Participant & { statement: Id }> {
  const identity = newIdentity(systemRandom);
  const seat = { role: 'member', from: later(0), until: later(30), keys: identity.public, ...more };
  const made = await post(org, 'seats', seat);
  expect(made.status).toBe(201);
  const device = await world.chain.participant(made.body.seat, { identity });
  await device.sync();
  return Object.assign(device, { statement: made.body.act as Id });
}

describe('may I share this?', () => {
  const ask = async (compartment: Id, partner = 'other', more: object = {}) => {
    const answer = await fetch(`${team.service.url}/v1/may-i-share`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ compartment, partner, purpose: 'safety', ...more }),
    });
    return { status: answer.status, text: await answer.text() };
  };

  it('has one answer, byte for byte, for a no of the mother, of the father, for silence, and for nothing at all', async () => {
    const say = (parent: Participant, at: Id, yes: boolean) =>
      yes
        ? parent.grant(dossier, [at], terms('other', world.chain.clock(), { purposes: ['safety'] }))
        : parent.refuse(dossier, [at], 'other');
    const cases: [string, (at: Id) => Promise<unknown>][] = [
      ['nothing was said', async () => {}],
      ['the mother says no', (at) => say(mother, at, false)],
      ['the father says no', (at) => say(father, at, false)],
      ['yes and no', async (at) => [await say(mother, at, true), await say(father, at, false)]],
      ['no and yes', async (at) => [await say(mother, at, false), await say(father, at, true)]],
      ['yes and silence', (at) => say(mother, at, true)],
      ['silence and yes', (at) => say(father, at, true)],
      ['a yes taken back', async (at) => [await say(mother, at, true), await mother.withdraw(dossier, [at], 'other')]],
    ];
    const places: Id[] = [];
    for (const [name, act] of cases) {
      const place = await agreed(name);
      await father.sync();
      await act(place);
      places.push(place);
    }
    await team.service.partner.sync();
    const [first, ...others] = await Promise.all(places.map((place) => ask(place)));
    expect(first?.status).toBe(200);
    for (const [i, other] of others.entries()) expect(other, cases[i + 1]?.[0]).toEqual(first);
    expect(JSON.parse(first?.text ?? '')).toMatchObject({
      ...{ mayShare: false, youMayWrite: true, partnerMayRead: false },
      explanation: { outcome: 'deny', code: 'D-NO-GRANT', says: [] },
      bases: expect.arrayContaining([expect.objectContaining({ rule: expect.stringMatching(/^L02@/) })]),
    });
  }, 60_000);

  it('names the articles, the words to use, and every basis in law with what it asks', async () => {
    const answer = JSON.parse((await ask(safety, 'vt')).text);
    expect(answer).toMatchObject({ mayShare: false, explanation: { outcome: 'hold', code: 'H-RIGHT-NEEDS-MOTIVE' } });
    for (const reader of ['parent', 'child', 'professional', 'change'])
      expect(answer.explanation[reader]).toEqual({ nl: expect.stringMatching(/\w/), en: expect.stringMatching(/\w/) });
    const [article] = answer.explanation.articles;
    expect(article).toMatchObject({
      article: 'Wmo 2015 5.2.6',
      lawVersion: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
    const basis = answer.bases.find(({ rule }: { rule: string }) => rule.startsWith('L08@'));
    expect(basis).toMatchObject({
      kind: 'right',
      ask: null,
      records: REPORT,
      secondPerson: true,
      inform: 'later-allowed',
    });
    expect(Date.parse(basis.reviewDue)).toBeGreaterThan(world.chain.clock());
    const one = JSON.parse((await ask(safety, 'vt', { rule: 'L08' })).text);
    expect(one.bases).toHaveLength(1);
    expect(JSON.parse((await ask(safety, 'vt', { marks: ['source'] })).text)).toMatchObject({
      explanation: { code: 'D-SOURCE-PROTECTED' },
      bases: [],
    });
  });

  it('answers about a parent, and about the team itself', async () => {
    expect(JSON.parse((await ask(safety, mother.party)).text)).toMatchObject({
      partnerMayRead: true,
      explanation: { code: 'P-OWN' },
    });
    const own = JSON.parse((await ask(safety, 'team')).text);
    expect(own).toMatchObject({ mayShare: true, explanation: { code: 'P-CONSENT-ALL', outcome: 'permit' } });
    expect(own.explanation.says.map(({ said }: { said: string }) => said)).toEqual(['yes', 'yes']);
  });
});

describe('sharing without consent', () => {
  it('keeps of a record a salted hash only, that its owner can prove', async () => {
    const { record: hash, salt } = await record('Dit zag ik.');
    const check = createHash('sha256').update(fromBase64url(salt)).update('Dit zag ik.').digest('base64url');
    expect(hash).toBe(check);
    expect((await record('Dit zag ik.')).record).not.toBe(hash);
    expect(team.lines.join('')).not.toContain('Dit zag ik');
  });

  it('opens one message for one organisation once a second person agreed, and nothing else', async () => {
    const { record: hash } = await record();
    const shared = await post(team, 'disclosures', report(hash));
    expect(shared.status).toBe(201);
    await vt.service.partner.sync();
    expect(await items(vt), 'before the second person').toEqual([]);

    const second = await takeSeat(team);
    expect((await second.notices(dossier)).notices.map(({ code }) => code)).toContain('second-person-wanted');
    await second.state({ kind: 'endorse', dossier, act: shared.body.act });
    await expect.poll(async () => (await items(vt)).map(({ id }) => id), { timeout: 10_000 }).toEqual([told]);
    expect(await open(vt, told, 'support'), 'for another purpose').toBe('no-basis');
    expect(await open(vt, told)).toBe('Zondag');
    expect(await items(vt)).toMatchObject([{ id: told, status: 'opened', accessEnded: false }]);

    const [given] = (await acts(team)).disclosures;
    expect(given).toMatchObject({ act: shared.body.act, endorsed: true, objected: false, ended: false, told: true });
    expect((await acts(vt)).disclosures).toHaveLength(1);
    await mother.sync();
    expect((await mother.notices(dossier)).notices).toContainEqual(
      expect.objectContaining({ code: 'disclosed', about: shared.body.act }),
    );
  }, 30_000);

  it('lets the organisation agree with what a professional shared from an own seat, and keeps what waits', async () => {
    const { record: hash } = await record();
    const professional = await takeSeat(team);
    const [, monday] = await items(team);
    expect(professional.keys.labelOf(safety), 'the keys came with the seat').toBe('Veiligheid – kind');
    const { items: _, ...rest } = report(hash, { ask: null, emergency: false, inform: 'later' });
    const act = await professional.disclose({ dossier, envelopes: [monday?.id], ...rest } as never);
    expect((await post(team, 'endorsements', { act: act.id })).status).toBe(201);
    expect((await post(team, 'endorsements', { act: act.id })).body.code).toBe('statement-conflict');
    await expect.poll(async () => (await items(vt)).length, { timeout: 10_000 }).toBe(2);
    expect(await open(vt, monday?.id as Id)).toBe('Maandag');
    const hears = async () => (await mother.notices(dossier)).notices.filter(({ about }) => about === act.id);
    expect(await hears(), 'until it is told').toEqual([]);
    expect((await post(team, 'informs', { act: act.id, told: false, record: hash })).status).toBe(201);
    expect(await hears()).toEqual([]);
    expect((await post(team, 'informs', { act: act.id, told: true, record: hash })).status).toBe(201);
    expect(await hears()).toMatchObject([{ code: 'disclosed' }]);
    expect((await post(team, 'informs', { act: act.id, told: true, record: hash })).body.code).toBe(
      'statement-out-of-order',
    );
  }, 30_000);

  it('closes what was not opened yet when an objection was weighed and it ends', async () => {
    const fresh = (await mother.send(tale(dossier, safety, 'Dinsdag'))).envelope;
    await expect.poll(async () => (await items(team)).map(({ id }) => id)).toContain(fresh);
    const { record: hash } = await record();
    const second = await takeSeat(team);
    const { act } = (await post(team, 'disclosures', report(hash, { items: [fresh] }))).body;
    await second.state({ kind: 'endorse', dossier, act });
    await expect.poll(async () => (await items(vt)).map(({ id }) => id), { timeout: 10_000 }).toContain(fresh);
    await mother.sync();
    await mother.state({ kind: 'objection', dossier, act });
    const heard = await notices(team);
    expect(heard.notices).toContainEqual(
      expect.objectContaining({
        code: 'objection-made',
        about: act,
        text: expect.objectContaining({ nl: expect.stringContaining('bezwaar') }),
      }),
    );
    expect(heard.clocks).toContainEqual(expect.objectContaining({ id: 'objection-weigh', about: act, over: false }));
    await team.service.partner.sync();
    expect((await acts(team)).disclosures.find((one: { act: Id }) => one.act === act).objected).toBe(true);
    const weighed = await post(team, 'weighings', {
      act,
      stands: false,
      weighing: { record: hash, answers: ['motive'] },
    });
    expect(weighed.status).toBe(201);
    expect(await open(vt, fresh)).toBe('no-basis');
    await expect.poll(async () => (await items(vt)).find(({ id }) => id === fresh)?.status).toBe('closed');
    expect((await mother.notices(dossier)).notices.map(({ code }) => code)).toContain('objection-weighed');
  }, 30_000);

  it('in an emergency at once, with the review as a running term', async () => {
    const { record: hash } = await record();
    const fresh = (await father.send(tale(dossier, safety, 'Spoed'))).envelope;
    await expect.poll(async () => (await items(team)).map(({ id }) => id)).toContain(fresh);
    const { act } = (await post(team, 'disclosures', report(hash, { items: [fresh], emergency: true }))).body;
    await expect.poll(async () => (await items(vt)).map(({ id }) => id), { timeout: 10_000 }).toContain(fresh);
    expect(await open(vt, fresh)).toBe('Spoed');
    const { clocks } = await notices(team);
    expect(clocks).toContainEqual(
      expect.objectContaining({ id: 'emergency-review', about: act, who: 'partner/team', stoppedAt: null }),
    );
  }, 30_000);
});
