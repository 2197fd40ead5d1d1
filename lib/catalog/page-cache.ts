/** The most pages of one list that are kept for callers who see a part of it. */
const MAX_PAGES = 1000;
/** The most characters of these pages together. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** Pages by key, of which the least recently used ones are dropped: there may be as many outcomes as there are callers. */
export class PageCache {
  readonly #pages = new Map<string, string>();
  #characters = 0;

  constructor(
    private readonly maxPages = MAX_PAGES,
    private readonly maxCharacters = MAX_CHARACTERS,
  ) {}

  get(key: string): string | undefined {
    const page = this.#pages.get(key);
    if (page === undefined) return undefined;
    // Moves the entry to the end, so that the first one is the least recently used.
    this.#pages.delete(key);
    this.#pages.set(key, page);
    return page;
  }

  set(key: string, page: string): void {
    const size = sizeOf(key, page);
    if (size > this.maxCharacters) return;
    this.#delete(key);
    this.#pages.set(key, page);
    this.#characters += size;
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= this.maxPages && this.#characters <= this.maxCharacters) break;
      this.#delete(oldest);
    }
  }

  clear(): void {
    this.#pages.clear();
    this.#characters = 0;
  }

  #delete(key: string): void {
    const page = this.#pages.get(key);
    if (page === undefined) return;
    this.#pages.delete(key);
    this.#characters -= sizeOf(key, page);
  }
}

const sizeOf = (key: string, page: string): number => key.length + page.length;
