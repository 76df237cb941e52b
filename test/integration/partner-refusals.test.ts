/** What an organisation's program refuses, survives and never shows. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { newId, type Participant } from '@eenmaal/client';
import { newIdentity, toBase64url } from '@eenmaal/crypto';
import { systemRandom } from '@eenmaal/host';
import { ERRORS, type Id } from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fileOf, type Organisation, settingsFor, startOrganisation, TOKEN } from './partner-support.ts';
import { startWithFamily } from './support.ts';

let world: Awaited<ReturnType<typeof startWithFamily>>;
let org: Organisation;
let mother: Participant;
let compartment: Id;
let dossier: Id;
let item: Id;

beforeAll(async () => {
  world = await startWithFamily();
  const { family, chain } = world;
  ({ mother, dossier } = family);
  compartment = await mother.openCompartment(dossier, [family.ids.mother], 'Werk – moeder');
  await mother.grant(dossier, [compartment], terms('org-b', chain.clock()));
  item = (await mother.send(tale(dossier, compartment, 'Verhaal'))).envelope;
  org = await startOrganisation(chain, 'org-b', { pollSeconds: 1 });
  await vi.waitFor(async () => expect((await org.api('GET', '/v1/items')).body.items).toHaveLength(1));
});
afterAll(async () => {
  await org?.stop();
  await world?.chain.stop();
});

const status = async () => (await org.api('GET', '/v1/status')).body;
const message = () => ({ dossier, compartment, kind: 'reply', purpose: 'support', title: 'T', text: 'x' });

describe('the API refuses', () => {
  it.each([
    ['no token', { authorization: '' }],
    ['another token', { authorization: `Bearer ${TOKEN}x` }],
    ['the token in another way', { authorization: `Basic ${TOKEN}` }],
  ])('%s, on every route but two', async (_, headers) => {
    for (const [method, path] of [
      ['GET', '/v1/status'],
      ['GET', '/v1/items'],
      ['POST', `/v1/items/${item}/open`],
      ['POST', '/v1/uploads'],
      ['GET', '/nothing-here'],
    ] as const) {
      const answer = await org.api(method, path, undefined, headers);
      expect([path, answer.status, answer.body.code]).toEqual([path, 401, 'unauthorised']);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    for (const path of ['/healthz', '/openapi.json'])
      expect((await org.api('GET', path, undefined, headers)).status).toBe(200);
  });

  const bad: [string, string, string, () => unknown, number, string, RegExp][] = [
    ['an unknown key', 'POST', '/v1/messages', () => ({ ...message(), colour: 1 }), 400, 'malformed', /colour/],
    ['an unknown key in the address', 'GET', '/v1/items?colour=1', () => undefined, 400, 'malformed', /colour/],
    ['a wrong type', 'POST', '/v1/messages', () => ({ ...message(), title: 3 }), 400, 'malformed', /title/],
    ['an empty title', 'POST', '/v1/messages', () => ({ ...message(), title: '' }), 400, 'malformed', /title/],
    [
      'a fragment from a partner',
      'POST',
      '/v1/messages',
      () => ({ ...message(), kind: 'fragment' }),
      400,
      'malformed',
      /kind/,
    ],
    ['an id that is none', 'GET', '/v1/items/x/content', () => undefined, 400, 'malformed', /id/],
    [
      'an unknown purpose',
      'POST',
      '/v1/items/AAAAAAAAAAAAAAAAAAAAAA/open',
      () => ({ purpose: 'gossip' }),
      400,
      'malformed',
      /purpose/,
    ],
    [
      'a text that is too long',
      'POST',
      '/v1/messages',
      () => ({ ...message(), text: 'x'.repeat(120_001) }),
      400,
      'malformed',
      /text/,
    ],
    [
      'a body that is too large',
      'POST',
      '/v1/messages',
      () => ({ ...message(), text: 'x'.repeat(1_100_000) }),
      413,
      'too-large',
      /body/,
    ],
    [
      'an item nobody sent',
      'POST',
      '/v1/items/AAAAAAAAAAAAAAAAAAAAAA/open',
      () => ({ purpose: 'support' }),
      404,
      'unknown-envelope',
      /^$/,
    ],
    ['a route that is none', 'GET', '/v1/nothing', () => undefined, 400, 'malformed', /route/],
    [
      'a compartment nobody knows',
      'POST',
      '/v1/messages',
      () => ({ ...message(), compartment: newId(systemRandom) }),
      404,
      'unknown-compartment',
      /^$/,
    ],
    [
      'another dossier',
      'POST',
      '/v1/messages',
      () => ({ ...message(), dossier: newId(systemRandom) }),
      400,
      'wrong-dossier',
      /^$/,
    ],
    [
      'an upload that was not made',
      'POST',
      '/v1/messages',
      () => ({ ...message(), attachments: [{ upload: newId(systemRandom), name: 'a', type: '' }] }),
      400,
      'attachment-missing',
      /upload/,
    ],
    [
      'a purpose without consent',
      'POST',
      '/v1/messages',
      () => ({ ...message(), purpose: 'measure' }),
      403,
      'no-basis',
      /^$/,
    ],
    ['an attestation that is not ours to make', 'POST', '/v1/dossiers', () => ({}), 403, 'no-authority', /^$/],
  ];
  it.each(bad)('%s', async (_, method, path, body, expected, code, detail) => {
    const answer = await org.api(method, path, body());
    expect(answer.body).toMatchObject({ code, message: ERRORS[code as keyof typeof ERRORS] });
    expect([answer.status, answer.body.detail ?? '']).toEqual([expected, expect.stringMatching(detail)]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('what is no JSON, without repeating it', async () => {
    const answer = await fetch(`${org.service.url}/v1/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: '{"title": canary-11',
    });
    const text = await answer.text();
    expect([answer.status, JSON.parse(text).code]).toEqual([400, 'malformed']);
    expect(text).not.toContain('canary-11');
  });

  it('a file in another type, and forgets one that breaks off', async () => {
    expect((await org.api('POST', '/v1/uploads', { a: 1 })).body.code).toBe('malformed');
    const broken = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(200_000));
        controller.error(new Error('gone'));
      },
    });
    await expect(org.api('POST', '/v1/uploads', broken)).rejects.toThrow();
    expect((await org.api('GET', '/healthz')).status).toBe(200);
  });
});

describe('the description', () => {
  it('names every route, what it takes and how it refuses', async () => {
    const { body } = await org.api('GET', '/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const inDossier =
      'acts answers asks capacity custody deaths disclosures endorsements erasures files fosters informs notices orders persons seats seats/{seat}/end secrecy supersessions weighings';
    const routes =
      'consults consults/notices dossiers dossiers/{id} items items/{id}/attachments/{attachment} items/{id}/content items/{id}/open may-i-share messages preview records status uploads';
    const expected = [...routes.split(' '), ...inDossier.split(' ').map((name) => `dossiers/{id}/${name}`)];
    expect(Object.keys(body.paths).sort()).toEqual(['/healthz', ...expected.map((path) => `/v1/${path}`)].sort());
    const { post } = body.paths['/v1/messages'];
    expect(post.requestBody.content['application/json'].schema.required).toContain('purpose');
    expect(post.responses.default.content['application/json'].schema.required).toEqual(['code', 'message']);
    expect(body.components.securitySchemes.token).toEqual({ type: 'http', scheme: 'bearer' });
  });
});

describe('an attesting organisation', () => {
  it('opens a dossier and says who is who and who has custody', async () => {
    const attestor = await startOrganisation(world.chain, 'org-a');
    try {
      await expect.poll(async () => (await attestor.api('GET', '/v1/status')).body.ledger).toBe('reachable');
      const made = await attestor.api('POST', '/v1/dossiers');
      expect(made.status).toBe(201);
      const path = `/v1/dossiers/${made.body.dossier}`;
      const adult = { keys: newIdentity(systemRandom).public, turns12: null, turns16: null, turns18: null };
      const parent = (await attestor.api('POST', `${path}/persons`, adult)).body.person;
      const times = {
        turns12: '2030-01-01T00:00:00Z',
        turns16: '2034-01-01T00:00:00Z',
        turns18: '2036-01-01T00:00:00Z',
      };
      const child = (await attestor.api('POST', `${path}/persons`, { keys: null, ...times })).body.person;
      const custody = await attestor.api('POST', `${path}/custody`, { child, holders: [parent] });
      expect(custody.status).toBe(201);
      const { persons } = (await attestor.api('GET', path)).body;
      expect(persons).toContainEqual({
        ...{ id: child, custody: [parent], turns12: '2030-01-01T00:00:00.000Z' },
        ...{ turns16: '2034-01-01T00:00:00.000Z', turns18: '2036-01-01T00:00:00.000Z' },
      });
      const twice = await attestor.api('POST', `${path}/persons`, adult);
      expect([twice.status, twice.body.code]).toEqual([409, 'statement-conflict']);
    } finally {
      await attestor.stop();
    }
  });
});

describe('the program', () => {
  it('goes on by itself when the ledger and the message server come back', async () => {
    const { chain } = world;
    const told = (await mother.send(tale(dossier, compartment, 'Voor de storing'))).envelope;
    await expect.poll(async () => (await org.api('GET', '/v1/items?status=waiting')).body.items.length).toBe(2);
    chain.server.kill('SIGKILL');
    await expect.poll(async () => (await status()).ledger, { timeout: 60_000 }).toBe('unreachable');
    expect((await org.api('GET', '/v1/items')).body.items).toHaveLength(2);
    await chain.server.restart();
    await chain.restartLedger();
    await expect.poll(async () => (await status()).ledger, { timeout: 60_000 }).toBe('reachable');
    expect((await org.api('POST', `/v1/items/${told}/open`, { purpose: 'support' })).status).toBe(200);
  }, 120_000);

  it('starts while there is no message server, and says so', async () => {
    const away = await startOrganisation(world.chain, 'org-c', { natsUrl: ['nats://127.0.0.1:9'] });
    expect((await away.api('GET', '/v1/status')).body).toMatchObject({ ledger: 'unreachable', upToDateAt: null });
    const refused = await away.api('POST', '/v1/messages', message());
    expect(refused.status).toBeGreaterThanOrEqual(400);
    await away.stop();
  });

  it('trusts no ledger that is shorter than what it saw before', async () => {
    await org.restart(async () => {
      const { DatabaseSync } = await import('node:sqlite');
      const db = new DatabaseSync(`${org.stateDir}/index.sqlite`);
      const before = db.prepare("SELECT value FROM meta WHERE name = 'position'").get()?.value as string;
      const longer = JSON.stringify({ size: 1_000_000, root: toBase64url(new Uint8Array(32)) });
      db.prepare("INSERT OR REPLACE INTO meta VALUES ('position', ?), ('kept', ?)").run(longer, before);
      db.close();
    });
    await expect.poll(async () => (await status()).problem).toBe('split-view');
    expect(await status()).toMatchObject({ ledger: 'unreachable', upToDateAt: null });
    const sent = await org.api('POST', '/v1/messages', message());
    expect([sent.status, sent.body.code]).toEqual([503, 'split-view']);
    expect(org.lines.join('')).toContain('split-view');
    await org.restart(async () => {
      const { DatabaseSync } = await import('node:sqlite');
      const db = new DatabaseSync(`${org.stateDir}/index.sqlite`);
      db.exec("UPDATE meta SET value = (SELECT value FROM meta WHERE name = 'kept') WHERE name = 'position'");
      db.close();
      await rm(join(org.stateDir, 'split-view.json')); // only a person takes the mark away
    });
    await expect.poll(async () => (await status()).problem).toBe(null);
  });

  it('leaves no word of what it opened and sent in its log or on its disk', async () => {
    const canary = `canary-${toBase64url(systemRandom(9))}`;
    const file = { name: canary, type: 'text/plain', open: () => [new TextEncoder().encode(canary.repeat(900))] };
    const outgoing = { ...tale(dossier, compartment, canary, canary), attachments: [file] };
    const told = await mother.send({
      ...outgoing,
      content: { ...outgoing.content, author: { name: canary, role: canary } },
    });
    await expect
      .poll(async () => (await org.api('POST', `/v1/items/${told.envelope}/open`, { purpose: 'support' })).status)
      .toBe(200);
    const { body } = await org.api('GET', `/v1/items/${told.envelope}/content`);
    expect(body.title).toBe(canary);
    const path = `/v1/items/${told.envelope}/attachments/${body.attachments[0].id}`;
    expect((await org.api('GET', path)).body).toBe(canary.repeat(900));
    const { upload } = (await org.api('POST', '/v1/uploads', new TextEncoder().encode(canary.repeat(900)))).body;
    const attachments = [{ upload, name: canary, type: canary }];
    const author = { name: canary, role: canary, register: canary };
    const whole = { ...message(), title: canary, text: canary, author, attachments };
    expect((await org.api('POST', '/v1/messages', whole)).status).toBe(201);
    // and where it is refused
    for (const wrong of [
      { ...whole, [canary]: canary },
      { ...whole, purpose: canary },
      { ...whole, purpose: 'measure' },
    ])
      expect((await org.api('POST', '/v1/messages', wrong)).status).toBeGreaterThanOrEqual(400);
    await org.api('GET', `/v1/${canary}?${canary}=${canary}`);
    await org.api('POST', `/v1/items/${told.envelope}/open`, { purpose: canary });

    expect(org.lines.length).toBeGreaterThan(10);
    for (const secret of [canary, Buffer.from(canary).toString('base64'), Buffer.from(canary).toString('hex'), TOKEN]) {
      expect(org.lines.filter((line) => line.includes(secret))).toEqual([]);
      const files = globSync('**/*', { cwd: org.stateDir }).filter((name) => !name.endsWith('/'));
      expect(files).toContain('index.sqlite');
      const holding = files.filter((name) => readFileSync(join(org.stateDir, name)).includes(secret));
      expect(holding).toEqual([]);
    }
  });
});

