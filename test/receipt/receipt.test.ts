/** What the receipt page finds proved, kind by kind, and everything it refuses, each with its own reason. */
import { toBase64url, utf8 } from '@eenmaal/crypto';
import { formatVkey, LEDGER_ERRORS } from '@eenmaal/ledger';
import { ERRORS } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import {
  AT,
  compareWith,
  EVENTS,
  log,
  policyText,
  receiptOf,
  signedAt,
  signerOf,
  treeWith,
  witnesses,
} from './make.ts';
import { core, refusal } from './page-core.ts';

const POLICY = policyText(2);
const check = (receipt: object, policy = POLICY) => core.checkReceipt(utf8(JSON.stringify(receipt)), policy);
const codeOf = (receipt: object, policy = POLICY) => refusal(() => check(receipt, policy));

describe('what is proved', () => {
  it.each(Object.keys(EVENTS))('a receipt of kind %s', (kind) => {
    const { receipt } = receiptOf(kind);
    const proof = check(receipt);
    const signer = receipt.signer ? 'checked' : 'none';
    expect(proof).toMatchObject({ kind, signer, index: 812, size: 900, at: AT, witnessedAt: AT / 1000 + 120 });
    expect(proof.witnesses.map(({ time }) => time && time - AT / 1000)).toEqual([60, 120, null]);
    expect(proof.compared).toBeUndefined();
  });

  it('says when the key that signed is not there', () => {
    expect(check(receiptOf('grant', { withKey: false }).receipt).signer).toBe('absent');
  });

  it('gives no time by witnesses when none are asked for', () => {
    const { receipt } = receiptOf('grant', { after: [] });
    expect(check(receipt, policyText(0))).toMatchObject({ witnessedAt: null });
    expect(check(receipt, formatVkey(log.key))).toMatchObject({ witnessedAt: null, witnesses: [] });
  });

  it('counts from the moment that enough witnesses had confirmed', () => {
    const { receipt } = receiptOf('grant', { after: [300, 10, 20] });
    expect(check(receipt, policyText(1)).witnessedAt).toBe(AT / 1000 + 10);
    expect(check(receipt, policyText(2)).witnessedAt).toBe(AT / 1000 + 20);
    expect(check(receipt, policyText(3)).witnessedAt).toBe(AT / 1000 + 300);
  });

  it.each([400, 900, 1000])('that the log with %i places is of the same history', (compareAt) => {
    expect(check(receiptOf('withdraw', { compareAt }).receipt).compared?.size).toBe(compareAt);
  });

  it('takes the one log of several that signed', () => {
    const other = signerOf('other.example.nl', 1, new Uint8Array(32).fill(9));
    const { receipt } = receiptOf('refuse');
    expect(check(receipt, `log ${formatVkey(other.key)}\n${POLICY}`).origin).toBe(log.key.name);
  });
});

describe('two receipts', () => {
  const { receipt, tree } = receiptOf('grant', { size: 900 });
  const at = (size: number, more: object = {}) => {
    const proof = tree.inclusionProof(812, size);
    const note = new TextDecoder().decode(signedAt(tree, size));
    const hashes = proof.map((hash) => Buffer.from(hash).toString('base64'));
    return check({
      ...receipt,
      proof: ['c2sp.org/tlog-proof@v1', 'index 812', ...hashes, '', note].join('\n'),
      ...more,
    });
  };

  it('of one size are the same log, or the log signed two histories', () => {
    expect(core.compareReceipts(check(receipt), at(900))).toBe('same');
    const fork = check(receiptOf('withdraw').receipt);
    expect(refusal(() => core.compareReceipts(check(receipt), fork))).toBe('split-view');
  });

  it('of two sizes need the proof that one grew from the other, in either', () => {
    const newer = at(860, { compare: compareWith(tree, 900, 860) });
    expect(core.compareReceipts(check(receipt), at(860))).toBe('unknown');
    expect(core.compareReceipts(check(receipt), newer)).toBe('grown');
    expect(core.compareReceipts(newer, check(receipt))).toBe('grown');
  });
});

