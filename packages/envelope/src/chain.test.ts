/** Laws of the key chain: who can go back, and who cannot. */
import { newIdentity, toBase64url } from '@eenmaal/crypto';
import { EenmaalError } from '@eenmaal/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type EpochRef,
  epochCommitment,
  epochKey,
  newHistoryKey,
  openHistory,
  openLabel,
  openLink,
  sealLabel,
  sealLink,
} from './chain.ts';

const runs = { numRuns: process.env.EENMAAL_LONG ? 1000 : 100 };
const random = (length: number) => globalThis.crypto.getRandomValues(new Uint8Array(length));
const id = () => toBase64url(random(16));
const place = { dossier: id(), compartment: id() };
const at = (epoch: number): EpochRef => ({ ...place, epoch });

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof EenmaalError) return error.code;
    throw error;
  }
  return undefined;
}

describe('a chain', () => {
  const history = Array.from({ length: 8 }, () => newHistoryKey(random));
  const key = (epoch: number) => epochKey(history[epoch] as Uint8Array, at(epoch));
  const links = new Map(
    Array.from({ length: 7 }, (_, i) => [i + 1, sealLink(history[i + 1]!, history[i]!, at(i + 1))] as const),
  );

  it('opens all before, and nothing after', () => {
    for (let epoch = 0; epoch < 8; epoch++) {
      const opened = openHistory(history[epoch]!, at(epoch), links);
      expect([...opened.keys()]).toEqual(Array.from({ length: epoch + 1 }, (_, i) => epoch - i));
      for (const [earlier, found] of opened) expect(found).toEqual(history[earlier]);
      if (epoch < 7)
        expect(codeOf(() => openLink(history[epoch]!, links.get(epoch + 1)!, at(epoch + 1)))).toBe('not-readable');
    }
  });

  it('gives a member from today on neither the past nor the history key', () => {
    for (let epoch = 1; epoch < 8; epoch++) {
      expect(codeOf(() => openLink(key(epoch), links.get(epoch)!, at(epoch)))).toBe('not-readable');
      expect([...openHistory(key(epoch), at(epoch), links).keys()]).toEqual([epoch]);
      expect(epochKey(key(epoch), at(epoch))).not.toEqual(key(epoch));
      expect(key(epoch)).not.toEqual(history[epoch]);
    }
  });

  it('does not open the past to a member without history who made an epoch', () => {
    const later = new Map(links);
    later.set(5, sealLink(history[6]!, history[4]!, at(5))); // epoch 5 was theirs, so they know H_5; 6 was made by another
    expect([...openHistory(history[5]!, at(5), later).keys()]).toEqual([5]);
    expect(openHistory(history[7]!, at(7), later).get(0)).toEqual(history[0]);
    expect(openHistory(history[6]!, at(6), later).get(0)).toEqual(history[0]);
  });

  it('loses to a broken link only what lies before it', () => {
    const broken = new Map(links).set(4, toBase64url(random(48)));
    expect([...openHistory(history[7]!, at(7), broken).keys()]).toEqual([7, 6, 5, 4]);
  });

  it('stops where a link is missing', () => {
    const cut = new Map([...links].filter(([epoch]) => epoch !== 4));
    expect([...openHistory(history[7]!, at(7), cut).keys()]).toEqual([7, 6, 5, 4]);
  });

  it('has another key and commitment in every place', () => {
    const places = [at(1), at(2), at(11), { ...at(1), dossier: id() }, { ...at(1), compartment: id() }];
    const keys = places.map((ref) => epochKey(history[0]!, ref));
    expect(new Set(keys.map(toBase64url)).size).toBe(places.length);
    expect(new Set(places.map((ref) => epochCommitment(history[0]!, ref))).size).toBe(places.length);
  });

  it('shows a member that it was wrapped another key than the others', () => {
    const signed = epochCommitment(key(3), at(3));
    expect(epochCommitment(epochKey(newHistoryKey(random), at(3)), at(3))).not.toBe(signed);
    expect(epochCommitment(epochKey(history[3]!, at(3)), at(3))).toBe(signed);
  });
});

describe('a label', () => {
  const key = random(32);
  it('says what was sealed, always in one length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (label) => {
        const sealed = sealLabel(key, label, at(1));
        expect(sealed).toHaveLength(224);
        expect(openLabel(key, sealed, at(1))).toBe(label);
      }),
      runs,
    );
  });
  it('never has one nonce for two names, so a statement may be made again', () => {
    const nonce = (label: string) => sealLabel(key, label, at(1)).slice(0, 32);
    expect(nonce('Wonen')).toBe(nonce('Wonen'));
    expect(nonce('Wonen')).not.toBe(nonce('School'));
  });
});

describe('decoders', () => {
  const me = newIdentity(random);
  const noise = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.uint8Array({ maxLength: 1300 }).map(toBase64url),
    fc.uint8Array({ minLength: 48, maxLength: 48 }).map(toBase64url),
  );
  it('throw nothing but our codes', () => {
    fc.assert(
      fc.property(noise, (sealed) => {
        expect(codeOf(() => openLink(me.seed.subarray(0, 32), sealed, at(0)))).toBeDefined();
        expect(codeOf(() => openLabel(me.seed.subarray(0, 32), sealed, at(0)))).toBeDefined();
        expect(openHistory(me.seed.subarray(0, 32), at(1), new Map([[1, sealed]])).size).toBe(1);
      }),
      runs,
    );
  });
});
