/** Bad input, statements: who may say what, in which order, wrapped for whom; and that a repeated one changes nothing. */
import { newId } from '@eenmaal/client';
import { fromBase64url, newIdentity, sealingBytes, sign, toBase64url, utf8 } from '@eenmaal/crypto';
import { epochCommitment, epochKey, newHistoryKey, sealLabel, sealWrap, signObject } from '@eenmaal/envelope';
import { type ErrorCode, person, type Statement, type StatementInput } from '@eenmaal/model';
import { terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flipped, type Place, raw, refuses, startWithFamily } from './support.ts';

type World = Awaited<ReturnType<typeof startWithFamily>>;
let world: World;
let mother: World['family']['mother'];
let father: World['family']['father'];
let hers: Place;
let childs: Place;

beforeAll(async () => {
  world = await startWithFamily({ seed: 'statement' });
  ({ mother, father } = world.family);
  const { dossier, ids } = world.family;
  hers = { dossier, compartment: await mother.openCompartment(dossier, [ids.mother], 'Gezondheid') };
  childs = { dossier, compartment: await mother.openCompartment(dossier, [ids.child8], 'School') };
  await Promise.all([mother.sync(), father.sync()]);
});
afterAll(() => world?.chain.stop());

const refused = (code: ErrorCode, act: Parameters<typeof refuses>[2]) => refuses(world.chain, code, act);
const grant = (place: Place, change: object = {}) =>
  ({ kind: 'grant', ...place, ...terms('org-b', world.chain.clock()), ...change }) as StatementInput;
const keys = () => newIdentity(world.chain.random).public;
const id = () => newId(world.chain.random);

/** Signed by the mother, with common fields of choice. */
function signed(input: StatementInput, common: object = {}): string {
  const { chain, family } = world;
  const usual = { v: 1, id: id(), by: mother.party, at: chain.clock(), seen: mother.checkpoints.position };
  return signObject(
    'eenmaal-statement+jws',
    { ...usual, ...common, ...input } as Statement,
    family.keys.mother.signing,
  );
}
const state = (...statements: string[]) => raw(mother.transport, { op: 'state', statements });

describe('who may say it', () => {
  const cases: [string, (w: World) => Promise<unknown>][] = [
    ['father about what is only hers', ({ family }) => family.father.state(grant(hers))],
    ['a child of 14 about its mother', ({ family }) => family.child14.state(grant(hers))],
    ['a child of 14 about its brother', ({ family }) => family.child14.state(grant(childs))],
    ['a partner that grants itself', ({ attestor }) => attestor.state(grant(hers, { partner: 'org-a' }))],
    [
      'a withdrawal of what another gave',
      ({ family }) => family.father.state({ kind: 'withdraw', ...hers, partner: 'org-b' }),
    ],
    [
      'a partner that opens no dossiers',
      async ({ chain }) => (await chain.participant('partner/org-b')).state({ kind: 'dossier', dossier: id() }),
    ],
    [
      'a partner that did not open this dossier',
      async ({ chain }) =>
        (await chain.participant('partner/org-b')).state({
          kind: 'custody',
          dossier: hers.dossier,
          child: world.family.ids.child8,
          holders: [],
          guardian: null,
          partial: null,
        }),
    ],
    [
      'a mother that attests custody',
      () =>
        mother.state({
          kind: 'custody',
          dossier: hers.dossier,
          child: world.family.ids.child8,
          holders: [world.family.ids.mother],
          guardian: null,
          partial: null,
        }),
    ],
    [
      'a mother that registers an organisation',
      () =>
        mother.state({
          kind: 'partner',
          partner: 'org-x',
          name: 'X',
          attests: true,
          roles: ['local-team'],
          keys: keys(),
        }),
    ],
    [
      'an organisation that registers an officer',
      ({ attestor }) => attestor.state({ kind: 'officer', officer: 'xx', name: 'X', keys: keys() }),
    ],
    ['new keys for somebody else', () => mother.state({ kind: 'new-keys', party: father.party, keys: keys() })],
    ['new keys for nobody', () => mother.state({ kind: 'new-keys', party: person(id()), keys: keys() })],
    [
      'a compartment about another adult',
      () =>
        mother.state({
          kind: 'compartment',
          dossier: hers.dossier,
          compartment: id(),
          subjects: [world.family.ids.father],
          audience: 'family',
        }),
    ],
    ['an officer that grants', async ({ chain }) => (await chain.participant('officer/fg')).state(grant(hers))],
    ['a compartment nobody knows', () => mother.state(grant({ ...hers, compartment: id() }))],
  ];
  it.each(cases)('%s', (_, act) => refused('no-authority', () => act(world)));
  it('a dossier that is not there', () => refused('unknown-dossier', mother.state(grant({ ...hers, dossier: id() }))));
});

describe('order', () => {
  it('a withdrawal of nothing', () =>
    refused('statement-out-of-order', mother.state({ kind: 'withdraw', ...hers, partner: 'org-c' })));
  it('a grant to an organisation that is not registered', () =>
    refused('statement-out-of-order', mother.state(grant(hers, { partner: 'org-x' }))));
  it('a second region', () => {
    const payload = {
      v: 1,
      id: id(),
      by: 'steward',
      at: 1,
      seen: mother.checkpoints.position,
      kind: 'region',
      name: 'x',
    };
    const { steward, signing } = { steward: world.chain.steward, signing: world.chain.identityOf('steward').signing };
    const keysOf = {
      steward: world.chain.identityOf('steward').public.signing,
      ledger: world.chain.ledgerIdentity.public,
    };
    const region = { ...payload, origin: 'ledger.test/other', profile: 'strict', ...keysOf };
    const jws = sign(signing, 'eenmaal-statement+jws', utf8(JSON.stringify(region)));
    return refused('statement-out-of-order', raw(steward.transport, { op: 'state', statements: [jws] }));
  });
  it('more of the log than there is, and another history', async () => {
    const { size, root } = mother.checkpoints.position;
    await refused('position-unknown', state(signed(grant(hers), { seen: { size: size + 100_000, root } })));
    const other = toBase64url(flipped(fromBase64url(root)));
    await refused('split-view', state(signed(grant(hers), { seen: { size, root: other } })));
  });
});

