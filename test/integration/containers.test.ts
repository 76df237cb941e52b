/**
 * The message server as real deployments run it: in its container, with the configuration our code writes, and the
 * ledger's store on it. Needs a container engine; everything else is tested on the bare program.
 */
import { connect, LEDGER_USER, newNkey, openStreams, serverConfig } from '@eenmaal/broker';
import { systemRandom } from '@eenmaal/host';
import {
  GenericContainer,
  getContainerRuntimeClient,
  ImageName,
  type StartedTestContainer,
  Wait,
} from 'testcontainers';
import { afterEach, expect, it, type TestContext } from 'vitest';

const IMAGE = `nats:${process.env.NATS_TAG || '2.15'}`;
const CONFIG = '/etc/nats/eenmaal.conf';
/** Not a folder the image has: the engine would give the store that one's owner and mode. */
const STORE = '/store';
const LIMIT = 180_000; // an image may have to be fetched first

// One more image, and a container with the engine's socket in it, only to remove what afterEach removes.
process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true';

const started: StartedTestContainer[] = [];
afterEach(() => Promise.all(started.splice(0).map((container) => container.stop())));

/** Skips where no engine answers, and where one has not the image and cannot fetch it. */
async function needsImage(context: TestContext): Promise<void> {
  const because = (what: string) => (error: unknown) =>
    context.skip(`needs Docker: ${what} (${(error as Error).message.trim()})`);
  const { image } = await getContainerRuntimeClient().catch(because('no container engine answers'));
  const name = ImageName.fromString(IMAGE);
  if (!(await image.exists(name))) await image.pull(name).catch(because(`${IMAGE} cannot be fetched`));
}

/** A server as docker-compose.yml runs it: no root, no capabilities, nothing to write on but its store. */
async function startServer(hubPublicNkey: string): Promise<StartedTestContainer> {
  const content = serverConfig({
    ...{ hubPublicNkey, accounts: [], syncAlways: true, storeDir: STORE, maxFileStore: 256 * 1024 * 1024 },
    ...{ listen: '0.0.0.0:4222', monitor: '0.0.0.0:8222' },
  });
  const container = await new GenericContainer(IMAGE)
    .withCopyContentToContainer([{ content, target: CONFIG, mode: 0o444 }])
    .withCommand(['-c', CONFIG])
    .withTmpFs({ [STORE]: 'rw,size=300m,mode=1777' })
    .withUser('10001:10001')
    .withDroppedCapabilities('ALL')
    .withSecurityOpt('no-new-privileges:true')
    .withExposedPorts(4222, 8222)
    .withWaitStrategy(Wait.forLogMessage('Server is ready'))
    .start();
  started.push(container);
  return container;
}

it('keeps the ledger in a container, with the configuration we write', { timeout: LIMIT }, async (context) => {
  await needsImage(context);
  const hub = newNkey(systemRandom);
  const container = await startServer(hub.public);
  const at = (port: number) => `${container.getHost()}:${container.getMappedPort(port)}`;
  const url = `nats://${at(4222)}`;

  await expect(connect({ url, nkeySeed: newNkey(systemRandom).seed, name: LEDGER_USER })).rejects.toThrow(
    'ledger-unreachable',
  );

  const nc = await connect({ url, nkeySeed: hub.seed, name: LEDGER_USER });
  try {
    const store = await openStreams(nc, { monitorUrls: [`http://${at(8222)}`] });
    const commits = [1, 2, 3].map((n) => systemRandom(100 * n));
    for (const [seq, bytes] of commits.entries()) expect(await store.append(bytes, seq, `c${seq}`)).toBe(seq + 1);
    await expect(store.append(systemRandom(10), 1, 'late')).rejects.toMatchObject({ code: 'second-writer' });

    const read: Uint8Array[] = [];
    expect(await store.readAll(1, ({ bytes }) => void read.push(bytes))).toBe(3);
    expect(read).toEqual(commits);
    const body = systemRandom(5000);
    expect(await store.getBody(await store.putBody(body))).toEqual(body);
  } finally {
    await nc.close();
  }
});
