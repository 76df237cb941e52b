/** What a participant's verified copy does when the ledger goes away half-way, answers falsely, or two ask at once. */
import { newId, Participant, type ReceivedPage, type Transport } from '@eenmaal/client';
import { EenmaalError, type Id, type Op, type PartyId } from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWithFamily } from './support.ts';

let world: Awaited<ReturnType<typeof startWithFamily>>;
let compartment: Id;
let dossier: Id;
const PARTY: PartyId = 'partner/org-b';

beforeAll(async () => {
  world = await startWithFamily();
  const { family, chain } = world;
  dossier = family.dossier;
  compartment = await family.mother.openCompartment(dossier, [family.ids.mother], 'Werk – moeder');
  await family.mother.grant(dossier, [compartment], terms('org-b', chain.clock()));
});
afterAll(() => world?.chain.stop());

type Bend = (op: Op, answer: Awaited<ReturnType<Transport['call']>>) => typeof answer;

/** org-b over its real channel; `bend` may change an answer, or throw in its place. */
async function bent(bend: Bend): Promise<Participant> {
  const { chain } = world;
  const { transport } = await chain.participant(PARTY);
  const call = async (request: Parameters<Transport['call']>[0], attached?: Uint8Array) =>
    bend(request.op, await transport.call(request, attached));
  const { clock, law, random, region } = chain;
  const identity = chain.identityOf(PARTY);
  return new Participant({ party: PARTY, identity, region, law, clock, random, transport: { call } as Transport });
}

describe('a participant', () => {
  it.each(['changes', 'view', 'checkpoint'] as const)(
    'misses nothing when the ledger goes away at `%s`',
    async (where) => {
      let broken = false;
      const org = await bent((op, answer) => {
        if (broken && op === where) throw new EenmaalError('ledger-unreachable');
        return answer;
      });
      await org.sync();
      await world.family.mother.sync();
      const label = `Nieuw – ${where}`;
      const added = await world.family.mother.openCompartment(dossier, [world.family.ids.mother], label);
      await world.family.mother.grant(dossier, [added], terms('org-b', world.chain.clock()));
      broken = true;
      await expect(org.sync()).rejects.toThrow('ledger-unreachable');
      broken = false;
      await org.sync();
      expect(org.keys.labelOf(added)).toBe(label);
    },
  );

  it('can look at one dossier first, as a program does that was just restarted', async () => {
    const org = await bent((_, answer) => answer);
    await org.mirror.refresh(dossier);
    expect(org.keys.labelOf(compartment)).toBe('Werk – moeder');
  });

  it('reads no page twice when two ask at once', async () => {
    const org = await bent((_, answer) => answer);
    await Promise.all([org.sync(), org.sync(), org.sync()]);
    await Promise.all([org.mirror.refresh(dossier), org.sync(), org.mirror.refresh(dossier)]);
    expect(org.keys.labelOf(compartment)).toBe('Werk – moeder');
    expect(org.preview(compartment).map(({ party }) => party)).toContain(PARTY);
    await expect(org.mirror.refresh(newId(world.chain.random))).rejects.toThrow('unknown-dossier');
    expect(org.keys.labelOf(compartment)).toBe('Werk – moeder');
  });

  it('is not kept from its messages by one that cannot be verified', async () => {
    await world.family.mother.sync();
    for (const title of ['een', 'twee', 'drie']) await world.family.mother.send(tale(dossier, compartment, title));
    let spoil = true;
    const org = await bent((op, answer) => {
      if (op !== 'fetch' || !spoil) return answer;
      const { messages } = answer.answer as { messages: { jws: string }[] };
      const [first, second] = messages;
      if (first && second) second.jws = first.jws;
      return answer;
    });
    await org.sync();
    const pages: ReceivedPage[] = [];
    for await (const page of org.receivePages(dossier)) pages.push(page);
    const received = pages.flatMap((page) => page.received);
    expect(received).toHaveLength(2);
    expect(pages.flatMap(({ refused }) => refused.map(({ error }) => error.code))).toEqual(['signature-invalid']);
    await org.sync();
    const delivered = org.mirror.deliveredTo(PARTY, dossier);
    expect(delivered).toHaveLength(3);
    spoil = false;
    const lost = delivered.filter((id) => !received.some(({ header }) => header.id === id));
    expect(await org.receive(dossier, lost)).toHaveLength(1);
  });
});
