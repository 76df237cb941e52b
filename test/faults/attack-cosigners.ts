/** Cosignatures that nobody should believe. */
import { formatLogKey, readTrust, type Transport } from '@eenmaal/client';
import { signBytes, signingKeysFromSeed, text, utf8 } from '@eenmaal/crypto';
import type { Policy } from '@eenmaal/ledger';
import { COSIGNATURE_V1, cosignCheckpoint, formatVkey, makeVerifierKey } from '@eenmaal/ledger';

/** Key and name are there as they were, and one bit of the signature is another. */
export function wronglySigned(note: string): string {
  const lines = note.trimEnd().split('\n');
  const [dash, name, base64 = ''] = (lines.pop() as string).split(' ');
  const bytes = Buffer.from(base64, 'base64');
  bytes.writeUInt8((bytes.at(-1) as number) ^ 1, bytes.length - 1);
  return `${[...lines, [dash, name, bytes.toString('base64')].join(' ')].join('\n')}\n`;
}

/** With the proof that the newest checkpoint continues it. */
export async function proven(checkpoint: string, truth: Transport) {
  const from = Number(checkpoint.split('\n')[1]);
  return { checkpoint, proof: (await truth.call({ op: 'checkpoint', from })).answer.proof };
}

const { publicKey, secretKey } = signingKeysFromSeed(new Uint8Array(32).fill(66));
/** The name is a true witness's. */
const STRANGER = makeVerifierKey('witness.test/fg', COSIGNATURE_V1, publicKey);

export const cosignedByStranger = (checkpoint: string): string =>
  text(
    cosignCheckpoint(utf8(checkpoint), STRANGER, (bytes) => signBytes(secretKey, bytes), Math.floor(Date.now() / 1000)),
  );

export function policyOfStranger(region: string): Policy {
  const lines = [`log ${formatLogKey(region)}`, `witness w ${formatVkey(STRANGER)}`, 'quorum w', ''];
  return readTrust(lines.join('\n'), region).policy;
}
