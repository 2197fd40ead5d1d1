import { compareEntryIds } from '../stream/entry-id.js';
import type { BroadcastFeed, FeedListener } from './broadcast-feed.js';
import { type FeedEntry, feedEntry } from './feed-entry.js';

/** Who reads. */
export interface FeedReaderOwner {
  broadcast(entry: FeedEntry): void;
  /** Entries after the cursor of the reader were lost; the next one follows `cursor`. */
  broadcastGap(cursor: string): void;
  /** Called each time when everything is told that is in the log. */
  broadcastsCaughtUp(): void;
}

const PAGE = 200;
/** Time between two attempts to read the log, ms. */
const RETRY_MS = 500;

/** The view of one client on the broadcast log: each entry once and in order, or a gap. */
export class FeedReader implements FeedListener {
  #cursor: string;
  #catchingUp = false;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param cursor the last entry that the client has got, or does not want */
  constructor(
    private readonly feed: BroadcastFeed,
    cursor: string,
    private readonly owner: FeedReaderOwner,
    private readonly report: (error: unknown) => void,
  ) {
    this.#cursor = cursor;
  }

  open(): void {
    this.feed.listen(this);
    this.#startCatchUp();
  }

  close(): void {
    this.#closed = true;
    this.feed.stopListening(this);
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
      this.report(error);
      if (!this.#closed) this.#retry = setTimeout(() => this.#startCatchUp(), RETRY_MS).unref();
    });
  }

  #catchUpFromRecent(): boolean {
    const recent = this.feed.recentAfter(this.#cursor);
    for (const entry of recent ?? []) this.#emit(entry);
    return recent !== undefined;
  }

  /** Ends in the turn in which the cursor has reached the end of the log, from where the feed goes on. */
  async #catchUp(): Promise<void> {
    const { feed } = this;
    while (!this.#closed && this.#cursor !== feed.head && !this.#catchUpFromRecent()) {
      const { entries, last } = await feed.read(this.#cursor, PAGE);
      if (this.#closed) return;
      for (const { id, previous, data } of entries) this.#emit(feedEntry(id, previous, data));
      if (entries.length === 0 && this.#cursor !== last) this.#skipTo(last);
      if (this.#cursor === last && !this.#isBehindFeed()) break;
    }
    this.#catchingUp = false;
    if (!this.#closed) this.owner.broadcastsCaughtUp();
  }

  /** Whether the feed has passed entries on that were appended after the log was read. */
  #isBehindFeed(): boolean {
    const { head } = this.feed;
    return head !== undefined && compareEntryIds(head, this.#cursor) > 0;
  }

  #emit(entry: FeedEntry): void {
    if (this.#closed) return;
    if (entry.previous !== this.#cursor) this.#skipTo(entry.previous);
    this.#cursor = entry.id;
    this.owner.broadcast(entry);
  }

  #skipTo(cursor: string): void {
    this.#cursor = cursor;
    if (!this.#closed) this.owner.broadcastGap(cursor);
  }
}
