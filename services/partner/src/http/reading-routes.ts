/** Routes that read: status, dossiers, items, content, attachments, who can read. */
import { Id, isPartner, Purpose } from '@eenmaal/model';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { dossierOf, dossiersOf, readersOf } from '../overview.ts';
import { ById } from './acting.ts';
import type { ApiOptions, App } from './app.ts';
import { ErrorShape } from './errors.ts';
import { OCTETS, sendFile } from './send-file.ts';
import {
  ContentShape,
  compartmentShape,
  contentShape,
  DossierLineShape,
  DossierShape,
  ItemShape,
  ItemStatus,
  itemShape,
  ReaderShape,
  readerShape,
  StatusShape,
  statusShape,
  timeOrNull,
} from './shapes.ts';

const refused = { default: ErrorShape };

export function readingRoutes(app: App, { partner, clock }: ApiOptions): void {
  const { participant, store, organisation } = partner;
  const nameOf = (party: string) =>
    isPartner(party) ? (participant.mirror.state.parties.get(party)?.name ?? null) : null;

  app.get('/v1/status', { schema: { response: { 200: StatusShape, ...refused } } }, async () => {
    const { id, name, attests, purposes } = organisation;
    return { organisation: { id, name, attests, purposes }, ...statusShape(partner.status) };
  });

  const Dossiers = z.object({ dossiers: z.array(DossierLineShape) });
  app.get('/v1/dossiers', { schema: { response: { 200: Dossiers, ...refused } } }, async () => ({
    dossiers: dossiersOf(participant, store),
  }));

  const oneDossier = { params: ById, response: { 200: DossierShape, ...refused } };
  app.get('/v1/dossiers/:id', { schema: oneDossier }, async ({ params }) => {
    const { id, items, persons, compartments } = dossierOf(participant, store, params.id, clock());
    return {
      ...{ id, items, compartments: compartments.map(compartmentShape) },
      persons: persons.map(({ turns12, turns16, turns18, custody, ...person }) => ({
        ...{ ...person, custody: [...custody], turns12: timeOrNull(turns12) },
        ...{ turns16: timeOrNull(turns16), turns18: timeOrNull(turns18) },
      })),
    };
  });

  const Filter = z.strictObject({
    dossier: Id.optional(),
    status: ItemStatus.optional(),
    after: z.coerce.number().int().min(0).default(0).describe('cursor of the last item seen'),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  });
  const Items = z.object({ items: z.array(ItemShape) });
  app.get(
    '/v1/items',
    { schema: { querystring: Filter, response: { 200: Items, ...refused } } },
    async ({ query }) => ({
      items: store.items(query).map((item) => itemShape(item, nameOf)),
    }),
  );

  const open = {
    params: ById,
    body: z.strictObject({ purpose: Purpose }),
    response: { 200: ContentShape, ...refused },
  };
  app.post('/v1/items/:id/open', { schema: open }, async ({ params, body }) =>
    contentShape(await partner.open(params.id, body.purpose), nameOf),
  );
  const content = { params: ById, response: { 200: ContentShape, ...refused } };
  app.get('/v1/items/:id/content', { schema: content }, async ({ params }) =>
    contentShape(await partner.content(params.id), nameOf),
  );

  const file = { params: z.strictObject({ id: Id, attachment: Id }), response: refused, produces: [OCTETS] };
  app.get('/v1/items/:id/attachments/:attachment', { schema: file }, async ({ params }, reply) => {
    const found = await partner.attachment(params.id, params.attachment);
    return sendFile(reply as unknown as FastifyReply, found.file, found.bytes);
  });

  const Preview = z.strictObject({ compartment: Id });
  const Readers = z.object({ readers: z.array(ReaderShape) });
  app.get(
    '/v1/preview',
    { schema: { querystring: Preview, response: { 200: Readers, ...refused } } },
    async ({ query }) => ({
      readers: readersOf(participant, query.compartment).map(readerShape),
    }),
  );
}
