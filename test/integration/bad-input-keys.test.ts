/** Bad input, signatures, keys and channels: nobody speaks with another's voice, an old key, or a frame heard before. */

import { openChannel } from '@eenmaal/broker';
import { newId, Participant } from '@eenmaal/client';
import { type Identity, newIdentity, sign, utf8 } from '@eenmaal/crypto';
import { signObject } from '@eenmaal/envelope';
import { type PartyId, partner, type Statement } from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  codeOf,
  craft,
  flipped,
  linkOf,
  type Place,
  raw,
  refuses,
  startWithFamily,
  submitRaw,
  withLink,
  wronglySigned,
} from './support.ts';

let world: Awaited<ReturnType<typeof startWithFamily>>;
let mother: Awaited<ReturnType<typeof startWithFamily>>['family']['mother'];
let place: Place;

beforeAll(async () => {
  world = await startWithFamily({ seed: 'keys' });
  mother = world.family.mother;
  const { dossier, ids } = world.family;
  place = { dossier, compartment: await mother.openCompartment(dossier, [ids.mother], 'Gezondheid') };
});
afterAll(() => world?.chain.stop());

const refused = (...args: Parameters<typeof refuses> extends [unknown, ...infer R] ? R : never) =>
  refuses(world.chain, ...args);

function grantBy(party: PartyId, identity: Identity, change: Partial<Statement> = {}): string {
  const { clock, random } = world.chain;
  const common = { v: 1, id: newId(random), by: party, at: clock(), seen: mother.checkpoints.position };
  const grant = { ...common, kind: 'grant', ...place, ...terms('org-b', clock()), ...change } as Statement;
  return signObject('eenmaal-statement+jws', grant, identity.signing);
}
const state = (who: { transport: Parameters<typeof raw>[0] }, ...statements: string[]) =>
  raw(who.transport, { op: 'state', statements });
const openRequest = (by: PartyId, identity: Identity, envelope: string) => {
  const { clock, random } = world.chain;
  const request = { id: newId(random), by, envelope, at: clock(), seen: mother.checkpoints.position };
  return signObject('eenmaal-open+jws', { v: 1, ...request, purpose: 'support' }, identity.signing);
};

/** Opens a channel from any account, as any party, with any keys, and asks one harmless question. */
const hello = (account: string, party: PartyId, identity: Identity, clock = world.chain.clock) =>
  withLink(world.chain, account, async ({ request }) => {
    const { ledgerIdentity, random } = world.chain;
    const options = { request, identity, party, clock, random };
    const transport = openChannel({ ...options, ledgerSealingKey: ledgerIdentity.sealing.publicKey });
    await transport.call({ op: 'changes', after: -1 });
  });

describe('signatures', () => {
  it('a statement with another signature', () =>
    refused('signature-invalid', () => state(mother, wronglySigned(grantBy(mother.party, world.family.keys.mother)))));
  it('an envelope with another signature, header or body', async () => {
    const { envelope, secret } = craft(world.chain, mother, world.family.keys.mother, place);
    const { header, jws, body } = envelope;
    const other = header.replace('"kind":"fragment"', '"kind":"expertise"');
    for (const bad of [
      { header, jws: wronglySigned(jws), body },
      { header: other, jws, body },
      { header, jws, body: flipped(body) },
    ])
      await refused('signature-invalid', () => submitRaw(mother.transport, bad, secret));
  });
  it('an open request with another signature', () =>
    refused('signature-invalid', () =>
      raw(mother.transport, {
        op: 'open',
        jws: wronglySigned(openRequest(mother.party, world.family.keys.mother, newId(world.chain.random))),
      }),
    ));
  it('a hello signed with another key under the right name', () => {
    const { signing } = newIdentity(world.chain.random);
    const { kid } = world.family.keys.mother.signing;
    const forged = { ...world.family.keys.mother, signing: { ...signing, kid } };
    return refused('signature-invalid', () => hello('families', mother.party, forged));
  });
  it('one kind of signed object in the place of another', async () => {
    const request = openRequest(mother.party, world.family.keys.mother, newId(world.chain.random));
    await refused('wrong-typ', () => state(mother, request));
    const statement = grantBy(mother.party, world.family.keys.mother);
    await refused('wrong-typ', () => raw(mother.transport, { op: 'open', jws: statement }));
  });
});

describe('keys', () => {
  it('a key nobody registered', async () => {
    const stranger = newIdentity(world.chain.random);
    await refused('key-unregistered', () => hello('families', mother.party, stranger));
    await refused('key-unregistered', () => state(mother, grantBy(mother.party, stranger)));
    const { envelope, secret } = craft(world.chain, mother, stranger, place);
    await refused('key-unregistered', () => submitRaw(mother.transport, envelope, secret));
    const jws = openRequest(mother.party, stranger, newId(world.chain.random));
    await refused('key-unregistered', () => raw(mother.transport, { op: 'open', jws }));
  });

  it('a key that was replaced: on a new channel, on the old one, and inside a signature', async () => {
    const { chain } = world;
    const party = partner('org-c');
    const old = chain.identityOf(party);
    const before = await chain.participant(party);
    await before.sync();
    const fresh = newIdentity(chain.random);
    await before.state({ kind: 'new-keys', party, keys: fresh.public });
    const after = await chain.participant(party, { identity: fresh });
    await after.sync();
    expect(after.mirror.state.parties.get(party)?.kid).toBe(fresh.signing.kid);
    await refused('key-retired', () => raw(before.transport, { op: 'changes', after: -1 }));
    await refused('key-retired', () => hello('org-c', party, old));
    const open = openRequest(party, old, newId(chain.random));
    await refused('key-retired', () => raw(after.transport, { op: 'open', jws: open }));
    // and nobody else may take it into use again
    await refused('statement-conflict', () =>
      mother.state({ kind: 'new-keys', party: mother.party, keys: old.public }),
    );
  });
});

