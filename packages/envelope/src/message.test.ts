/** Laws of a sealed message: what opens, what does not, and that nothing but our own codes ever comes out. */
import { newIdentity, toBase64url } from '@eenmaal/crypto';
import { type Content, EenmaalError, type Envelope, LIMITS } from '@eenmaal/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Draft, type ItemKey, itemKey, openMessage, readEnvelope, readHeader, sealMessage } from './message.ts';
import { paddedLength } from './padding.ts';

const runs = { numRuns: process.env.EENMAAL_LONG ? 2000 : 200 };
const id = (fill: number) => toBase64url(new Uint8Array(16).fill(fill));
const key = new Uint8Array(32).fill(9);
const random = (length: number) => globalThis.crypto.getRandomValues(new Uint8Array(length));
const author = newIdentity((length) => new Uint8Array(length).fill(4));

const draft: Draft = {
  ...{ id: id(1), dossier: id(2), compartment: id(3), epoch: 0, sender: 'partner/b-team', seq: 1 },
  ...{ kind: 'report', purpose: 'support', marks: [], basis: [], attachments: [] },
  ledger: { size: 3, root: toBase64url(new Uint8Array(32).fill(5)) },
};
const content: Content = { title: 'Bezoek', text: 'Verteld.', author: { name: 'A', role: '' }, attachments: [] };
const seal = (change: Partial<Draft> = {}, inside: Content = content) =>
  sealMessage({ ...draft, ...change }, inside, key, author.signing, random);

/** undefined, or the code; anything that is not ours passes through and fails the test. */
function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof EenmaalError) return error.code;
    throw error;
  }
  return undefined;
}
const open = (message: Pick<Envelope, 'header' | 'body'>, secret: Uint8Array) =>
  openMessage(message, itemKey(key, message.header), secret);
const accept = (envelope: Envelope, secret: Uint8Array): Content => {
  readEnvelope(envelope).signature.verify(author.signing.publicKey);
  return open(envelope, secret);
};
const flipped = (bytes: Uint8Array, at: number): Uint8Array => {
  const copy = bytes.slice();
  copy[at >> 3] = (copy[at >> 3] as number) ^ (1 << (at & 7));
  return copy;
};
const flippedText = (text: string, at: number) => Buffer.from(flipped(Buffer.from(text), at)).toString('latin1');

const anyText = (max: number) => fc.string({ unit: 'binary', maxLength: max }).filter((text) => text.length <= max);
const anyContent: fc.Arbitrary<Content> = fc.record(
  {
    title: anyText(60).map((text) => `x${text}`),
    text: anyText(2000),
    author: fc.record(
      { name: anyText(40).map((text) => `x${text}`), role: anyText(40), register: anyText(20) },
      { requiredKeys: ['name', 'role'] },
    ),
    inReplyTo: fc.constant(id(7)),
    attachments: fc.constant([]),
  },
  { requiredKeys: ['title', 'text', 'author', 'attachments'] },
);

