/** Sets of values by key. A key is removed with its last value, because empty sets would accumulate. */
export class SetIndex<V> {
  readonly #sets = new Map<string, Set<V>>();

  get size(): number {
    return this.#sets.size;
  }

  get(key: string): ReadonlySet<V> | undefined {
    return this.#sets.get(key);
  }

  add(key: string, value: V): void {
    const set = this.#sets.get(key);
    if (set) set.add(value);
    else this.#sets.set(key, new Set([value]));
  }

  /** Sets keep the order in which values were added. */
  moveToEnd(key: string, value: V): void {
    const set = this.#sets.get(key);
    if (set?.delete(value)) set.add(value);
  }

  delete(key: string, value: V): void {
    const set = this.#sets.get(key);
    if (set?.delete(value) && set.size === 0) this.#sets.delete(key);
  }
}
