import { deriveKey, toHex } from '@eenmaal/crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEY_TREE_DEPTH, MAX_KEY_NODES, PuncturableKey } from './puncturable.ts';

const ROOT = new Uint8Array(32).fill(7);
const LAST = 2 ** KEY_TREE_DEPTH - 1;
const whole = () => PuncturableKey.whole(ROOT.slice());
const hexOf = (key: PuncturableKey, index: number): string | null => {
  const found = key.keyOf(index);
  return found && toHex(found);
};

/** The definition, walked from the root each time: what every shortcut must agree with. */
function defined(index: number): string {
  let key: Uint8Array = ROOT;
  for (let level = KEY_TREE_DEPTH - 1; level >= 0; level--) {
    const children = deriveKey(key, 'eenmaal/v1/vault/node', [], 64);
    key = Math.floor(index / 2 ** level) % 2 === 1 ? children.slice(32) : children.slice(0, 32);
  }
  return toHex(key);
}

const near = fc.integer({ min: 0, max: 300 });
const anywhere = fc.oneof(
  near,
  fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  fc.maxSafeNat().map((n) => n % (LAST + 1)),
);

describe('a key that can be punctured', () => {
  it('gives every entry the key of the definition, in whatever order they are asked for', () => {
    fc.assert(
      fc.property(fc.array(anywhere, { maxLength: 12 }), (indexes) => {
        const key = whole();
        for (const index of indexes) expect(hexOf(key, index)).toBe(defined(index));
      }),
      { numRuns: 60 },
    );
    expect([0, LAST].map((index) => hexOf(whole(), index))).toEqual([defined(0), defined(LAST)]);
  });

  it('has none for what was cut out, and the same as before for everything else, also read back', () => {
    fc.assert(
      fc.property(fc.array(anywhere, { maxLength: 10 }), fc.array(anywhere, { maxLength: 20 }), (cut, kept) => {
        const key = whole();
        for (const index of kept.slice(0, 3)) key.keyOf(index);
        key.puncture(cut.slice(0, 4));
        key.puncture(cut);
        const again = PuncturableKey.decode(key.encode());
        for (const index of [...cut, ...kept, ...cut.map((index) => Math.min(LAST, index + 1))])
          for (const one of [key, again]) expect(hexOf(one, index)).toBe(cut.includes(index) ? null : defined(index));
      }),
      { numRuns: 60 },
    );
  });

  it('keeps no node from which a destroyed key follows', () => {
    const key = whole();
    const cut = [3, 4, 5, 1000, 2 ** 39];
    key.puncture(cut);
    const bytes = key.encode();
    expect(toHex(bytes)).not.toContain(toHex(ROOT));
    for (let at = 1; at < bytes.length; at += 38) {
      const depth = bytes[at] as number;
      const start = (bytes[at + 1] as number) * 2 ** 32 + new DataView(bytes.buffer).getUint32(at + 2);
      for (const index of cut) expect(index >= start && index < start + 2 ** (KEY_TREE_DEPTH - depth)).toBe(false);
    }
  });

  it('grows by one node a level at most, and by little where entries lie together', () => {
    const key = whole();
    key.puncture([77]);
    expect(key.size).toBe(KEY_TREE_DEPTH);
    key.puncture([76]);
    expect(key.size).toBe(KEY_TREE_DEPTH - 1);
    key.puncture([76, 77]);
    expect(key.size).toBe(KEY_TREE_DEPTH - 1);
    expect(1 + MAX_KEY_NODES * 38 + 40).toBeLessThan(1024 * 1024 - 1024);
  });

  it('drops on request what nothing is sealed under, and keeps what is and what may come', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 40 }),
        fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 40 }),
        fc.integer({ min: 5001, max: 9000 }),
        (cut, some, size) => {
          const used = [...new Set(some)].sort((a, b) => a - b);
          const [key, before] = [whole(), whole()];
          for (const one of [key, before]) one.puncture(cut);
          key.prune(used, size);
          expect(key.size).toBeLessThanOrEqual(used.length + KEY_TREE_DEPTH);
          for (const index of [...used, ...cut, size, size + 1, LAST])
            expect(hexOf(key, index)).toBe(hexOf(before, index));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('destroys itself', () => {
    const root = ROOT.slice();
    const key = PuncturableKey.whole(root);
    key.keyOf(5);
    key.destroy();
    expect([key.keyOf(5), key.size, toHex(root)]).toEqual([null, 0, '00'.repeat(32)]);
  });

  it('refuses what is not its form', () => {
    const good = whole();
    good.puncture([9]);
    const bytes = good.encode();
    const changed = (at: number, value: number) => {
      const out = bytes.slice();
      out[at] = value;
      return out;
    };
    for (const wrong of [
      new Uint8Array(0),
      changed(0, 2),
      bytes.slice(0, -1),
      changed(1, KEY_TREE_DEPTH + 1),
      changed(6, 1),
      Uint8Array.of(...bytes, ...bytes.slice(1, 39)),
    ])
      expect(() => PuncturableKey.decode(wrong)).toThrow('key-tree-format');
    expect(() => PuncturableKey.whole(new Uint8Array(31))).toThrow('key-tree-format');
    for (const index of [-1, 0.5, LAST + 1]) expect(() => good.keyOf(index)).toThrow('tree-range');
    expect(PuncturableKey.decode(Uint8Array.of(1)).keyOf(0)).toBeNull();
  });
});
