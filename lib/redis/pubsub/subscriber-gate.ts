import { BackendUnavailableError } from '../../session/backend-unavailable.js';

/** Lets callers wait, up to a deadline, until the subscriber is connected and all its channels are subscribed. */
export class SubscriberGate {
  readonly #waiting = new Set<() => void>();
  #open = false;
  #closed = false;

  /** @param waitMs how long a caller waits, ms */
  constructor(private readonly waitMs: number) {}

  get isOpen(): boolean {
    return this.#open;
  }

  /** The subscriber is ready: everybody who waits continues. */
  open(): void {
    this.#open = true;
    for (const wake of this.#waiting) wake();
  }

  /** The subscriber has lost its connection. */
  shut(): void {
    this.#open = false;
  }

  /** @throws {BackendUnavailableError} when the subscriber is not ready in time, or the server shuts down */
  wait(): Promise<void> {
    if (this.#open) return Promise.resolve();
    if (this.#closed) return Promise.reject(new BackendUnavailableError('The server is shutting down.'));
    return new Promise((resolve, reject) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        if (this.#open) resolve();
        else reject(new BackendUnavailableError('Redis does not accept subscriptions at the moment.'));
      };
      const timer = setTimeout(wake, this.waitMs).unref();
      this.#waiting.add(wake);
    });
  }

  /** Refuses everybody who waits, and all later callers. */
  close(): void {
    this.#closed = true;
    this.#open = false;
    for (const wake of this.#waiting) wake();
  }
}
