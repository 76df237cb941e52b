/** For tests: an invented log with a true history and as many forks of it as are asked for, and a witness in a fresh folder. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signBytes, signingKeysFromSeed, toBase64url, utf8 } from '@eenmaal/crypto';
import { createLogger } from '@eenmaal/host';
import {
  ED25519,
  formatAddCheckpoint,
  formatVkey,
  hashLeaf,
  makeVerifierKey,
  signCheckpoint,
  Tree,
  type VerifierKey,
} from '@eenmaal/ledger';
import { type Service, serveWitness } from './serve.ts';
import type { Settings } from './settings.ts';
import type { StateError } from './state.ts';

export const NOW = 1_767_225_600;
const quiet = createLogger('witness test', 'silent');

export class TestLog {
  readonly key: VerifierKey;
  readonly #secret: Uint8Array;

  constructor(name = 'log.example/1', seed = 1) {
    const { publicKey, secretKey } = signingKeysFromSeed(new Uint8Array(32).fill(seed));
    this.key = makeVerifierKey(name, ED25519, publicKey);
    this.#secret = secretKey;
  }

  /** The true history, or one that differs from leaf `from` on. */
  tree(size: number, fork = 'true', from = 0): Tree {
    const tree = new Tree();
    for (let i = 0; i < size; i++) tree.append(hashLeaf(utf8(i < from ? `true ${i}` : `${fork} ${i}`)));
    return tree;
  }

  signed(tree: Tree, size = tree.size): Uint8Array {
    const checkpoint = { origin: this.key.name, size, root: tree.root(size) };
    return signCheckpoint(checkpoint, this.key, (bytes) => signBytes(this.#secret, bytes));
  }

  /** A whole request, with the right proof unless told otherwise. */
  request(tree: Tree, oldSize: number, size = tree.size, proof = tree.consistencyProof(oldSize, size)): Uint8Array {
    return formatAddCheckpoint({ oldSize, proof, checkpoint: this.signed(tree, size) });
  }
}

/** Settings of a witness with a folder of its own that is new. */
export async function newWitness(...logs: VerifierKey[]): Promise<Settings> {
  const dir = await mkdtemp(join(tmpdir(), 'eenmaal-witness-'));
  await mkdir(join(dir, 'state'));
  const keySecret = new Uint8Array(32).fill(7);
  await writeFile(join(dir, 'secret'), toBase64url(keySecret));
  await writeFile(join(dir, 'logs'), `${logs.map((key) => `log ${formatVkey(key)}`).join('\n')}\nquorum none\n`);
  const stateDir = join(dir, 'state');
  return { stateDir, keySecret, name: 'witness.example/1', logs, host: '127.0.0.1', port: 0, logLevel: 'silent' };
}

export async function start(settings: Settings, onFatal: (error: StateError) => void = () => {}): Promise<Service> {
  return serveWitness(settings, { clock: () => NOW * 1000, log: quiet, onFatal });
}

export type Answered = { status: number; type: string | null; text: string };
export async function post(url: string, body: Uint8Array | string): Promise<Answered> {
  const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: Buffer.from(body) });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
}
