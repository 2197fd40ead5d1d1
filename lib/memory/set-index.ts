/**
 * Sets of values by key. A key is removed with its last value, because empty sets would accumulate. Most keys of an index
 * have one value, which needs no set: an empty one takes 200 bytes.
 */
export class SetIndex<V extends object> {
  readonly #values = new Map<string, V | Set<V>>();

  get size(): number {
    return this.#values.size;
  }

  /** In the order in which they were added. */
  get(key: string): Iterable<V> {
    const found = this.#values.get(key);
    if (found === undefined) return [];
    return found instanceof Set ? found : [found];
  }

  add(key: string, value: V): void {
    const found = this.#values.get(key);
    if (found === undefined || found === value) this.#values.set(key, value);
    else if (found instanceof Set) found.add(value);
    else this.#values.set(key, new Set([found, value]));
  }

  delete(key: string, value: V): void {
    const found = this.#values.get(key);
    if (found === value) this.#values.delete(key);
    else if (found instanceof Set && found.delete(value) && found.size === 0) this.#values.delete(key);
  }
}
