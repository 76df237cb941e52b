/**
 * A canary text in every content field, and every key that opens content: found nowhere. Not in the frames, not on the
 * wire (recorded between the clients, the ledger and the message server), not in any file of the message server, not in
 * its log at its most talkative, not in what the ledger service prints, not in any refusal.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { join, relative } from 'node:path';
import { newId } from '@eenmaal/client';
import { fromBase64url, utf8 } from '@eenmaal/crypto';
import type { Content } from '@eenmaal/model';
import { terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { search, spellings } from './canary-search.ts';
import { eventually, failure, type Place, startWithFamily, withLink } from './support.ts';

const canary = (field: string) => `kanarie ${field} zingt 7f3ac1`;
const FIELDS = ['title', 'text', 'name', 'role', 'register', 'file', 'type', 'bytes', 'label', 'other label'] as const;

let world: Awaited<ReturnType<typeof startWithFamily>>;
let proxy: Awaited<ReturnType<typeof recordingProxy>>;
let opened: Content;
const frames: Uint8Array[] = [];
const printed: string[] = [];
const refusals: string[] = [];
/** Keys that open something, by name. */
const keys = new Map<string, Uint8Array>();

beforeAll(async () => {
  for (const name of ['log', 'error', 'warn', 'info', 'debug'] as const)
    vi.spyOn(console, name).mockImplementation((...line) => printed.push(line.map(String).join(' ')));
  world = await startWithFamily({ seed: 'canary', onFrame: (frame) => frames.push(frame) });
  const { chain } = world;
  await talkative(chain.dir);
  await chain.server.restart();
  await eventually(() => chain.steward.sync());
  proxy = await recordingProxy(chain.server.url);
  // from here on everybody who connects goes through the recorder, the ledger service too
  Object.assign(chain.server, { url: proxy.url });
  await chain.restartLedger();
  await play();
}, 40_000);
afterAll(async () => {
  vi.restoreAllMocks();
  await world?.chain.stop();
  proxy?.server.close();
});

/** Adds everything the message server can say to its log. */
async function talkative(dir: string): Promise<void> {
  const file = join(dir, 'nats.conf');
  const config = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...config, debug: true, trace: true, logtime: true }));
}

