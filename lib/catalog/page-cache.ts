import type { PreparedJson } from '../protocol/prepared-json.js';

/** The most pages of one list that are kept for callers who see a part of it. */
const MAX_PAGES = 1000;
/** The most bytes of these pages together. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Pages by key, of which the least recently used ones are dropped: there may be as many outcomes as there are callers. */
export class PageCache {
  readonly #pages = new Map<string, PreparedJson>();
  #bytes = 0;

  constructor(
    private readonly maxPages = MAX_PAGES,
    private readonly maxBytes = MAX_BYTES,
  ) {}

  get(key: string): PreparedJson | undefined {
    const page = this.#pages.get(key);
    if (page === undefined) return undefined;
    // Moves the entry to the end, so that the first one is the least recently used.
    this.#pages.delete(key);
    this.#pages.set(key, page);
    return page;
  }

  set(key: string, page: PreparedJson): void {
    const size = sizeOf(key, page);
    if (size > this.maxBytes) return;
    this.#delete(key);
    this.#pages.set(key, page);
    this.#bytes += size;
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= this.maxPages && this.#bytes <= this.maxBytes) break;
      this.#delete(oldest);
    }
  }

  clear(): void {
    this.#pages.clear();
    this.#bytes = 0;
  }

  #delete(key: string): void {
    const page = this.#pages.get(key);
    if (page === undefined) return;
    this.#pages.delete(key);
    this.#bytes -= sizeOf(key, page);
  }
}

const sizeOf = (key: string, page: PreparedJson): number => key.length + page.bytes.length;
