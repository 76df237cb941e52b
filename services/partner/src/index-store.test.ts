import { randomFillSync } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Received } from '@eenmaal/client';
import { newId } from '@eenmaal/client';
import { newIdentity, toBase64url } from '@eenmaal/crypto';
import { sealMessage } from '@eenmaal/envelope';
import type { Content, Id } from '@eenmaal/model';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { IndexStore } from './index-store.ts';

const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length));
const CANARY = 'canary-8e21';
const PARTY = 'partner/org-a';
const key = random(32);
const sender = newIdentity(random);
const [dossier, compartment] = [newId(random), newId(random)];
const content: Content = {
  title: CANARY,
  text: `${CANARY} `.repeat(40),
  author: { name: CANARY, role: '' },
  attachments: [],
};

/** A real envelope at this place of the log. */
function received(index: number, size = 100): Received {
  const draft: Parameters<typeof sealMessage>[0] = {
    ...{ id: newId(random), dossier, compartment, epoch: 0, sender: 'person/AAAAAAAAAAAAAAAAAAAAAA', seq: index },
    ...({ kind: 'fragment', purpose: 'support', marks: [], basis: [], attachments: [] } as const),
    ledger: { size: 0, root: toBase64url(new Uint8Array(32)) },
  };
  const sealed = sealMessage(draft, { ...content, text: CANARY.repeat(size / 10) }, key, sender.signing, random);
  return { header: JSON.parse(sealed.envelope.header), envelope: sealed.envelope, index, at: 1000 + index };
}

const dirs: string[] = [];
let file = '';
beforeEach(() => {
  dirs.push(mkdtempSync(join(tmpdir(), 'eenmaal-partner-')));
  file = join(dirs.at(-1) as string, 'index.sqlite');
});
afterAll(() => {
  for (const dir of dirs) rmSync(dir, { recursive: true });
});
const open = (maxPages?: number) => new IndexStore(file, PARTY, maxPages);
const bytesOnDisk = () => readdirSync(join(file, '..')).map((name) => readFileSync(join(file, '..', name)));
const idsOf = (store: IndexStore): Id[] => store.items({ limit: 100 }).map(({ id }) => id);

