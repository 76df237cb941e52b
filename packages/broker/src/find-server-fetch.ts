/** The three places a nats-server can be fetched from. Each unpacks into a folder and answers the program's path. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { arch, platform } from 'node:process';
import { type AptSource, chooseMirror, parseDeb822, parseOneLine } from './find-server-apt.ts';
import { runCommand } from './find-server-run.ts';

/** The first Debian release with a nats-server that is new enough. Its package needs only libc 2.34. */
const DEBIAN_SUITE = 'forky';
const DEBIAN_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

const RELEASE = '2.14.5';
/** SHA-256 of the release archives, as the official image's build pins them. */
const RELEASE_SUMS: Record<string, string> = {
  'linux-amd64': '5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355',
  'linux-arm64': '673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c',
};

const IMAGE = 'nats:2.15';

/**
 * Debian's package, from the mirror this machine uses anyway. apt works in a folder of its own, so it needs no root and
 * changes nothing on the machine; it verifies the signatures as always.
 */
export async function fetchDebianPackage(dir: string): Promise<string> {
  const mirror = await ownMirror();
  const keyring = mirror.signedBy ?? DEBIAN_KEYRING;
  await mkdir(join(dir, 'lists/partial'), { recursive: true });
  await mkdir(join(dir, 'cache/archives/partial'), { recursive: true });
  await writeFile(join(dir, 'status'), '');
  await writeFile(join(dir, 'sources.list'), `deb [signed-by=${keyring}] ${mirror.uri} ${DEBIAN_SUITE} main\n`);
  const options = {
    'Dir::Etc::sourcelist': join(dir, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(dir, 'lists'),
    'Dir::State::status': join(dir, 'status'),
    'Dir::Cache': join(dir, 'cache'),
    'Acquire::Languages': 'none',
    'APT::Sandbox::User': '',
  };
  const apt = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await runCommand('apt-get', ['update', '--error-on=any', ...apt], dir);
  await runCommand('apt-get', ['download', 'nats-server', ...apt], dir);
  const file = (await readdir(dir)).find((name) => name.endsWith('.deb'));
  if (file === undefined) throw new Error('apt-get downloaded nothing');
  await runCommand('dpkg-deb', ['-x', join(dir, file), join(dir, 'package')]);
  return join(dir, 'package/usr/sbin/nats-server');
}

async function ownMirror(): Promise<AptSource> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const codename = /^VERSION_CODENAME=(\S+)/m.exec(release)?.[1];
  if (!/^ID=debian$/m.test(release) || codename === undefined) throw new Error('this is not a Debian machine');
  const folder = '/etc/apt/sources.list.d';
  const extra = await readdir(folder).catch(() => []);
  const sources: AptSource[] = [];
  for (const path of ['/etc/apt/sources.list', ...extra.map((name) => join(folder, name))]) {
    const text = await readFile(path, 'utf8').catch(() => '');
    sources.push(...(path.endsWith('.sources') ? parseDeb822(text) : parseOneLine(text)));
  }
  const mirror = chooseMirror(sources, codename);
  if (!mirror) throw new Error(`no apt source of this machine serves ${codename}`);
  return mirror;
}

/** The project's own release, accepted only with the checksum written here. */
export async function fetchReleaseArchive(dir: string): Promise<string> {
  const target = `${platform}-${arch === 'x64' ? 'amd64' : arch}`;
  const wanted = RELEASE_SUMS[target];
  if (wanted === undefined) throw new Error(`no checksum is known for ${target}`);
  const name = `nats-server-v${RELEASE}-${target}`;
  const url = `https://github.com/nats-io/nats-server/releases/download/v${RELEASE}/${name}.tar.gz`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(60_000) }).catch((error: Error) => {
    throw new Error(`${url} cannot be reached (${error.cause instanceof Error ? error.cause.message : error.message})`);
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  const archive = Buffer.from(await answer.arrayBuffer());
  const sum = createHash('sha256').update(archive).digest('hex');
  if (sum !== wanted) throw new Error(`${url} has the checksum ${sum} instead of ${wanted}`);
  await writeFile(join(dir, 'archive.tar.gz'), archive);
  await runCommand('tar', ['-xzf', 'archive.tar.gz'], dir);
  return join(dir, name, 'nats-server');
}

/** Copies the program out of the official image; no container is ever started. */
export async function fetchFromImage(dir: string): Promise<string> {
  const container = (await runCommand('docker', ['create', IMAGE])).trim();
  try {
    await runCommand('docker', ['cp', `${container}:/nats-server`, dir]);
  } finally {
    await runCommand('docker', ['rm', container]);
  }
  return join(dir, 'nats-server');
}
