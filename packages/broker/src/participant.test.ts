/** The channel over a real server: asked, answered, survived a crash of the server, and stopped without dropping anybody. */
import { newIdentity, toBase64url, utf8 } from '@eenmaal/crypto';
import { partner } from '@eenmaal/model';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openChannel } from './channel.ts';
import { serveChannels } from './channel-server.ts';
import { ADMIN, random, startTestServer, type TestServer } from './fixture-server.ts';
import { participantLink, serveRequests } from './participant.ts';
import { accountOf, LEDGER_USER } from './subjects.ts';

const ID = toBase64url(random(16));
const CANARY = 'canary-Sanne-slaapt-slecht';
const chunk = { op: 'chunk', envelope: ID, attachment: ID, chunk: 0 } as const;
let server: TestServer;
let ledgerSide: NatsConnection;
beforeAll(async () => {
  server = await startTestServer(['wijkteam']);
  ledgerSide = await server.as(LEDGER_USER);
});
afterAll(() => server.end());

it('carries sealed requests, and the server with all its rights sees none of what is said', async () => {
  const [ledger, wijk] = [newIdentity(random), newIdentity(random)];
  let taken = () => {};
  const serve = serveChannels({
    keys: ledger,
    authenticate: (party, _kid, account) => {
      expect(account).toBe(accountOf(party));
      return wijk.signing.publicKey;
    },
    handle: async (_caller, _request, attached) => {
      taken();
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { answer: {}, attached };
    },
    clock: Date.now,
    random,
  });
  const serving = serveRequests(ledgerSide, serve);
  const admin = await server.as(ADMIN);
  const overheard: string[] = [];
  admin.subscribe('>', { callback: (_error, msg) => void overheard.push(Buffer.from(msg.data).toString('latin1')) });
  await Promise.all([ledgerSide.flush(), admin.flush()]);

  const link = participantLink(await server.as('wijkteam'), 'wijkteam');
  const transport = openChannel({
    request: link.request,
    identity: wijk,
    party: partner('wijkteam'),
    ledgerSealingKey: ledger.sealing.publicKey,
    clock: Date.now,
    random,
  });
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => transport.call(chunk, utf8(`${CANARY} ${i}`))),
  );
  expect(answers.map(({ attached }) => attached)).toEqual(answers.map((_, i) => utf8(`${CANARY} ${i}`)));
  expect(overheard.length).toBeGreaterThan(100);
  expect(overheard.join()).not.toContain(CANARY);

  // Closed, because somebody who listens to everything makes the server believe that requests are answered.
  await admin.close();
  server.kill('SIGKILL');
  await expect(transport.call(chunk)).rejects.toMatchObject({ code: 'ledger-unreachable' });
  await server.restart();
  await expect
    .poll(
      () =>
        transport.call(chunk).then(
          () => 'answered',
          () => 'not yet',
        ),
      { timeout: 10_000 },
    )
    .toBe('answered');

  const takenIn = new Promise<void>((resolve) => (taken = resolve));
  const last = transport.call(chunk);
  await takenIn;
  await serving.stop();
  expect((await last).answer).toEqual({});
  await expect(transport.call(chunk)).rejects.toMatchObject({ code: 'ledger-unreachable' });
}, 40_000);
