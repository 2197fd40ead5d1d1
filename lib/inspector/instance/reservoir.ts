/**
 * Keeps some of many, each with the same chance, and counts the rest: a sample that a burst at the beginning does not
 * fill.
 */
export class Reservoir<T> {
  readonly #kept: T[] = [];
  #seen = 0;

  constructor(private readonly size: number) {}

  /** @param make called only for what is kept, as it costs something */
  add(make: () => T): void {
    const seen = ++this.#seen;
    if (this.#kept.length < this.size) return void this.#kept.push(make());
    const place = Math.floor(Math.random() * seen);
    if (place < this.size) this.#kept[place] = make();
  }

  /** What was kept, in no order, and how many were not. It is empty afterwards. */
  take(): { readonly kept: T[]; readonly leftOut: number } {
    const kept = this.#kept.splice(0);
    const leftOut = this.#seen - kept.length;
    this.#seen = 0;
    return { kept, leftOut };
  }
}
