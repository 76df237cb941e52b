/** The HTTP API of one organisation, for its own software: who may ask, how refusals look, what is described where. */

import { equal } from '@eenmaal/crypto';
import { endingConnections, type Log } from '@eenmaal/host';
import { EenmaalError } from '@eenmaal/model';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Partner } from '../partner.ts';
import { hashOfToken } from '../settings.ts';
import { actRoutes } from './act-routes.ts';
import { attestingRoutes } from './attesting-routes.ts';
import { errorHandler } from './errors.ts';
import { lawRoutes } from './law-routes.ts';
import { readingRoutes } from './reading-routes.ts';
import { writingRoutes } from './writing-routes.ts';

/** The bare plumbing every group of routes gets. */
export type App = ReturnType<typeof newApp>;
/** A JSON body: the longest text in its most wasteful spelling fits. */
const JSON_LIMIT = 1024 * 1024;

function newApp() {
  const app = Fastify({
    logger: false,
    bodyLimit: JSON_LIMIT,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 64 },
  });
  const endConnections = endingConnections(app.server);
  app.addHook('preClose', async () => endConnections());
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  return app.withTypeProvider<ZodTypeProvider>();
}

export type ApiOptions = {
  partner: Partner;
  tokenHash: Uint8Array;
  clock(): number;
  random(length: number): Uint8Array;
  log: Log;
};

export async function makeApi(options: ApiOptions): Promise<FastifyInstance> {
  const { partner, log, tokenHash } = options;
  const app = newApp();
  app.setErrorHandler(errorHandler(log));
  app.setNotFoundHandler(() => {
    throw new EenmaalError('malformed', 'no such route');
  });
  app.addHook('onRequest', async ({ headers, routeOptions }, reply) => {
    void reply.headers(HEADERS);
    if (OPEN.includes(routeOptions.url ?? '')) return;
    const [, token = ''] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(headers.authorization ?? '') ?? [];
    // Hashes are compared, so that neither the time taken nor the length says anything.
    if (!equal(hashOfToken(token), tokenHash)) throw new EenmaalError('unauthorised');
  });
  app.addHook('onResponse', async ({ method, routeOptions }, { statusCode, elapsedTime }) => {
    // The route, not the address: that may hold what somebody typed.
    log.debug({ method, route: routeOptions.url, status: statusCode, ms: Math.round(elapsedTime) }, 'answered');
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Eenmaal, for a partner organisation', version: '1', description: DESCRIPTION },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
  });
  const health = z.object({ ok: z.literal(true) });
  app.get('/healthz', { schema: { security: [], response: { 200: health } } }, async () => ({ ok: true as const }));
  app.get('/openapi.json', { schema: { hide: true } as object }, async () => app.swagger());
  readingRoutes(app, options);
  writingRoutes(app, partner);
  attestingRoutes(app, options);
  lawRoutes(app, options);
  actRoutes(app, options);
  await app.ready();
  return app as unknown as FastifyInstance;
}

const OPEN = ['/healthz', '/openapi.json'];
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
const DESCRIPTION =
  'Opening a message is logged in the ledger and the family sees it: open only what somebody will read. ' +
  'Errors have a stable code and a sentence that says what to do.';
