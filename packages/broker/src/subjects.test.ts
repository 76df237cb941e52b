/** The names: no party can be given another's account, and nothing from outside becomes part of a subject unchecked. */
import { toBase64url } from '@eenmaal/crypto';
import { officer, organisationOf, PartyId, partner, person, STEWARD, seat } from '@eenmaal/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountOf, accountOfRpc, hub, inboxPrefix, own } from './subjects.ts';

const ID = toBase64url(new Uint8Array(16));
const malformed = expect.objectContaining({ code: 'malformed' });

describe('accounts', () => {
  it('differ for parties of different kinds', () => {
    expect(accountOf(person(ID))).toBe('families');
    expect(accountOf(partner('raad'))).toBe('raad');
    expect(accountOf(officer('raad'))).toBe('officer-raad');
    expect(accountOf(STEWARD)).toBe('steward');
    for (const taken of ['families', 'steward', 'ledger', 'officer-raad']) {
      expect(() => accountOf(partner(taken))).toThrow(malformed);
      expect(() => accountOf(seat(taken, ID))).toThrow(malformed);
    }
    for (const bad of ['', 'raad', 'seat//x', `seat/ra.ad/${ID}`, 'seat/*/x'])
      expect(() => accountOf(bad)).toThrow(malformed);
  });

  it("of a seat are its organisation's", () => expect(accountOf(seat('raad', ID))).toBe('raad'));

  it('are never shared by two parties, but by persons and by one organisation with its seats', () => {
    const name = fc.stringMatching(/^(officer-|families|steward)?[a-z][a-z0-9-]{1,20}$/);
    const party = fc
      .oneof(
        ...[name.map(partner), name.map(officer), name.map((organisation) => seat(organisation, ID))],
        ...[fc.constant(STEWARD), fc.constant(person(ID))],
      )
      .filter((value) => PartyId.safeParse(value).success);
    const account = (value: string) => {
      try {
        return accountOf(value);
      } catch {
        return undefined;
      }
    };
    fc.assert(
      fc.property(party, party, (a, b) => {
        const together = a === b || (organisationOf(a) !== null && organisationOf(a) === organisationOf(b));
        if (account(a) !== undefined && !together) expect(account(a)).not.toBe(account(b));
      }),
    );
  });
});

describe('subjects', () => {
  it('are built from checked parts only', () => {
    expect(hub.chunk('raad', ID, 3)).toBe(`chunk.raad.${ID}.3`);
    expect(own.chunk(ID, 3)).toBe(`chunk.${ID}.3`);
    expect(accountOfRpc(hub.rpc('raad'))).toBe('raad');
    for (const bad of ['', '*', '>', 'a.b', 'A', 'raad ', 'raad\r\n', 'x'.repeat(40)]) {
      expect(() => hub.rpc(bad)).toThrow(malformed);
      expect(() => inboxPrefix(bad)).toThrow(malformed);
      expect(() => own.chunk(bad, 0)).toThrow(malformed);
    }
    for (const bad of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => own.chunk(ID, bad)).toThrow(malformed);
    for (const bad of ['', '*', 'a.b', '>']) expect(() => hub.vault(bad)).toThrow(malformed);
  });
});
