/** Bad input, envelopes: one thing at a time is wrong with an envelope that is otherwise true, on its way in and out. */
import { newId } from '@eenmaal/client';
import { fromBase64url, hash256, toBase64url } from '@eenmaal/crypto';
import { type Draft, signObject } from '@eenmaal/envelope';
import { type ErrorCode, LIMITS } from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  changed,
  codeOf,
  content,
  craft,
  flipped,
  nextSeq,
  noOrphans,
  type Place,
  raw,
  refuses,
  startWithFamily,
  submitRaw,
} from './support.ts';

let world: Awaited<ReturnType<typeof startWithFamily>>;
let mother: Awaited<ReturnType<typeof startWithFamily>>['family']['mother'];
let place: Place;

beforeAll(async () => {
  world = await startWithFamily({ seed: 'envelope' });
  mother = world.family.mother;
  const { dossier, ids } = world.family;
  place = { dossier, compartment: await mother.openCompartment(dossier, [ids.mother], 'Gezondheid') };
  await mother.grant(dossier, [place.compartment], terms('org-b', world.chain.clock()));
  await mother.send(tale(dossier, place.compartment, 'Eerste'));
  await mother.sync();
});
afterAll(() => world?.chain.stop());

const crafted = (change: Partial<Draft> = {}, inside = content()) =>
  craft(world.chain, mother, world.family.keys.mother, place, change, inside);
const submit = (change: Partial<Draft> = {}) => {
  const { envelope, secret } = crafted(change);
  return submitRaw(mother.transport, envelope, secret);
};
const refused = (code: ErrorCode, act: Parameters<typeof refuses>[2], logged = 0) =>
  refuses(world.chain, code, act, logged);

describe('sequence', () => {
  it('a number used before', () =>
    refused('sequence-replayed', submit({ seq: nextSeq(world.chain, mother.party) - 1 })));
  it(`a number more than a day and ${LIMITS.sequenceWindow} from now`, () =>
    refused(
      'sequence-out-of-window',
      submit({ seq: world.chain.clock() + LIMITS.sequenceAhead + 2 * LIMITS.sequenceWindow }),
    ));
  it('a number that fell out of the window behind', async () => {
    const { ids } = world.family;
    const father = world.family.father;
    const compartment = await father.openCompartment(place.dossier, [ids.father], 'Werk');
    const by = (seq: number) => {
      const where = { dossier: place.dossier, compartment };
      const { envelope, secret } = craft(world.chain, father, world.family.keys.father, where, { seq });
      return submitRaw(father.transport, envelope, secret);
    };
    await by(LIMITS.sequenceWindow - 1);
    await by(0); // the last one that is still inside
    await by(LIMITS.sequenceWindow);
    await refused('sequence-out-of-window', by(1 - 1));
    expect(await codeOf(by(1)), 'the window has moved by one').toBe('done');
  });
});

describe('epoch', () => {
  it('one that is not there yet', () => refused('unknown-epoch', submit({ epoch: 7 })));
  it('the one before, after a rotation', async () => {
    const before = crafted();
    await mother.withdraw(place.dossier, [place.compartment], 'org-b');
    await refused('stale-epoch', submitRaw(mother.transport, before.envelope, before.secret));
    await mother.grant(place.dossier, [place.compartment], terms('org-b', world.chain.clock()));
  });
  it('the newest, when a reader of it may read no more and nobody rotated yet', async () => {
    const { dossier, compartment } = place;
    await mother.state({ kind: 'withdraw', dossier, compartment, partner: 'org-b' });
    await refused('stale-epoch', submit());
    await mother.grant(dossier, [compartment], terms('org-b', world.chain.clock()));
    expect(await codeOf(submit())).toBe('done');
  });
});

describe('place and position', () => {
  it('a dossier the compartment is not in', async () => {
    const other = newId(world.chain.random);
    await world.attestor.state({ kind: 'dossier', dossier: other });
    await refused('wrong-dossier', submit({ dossier: other }));
  });
  it('a compartment that is not there: the same answer as one where the sender may not write', async () => {
    await refused('no-basis', submit({ compartment: newId(world.chain.random) }));
    const { father, ids } = world.family;
    const theirs = await father.openCompartment(place.dossier, [ids.father], 'Geld');
    await refused('no-basis', submit({ compartment: theirs }), 1);
  });
  it('a basis that is none', () => refused('no-basis', submit({ basis: [newId(world.chain.random)] })));
  it('a position the ledger has not reached', () =>
    refused('position-unknown', submit({ ledger: { size: 1_000_000, root: mother.checkpoints.position.root } })));
  it('a position of another history: a split view', async () => {
    const { size, root } = mother.checkpoints.position;
    const other = toBase64url(flipped(fromBase64url(root)));
    await refused('split-view', submit({ ledger: { size, root: other } }));
    await refused('split-view', submit({ ledger: { size: size - 1, root } }));
  });
  it('a release secret that is not the one in the header', () =>
    refused('secret-mismatch', () => submitRaw(mother.transport, crafted().envelope, world.chain.random(32))));
});

