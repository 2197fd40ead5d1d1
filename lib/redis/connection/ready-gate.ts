import type { Redis } from 'ioredis';
import { BackendUnavailableError } from '../../session/backend-unavailable.js';

/** Beyond this many that wait for one connection, callers are refused at once: an outage must not fill the memory (P10). */
const MAX_WAITING = 10_000;

/** Where callers wait for a connection, for a while and not without bound. */
export class ReadyGate {
  readonly #client: Redis;
  readonly #waitMs: number;
  readonly #waiting = new Set<(error?: Error) => void>();
  #closed = false;

  constructor(client: Redis, waitMs: number) {
    this.#client = client;
    this.#waitMs = waitMs;
    // One listener for all: thousands may wait.
    client.on('ready', () => {
      for (const settle of this.#waiting) settle();
    });
  }

  get open(): boolean {
    return this.#client.status === 'ready';
  }

  /** @throws {BackendUnavailableError} when the connection does not come in time */
  wait(): Promise<void> {
    if (this.#closed) return Promise.reject(closing());
    if (this.#waiting.size >= MAX_WAITING)
      return Promise.reject(new BackendUnavailableError('Too many wait for Redis.'));
    return new Promise((resolve, reject) => {
      const settle = (error?: Error) => {
        clearTimeout(timer);
        this.#waiting.delete(settle);
        if (error) reject(error);
        else resolve();
      };
      const late = () => settle(new BackendUnavailableError(`Redis was not there for ${this.#waitMs} ms.`));
      const timer = setTimeout(late, this.#waitMs).unref();
      this.#waiting.add(settle);
    });
  }

  close(): void {
    this.#closed = true;
    for (const settle of this.#waiting) settle(closing());
  }
}

const closing = () => new BackendUnavailableError('The server is shutting down.');