describe('the same id', () => {
  it('with another content is a conflict; byte for byte the same it gets its receipt again', async () => {
    const mine = id();
    const first = signed(grant(hers, { partner: 'org-c' }), { id: mine });
    const before = world.chain.ledger.journal.size;
    const receipt = async () => ((await state(first)).answer as { receipts: { index: number }[] }).receipts[0]?.index;
    expect(await receipt()).toBe(before);
    expect(await receipt()).toBe(before);
    expect(world.chain.ledger.journal.size).toBe(before + 1);
    await refused('statement-conflict', state(signed(grant(hers), { id: mine })));
  });
  it('twice at the same moment: one entry', async () => {
    const jws = signed(grant(hers, { partner: 'org-c' }));
    const before = world.chain.ledger.journal.size;
    const both = await Promise.all([state(jws), state(jws)]);
    expect(both.map(({ answer }) => (answer as { receipts: { index: number }[] }).receipts[0]?.index)).toEqual([
      before,
      before,
    ]);
    expect(world.chain.ledger.journal.size).toBe(before + 1);
  });
  it('of a compartment, a person or an organisation that exists', async () => {
    const { dossier, ids } = world.family;
    await refused(
      'statement-conflict',
      mother.state({ kind: 'compartment', ...hers, subjects: [ids.mother], audience: 'family' }),
    );
    await refused('statement-conflict', world.attestor.state({ kind: 'dossier', dossier }));
    const again: StatementInput = {
      kind: 'partner',
      partner: 'org-b',
      name: 'B',
      attests: true,
      roles: ['local-team'],
      keys: keys(),
    };
    await refused('statement-conflict', world.chain.steward.state(again));
  });
});

describe('several at once', () => {
  it('are taken up to the first that is refused, which is named', async () => {
    const before = world.chain.ledger.journal.size;
    const fine = () => signed(grant(hers, { partner: 'org-c' }));
    const { answer } = await state(fine(), signed(grant(hers, { partner: 'org-x' })), fine());
    expect(answer).toMatchObject({ refused: 'statement-out-of-order', receipts: [{ index: before }] });
    expect(world.chain.ledger.journal.size).toBe(before + 1);
  });
});

describe('keys wrapped for somebody the ledger does not compute', () => {
  /** A new epoch of her compartment, true in all but its wraps. */
  function epoch(parties: readonly string[]): StatementInput {
    const { chain } = world;
    const { epochs } = chain.ledger.journal.state.compartments.get(hers.compartment) as { epochs: unknown[] };
    const ref = { ...hers, epoch: epochs.length };
    const history = newHistoryKey(chain.random);
    const key = epochKey(history, ref);
    const wraps = parties.map((party) => {
      const registered = chain.ledger.journal.state.parties.get(party);
      if (!registered?.keys || !registered.sealingKid) throw new Error('not registered');
      const to = {
        party,
        kid: registered.sealingKid,
        scope: 'history' as const,
        by: world.family.keys.mother.signing.kid,
      };
      return sealWrap(history, ref, to, sealingBytes(registered.keys), chain.random);
    });
    const link = toBase64url(chain.random(48));
    return {
      kind: 'epoch',
      ...ref,
      commitment: epochCommitment(key, ref),
      link,
      label: sealLabel(key, 'x', ref),
      wraps,
    };
  }
  const readers = () => {
    const { members } = world.chain.ledger.journal.state.compartments.get(hers.compartment)?.epochs.at(-1) ?? {};
    return [...(members?.keys() ?? [])];
  };

  it('one slipped in, one left out, one twice', async () => {
    await mother.grant(hers.dossier, [hers.compartment], terms('org-c', world.chain.clock()));
    const right = readers();
    expect(right).toContain('partner/org-c');
    await refused('wrap-set-wrong', state(signed(epoch([...right, father.party]))));
    await refused('wrap-set-wrong', state(signed(epoch([mother.party]))));
    await refused('wrap-set-wrong', state(signed(epoch([...right, mother.party]))));
  });
  it('by somebody who may not read there, or under a number that is not next', async () => {
    const wrong = { ...epoch(readers()), epoch: 99 } as StatementInput;
    await refused('statement-out-of-order', state(signed(wrong)));
    await refused('no-authority', father.state(epoch(readers())));
  });
  it('an admission of somebody who may not read', async () => {
    const { chain } = world;
    const { epochs } = chain.ledger.journal.state.compartments.get(hers.compartment) as { epochs: unknown[] };
    const ref = { ...hers, epoch: epochs.length - 1 };
    const registered = chain.ledger.journal.state.parties.get(father.party);
    if (!registered?.keys || !registered.sealingKid) throw new Error('not registered');
    const to = { party: father.party, kid: registered.sealingKid, scope: 'history' as const, by: '' };
    const wraps = [sealWrap(chain.random(32), ref, to, sealingBytes(registered.keys), chain.random)];
    await refused('wrap-set-wrong', mother.state({ kind: 'admit', ...ref, wraps, links: [] }));
  });
});
