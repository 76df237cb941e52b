/** Receipts for the tests of the receipt page: real events in a log made by packages/ledger, cosigned by invented witnesses. */
import {
  hash256,
  type Identity,
  newIdentity,
  type SigningKeys,
  signBytes,
  signDetached,
  signedEnvelopeBytes,
  signingKeysFromSeed,
  toBase64,
  toBase64url,
  utf8,
} from '@eenmaal/crypto';
import { signObject } from '@eenmaal/envelope';
import {
  cosignCheckpoint,
  ED25519,
  formatProofFile,
  formatVkey,
  hashLeaf,
  makeLeaf,
  makeVerifierKey,
  signCheckpoint,
  Tree,
  type VerifierKey,
} from '@eenmaal/ledger';
import { Event, LEAF_TYPE, OpenRequest, parse, type Statement, type StatementInput } from '@eenmaal/model';
import { seededRandom } from '@eenmaal/testkit';

const ORIGIN = 'ledger.example.nl/consent/1';
export const AT = Date.UTC(2026, 4, 3, 12, 2);
const random = seededRandom('receipts');
const id = () => toBase64url(random(16));
const hash = () => toBase64url(random(32));

export type Signer = { key: VerifierKey; sign(bytes: Uint8Array): Uint8Array };
export function signerOf(name: string, type: number, seed: Uint8Array): Signer {
  const { publicKey, secretKey } = signingKeysFromSeed(seed);
  return { key: makeVerifierKey(name, type, publicKey), sign: (bytes) => signBytes(secretKey, bytes) };
}
export const log = signerOf(ORIGIN, ED25519, random(32));
export const witnesses = ['A', 'B', 'C'].map((name) =>
  signerOf(`witness.example.nl/${name.toLowerCase()}`, 4, random(32)),
);

/** C2SP tlog-policy: this log, these witnesses, of which `least` are enough. */
export function policyText(least: number, known: readonly Signer[] = witnesses, by: Signer = log): string {
  const names = known.map((_, i) => 'ABCDEFGH'[i] as string);
  const lines = known.map(({ key }, i) => `witness ${names[i]} ${formatVkey(key)}\n`);
  const quorum = least === 0 ? 'quorum none\n' : `group enough ${least} ${names.join(' ')}\nquorum enough\n`;
  return `log ${formatVkey(by.key)}\n${lines.join('')}${quorum}`;
}

const mother: Identity = newIdentity(random);
const professional: Identity = newIdentity(random);
const PERSON = `person/${id()}`;
const common = () => ({
  v: 1 as const,
  id: id(),
  at: AT - 900,
  seen: { size: 0, root: toBase64url(hash256(utf8(''))) },
});
const place = { dossier: id(), compartment: id() };
const purpose = 'support' as const;

type Made = { type: number; event: Event; signer?: SigningKeys };

function statement(input: StatementInput, by: string, { signing }: Identity, type: number = LEAF_TYPE.statement): Made {
  const jws = signObject('eenmaal-statement+jws', { ...common(), by, ...input } as Statement, signing);
  return { type, signer: signing, event: { kind: 'statement', at: AT, jws } };
}

function openingEvent(): Made {
  const party = 'partner/org-a';
  const envelope = id();
  const request = parse<OpenRequest>(OpenRequest, { ...common(), by: party, envelope, purpose });
  const decision = { outcome: 'permit' as const, code: 'P-CONSENT-ALL' as const, basis: [id()], rules: [] };
  const jws = signObject('eenmaal-open+jws', request, professional.signing);
  const signer = professional.signing;
  return {
    type: LEAF_TYPE.opening,
    signer,
    event: { kind: 'opening', at: AT, jws, envelope, reader: party, purpose, decision },
  };
}

function messageEvent(): Made {
  const { signing } = mother;
  const bodyHash = random(32);
  const header = JSON.stringify({
    ...{ suite: 'EM1', id: id(), ...place, epoch: 0, sender: PERSON, kid: signing.kid, seq: 0, kind: 'fragment' },
    ...{ purpose, marks: [], basis: [], ledger: common().seen, secretHash: hash(), size: 512, attachments: [] },
  });
  const jws = signDetached(signing, 'eenmaal-envelope+jws', signedEnvelopeBytes(utf8(header), bodyHash));
  const decision = { outcome: 'permit' as const, code: 'P-OWN' as const, basis: [], rules: [] };
  const body = toBase64url(bodyHash);
  return {
    type: LEAF_TYPE.message,
    signer: signing,
    event: { kind: 'message', at: AT, header, jws, bodyHash: body, stored: 7, decision },
  };
}

const decided = (code: 'P-CONSENT-ALL' | 'D-NO-GRANT') => ({
  ...{ outcome: code === 'D-NO-GRANT' ? ('deny' as const) : ('permit' as const), code },
  ...{ basis: [], rules: [] },
});

