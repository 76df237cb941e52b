/** Keys are found in the wraps that open, whatever else was wrapped beside them. */
import { newIdentity, toBase64url } from '@eenmaal/crypto';
import { type EpochRef, epochCommitment, epochKey, sealLink, sealWrap } from '@eenmaal/envelope';
import type { PartyId, StatementOf, Wrap } from '@eenmaal/model';
import { expect, it } from 'vitest';
import { KeyRing } from './key-ring.ts';
import type { Mirror, Signed } from './mirror.ts';

const random = (length: number) => globalThis.crypto.getRandomValues(new Uint8Array(length));
const id = (fill: number) => toBase64url(new Uint8Array(16).fill(fill));
const [reader, maker] = [newIdentity(random), newIdentity(random)];
const ME: PartyId = 'partner/school';
const refs = [0, 1, 2].map((epoch): EpochRef => ({ dossier: id(1), compartment: id(2), epoch }));
const history = refs.map(() => random(32));
const by = maker.signing.kid;

function wrapped(epoch: number, sealed?: string): Signed<'epoch'> {
  const ref = refs[epoch] as EpochRef;
  const to = { party: ME, kid: reader.sealing.kid, scope: 'history', by } as const;
  const wrap: Wrap = sealWrap(history[epoch] as Uint8Array, ref, to, reader.sealing.publicKey, random);
  const commitment = epochCommitment(epochKey(history[epoch] as Uint8Array, ref), ref);
  const wraps = [{ ...wrap, sealed: sealed ?? wrap.sealed }];
  return { statement: { kind: 'epoch', ...ref, commitment, wraps } as StatementOf<'epoch'>, kid: by };
}

function ringOf(...statements: Signed<'epoch'>[]): KeyRing {
  const link = sealLink(history[1] as Uint8Array, history[0] as Uint8Array, refs[1] as EpochRef);
  const mirror = { keyStatements: new Map([[id(2), statements]]), linksOf: () => new Map([[1, link]]) };
  return new KeyRing(mirror as unknown as Mirror, ME, reader);
}

it.each([
  ['noise', toBase64url(random(1168))],
  ['no canonical base64url', `${'A'.repeat(1557)}B`],
])('opens the past by an older wrap when the newest one is %s', (_, sealed) => {
  const ring = ringOf(wrapped(0), wrapped(1), wrapped(2, sealed));
  expect(ring.keysOf(refs[0] as EpochRef).history).toEqual(history[0]);
  expect(ring.keysOf(refs[1] as EpochRef).history).toEqual(history[1]);
  expect(() => ring.keysOf(refs[2] as EpochRef)).toThrow(expect.objectContaining({ code: 'not-readable' }));
});
