/** Ed25519 by the platform's OpenSSL: the same signatures (RFC 8032 is deterministic) in less time than WebAssembly takes. */
import { createPrivateKey, sign } from 'node:crypto';
import { concat, fromHex, type Sign } from '@eenmaal/crypto';

/** What stands before the 32-byte seed in a PKCS #8 file (RFC 8410 section 7). */
const PKCS8 = fromHex('302e020100300506032b657004220420');

export function nativeSigner(seed: Uint8Array): Sign {
  const key = createPrivateKey({ key: Buffer.from(concat(PKCS8, seed)), format: 'der', type: 'pkcs8' });
  return (bytes) => sign(null, bytes, key);
}
