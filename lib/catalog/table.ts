/** Two primitives of one kind claim one name. */
export class DuplicateEntryError extends Error {
  override readonly name = 'DuplicateEntryError';
}

interface Keyed {
  readonly kind: string;
  readonly key: string;
  readonly declaredBy: string;
}

/** Entries of one kind by key, and in the one order every listing uses: code units, the same on each instance (U-11). */
export class Table<E extends Keyed> {
  readonly #byKey = new Map<string, E>();
  #sorted: readonly E[] | undefined;

  /** Whether there ever was an entry. */
  everUsed = false;

  get size(): number {
    return this.#byKey.size;
  }

  /** @throws {DuplicateEntryError} naming both places */
  add(entry: E): void {
    const known = this.#byKey.get(entry.key);
    if (known) {
      throw new DuplicateEntryError(
        `The ${entry.kind} "${entry.key}" is declared twice, by ${known.declaredBy} and by ${entry.declaredBy}. Rename one of them.`,
      );
    }
    this.#byKey.set(entry.key, entry);
    this.everUsed = true;
    this.#sorted = undefined;
  }

  remove(key: string): boolean {
    this.#sorted = undefined;
    return this.#byKey.delete(key);
  }

  get(key: string): E | undefined {
    return this.#byKey.get(key);
  }

  sorted(): readonly E[] {
    return (this.#sorted ??= [...this.#byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1)));
  }
}
