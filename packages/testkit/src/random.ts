/** Randomness and time that a seed decides, so that a failing run can be played again. Tests only. */
import { hash256, type Random, utf8 } from '@eenmaal/crypto';

/** A stream of bytes from a seed: BLAKE2b in counter mode. */
export function seededRandom(seed: string | number): Random {
  let counter = 0;
  let pool = new Uint8Array(0);
  return (length) => {
    const out = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      if (pool.length === 0) pool = new Uint8Array(hash256(utf8(`${seed}/${counter++}`)));
      const take = pool.subarray(0, length - filled);
      out.set(take, filled);
      filled += take.length;
      pool = pool.subarray(take.length);
    }
    return out;
  };
}

/** Picks by a seeded source. */
export function chooser(random: Random) {
  const below = (n: number): number => new DataView(random(4).buffer).getUint32(0) % n;
  return { below, pick: <T>(items: readonly T[]): T => items[below(items.length)] as T };
}

/** A clock that stands still until it is moved. */
export function fakeClock(start = Date.UTC(2026, 10, 21, 9)) {
  let now = start;
  const clock = () => now;
  return Object.assign(clock, {
    advance: (ms: number) => {
      now += ms;
    },
    set: (at: number) => {
      now = at;
    },
  });
}
