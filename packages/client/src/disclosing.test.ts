/** What is disclosed opens for its recipient, and a false disclosure takes nothing from anybody who had a good key. */
import { type Identity, newIdentity, toBase64url } from '@eenmaal/crypto';
import { type Draft, type Item, itemKey, sealMessage } from '@eenmaal/envelope';
import { type Content, EenmaalError, type Id, type PartyId, type StatementOf } from '@eenmaal/model';
import { expect, it } from 'vitest';
import { type Holder, itemKeysOf, itemsFor, openWithAny } from './disclosing.ts';
import type { Signed } from './mirror.ts';

const identity = (fill: number): Identity => newIdentity((length) => new Uint8Array(length).fill(fill));
const random = (length: number) => globalThis.crypto.getRandomValues(new Uint8Array(length));
const id = (fill: number) => toBase64url(new Uint8Array(16).fill(fill));
const EPOCH_KEY = new Uint8Array(32).fill(9);
const [GI, RAAD, SCHOOL] = ['partner/gi', 'partner/raad', 'partner/school'] as const;
const people = new Map([GI, RAAD, SCHOOL].map((party, i) => [party as PartyId, identity(i + 1)] as const));
const of = (party: PartyId) => people.get(party) as Identity;

const draft: Draft = {
  ...{ id: id(1), dossier: id(2), compartment: id(3), epoch: 0, sender: GI, seq: 1 },
  ...{ kind: 'report', purpose: 'safety', marks: [], basis: [], attachments: [] },
  ledger: { size: 3, root: toBase64url(new Uint8Array(32)) },
};
const content: Content = { title: 'Verslag', text: 'Gezien.', author: { name: 'A', role: '' }, attachments: [] };
const { envelope, secret } = sealMessage(draft, content, EPOCH_KEY, of(GI).signing, random);

/** A participant as these functions see it; `key`: K_e, if it holds it. */
function holder(party: PartyId, disclosed: Signed<'disclose'>[] = [], key?: Uint8Array): Holder {
  const parties = new Map(
    [...people].map(([name, { public: keys, sealing }]) => [name, { party: name, keys, sealingKid: sealing.kid }]),
  );
  const keysOf = () => {
    if (!key) throw new EenmaalError('not-readable');
    return { epoch: key, history: null };
  };
  const mirror = { state: { parties, compartments: new Map() }, disclosures: new Map([[draft.id, disclosed]]) };
  return { party, identity: of(party), mirror, ring: { keysOf } } as unknown as Holder;
}

const sealedFor = (to: PartyId, by: PartyId = GI, key = EPOCH_KEY): Item[] =>
  itemsFor(holder(by, [], key), to, [envelope.header], random);
const disclosed = (items: Item[], to: PartyId, by: PartyId = GI): Signed<'disclose'> => ({
  statement: { to, items } as StatementOf<'disclose'>,
  kid: of(by).signing.kid,
});
const open = (who: Holder) => openWithAny(envelope, itemKeysOf(who, envelope.header), secret);
const NOT_READABLE = expect.objectContaining({ code: 'not-readable' });

it('opens for its recipient, without any key of the compartment', () => {
  expect(open(holder(RAAD, [disclosed(sealedFor(RAAD), RAAD)]))).toEqual(content);
  expect(open(holder(GI, [], EPOCH_KEY))).toEqual(content);
});

it('gives the recipient the key of the message, never that of the epoch', () => {
  const [key] = itemKeysOf(holder(RAAD, [disclosed(sealedFor(RAAD), RAAD)]), envelope.header);
  expect(key).toEqual(itemKey(EPOCH_KEY, envelope.header));
  expect(key).not.toEqual(EPOCH_KEY);
});

it('gives nothing to whoever it is not for, nor when another signed it', () => {
  const items = sealedFor(RAAD);
  expect(itemKeysOf(holder(SCHOOL, [disclosed(items, RAAD)]), envelope.header)).toEqual([]);
  expect(itemKeysOf(holder(SCHOOL, [disclosed(items, SCHOOL)]), envelope.header)).toEqual([]);
  expect(itemKeysOf(holder(RAAD, [disclosed(items, RAAD, SCHOOL)]), envelope.header)).toEqual([]);
  const [item] = items as [Item];
  const other: Id = id(8);
  expect(itemKeysOf(holder(RAAD, [disclosed([{ ...item, envelope: other }], RAAD)]), envelope.header)).toEqual([]);
});

it('is not hidden by a later disclosure of a false key, nor is a reader by one', () => {
  const good = disclosed(sealedFor(RAAD), RAAD);
  const noise = disclosed(sealedFor(RAAD, SCHOOL, random(32)), RAAD, SCHOOL);
  const broken = disclosed(
    sealedFor(RAAD).map((item) => ({ ...item, sealed: toBase64url(random(1168)) })),
    RAAD,
  );
  const twoSpellings = disclosed(
    sealedFor(RAAD).map((item) => ({ ...item, sealed: `${item.sealed.slice(0, -1)}_` })),
    RAAD,
  );
  expect(open(holder(RAAD, [good, noise, broken, twoSpellings]))).toEqual(content);
  expect(open(holder(RAAD, [noise], EPOCH_KEY))).toEqual(content);
  expect(() => open(holder(RAAD, [noise, broken]))).toThrow(NOT_READABLE);
});

it('never seals the key of what its marks keep from the recipient', () => {
  for (const mark of ['source', 'third-person'] as const) {
    const marked = sealMessage({ ...draft, marks: [mark] }, content, EPOCH_KEY, of(GI).signing, random);
    const seal = (to: PartyId) => itemsFor(holder(GI, [], EPOCH_KEY), to, [marked.envelope.header], random);
    expect(() => seal(RAAD)).toThrow(expect.objectContaining({ code: 'mark-too-wide' }));
    expect(seal(GI)).toHaveLength(1);
  }
});

it('asks for keys on both sides', () => {
  expect(() => itemsFor(holder(GI), RAAD, [envelope.header], random)).toThrow(NOT_READABLE);
  const nobody = expect.objectContaining({ code: 'key-unregistered' });
  expect(() => itemsFor(holder(GI, [], EPOCH_KEY), 'partner/nobody', [envelope.header], random)).toThrow(nobody);
});
