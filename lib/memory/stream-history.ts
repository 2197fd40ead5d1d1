import { compareEntryIds } from '../stream/entry-id.js';
import { type LogEntry, STREAM_START } from '../stream/event-log.js';

export interface HistoryLimits {
  readonly maxHistory: number;
  readonly maxHistoryBytes: number;
  readonly historyTtlMs: number;
  readonly resultTtlMs: number;
}

interface Stored {
  readonly entry: LogEntry;
  readonly at: number;
  readonly bytes: number;
}

/** How long a finished stream is kept once its client has got all of it, ms. */
const DELIVERED_TTL_MS = 30_000;

/** Of all streams that nothing was ever sent on, which are most of those that are open. */
const NONE: Stored[] = [];

/** One stream: its newest entries, and a header (newest id, fence, final message) that outlives them. */
export class StreamHistory {
  readonly #limits: HistoryLimits;
  #stored = NONE;
  /** The index of the first entry in `#stored`. Moving an index is cheaper than shifting a thousand entries. */
  #start = 0;
  #bytes = 0;
  #millis = 0;
  #count = 0;
  #last = STREAM_START;
  #touchedAt: number;
  #final: LogEntry | undefined;
  #done = false;
  #fence = 0;
  #held = false;
  #resultTtlMs: number;

  /** @param client whose share the bytes count for; @param totals told of each change of `bytes`. Default: nobody is */
  constructor(
    limits: HistoryLimits,
    now: number,
    readonly client = '',
    private readonly totals?: { add(client: string, change: number): void },
  ) {
    this.#limits = limits;
    this.#resultTtlMs = limits.resultTtlMs;
    this.#touchedAt = now;
  }

  get last(): string {
    return this.#last;
  }

  get done(): boolean {
    return this.#done;
  }

  get fence(): number {
    return this.#fence;
  }

  get held(): boolean {
    return this.#held;
  }

  get final(): LogEntry | undefined {
    return this.#final;
  }

  get size(): number {
    return this.#stored.length - this.#start;
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(data: string, final: boolean, now: number): LogEntry {
    // As in Redis, ids keep increasing if the clock stands still or goes back. 0-0 is reserved for the start.
    if (now > this.#millis) [this.#millis, this.#count] = [now, 0];
    else this.#count++;
    const entry: LogEntry = { id: `${this.#millis}-${this.#count}`, previous: this.#last, data, final };
    const bytes = Buffer.byteLength(data);
    this.#last = entry.id;
    this.#touchedAt = now;
    if (this.#stored === NONE) this.#stored = [];
    this.#stored.push({ entry, at: now, bytes });
    this.#add(bytes);
    if (final) {
      this.#done = true;
      this.#final = entry;
    }
    this.trim(now);
    return entry;
  }

  after(cursor: string, count: number, now: number): LogEntry[] {
    this.#touchedAt = this.#done ? this.#touchedAt : now;
    if (cursor === this.#last) return [];
    let low = this.#start;
    let high = this.#stored.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareEntryIds(this.#stored[middle]!.entry.id, cursor) > 0) high = middle;
      else low = middle + 1;
    }
    return this.#stored.slice(low, low + count).map(({ entry }) => entry);
  }

  claim(now: number): number {
    this.#touchedAt = this.#done ? this.#touchedAt : now;
    this.#held = true;
    return ++this.#fence;
  }

  /** @param delivered shortens the life of a finished stream: its client has everything */
  release(fence: number, delivered: boolean): void {
    if (fence !== this.#fence) return;
    this.#held = false;
    if (delivered && this.#done) this.#resultTtlMs = Math.min(this.#resultTtlMs, DELIVERED_TTL_MS);
  }

  /** Whether the stream is finished and its final message expired, or unfinished and abandoned. */
  isExpired(now: number): boolean {
    return now - this.#touchedAt >= this.#resultTtlMs && (this.#done || !this.#held);
  }

  trim(now: number): void {
    const { maxHistory, maxHistoryBytes, historyTtlMs } = this.#limits;
    // The newest entry stays, whatever its size. A signal for a large entry has no text, so readers read it from here.
    while (this.size > 1 && (this.size > maxHistory || this.#bytes > maxHistoryBytes)) this.#dropOldest();
    while (this.size > 0 && now - this.#stored[this.#start]!.at >= historyTtlMs) this.#dropOldest();
    if (this.#final && now - this.#touchedAt >= this.#resultTtlMs) this.#final = undefined;
    if (this.#start > 64 && this.#start * 2 > this.#stored.length) {
      this.#stored = this.#stored.slice(this.#start);
      this.#start = 0;
    }
  }

  /** Drops the oldest entries, but never the newest, until so many bytes are gone. */
  shrink(bytes: number): void {
    const target = this.#bytes - bytes;
    while (this.size > 1 && this.#bytes > target) this.#dropOldest();
  }

  /** The stream is forgotten: nothing of it is held any more. */
  forget(): void {
    this.#add(-this.#bytes);
    this.#stored = [];
    this.#start = 0;
  }

  #add(bytes: number): void {
    this.#bytes += bytes;
    this.totals?.add(this.client, bytes);
  }

  #dropOldest(): void {
    this.#add(-this.#stored[this.#start]!.bytes);
    (this.#stored as (Stored | undefined)[])[this.#start++] = undefined;
  }
}
