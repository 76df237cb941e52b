/** The vault over a store in memory: what is destroyed is destroyed in every older copy too, and nothing else is touched. */
import type { LedgerStore, VaultFence } from '@eenmaal/broker';
import { hash256, type Random, utf8 } from '@eenmaal/crypto';
import { EenmaalError } from '@eenmaal/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Vault, type VaultKeys } from './vault.ts';

/** Bytes from a seed, at most 32 at once. */
function seededRandom(seed: string | number): Random {
  let count = 0;
  return (length) => hash256(utf8(`${seed}/${count++}`)).slice(0, length);
}

/** As much of a store as a vault needs; `fail` makes the write after so many more fail. */
function memoryStore() {
  const slots = new Map<string, Uint8Array>();
  const places = new Map<string, number>();
  let written = 0;
  let left = Number.POSITIVE_INFINITY;
  const count = () => {
    if (left-- <= 0) throw new Error('crashed');
  };
  return {
    slots,
    fail: (after: number) => {
      left = after;
    },
    store: {
      async vaultAll() {
        return new Map(slots);
      },
      vaultSeq: async (slot: string) => places.get(slot) ?? 0,
      async vaultPut(slot: string, bytes: Uint8Array, fence?: VaultFence) {
        count();
        if (fence && (places.get(fence.slot) ?? 0) !== fence.seq) throw new EenmaalError('second-writer');
        slots.set(slot, bytes);
        places.set(slot, ++written);
        return written;
      },
      async vaultDelete(slot: string) {
        count();
        slots.delete(slot);
      },
    } as unknown as LedgerStore,
  };
}

/** A file of keys as each program has it open: who did not write it last cannot replace it. */
function keyFile(keys: readonly Uint8Array[]) {
  let held = keys;
  return (): VaultKeys => {
    const opened = {
      keys: held,
      async replace(next: readonly Uint8Array[]) {
        if (held !== opened.keys) throw new EenmaalError('second-writer');
        opened.keys = next.map((key) => key.slice());
        held = opened.keys;
      },
    };
    return opened;
  };
}

/** The same store and keys for a program that hangs at its write number `at`, of keys or of slots, until it is told to go on. */
function hanging(store: LedgerStore, keys: VaultKeys, at: number) {
  const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let count = 0;
  const pass = async (): Promise<void> => {
    if (count++ !== at) return;
    reached.resolve();
    await gate.promise;
  };
  const slow: LedgerStore = {
    ...store,
    vaultPut: async (...given) => {
      await pass();
      return store.vaultPut(...given);
    },
  };
  const slowKeys: VaultKeys = {
    get keys() {
      return keys.keys;
    },
    async replace(next) {
      await pass();
      await keys.replace(next);
    },
  };
  return { store: slow, keys: slowKeys, reached: reached.promise, goOn: gate.resolve };
}

function keysOf(keys: readonly Uint8Array[]): VaultKeys {
  const held = {
    keys: keys.map((key) => key.slice()) as readonly Uint8Array[],
    async replace(next: readonly Uint8Array[]) {
      held.keys = next.map((key) => key.slice());
    },
  };
  return held;
}

const DOSSIERS = ['main', 'a', 'b', 'c', 'd'];
const whole = { size: 0, entriesOf: () => [] };
const place = fc.record({ slot: fc.constantFrom(...DOSSIERS.slice(1)), index: fc.integer({ min: 0, max: 60 }) });

const readable = (vault: Vault): Map<string, string> => {
  const keys = new Map<string, string>();
  for (const slot of DOSSIERS)
    for (let index = 0; index <= 60; index++) {
      const key = vault.keyOf(slot, index);
      if (key) keys.set(`${slot}/${index}`, Buffer.from(key).toString('hex'));
    }
  return keys;
};

