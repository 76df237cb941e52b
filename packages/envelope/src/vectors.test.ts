/** Every vector in test/vectors/envelope, read by the code that people use. `verify.py` beside them reads them again. */
import { readFileSync } from 'node:fs';
import {
  decapsulate,
  deriveKey,
  encapsulate,
  fromBase64url,
  hash256,
  identityFromSeed,
  sealingKeys,
  sealingThumbprint,
  signingKeysFromSeed,
  toBase64url,
  utf8,
} from '@eenmaal/crypto';
import { EenmaalError, type Wrap } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { epochCommitment, epochKey, openHistory, openLabel, openLink, sealLabel, sealLink } from './chain.ts';
import { openConsult, sealConsult } from './consult.ts';
import { type Draft, type ItemKey, itemKey, openMessage, readEnvelope, sealMessage } from './message.ts';
import { pad, paddedLength, unpad } from './padding.ts';
import { readObject, signObject } from './signed.ts';
import { openItem, openWrap, sealItem, sealWrap } from './wrap.ts';

// biome-ignore lint/suspicious/noExplicitAny: vectors are plain JSON; the comparison with what we compute is the check
type Vector = Record<string, any>;
const load = (name: string): Vector =>
  JSON.parse(readFileSync(`${import.meta.dirname}/../../../test/vectors/envelope/${name}.json`, 'utf8'));
const cases = (of: Vector): Vector[] => of as Vector[];
const bytes = (value: string | { repeat: number; times: number }): Uint8Array =>
  typeof value === 'string' ? fromBase64url(value) : new Uint8Array(value.times).fill(value.repeat);

/** The code of what `action` throws; any other exception is a bug and passes through. */
function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof EenmaalError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('keys', () => {
  it.each(cases(load('derive-key').cases))('derive %#', ({ key, label, parts, length, out }) => {
    expect(toBase64url(deriveKey(bytes(key), label, parts.map(bytes), length))).toBe(out);
  });

  it.each(cases(load('thumbprints').cases))('are named by their thumbprints %#', (stated) => {
    const identity = identityFromSeed(bytes(stated.seed));
    expect(identity.public).toEqual({ signing: stated.signing, sealing: stated.sealing });
    expect([identity.signing.kid, identity.sealing.kid]).toEqual([stated.kid, stated.sealingKid]);
  });
});

describe('padding', () => {
  const { padded, unpad: marked } = load('padding');
  it.each(padded as [number, number][])('of %d bytes comes to %d', (length, expected) =>
    expect(paddedLength(length)).toBe(expected),
  );
  it.each(cases(marked))('is taken off %#', ({ padded: given, content, error }) => {
    if (error) return expect(codeOf(() => unpad(bytes(given)))).toBe(error);
    expect(toBase64url(unpad(bytes(given)))).toBe(content);
    expect(toBase64url(pad(bytes(content)))).toBe(given);
  });
});

