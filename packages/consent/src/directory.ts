/**
 * Which dossier a name (an id, a key's name, a party) belongs to, in eight bytes a name: a hash table that keeps 32 bits of
 * each. It may name a dossier too many, never one too few. Names are hashed under a secret seed, or whoever chooses ids
 * could make them all fall in one place.
 */
type Numbers32 = Uint32Array<ArrayBuffer>;
export type DirectoryParts = { seed: number; count: number; prints: Numbers32; slots: Numbers32 };

const SMALLEST = 1024;

export class Directory {
  readonly #seed: number;
  #count: number;
  #prints: Numbers32;
  /** The slot's number plus one; 0: free. */
  #slots: Numbers32;

  constructor({ seed, count, prints, slots }: DirectoryParts) {
    this.#seed = seed;
    this.#count = count;
    this.#prints = prints;
    this.#slots = slots;
  }

  static empty(seed: number): Directory {
    return new Directory({ seed, count: 0, prints: new Uint32Array(SMALLEST), slots: new Uint32Array(SMALLEST) });
  }

  parts(): DirectoryParts {
    return { seed: this.#seed, count: this.#count, prints: this.#prints, slots: this.#slots };
  }

  add(name: string, slot: number): void {
    if (this.#count * 3 >= this.#slots.length * 2) this.#grow();
    this.#put(printOf(name, this.#seed), slot);
  }

  /** Numbers of the slots that may know this name. */
  find(name: string): number[] {
    const print = printOf(name, this.#seed);
    const mask = this.#slots.length - 1;
    const found: number[] = [];
    for (let at = print & mask; this.#slots[at] !== 0; at = (at + 1) & mask)
      if (this.#prints[at] === print) found.push((this.#slots[at] as number) - 1);
    return found;
  }

  #put(print: number, slot: number): void {
    const mask = this.#slots.length - 1;
    let at = print & mask;
    for (; this.#slots[at] !== 0; at = (at + 1) & mask)
      if (this.#prints[at] === print && this.#slots[at] === slot + 1) return;
    this.#prints[at] = print;
    this.#slots[at] = slot + 1;
    this.#count++;
  }

  #grow(): void {
    const [prints, slots] = [this.#prints, this.#slots];
    this.#count = 0;
    this.#prints = new Uint32Array(prints.length * 2);
    this.#slots = new Uint32Array(prints.length * 2);
    for (const [at, slot] of slots.entries()) if (slot !== 0) this.#put(prints[at] as number, slot - 1);
  }
}

/** FNV-1a with a seed, and the last step of MurmurHash3 so that every bit counts; of a party, only its name. */
function printOf(name: string, seed: number): number {
  let hash = seed ^ 0x811c9dc5;
  for (let i = name.lastIndexOf('/') + 1; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
