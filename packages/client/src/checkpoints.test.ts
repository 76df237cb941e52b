/** What a participant calls confirmed: by its own policy, and never for longer than its maximum age. */
import { newIdentity, signBytes, signingKeysFromSeed, text, toBase64url, utf8 } from '@eenmaal/crypto';
import { signObject } from '@eenmaal/envelope';
import {
  COSIGNATURE_V1,
  cosignCheckpoint,
  formatVkey,
  hashLeaf,
  makeVerifierKey,
  signCheckpoint,
  Tree,
} from '@eenmaal/ledger';
import type { Statement } from '@eenmaal/model';
import { expect, it } from 'vitest';
import { Checkpoints } from './checkpoints.ts';
import type { Transport } from './transport.ts';
import { formatLogKey, logKeyOf, readTrust } from './trust.ts';

const NOW = 1_767_225_600;
const [steward, ledger] = [1, 2].map((fill) => newIdentity((length) => new Uint8Array(length).fill(fill)));
const region = signObject(
  'eenmaal-statement+jws',
  {
    ...{
      v: 1,
      id: toBase64url(new Uint8Array(16)),
      by: 'steward',
      at: 1,
      kind: 'region',
      name: 'Test',
      profile: 'strict',
    },
    ...{ seen: { size: 0, root: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU' }, origin: 'ledger.test/region' },
    ...{ steward: steward?.public.signing, ledger: ledger?.public },
  } as Statement,
  steward?.signing as never,
);
const witnesses = [3, 4].map((seed) => {
  const { publicKey, secretKey } = signingKeysFromSeed(new Uint8Array(32).fill(seed));
  return {
    key: makeVerifierKey(`witness.test/${seed}`, COSIGNATURE_V1, publicKey),
    sign: (bytes: Uint8Array) => signBytes(secretKey, bytes),
  };
});
const lines = witnesses.map(({ key }, i) => `witness w${i} ${formatVkey(key)}`);
const trust = readTrust(
  `log ${formatLogKey(region)}\n${lines.join('\n')}\ngroup one any w0 w1\nquorum one\n`,
  region,
  900,
);
const tree = new Tree();
for (let i = 0; i < 5; i++) tree.append(hashLeaf(utf8(`entry ${i}`)));

/** What is confirmed to who asks a ledger whose newest checkpoint the witnesses cosigned at these times. */
async function confirmedAt(...times: number[]) {
  const log = logKeyOf(region);
  const at = { origin: log.name, size: tree.size, root: tree.root() };
  const plain = signCheckpoint(at, log, (bytes) => ledger?.signing.sign(bytes) as Uint8Array);
  const cosigned = times.reduce((note, time, i) => {
    const { key, sign } = witnesses[i] as (typeof witnesses)[number];
    return cosignCheckpoint(note, key, sign, time);
  }, plain);
  const answer = { checkpoint: text(plain), proof: [], cosigned: { checkpoint: text(cosigned), proof: [] } };
  const transport = { call: async () => ({ answer, attached: new Uint8Array() }) } as unknown as Transport;
  const checkpoints = new Checkpoints({ transport, region, trust, clock: () => NOW * 1000 });
  await checkpoints.advance();
  return checkpoints.confirmed;
}

it('is new for the maximum age after enough witnesses said so', async () => {
  expect(await confirmedAt(NOW - 100)).toMatchObject({ by: ['witness.test/3'], until: (NOW + 800) * 1000 });
  expect(await confirmedAt(NOW - 100, NOW - 10)).toMatchObject({ until: (NOW + 890) * 1000 });
});

it('says that there are two histories also where that cannot be kept, and stops', async () => {
  const log = logKeyOf(region);
  const sign = (bytes: Uint8Array) => ledger?.signing.sign(bytes) as Uint8Array;
  const answers = [5, 3].map((size) => {
    const checkpoint = text(signCheckpoint({ origin: log.name, size, root: tree.root(size) }, log, sign));
    return { answer: { checkpoint, proof: [] }, attached: new Uint8Array() };
  });
  const transport = { call: async () => answers.shift() ?? Promise.reject(new Error('gone')) } as unknown as Transport;
  const onSplitView = () => Promise.reject(new Error('no space left'));
  const checkpoints = new Checkpoints({ transport, region, clock: () => NOW * 1000, onSplitView });
  await checkpoints.advance();
  await expect(checkpoints.advance()).rejects.toMatchObject({ code: 'split-view' });
  expect(() => checkpoints.mustBeOne()).toThrow(expect.objectContaining({ code: 'split-view' }));
});

it('does not stay new because a witness says a time that has not come', async () => {
  expect(await confirmedAt(NOW + 1_000_000)).toBeNull();
  expect(await confirmedAt(NOW + 1_000_000, NOW - 10)).toMatchObject({
    by: ['witness.test/4'],
    until: (NOW + 890) * 1000,
  });
});
