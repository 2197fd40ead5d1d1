import type { StoredBytes } from '../limits/stored-bytes.js';
import type { StreamHistory } from './stream-history.js';

/** Finished streams, each with what forgets it; the one that finished first in front. */
type FinishedStreams = Map<StreamHistory, () => void>;

/**
 * Keeps all histories together, and those of one client, within what may be stored. Bounds per stream alone would let
 * one client fill the memory with many streams.
 */
export class HistoryTotals {
  /** By client. */
  readonly #finished = new Map<string, FinishedStreams>();
  /** Of the finished streams. */
  readonly #owners = new Map<StreamHistory, string>();

  constructor(private readonly stored: StoredBytes) {
    stored.whenExceeded((client, bytes) => this.#forgetFinished(client, bytes));
  }

  add(client: string, change: number): void {
    this.stored.change(client, change);
  }

  /** A stream has its final message: from here on it may be forgotten when room is needed. */
  finished(client: string, history: StreamHistory, forget: () => void): void {
    const streams: FinishedStreams = this.#finished.get(client) ?? new Map();
    this.#finished.set(client, streams.set(history, forget));
    this.#owners.set(history, client);
  }

  forget(history: StreamHistory): void {
    const client = this.#owners.get(history);
    if (client === undefined) return;
    this.#owners.delete(history);
    const streams = this.#finished.get(client);
    if (streams?.delete(history) && streams.size === 0) this.#finished.delete(client);
  }

  /**
   * Forgets finished streams until the limits are kept: first those of the client that has written last. Then the
   * stream that was written to loses its oldest entries, of which its reader is told by a gap.
   */
  makeRoom(client: string, history: StreamHistory): void {
    if (this.stored.excess(client) <= 0) return;
    this.#forgetFinished(client, 0, history);
    const excess = this.stored.excess(client);
    if (excess > 0) history.shrink(excess);
  }

  /** @param except the stream that was just written to: its reader may not have read it yet */
  #forgetFinished(client: string, more: number, except?: StreamHistory): void {
    this.#forgetWhile(this.#finished.get(client), () => this.stored.excess(client, more) > 0, except);
    for (const streams of this.#finished.values()) {
      if (this.stored.totalExcess(more) <= 0) break;
      this.#forgetWhile(streams, () => this.stored.totalExcess(more) > 0, except);
    }
  }

  #forgetWhile(streams: FinishedStreams | undefined, isTooMuch: () => boolean, except?: StreamHistory): void {
    // No copy: a map may lose entries while it is walked.
    for (const [history, forget] of streams ?? []) {
      if (!isTooMuch()) return;
      if (history !== except) forget();
    }
  }
}
