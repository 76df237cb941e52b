/** One organisation's whole day: messages come in, are opened on request, answered, and cut off. Everything is real. */
import type { Participant } from '@eenmaal/client';
import { whoRead } from '@eenmaal/client';
import type { Id } from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Organisation, startOrganisation } from './partner-support.ts';
import { startWithFamily } from './support.ts';

let world: Awaited<ReturnType<typeof startWithFamily>>;
let org: Organisation;
let mother: Participant;
let compartment: Id;
let dossier: Id;

beforeAll(async () => {
  world = await startWithFamily();
  const { family } = world;
  ({ mother, dossier } = family);
  compartment = await mother.openCompartment(dossier, [family.ids.mother], 'Gezondheid – moeder');
  org = await startOrganisation(world.chain, 'org-b');
});
afterAll(async () => {
  await org?.stop();
  await world?.chain.stop();
});

const items = async (status: string): Promise<{ id: Id; [key: string]: unknown }[]> =>
  (await org.api('GET', `/v1/items?status=${status}`)).body.items;
const waitFor = (status: string, count: number) =>
  expect.poll(async () => (await items(status)).length, { timeout: 10_000, interval: 50 }).toBe(count);

describe('an organisation', () => {
  it('knows nothing before the family says yes', async () => {
    await mother.send(tale(dossier, compartment, 'Verhaal nul'));
    await expect.poll(async () => (await org.api('GET', '/v1/status')).body.ledger).toBe('reachable');
    expect((await org.api('GET', '/v1/dossiers')).body).toEqual({ dossiers: [] });
    expect((await org.api('GET', `/v1/dossiers/${dossier}`)).status).toBe(404);
    expect(await items('waiting')).toEqual([]);
  });

  it('is handed what was agreed, woken by the ledger, and opens nothing by itself', async () => {
    await mother.grant(dossier, [compartment], terms('org-b', world.chain.clock()));
    await mother.send(tale(dossier, compartment, 'Verhaal een'));
    await waitFor('waiting', 2);
    const [first] = await items('waiting');
    expect(first).toMatchObject({ dossier, compartment, kind: 'fragment', accessEnded: false, senderName: null });
    expect(JSON.stringify(first)).not.toContain('Verhaal');
    await mother.sync();
    const read = whoRead(mother.mirror, dossier).flatMap(({ readers }) => readers);
    expect(read.map(({ reader, opened }) => [reader, opened])).toEqual(Array(2).fill(['partner/org-b', null]));
  });

  it('gives content only after opening, and the family sees who opened', async () => {
    const [first] = await items('waiting');
    const refused = await org.api('GET', `/v1/items/${first?.id}/content`);
    expect([refused.status, refused.body.code]).toEqual([403, 'no-basis']);
    const wrong = await org.api('POST', `/v1/items/${first?.id}/open`, { purpose: 'inquiry' });
    expect([wrong.status, wrong.body.code]).toEqual([403, 'no-basis']);
    const opened = await org.api('POST', `/v1/items/${first?.id}/open`, { purpose: 'support' });
    expect(opened.status).toBe(200);
    expect(opened.body).toMatchObject({ title: 'Verhaal nul', item: { status: 'opened', purpose: 'support' } });
    expect((await org.api('GET', `/v1/items/${first?.id}/content`)).body).toEqual(opened.body);
    expect((await org.api('POST', `/v1/items/${first?.id}/open`, { purpose: 'support' })).body).toEqual(opened.body);
    await mother.sync();
    const trail = whoRead(mother.mirror, dossier).find(({ envelope }) => envelope === first?.id);
    expect(trail?.readers[0]?.opened).toBeTypeOf('number');
  });

  it('says who can read, since when, and whether it may share', async () => {
    const { body } = await org.api('GET', `/v1/dossiers/${dossier}`);
    const [shown] = body.compartments;
    expect(shown).toMatchObject({
      id: compartment,
      label: 'Gezondheid – moeder',
      access: { purposes: ['support'], history: true },
    });
    expect(Date.parse(shown.access.since)).toBeLessThanOrEqual(world.chain.clock());
    const { readers } = (await org.api('GET', `/v1/preview?compartment=${compartment}`)).body;
    expect(readers).toEqual(shown.readers);
    expect(readers.map(({ name }: { name: string | null }) => name).sort()).toEqual(['Organisation org-b', null]);
    const ask = (partner: string) => org.api('POST', '/v1/may-i-share', { compartment, partner, purpose: 'support' });
    expect((await ask('org-b')).body).toMatchObject({ mayShare: true, youMayWrite: true, partnerMayRead: true });
    const advice = (await ask('org-c')).body;
    expect(advice).toMatchObject({ mayShare: false, youMayWrite: true, partnerMayRead: false });
    expect(advice.explanation.code).toBe('D-NO-GRANT');
    expect(advice.explanation.articles[0].article).toMatch(/Jeugdwet/);
    expect(advice.explanation.professional.nl).not.toBe('');
  });

  it('replies under its professional, and keeps what it sent', async () => {
    const [first] = await items('opened');
    const message = {
      dossier,
      compartment,
      kind: 'reply',
      purpose: 'support',
      title: 'Antwoord',
      text: 'Dank.',
      inReplyTo: first?.id,
    };
    const sent = await org.api('POST', '/v1/messages', message);
    expect([sent.status, sent.body.kept]).toEqual([201, true]);
    expect((await org.api('GET', `/v1/items/${sent.body.item}/content`)).body).toMatchObject({
      text: 'Dank.',
      inReplyTo: first?.id,
    });
    await mother.sync();
    const [reply] = await mother.receive(dossier, [sent.body.item]);
    const content = await mother.open(reply as NonNullable<typeof reply>, 'support');
    expect(content).toMatchObject({ title: 'Antwoord', author: { name: 'Sam Voorbeeld', register: 'SKJ 000-demo' } });
  });

  it('streams a file out and in', async () => {
    const bytes = new Uint8Array(3_000_001).map((_, i) => i * 7);
    const stream = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 65_536) controller.enqueue(bytes.subarray(at, at + 65_536));
        controller.close();
      },
    });
    const { status, body } = await org.api('POST', '/v1/uploads', stream);
    expect([status, body.bytes]).toEqual([201, bytes.length]);
    const attachments = [{ upload: body.upload, name: 'rapport é.pdf', type: 'application/pdf' }];
    const message = {
      dossier,
      compartment,
      kind: 'report',
      purpose: 'support',
      title: 'Rapport',
      text: '',
      attachments,
    };
    const sent = await org.api('POST', '/v1/messages', message);
    expect(sent.status).toBe(201);
    expect((await org.api('POST', '/v1/messages', message)).body.code).toBe('attachment-missing');
    await mother.sync();
    const [report] = await mother.receive(dossier, [sent.body.item]);
    const { attachments: files } = await mother.open(report as NonNullable<typeof report>, 'support');
    expect(files[0]).toMatchObject({ name: 'rapport é.pdf', type: 'application/pdf', bytes: bytes.length });

    const file = { name: 'foto.jpg', type: 'image/jpeg', open: () => [bytes] };
    const told = await mother.send({ ...tale(dossier, compartment, 'Met foto'), attachments: [file] });
    await waitFor('waiting', 2);
    const opened = await org.api('POST', `/v1/items/${told.envelope}/open`, { purpose: 'support' });
    const [photo] = opened.body.attachments;
    expect(photo).toEqual({ id: photo.id, name: 'foto.jpg', type: 'image/jpeg', bytes: bytes.length });
    const answer = await fetch(`${org.service.url}/v1/items/${told.envelope}/attachments/${photo.id}`, {
      headers: { authorization: 'Bearer a-token-for-tests-of-more-than-32-characters' },
    });
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(Buffer.from(await answer.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true);
  });

  it('finds a delivery again that was logged but never kept', async () => {
    const told = await mother.send(tale(dossier, compartment, 'Bijna kwijt'));
    await waitFor('waiting', 2);
    await org.restart(async () => {
      const { DatabaseSync } = await import('node:sqlite');
      const db = new DatabaseSync(`${org.stateDir}/index.sqlite`);
      db.prepare('DELETE FROM item WHERE id = ?').run(told.envelope);
      db.close();
    });
    await waitFor('waiting', 2);
    expect((await org.api('POST', `/v1/items/${told.envelope}/open`, { purpose: 'support' })).body.title).toBe(
      'Bijna kwijt',
    );
  });

  it('opens nothing more after a withdrawal, not what it had opened either, and says so', async () => {
    const [unopened] = await items('waiting');
    const [opened] = await items('opened');
    await mother.withdraw(dossier, [compartment], 'org-b');
    expect((await org.api('POST', `/v1/items/${unopened?.id}/open`, { purpose: 'support' })).body.code).toBe(
      'no-basis',
    );
    await waitFor('waiting', 0);
    expect(await items('closed')).toMatchObject([{ id: unopened?.id, accessEnded: true }]);
    expect((await org.api('POST', `/v1/items/${unopened?.id}/open`, { purpose: 'support' })).status).toBe(403);
    expect((await org.api('GET', `/v1/items/${unopened?.id}/content`)).status).toBe(403);
    const before = await org.api('GET', `/v1/items/${opened?.id}/content`);
    expect([before.status, before.body.code]).toEqual([403, 'no-basis']);
    expect(await items('opened')).toContainEqual({ ...opened, accessEnded: true });
    const message = { dossier, compartment, kind: 'reply', purpose: 'support', title: 'Nog', text: '' };
    expect([403, 404]).toContain((await org.api('POST', '/v1/messages', message)).status);
    await mother.send(tale(dossier, compartment, 'Daarna'));
    await org.service.partner.sync();
    expect(await items('waiting')).toEqual([]);
  });

  it('gets back what was closed when the family says yes again', async () => {
    await mother.grant(dossier, [compartment], terms('org-b', world.chain.clock()));
    await waitFor('waiting', 2);
    expect(await items('closed')).toEqual([]);
    const [again] = await items('waiting');
    expect((await org.api('POST', `/v1/items/${again?.id}/open`, { purpose: 'support' })).status).toBe(200);
  });

  it('keeps closed what a yes from today on does not cover, and is handed what comes after', async () => {
    const told = await mother.send(tale(dossier, compartment, 'Ongelezen'));
    await expect.poll(async () => (await items('waiting')).map(({ id }) => id)).toContain(told.envelope);
    const unopened = (await items('waiting')).length;
    await mother.withdraw(dossier, [compartment], 'org-b');
    await waitFor('closed', unopened);
    await mother.grant(dossier, [compartment], terms('org-b', world.chain.clock(), { history: false }));
    const fresh = await mother.send(tale(dossier, compartment, 'Vanaf nu'));
    await waitFor('waiting', 1);
    expect((await items('closed')).length).toBe(unopened);
    expect((await items('opened')).every(({ accessEnded }) => accessEnded)).toBe(true);
    const opened = await org.api('POST', `/v1/items/${fresh.envelope}/open`, { purpose: 'support' });
    expect(opened.body).toMatchObject({ title: 'Vanaf nu', item: { accessEnded: false } });
  });
});
