import { compareEntryIds } from '../stream/entry-id.js';
import type { BroadcastFeed, FeedListener } from './broadcast-feed.js';
import { type FeedEntry, feedEntry } from './feed-entry.js';

export interface FeedReaderOptions {
  readonly feed: BroadcastFeed;
  /** The last entry that the client has got, or does not want. */
  readonly cursor: string;
  readonly entry: (entry: FeedEntry) => void;
  /** Entries after the cursor were lost; the next one follows `cursor`. */
  readonly gap: (cursor: string) => void;
  readonly report: (error: unknown) => void;
}

const PAGE = 200;
/** Time between two attempts to read the log, ms. */
const RETRY_MS = 500;

/** The view of one client on the broadcast log: each entry once and in order, or a gap. */
export class FeedReader implements FeedListener {
  readonly #options: FeedReaderOptions;
  #cursor: string;
  #catchingUp = false;
  #stopListening: (() => void) | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: FeedReaderOptions) {
    this.#options = options;
    this.#cursor = options.cursor;
  }

  open(): void {
    this.#stopListening = this.#options.feed.listen(this);
    this.#startCatchUp();
  }

  close(): void {
    this.#closed = true;
    this.#stopListening?.();
    clearTimeout(this.#retry);
  }

  entry(entry: FeedEntry): void {
    if (this.#catchingUp || compareEntryIds(entry.id, this.#cursor) <= 0) return;
    if (entry.previous === this.#cursor) this.#emit(entry);
    else this.#startCatchUp();
  }

  /** What was appended between the read of this reader and the first one of the feed. */
  started(): void {
    if (!this.#catchingUp) this.#startCatchUp();
  }

  gap(from: string, to: string): void {
    if (this.#catchingUp) return;
    if (from === this.#cursor) this.#skipTo(to);
    else this.#startCatchUp();
  }

  #startCatchUp(): void {
    this.#catchingUp = true;
    void this.#catchUp().catch((error: unknown) => {
      this.#options.report(error);
      if (!this.#closed) this.#retry = setTimeout(() => this.#startCatchUp(), RETRY_MS).unref();
    });
  }

  #catchUpFromRecent(): boolean {
    const recent = this.#options.feed.recentAfter(this.#cursor);
    for (const entry of recent ?? []) this.#emit(entry);
    return recent !== undefined;
  }

  /** Ends in the turn in which the cursor has reached the end of the log, from where the feed goes on. */
  async #catchUp(): Promise<void> {
    const { feed } = this.#options;
    while (!this.#closed && this.#cursor !== feed.head && !this.#catchUpFromRecent()) {
      const { entries, last } = await feed.read(this.#cursor, PAGE);
      if (this.#closed) return;
      for (const { id, previous, data } of entries) this.#emit(feedEntry(id, previous, data));
      if (entries.length === 0 && this.#cursor !== last) this.#skipTo(last);
      if (this.#cursor === last && !this.#isBehindFeed()) break;
    }
    this.#catchingUp = false;
  }

  /** Whether the feed has passed entries on that were appended after the log was read. */
  #isBehindFeed(): boolean {
    const { head } = this.#options.feed;
    return head !== undefined && compareEntryIds(head, this.#cursor) > 0;
  }

  #emit(entry: FeedEntry): void {
    if (this.#closed) return;
    if (entry.previous !== this.#cursor) this.#skipTo(entry.previous);
    this.#cursor = entry.id;
    this.#options.entry(entry);
  }

  #skipTo(cursor: string): void {
    this.#cursor = cursor;
    if (!this.#closed) this.#options.gap(cursor);
  }
}
