/** What a ledger may not make a participant believe about who may read, also where it shows only a part. */
import { readdirSync, readFileSync } from 'node:fs';
import { parseLaw } from '@eenmaal/consent';
import { type Identity, newIdentity, toBase64url } from '@eenmaal/crypto';
import { signObject } from '@eenmaal/envelope';
import { type EntryView, type PartyId, person, type Statement, type StatementInput, seat } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { Mirror } from './mirror.ts';
import type { Transport } from './transport.ts';

const identity = (fill: number): Identity => newIdentity((length) => new Uint8Array(length).fill(fill));
const id = (fill: number) => toBase64url(new Uint8Array(16).fill(fill));
const [DOSSIER, CHILD, MOTHER, UNSEEN] = [id(1), id(2), id(3), id(4)];
const HASH = toBase64url(new Uint8Array(32));
const FOLDER = new URL('../../consent/law/', import.meta.url);
const LAW = parseLaw(
  Object.fromEntries(readdirSync(FOLDER).map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')])),
);
const SEEN = { size: 0, root: HASH };
const SEAT = seat('gi', id(5));
const keysOf = new Map<PartyId, Identity>(
  ['steward', 'partner/team', 'partner/gi', person(MOTHER), SEAT].map((party, i) => [party, identity(i + 1)]),
);
const key = (party: PartyId) => keysOf.get(party) as Identity;

let next = 10;
const signed = (by: PartyId, input: StatementInput): string => {
  const common = { v: 1, id: id(next++), by, at: 1, seen: SEEN } as const;
  return signObject('eenmaal-statement+jws', { ...common, ...input } as Statement, key(by).signing);
};
const entry = (jws: string, index: number): EntryView => ({
  ...{ index, at: 1000 + index, type: 1, salt: HASH },
  event: JSON.stringify({ kind: 'statement', at: 1000 + index, jws }),
});

const ADULT = { turns12: null, turns16: null, turns18: null };
const PERIOD = { from: 1, until: 9_000_000 };
const partner = (name: string, attests: boolean) =>
  signed('steward', {
    ...{ kind: 'partner', partner: name, name, attests, roles: ['gi'], keys: key(`partner/${name}`).public },
  });
const region = signed('steward', {
  ...{ kind: 'region', name: 'Regio', origin: 'regio/log', profile: 'strict' },
  ...{ steward: key('steward').public.signing, ledger: identity(99).public },
});
const registry = [region, partner('team', true), partner('gi', false)];
const family = [
  signed('partner/team', { kind: 'dossier', dossier: DOSSIER }),
  signed('partner/team', {
    ...{ kind: 'person', dossier: DOSSIER, person: MOTHER, keys: key(person(MOTHER)).public, ...ADULT },
  }),
  signed('partner/team', { kind: 'person', dossier: DOSSIER, person: CHILD, keys: null, ...ADULT, turns18: 5_000_000 }),
];

/** A mirror that is shown the family, and then this. */
async function shown(...more: string[]): Promise<Mirror> {
  const inDossier = [...family, ...more].map((jws, i) => entry(jws, registry.length + i));
  const call = async ({ op, dossier }: { op: string; dossier?: string | null }) => {
    if (op === 'changes') return { answer: { dossiers: [DOSSIER], gone: [], upTo: -1, sequence: -1 } };
    const entries = dossier === null ? registry.map(entry) : inDossier;
    return { answer: { version: 'one', entries, links: [], more: false } };
  };
  const mirror = new Mirror({ call } as unknown as Transport, region, LAW);
  await mirror.sync();
  return mirror;
}

const seatOf = (by: PartyId, name = SEAT) =>
  signed(by, {
    ...{ kind: 'seat', dossier: DOSSIER, seat: name, role: 'member', for: null, ...PERIOD, keys: key(SEAT).public },
  });
const order = (by: PartyId, child = CHILD) =>
  signed(by, { kind: 'order', dossier: DOSSIER, order: id(6), child, institution: 'gi', ...PERIOD, proof: HASH });

describe('a mirror takes', () => {
  it('a seat of its own organisation, also when it is not shown what that has to do with the family', async () => {
    const mirror = await shown(seatOf('partner/gi'));
    expect(mirror.state.parties.get(SEAT)?.sealingKid).toBe(key(SEAT).sealing.kid);
  });
  it('an order, and a foster placement, about somebody it is not shown', async () => {
    const foster = signed('partner/team', {
      ...{ kind: 'foster', dossier: DOSSIER, child: CHILD, parent: UNSEEN, provider: 'gi', ...PERIOD },
    });
    const { orders, fosters } = (await shown(order('partner/team', UNSEEN), foster)).state.dossiers.get(DOSSIER) ?? {};
    expect([orders?.size, fosters?.length]).toEqual([1, 1]);
  });
  it('a disclosure, by the messages it shows, with the key that signed it', async () => {
    const items = [7, 8].map((fill) => ({
      ...{ envelope: id(fill), kid: key('partner/team').sealing.kid, sealed: toBase64url(new Uint8Array(1168)) },
    }));
    const disclose = signed('partner/gi', {
      ...{ kind: 'disclose', dossier: DOSSIER, to: 'partner/team', rule: 'L06', purpose: 'measure', items },
      ...{ ask: null, weighing: null, emergency: false, inform: 'now' },
    });
    const { disclosures } = await shown(disclose);
    expect([...disclosures.keys()]).toEqual([id(7), id(8)]);
    expect(disclosures.get(id(8))?.[0]?.kid).toBe(key('partner/gi').signing.kid);
  });
});

describe('a mirror does not take', () => {
  const about = { dossier: DOSSIER, person: MOTHER } as const;
  it.each<[string, () => string]>([
    ['a seat made by another organisation', () => seatOf('partner/team')],
    ['a seat that is an organisation', () => seatOf('partner/gi', 'partner/gi')],
    [
      'an end of a seat by another organisation',
      () => signed('partner/team', { kind: 'seat-end', dossier: DOSSIER, seat: SEAT, until: 1 }),
    ],
    ['an order of an organisation that may not attest', () => order('partner/gi')],
    ['a death said by another than who opened the dossier', () => signed('partner/gi', { kind: 'death', ...about })],
    [
      'a want of capacity said by a family member',
      () => signed(person(MOTHER), { kind: 'capacity', ...about, capable: false, representatives: [] }),
    ],
    [
      'the end of an organisation said by another than the steward',
      () => signed('partner/team', { kind: 'succession', partner: 'gi', successor: 'team' }),
    ],
  ])('%s', async (_, statement) => {
    await expect(shown(statement())).rejects.toMatchObject({ code: 'no-authority' });
  });
});
