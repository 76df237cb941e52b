/** A list of whole numbers below 2^32 that grows, four bytes each. */
export class Numbers {
  #values: Uint32Array<ArrayBuffer>;
  #length: number;

  /** @param values taken over, not copied, until the list grows */
  constructor(values: Uint32Array<ArrayBuffer> = new Uint32Array()) {
    this.#values = values;
    this.#length = values.length;
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (value > 0xffffffff) throw new RangeError('more entries than 32 bits can number');
    if (this.#length === this.#values.length) {
      const larger = new Uint32Array(Math.max(64, Math.ceil(this.#length * 1.5)));
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  at(place: number): number {
    return this.#values[place] as number;
  }

  set(place: number, value: number): void {
    this.#values[place] = value;
  }

  /** A view on the list as it is now; it does not grow with it. */
  all(): Uint32Array<ArrayBuffer> {
    return this.#values.subarray(0, this.#length);
  }

  /** First place whose value is greater than `value`, in a list that ascends. */
  upperBound(value: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.at(middle) <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
