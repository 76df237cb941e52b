/** Routes for an organisation that opens dossiers and says who is who, who has custody, what a judge ordered, who died. */

import { newId } from '@eenmaal/client';
import { Capacity, Custody, Death, Foster, Id, Order, Secrecy } from '@eenmaal/model';
import { z } from 'zod';
import { type Attestation, attest, attestPerson, openDossier } from '../attest.ts';
import { acting, ById, FILLED, SaidShape, saidShape, sayingRoute, toInstant } from './acting.ts';
import type { ApiOptions, App } from './app.ts';
import { ErrorShape } from './errors.ts';
import { PersonShape, Time } from './shapes.ts';

const Place = z.number().int().describe('place in the ledger');
const toInstantOrNull = (time: string | null): number | null => (time === null ? null : toInstant(time));

const CustodyBody = Custody.omit(FILLED).extend({
  guardian: Custody.shape.guardian
    .default(null)
    .describe('the institution that is guardian; then nobody else holds it'),
  partial: Custody.shape.partial.default(null),
});
const period = { from: Time, until: Time };
const OrderBody = Order.omit(FILLED).extend({
  ...period,
  order: Id.optional().describe('made here unless given; given again, its dates are replaced'),
  proof: Order.shape.proof.describe("hash of the court's decision"),
});

export function attestingRoutes(app: App, { partner, random }: ApiOptions): void {
  const { participant, organisation } = partner;
  const about = (attestation: Attestation) => attest(participant, organisation, attestation);
  const dated = <T extends { from: string; until: string }>({ from, until, ...rest }: T) => ({
    ...{ ...rest, from: toInstant(from), until: toInstant(until) },
  });

  const dossier = { response: { 201: z.object({ dossier: Id, index: Place }), default: ErrorShape } };
  app.post('/v1/dossiers', { schema: dossier }, async (_request, reply) =>
    reply.code(201).send(await acting(partner, () => openDossier(participant, organisation, random))),
  );

  const person = { params: ById, body: PersonShape };
  const personAnswer = { response: { 201: z.object({ person: Id, index: Place }), default: ErrorShape } };
  app.post('/v1/dossiers/:id/persons', { schema: { ...person, ...personAnswer } }, async ({ params, body }, reply) => {
    const { turns12, turns16, turns18, ...rest } = body;
    const said = {
      ...{ ...rest, turns12: toInstantOrNull(turns12), turns16: toInstantOrNull(turns16) },
      turns18: toInstantOrNull(turns18),
    };
    const answer = await acting(partner, () => attestPerson(participant, organisation, random, params.id, said));
    return reply.code(201).send(answer);
  });

  sayingRoute(app, partner, 'custody', CustodyBody, (id, body) => about({ kind: 'custody', dossier: id, ...body }));
  sayingRoute(app, partner, 'capacity', Capacity.omit(FILLED), (id, body) =>
    about({ kind: 'capacity', dossier: id, ...body }),
  );
  sayingRoute(app, partner, 'deaths', Death.omit(FILLED), (id, body) => about({ kind: 'death', dossier: id, ...body }));
  sayingRoute(app, partner, 'secrecy', Secrecy.omit(FILLED), (id, body) =>
    about({ kind: 'secrecy', dossier: id, ...body }),
  );
  sayingRoute(app, partner, 'fosters', Foster.omit(FILLED).extend(period), (id, body) =>
    about({ kind: 'foster', dossier: id, ...dated(body) }),
  );

  const order = {
    params: ById,
    body: OrderBody,
    response: { 201: SaidShape.extend({ order: Id }), default: ErrorShape },
  };
  app.post('/v1/dossiers/:id/orders', { schema: order }, async ({ params, body }, reply) => {
    const { order = newId(random), ...rest } = body;
    const said = { kind: 'order', dossier: params.id, order, ...dated(rest) } as const;
    return reply.code(201).send({ order, ...saidShape(await acting(partner, () => about(said))) });
  });
}
