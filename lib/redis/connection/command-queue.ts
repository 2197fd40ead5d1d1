import type { Redis } from 'ioredis';
import { BackendUnavailableError } from '../../session/backend-unavailable.js';
import { FairQueue } from './fair-queue.js';

/** The commands on the connection at a time. Redis executes them in order, so each more would delay everybody. */
const MAX_IN_FLIGHT = 128;

/** A command that waits. */
interface Waiting {
  readonly owner: string;
  readonly bytes: number;
  readonly go: () => void;
  readonly refuse: (error: Error) => void;
}

/**
 * Lets commands onto the connection: a limited number at a time, and none while it is not ready. Those that have to
 * wait are admitted owner by owner, so that a client that causes many commands delays its own.
 */
export class CommandQueue {
  readonly #client: Redis;
  readonly #waitMs: number;
  readonly #waiting = new FairQueue<Waiting>();
  #inFlight = 0;
  #closed = false;

  /** @param waitMs how long a command waits, ms */
  constructor(client: Redis, waitMs: number) {
    this.#client = client;
    this.#waitMs = waitMs;
    client.on('ready', () => this.#admit());
  }

  /** Takes a place on the connection if one is free; then `leave()` must be called. */
  tryEnter(): boolean {
    if (!this.#open) return false;
    this.#inFlight++;
    return true;
  }

  /**
   * Waits for a place on the connection; then `leave()` must be called.
   *
   * @param owner whose client caused the command, or '' for a command of the server itself
   * @throws {BackendUnavailableError} when there is none in time, or too many commands wait
   */
  enter(owner: string, bytes: number): Promise<void> {
    if (this.#closed) return Promise.reject(closing());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.remove(waiting);
        reject(this.#late());
      }, this.#waitMs).unref();
      const go = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const refuse = (error: Error): void => {
        clearTimeout(timer);
        reject(error);
      };
      const waiting: Waiting = { owner, bytes, go, refuse };
      const refusal = this.#waiting.add(waiting);
      if (refusal === 'share')
        refuse(new BackendUnavailableError('Too many commands of one client are waiting for Redis.', 429));
      if (refusal === 'total') refuse(new BackendUnavailableError('Too many commands are waiting for Redis.'));
    });
  }

  /** Gives the place on the connection to the next command. */
  leave(): void {
    this.#inFlight--;
    if (this.#waiting.size > 0) this.#admit();
  }

  close(): void {
    this.#closed = true;
    for (let next = this.#waiting.take(); next; next = this.#waiting.take()) next.refuse(closing());
  }

  get #open(): boolean {
    return this.#inFlight < MAX_IN_FLIGHT && this.#client.status === 'ready';
  }

  #admit(): void {
    while (this.#open) {
      const next = this.#waiting.take();
      if (!next) return;
      this.#inFlight++;
      next.go();
    }
  }

  #late(): BackendUnavailableError {
    const what = this.#client.status === 'ready' ? 'had no time for a command' : 'was unreachable';
    return new BackendUnavailableError(`Redis ${what} for ${this.#waitMs} ms.`);
  }
}

const closing = () => new BackendUnavailableError('The server is shutting down.');
