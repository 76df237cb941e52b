/**
 * Finds a nats-server to run on this machine, and fetches one into the user's cache when there is none. Nothing is
 * installed and no root is needed. The order: what the operator named, what is installed, what was fetched before, then
 * the three places to fetch from, those first that verify signatures.
 */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fetchDebianPackage, fetchFromImage, fetchReleaseArchive } from './find-server-fetch.ts';
import { findOnPath, isNewEnough, MINIMUM_VERSION, readVersion } from './find-server-version.ts';
import { LocalServerError } from './local-server-error.ts';

export interface NatsServer {
  path: string;
  /** For example "2.15.1". */
  version: string;
  /** Where it came from, in plain words. */
  how: string;
}

/** Where to look: the process's own surroundings, or a test's. */
export interface Surroundings {
  env: Record<string, string | undefined>;
  /** Places to fetch from, in order; each unpacks into the folder and answers the program's path there. */
  sources: Record<string, (dir: string) => Promise<string>>;
}

const real: Surroundings = {
  env: process.env,
  sources: {
    "the Debian package, from this machine's own mirror": fetchDebianPackage,
    'the upstream release archive': fetchReleaseArchive,
    'the official Docker image': fetchFromImage,
  },
};

/** Answers the first nats-server that runs and is new enough; throws `nats-server-not-found` with all that was tried. */
export async function findNatsServer({ env, sources }: Surroundings = real): Promise<NatsServer> {
  const tried: string[] = [];
  const attempt = async (how: string, find: () => Promise<string>): Promise<NatsServer | undefined> => {
    try {
      const path = await find();
      return { path, version: await checkedVersion(path), how };
    } catch (error) {
      tried.push(`- ${how}: ${(error as Error).message.trim()}`);
      return undefined;
    }
  };
  const cached = join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'eenmaal/nats-server/nats-server');

  // Named by the operator: that one or none, because a quiet replacement would surprise.
  if (env.NATS_SERVER) {
    const named = env.NATS_SERVER;
    return (await attempt('the NATS_SERVER variable', async () => named)) ?? notFound(tried);
  }
  const found =
    (await attempt('PATH', async () => findOnPath(env.PATH ?? ''))) ??
    (await attempt('a copy fetched before', async () => cached));
  if (found) return found;
  for (const [how, fetchInto] of Object.entries(sources)) {
    const fetched = await attempt(how, () => fetchToCache(cached, fetchInto));
    if (fetched) return fetched;
  }
  return notFound(tried);
}

/** Unpacks beside the cached copy and renames, so that two runs at once both end with a whole program. */
async function fetchToCache(cached: string, fetchInto: (dir: string) => Promise<string>): Promise<string> {
  const folder = join(cached, '..');
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'fetching-'));
  try {
    const program = await fetchInto(work);
    await checkedVersion(program);
    await rename(program, cached);
    return cached;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function checkedVersion(path: string): Promise<string> {
  const version = await readVersion(path);
  if (!isNewEnough(version)) throw new Error(`${path} is version ${version}, older than ${MINIMUM_VERSION}`);
  return version;
}

function notFound(tried: string[]): never {
  throw new LocalServerError(
    'nats-server-not-found',
    `No nats-server ${MINIMUM_VERSION} or newer was found. Tried:\n${tried.join('\n')}\n` +
      'Install nats-server (the package of your system, or a release of nats-io/nats-server), or set NATS_SERVER to ' +
      'the full path of one.',
  );
}
