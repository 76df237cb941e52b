/** Asks the message server's monitoring endpoint whether it keeps its promises. What cannot be read counts as broken. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EenmaalError } from '@eenmaal/model';
import { z } from 'zod';

const Varz = z.object({
  jetstream: z.object({ config: z.object({ sync_always: z.boolean().default(false), max_storage: z.number() }) }),
});

export type ServerFacts = { maxStorage: number };

/**
 * Waits until every server is healthy (after a crash its store takes a while; with a wrong disk key it never is) and
 * checks that each syncs every write before it acknowledges.
 * @param monitorUrls one for each server, for example http://127.0.0.1:8222
 * @throws `server-unsafe`
 */
export async function checkServers(monitorUrls: readonly string[], wait = 30_000): Promise<ServerFacts> {
  if (monitorUrls.length === 0) throw new EenmaalError('server-unsafe', 'no monitoring endpoint is given');
  const all = await Promise.all(monitorUrls.map((url) => checkServer(url, wait)));
  return { maxStorage: Math.min(...all.map(({ maxStorage }) => maxStorage)) };
}

async function checkServer(url: string, wait: number): Promise<ServerFacts> {
  for (const limit = performance.now() + wait; ; await sleep(100)) {
    const problem = await get(`${url}/healthz`).then(
      () => undefined,
      (cause: unknown) => new EenmaalError('server-unsafe', `${url}/healthz is not well`, { cause }),
    );
    if (!problem) break;
    if (performance.now() > limit) throw problem;
  }
  const facts = Varz.safeParse(
    await get(`${url}/varz`).catch((cause: unknown) => {
      throw new EenmaalError('server-unsafe', `${url}/varz cannot be read`, { cause });
    }),
  );
  if (!facts.success) throw new EenmaalError('server-unsafe', `${url}/varz does not say how JetStream is set`);
  const { sync_always, max_storage } = facts.data.jetstream.config;
  if (!sync_always) throw new EenmaalError('server-unsafe', 'jetstream.sync_interval');
  return { maxStorage: max_storage };
}

async function get(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`answered ${response.status}`);
  return response.json();
}
