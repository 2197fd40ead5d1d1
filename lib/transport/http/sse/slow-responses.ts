/** An answer that is still being worked on. */
export interface PendingResponse {
  /** Turns the answer into a stream, so that proxies see bytes while the work goes on. */
  becomeStream(): void;
}

/**
 * Turns answers into streams when they take long: keep-alive comments then hold the connection through proxies that cut
 * silent ones, and a legacy client gets a cursor to come back with. One timer for all: a timer per request would cost
 * every fast answer for the sake of the slow ones.
 */
export class SlowResponses {
  readonly #pending = new Map<PendingResponse, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param afterMs milliseconds before an answer becomes a stream; at most a quarter later */
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
    // Insertion order is age order.
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
