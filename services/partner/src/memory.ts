/**
 * What this program can read lies here and nowhere else: in memory, while it runs, and no more of it than fits. A disk, or a
 * backup of one, can then never give back what was erased since; what is not here is asked of the ledger again.
 */
export class Memory<T> {
  readonly #held = new Map<string, { value: T; at: number; size: number }>();
  readonly #room: number;
  #size = 0;

  /** @param room characters of JSON that may be held together; what was held longest goes first */
  constructor(room: number) {
    this.#room = room;
  }

  set(id: string, value: T, at: number): void {
    this.delete(id);
    const size = JSON.stringify(value).length;
    this.#held.set(id, { value, at, size });
    this.#size += size;
    for (const oldest of this.#held.keys()) {
      if (this.#size <= this.#room) return;
      this.delete(oldest);
    }
  }

  get(id: string): T | undefined {
    return this.#held.get(id)?.value;
  }

  delete(id: string): void {
    this.#size -= this.#held.get(id)?.size ?? 0;
    this.#held.delete(id);
  }

  deleteBefore(at: number): void {
    for (const [id, held] of this.#held) if (held.at < at) this.delete(id);
  }
}