/** Passes everything on between client and server, and keeps it, one stream for each direction of a connection. */
async function recordingProxy(url: string) {
  const recorded: Buffer[][] = [];
  const keep = (from: Socket, to: Socket) => {
    const stream: Buffer[] = [];
    recorded.push(stream);
    from.on('data', (bytes) => stream.push(Buffer.from(bytes)));
    from.on('error', () => to.destroy());
    from.pipe(to);
  };
  const server: Server = createServer((client) => {
    const upstream = dial(Number(new URL(url).port), '127.0.0.1');
    keep(client, upstream);
    keep(upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { server, recorded, url: `nats://127.0.0.1:${port}` };
}

/** A message with every field filled, read by a partner; a withdrawal; an erring stranger. */
async function play(): Promise<void> {
  const { chain, family } = world;
  const { dossier, ids } = family;
  const mother = await family.join('mother');
  const place: Place = { dossier, compartment: await mother.openCompartment(dossier, [ids.mother], canary('label')) };
  const other = await mother.openCompartment(dossier, [ids.mother], canary('other label'));
  await mother.grant(dossier, [place.compartment], terms('org-b', chain.clock()));
  const message = {
    ...({ ...place, kind: 'expertise', purpose: 'support' } as const),
    content: {
      title: canary('title'),
      text: `${'x'.repeat(777)}${canary('text')}`,
      author: { name: canary('name'), role: canary('role'), register: canary('register') },
    },
    attachments: [
      { name: canary('file'), type: canary('type'), open: () => [utf8('y'.repeat(5)), utf8(canary('bytes'))] },
    ],
  };
  const sent = await mother.send(message);
  const partner = await chain.participant('partner/org-b');
  await partner.sync();
  const [received] = await partner.receive(dossier);
  if (!received) throw new Error('nothing was delivered');
  opened = await partner.open(received, 'support');
  for await (const bytes of partner.attachment(
    received.header,
    opened.attachments[0] as Content['attachments'][number],
  ))
    expect(Buffer.from(bytes).toString()).toContain(canary('bytes'));
  await mother.withdraw(dossier, [place.compartment], 'org-b');
  await mother.send({ ...message, compartment: other });
  for (const act of [
    () => partner.open(received, 'support'),
    () => partner.send(message),
    () => mother.send({ ...message, content: { ...message.content, title: canary('title').repeat(20) } }),
    () => mother.openCompartment(dossier, [ids.mother], canary('label').repeat(9)),
  ])
    refusals.push(String(await failure(act)));
  const { secret } = await chain.ledger.journal.entry(sent.index);
  if (secret) keys.set('release secret', secret);
  for (const [compartment, epochs] of mother.keys.snapshot())
    for (const [epoch, { epoch: key, history }] of epochs) {
      keys.set(`K_${epoch} of ${compartment}`, key);
      if (history) keys.set(`H_${epoch} of ${compartment}`, history);
    }
  for (const { id, key } of opened.attachments) keys.set(`key of attachment ${id}`, fromBase64url(key));
  for (const [name, { seed }] of [
    ['mother', family.keys.mother],
    ['org-b', chain.identityOf('partner/org-b')],
    ['ledger', chain.ledgerIdentity],
  ] as const) {
    keys.set(`signing key of ${name}`, seed.subarray(0, 32));
    keys.set(`sealing key of ${name}`, seed.subarray(32));
  }
  keys.set('vault key', chain.vaultKeys.keys[0] as Uint8Array);
}

async function everything(): Promise<Map<string, Uint8Array>> {
  const { chain } = world;
  const places = new Map<string, Uint8Array>();
  for (const file of await readdir(chain.dir, { recursive: true, withFileTypes: true }))
    if (file.isFile()) {
      const path = join(file.parentPath, file.name);
      places.set(`file ${relative(chain.dir, path)}`, await readFile(path));
    }
  places.set('frames', Buffer.concat(frames));
  for (const [i, stream] of proxy.recorded.entries()) places.set(`wire ${i}`, Buffer.concat(stream));
  places.set('printed lines', Buffer.from(printed.join('\n')));
  places.set('refusals', Buffer.from(refusals.join('\n')));
  return places;
}
const canaries = new Map(FIELDS.map((field) => [field as string, utf8(canary(field))]));

it('the search finds a planted canary in every spelling, whatever stands around it', () => {
  const secret = utf8(canary('planted'));
  for (const [spelling, bytes] of spellings(secret)) {
    const haystack = Buffer.concat([Buffer.from('voor'), bytes, Buffer.from('na')]);
    expect(search(new Map([['planted', secret]]), new Map([['here', haystack]])), spelling).toContain(
      `planted, ${spelling}, here`,
    );
  }
  // base64 of a longer text that holds it, at whatever alignment it comes to stand
  for (const before of ['', 'a', 'ab', 'abc'])
    for (const encoding of ['base64', 'base64url', 'hex', 'utf16le'] as const) {
      const around = Buffer.from(`${before}${canary('planted')} en verder`);
      const text =
        encoding === 'utf16le' ? Buffer.from(around.toString(), 'utf16le') : Buffer.from(around.toString(encoding));
      expect(search(new Map([['planted', secret]]), new Map([['here', text]])), `${encoding} ${before}`).not.toEqual(
        [],
      );
    }
  expect(search(new Map([['planted', secret]]), new Map([['here', Buffer.from(canary('other'))]]))).toEqual([]);
});

it('everything was recorded: the searched places hold what is no secret', async () => {
  const places = await everything();
  const found = search(new Map([['pseudonym', utf8(world.family.dossier)]]), places);
  const names = [...places.keys()];
  for (const stream of ['LEDGER', 'VAULT', 'BODY', 'CHUNK'])
    expect(names.filter((name) => name.includes(`${stream}/`) && name.endsWith('.blk')).length, stream).toBeGreaterThan(
      0,
    );
  expect(places.get('file nats.log')?.length, 'the talkative log').toBeGreaterThan(50_000);
  expect(proxy.recorded.length, 'both ways of mother, partner and ledger').toBe(6);
  // the channel seals even pseudonyms: they are found in the ledger's vault subjects only, never in frames
  expect(found.filter((find) => find.includes('frames'))).toEqual([]);
  expect(search(new Map([['account', utf8('rpc.org-b')]]), places).some((find) => find.includes('wire'))).toBe(true);
  expect(refusals).toHaveLength(4);
});

it('the reader had it all', () => {
  const text = JSON.stringify(opened);
  for (const field of ['title', 'text', 'name', 'role', 'register', 'file', 'type'])
    expect(text).toContain(canary(field));
});

it('no canary anywhere', async () => {
  expect(search(canaries, await everything())).toEqual([]);
});

it('no key anywhere', async () => {
  expect(keys.size).toBeGreaterThan(10);
  expect(search(keys, await everything())).toEqual([]);
});

it('would have been found: one that is really sent unsealed turns up on the wire, on disk and in the log', async () => {
  const planted = utf8(canary('planted'));
  const id = newId(world.chain.random);
  await withLink(world.chain, 'families', (link) => link.putChunk(id, 0, planted));
  const found = search(new Map([['planted', planted]]), await everything());
  for (const place of ['wire', '.blk', 'nats.log'])
    expect(
      found.some((find) => find.startsWith('planted, as it is') && find.includes(place)),
      place,
    ).toBe(true);
});
