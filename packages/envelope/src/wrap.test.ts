/** Laws of wraps and consults: each opens for one recipient, in one place, from one signer, and says nothing else. */
import { newIdentity, toBase64url } from '@eenmaal/crypto';
import { EenmaalError } from '@eenmaal/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EpochRef } from './chain.ts';
import { type ConsultFor, openConsult, sealConsult } from './consult.ts';
import { itemKey } from './message.ts';
import { openItem, openWrap, sealItem, sealWrap, type WrapFor } from './wrap.ts';

const runs = { numRuns: process.env.EENMAAL_LONG ? 1000 : 100 };
const random = (length: number) => globalThis.crypto.getRandomValues(new Uint8Array(length));
const id = () => toBase64url(random(16));
const place = { dossier: id(), compartment: id() };
const at = (epoch: number): EpochRef => ({ ...place, epoch });
const [ann, bob, eve] = [1, 2, 3].map((fill) => newIdentity((length) => new Uint8Array(length).fill(fill)));

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof EenmaalError) return error.code;
    throw error;
  }
  return undefined;
}

/** `sealed` with any one bit flipped opens under nothing. */
function neverFlipped(sealed: string, open: (changed: string) => unknown): void {
  const bytes = Buffer.from(sealed, 'base64url');
  fc.assert(
    fc.property(fc.nat({ max: bytes.length * 8 - 1 }), (bit) => {
      const copy = Uint8Array.from(bytes);
      copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(codeOf(() => open(toBase64url(copy)))).toBe('not-readable');
    }),
    runs,
  );
}

describe('a wrap', () => {
  const to: WrapFor = { party: 'partner/b-team', kid: bob!.sealing.kid, scope: 'epoch', by: ann!.signing.kid };
  const key = random(32);
  const wrap = sealWrap(key, at(1), to, bob!.sealing.publicKey, random);

  it('opens for its member, in its place', () => {
    expect(openWrap(wrap, at(1), to.by, bob!.sealing.secretKey)).toEqual(key);
  });
  it.each<[string, () => unknown]>([
    ['for another member', () => openWrap(wrap, at(1), to.by, eve!.sealing.secretKey)],
    ['under another name', () => openWrap({ ...wrap, party: 'partner/c-team' }, at(1), to.by, bob!.sealing.secretKey)],
    ['under another key id', () => openWrap({ ...wrap, kid: eve!.sealing.kid }, at(1), to.by, bob!.sealing.secretKey)],
    ['in another scope', () => openWrap({ ...wrap, scope: 'history' }, at(1), to.by, bob!.sealing.secretKey)],
    ['in another epoch', () => openWrap(wrap, at(2), to.by, bob!.sealing.secretKey)],
    ['in another dossier', () => openWrap(wrap, { ...at(1), dossier: id() }, to.by, bob!.sealing.secretKey)],
    ['in another compartment', () => openWrap(wrap, { ...at(1), compartment: id() }, to.by, bob!.sealing.secretKey)],
    ['from another signer', () => openWrap(wrap, at(1), eve!.signing.kid, bob!.sealing.secretKey)],
  ])('does not open %s', (_, act) => expect(codeOf(act)).toBe('not-readable'));

  it('does not open with any bit flipped', () =>
    neverFlipped(wrap.sealed, (sealed) => openWrap({ ...wrap, sealed }, at(1), to.by, bob!.sealing.secretKey)));
  it('refuses a key that is none', () => {
    expect(codeOf(() => sealWrap(key, at(1), to, new Uint8Array(1216).fill(255), random))).toBe('malformed');
    expect(codeOf(() => sealWrap(key, at(1), to, new Uint8Array(3), random))).toBe('malformed');
  });
});