describe('the index', () => {
  it('keeps what was received, as received, over a restart', () => {
    const store = open();
    const page = [received(5), received(6)];
    store.addReceived(page);
    store.addReceived(page);
    store.savePosition({ size: 7, root: toBase64url(new Uint8Array(32)) }, 'signed');
    store.close();
    const again = open();
    expect(idsOf(again)).toEqual(page.map(({ header }) => header.id));
    expect(again.item(page[0]?.header.id ?? '')).toMatchObject({ index: 5, at: 1005, status: 'waiting', access: true });
    const { header, envelope } = again.envelope(page[1]?.header.id ?? '') ?? {};
    expect(header).toEqual(page[1]?.header);
    expect(envelope?.jws).toBe(page[1]?.envelope.jws);
    expect(Buffer.from(envelope?.body ?? [])).toEqual(Buffer.from(page[1]?.envelope.body ?? []));
    expect(again.position?.size).toBe(7);
    again.close();
  });

  it('keeps that it was opened and sent, and nothing of what it says', () => {
    const store = open();
    const item = received(1);
    const { id } = item.header;
    store.addReceived([item]);
    store.saveOpened(id, 'support', 9);
    store.saveOpened(id, 'safety', 10);
    const sent = { id: newId(random), dossier, compartment, sender: PARTY, kind: 'reply', at: 3, index: 3 } as const;
    store.saveSent({ ...sent, purpose: 'support' });
    store.close();
    const again = open();
    expect(again.item(id)).toMatchObject({ status: 'opened', openedAt: 9, purpose: 'support' });
    expect(again.envelope(id)?.header).toEqual(item.header);
    expect(again.item(sent.id)).toMatchObject({ status: 'sent', purpose: 'support' });
    expect(bytesOnDisk().some((bytes) => bytes.includes(CANARY))).toBe(false);
    again.close();
  });

  it('throws away what was erased, overwrites it, and keeps that it was and why', () => {
    const store = open();
    const [gone, kept] = [received(1), received(2)];
    store.addReceived([gone, kept]);
    store.saveOpened(gone.header.id, 'support', 1);
    const erased = { id: gone.header.id, dossier, at: 7, ground: 'ERAS' };
    expect(store.idsIn(dossier)).toEqual([gone.header.id, kept.header.id]);
    expect(store.erase([erased, { ...erased, id: newId(random) }])).toBe(1);
    expect(store.erase([erased])).toBe(0);
    expect(store.item(gone.header.id)).toBeUndefined();
    expect(store.envelope(gone.header.id)).toBeUndefined();
    expect({ ...store.erased(gone.header.id) }).toEqual(erased);
    expect(store.missing([gone.header.id])).toEqual([]);
    for (const part of [gone.envelope.jws, Buffer.from(gone.envelope.body)])
      expect(bytesOnDisk().some((bytes) => bytes.includes(part))).toBe(false);
    expect(store.envelope(kept.header.id)).toBeDefined();
    store.close();
  });

  it('closes what may not be read any more and throws its ciphertext away', () => {
    const store = open();
    const [old, opened, fresh] = [received(10), received(11), received(20)];
    store.addReceived([old, opened, fresh]);
    store.saveOpened(opened.header.id, 'support', 1);
    expect(store.setAccess(compartment, 15)).toEqual([]);
    expect(store.item(old.header.id)).toMatchObject({ status: 'closed', access: false });
    expect(store.item(opened.header.id)).toMatchObject({ status: 'opened', access: false });
    expect(store.item(fresh.header.id)).toMatchObject({ status: 'waiting', access: true });
    expect(store.envelope(old.header.id)).toBeUndefined();
    expect(bytesOnDisk().some((bytes) => bytes.includes(old.envelope.jws))).toBe(false);
    store.setAccess(compartment, Number.POSITIVE_INFINITY);
    expect(store.item(fresh.header.id)?.status).toBe('closed');
    store.close();
  });

  it('names closed ones that may be read again, and takes them in again', () => {
    const store = open();
    const item = received(10);
    store.addReceived([item]);
    store.setAccess(compartment, Number.POSITIVE_INFINITY);
    expect(store.missing([item.header.id, dossier])).toEqual([dossier]);
    expect(store.setAccess(compartment, 0)).toEqual([item.header.id]);
    store.addReceived([item]);
    expect(store.item(item.header.id)).toMatchObject({ status: 'waiting', access: true, n: 1 });
    store.close();
  });

  it('holds nothing half-written when the disk is full, and goes on when there is room', () => {
    const small = open(30);
    const first = received(1);
    small.addReceived([first]);
    expect(() => small.addReceived([received(2), received(3, 100_000)])).toThrow(
      expect.objectContaining({ code: 'storage-full' }),
    );
    expect(idsOf(small)).toEqual([first.header.id]);
    expect(small.envelope(first.header.id)).toBeDefined();
    small.close();
    const store = open();
    store.addReceived([received(2), received(3, 100_000)]);
    expect(idsOf(store)).toHaveLength(3);
    store.close();
  });

  it('lists by dossier and status, a page at a time', () => {
    const store = open();
    const page = [received(3), received(1), received(2)];
    store.addReceived(page);
    store.saveOpened(page[1]?.header.id ?? '', 'support', 1);
    const [first] = store.items({ limit: 1 });
    expect(first?.id).toBe(page[0]?.header.id);
    expect(store.items({ after: first?.n ?? 0, limit: 9 })).toHaveLength(2);
    expect(store.items({ status: 'opened', dossier, limit: 9 })).toHaveLength(1);
    expect(store.items({ dossier: newId(random), limit: 9 })).toEqual([]);
    expect(store.counts().get(dossier)).toEqual({ waiting: 2, opened: 1 });
    store.close();
  });

  it.each([
    ['is no database', () => writeFileSync(file, Buffer.alloc(4096, 0xa7))],
    ['was cut off', () => truncateSync(file, statSync(file).size / 2)],
    ['is a folder', () => mkdirSync(file)],
  ])('says that it is damaged when it %s, and leaves it as it is', (what, damage) => {
    if (what !== 'is a folder') {
      const store = open();
      store.addReceived([received(1)]);
      store.close();
    }
    damage();
    expect(open).toThrow(expect.objectContaining({ code: 'state-damaged' }));
    expect(statSync(file).size).toBeGreaterThan(0);
  });

  it('belongs to one organisation', () => {
    open().close();
    expect(() => new IndexStore(file, 'partner/org-b')).toThrow('keystore-locked');
  });
});
