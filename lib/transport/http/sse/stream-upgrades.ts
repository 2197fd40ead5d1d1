/** A response whose result is not there yet. */
export interface PendingResponse {
  /** Turns the response into a stream, so that proxies see bytes while the method runs. */
  becomeStream(): void;
}

/**
 * Turns slow responses into streams. Keep-alive comments then keep proxies from closing the silent connection, and a
 * legacy client gets a cursor to reconnect with. All responses share one timer: a timer for each would slow down the
 * fast ones.
 */
export class StreamUpgrades {
  readonly #pending = new Map<PendingResponse, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param afterMs age at which a response becomes a stream, ms; it may be a quarter late */
  constructor(private readonly afterMs: number) {}

  add(pending: PendingResponse): void {
    this.#pending.set(pending, performance.now());
    this.#timer ??= setInterval(() => this.#sweep(), Math.max(10, this.afterMs / 4)).unref();
  }

  remove(pending: PendingResponse): void {
    this.#pending.delete(pending);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#pending.clear();
  }

  #sweep(): void {
    const due = performance.now() - this.afterMs;
    // The map is in insertion order, so the oldest responses come first.
    for (const [pending, since] of this.#pending) {
      if (since > due) break;
      this.#pending.delete(pending);
      pending.becomeStream();
    }
    if (this.#pending.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}
