/** What every route that says something shares: the act itself, then our own copy brought up to date, and one shape. */
import type { Said } from '@eenmaal/client';
import { Id } from '@eenmaal/model';
import { z } from 'zod';
import type { Partner } from '../partner.ts';
import type { App } from './app.ts';
import { ErrorShape } from './errors.ts';
import { Time, toTime } from './shapes.ts';

export const ById = z.strictObject({ id: Id });
/** Filled in here; all else of a statement is the caller's. */
export const FILLED = { v: true, id: true, by: true, at: true, seen: true, kind: true, dossier: true } as const;
export const toInstant = (time: string): number => Date.parse(time);

export const SaidShape = z.object({
  act: Id.describe('its id: what later acts name it by'),
  index: z.number().int().describe('place in the ledger'),
  at: Time,
});
export const saidShape = ({ id, index, at }: Said) => ({ act: id, index, at: toTime(at) });

/** Says it, then syncs, so that whoever asks next finds it. The statement stands either way. */
export async function acting<T>(partner: Partner, act: () => Promise<T>): Promise<T> {
  const answer = await partner.ask(act);
  await partner.sync().catch(() => {});
  return answer;
}

/** A route in a dossier that says one thing. */
export function sayingRoute<B extends z.ZodType>(
  app: App,
  partner: Partner,
  path: string,
  body: B,
  act: (dossier: Id, given: z.output<B>) => Promise<Said>,
): void {
  const schema = { params: ById, body, response: { 201: SaidShape, default: ErrorShape } };
  app.post(`/v1/dossiers/:id/${path}`, { schema }, async ({ params, body: given }, reply) => {
    const { id } = params as z.output<typeof ById>;
    const said = await acting(partner, () => act(id, given as z.output<B>));
    return reply.code(201).send(saidShape(said));
  });
}
