/**
 * Bad input, attachments: chunks that were never uploaded, uploaded twice, changed, swapped, cut or left out. Nobody can
 * change a chunk in the store, so a false answer of the ledger stands in for one that was changed there.
 */
import { newId, type Received, type Transport } from '@eenmaal/client';
import { toBase64url } from '@eenmaal/crypto';
import { sealAttachment } from '@eenmaal/envelope';
import { type AttachmentRef, type Content, type ErrorCode, LIMITS } from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  changed,
  codeOf,
  content,
  craft,
  flipped,
  linkOf,
  type Place,
  refuses,
  startWithFamily,
  submitRaw,
} from './support.ts';

type World = Awaited<ReturnType<typeof startWithFamily>>;
let world: World;
let mother: World['family']['mother'];
let place: Place;
let original: Uint8Array;
let received: Received;
let inside: Content['attachments'][number];
let partner: Awaited<ReturnType<World['chain']['participant']>>;

beforeAll(async () => {
  world = await startWithFamily({ seed: 'attachment' });
  mother = world.family.mother;
  const { chain, family } = world;
  place = {
    dossier: family.dossier,
    compartment: await mother.openCompartment(family.dossier, [family.ids.mother], 'Wonen'),
  };
  await mother.grant(place.dossier, [place.compartment], terms('org-b', chain.clock()));
  original = chain.random(3 * LIMITS.chunk + 1000);
  const attachments = [{ name: 'brief.pdf', type: 'application/pdf', open: () => [original] }];
  const { envelope } = await mother.send({ ...tale(place.dossier, place.compartment, 'Brief'), attachments });
  partner = await chain.participant('partner/org-b');
  await partner.sync();
  received = (await partner.receive(place.dossier, [envelope]))[0] as Received;
  inside = (await partner.open(received, 'support')).attachments[0] as typeof inside;
});
afterAll(() => world?.chain.stop());

/** Everything the attachment gives; what came before an error is thrown away here as the client is told to. */
async function download(transport: Transport = partner.transport, key = inside): Promise<Uint8Array> {
  const reader = await world.chain.participant('partner/org-b', { transport });
  const parts: Uint8Array[] = [];
  for await (const part of reader.attachment(received.header, key)) parts.push(part);
  return Buffer.concat(parts);
}
const serving = (change: Parameters<typeof changed<'chunk'>>[2]) => changed(partner.transport, 'chunk', change);

describe('fetching', () => {
  it('gives what was sent', async () => {
    expect(Buffer.compare(await download(), original)).toBe(0);
  });
  const cases: [string, Parameters<typeof changed<'chunk'>>[2]][] = [
    [
      'a changed chunk',
      ({ answer, attached }, { chunk }) => ({ answer, attached: chunk === 2 ? flipped(attached) : attached }),
    ],
    [
      'a changed first byte of the stream',
      ({ answer, attached }, { chunk }) => ({ answer, attached: chunk === 0 ? flipped(attached, 0) : attached }),
    ],
    [
      'a chunk that is cut off',
      ({ answer, attached }, { chunk }) => ({ answer, attached: chunk === 3 ? attached.subarray(0, 900) : attached }),
    ],
    ['an empty chunk', ({ answer }) => ({ answer, attached: new Uint8Array(0) })],
    [
      'two chunks swapped',
      async (_, request) => {
        const chunk = [0, 2, 1, 3][request.chunk] as number;
        return partner.transport.call({ ...request, chunk });
      },
    ],
    [
      'the last chunk in place of an earlier one',
      (_, request) => partner.transport.call({ ...request, chunk: request.chunk === 1 ? 3 : request.chunk }),
    ],
    ['a chunk given twice', (_, request) => partner.transport.call({ ...request, chunk: Math.min(request.chunk, 2) })],
  ];
  it.each(cases)('%s: damaged', async (_, change) => {
    expect(await codeOf(download(serving(change)))).toBe('attachment-damaged');
  });
  it('another length or another key than was sealed: damaged', async () => {
    expect(await codeOf(download(partner.transport, { ...inside, bytes: inside.bytes - LIMITS.chunk }))).toBe(
      'attachment-damaged',
    );
    const key = toBase64url(world.chain.random(32));
    expect(await codeOf(download(partner.transport, { ...inside, key }))).toBe('attachment-damaged');
  });
  it('a chunk beyond the last: nothing there', () =>
    refuses(
      world.chain,
      'attachment-missing',
      partner.transport.call({ op: 'chunk', envelope: received.header.id, attachment: inside.id, chunk: 4 }),
    ));
  it('an attachment of a message that was not opened, or by somebody else: no basis', async () => {
    const { father } = world.family;
    const ask = { op: 'chunk', envelope: received.header.id, attachment: inside.id, chunk: 0 } as const;
    await refuses(world.chain, 'no-basis', father.transport.call(ask));
    await refuses(world.chain, 'no-basis', partner.transport.call({ ...ask, attachment: newId(world.chain.random) }));
  });
});