describe('a key chain', () => {
  const { epochs, links, badLinks, labels, badLabels, ...of } = load('chain');
  const ref = (epoch: number, change = {}) => ({ dossier: of.dossier, compartment: of.compartment, epoch, ...change });
  const history = (epoch: number) => bytes(epochs[epoch].historyKey);
  const key = (epoch: number) => bytes(epochs[epoch].key);

  it.each(cases(epochs))('gives each epoch its key and commitment %#', (epoch) => {
    expect(toBase64url(epochKey(history(epoch.epoch), ref(epoch.epoch)))).toBe(epoch.key);
    expect(epochCommitment(key(epoch.epoch), ref(epoch.epoch))).toBe(epoch.commitment);
  });
  it.each(cases(links))('links back %#', ({ epoch, under, link, opens }) => {
    expect(sealLink(history(under), bytes(opens), ref(epoch))).toBe(link);
    expect(toBase64url(openLink(history(under), link, ref(epoch)))).toBe(opens);
  });
  it('opens all of the past from the newest history key', () => {
    const byEpoch = new Map<number, string>(links.map((l: { epoch: number; link: string }) => [l.epoch, l.link]));
    const opened = openHistory(history(3), ref(3), byEpoch);
    expect([...opened].map(([epoch, found]) => [epoch, toBase64url(found)])).toEqual(
      [3, 2, 1, 0].map((epoch) => [epoch, epochs[epoch].historyKey]),
    );
  });
  it.each(cases(badLinks))('refuses a link: $name', ({ historyKey, epoch, link, error, name: _, ...change }) => {
    expect(codeOf(() => openLink(bytes(historyKey), link, ref(epoch, change)))).toBe(error);
  });
  it.each(cases(labels))('seals its label %#', ({ epoch, sealed, label }) => {
    expect(sealLabel(key(epoch), label, ref(epoch))).toBe(sealed);
    expect(openLabel(key(epoch), sealed, ref(epoch))).toBe(label);
  });
  it.each(cases(badLabels))('refuses a label: $name', ({ epoch, sealed, seal, error }) => {
    const act = () => (seal ? sealLabel(key(epoch), seal, ref(epoch)) : openLabel(key(epoch), sealed, ref(epoch)));
    expect(codeOf(act)).toBe(error);
  });
});

describe('a wrap', () => {
  const { members, member, dossier, compartment, epoch, by, random, sharedSecret, good, bad } = load('wraps');
  const keys = members.map(({ seed }: { seed: string }) => sealingKeys(() => bytes(seed)));
  const first: Wrap = good[0].wrap;
  const ref = { dossier, compartment, epoch };

  it('stands on keys and a shared secret that can be made again', () => {
    for (const [i, { pub, kid }] of members.entries()) {
      expect(toBase64url(keys[i].publicKey)).toBe(pub);
      expect(sealingThumbprint(keys[i].publicKey)).toBe(kid);
    }
    const { ciphertext, secret } = encapsulate(keys[member].publicKey, () => bytes(random));
    expect(toBase64url(secret)).toBe(sharedSecret);
    expect(decapsulate(keys[member].secretKey, ciphertext)).toEqual(secret);
  });
  it.each(cases(good))('is made and opened %#', ({ wrap, key }) => {
    const to = { party: wrap.party, kid: wrap.kid, scope: wrap.scope, by };
    expect(sealWrap(bytes(key), ref, to, keys[member].publicKey, () => bytes(random))).toEqual(wrap);
    expect(toBase64url(openWrap(wrap, ref, by, keys[member].secretKey))).toBe(key);
  });
  it.each(cases(bad))('is refused: $name', ({ name: _, error, ...change }) => {
    const v = { dossier, compartment, epoch, by, member, wrap: first, ...change };
    expect(codeOf(() => openWrap(v.wrap, v, v.by, keys[v.member].secretKey))).toBe(error);
  });
});

describe('an item wrap', () => {
  const { members, dossier, compartment, random, good, bad, ...rest } = load('items');
  const keys = members.map(({ seed }: { seed: string }) => sealingKeys(() => bytes(seed)));
  const message = load('messages').good[0];
  const body = bytes(message.body);
  const key = itemKey(bytes(message.key), message.header);
  const opened = (v: Vector) =>
    openItem(v.item, v as { dossier: string; compartment: string }, v as never, keys[v.member].secretKey);

  it.each(cases(good))('is made and opened, and opens the message: $party', ({ party, item }) => {
    const v = { ...rest, dossier, compartment, party, item } as Vector;
    const to = { party, kid: item.kid, by: v.by };
    const ref = { dossier, compartment, envelope: item.envelope };
    expect(sealItem(key, ref, to, keys[v.member].publicKey, () => bytes(random))).toEqual(item);
    expect(opened(v)).toEqual(key);
    const content = openMessage({ header: message.header, body }, opened(v), bytes(message.secret));
    expect(JSON.stringify(content)).toBe(message.content);
  });
  it.each(cases(bad))('is refused: $name', ({ name: _, error, ...change }) => {
    const v = { ...rest, dossier, compartment, ...good[0], ...change };
    const act = () => openMessage({ header: message.header, body }, opened(v), bytes(message.secret));
    expect(codeOf(act)).toBe(error);
  });
});