describe('the same id', () => {
  it('with another content is a conflict; byte for byte the same it gets its receipt again', async () => {
    const { envelope, secret, header } = crafted();
    const first = await submitRaw(mother.transport, envelope, secret);
    const again = await submitRaw(mother.transport, envelope, secret);
    expect(again.answer.index).toBe(first.answer.index);
    await refused('envelope-conflict', submit({ id: header.id }));
  });
  it('twice at the same moment: one is taken in, and the other leaves no body', async () => {
    const id = newId(world.chain.random);
    const seq = nextSeq(world.chain, mother.party);
    const codes = await Promise.all([codeOf(submit({ id, seq })), codeOf(submit({ id, seq: seq + 1 }))]);
    expect(codes.sort()).toEqual(['done', 'envelope-conflict']);
    await noOrphans(world.chain);
  });
  it('the very same envelope twice at the same moment: one message, the same receipt twice', async () => {
    const { envelope, secret } = crafted();
    const both = await Promise.all([1, 2].map(() => submitRaw(mother.transport, envelope, secret)));
    expect(both[1]?.answer.index).toBe(both[0]?.answer.index);
    await noOrphans(world.chain);
  });
});

describe('opening', () => {
  const delivered = async () => {
    const sent = await mother.send(tale(place.dossier, place.compartment, 'Te lezen'));
    const partner = await world.chain.participant('partner/org-b');
    await partner.sync();
    const [received] = await partner.receive(place.dossier, [sent.envelope]);
    if (!received) throw new Error('nothing was delivered');
    return { partner, received };
  };
  const request = (envelope: string, change: object = {}) => {
    const { clock, random, identityOf } = world.chain;
    const common = { v: 1, id: newId(random), by: 'partner/org-b', envelope, purpose: 'support' } as const;
    const whole = { ...common, at: clock(), seen: mother.checkpoints.position, ...change };
    return { op: 'open', jws: signObject('eenmaal-open+jws', whole, identityOf('partner/org-b').signing) };
  };

  it('a message that does not exist, for a purpose that was not given, at a position that is not there', async () => {
    const { partner, received } = await delivered();
    await refused('no-basis', () => raw(partner.transport, request(newId(world.chain.random))));
    await refused('no-basis', () => raw(partner.transport, request(received.header.id, { purpose: 'inquiry' })), 1);
    const { size, root } = mother.checkpoints.position;
    const far = { seen: { size: size + 100_000, root } };
    await refused('position-unknown', () => raw(partner.transport, request(received.header.id, far)));
    const split = { seen: { size, root: toBase64url(hash256(fromBase64url(root))) } };
    await refused('split-view', () => raw(partner.transport, request(received.header.id, split)));
  });

  it('finds out when what is handed over was changed on the way', async () => {
    const { partner, received } = await delivered();
    const named = [received.header.id];
    const lying = async (change: Parameters<typeof changed<'fetch'>>[2]) => {
      const liar = await world.chain.participant('partner/org-b', {
        transport: changed(partner.transport, 'fetch', change),
      });
      await liar.sync();
      return codeOf(liar.receive(place.dossier, named));
    };
    const header = (turn: (text: string) => string) =>
      lying(({ answer, attached }) => ({
        answer: { ...answer, messages: answer.messages.map((m) => ({ ...m, header: turn(m.header) })) },
        attached,
      }));
    expect(await lying(({ answer, attached }) => ({ answer, attached: flipped(attached) }))).toBe('signature-invalid');
    expect(await lying(({ answer, attached }) => ({ answer, attached: attached.subarray(1) }))).toBe('body-mismatch');
    expect(await header((text) => text.replace('"fragment"', '"expertise"'))).toBe('signature-invalid');
    expect(await header((text) => text.replace('"EM1"', '"EM2"'))).toBe('unknown-suite');
    expect(await header((text) => text.replace('{', '{ '))).toBe('malformed');
    expect(await lying((same) => same)).toBe('done');
  });

  it('finds out when the released secret is another one, and when the body was exchanged', async () => {
    const { partner, received } = await delivered();
    const secret = toBase64url(world.chain.random(32));
    const transport = changed(partner.transport, 'open', ({ answer, attached }) => ({
      answer: { ...answer, secret },
      attached,
    }));
    const cheated = await world.chain.participant('partner/org-b', { transport });
    await cheated.sync();
    expect(await codeOf(cheated.open(received, 'support'))).toBe('secret-mismatch');
    const body = flipped(received.envelope.body);
    const exchanged = { ...received, envelope: { ...received.envelope, body } };
    expect(await codeOf(partner.open(exchanged, 'support'))).toBe('not-readable');
    expect((await partner.open(received, 'support')).title).toBe('Te lezen');
  });
});