describe('a sealed message', () => {
  it('opens to what was sealed, whatever it says', () => {
    fc.assert(
      fc.property(anyContent, (said) => {
        const { envelope, secret } = seal({}, said);
        expect(accept(envelope, secret)).toEqual(said);
      }),
      runs,
    );
  });

  it('has a length from the table', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60_000 }), (length) => {
        const inside = { ...content, text: 'a'.repeat(length) };
        const { envelope } = seal({}, inside);
        expect(envelope.body.length).toBe(48 + paddedLength(JSON.stringify(inside).length + 1));
        expect(readHeader(envelope.header).size).toBe(envelope.body.length);
      }),
      { numRuns: 30 },
    );
  });

  const { envelope, secret } = seal();
  it('is refused when any bit of the body is flipped', () => {
    for (let at = 0; at < envelope.body.length * 8; at += 13) {
      const body = flipped(envelope.body, at);
      expect(codeOf(() => accept({ ...envelope, body }, secret))).toBe('signature-invalid');
      expect(codeOf(() => open({ ...envelope, body }, secret))).toBe('not-readable');
    }
  });
  it('is refused when any bit of the header is flipped', () => {
    for (let at = 0; at < envelope.header.length * 8; at++) {
      const header = flippedText(envelope.header, at);
      const codes = ['malformed', 'signature-invalid', 'unknown-suite', 'body-mismatch'];
      expect(codes).toContain(codeOf(() => accept({ ...envelope, header }, secret)));
      expect(codeOf(() => open({ ...envelope, header }, secret))).toBeDefined();
    }
  });
  it('is refused when any bit of the signature is flipped', () => {
    for (let at = 0; at < envelope.jws.length * 8; at++) {
      const jws = flippedText(envelope.jws, at);
      expect(['malformed', 'signature-invalid', 'wrong-typ']).toContain(
        codeOf(() => accept({ ...envelope, jws }, secret)),
      );
    }
  });
  it('opens with neither key alone', () => {
    expect(codeOf(() => open(envelope, random(32)))).toBe('secret-mismatch');
    expect(codeOf(() => openMessage(envelope, itemKey(random(32), envelope.header), secret))).toBe('not-readable');
  });
  it('opens with its item key, which opens no other message and is not the key of the epoch', () => {
    const other = seal({ id: id(8) });
    const mine = itemKey(key, envelope.header);
    expect(openMessage(envelope, mine, secret)).toEqual(content);
    expect(codeOf(() => openMessage(other.envelope, mine, other.secret))).toBe('not-readable');
    expect(codeOf(() => openMessage(envelope, mine, other.secret))).toBe('secret-mismatch');
    expect(codeOf(() => openMessage(envelope, key as ItemKey, secret))).toBe('not-readable');
    expect(codeOf(() => openMessage(envelope, itemKey(mine, envelope.header), secret))).toBe('not-readable');
  });
  it('carries its marks in the open, in their one order', () => {
    const marked = seal({ marks: ['source', 'address'] });
    expect(readHeader(marked.envelope.header).marks).toEqual(['source', 'address']);
    expect(accept(marked.envelope, marked.secret)).toEqual(content);
  });
  it('never uses one key or secret for two messages', () => {
    const other = seal();
    expect(other.secret).not.toEqual(secret);
    expect(other.envelope.body.subarray(0, 64)).not.toEqual(envelope.body.subarray(0, 64));
    expect(codeOf(() => open(envelope, other.secret))).toBe('secret-mismatch');
    const mixed = { header: envelope.header, body: other.envelope.body };
    expect(codeOf(() => open(mixed, secret))).toBe('not-readable');
  });
});

describe('sealing', () => {
  it.each<[string, () => unknown, string]>([
    ['a body over the limit', () => seal({}, { ...content, text: '€'.repeat(65_000) }), 'too-large'],
    ['a text over the limit', () => seal({}, { ...content, text: 'a'.repeat(120_001) }), 'malformed'],
    ['a lone surrogate', () => seal({}, { ...content, text: 'a\ud83d' }), 'malformed'],
    ['an unknown member', () => seal({}, { ...content, html: '' } as Content), 'malformed'],
    ['a sequence that is no number', () => seal({ seq: Number.NaN }), 'malformed'],
    ['marks in another order', () => seal({ marks: ['address', 'source'] }), 'malformed'],
    ['a mark twice', () => seal({ marks: ['source', 'source'] }), 'malformed'],
    ['an unknown mark', () => seal({ marks: ['urgent' as 'source'] }), 'malformed'],
    ['a sender that is no party', () => seal({ sender: 'ledger' }), 'malformed'],
    [
      'an attachment only outside',
      () => seal({ attachments: [{ id: id(8), chunks: 1, hash: draft.ledger.root }] }),
      'malformed',
    ],
  ])('refuses %s', (_, act, code) => expect(codeOf(act)).toBe(code));

  it('takes the largest text that fits', () => {
    const { envelope } = seal({}, { ...content, text: 'a'.repeat(120_000) });
    expect(envelope.body.length).toBeLessThanOrEqual(LIMITS.body);
  });
});

describe('decoders', () => {
  const noise = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.json(),
    fc.constantFrom('__proto__', '{"suite":"EM1"}', '{"__proto__":1}', '\ud800', 'null', '"'),
    fc.nat({ max: seal().envelope.header.length - 1 }).map((cut) => seal().envelope.header.slice(0, cut)),
  );
  it('throw nothing but our codes', () => {
    fc.assert(
      fc.property(noise, noise, fc.uint8Array({ maxLength: 400 }), (header, jws, body) => {
        expect(codeOf(() => readHeader(header))).toBeDefined();
        expect(codeOf(() => readEnvelope({ header, jws, body }))).toBeDefined();
        expect(codeOf(() => readEnvelope({ ...seal().envelope, jws }))).toBeDefined();
        expect(codeOf(() => open({ header, body }, body))).toBeDefined();
        expect(codeOf(() => open({ header: seal().envelope.header, body }, body))).toBeDefined();
      }),
      runs,
    );
  });
});
