/** The one route of a witness. Who may ask is decided by the log's signature on what is asked, and by nothing else. */

import { endingConnections, type Log } from '@eenmaal/host';
import { ADD_CHECKPOINT_PATH } from '@eenmaal/ledger';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { StateError } from './state.ts';
import type { Witness } from './witness.ts';

/** 63 proof lines take 3 kB, a checkpoint with a hundred signatures less than 20. */
const BODY_LIMIT = 64 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;

/** @param onFatal told when the witness may never cosign again */
export function makeHttp(witness: Witness, log: Log, onFatal: (error: StateError) => void): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    exposeHeadRoutes: false,
  });
  const endConnections = endingConnections(app.server);
  app.addHook('preClose', async () => endConnections());
  app.removeAllContentTypeParsers();
  // The protocol names no content type for a request, so any will do; the body is bytes.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    if (error instanceof StateError) onFatal(error);
    const status = error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 500;
    if (status === 500) log.error({ error }, 'not cosigned');
    return reply
      .code(status)
      .type('text/plain; charset=utf-8')
      .send(status === 413 ? 'too large\n' : 'not cosigned\n');
  });
  app.addHook('onRequest', async (_request, reply) => {
    void reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
  app.post(`/${ADD_CHECKPOINT_PATH}`, async ({ body }, reply) => {
    const answer = await witness.addCheckpoint(body instanceof Uint8Array ? body : new Uint8Array(0));
    // as bytes, so that the content type goes out exactly as the protocol spells it
    return reply.code(answer.status).header('content-type', answer.type).send(Buffer.from(answer.body));
  });
  return app;
}
