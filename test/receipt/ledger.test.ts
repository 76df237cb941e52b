/** Receipts of a real ledger, made as the family's command line makes them, and checked by the page. */

import { logKeyOf } from '@eenmaal/client';
import { fromBase64url, utf8 } from '@eenmaal/crypto';
import { EenmaalError } from '@eenmaal/model';
import { fetchReceipt, makeReceipt, type Source, trustText } from '@eenmaal/service-family';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWithFamily, type TestChain } from '../integration/support.ts';
import { core } from './page-core.ts';

let chain: TestChain;
let source: Source;
const kinds = new Map<string, number>();

beforeAll(async () => {
  const started = await startWithFamily({ seed: 'receipts' });
  chain = started.chain;
  const { mother, father, dossier, ids } = started.family;
  const compartment = await mother.openCompartment(dossier, [ids.child8], 'School');
  await father.sync();
  for (const parent of [mother, father]) await parent.grant(dossier, [compartment], terms('org-b', chain.clock()));
  await mother.sync();
  await mother.send(tale(dossier, compartment, 'Van school'));
  const reader = await chain.participant('partner/org-b');
  await reader.sync();
  const [received] = await reader.receive(dossier);
  if (received) await reader.open(received, 'support');
  await mother.withdraw(dossier, [compartment], 'org-b');
  await mother.refuse(dossier, [compartment], 'org-c');
  await mother.sync();
  source = { participant: mother, transport: mother.transport, dossier };
});
afterAll(() => chain?.stop());

describe('receipts of a real ledger', () => {
  it('are made and accepted for everything a parent sees', async () => {
    const trust = trustText(source.participant);
    const { size } = source.participant.checkpoints.position;
    for (let index = 0; index < size; index++) {
      const made = await fetchReceipt(source, index).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'malformed' });
        return undefined;
      });
      if (made === undefined) continue;
      const proof = core.checkReceipt(utf8(made), trust);
      expect(proof).toMatchObject({ index, size, origin: logKeyOf(source.participant.region).name });
      // everybody's key is in the registry, so every signature can be checked
      expect(proof.signer).toBe(['delivery', 'refusal', 'writer'].includes(proof.kind) ? 'none' : 'checked');
      kinds.set(proof.kind, index);
    }
    expect([...kinds.keys()]).toEqual(
      expect.arrayContaining(['grant', 'message', 'delivery', 'opening', 'withdraw', 'refuse']),
    );
  });

  it('made later prove that the log only grew since an earlier one', async () => {
    const trust = trustText(source.participant);
    const index = kinds.get('withdraw') ?? 0;
    const earlier = await fetchReceipt(source, index);
    await source.participant.refuse(
      source.dossier,
      [...source.participant.mirror.state.compartments.keys()].slice(0, 1),
      'org-a',
    );
    const later = await fetchReceipt(source, index, earlier);
    const [one, two] = [earlier, later].map((file) => core.checkReceipt(utf8(file), trust)) as [never, never];
    expect(core.compareReceipts(one, two)).toBe('grown');
    expect(core.compareReceipts(one, core.checkReceipt(utf8(await fetchReceipt(source, index)), trust))).toBe(
      'unknown',
    );
  });

  it('are not made of what does not prove anything', async () => {
    const index = kinds.get('grant') ?? 0;
    const { answer } = await source.transport.call({ op: 'view', dossier: source.dossier, after: index - 1 });
    const entry = answer.entries[0] as (typeof answer.entries)[number];
    const { signed: checkpoint, position } = source.participant.checkpoints;
    const proof = (await source.transport.call({ op: 'inclusion', index, size: position.size })).answer.proof;
    const parts = { entry, inclusion: proof.map(fromBase64url), checkpoint, log: logKeyOf(source.participant.region) };
    expect(() => makeReceipt(parts)).not.toThrow();
    const code = (more: object) => {
      try {
        makeReceipt({ ...parts, ...more });
        return undefined;
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(code({ entry: { ...entry, event: `${entry.event} ` } })).toBe('proof-mismatch');
    expect(code({ inclusion: [] })).toBe('proof-length');
    expect(code({ checkpoint: checkpoint.replace(/\n[0-9]+\n/, '\n7\n') })).toBe('note-bad-signature');
    expect(code({ compare: { checkpoint, proof: parts.inclusion } })).toBe('proof-length');
    const lying: Source = {
      ...source,
      transport: {
        call: async (request) => {
          const said = await source.transport.call(request);
          return request.op === 'inclusion' ? { ...said, answer: { proof: [] } as never } : said;
        },
      },
    };
    await expect(fetchReceipt(lying, index)).rejects.toEqual(expect.objectContaining({ code: 'split-view' }));
    await expect(fetchReceipt(source, 10_000)).rejects.toThrow(EenmaalError);
  });
});
