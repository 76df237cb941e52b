import { EenmaalError } from '@eenmaal/model';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { sendFile } from './send-file.ts';

let app: FastifyInstance | undefined;
afterEach(() => app?.close());

/** Serves what `pieces` gives, over a real connection. */
async function ask(bytes: number, pieces: () => AsyncGenerator<Uint8Array>, name = 'a.bin'): Promise<Response> {
  app = Fastify();
  app.setErrorHandler((error, _request, reply) => reply.code(418).send({ code: (error as EenmaalError).code }));
  app.get('/', (_request, reply) => sendFile(reply, { name, bytes }, pieces()));
  return fetch(await app.listen({ port: 0 }));
}
const piece = (fill: number) => new Uint8Array(100_000).fill(fill);

describe('a file as an answer', () => {
  it('is streamed whole', async () => {
    const answer = await ask(300_000, async function* () {
      for (const fill of [1, 2, 3]) yield piece(fill);
    });
    expect(answer.headers.get('content-length')).toBe('300000');
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.concat([piece(1), piece(2), piece(3)]));
  });

  it('may be empty', async () => {
    const answer = await ask(0, async function* () {});
    expect(answer.status).toBe(200);
    expect(await answer.bytes()).toHaveLength(0);
  });

  it.each([
    [1, 'in the middle'],
    [3, 'only at its end'],
  ])('found damaged after %i pieces is never taken for complete', async (good) => {
    const answer = await ask(300_000, async function* () {
      for (let fill = 0; fill < good; fill++) yield piece(fill);
      throw new EenmaalError('attachment-damaged');
    });
    if (good === 1) expect(answer.status).toBe(418);
    else await expect(answer.arrayBuffer()).rejects.toThrow();
  });

  it('that may not be read is an error like any other', async () => {
    // biome-ignore lint/correctness/useYield: refused before the first piece
    const answer = await ask(5, async function* () {
      throw new EenmaalError('no-basis');
    });
    expect([answer.status, await answer.json()]).toEqual([418, { code: 'no-basis' }]);
  });

  it('stops reading when the client goes away', async () => {
    let ended = false;
    const answer = await ask(1e12, async function* () {
      try {
        for (;;) yield piece(1);
      } finally {
        ended = true;
      }
    });
    await answer.body?.cancel();
    await expect.poll(() => ended).toBe(true);
  });

  it('has a name that cannot break out of its header', async () => {
    const answer = await ask(0, async function* () {}, 'a"\r\nx: y\ud800(é).pdf');
    expect(answer.headers.get('content-disposition')).toBe(
      "attachment; filename*=UTF-8''a%22%0D%0Ax%3A%20y%EF%BF%BD%28%C3%A9%29.pdf",
    );
  });
});