describe('an item wrap', () => {
  const key = itemKey(random(32), '{"suite":"EM1"}');
  const envelope = id();
  const party = 'partner/b-team';
  const by = ann!.signing.kid;
  const to = { party, kid: bob!.sealing.kid, by };
  const item = sealItem(key, { ...place, envelope }, to, bob!.sealing.publicKey, random);
  const open = (change: Partial<typeof item> = {}, where = {}, from = {}, identity = bob) =>
    openItem({ ...item, ...change }, { ...place, ...where }, { party, by, ...from }, identity!.sealing.secretKey);

  it('opens for its recipient, about its message', () => {
    expect(open()).toEqual(key);
    expect(Buffer.from(item.sealed, 'base64url')).toHaveLength(1168);
  });
  it.each<[string, () => unknown]>([
    ['for another recipient', () => open({}, {}, {}, eve)],
    ['under another name', () => open({}, {}, { party: 'partner/c-team' })],
    ['for a seat of the recipient', () => open({}, {}, { party: `seat/b-team/${id()}` })],
    ['under another key id', () => open({ kid: eve!.sealing.kid })],
    ['copied to another message', () => open({ envelope: id() })],
    ['in another dossier', () => open({}, { dossier: id() })],
    ['in another compartment', () => open({}, { compartment: id() })],
    ['copied by another discloser', () => open({}, {}, { by: eve!.signing.kid })],
  ])('does not open %s', (_, act) => expect(codeOf(act)).toBe('not-readable'));

  it('is never taken for a wrap of an epoch, nor a wrap for it', () => {
    const { kid, sealed } = item;
    for (const scope of ['history', 'epoch'] as const)
      expect(codeOf(() => openWrap({ party, kid, scope, sealed }, at(0), by, bob!.sealing.secretKey))).toBe(
        'not-readable',
      );
    const wrap = sealWrap(random(32), at(0), { ...to, scope: 'epoch' }, bob!.sealing.publicKey, random);
    expect(codeOf(() => open({ sealed: wrap.sealed }))).toBe('not-readable');
    expect(codeOf(() => open({ envelope: '0', sealed: wrap.sealed }))).toBe('not-readable');
  });
  it('does not open with any bit flipped', () => neverFlipped(item.sealed, (sealed) => open({ sealed })));
  it('differs each time, also for the same recipient', () => {
    const again = sealItem(key, { ...place, envelope }, to, bob!.sealing.publicKey, random);
    expect(again.sealed).not.toBe(item.sealed);
    expect(open(again)).toEqual(key);
  });
});

describe('a consult', () => {
  const to: ConsultFor = { id: id(), party: 'partner/b-team', kid: bob!.sealing.kid, by: ann!.signing.kid };
  const seal = (text: string) => sealConsult(text, to, bob!.sealing.publicKey, random).sealed;
  const sealed = seal('Mag ik even meedenken?');
  const open = (change: Partial<ConsultFor> = {}, identity = bob) =>
    openConsult(sealed, { ...to, ...change }, identity!.sealing.secretKey);

  it('says what was sealed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        // a byte order mark in front is no text of ours
        fc.pre(!text.startsWith('\ufeff'));
        expect(openConsult(seal(text), to, bob!.sealing.secretKey)).toBe(text);
      }),
      runs,
    );
  });
  it('shows its length as a bucket only', () => {
    expect(new Set([0, 1, 200, 255].map((length) => seal('a'.repeat(length)).length)).size).toBe(1);
    expect(Buffer.from(seal('a'.repeat(18_431)), 'base64url')).toHaveLength(1120 + 18_432 + 16);
    expect(codeOf(() => seal('a'.repeat(18_432)))).toBe('too-large');
    expect(codeOf(() => seal('€'.repeat(6_144)))).toBe('too-large');
  });
  it.each<[string, () => unknown]>([
    ['for another recipient', () => open({}, eve)],
    ['under another name', () => open({ party: 'partner/c-team' })],
    ['under another key id', () => open({ kid: eve!.sealing.kid })],
    ['in another statement', () => open({ id: id() })],
    ['from another signer', () => open({ by: eve!.signing.kid })],
  ])('does not open %s', (_, act) => expect(codeOf(act)).toBe('not-readable'));
  it('does not open with any bit flipped', () =>
    neverFlipped(sealed, (changed) => openConsult(changed, to, bob!.sealing.secretKey)));
});

describe('decoders', () => {
  const noise = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.uint8Array({ maxLength: 1500 }).map(toBase64url),
    fc.uint8Array({ minLength: 1168, maxLength: 1168 }).map(toBase64url),
  );
  const { signing, sealing } = ann!;
  it('throw nothing but our codes', () => {
    fc.assert(
      fc.property(noise, (sealed) => {
        const to = { party: 'steward', kid: sealing.kid };
        const wrap = { ...to, scope: 'epoch', sealed } as const;
        expect(codeOf(() => openWrap(wrap, at(0), signing.kid, sealing.secretKey))).toBeDefined();
        const item = { envelope: id(), kid: sealing.kid, sealed };
        expect(codeOf(() => openItem(item, place, { ...to, by: signing.kid }, sealing.secretKey))).toBeDefined();
        const consult = { ...to, id: id(), by: signing.kid };
        expect(codeOf(() => openConsult(sealed, consult, sealing.secretKey))).toBeDefined();
      }),
      runs,
    );
  });
});