describe('what is refused', () => {
  const { receipt, tree, leaf } = receiptOf('grant');
  const unsigned = receiptOf('delivery').receipt;
  const swap = (from: string | RegExp, to: string) => ({ ...receipt, proof: receipt.proof.replace(from, to) });
  const event = JSON.parse(receipt.event) as { jws: string };
  const otherKey = { ...receipt.signer, x: toBase64url(new Uint8Array(32).fill(7)) };
  const [head, body, signature] = event.jws.split('.') as [string, string, string];
  const forged = { ...event, jws: `${head}.${body}.${signature.slice(0, -4)}AAAA` };
  /** Another event in the place of this one, with its own leaf, so that only the event is wrong. */
  const placed = (type: number, json: string, more: object = {}) => {
    const salt = new Uint8Array(32).fill(3);
    const made = core.makeLeaf(type, salt, utf8(json));
    const grown = treeWith(made, 2, 5);
    const hashes = grown.inclusionProof(2).map((hash) => Buffer.from(hash).toString('base64'));
    const note = new TextDecoder().decode(signedAt(grown, 5));
    const proof = ['c2sp.org/tlog-proof@v1', 'index 2', ...hashes, '', note].join('\n');
    return { format: receipt.format, type, salt: toBase64url(salt), event: json, proof, ...more };
  };
  const stray = { kind: 'statement', at: AT, jws: event.jws };
  const fork = treeWith(leaf, 812, 900);
  const opening = receiptOf('opening').receipt.event.replace('"reader":"partner/org-a"', '"reader":"partner/org-b"');
  const message = JSON.parse(receiptOf('message').receipt.event) as { header: string };
  const header = JSON.stringify({ ...JSON.parse(message.header), kid: toBase64url(new Uint8Array(32)) });

  const cases: [string, string, object][] = [
    ['receipt-format', 'no receipt', {}],
    ['receipt-format', 'an unknown member', { ...receipt, more: 1 }],
    ['receipt-format', 'another version', { ...receipt, format: 'eenmaal-receipt/v2' }],
    ['receipt-format', 'a salt in another alphabet', { ...receipt, salt: `+${receipt.salt.slice(1)}` }],
    ['receipt-format', 'a key of another kind', { ...receipt, signer: { ...receipt.signer, crv: 'X25519' } }],
    ['receipt-format', 'half a character', { ...receipt, event: `${receipt.event}\ud800` }],
    ['leaf-format', 'type 0', { ...receipt, type: 0 }],
    ['leaf-format', 'a type that is no number', { ...receipt, type: '1' }],
    ['leaf-format', 'a short salt', { ...receipt, salt: receipt.salt.slice(0, 40) }],
    ['event-type', 'the type of a withdrawal on a grant', { ...receipt, type: 2 }],
    ['event-format', 'a space in the event', { ...receipt, event: receipt.event.replace(':', ': ') }],
    ['event-format', 'a member twice', { ...receipt, event: receipt.event.replace('{', '{"at":1,') }],
    ['event-format', 'another kind of event', placed(9, '{"kind":"other","at":1}')],
    ['event-format', 'a name every object has', placed(1, '{"kind":"constructor","at":1}')],
    ['event-format', 'a statement signed as something else', placed(6, JSON.stringify({ ...stray, kind: 'opening' }))],
    ['event-format', 'another reader than asked', placed(6, opening)],
    ['event-format', 'another key than the message names', placed(4, JSON.stringify({ ...message, header }))],
    ['event-format', 'a delivery to nobody', placed(5, `{"kind":"delivery","at":${AT}}`)],
    ['proof-mismatch', 'another salt', { ...receipt, salt: toBase64url(new Uint8Array(32)) }],
    ['proof-mismatch', 'another time', { ...receipt, event: receipt.event.replace(`"at":${AT}`, `"at":${AT + 1}`) }],
    ['proof-mismatch', 'another index', swap('index 812', 'index 813')],
    ['proof-index', 'an index outside the log', swap('index 812', 'index 900')],
    ['proof-length', 'one hash less', swap(/(index 812\n)[^\n]+\n/, '$1')],
    ['proof-file-format', 'another first line', swap('@v1', '@v2')],
    ['note-format', 'a note cut off', { ...receipt, proof: receipt.proof.slice(0, -3) }],
    ['note-bad-signature', 'another size under the signature', swap(`${log.key.name}\n900`, `${log.key.name}\n901`)],
    [
      'note-unsigned',
      'nobody we trust',
      swap(/\u2014 ledger[^\n]*\n\u2014[^\n]*\n\u2014[^\n]*\n/, '\u2014 x AAAAAAAA\n'),
    ],
    ['checkpoint-unsigned', 'witnesses without the log', swap(/\u2014 ledger[^\n]*\n/, '')],
    ['quorum-missing', 'one witness of two', swap(/\u2014 witness[^\n]*\n$/, '')],
    ['quorum-missing', 'one witness twice', swap(/(\u2014 witness[^\n]*\n)\u2014[^\n]*\n$/, '$1$1')],
    ['signer-mismatch', 'a key the event does not name', { ...receipt, signer: otherKey }],
    ['signer-mismatch', 'a key where nobody signs', { ...unsigned, signer: receipt.signer }],
    ['signature-invalid', 'a signature of another text', placed(1, JSON.stringify(forged), { signer: receipt.signer })],
    ['split-view', 'two roots of one size', { ...receipt, compare: compareWith(fork, 900, 900) }],
    ['proof-mismatch', 'another history', { ...receipt, compare: compareWith(fork, 500, 900) }],
    ['proof-length', 'no proof of growth', { ...receipt, compare: { ...compareWith(tree, 500, 900), proof: [] } }],
  ];
  it.each(cases)('%s: %s', (code, _what, wrong) => expect(codeOf(wrong)).toBe(code));

  const [one, two] = witnesses.map(({ key }) => formatVkey(key)) as [string, string];
  const known = `log ${formatVkey(log.key)}\n`;
  const policies: [string, string, string][] = [
    ['policy-quorum', 'no quorum', known],
    ['checkpoint-origin', 'no log', 'quorum none\n'],
    ['policy-quorum', 'two quorums', `${known}quorum none\nquorum none\n`],
    ['policy-name', 'a quorum not defined before', `${known}quorum A\nwitness A ${one}\n`],
    ['policy-key', 'one key as two witnesses', `${known}witness A ${one}\nwitness B ${one}\nquorum A\n`],
    ['policy-name', 'one name twice', `${known}witness A ${one}\nwitness A ${two}\nquorum A\n`],
    ['policy-name', 'a witness called none', `${known}witness none ${one}\nquorum none\n`],
    ['policy-format', 'more than there are', `${known}witness A ${one}\ngroup G 2 A\nquorum G\n`],
    ['policy-name', 'a member twice', `${known}witness A ${one}\ngroup G any A\ngroup H any A\nquorum H\n`],
    ['policy-format', 'an unknown word', `${known}witnesses A ${one}\nquorum none\n`],
    ['policy-format', 'a control character', `${known}# \u0007\nquorum none\n`],
    ['vkey-format', 'no key', `${known}witness A b\nquorum A\n`],
    ['vkey-key-id', 'another name', known.replace('ledger', 'ledgers')],
    ['vkey-type', 'a witness as the log', `log ${one}\nquorum none\n`],
    ['vkey-type', 'the log as a witness', `${known}witness A ${formatVkey(log.key)}\nquorum A\n`],
    ['checkpoint-origin', 'another log', policyText(0, [], signerOf('other.example.nl', 1, new Uint8Array(32)))],
  ];
  it.each(policies)('%s: %s', (code, _what, policy) =>
    expect(codeOf(receipt, code === 'vkey-key-id' ? `${policy}quorum none\n` : policy)).toBe(code),
  );

  it('checkpoint-origin: a comparison with another log, though that is trusted too', () => {
    const other = signerOf('other.example.nl', 1, new Uint8Array(32).fill(9));
    const both = `log ${formatVkey(other.key)}\n${POLICY}`;
    const note = new TextDecoder().decode(signedAt(tree, 900, [], other));
    expect(codeOf({ ...receipt, compare: { checkpoint: note, proof: [] } }, both)).toBe('checkpoint-origin');
    const there = check(
      { ...receipt, proof: receipt.proof.replace(/\n\n.*$/s, `\n\n${note}`) },
      `${both.split('\n')[0]}\nquorum none`,
    );
    expect(refusal(() => core.compareReceipts(check(receipt), there))).toBe('checkpoint-origin');
  });

  it('note-bad-signature: a cosignature, rightly signed, of a time that no number holds exactly', () => {
    const text = `${log.key.name}\n900\n`;
    const body = receipt.proof.slice(receipt.proof.indexOf(text)).split('\n\n')[0];
    const { key, sign } = witnesses[2] as (typeof witnesses)[number];
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(2n ** 53n);
    const signature = sign(utf8(`cosignature/v1\ntime ${2n ** 53n}\n${body}\n`));
    const line = Buffer.concat([Buffer.from(key.keyId, 'hex'), time, signature]).toString('base64');
    expect(codeOf({ ...receipt, proof: `${receipt.proof}\u2014 ${key.name} ${line}\n` })).toBe('note-bad-signature');
  });

  it('names the step it ended at', () => {
    const steps = cases.map(([, , wrong]) => {
      try {
        return check(wrong).kind;
      } catch (error) {
        return (error as { step: string }).step;
      }
    });
    expect(new Set(steps)).toEqual(new Set(core.STEPS.filter((step) => step !== 'keys')));
  });

  it('uses the names of the ledger and the model where they have one', () => {
    const own = ['receipt-format', 'event-format', 'event-type', 'quorum-missing', 'signer-mismatch'];
    const used = [...cases, ...policies].map(([code]) => code).filter((code) => !own.includes(code));
    for (const code of used) expect({ ...LEDGER_ERRORS, ...ERRORS }).toHaveProperty(code);
  });
});

it('takes C2SP policies with groups in groups, comments and spaces', () => {
  const [a, b, c] = witnesses.map(({ key }) => formatVkey(key)) as [string, string, string];
  const text = `# of two houses\n\tlog  ${formatVkey(log.key)} https://log.example.nl\nwitness A ${a}\nwitness B ${b} https://b\n\nwitness C ${c}\ngroup X any A B\ngroup both all X C\nquorum both`;
  const policy = core.parsePolicy(utf8(text));
  const [keyA, keyB, keyC] = policy.witnesses as [never, never, never];
  expect(core.reachesQuorum(policy, [keyA, keyC])).toBe(true);
  expect(core.reachesQuorum(policy, [keyA, keyB])).toBe(false);
  expect(core.reachesQuorum(policy, [keyC])).toBe(false);
});
