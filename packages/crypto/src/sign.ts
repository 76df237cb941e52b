/**
 * Signatures as JWS (RFC 7515) with the fully specified algorithm name `Ed25519` (RFC 9864). Made and checked with
 * libsodium, because WebCrypto takes twice as long per message; a test has jose check what we make and the reverse.
 * Every kind of object has its own `typ`, so that a signature for one can never pass for another.
 */
import { EenmaalError } from '@eenmaal/model';
import sodium from 'libsodium-wrappers';
import { concat, fromBase64url, type Random, text, toBase64url, utf8 } from './bytes.ts';
import { thumbprint } from './jwk.ts';

await sodium.ready;

/** Makes Ed25519 signatures of 64 bytes (RFC 8032). */
export type Sign = (bytes: Uint8Array) => Uint8Array;
export type SigningKeys = { kid: string; publicKey: Uint8Array; secretKey: Uint8Array; sign: Sign };

/**
 * An Ed25519 key pair; `kid` is its JWK thumbprint. `seed`: 32 bytes.
 * @param signer makes the signing function where the platform has a faster one than WebAssembly (packages/host does)
 */
export function signingKeysFromSeed(seed: Uint8Array, signer?: (seed: Uint8Array) => Sign): SigningKeys {
  const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(seed);
  const sign = signer?.(seed) ?? ((bytes) => signBytes(privateKey, bytes));
  return { kid: thumbprint(publicKey), publicKey, secretKey: privateKey, sign };
}
export const signingKeys = (random: Random): SigningKeys => signingKeysFromSeed(random(32));

/** Raw Ed25519 (RFC 8032). `secretKey`: 64 bytes. */
export const signBytes = (secretKey: Uint8Array, bytes: Uint8Array): Uint8Array =>
  sodium.crypto_sign_detached(bytes, secretKey);
/** Never throws: a signature or key of the wrong length is simply not valid. */
export function verifyBytes(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    return sodium.crypto_sign_verify_detached(signature, bytes, publicKey);
  } catch {
    return false;
  }
}

export type Typ = 'eenmaal-statement+jws' | 'eenmaal-envelope+jws' | 'eenmaal-open+jws' | 'eenmaal-hello+jws';

const protectedHeader = (kid: string, typ: Typ): string =>
  toBase64url(utf8(`{"alg":"Ed25519","kid":"${kid}","typ":"${typ}"}`));
const signingInput = (head: string, payload: string): Uint8Array => utf8(`${head}.${payload}`);

/** A key's protected headers, encoded: always the same text, and as dear to make as the rest of the JWS. */
const heads = new WeakMap<SigningKeys, Map<Typ, string>>();

function headOf(keys: SigningKeys, typ: Typ): string {
  const known = heads.get(keys) ?? new Map<Typ, string>();
  heads.set(keys, known);
  const head = known.get(typ) ?? protectedHeader(keys.kid, typ);
  known.set(typ, head);
  return head;
}

/** Compact JWS with the payload inside. */
export function sign(keys: SigningKeys, typ: Typ, payload: Uint8Array): string {
  const { head, body, signature } = signed(keys, typ, payload);
  return `${head}.${body}.${signature}`;
}

/** Compact JWS with the payload left out (RFC 7515 appendix F). */
export function signDetached(keys: SigningKeys, typ: Typ, payload: Uint8Array): string {
  const { head, signature } = signed(keys, typ, payload);
  return `${head}..${signature}`;
}

function signed(keys: SigningKeys, typ: Typ, payload: Uint8Array) {
  const head = headOf(keys, typ);
  const body = toBase64url(payload);
  return { head, body, signature: toBase64url(keys.sign(signingInput(head, body))) };
}

/** What a JWS says about itself, before anything is believed. */
export type UnverifiedJws = { kid: string; payload: Uint8Array; verify(publicKey: Uint8Array): void };

/**
 * Reads a compact JWS of the given kind. The protected header must be, byte for byte, the one form we make: no other
 * algorithm, no extra member, no second spelling.
 * @param detached the payload of a detached JWS
 * @throws `malformed`, `wrong-typ`; `verify` throws `signature-invalid`
 */
export function readJws(jws: string, typ: Typ, detached?: Uint8Array): UnverifiedJws {
  const parts = jws.split('.');
  const [head, body, signature] = parts;
  if (parts.length !== 3 || head === undefined || body === undefined || !signature)
    throw new EenmaalError('malformed', 'JWS');
  if ((body === '') !== (detached !== undefined)) throw new EenmaalError('malformed', 'JWS payload');
  const kid = kidOf(head, typ);
  const signatureBytes = fromBase64url(signature);
  if (signatureBytes.length !== 64) throw new EenmaalError('malformed', 'JWS signature');
  const payload = detached ?? fromBase64url(body);
  return {
    kid,
    payload,
    verify(publicKey) {
      const input = signingInput(head, detached ? toBase64url(detached) : body);
      if (!verifyBytes(publicKey, input, signatureBytes)) throw new EenmaalError('signature-invalid');
    },
  };
}

const LONGEST_HEAD = 200;

function kidOf(head: string, typ: Typ): string {
  if (head.length > LONGEST_HEAD) throw new EenmaalError('malformed', 'JWS header');
  const form = /^\{"alg":"Ed25519","kid":"([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])","typ":"([a-z+-]+)"\}$/;
  const match = form.exec(text(fromBase64url(head)));
  if (!match?.[1]) throw new EenmaalError('malformed', 'JWS header');
  if (match[2] !== typ) throw new EenmaalError('wrong-typ');
  return match[1];
}

/** Bytes of header and body hash that an envelope's detached signature covers. */
export const signedEnvelopeBytes = (header: Uint8Array, bodyHash: Uint8Array): Uint8Array => concat(header, bodyHash);