describe('parties', () => {
  it('asking for another account, or as another party', async () => {
    const orgB = world.chain.identityOf('partner/org-b');
    await refused('party-mismatch', () => hello('org-a', 'partner/org-b', orgB));
    await refused('party-mismatch', () => hello('families', 'partner/org-b', orgB));
    await refused('party-mismatch', () => hello('org-b', mother.party, world.family.keys.mother));
    await refused('party-mismatch', () => hello('org-b', 'officer/fg', world.chain.identityOf('officer/fg')));
    // the right account, another's name with one's own registered key
    await refused('party-mismatch', () => hello('families', mother.party, world.family.keys.father));
  });
  it('signing for another, or handing in what another signed', async () => {
    const { father, keys } = world.family;
    await refused('party-mismatch', () => state(father, grantBy(mother.party, keys.mother)));
    await refused('party-mismatch', () => state(father, grantBy(mother.party, keys.father)));
    await refused('party-mismatch', () => state(father, grantBy(father.party, keys.mother)));
    const { envelope, secret } = craft(world.chain, mother, keys.mother, place);
    await refused('party-mismatch', () => submitRaw(father.transport, envelope, secret));
    const asFather = craft(world.chain, mother, keys.mother, place, { sender: father.party });
    await refused('party-mismatch', () => submitRaw(father.transport, asFather.envelope, asFather.secret));
    const open = openRequest(mother.party, keys.mother, newId(world.chain.random));
    await refused('party-mismatch', () => raw(father.transport, { op: 'open', jws: open }));
  });
});

describe('frames', () => {
  it('a request heard before, a changed one, one of a channel nobody opened, and one from another account', async () => {
    const { chain } = world;
    const party = partner('org-b');
    const identity = chain.identityOf(party);
    const codeIn = (frame: Uint8Array) =>
      frame[0] === 0xff ? JSON.parse(new TextDecoder().decode(frame.subarray(1))).code : 'answered';
    await linkOf(chain, party, async ({ request }) => {
      const frames: Uint8Array[] = [];
      const recording = (frame: Uint8Array) => {
        frames.push(frame);
        return request(frame);
      };
      const ledgerSealingKey = chain.ledgerIdentity.sealing.publicKey;
      const options = { identity, party, ledgerSealingKey, clock: chain.clock, random: chain.random };
      const transport = openChannel({ request: recording, ...options });
      await transport.call({ op: 'changes', after: -1 });
      const [first, second] = frames as [Uint8Array, Uint8Array];
      const size = chain.ledger.journal.size;
      expect(codeIn(await request(second))).toBe('request-replayed');
      expect(codeIn(await request(flipped(second, second.length - 1)))).toBe('not-readable');
      expect(codeIn(await request(flipped(second, 5)))).toBe('channel-unknown');
      expect(codeIn(await withLink(chain, 'org-a', (other) => other.request(second)))).toBe('channel-unknown');
      expect(codeIn(await withLink(chain, 'org-a', (other) => other.request(first)))).toBe('party-mismatch');
      expect(codeIn(await request(new Uint8Array(0)))).toBe('malformed');
      expect(codeIn(await request(Uint8Array.of(9, 9, 9)))).toBe('malformed');
      expect(chain.ledger.journal.size).toBe(size);
    });
  });
  it('a hello made long ago', () =>
    refused('malformed', () =>
      hello('families', mother.party, world.family.keys.mother, () => world.chain.clock() - 6 * 60_000),
    ));
  it('a hello that is no hello', async () => {
    const { signing } = world.family.keys.mother;
    const frame = (typ: 'eenmaal-hello+jws' | 'eenmaal-open+jws', text: string) =>
      new Uint8Array([1, ...utf8(sign(signing, typ, utf8(text)))]);
    await withLink(world.chain, 'families', async ({ request }) => {
      for (const [code, bytes] of [
        ['malformed', frame('eenmaal-hello+jws', '{"v":1,"party":"steward"}')],
        ['wrong-typ', frame('eenmaal-open+jws', '{}')],
      ] as const)
        expect(new TextDecoder().decode((await request(bytes)).subarray(1))).toContain(code);
    });
  });
});

it('keeps going by itself after the ledger lost its channels', async () => {
  await world.chain.restartLedger();
  expect(await codeOf(mother.send(tale(place.dossier, place.compartment, 'Daarna')))).toBe('done');
  expect(mother).toBeInstanceOf(Participant);
});
