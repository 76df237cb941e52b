/** An organisation's own program against the real chain: its service started with a file, and its API asked over HTTP. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encryptAtRest, toBase64url, utf8 } from '@eenmaal/crypto';
import { createLogger, systemRandom, writeFileSafely } from '@eenmaal/host';
import { partner } from '@eenmaal/model';
import { hashOfToken, type PartnerFile, type Settings, serve } from '@eenmaal/service-partner';
import type { TestChain } from './support.ts';

export const TOKEN = 'a-token-for-tests-of-more-than-32-characters';
const SECRET = new Uint8Array(32).fill(9);

export const fileOf = (id: string): PartnerFile => ({
  ...{ id, name: `Organisation ${id}`, task: 'Wij doen iets.', taskEn: 'We do something.' },
  ...{ attests: id === 'org-a', roles: ['local-team'], purposes: ['support'], port: 4999 },
  professional: { name: 'Sam Voorbeeld', role: 'adviser', register: 'SKJ 000-demo' },
});

// biome-ignore lint/suspicious/noExplicitAny: JSON as another organisation's software gets it
type Answer = { status: number; headers: Headers; body: any };
export type Api = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

/** Asks with a good token unless `headers` say otherwise. */
const apiOf =
  (url: () => string): Api =>
  async (method, path, body, headers = {}) => {
    const json = body !== undefined && !(body instanceof ReadableStream) && !(body instanceof Uint8Array);
    const answer = await fetch(`${url()}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body !== undefined && { 'content-type': json ? 'application/json' : 'application/octet-stream' }),
        ...headers,
      },
      ...(body !== undefined && { body: json ? JSON.stringify(body) : (body as ReadableStream), duplex: 'half' }),
    } as RequestInit);
    const text = await answer.text();
    const parsed = /json/.test(answer.headers.get('content-type') ?? '') && text ? JSON.parse(text) : text;
    return { status: answer.status, headers: answer.headers, body: parsed };
  };

/** Its state folder with the keys the chain registered for it, and everything `serve` wants. */
export async function settingsFor(chain: TestChain, id: string): Promise<Settings> {
  const stateDir = await mkdtemp(join(tmpdir(), 'eenmaal-org-'));
  const { seed } = chain.identityOf(partner(id));
  const keys = {
    v: 1,
    seed: toBase64url(seed),
    nkey: chain.nkeys.get(id)?.seed,
  };
  await writeFileSafely(join(stateDir, 'keys.jwe'), await encryptAtRest(SECRET, utf8(JSON.stringify(keys))));
  return {
    ...{ stateDir, keySecret: SECRET, natsUrl: [chain.server.url], natsCaFile: undefined, region: chain.region },
    ...{ tokenHash: hashOfToken(TOKEN), host: '127.0.0.1', port: 0, logLevel: 'trace', pollSeconds: 30 },
  };
}

/** Starts an organisation; `lines` gathers its log at the loudest level. */
export async function startOrganisation(chain: TestChain, id: string, more: Partial<Settings> = {}) {
  const settings = { ...(await settingsFor(chain, id)), ...more };
  const lines: string[] = [];
  const log = createLogger(`partner ${id}`, 'trace', { write: (line) => void lines.push(line) });
  const start = () => serve(fileOf(id), settings, { clock: chain.clock, random: systemRandom, log });
  let service = await start();
  return {
    ...{ settings, lines, stateDir: settings.stateDir, api: apiOf(() => service.url) },
    get service() {
      return service;
    },
    async restart(between: () => unknown = () => {}) {
      await service.stop();
      await between();
      service = await start();
    },
    async stop() {
      await service.stop();
      await rm(settings.stateDir, { recursive: true, force: true });
    },
  };
}
export type Organisation = Awaited<ReturnType<typeof startOrganisation>>;
