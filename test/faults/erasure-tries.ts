/**
 * Trying to read what was erased, with everything anybody ever held: every key that was copied while it was still to be had,
 * against every copy of the store. Not what the programs would do, but what somebody with all disks and all keys could.
 */
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, findNatsServer, LEDGER_USER, type LedgerStore, openStreams, startNatsServer } from '@eenmaal/broker';
import type { KeyRing } from '@eenmaal/client';
import { concat, openWithNonce, utf8 } from '@eenmaal/crypto';
import { type ItemKey, itemKey, openMessage } from '@eenmaal/envelope';
import { decodeCommit, openEntryBody, PuncturableKey } from '@eenmaal/ledger';
import type { Content, Envelope } from '@eenmaal/model';

/** Everything one copy of a store holds: sealed slots, sealed entries with their places, bodies. */
export type StoreCopy = {
  slots: Map<string, Uint8Array>;
  entries: { index: number; slot: string; leaf: Uint8Array; body: Uint8Array }[];
};

export async function readCopy(store: LedgerStore): Promise<StoreCopy> {
  const copy: StoreCopy = { slots: await store.vaultAll(), entries: [] };
  await store.readAll(1, ({ bytes }) => {
    const { firstIndex, entries } = decodeCommit(bytes);
    for (const [i, { slot, leaf, body }] of entries.entries())
      copy.entries.push({ index: firstIndex + i, slot, leaf: leaf.slice(), body: body.slice() });
  });
  return copy;
}

/** Reads a copied store directory through a fresh message server, as whoever restores a backup would. */
export async function readBackup(storeDir: string, dir: string, config: string, nkeySeed: string): Promise<StoreCopy> {
  await cp(storeDir, join(dir, 'store'), { recursive: true });
  const server = await startNatsServer({ serverPath: (await findNatsServer()).path, config, dir });
  const nc = await connect({ url: server.url, nkeySeed, name: LEDGER_USER });
  try {
    return await readCopy(await openStreams(nc, { monitorUrls: [server.monitorUrl] }));
  } finally {
    await nc.close();
    await server.stop();
  }
}

/** Release secrets that these vault keys open in this copy, by entry. */
export function secretsIn({ slots, entries }: StoreCopy, vaultKeys: readonly Uint8Array[]): Map<number, Uint8Array> {
  const opened = new Map<string, PuncturableKey>();
  const open = (slot: string, keys: readonly Uint8Array[]): Uint8Array[] => {
    const context = utf8(`eenmaal/v1/vault/${slot}`);
    return keys.flatMap(
      (key) => attempt(() => openWithNonce(key, slots.get(slot) ?? new Uint8Array(0), context)) ?? [],
    );
  };
  const shelves = open('shelves', vaultKeys).flatMap(shelfKeysIn);
  for (const slot of slots.keys())
    for (const plain of slot === 'shelves' ? [] : open(slot, shelves)) opened.set(slot, PuncturableKey.decode(plain));
  const secrets = new Map<number, Uint8Array>();
  for (const { index, slot, leaf, body } of entries) {
    const key = opened.get(slot)?.keyOf(index);
    const context = concat(utf8(`eenmaal/v1/entry/${slot}/${index}/`), leaf);
    const plain = key && attempt(() => openWithNonce(key, body, context));
    const secret = plain && openEntryBody(leaf, plain).secret;
    if (secret) secrets.set(index, secret);
  }
  return secrets;
}

/** Every shelf key in an opened table, whichever shelf it is of. */
function shelfKeysIn(table: Uint8Array): Uint8Array[] {
  const keys: Uint8Array[] = [];
  for (let at = 1; at < table.length; ) {
    const count = table[at++] ?? 0;
    for (let i = 0; i < count; i++, at += 32) keys.push(table.slice(at, at + 32));
  }
  return keys;
}

/** Item keys of an envelope under every epoch key these participants ever had in memory. */
export function itemKeysIn(rings: readonly ReturnType<KeyRing['snapshot']>[], envelope: Envelope): ItemKey[] {
  return rings.flatMap((ring) =>
    [...ring.values()].flatMap((epochs) => [...epochs.values()].map(({ epoch }) => itemKey(epoch, envelope.header))),
  );
}

/** The content, when any of these keys opens it with any of these secrets. */
export function tryAll(
  envelope: Envelope,
  keys: readonly ItemKey[],
  secrets: Iterable<Uint8Array>,
): Content | undefined {
  for (const secret of secrets)
    for (const key of keys) {
      const content = attempt(() => openMessage(envelope, key, secret));
      if (content) return content;
    }
  return undefined;
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/** Files under a folder that hold these bytes. */
export async function filesWith(dir: string, bytes: Uint8Array): Promise<string[]> {
  const found: string[] = [];
  for (const file of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (file.isFile() && (await readFile(path)).includes(Buffer.from(bytes))) found.push(path);
  }
  return found;
}
