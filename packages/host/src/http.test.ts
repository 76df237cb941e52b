/** A server that stops: what is under way is finished, and nobody is waited for who asks nothing or never ends asking. */
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, vi } from 'vitest';
import { endingConnections } from './http.ts';

/** A server that answers when told to, and keeps connections for longer than a test may take. */
async function serve() {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  const server = createServer({ keepAliveTimeout: 120_000 }, async (_request, response) => {
    await given;
    response.end('answered');
  });
  const end = endingConnections(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, end, give, port };
}
const closed = (server: Awaited<ReturnType<typeof serve>>['server']) =>
  new Promise<void>((resolve) => server.close(() => resolve()));

// Without ending them, each of these waits for longer than a test may take.
it('waits for no connection on which nothing was asked', async () => {
  const { server, end, port } = await serve();
  const silent = connect(port, '127.0.0.1');
  await once(silent, 'connect');
  const ended = once(silent, 'close');
  end();
  await closed(server);
  await ended;
});

it('finishes an answer that is under way, and keeps its connection no longer', async () => {
  const { server, end, give, port } = await serve();
  const agent = new Agent({ keepAlive: true });
  const taken = once(server, 'request');
  const asked = request({ agent, port, host: '127.0.0.1' }).end();
  await taken;
  end();
  const stopped = closed(server);
  give();
  const [answer] = await once(asked, 'response');
  expect(await text(answer)).toBe('answered');
  await stopped;
  agent.destroy();
});

it('gives up after a while on who never ends asking', async () => {
  const { server, end, port } = await serve();
  const slow = connect(port, '127.0.0.1');
  const taken = once(server, 'request');
  slow.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf');
  await taken;
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  try {
    end();
    vi.advanceTimersByTime(5000);
  } finally {
    vi.useRealTimers();
  }
  await closed(server);
});
