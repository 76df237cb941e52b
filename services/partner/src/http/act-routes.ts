/** Routes for acts under the law: an own file, asking, sharing without consent and what comes with it, rights, seats. */
import { Ask, Disclose, Endorse, Erase, Id, Inform, RightsAnswer, Seat, Supersede, seat, Weigh } from '@eenmaal/model';
import { z } from 'zod';
import { giveSeat, recordOf, say, share } from '../acts.ts';
import { acting, ById, FILLED, SaidShape, saidShape, sayingRoute, toInstant } from './acting.ts';
import type { ApiOptions, App } from './app.ts';
import { ErrorShape } from './errors.ts';
import { Time } from './shapes.ts';

const AskBody = Ask.omit(FILLED);
const ShareBody = Disclose.omit({ ...FILLED, items: true }).extend({
  items: z.array(Id).min(1).max(32).describe('messages this organisation may read itself'),
  ask: Disclose.shape.ask.default(null).describe('the request it answers'),
  weighing: Disclose.shape.weighing.default(null).describe('what /v1/may-i-share says must be recorded'),
  emergency: z.boolean().default(false).describe('the second person comes after, within one working day'),
});
const InformBody = Inform.omit(FILLED);
const WeighBody = Weigh.omit(FILLED);
const AnswerBody = RightsAnswer.omit(FILLED).extend({ ground: RightsAnswer.shape.ground.default(null) });
const EraseBody = Erase.omit(FILLED).extend({
  items: Erase.shape.items.default([]),
  whole: z.boolean().default(false).describe('the whole dossier; then without items'),
  request: Erase.shape.request.default(null),
});
const SeatBody = Seat.omit({ ...FILLED, seat: true }).extend({
  for: Seat.shape.for.default(null).describe('of a stand-in: the seat it stands in for'),
  from: Time,
  until: Time,
  keys: Seat.shape.keys.describe("from the professional's own device"),
});
const RecordBody = z.strictObject({ text: z.string().min(1).max(120_000) });
const FileBody = z.strictObject({ subjects: z.array(Id).min(1).max(8), label: z.string().min(1).max(100) });

export function actRoutes(app: App, { partner, random }: ApiOptions): void {
  const { participant, organisation } = partner;
  const route = <B extends z.ZodType>(path: string, body: B, act: Parameters<typeof sayingRoute<B>>[4]) =>
    sayingRoute(app, partner, path, body, act);

  const recorded = z.object({ record: Ask.shape.record, salt: z.string() });
  const record = { body: RecordBody, response: { 200: recorded, default: ErrorShape } };
  app.post('/v1/records', { schema: record }, async ({ body }) => recordOf(body.text, random));

  const file = { params: ById, body: FileBody, response: { 201: z.object({ compartment: Id }), default: ErrorShape } };
  app.post('/v1/dossiers/:id/files', { schema: file }, async ({ params, body }, reply) => {
    const open = () => participant.openCompartment(params.id, body.subjects, body.label, 'file');
    return reply.code(201).send({ compartment: await acting(partner, open) });
  });

  route('asks', AskBody, (dossier, body) => say(participant, { kind: 'ask', dossier, ...body }));
  route('disclosures', ShareBody, (dossier, body) => share(participant, dossier, body));
  route('endorsements', Endorse.omit(FILLED), (dossier, body) =>
    say(participant, { kind: 'endorse', dossier, ...body }),
  );
  route('informs', InformBody, (dossier, body) => say(participant, { kind: 'inform', dossier, ...body }));
  route('weighings', WeighBody, (dossier, body) => say(participant, { kind: 'weigh', dossier, ...body }));
  route('answers', AnswerBody, (dossier, body) => say(participant, { kind: 'answer', dossier, ...body }));
  route('supersessions', Supersede.omit(FILLED), (dossier, body) =>
    say(participant, { kind: 'supersede', dossier, ...body }),
  );
  route('erasures', EraseBody, (dossier, body) => say(participant, { kind: 'erase', dossier, ...body }));

  const given = SaidShape.extend({ seat: z.string().describe('seat/<organisation>/<id>') });
  const newSeat = { params: ById, body: SeatBody, response: { 201: given, default: ErrorShape } };
  app.post('/v1/dossiers/:id/seats', { schema: newSeat }, async ({ params, body }, reply) => {
    const terms = { ...body, from: toInstant(body.from), until: toInstant(body.until) };
    const made = await acting(partner, () => giveSeat(participant, organisation.id, random, params.id, terms));
    return reply.code(201).send({ seat: made.seat, ...saidShape(made) });
  });
  const ending = {
    params: ById.extend({ seat: Id.describe('the last part of its name') }),
    body: z.strictObject({ until: Time }),
    response: { 201: SaidShape, default: ErrorShape },
  };
  app.post('/v1/dossiers/:id/seats/:seat/end', { schema: ending }, async ({ params, body }, reply) => {
    const ended = { kind: 'seat-end', dossier: params.id, seat: seat(organisation.id, params.seat) } as const;
    const said = await acting(partner, () => say(participant, { ...ended, until: toInstant(body.until) }));
    return reply.code(201).send(saidShape(said));
  });
}
