/** A server that stops: what is under way is finished, and nobody is waited for who asks nothing. */
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { silentConnections } from './http.ts';

it('finishes what is under way, and waits for no connection on which nothing was asked', async () => {
  let asked = () => {};
  const taken = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const server = createServer(async (_request, response) => {
    asked();
    await sleep(300);
    response.end('answered');
  });
  const end = silentConnections(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const silent = connect(port, '127.0.0.1');
  await new Promise<void>((resolve) => silent.once('connect', resolve));
  const ended = new Promise((resolve) => silent.once('close', resolve));
  const answer = fetch(`http://127.0.0.1:${port}/`).then((response) => response.text());
  await taken;
  // without this, closing takes longer than a test may
  end();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  expect(await answer).toBe('answered');
  await ended;
});
