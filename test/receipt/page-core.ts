/** The check of the receipt page, taken out of the page itself: page and tests run the very same text. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';

const PAGE = new URL('../../services/family/receipt/receipt.html', import.meta.url);
export const pagePath = fileURLToPath(PAGE);
export const page = readFileSync(PAGE, 'utf8');

/** The text between a script's or the style's tags. */
export function inline(opening: string): string {
  const start = page.indexOf(opening) + opening.length;
  return page.slice(start, page.indexOf('</', start));
}

type Vkey = { name: string; id: string; type: number; publicKey: Uint8Array };
type Position = { size: number; root: Uint8Array };
type Cosignature = { key: Vkey; time: number };
type Opened = Position & { origin: string; cosignatures: Cosignature[] };
type Proof = Position & {
  index: number;
  origin: string;
  leaf: string;
  kind: string;
  at: number;
  act: Record<string, unknown>;
  signer: 'checked' | 'absent' | 'none';
  compared?: Position;
  witnesses: { name: string; key: string; time: number | null }[];
  witnessedAt: number | null;
};
type Named = { witness?: Vkey; least?: number; parts?: string[] };
type Policy = { logs: Vkey[]; witnesses: Vkey[]; names: Map<string, Named>; quorum: string };
type Core = {
  sha256(message: Uint8Array): Uint8Array;
  sha512(message: Uint8Array): Uint8Array;
  hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array;
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  base64(text: string, code: string): Uint8Array;
  base64url(text: string, code: string): Uint8Array;
  toBase64url(bytes: Uint8Array): string;
  makeLeaf(type: number, salt: Uint8Array, event: Uint8Array): Uint8Array;
  leafHash(leaf: Uint8Array): Uint8Array;
  checkInclusion(leaf: Uint8Array, index: number, size: number, root: Uint8Array, proof: Uint8Array[]): void;
  checkConsistency(from: number, fromRoot: Uint8Array, to: number, toRoot: Uint8Array, proof: Uint8Array[]): void;
  parseVkey(text: string): Vkey;
  openNote(bytes: Uint8Array, keys: Vkey[]): { text: string; verified: { key: Vkey; signature: Uint8Array }[] };
  parseCheckpoint(text: string): Position & { origin: string };
  openCheckpoint(bytes: Uint8Array, logs: Vkey[], witnesses: Vkey[]): Opened;
  parseProofFile(bytes: Uint8Array): {
    index: number;
    extra?: Uint8Array;
    proof: Uint8Array[];
    checkpoint: Uint8Array;
  };
  parsePolicy(bytes: Uint8Array): Policy;
  openByPolicy(note: Uint8Array, policy: Policy): Opened;
  reachesQuorum(policy: Policy, keys: Vkey[]): boolean;
  checkReceipt(file: Uint8Array, trust: string): Proof;
  compareReceipts(one: Proof, other: Proof): 'same' | 'grown' | 'unknown';
  STEPS: string[];
};

const NAMES: (keyof Core)[] = [
  ...(['sha256', 'sha512', 'hmacSha256', 'verifyEd25519', 'base64', 'base64url', 'toBase64url', 'makeLeaf'] as const),
  ...(['leafHash', 'checkInclusion', 'checkConsistency', 'parseVkey', 'openNote', 'parseCheckpoint'] as const),
  ...([
    'openCheckpoint',
    'parseProofFile',
    'parsePolicy',
    'openByPolicy',
    'reachesQuorum',
    'checkReceipt',
    'compareReceipts',
  ] as const),
  'STEPS',
];

// the typed arrays of this realm, so that what goes in and comes out compares as usual; nothing else from outside
const context = createContext({
  TextEncoder,
  TextDecoder,
  Uint8Array,
  Uint32Array,
  BigUint64Array,
  DataView,
  ArrayBuffer,
});
runInContext(inline('<script id="core">'), context);
export const core = runInContext(`({ ${NAMES.join(', ')} })`, context) as Core;

/** `undefined`, or the code something was refused with. Anything else thrown is a fault of the page, and passes on. */
export function refusal(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== 'string') throw error;
    return code;
  }
}