describe('sending', () => {
  const LENGTH = 2 * LIMITS.chunk + 5;
  /** Seals an attachment of three chunks, uploads only these, and names it in an envelope with a reference of choice. */
  async function sendWith(numbers: readonly number[], change: (ref: AttachmentRef) => AttachmentRef = (ref) => ref) {
    const { chain, family } = world;
    const id = newId(chain.random);
    const key = chain.random(32);
    const sealed = sealAttachment(id, [chain.random(LENGTH)], key);
    const chunks: Uint8Array[] = [];
    let next = await sealed.next();
    for (; !next.done; next = await sealed.next()) chunks.push(next.value);
    const { ref, bytes } = next.value;
    await linkOf(chain, mother.party, async (link) => {
      for (const chunk of numbers) await link.putChunk(id, chunk, chunks[chunk] ?? new Uint8Array(10));
    });
    const named = { id, name: 'a', type: 'text/plain', bytes, key: toBase64url(key) };
    const whole = { ...content('Met bijlage'), attachments: [named] };
    const { envelope, secret } = craft(chain, mother, family.keys.mother, place, { attachments: [change(ref)] }, whole);
    await submitRaw(mother.transport, envelope, secret);
    return { envelope: JSON.parse(envelope.header).id as string, inside: named };
  }
  const refused = (code: ErrorCode, act: Promise<unknown>) => refuses(world.chain, code, act);

  it('nothing uploaded, one chunk missing, the last one missing', async () => {
    await refused('attachment-missing', sendWith([]));
    await refused('attachment-missing', sendWith([0, 2]));
    await refused('attachment-missing', sendWith([0, 1]));
  });
  it('more chunks than the header names', async () => {
    await refused('attachment-missing', sendWith([0, 1, 2, 3]));
    await refused(
      'attachment-missing',
      sendWith([0, 1, 2], (ref) => ({ ...ref, chunks: 2 })),
    );
  });
  it('as many chunks as the header names under other numbers: the ledger counts, the reader finds out', async () => {
    const { envelope, inside } = await sendWith([0, 1, 7]);
    const [got] = await partner.receive(place.dossier, [envelope]);
    if (!got) throw new Error('not delivered');
    await partner.open(got, 'support');
    const all = async () => {
      for await (const _ of partner.attachment(got.header, inside));
    };
    expect(await codeOf(all)).toBe('attachment-missing');
  });
  it('chunks of another account', async () => {
    await linkOf(world.chain, 'partner/org-b', async (link) => {
      const id = newId(world.chain.random);
      await link.putChunk(id, 0, new Uint8Array(10));
      const named = { id, name: 'a', type: 'text/plain', bytes: 1, key: toBase64url(new Uint8Array(32)) };
      const ref = { id, chunks: 1, hash: toBase64url(new Uint8Array(32)) };
      const whole = { ...content('Van een ander'), attachments: [named] };
      const { envelope, secret } = craft(
        world.chain,
        mother,
        world.family.keys.mother,
        place,
        { attachments: [ref] },
        whole,
      );
      await refused('attachment-missing', submitRaw(mother.transport, envelope, secret));
    });
  });
  it('a chunk uploaded a second time with other bytes: the first one stays', async () => {
    await linkOf(world.chain, mother.party, async (link) => {
      const id = newId(world.chain.random);
      await link.putChunk(id, 0, Uint8Array.of(1));
      expect(await codeOf(link.putChunk(id, 0, Uint8Array.of(2)))).toMatch(/done|envelope-conflict/);
      expect(await world.chain.ledger.store.getChunk('families', id, 0)).toEqual(Uint8Array.of(1));
    });
  });
  it('all of it, as it should be', async () => {
    expect(await codeOf(sendWith([0, 1, 2]))).toBe('done');
  });
});
