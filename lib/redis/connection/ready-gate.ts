import type { Redis } from 'ioredis';
import { BackendUnavailableError } from '../../session/backend-unavailable.js';

/** The number of callers that may wait for one connection. More are refused: outages must not exhaust memory (P10). */
const MAX_WAITING = 10_000;

/** Lets a limited number of callers wait for a connection, for a limited time. */
export class ReadyGate {
  readonly #client: Redis;
  readonly #waitMs: number;
  readonly #waiting = new Set<(error?: Error) => void>();
  #closed = false;

  constructor(client: Redis, waitMs: number) {
    this.#client = client;
    this.#waitMs = waitMs;
    // One listener for all callers, because thousands may wait.
    client.on('ready', () => {
      for (const wake of this.#waiting) wake();
    });
  }

  get open(): boolean {
    return this.#client.status === 'ready';
  }

  /** @throws {BackendUnavailableError} when the connection is not ready in time, or too many callers wait */
  wait(): Promise<void> {
    if (this.#closed) return Promise.reject(closing());
    if (this.#waiting.size >= MAX_WAITING)
      return Promise.reject(new BackendUnavailableError('Too many callers are waiting for Redis.'));
    return new Promise((resolve, reject) => {
      const wake = (error?: Error) => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        if (error) reject(error);
        else resolve();
      };
      const onTimeout = () => wake(new BackendUnavailableError(`Redis was unreachable for ${this.#waitMs} ms.`));
      const timer = setTimeout(onTimeout, this.#waitMs).unref();
      this.#waiting.add(wake);
    });
  }

  close(): void {
    this.#closed = true;
    for (const wake of this.#waiting) wake(closing());
  }
}

const closing = () => new BackendUnavailableError('The server is shutting down.');