/** One event of every kind the page tells of. */
export const EVENTS: Record<string, () => Made> = {
  grant: () =>
    statement(
      {
        ...{ kind: 'grant', ...place, partner: 'org-a', purposes: [purpose], from: AT, until: AT + 180 * 86_400_000 },
        ...{ history: false, text: { version: 'test-1', language: 'nl' } },
      },
      PERSON,
      mother,
    ),
  withdraw: () => statement({ kind: 'withdraw', ...place, partner: 'org-a' }, PERSON, mother, LEAF_TYPE.withdraw),
  refuse: () => statement({ kind: 'refuse', ...place, partner: 'org-a' }, PERSON, mother),
  disclose: () =>
    statement(
      {
        ...{ kind: 'disclose', dossier: place.dossier, to: 'partner/org-b', rule: 'L08', purpose: 'safety' },
        ...{ items: [{ envelope: id(), kid: hash(), sealed: toBase64url(random(1168)) }], ask: null, weighing: null },
        ...{ emergency: false, inform: 'now' },
      },
      'partner/org-a',
      professional,
    ),
  erase: () =>
    statement(
      { kind: 'erase', dossier: place.dossier, items: [id(), id()], whole: false, request: null, ground: 'L30' },
      'partner/org-a',
      professional,
    ),
  erasure: () => ({
    type: LEAF_TYPE.erasure,
    event: {
      ...{ kind: 'erasure', at: AT, dossier: place.dossier, statement: id(), ground: 'L30', decidedBy: 'org-a' },
      message: { index: 7, envelope: id(), compartment: place.compartment, sender: PERSON, seq: 0 },
    },
  }),
  'dossier-erasure': () => ({
    type: LEAF_TYPE['dossier-erasure'],
    event: {
      ...{
        kind: 'dossier-erasure',
        at: AT,
        dossier: place.dossier,
        statement: id(),
        ground: 'L30',
        decidedBy: 'org-a',
      },
      ...{ entries: [3, 7, 9], sequences: [], holders: [] },
    },
  }),
  opening: openingEvent,
  delivery: () => ({
    type: LEAF_TYPE.delivery,
    event: { kind: 'delivery', at: AT, envelope: id(), reader: 'partner/org-a', decision: decided('P-CONSENT-ALL') },
  }),
  refusal: () => ({
    type: LEAF_TYPE.refusal,
    event: {
      ...{ kind: 'refusal', at: AT, act: 'open', envelope: id(), party: 'partner/org-c', purpose },
      decision: decided('D-NO-GRANT'),
    },
  }),
  message: messageEvent,
  statement: () => statement({ kind: 'dossier', dossier: id() }, 'partner/org-a', professional),
  writer: () => ({ type: LEAF_TYPE.writer, event: { kind: 'writer', at: AT, instance: id() } }),
};

export type Receipt = {
  format: string;
  type: number;
  salt: string;
  event: string;
  proof: string;
  signer?: { kty: string; crv: string; x: string };
  compare?: { checkpoint: string; proof: string[] };
};
export const bytesOf = (receipt: Receipt): Uint8Array => utf8(JSON.stringify(receipt));

/** A log of `size` leaves; the one at `index` commits to this. */
export function treeWith(leaf: Uint8Array, index: number, size: number): Tree {
  const tree = new Tree();
  for (let i = 0; i < size; i++) tree.append(hashLeaf(i === index ? leaf : makeLeaf(1, random(32), utf8(`${i}`))));
  return tree;
}

/** Seconds after the event at which each witness cosigns; null: it does not. */
const SIGNED_AFTER: readonly (number | null)[] = [60, 120, null];

/** The checkpoint of a tree at a size, signed by the log and cosigned. */
export function signedAt(tree: Tree, size: number, after = SIGNED_AFTER, by: Signer = log): Uint8Array {
  let note = signCheckpoint({ origin: by.key.name, size, root: tree.root(size) }, by.key, by.sign);
  for (const [i, seconds] of after.entries()) {
    const witness = witnesses[i];
    if (seconds !== null && witness) note = cosignCheckpoint(note, witness.key, witness.sign, AT / 1000 + seconds);
  }
  return note;
}

export type Options = {
  index?: number;
  size?: number;
  after?: readonly (number | null)[];
  withKey?: boolean;
  compareAt?: number;
};

/** A receipt of one event of this kind, and the tree behind it. */
export function receiptOf(kind: string, options: Options = {}): { receipt: Receipt; tree: Tree; leaf: Uint8Array } {
  const { index = 812, size = 900, after = SIGNED_AFTER, withKey = true, compareAt } = options;
  const { type, event, signer } = (EVENTS[kind] as () => Made)();
  const json = JSON.stringify(parse<Event>(Event, event));
  const salt = random(32);
  const leaf = makeLeaf(type, salt, utf8(json));
  const tree = treeWith(leaf, index, Math.max(size, compareAt ?? 0));
  const file = formatProofFile({
    index,
    proof: tree.inclusionProof(index, size),
    checkpoint: signedAt(tree, size, after),
  });
  const receipt: Receipt = {
    ...{ format: 'eenmaal-receipt/v1', type, salt: toBase64url(salt), event: json },
    proof: new TextDecoder().decode(file),
    ...(withKey && signer && { signer: { kty: 'OKP', crv: 'Ed25519', x: toBase64url(signer.publicKey) } }),
    ...(compareAt !== undefined && { compare: compareWith(tree, compareAt, size) }),
  };
  return { receipt, tree, leaf };
}

/** A checkpoint of the same log at another size, and why they are one history. */
export function compareWith(tree: Tree, at: number, size: number, after = SIGNED_AFTER) {
  const [from, to] = [Math.min(at, size), Math.max(at, size)];
  const proof = from === 0 || from === to ? [] : tree.consistencyProof(from, to);
  return { checkpoint: new TextDecoder().decode(signedAt(tree, at, after)), proof: proof.map(toBase64) };
}
