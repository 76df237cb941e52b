/** Routes for an organisation that opens dossiers and says who is who and who has custody. */
import { Id } from '@eenmaal/model';
import { z } from 'zod';
import { attestCustody, attestPerson, openDossier } from '../attest.ts';
import type { ApiOptions, App } from './app.ts';
import { ErrorShape } from './errors.ts';
import { PersonShape } from './shapes.ts';

const ById = z.strictObject({ id: Id });
const Place = z.number().int().describe('place in the ledger');
const toInstant = (time: string | null): number | null => (time === null ? null : Date.parse(time));

export function attestingRoutes(app: App, { partner, random }: ApiOptions): void {
  const { participant, organisation } = partner;
  /** So that whoever asks next finds it. The statement stands either way. */
  const attest = async <T>(act: () => Promise<T>): Promise<T> => {
    const answer = await partner.ask(act);
    await partner.sync().catch(() => {});
    return answer;
  };

  const dossier = { response: { 201: z.object({ dossier: Id, index: Place }), default: ErrorShape } };
  app.post('/v1/dossiers', { schema: dossier }, async (_request, reply) =>
    reply.code(201).send(await attest(() => openDossier(participant, organisation, random))),
  );

  const person = { params: ById, body: PersonShape };
  const personAnswer = { response: { 201: z.object({ person: Id, index: Place }), default: ErrorShape } };
  app.post('/v1/dossiers/:id/persons', { schema: { ...person, ...personAnswer } }, async ({ params, body }, reply) => {
    const { turns12, turns16, turns18, ...rest } = body;
    const instants = { turns12: toInstant(turns12), turns16: toInstant(turns16), turns18: toInstant(turns18) };
    const said = { ...rest, ...instants };
    const answer = await attest(() => attestPerson(participant, organisation, random, params.id, said));
    return reply.code(201).send(answer);
  });

  const custody = { params: ById, body: z.strictObject({ child: Id, holders: z.array(Id).max(4) }) };
  const custodyAnswer = { response: { 201: z.object({ index: Place }), default: ErrorShape } };
  app.post(
    '/v1/dossiers/:id/custody',
    { schema: { ...custody, ...custodyAnswer } },
    async ({ params, body }, reply) => {
      const { child, holders } = body;
      const answer = await attest(() => attestCustody(participant, organisation, params.id, child, holders));
      return reply.code(201).send(answer);
    },
  );
}
