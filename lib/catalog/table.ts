import { knownAcrossCopies } from '../packages/known-across-copies.js';

/**
 * Two tools, resources, templates, prompts or completers have the same name. The run-time registration methods throw
 * it; if it happens at start-up, it is the cause of a `McpDeclarationError`.
 *
 * @publicApi
 */
export class DuplicateEntryError extends Error {
  static {
    knownAcrossCopies(this, 'DuplicateEntryError');
  }

  override readonly name = 'DuplicateEntryError';
}

interface Keyed {
  readonly kind: string;
  readonly key: string;
  readonly declaredBy: string;
}

/** The entries of one kind by key. Lists are sorted by code unit, which is the same order on each instance (U-11). */
export class Table<E extends Keyed> {
  readonly #byKey = new Map<string, E>();
  #sorted: readonly E[] | undefined;

  /** Whether the table has ever had an entry. */
  everUsed = false;

  get size(): number {
    return this.#byKey.size;
  }

  /** @throws {DuplicateEntryError} that names both declarations */
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
