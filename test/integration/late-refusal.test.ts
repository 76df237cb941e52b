/**
 * The moment between storing a body and logging its message: whatever happens there, the message is refused for the right
 * reason, and its body is gone again. The store is the real one; only a pause is put into it.
 */
import { newId } from '@eenmaal/client';
import { signObject } from '@eenmaal/envelope';
import { EenmaalError } from '@eenmaal/model';
import { startLedger } from '@eenmaal/service-ledger';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { codeOf, craft, noOrphans, type Place, startWithFamily, submitRaw } from './support.ts';

/** Run between body and entry, once. */
let meanwhile: (() => Promise<unknown>) | undefined;
let failAppend: EenmaalError | undefined;
/** Run while a commit is on its way to disk, once. */
let duringAppend: (() => Promise<unknown>) | undefined;
let world: Awaited<ReturnType<typeof startWithFamily>>;
let place: Place;

beforeAll(async () => {
  world = await startWithFamily({
    seed: 'late',
    startLedger: (options) => {
      const { putBody, append } = options.store;
      const store = {
        ...options.store,
        async putBody(bytes: Uint8Array) {
          const stored = await putBody(bytes);
          const act = meanwhile;
          meanwhile = undefined;
          await act?.();
          return stored;
        },
        async append(...args: Parameters<typeof append>) {
          const error = failAppend;
          failAppend = undefined;
          if (error) throw error;
          const act = duringAppend;
          duringAppend = undefined;
          await act?.();
          return append(...args);
        },
      };
      return startLedger({ ...options, store });
    },
  });
  const { family, chain } = world;
  place = {
    dossier: family.dossier,
    compartment: await family.mother.openCompartment(family.dossier, [family.ids.child8], 'School'),
  };
  await family.mother.grant(place.dossier, [place.compartment], terms('org-b', chain.clock()));
  await family.father.sync();
  await family.father.grant(place.dossier, [place.compartment], terms('org-b', chain.clock()));
});
afterAll(() => world?.chain.stop());
afterEach(() => noOrphans(world.chain));

const kinds = async (from: number) => {
  const { journal } = world.chain.ledger;
  const found: string[] = [];
  for (let index = from; index < journal.size; index++) found.push((await journal.entry(index)).event.kind);
  return found;
};
const submit = (by: 'mother' | 'father') => {
  const { chain, family } = world;
  const { envelope, secret } = craft(chain, family[by], family.keys[by], place);
  return submitRaw(family[by].transport, envelope, secret);
};

it('the key goes stale: refused, no body stays, and the client sends again by itself', async () => {
  const { family, chain } = world;
  const { size } = chain.ledger.journal;
  meanwhile = () => family.father.state({ kind: 'withdraw', ...place, partner: 'org-b' });
  expect(await codeOf(submit('mother'))).toBe('stale-epoch');
  expect(await kinds(size)).toEqual(['statement']);
  await noOrphans(chain);
  await family.mother.send(tale(place.dossier, place.compartment, 'Na de wissel'));
});

it('the writer loses its basis: a refusal in the log, no body', async () => {
  const { family, chain, attestor } = world;
  await family.father.grant(place.dossier, [place.compartment], terms('org-a', chain.clock()));
  await family.mother.sync();
  await family.mother.grant(place.dossier, [place.compartment], terms('org-a', chain.clock()));
  await attestor.sync();
  const { size } = chain.ledger.journal;
  meanwhile = () => family.mother.state({ kind: 'withdraw', ...place, partner: 'org-a' });
  expect(await codeOf(attestor.send(tale(place.dossier, place.compartment, 'Te laat')))).toBe('no-basis');
  expect(await kinds(size)).toEqual(['statement', 'refusal']);
});

it('somebody is quicker with the same id or the same number: refused, no body', async () => {
  const { family, chain } = world;
  await family.mother.send(tale(place.dossier, place.compartment, 'Met de nieuwe sleutel'));
  const one = craft(chain, family.mother, family.keys.mother, place);
  const same = (change: object) => craft(chain, family.mother, family.keys.mother, place, change);
  for (const [change, code] of [
    [{ id: one.header.id, seq: one.header.seq + 1 }, 'envelope-conflict'],
    [{ seq: one.header.seq }, 'sequence-replayed'],
  ] as const) {
    const { envelope, secret } = same(change);
    meanwhile = () => submitRaw(family.mother.transport, one.envelope, one.secret);
    expect(await codeOf(submitRaw(family.mother.transport, envelope, secret))).toBe(code);
    await noOrphans(chain);
  }
});

it('the disk is full just then: refused, no body, and the log goes on where it was', async () => {
  const { chain, family } = world;
  const { size } = chain.ledger.journal;
  meanwhile = async () => {
    failAppend = new EenmaalError('storage-full');
  };
  expect(await codeOf(submit('mother'))).toBe('storage-full');
  expect(chain.ledger.journal.size).toBe(size);
  await noOrphans(chain);
  const { index } = await family.mother.send(tale(place.dossier, place.compartment, 'Er is weer plaats'));
  expect(index).toBe(size);
});

it('the same twice, both looked up before either is logged: one entry, and its receipt twice', async () => {
  const { chain, family } = world;
  const { mother } = family;
  await mother.send(tale(place.dossier, place.compartment, 'Nu de sleutel klopt'));
  const { envelope, secret } = craft(chain, mother, family.keys.mother, place);
  const common = { v: 1, id: newId(chain.random), by: mother.party, at: chain.clock() } as const;
  const refusal = { ...common, seen: mother.checkpoints.position, kind: 'refuse', ...place, partner: 'org-c' } as const;
  const statements = [signObject('eenmaal-statement+jws', refusal, family.keys.mother.signing)];
  const stating = async () => (await mother.transport.call({ op: 'state', statements })).answer.receipts[0]?.index;
  const sending = async () => (await submitRaw(mother.transport, envelope, secret)).answer.index;
  let all: Promise<number | undefined>[] = [];
  duringAppend = async () => {
    all = [stating(), stating(), sending(), sending()];
    await new Promise((resolve) => setTimeout(resolve, 150));
  };
  const { size } = chain.ledger.journal;
  await mother.state({ kind: 'refuse', ...place, partner: 'org-a' });
  const [stated, again, sent, sentAgain] = await Promise.all(all);
  expect([again, sentAgain]).toEqual([stated, sent]);
  expect((await kinds(size)).sort()).toEqual(['message', 'statement', 'statement']);
});
