/** Routes that write: upload a file as a stream, send a message with it. */
import type { Readable } from 'node:stream';
import { EenmaalError } from '@eenmaal/model';
import type { Partner } from '../partner.ts';
import type { App } from './app.ts';
import { ErrorShape } from './errors.ts';
import { OCTETS } from './send-file.ts';
import { MessageShape, SentShape, toTime, UploadShape } from './shapes.ts';

/** As much as an attachment holds: 16 GiB. */
const FILE_LIMIT = 16 * 1024 ** 3;

export function writingRoutes(app: App, partner: Partner): void {
  // Handed on as it comes in, never gathered.
  app.addContentTypeParser(OCTETS, (_request, payload, done) => done(null, payload));

  const upload = { consumes: [OCTETS], response: { 201: UploadShape, default: ErrorShape } };
  app.post('/v1/uploads', { schema: upload, bodyLimit: FILE_LIMIT }, async ({ body }, reply) => {
    if (!isStream(body)) throw new EenmaalError('malformed', `the body must be ${OCTETS}`);
    return reply.code(201).send(await partner.upload(body));
  });

  const message = { body: MessageShape, response: { 201: SentShape, default: ErrorShape } };
  app.post('/v1/messages', { schema: message }, async ({ body }, reply) => {
    const sent = await partner.send(body);
    return reply.code(201).send({ ...sent, at: toTime(sent.at) });
  });
}

const isStream = (body: unknown): body is Readable =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
