import type { StreamHistory } from './stream-history.js';

/** Finished streams, each with what forgets it; the one that finished first in front. */
type FinishedStreams = Map<StreamHistory, () => void>;

/** The part of all bytes that the streams of one principal may hold. */
const SHARE = 1 / 4;

/**
 * Bounds the bytes of all histories together, and of those of one principal. Bounds per stream alone would let one
 * client fill the memory with many streams.
 */
export class HistoryTotals {
  readonly #bytes = new Map<string, number>();
  /** By principal. */
  readonly #finished = new Map<string, FinishedStreams>();
  /** Of the finished streams. */
  readonly #owners = new Map<StreamHistory, string>();
  readonly #share: number;
  #total = 0;

  /** @param shareBytes at least this much is granted to each principal: what one stream may hold */
  constructor(
    private readonly maxBytes: number,
    shareBytes: number,
  ) {
    this.#share = Math.max(shareBytes, maxBytes * SHARE);
  }

  add(principal: string, change: number): void {
    const bytes = (this.#bytes.get(principal) ?? 0) + change;
    if (bytes > 0) this.#bytes.set(principal, bytes);
    else this.#bytes.delete(principal);
    this.#total += change;
  }

  /** A stream has its final message: from here on it may be forgotten when room is needed. */
  finished(principal: string, history: StreamHistory, forget: () => void): void {
    const streams: FinishedStreams = this.#finished.get(principal) ?? new Map();
    this.#finished.set(principal, streams.set(history, forget));
    this.#owners.set(history, principal);
  }

  forget(history: StreamHistory): void {
    const principal = this.#owners.get(history);
    if (principal === undefined) return;
    this.#owners.delete(history);
    const streams = this.#finished.get(principal);
    if (streams?.delete(history) && streams.size === 0) this.#finished.delete(principal);
  }

  /**
   * Forgets finished streams until the limits are kept: first those of the principal that has written last. Then the
   * stream that was written to loses its oldest entries, of which its reader is told by a gap.
   */
  makeRoom(principal: string, history: StreamHistory): void {
    const own = (): number => (this.#bytes.get(principal) ?? 0) - this.#share;
    const all = (): number => this.#total - this.maxBytes;
    this.#forgetWhile(this.#finished.get(principal), () => Math.max(own(), all()) > 0, history);
    for (const streams of this.#finished.values()) {
      if (all() <= 0) break;
      this.#forgetWhile(streams, () => all() > 0, history);
    }
    const excess = Math.max(own(), all());
    if (excess > 0) history.shrink(excess);
  }

  /** @param except the stream that was just written to: its reader may not have read it yet */
  #forgetWhile(streams: FinishedStreams | undefined, isTooMuch: () => boolean, except: StreamHistory): void {
    // No copy: this runs for every append, and a map may lose entries while it is walked.
    for (const [history, forget] of streams ?? []) {
      if (!isTooMuch()) return;
      if (history !== except) forget();
    }
  }
}
