/** A consult names nobody before it leaves, and opens for the organisation asked only. */
import type { State } from '@eenmaal/consent';
import { newIdentity, toBase64url } from '@eenmaal/crypto';
import type { PartyId } from '@eenmaal/model';
import { expect, it } from 'vitest';
import { consultsOf, sealedConsult } from './consulting.ts';
import type { Mirror } from './mirror.ts';

const random = (length: number) => globalThis.crypto.getRandomValues(new Uint8Array(length));
const [asker, asked] = [1, 2].map((fill) => newIdentity((length) => new Uint8Array(length).fill(fill)));
const id = toBase64url(new Uint8Array(16));
const TEXT = 'Een kind slaapt slecht sinds de ouders uit elkaar zijn. Wat zouden jullie doen?';
const parties = new Map([
  ['partner/raad', { party: 'partner/raad', keys: asked!.public, sealingKid: asked!.sealing.kid }],
]);
const state = { parties, statements: new Map([[id, 7]]) } as unknown as State;
const seal = (text: string, to = 'raad') => sealedConsult(state, { identity: asker!, random }, id, to, text);

it('is refused when it points to a person, naming the kinds and never the text', () => {
  const text = 'Kunnen jullie 0612345678 bellen, of mailen naar ouder@voorbeeld.nl?';
  const refused = expect.objectContaining({ code: 'identifier-in-consult', detail: 'phone, email' });
  expect(() => seal(text)).toThrow(refused);
  expect(() => seal(text)).not.toThrow(/0612345678|voorbeeld/);
});

it('opens for the organisation asked; who asks sees that it did', () => {
  const statement = { ...{ id, by: 'partner/gi', to: 'raad', answers: null }, ...seal(TEXT) };
  const consults = [{ statement, kid: asker!.signing.kid }];
  const mirror = { state, consults, timeOf: () => 5 } as unknown as Mirror;
  const consultation = { id, from: 'partner/gi', to: 'raad', at: 5, answers: null };
  const seenBy = (party: PartyId, identity = asked!) => consultsOf(mirror, party, identity);
  expect(seenBy('partner/raad')).toEqual([{ ...consultation, text: TEXT }]);
  expect(seenBy('partner/gi', asker)).toEqual([{ ...consultation, text: null }]);
  expect(seenBy('partner/school')).toEqual([]);
  expect(seenBy('partner/raad', asker)).toEqual([{ ...consultation, text: null }]);
});

it('shows one that was sealed wrongly as closed, and the others', () => {
  const good = { statement: { ...seal(TEXT), id, by: 'partner/gi', to: 'raad' }, kid: asker!.signing.kid };
  const bad = { ...good, statement: { ...good.statement, sealed: toBase64url(random(1392)) } };
  const mirror = { state, consults: [bad, good], timeOf: () => 5 } as unknown as Mirror;
  expect(consultsOf(mirror, 'partner/raad', asked!).map(({ text }) => text)).toEqual([null, TEXT]);
});

it('asks for a key of the organisation', () => {
  expect(() => seal(TEXT, 'nobody')).toThrow(expect.objectContaining({ code: 'key-unregistered' }));
});
