/** An answer that is lost on the way: asked for once more with the very same bytes, and taken in once. */
import type { Participant, Transport } from '@eenmaal/client';
import { EenmaalError, type Request } from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { over } from './guards-support.ts';
import { codeOf, noOrphans, type Place, sameAsReplay, startWithFamily } from './support.ts';

let world: Awaited<ReturnType<typeof startWithFamily>>;
let place: Place;
let reader: Participant & { transport: Transport };
/** What was submitted, as it left. */
let submitted: string[] = [];
/** How many answers to a submission get lost; whether what was asked arrived before that. */
let lost = 0;
let arrives = true;
let meanwhile: (() => Promise<unknown>) | undefined;

beforeAll(async () => {
  world = await startWithFamily({ seed: 'lost answer' });
  const { family, chain } = world;
  const { dossier, ids, mother } = family;
  place = { dossier, compartment: await mother.openCompartment(dossier, [ids.mother], 'Wonen') };
  await mother.grant(dossier, [place.compartment], terms('org-b', chain.clock()));
  const { transport } = await chain.participant('partner/org-b');
  reader = over(chain, 'partner/org-b', chain.identityOf('partner/org-b'), losing(transport));
  await reader.sync();
}, 60_000);
afterAll(() => world?.chain.stop());
beforeEach(() => {
  submitted = [];
  arrives = true;
});

const losing = (honest: Transport): Transport => ({
  async call<R extends Request>(request: R, attached?: Uint8Array) {
    if (request.op !== 'submit') return honest.call(request, attached);
    submitted.push(JSON.stringify([request, Buffer.from(attached ?? []).toString('hex')]));
    const answered = arrives ? await honest.call(request, attached) : null;
    if (lost > 0 || !answered) {
      lost--;
      await meanwhile?.();
      meanwhile = undefined;
      arrives = true;
      throw new EenmaalError('ledger-unreachable');
    }
    return answered;
  },
});
const send = (title: string) => reader.send({ ...tale(place.dossier, place.compartment, title), kind: 'report' });
const messages = () => world.chain.ledger.journal.state.messages.size;

it.each([
  ['after it was taken in', true],
  ['before it arrived', false],
] as const)('lost %s: the same envelope again, one message in the log', async (_, there) => {
  const before = messages();
  lost = 1;
  arrives = there;
  const { envelope, index } = await send('Een bericht');
  expect(submitted).toHaveLength(2);
  expect(submitted[1]).toBe(submitted[0]);
  expect(messages()).toBe(before + 1);
  expect(world.chain.ledger.journal.state.messages.get(envelope)?.index).toBe(index);
  await noOrphans(world.chain);
  await sameAsReplay(world.chain);
});

it('lost twice: said so, and not sent a third time as if it were new', async () => {
  const before = messages();
  lost = 2;
  expect(await codeOf(send('Een bericht'))).toBe('ledger-unreachable');
  expect(submitted).toHaveLength(2);
  expect(messages()).toBe(before + 1);
});

it('a receipt stays a receipt when the writer lost its basis in between', async () => {
  const before = messages();
  lost = 1;
  meanwhile = () => world.family.mother.state({ kind: 'withdraw', ...place, partner: 'org-b' });
  const { envelope, index } = await send('Nog net op tijd');
  expect(world.chain.ledger.journal.state.messages.get(envelope)?.index).toBe(index);
  expect(messages()).toBe(before + 1);
});
