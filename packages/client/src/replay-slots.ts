/** Of which dossier each statement of the log is, in four bytes an entry: its part of the state is found by it. */
import { MAIN, Numbers } from '@eenmaal/consent';

export class Slots {
  readonly #names: string[];
  readonly #numberOf: Map<string, number>;
  readonly #entries: Numbers;

  /** @param entries by entry, the place of its slot in `names` */
  constructor(names: readonly string[] = [MAIN], entries: Uint32Array<ArrayBuffer> = new Uint32Array()) {
    this.#names = [...names];
    this.#numberOf = new Map(names.map((name, number) => [name, number]));
    this.#entries = new Numbers(entries);
  }

  /** The next entry is of this slot. */
  add(slot: string): void {
    this.#entries.push(this.numberFor(slot));
  }

  /** A slot that is not known yet gets the next number. */
  numberFor(slot: string): number {
    const known = this.#numberOf.get(slot);
    if (known !== undefined) return known;
    this.#numberOf.set(slot, this.#names.length);
    return this.#names.push(slot) - 1;
  }

  slotOf(entry: number): string | undefined {
    return entry < this.#entries.length ? this.#names[this.#entries.at(entry)] : undefined;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  get entries(): Uint32Array<ArrayBuffer> {
    return this.#entries.all();
  }
}