describe('the command', () => {
  const main = resolve(import.meta.dirname, '../../services/partner/src/main.ts');
  const yaml = (id: string) => JSON.stringify(fileOf(id));

  async function command(args: string[], env: Record<string, string> = {}) {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
      env: { ...process.env, ...env },
    });
    let out = '';
    let problem = '';
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (problem += data));
    return {
      child,
      ended: once(child, 'close').then(([code]) => code as number),
      out: () => out,
      problem: () => problem,
    };
  }

  async function environment(id: string) {
    const settings = await settingsFor(world.chain, id);
    const put = async (name: string, text: string) => {
      await writeFile(join(settings.stateDir, name), text);
      return join(settings.stateDir, name);
    };
    return {
      file: await put('file.yaml', yaml(id)),
      env: {
        EENMAAL_STATE_DIR: settings.stateDir,
        EENMAAL_KEY_SECRET_FILE: await put('secret', toBase64url(settings.keySecret)),
        EENMAAL_REGION_FILE: await put('region.jws', settings.region),
        EENMAAL_API_TOKEN_FILE: await put('token', TOKEN),
        EENMAAL_NATS_URL: settings.natsUrl[0] as string,
        EENMAAL_HTTP_PORT: '0',
      },
    };
  }

  it('enrols with the keys it has, serves, and ends on SIGTERM', async () => {
    const { file, env } = await environment('org-c');
    const enrolled = await command(['--partner', file, 'enrol'], env);
    expect(await enrolled.ended).toBe(0);
    expect(JSON.parse(enrolled.out()).keys).toEqual(world.chain.identityOf('partner/org-c').public);
    const served = await command(['--partner', file], env);
    await expect.poll(served.problem, { timeout: 15_000 }).toMatch(/up to date/);
    const url = /http:\/\/127[.0-9]+:\d+/.exec(served.problem())?.[0];
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    served.child.kill('SIGTERM');
    expect(await served.ended).toBe(0);
    expect(served.problem()).toMatch(/stopped/);
  });

  it('says what is wrong in one line', async () => {
    const { file, env } = await environment('org-c');
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const cases: [string[], Record<string, string>, number, RegExp][] = [
      [[], env, 2, /^Usage/],
      [['--partner', '/nowhere.yaml'], env, 1, /^partner-file-invalid: /],
      [['--partner', file], { ...env, EENMAAL_NATS_URL: 'x' }, 1, /^malformed: .*EENMAAL_NATS_URL/],
      [['--partner', file], { ...env, EENMAAL_KEY_SECRET_FILE: '/nowhere' }, 1, /^keystore-locked: /],
      [['--partner', file], { ...env, EENMAAL_HTTP_PORT: `${port}` }, 1, /^port-taken: /m],
    ];
    for (const [args, more, code, problem] of cases) {
      const ran = await command(args, more);
      expect([await ran.ended, ran.problem()]).toEqual([code, expect.stringMatching(problem)]);
    }
    taken.close();
  });
});