describe('the vault', () => {
  it('destroys exactly what it is told, also when crashes cut it short and it is told again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(place, { minLength: 1, maxLength: 12 }),
        fc.subarray(DOSSIERS.slice(1), { maxLength: 2 }),
        fc.array(fc.nat(8), { maxLength: 3 }),
        fc.nat(),
        async (cut, slots, crashes, seed) => {
          const random = seededRandom(seed);
          const { store, slots: stored, fail } = memoryStore();
          const keys = keysOf([random(32)]);
          const first = await Vault.open(store, keys, random);
          for (const slot of DOSSIERS) await first.ensure(slot);
          const before = readable(first);
          const entries = new Map<string, number[]>();
          for (const { slot, index } of cut) entries.set(slot, [...(entries.get(slot) ?? []), index]);
          const wanted = { ...whole, entries, slots };
          const copies: Map<string, Uint8Array>[] = [new Map(stored)];
          for (const after of crashes) {
            fail(after);
            await (await Vault.open(store, keys, random)).destroy(wanted).catch(() => {});
            copies.push(new Map(stored));
          }
          fail(Number.POSITIVE_INFINITY);
          const last = await Vault.open(store, keys, random);
          await last.destroy(wanted);
          const gone = (name: string) => {
            const [slot = '', index] = name.split('/');
            return slots.includes(slot) || (entries.get(slot) ?? []).includes(Number(index));
          };
          const left = new Map([...before].filter(([name]) => !gone(name)));
          expect(readable(last)).toEqual(left);
          expect(last.isHalfDone).toBe(false);
          expect(readable(await Vault.open(store, keys, random))).toEqual(left);
          // no older copy opens with the key there is now: the shelf keys in it are sealed under others
          for (const copy of copies) {
            const old = { ...store, vaultAll: async () => copy } as LedgerStore;
            await expect(Vault.open(old, keysOf(keys.keys), random)).rejects.toMatchObject({ code: 'keystore-locked' });
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('seals one shelf again, not every slot', async () => {
    const random = seededRandom('shelves');
    const { store, slots } = memoryStore();
    const vault = await Vault.open(store, keysOf([random(32)]), random);
    for (let i = 0; i < 600; i++) await vault.ensure(`slot${i}`);
    const before = new Map(slots);
    await vault.destroy({ ...whole, entries: new Map([['slot7', [3]]]), slots: [] });
    const changed = [...slots].filter(([slot, bytes]) => before.get(slot) !== bytes).map(([slot]) => slot);
    expect(changed).toContain('slot7');
    expect(changed).toContain('shelves');
    expect(changed.length).toBeLessThan(12);
  });

  it('makes slots while something is destroyed, and loses none', async () => {
    const random = seededRandom('meanwhile');
    const { store } = memoryStore();
    const keys = keysOf([random(32)]);
    const vault = await Vault.open(store, keys, random);
    await vault.ensure('main');
    const making = Array.from({ length: 300 }, (_, i) => vault.ensure(`slot${i}`));
    await vault.destroy({ ...whole, entries: new Map([['main', [1]]]), slots: [] });
    await Promise.all([...making, vault.ensure('later')]);
    const again = await Vault.open(store, keys, random);
    for (let i = 0; i < 300; i++) expect(again.keyOf(`slot${i}`, 9)).toEqual(vault.keyOf(`slot${i}`, 9));
    expect([again.keyOf('main', 1), again.keyOf('main', 2)]).toEqual([null, vault.keyOf('main', 2)]);
  });

  it('opens after a crash between a new shelf key and its table, whenever a slot was made meanwhile', async () => {
    const shelf = (slot: string) => hash256(utf8(slot))[0];
    const beside = Array.from({ length: 5000 }, (_, i) => `b${i}`).find((slot) => shelf(slot) === shelf('a')) ?? '';
    for (let turns = 0; turns < 8; turns++) {
      const random = seededRandom(`meanwhile ${turns}`);
      const { store } = memoryStore();
      const keys = keysOf([random(32)]);
      const vault = await Vault.open(store, keys, random);
      await vault.ensure('a');
      const { replace } = keys;
      keys.replace = () => Promise.reject(new Error('crashed'));
      const erasing = vault.destroy({ ...whole, entries: new Map([['a', [1]]]), slots: [] }).catch(() => 'crashed');
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      const made = await vault.ensure(beside).catch(() => 'too late');
      expect(await erasing).toBe('crashed');
      keys.replace = replace;
      const again = await Vault.open(store, keys, random);
      if (made !== 'too late') expect(again.keyOf(beside, 1)).toEqual(vault.keyOf(beside, 1));
    }
  });

  it('is not changed by a ledger that hung anywhere in an erasure, when it goes on after another one took over', async () => {
    const [cut, kept] = [new Map([['a', [3]]]), 4];
    for (let at = 0; at < 8; at++) {
      const random = seededRandom(`hung ${at}`);
      const { store, slots } = memoryStore();
      const openKeys = keyFile([random(32)]);
      await (await Vault.open(store, openKeys(), random)).ensure('a');
      const backup = new Map(slots);
      const hung = hanging(store, openKeys(), at);
      const first = await Vault.open(hung.store, hung.keys, random);
      const erasing = first.destroy({ ...whole, entries: cut, slots: [] });
      const ended = erasing.catch((error: unknown) => error);
      await Promise.race([hung.reached, ended]);
      const taker = await Vault.open(store, openKeys(), random);
      await taker.takeOver();
      await taker.destroy({ ...whole, entries: cut, slots: [] });
      hung.goOn();
      if (at < 7) expect(await ended, `write ${at}`).toMatchObject({ code: 'second-writer' });
      const again = await Vault.open(store, openKeys(), random);
      expect([again.keyOf('a', 3), again.keyOf('a', kept)]).toEqual([null, taker.keyOf('a', kept)]);
      const old = { ...store, vaultAll: async () => backup } as LedgerStore;
      await expect(Vault.open(old, openKeys(), random)).rejects.toMatchObject({ code: 'keystore-locked' });
    }
  });

  it('keeps the key of a dossier when a ledger that was taken over still makes one for it', async () => {
    const random = seededRandom('late');
    const { store } = memoryStore();
    const openKeys = keyFile([random(32)]);
    await (await Vault.open(store, openKeys(), random)).ensure('main');
    const hung = hanging(store, openKeys(), 0);
    const making = (await Vault.open(hung.store, hung.keys, random)).ensure('a').catch((error: unknown) => error);
    await hung.reached;
    const taker = await Vault.open(store, openKeys(), random);
    await taker.takeOver();
    await taker.ensure('a');
    hung.goOn();
    expect(await making).toMatchObject({ code: 'second-writer' });
    expect((await Vault.open(store, openKeys(), random)).keyOf('a', 1)).toEqual(taker.keyOf('a', 1));
  });

  it('refuses a store whose shelf keys are gone, and a key that is not its own', async () => {
    const random = seededRandom('wrong');
    const { store, slots } = memoryStore();
    await (await Vault.open(store, keysOf([random(32)]), random)).ensure('main');
    await expect(Vault.open(store, keysOf([random(32)]), random)).rejects.toMatchObject({ code: 'keystore-locked' });
    slots.delete('shelves');
    await expect(Vault.open(store, keysOf([random(32)]), random)).rejects.toMatchObject({ code: 'ledger-damaged' });
  });
});
