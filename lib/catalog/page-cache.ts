import { type Link, LinkedList } from '../limits/linked-list.js';
import type { PreparedJson } from '../protocol/prepared-json.js';

/** The most pages of one list that are kept for callers who see a part of it. */
const MAX_PAGES = 1000;
/** The most bytes of these pages together. */
const MAX_BYTES = 8 * 1024 * 1024;

interface CachedPage {
  readonly key: string;
  readonly page: PreparedJson;
}

/** Pages by key, of which the least recently used ones are dropped: there may be as many outcomes as there are callers. */
export class PageCache {
  readonly #pages = new Map<string, Link<CachedPage>>();
  /** The least recently used one first. */
  readonly #byUse = new LinkedList<CachedPage>();
  #bytes = 0;

  constructor(
    private readonly maxPages = MAX_PAGES,
    private readonly maxBytes = MAX_BYTES,
  ) {}

  get(key: string): PreparedJson | undefined {
    const cached = this.#pages.get(key);
    if (cached === undefined) return undefined;
    this.#byUse.moveToEnd(cached);
    return cached.value.page;
  }

  set(key: string, page: PreparedJson): void {
    const size = sizeOf({ key, page });
    if (size > this.maxBytes) return;
    const replaced = this.#pages.get(key);
    if (replaced) this.#drop(replaced);
    this.#pages.set(key, this.#byUse.add({ key, page }));
    this.#bytes += size;
    while (this.#pages.size > this.maxPages || this.#bytes > this.maxBytes) this.#drop(this.#byUse.first!);
  }

  clear(): void {
    for (const cached of this.#pages.values()) this.#drop(cached);
  }

  #drop(cached: Link<CachedPage>): void {
    this.#byUse.remove(cached);
    this.#pages.delete(cached.value.key);
    this.#bytes -= sizeOf(cached.value);
  }
}

const sizeOf = ({ key, page }: CachedPage): number => key.length + page.bytes.length;
