/** Routes that tell what the law says and asks here: may I share, acts, notices and terms, consults without a name. */
import { Id, OrganisationId } from '@eenmaal/model';
import { z } from 'zod';
import { actsOf, noticesOf } from '../law-overview.ts';
import { mayShare } from '../overview.ts';
import { acting, ById, SaidShape, saidShape } from './acting.ts';
import type { ApiOptions, App } from './app.ts';
import { ErrorShape } from './errors.ts';
import {
  ActsShape,
  AdviceShape,
  AskAdvice,
  actsShape,
  adviceShape,
  ConsultShape,
  NoticesShape,
  noticesShape,
} from './law-shapes.ts';
import { toTime } from './shapes.ts';

const ConsultBody = z.strictObject({
  to: OrganisationId,
  text: z.string().min(1).max(16_000).describe('names nobody, and nothing that points to somebody'),
  answers: Id.nullable().default(null).describe('the consult it answers'),
});

export function lawRoutes(app: App, { partner, clock }: ApiOptions): void {
  const { participant } = partner;
  const advice = { body: AskAdvice, response: { 200: AdviceShape, default: ErrorShape } };
  app.post('/v1/may-i-share', { schema: advice }, async ({ body }) =>
    adviceShape(mayShare(participant, body, clock())),
  );

  const acts = { params: ById, response: { 200: ActsShape, default: ErrorShape } };
  app.get('/v1/dossiers/:id/acts', { schema: acts }, async ({ params }) => actsShape(actsOf(participant, params.id)));

  const notices = { params: ById, response: { 200: NoticesShape, default: ErrorShape } };
  app.get('/v1/dossiers/:id/notices', { schema: notices }, async ({ params }) =>
    noticesShape(await partner.ask(() => noticesOf(participant, params.id))),
  );

  const unnamed = { response: { 200: NoticesShape, default: ErrorShape } };
  app.get('/v1/consults/notices', { schema: unnamed }, async () =>
    noticesShape(await partner.ask(() => noticesOf(participant, null))),
  );

  const consult = { body: ConsultBody, response: { 201: SaidShape, default: ErrorShape } };
  app.post('/v1/consults', { schema: consult }, async ({ body }, reply) => {
    const { to, text, answers } = body;
    return reply.code(201).send(saidShape(await acting(partner, () => participant.consult(to, text, answers))));
  });
  const Consults = z.object({ consults: z.array(ConsultShape) });
  app.get('/v1/consults', { schema: { response: { 200: Consults, default: ErrorShape } } }, async () => ({
    consults: participant.consults().map(({ id, at, ...rest }) => ({
      ...{ ...rest, consult: id, at: at === null ? null : toTime(at) },
    })),
  }));
}
