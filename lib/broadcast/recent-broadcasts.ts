import { compareEntryIds } from '../stream/entry-id.js';
import type { FeedEntry } from './feed-entry.js';

const MAX_ENTRIES = 1000;
const MAX_CHARACTERS = 1024 * 1024;

/** The newest broadcasts, so that the clients that reconnect after a deploy need not all read the log. */
export class RecentBroadcasts {
  #entries: FeedEntry[] = [];
  #characters = 0;

  add(entry: FeedEntry): void {
    this.#entries.push(entry);
    this.#characters += entry.text.length;
    let gone = 0;
    while (this.#entries.length - gone > MAX_ENTRIES || this.#characters > MAX_CHARACTERS) {
      this.#characters -= this.#entries[gone++]!.text.length;
    }
    if (gone > 0) this.#entries.splice(0, gone);
  }

  /** What was kept does not lead to what follows. */
  clear(): void {
    this.#entries = [];
    this.#characters = 0;
  }

  /** @returns the entries after a cursor; `undefined` if some of them are not here */
  after(cursor: string): readonly FeedEntry[] | undefined {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareEntryIds(this.#entries[middle]!.id, cursor) > 0) high = middle;
      else low = middle + 1;
    }
    return this.#entries[low]?.previous === cursor ? this.#entries.slice(low) : undefined;
  }
}