describe('a consult', () => {
  const { members, random, good, bad, ...rest } = load('consults');
  const keys = members.map(({ seed }: { seed: string }) => sealingKeys(() => bytes(seed)));
  const to = rest as Parameters<typeof sealConsult>[1] & { member: number };
  const seal = (text: string) => sealConsult(text, to, keys[to.member].publicKey, () => bytes(random));

  it.each(cases(good))('is made and opened %#', ({ text, sealed }) => {
    expect(seal(text)).toEqual({ kid: to.kid, sealed });
    expect(openConsult(sealed, to, keys[to.member].secretKey)).toBe(text);
  });
  it.each(cases(bad))('is refused: $name', ({ name: _, error, text, ...change }) => {
    const v = { ...to, sealed: good[0].sealed, ...change };
    const act = () =>
      text ? seal(text.repeat.repeat(text.times)) : openConsult(v.sealed, v, keys[v.member].secretKey);
    expect(codeOf(act)).toBe(error);
  });
});

describe('a message', () => {
  const { signers, good, read, open } = load('messages');
  const keys = signers.map(({ seed }: { seed: string }) => signingKeysFromSeed(bytes(seed)));
  const first = good[0];

  it.each(cases(good))('is sealed, read and opened: $name', (v) => {
    const { suite: _s, kid: _k, secretHash: _h, size: _z, ...draft } = JSON.parse(v.header);
    const sealed = sealMessage(draft as Draft, JSON.parse(v.content), bytes(v.key), keys[v.signer], () =>
      bytes(v.secret),
    );
    const envelope = { header: v.header, jws: v.jws, body: bytes(v.body) };
    expect(sealed.envelope).toEqual(envelope);
    const { signature, bodyHash } = readEnvelope(envelope);
    signature.verify(keys[v.signer].publicKey);
    expect(toBase64url(bodyHash)).toBe(v.bodyHash);
    expect(hash256(envelope.body)).toEqual(bodyHash);
    const key = itemKey(bytes(v.key), v.header);
    expect(toBase64url(key)).toBe(v.itemKey);
    expect(JSON.stringify(openMessage(envelope, key, bytes(v.secret)))).toBe(v.content);
  });
  it.each(cases(read))('is refused on reading: $name', ({ error, ...change }) => {
    const { header, jws, body, signer } = { ...first, ...change };
    const act = () => readEnvelope({ header, jws, body: bytes(body) }).signature.verify(keys[signer].publicKey);
    expect(codeOf(act)).toBe(error);
  });
  it.each(cases(open))('is refused on opening: $name', ({ error, ...change }) => {
    const { header, body, key, secret } = { ...first, ...change };
    const mine = change.itemKey ? (bytes(change.itemKey) as ItemKey) : itemKey(bytes(key), header);
    expect(codeOf(() => openMessage({ header, body: bytes(body) }, mine, bytes(secret)))).toBe(error);
  });
});

describe('a signed object', () => {
  const signers = load('messages').signers;
  const keys = signers.map(({ seed }: { seed: string }) => signingKeysFromSeed(bytes(seed)));
  const { good, bad } = load('signed');

  it.each(cases(good))('is made and read %#', ({ typ, signer, payload, jws }) => {
    expect(signObject(typ, JSON.parse(payload), keys[signer])).toBe(jws);
    const object = readObject(typ, jws);
    object.verify(keys[signer].publicKey);
    expect([JSON.stringify(object.payload), object.kid]).toEqual([payload, keys[signer].kid]);
    expect(utf8(payload).length).toBeGreaterThan(0);
  });
  it.each(cases(bad))('is refused: $name', ({ typ, signer, jws, error }) => {
    const given = typeof jws === 'string' ? jws : jws.repeat.repeat(jws.times);
    expect(codeOf(() => readObject(typ, given).verify(keys[signer].publicKey))).toBe(error);
  });
});
