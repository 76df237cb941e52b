/** Laws of signed objects: one spelling, one kind, and nothing but our own codes from the reader. */
import { newIdentity, sign, toBase64url, utf8 } from '@eenmaal/crypto';
import { EenmaalError, type OpenRequest, type StatementOf } from '@eenmaal/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readObject, signObject } from './signed.ts';

const runs = { numRuns: process.env.EENMAAL_LONG ? 2000 : 200 };
const me = newIdentity((length) => new Uint8Array(length).fill(4));
const id = (fill: number) => toBase64url(new Uint8Array(16).fill(fill));
const common = {
  ...{ v: 1 as const, id: id(1), by: 'partner/b-team', at: 5 },
  seen: { size: 1, root: toBase64url(new Uint8Array(32).fill(5)) },
};
const withdraw: StatementOf<'withdraw'> = {
  ...common,
  ...{ dossier: id(2), compartment: id(3), kind: 'withdraw', partner: 'c-team' },
};
const request: OpenRequest = {
  ...{ v: 1, id: id(1), by: common.by, envelope: id(2), purpose: 'support', at: 5, seen: common.seen },
};

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof EenmaalError) return error.code;
    throw error;
  }
  return undefined;
}
const read = (jws: string) => {
  const object = readObject('eenmaal-statement+jws', jws);
  object.verify(me.signing.publicKey);
  return object.payload;
};

describe('a signed object', () => {
  it('reads as what was signed, in the one order of members', () => {
    const shuffled = Object.fromEntries(Object.entries(withdraw).reverse()) as typeof withdraw;
    const jws = signObject('eenmaal-statement+jws', shuffled, me.signing);
    expect(jws).toBe(signObject('eenmaal-statement+jws', withdraw, me.signing));
    expect(JSON.stringify(read(jws))).toBe(JSON.stringify(withdraw));
  });
  it('takes every name that is Unicode, and no other', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (name) => {
        const statement = { ...common, kind: 'officer', officer: 'x-team', name, keys: me.public } as const;
        expect(read(signObject('eenmaal-statement+jws', statement, me.signing))).toEqual(statement);
        const broken = { ...statement, name: `${name}\udc00` };
        expect(codeOf(() => signObject('eenmaal-statement+jws', broken, me.signing))).toBe('malformed');
      }),
      runs,
    );
  });
  it('is never taken for another kind', () => {
    const statement = signObject('eenmaal-statement+jws', withdraw, me.signing);
    const open = signObject('eenmaal-open+jws', request, me.signing);
    expect(codeOf(() => readObject('eenmaal-open+jws', statement))).toBe('wrong-typ');
    expect(codeOf(() => readObject('eenmaal-statement+jws', open))).toBe('wrong-typ');
    const relabelled = [statement.split('.')[0], ...open.split('.').slice(1)].join('.');
    expect(codeOf(() => read(relabelled))).toBe('malformed');
  });
  it('is refused with any bit flipped', () => {
    const jws = Buffer.from(signObject('eenmaal-statement+jws', withdraw, me.signing));
    for (let bit = 0; bit < jws.length * 8; bit++) {
      const copy = Buffer.from(jws);
      copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(['malformed', 'wrong-typ', 'signature-invalid']).toContain(codeOf(() => read(copy.toString('latin1'))));
    }
  });
  it('cannot be made of what has not its form', () => {
    const wrong = { ...withdraw, note: '' } as typeof withdraw;
    expect(codeOf(() => signObject('eenmaal-statement+jws', wrong, me.signing))).toBe('malformed');
  });
});

describe('the reader', () => {
  const payload = fc.oneof(fc.json().map(utf8), fc.uint8Array({ maxLength: 300 }));
  it('throws nothing but our codes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), payload, (noise, bytes) => {
        const signed = sign(me.signing, 'eenmaal-statement+jws', bytes);
        for (const jws of [
          noise,
          signed,
          `${signed}${noise}`,
          `${noise}.${noise}.${noise}`,
          signed.slice(noise.length),
        ])
          expect(codeOf(() => read(jws))).toBeDefined();
      }),
      runs,
    );
  });
});
